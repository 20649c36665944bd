// Package rearm has timers whose function arms them again.
package rearm

import (
	"context"
	"sync"
	"time"
)

// Leaks: the timer resets itself, and the variable that holds it is captured
// by nothing else.
func Flush(flush func()) {
	var t *time.Timer
	t = time.AfterFunc(time.Minute, func() { // want `always arms itself again and nothing stops it.*timerleak/afterfunc-rearms`
		flush()
		t.Reset(time.Minute)
	})
}

// Leaks: the method arms itself by name; peers are made per connection.
type peer struct {
	mu    sync.Mutex
	beats int
}

func NewPeer() *peer {
	p := &peer{}
	p.schedule()
	return p
}

func (p *peer) schedule() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats++
	time.AfterFunc(time.Second, p.schedule) // want `timerleak/afterfunc-rearms`
}

// Fine: the chain ends with the first success.
func Until(try func() error) {
	var again func()
	again = func() {
		if err := try(); err == nil {
			return
		}
		time.AfterFunc(time.Second, again)
	}
	time.AfterFunc(time.Second, again)
}

// Fine: the context ends the chain.
func With(ctx context.Context, f func()) {
	var t *time.Timer
	t = time.AfterFunc(time.Second, func() {
		if ctx.Err() != nil {
			return
		}
		f()
		t.Reset(time.Second)
	})
}

// Fine: Close stops what the callback arms.
type lease struct {
	t     *time.Timer
	renew func()
}

func NewLease(renew func()) *lease {
	l := &lease{renew: renew}
	l.t = time.AfterFunc(time.Minute, l.fire)
	return l
}

func (l *lease) fire() {
	l.renew()
	l.t.Reset(time.Minute)
}

func (l *lease) Close() { l.t.Stop() }

// Fine: the caller gets the means to stop it.
func Every(d time.Duration, f func()) (stop func() bool) {
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		f()
		t.Reset(d)
	})
	return t.Stop
}

// Fine: the callback resets another timer than its own.
func Extend(idle *time.Timer) {
	time.AfterFunc(time.Second, func() { idle.Reset(time.Minute) })
}

// Fine: an attempt is made at most three times.
func Thrice(f func()) {
	left := 3
	var t *time.Timer
	t = time.AfterFunc(time.Second, func() {
		f()
		if left--; left > 0 {
			t.Reset(time.Second)
		}
	})
}

// Leaks: also by way of a goroutine.
type sweeper struct{ n int }

func NewSweeper() *sweeper {
	s := &sweeper{}
	s.arm()
	return s
}

func (s *sweeper) arm() {
	time.AfterFunc(time.Minute, func() { // want `timerleak/afterfunc-rearms`
		s.n++
		go s.arm()
	})
}

// Fine: a flag ends the chain.
type flagged struct {
	mu     sync.Mutex
	closed bool
	t      *time.Timer
}

func NewFlagged() *flagged {
	f := &flagged{}
	f.arm()
	return f
}

func (f *flagged) arm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.t = time.AfterFunc(time.Minute, f.arm)
}
