package never

import (
	"context"
	"sync"
	"time"
)

// A boat is to end its goroutine when it is closed, and forgets to. What it is given may do
// much, and others are told of the channel.
type boat struct {
	stop chan struct{}
	work func() error
}

func newBoat(work func() error) *boat {
	b := &boat{stop: make(chan struct{}), work: work}
	tell(b)
	go b.run() // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
	return b
}

// tell lets somebody else know of a boat, who cannot close its channel.
func tell(b any) { known(b) }

var known func(any)

func (b *boat) run() {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-b.stop:
			return
		}
		if b.work() != nil {
			continue
		}
		t.Reset(time.Second)
	}
}

func (b *boat) Done() <-chan struct{} { return b.stop }

func (b *boat) Close() error { return b.work() }

// A raft does end it.
type raft struct {
	stop chan struct{}
	work func() error
}

func newRaft(work func() error) *raft {
	r := &raft{stop: make(chan struct{}), work: work}
	tell(r)
	go r.run()
	return r
}

func (r *raft) run() {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-r.stop:
			return
		}
		t.Reset(time.Second)
	}
}

func (r *raft) Close() error {
	close(r.stop)
	return r.work()
}

// A buoy ends it by an error of its work.
type buoy struct {
	stop chan struct{}
	work func() error
}

func newBuoy(work func() error) *buoy {
	b := &buoy{stop: make(chan struct{}), work: work}
	go b.run()
	return b
}

func (b *buoy) run() {
	for {
		select {
		case <-time.After(time.Second):
		case <-b.stop:
			return
		}
		if b.work() != nil {
			return
		}
	}
}

func (b *buoy) Close() error { return b.work() }

// A ferry does more at once than can be gone through in all orders.
type ferry struct {
	stop chan struct{}
	work func() bool
}

func newFerry(work func() bool) *ferry {
	f := &ferry{stop: make(chan struct{}), work: work}
	for range 3 {
		f.start()
	}
	return f
}

func (f *ferry) start() {
	a, b, c, d := make(chan bool), make(chan bool), make(chan bool), make(chan bool)
	go f.watch() // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
	go f.pass(a, b, c)
	go f.pass(b, c, d)
	go f.pass(c, d, a)
	go f.pass(d, a, b)
}

// pass takes from any of three channels as long as there is work, and gives to the others.
func (f *ferry) pass(a, b, c chan bool) {
	for f.work() {
		select {
		case v := <-a:
			b <- v
		case v := <-b:
			c <- v
		case v := <-c:
			a <- v
		case a <- f.work():
			<-b
		case b <- f.work():
			<-c
		}
	}
}

func (f *ferry) watch() {
	for {
		select {
		case <-time.After(time.Second):
		case <-f.stop:
			return
		}
	}
}

func (f *ferry) Close() error { return nil }

// A barge is to end its goroutine by a context of its own.
type barge struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	work   func(context.Context)
}

func newBarge(work func(context.Context)) *barge {
	ctx, cancel := context.WithCancel(context.Background())
	b := &barge{ctx: ctx, cancel: cancel, work: work}
	tell(b)
	b.wg.Add(1)
	go func() { // want `goroutine never ends`
		defer b.wg.Done()
		b.run()
	}()
	return b
}

func (b *barge) run() {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			b.work(b.ctx)
			t.Reset(time.Second)
		case <-b.ctx.Done():
			return
		}
	}
}

func (b *barge) Close() { b.wg.Wait() }

// A yacht does that.
type yacht struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	work   func(context.Context)
}

func newYacht(work func(context.Context)) *yacht {
	ctx, cancel := context.WithCancel(context.Background())
	y := &yacht{ctx: ctx, cancel: cancel, work: work}
	tell(y)
	y.wg.Add(1)
	go func() {
		defer y.wg.Done()
		y.run()
	}()
	return y
}

func (y *yacht) run() {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			y.work(y.ctx)
			t.Reset(time.Second)
		case <-y.ctx.Done():
			return
		}
	}
}

func (y *yacht) Close() {
	y.cancel()
	y.wg.Wait()
}
