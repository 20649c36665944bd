// Package local has tickers that stay in the function that makes them.
package local

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"sync"
	"time"

	"example.com/oldtimers/helper"
)

// Leaks: nobody stops it.
func Wait(ready func() bool) {
	t := time.NewTicker(time.Second) // want `ticker is not stopped on every path; held by the runtime timer heap \(timerleak/ticker-not-stopped\)`
	for !ready() {
		<-t.C
	}
}

// Leaks: the answer comes before the first tick.
func Ask(answers <-chan string) (string, error) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	select {
	case a := <-answers:
		return a, nil
	case <-t.C:
		t.Stop()
		return "", os.ErrDeadlineExceeded
	}
}

// Leaks: the early return is in front of the defer.
func Read(r io.Reader) ([]byte, error) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	if r == nil {
		return nil, errors.New("no reader")
	}
	defer t.Stop()
	<-t.C
	return io.ReadAll(r)
}

// Leaks: the helper reads from it and does not stop it, which is known from
// its package.
func Three() {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	helper.Count(t, 3)
}

// Leaks: a Stop behind a return is never reached.
func Never(f func()) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	f()
	return
	t.Stop()
}

// Leaks: the ticker is nobody's, only its channel is used.
func Tick3(f func(time.Time)) {
	ticks := time.NewTicker(time.Second).C // want `timerleak/ticker-not-stopped`
	for range 3 {
		f(<-ticks)
	}
}

// Fine: the plain form.
func Plain(n int, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range n {
		<-t.C
		f()
	}
}

// Fine: a deferred literal, a method value and a clean-up closure stop it.
func Literal(f func()) {
	t := time.NewTicker(time.Second)
	defer func() {
		log.Print("done")
		t.Stop()
	}()
	<-t.C
	f()
}

func Value(f func()) {
	t := time.NewTicker(time.Second)
	stop := t.Stop
	defer stop()
	<-t.C
	f()
}

func Closure(f func() error) error {
	t := time.NewTicker(time.Second)
	cleanup := func() { t.Stop() }
	if err := f(); err != nil {
		cleanup()
		return err
	}
	<-t.C
	cleanup()
	return nil
}

// Fine: the end of the context, or of the test, stops it.
func Bound(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	context.AfterFunc(ctx, t.Stop)
	<-t.C
	f()
}

// Fine: the goroutine takes it over.
func Over(done chan struct{}, f func()) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				f()
			}
		}
	}()
}

// Leaks: the goroutine takes it over, and one of its paths forgets it.
func OverFailing(f func() error) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	go func() {
		for range t.C {
			if f() != nil {
				return
			}
			if f() != nil {
				t.Stop()
				return
			}
		}
	}()
}

// Fine: helpers stop it, or keep it for somebody who does.
func Helped(f func()) {
	t := time.NewTicker(time.Second)
	<-t.C
	f()
	helper.Halt(t)
}

func Kept() io.Closer { return helper.Closer(time.NewTicker(time.Second)) }

func Stopped(f func()) func() {
	t := time.NewTicker(time.Second)
	<-t.C
	f()
	return helper.Stopper(t)
}

// Fine: unknown code counts as a keeper.
func Unknown(keep func(*time.Ticker)) { keep(time.NewTicker(time.Second)) }

type keeper interface{ Keep(*time.Ticker) }

func Interface(k keeper) {
	t := time.NewTicker(time.Second)
	<-t.C
	k.Keep(t)
}

// Fine: returned, sent, or put where others find it.
func Returned() *time.Ticker { return time.NewTicker(time.Second) }

func WithStop() (<-chan time.Time, func()) {
	t := time.NewTicker(time.Second)
	return t.C, t.Stop
}

func Sent(to chan<- *time.Ticker) { to <- time.NewTicker(time.Second) }

var (
	mu  sync.Mutex
	all = map[string]*time.Ticker{}
)

func Named(name string) {
	mu.Lock()
	defer mu.Unlock()
	if old := all[name]; old != nil {
		old.Stop()
	}
	all[name] = time.NewTicker(time.Second)
}

// Fine: several in a local slice, all stopped.
func Many(ds []time.Duration) {
	var ts []*time.Ticker
	for _, d := range ds {
		ts = append(ts, time.NewTicker(d))
	}
	defer func() {
		for _, t := range ts {
			t.Stop()
		}
	}()
	for _, t := range ts {
		<-t.C
	}
}

// Fine: made and stopped under the same condition.
func Verbose(verbose bool, f func()) {
	var t *time.Ticker
	if verbose {
		t = time.NewTicker(time.Second)
	}
	f()
	if verbose {
		t.Stop()
	}
}

// Fine: made if wanted, stopped if made.
func Maybe(d time.Duration, f func()) {
	var t *time.Ticker
	if d > 0 {
		t = time.NewTicker(d)
	}
	defer func() {
		if t != nil {
			t.Stop()
		}
	}()
	f()
}

// Fine: the path that does not stop it ends the process or panics.
func Dies(ok func() bool) {
	t := time.NewTicker(time.Second)
	if !ok() {
		log.Fatal("not ok")
	}
	if !ok() {
		helper.Fatal("not ok")
	}
	t.Stop()
}

// Fine: init runs once.
func init() {
	t := time.NewTicker(time.Millisecond)
	<-t.C
}

// Fine: the goroutine uses it until the process ends.
func Probe(alive func() bool) {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			if !alive() {
				os.Exit(1)
			}
		}
	}()
}

// Leaks: the goroutine uses it until it returns.
func ProbeOnce(alive func() bool) {
	t := time.NewTicker(time.Second) // want `timerleak/ticker-not-stopped`
	go func() {
		for range t.C {
			if alive() {
				return
			}
		}
	}()
}
