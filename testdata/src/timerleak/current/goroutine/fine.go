package goroutine

import (
	"context"
	"errors"
	"log"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/timers/helper"
)

// Fine: the context ends the loop.
func Poll(ctx context.Context, poll func()) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				poll()
			}
		}
	}()
}

// Fine: the label makes break leave the loop.
func Labelled(done <-chan struct{}, poll func()) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
	loop:
		for {
			select {
			case <-t.C:
				poll()
			case <-done:
				break loop
			}
		}
		log.Print("stopped")
	}()
}

// Fine: goto leaves the loop, too.
func Jump(quit chan bool, poll func()) {
	t := time.NewTicker(time.Second)
	go func() {
		for {
			<-t.C
			select {
			case <-quit:
				goto end
			default:
				poll()
			}
		}
	end:
		t.Stop()
	}()
}

// Fine: the loop ends with the first failure.
func UntilError(ping func() error) {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			if err := ping(); err != nil {
				t.Stop()
				return
			}
		}
	}()
}

// Fine: a condition in the head of the loop is a way out.
func Flagged(stopped *atomic.Bool, poll func()) {
	t := time.NewTicker(time.Second)
	go func() {
		for !stopped.Load() {
			<-t.C
			poll()
		}
		t.Stop()
	}()
}

// Fine: so many ticks and no more.
func Countdown(n int, say func(int)) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		for i := range n {
			<-t.C
			say(i)
		}
	}()
}

var errLost = errors.New("lost")

// Fine: a call that never returns is a way out, also one of the helper's.
func Watchdog(alive func() bool) {
	t := time.NewTicker(time.Minute)
	go func() {
		for range t.C {
			if !alive() {
				helper.Die(errLost)
			}
		}
	}()
}

// Fine: so are runtime.Goexit and panic.
func Exits(alive func() int) {
	t := time.NewTicker(time.Minute)
	go func() {
		defer t.Stop()
		for range t.C {
			switch alive() {
			case 0:
				runtime.Goexit()
			}
		}
	}()
	u := time.NewTicker(time.Minute)
	go func() {
		defer u.Stop()
		for range u.C {
			if alive() < 0 {
				panic("negative")
			}
		}
	}()
}

// Fine: it blocks its caller, who decides on what goroutine it runs.
func (s *Session) Serve(handle func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C {
		handle()
	}
}

// Fine: the helper's loop ends with the channel, which the caller closes.
func Until(done <-chan struct{}, beat func()) {
	t := time.NewTicker(time.Second)
	go helper.DrainUntil(t.C, done, beat)
}

// Fine: the goroutine waits once per job, and the channel of jobs ends.
func Throttle(jobs <-chan func()) {
	t := time.NewTicker(100 * time.Millisecond)
	go func() {
		defer t.Stop()
		for job := range jobs {
			<-t.C
			job()
		}
	}()
}

// Fine: a single wait is no loop, though a goroutine does it.
func Later(f func()) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		<-t.C
		f()
	}()
}

// Fine: the channel is nil until it is armed and the loop has a way out.
func Debounce(ctx context.Context, in <-chan string, out chan<- string) {
	go func() {
		var ticks <-chan time.Time
		t := time.NewTicker(time.Second)
		defer t.Stop()
		var last string
		for {
			select {
			case last = <-in:
				ticks = t.C
			case <-ticks:
				out <- last
				ticks = nil
			case <-ctx.Done():
				return
			}
		}
	}()
}

// expiry is closed through the field that has the channel.
type expiry struct {
	items []string
	quit  chan struct{}
}

type shelf struct{ expiry *expiry }

func (s *shelf) Expire() {
	quit := make(chan struct{})
	e := &expiry{make([]string, 0, 8), quit}
	s.expiry = e
	go func() {
		t := time.NewTicker(time.Minute)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				e.items = nil
			case <-quit:
				return
			}
		}
	}()
}

func (s *shelf) Keep() {
	close(s.expiry.quit)
	s.expiry = nil
}
