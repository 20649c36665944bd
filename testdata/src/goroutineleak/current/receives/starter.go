package receives

import (
	"context"
	"errors"
	"time"
)

// The goroutine answers if it has no error, and the function waits in any case.
func answered(f func() (int, error)) int {
	answer := make(chan int)
	go func() {
		n, err := f()
		if err != nil {
			return
		}
		answer <- n
	}()
	return <-answer // want `may wait for ever to receive from answer \(goroutineleak/blocked-receive\)`
}

// Each of the goroutines answers, and each answer is taken.
func first(a, b func() *int) *int {
	found := make(chan *int, 2)
	go func() { found <- a() }()
	go func() { found <- b() }()
	for i := 0; i < cap(found); i++ {
		if n := <-found; n != nil {
			return n
		}
	}
	return nil
}

// How many answers there are is not known.
func several(fs []func() *int, ready func(int) bool) (all []*int) {
	answers := make(chan *int)
	var started []func() *int
	for i, f := range fs {
		if ready(i) {
			started = append(started, f)
			go func() { answers <- f() }()
		}
	}
	for range started {
		all = append(all, <-answers)
	}
	return all
}

// Nobody says that there are no more answers.
func unending(f func() []int) (sum int) {
	answers := make(chan int)
	go func() {
		for _, n := range f() {
			answers <- n
		}
	}()
	for n := range answers { // want `may wait for ever to receive from answers \(goroutineleak/blocked-receive\)`
		sum += n
	}
	return sum
}

type filler struct{ fill func(chan<- int) }

// Who fills the channel is not known.
func (f *filler) all() (sum int) {
	answers := make(chan int)
	go f.fill(answers)
	for n := range answers {
		sum += n
	}
	return sum
}

// The goroutine gives up with a context of which the function may know.
func givenUp(ctx context.Context, f func() int, check func() error) (int, error) {
	answer := make(chan int)
	go func() {
		select {
		case answer <- f():
		case <-ctx.Done():
		}
	}()
	if err := check(); err != nil {
		return 0, err
	}
	return <-answer, nil
}

// It asks for nothing: it does not know that the goroutine gave up.
func unaware(ctx context.Context, f func() int) int {
	answer := make(chan int)
	go func() {
		select {
		case answer <- f():
		case <-ctx.Done():
		}
	}()
	return <-answer // want `may wait for ever to receive from answer \(goroutineleak/blocked-receive\)`
}

// Nor does it if it only looks at what it has received.
func collected(ctx context.Context, fs []func() (int, error)) (all []int, err error) {
	type answer struct {
		n   int
		err error
	}
	answers, left := make(chan answer), make(chan struct{})
	defer close(left)
	for _, f := range fs {
		go func() {
			n, err := f()
			select {
			case answers <- answer{n, err}:
			case <-ctx.Done():
			case <-left:
			}
		}()
	}
	for range fs {
		a := <-answers // want `may wait for ever to receive from answers \(goroutineleak/blocked-receive\)`
		if a.err != nil {
			return nil, a.err
		}
		all = append(all, a.n)
	}
	return all, nil
}

// After the deadline it waits until the work has come to an end.
func joined(ctx context.Context, work func()) error {
	done := make(chan bool)
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-ctx.Done():
		<-done
		return ctx.Err()
	case <-done:
		return nil
	}
}

// Who gets an error gets no channel.
func opened(open func() error, logf func(error)) {
	var done chan bool
	err := open()
	if err == nil {
		done = make(chan bool)
		go func() { time.Sleep(time.Second); close(done) }()
	} else {
		logf(err)
	}
	<-done
}

// Fine: only who came first says that the other one is to come.
func earliest(work func() error, late <-chan struct{}) error {
	errc := make(chan error, 2)
	go func() {
		<-late
		errc <- errLate
	}()
	go func() { errc <- work() }()
	err := <-errc
	if err == errLate {
		<-errc
	}
	return err
}

var errLate = errors.New("late")

// Two fields have one channel.
type end struct{ in, out chan int }

func ends() (*end, *end) {
	a, b := make(chan int), make(chan int)
	return &end{in: a, out: b}, &end{in: b, out: a}
}

func (e *end) ask(n int) int {
	e.out <- n
	return <-e.in
}

// Serve may be told to start nothing: whoever configures it knows.
func Serve(plain, secure bool, serve func() error) {
	ended := make(chan bool, 1)
	if plain {
		go func() {
			serve()
			ended <- true
		}()
	}
	if secure {
		go func() {
			if serve() == nil {
				ended <- true
			}
		}()
	}
	<-ended
}

// One that fails sends nothing.
func Gather(items []int, f func(int) (int, error)) (all []int) {
	ch := make(chan int)
	for _, item := range items {
		go func() {
			n, err := f(item)
			if err != nil {
				return
			}
			ch <- n
		}()
	}
	for range items {
		all = append(all, <-ch) // want `may wait for ever to receive from ch \(goroutineleak/blocked-receive\)`
	}
	return all
}

// One that fails sends zero.
func GatherAll(items []int, f func(int) (int, error)) (all []int) {
	ch := make(chan int)
	for _, item := range items {
		go func() {
			n, err := f(item)
			if err != nil {
				ch <- 0
				return
			}
			ch <- n
		}()
	}
	for range items {
		all = append(all, <-ch)
	}
	return all
}
