// Package machine has functions with what the machine says of them: "stuck" is followed
// by the reasons of the goroutines that never end, in order.
package machine

import (
	"context"
	"errors"
	"sync"

	"example.com/machine/far"
)

var errNo = errors.New("no")

func unknown(...any)
func ok() bool
func late() <-chan bool

// Channels.

func unbuffered() { // want "stuck: sends"
	ch := make(chan int)
	go func() { ch <- 1 }()
}

func buffered() {
	ch := make(chan int, 1)
	go func() { ch <- 1 }()
}

func full() { // want "stuck: sends"
	ch := make(chan int, 1)
	ch <- 0
	go func() { ch <- 1 }()
}

func taken() {
	ch := make(chan int)
	go func() { ch <- 1 }()
	<-ch
}

func sometimes() { // want "stuck: sends"
	ch := make(chan int)
	go func() { ch <- 1 }()
	if ok() {
		<-ch
	}
}

func selected() { // want "stuck: sends"
	ch := make(chan int)
	go func() { ch <- 1 }()
	select {
	case <-ch:
	case <-late():
	}
}

func polled() { // want "stuck: sends"
	ch := make(chan int)
	go func() { ch <- 1 }()
	select {
	case <-ch:
	default:
	}
}

func closed() {
	ch := make(chan int)
	go func() {
		for range ch {
		}
	}()
	ch <- 1
	close(ch)
}

func notClosed() { // want "stuck: receives"
	ch := make(chan int)
	go func() {
		for range ch {
		}
	}()
	ch <- 1
}

func nilChannel() { // want "stuck: receives"
	var ch chan int
	go func() { <-ch }()
}

func escaped() {
	ch := make(chan int)
	unknown(ch)
	go func() { ch <- 1 }()
}

func inMap(m map[int]chan int) {
	ch := make(chan int)
	m[0] = ch
	go func() { ch <- 1 }()
}

func returned() chan int {
	ch := make(chan int)
	go func() { ch <- 1 }()
	return ch
}

func throughStruct() { // want "stuck: sends"
	type request struct{ reply chan int }
	reqs := make(chan request)
	go func() {
		r := <-reqs
		r.reply <- 1
	}()
	reqs <- request{make(chan int)}
}

// Loops.

func asMany(fs []func()) {
	done := make(chan bool)
	for _, f := range fs {
		go func() { f(); done <- true }()
	}
	for range fs {
		<-done
	}
}

func fewer(fs []func() bool) { // want "stuck: sends"
	done := make(chan bool)
	for _, f := range fs {
		go func() { done <- f() }()
	}
	for range fs {
		if <-done {
			return
		}
	}
}

func room(fs []func() bool) bool {
	done := make(chan bool, len(fs))
	for _, f := range fs {
		go func() { done <- f() }()
	}
	return <-done
}

func counted(n int, f func() bool) bool {
	done := make(chan bool, n)
	for i := 0; i < n; i++ {
		go func() { done <- f() }()
	}
	return <-done
}

func three() { // want "stuck: sends"
	done := make(chan bool, 1)
	for range 3 {
		go func() { done <- true }()
	}
	<-done
}

func forEver() { // want "stuck: runs"
	go func() {
		for {
			ok()
		}
	}()
}

func untilOk() {
	go func() {
		for !ok() {
		}
	}()
}

// What is known stays known.

func flag(async bool) {
	ch := make(chan int)
	started := false
	if async {
		started = true
		go func() { ch <- 1 }()
	}
	if started {
		<-ch
	}
}

func sameError(f func() error) error {
	ch := make(chan int)
	err := f()
	if err == nil {
		go func() { ch <- 1 }()
	}
	if err != nil {
		return err
	}
	<-ch
	return nil
}

// Calls.

func deferred() error {
	ch := make(chan int)
	defer close(ch)
	go func() { <-ch }()
	if ok() {
		return errNo
	}
	return nil
}

func receive(ch chan int) int { return <-ch }

func helper() {
	ch := make(chan int)
	go func() { ch <- 1 }()
	receive(ch)
}

func methods() { // want "stuck: receives"
	w := &worker{make(chan int)}
	go w.run()
	if ok() {
		w.end()
	}
}

type worker struct{ stop chan int }

func (w *worker) run() { <-w.stop }
func (w *worker) end() { close(w.stop) }

type runner interface{ run() }

func dispatched() { // want "stuck: receives"
	var r runner = &worker{make(chan int)}
	go r.run()
}

func once() {
	var o sync.Once
	ch := make(chan int)
	end := func() { o.Do(func() { close(ch) }) }
	defer end()
	go func() { <-ch }()
	end()
}

// Contexts.

func cancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { <-ctx.Done() }()
}

func child() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx, _ = context.WithCancel(ctx)
	go func() { <-ctx.Done() }()
}

func notCancelled() { // want "stuck: receives"
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-ctx.Done() }()
	if ok() {
		cancel()
	}
}

func given(ctx context.Context) {
	go func() { <-ctx.Done() }()
}

func looked() {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for ctx.Err() == nil {
		}
	}()
	cancel()
}

// Groups and mutexes.

func waited() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		wg.Wait()
	}()
	wg.Done()
}

func notDone() { // want "stuck: waits"
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		wg.Wait()
	}()
	if ok() {
		wg.Done()
	}
}

func doneFar() {
	var wg sync.WaitGroup
	wg.Add(1)
	go far.Finish(&wg)
	wg.Wait()
}

func locked() { // want "stuck: locks"
	var mu sync.Mutex
	mu.Lock()
	go func() {
		mu.Lock()
		mu.Unlock()
	}()
	if ok() {
		return
	}
	mu.Unlock()
}

func readers() {
	var mu sync.RWMutex
	mu.RLock()
	go func() {
		mu.RLock()
		mu.RUnlock()
	}()
}

func readsTwice() { // want "stuck: locks"
	var mu sync.RWMutex
	read := func() {
		mu.RLock()
		defer mu.RUnlock()
	}
	go func() {
		mu.RLock()
		defer mu.RUnlock()
		read() // a writer may have come
	}()
	go func() {
		mu.Lock()
		mu.Unlock()
	}()
}

// One hangs because another does.

func consequence(f func() bool) { // want "stuck: sends"
	ch := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() { ch <- f() })
	go func() {
		wg.Wait()
		close(ch)
	}()
}

// Functions of another package.

func feed(n int) int { // want "stuck: sends"
	for i := range far.Feed(n) {
		if ok() {
			return i
		}
	}
	return 0
}

func work() { // want "stuck: receives"
	w := far.NewWorker()
	go w.Run()
}

func stopped() {
	w := far.NewWorker()
	go w.Run()
	w.Stop()
}

// What is not known of functions and numbers.

func recovered(f func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- errNo
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-late():
		return errNo
	}
}

func safe(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go far.Safe(func() {
		defer wg.Done()
		f()
	})
	wg.Wait()
}

func handedToWorker(submit func(func())) {
	done := make(chan bool)
	go func() {
		submit(func() { done <- true })
		<-done
	}()
}

func handedToMany(each func(func(int) error) error) error { // want "stuck: sends"
	ch := make(chan error)
	go func() {
		if err := each(func(int) error { ch <- nil; return nil }); err != nil {
			ch <- err
		}
		close(ch)
	}()
	for err := range ch {
		if err != nil {
			return err
		}
	}
	return nil
}

func running(jobs []func(), workers int) {
	done := make(chan bool)
	running := 0
	for {
		for running < workers && len(jobs) > 0 {
			job := jobs[0]
			jobs = jobs[1:]
			running++
			go func() {
				job()
				done <- true
			}()
		}
		if running == 0 {
			break
		}
		<-done
		running--
	}
}

func pool(jobs []int, more func(int) []int) {
	ready := make(chan int, len(jobs))
	for _, j := range jobs {
		ready <- j
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for j := range ready {
				for _, k := range more(j) {
					ready <- k
				}
				if ok() {
					close(ready)
				}
			}
		})
	}
	wg.Wait()
}

func nested(groups [][]func() error) error { // want "stuck: sends"
	ch := make(chan error)
	for _, g := range groups {
		for _, f := range g {
			go func() { ch <- f() }()
		}
	}
	return <-ch
}

// Conditions.

func signalled() {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	ready := false
	go func() {
		c.L.Lock()
		for !ready {
			c.Wait()
		}
		c.L.Unlock()
	}()
	mu.Lock()
	ready = true
	mu.Unlock()
	c.Broadcast()
}

func notSignalled() { // want "stuck: receives"
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	go func() {
		c.L.Lock()
		c.Wait()
		c.L.Unlock()
	}()
	if ok() {
		c.Signal()
	}
}

// Functions that capture the same and do not do the same.

func chosen() { // want "stuck: sends"
	ch := make(chan int)
	take := func() { <-ch }
	if ok() {
		take = func() { unknown(len(ch)) }
	}
	go func() { ch <- 1 }()
	take()
}

func relayed() bool { // want "stuck: sends"
	ch := far.Relay()
	return ok() || <-ch > 0
}

// The function itself.

func failed() { // want "stuck: receives"
	ch := make(chan int)
	go func() {
		if ok() {
			ch <- 1
		}
	}()
	<-ch
}

func gaveUp(ctx context.Context) {
	ch := make(chan int)
	go func() {
		select {
		case <-ctx.Done():
		case <-late():
			ch <- 1
		}
	}()
	<-ch
}

func asManyAsRoom() {
	ch := make(chan int, 2)
	go func() { ch <- 1 }()
	go func() { ch <- 2 }()
	for i := 0; i < cap(ch); i++ {
		<-ch
	}
}

func givenOn(f func(chan<- int)) {
	ch := make(chan int)
	go f(ch)
	<-ch
}

func withoutChannel() {
	var ch chan int
	if ok() {
		ch = make(chan int)
		go func() { ch <- 1 }()
	}
	<-ch
}
