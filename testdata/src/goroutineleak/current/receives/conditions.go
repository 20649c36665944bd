package receives

import "sync"

// A fuse is set once, to one of two values.
type fuse struct {
	mu    sync.Mutex
	cond  *sync.Cond
	value int32
}

func newFuse() *fuse {
	f := &fuse{}
	f.cond = sync.NewCond(&f.mu)
	return f
}

func (f *fuse) set(ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	value := int32(2)
	if ok {
		value = 1
	}
	if f.value == 0 {
		f.value = value
		f.cond.Broadcast()
	}
}

func (f *fuse) wait() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.value == 0 {
		f.cond.Wait()
	}
	return f.value == 1
}

// Fine: the fuse is set whatever happens.
func fused(work func() error, then func()) error {
	f := newFuse()
	go func() {
		if f.wait() {
			then()
		}
	}()
	defer f.set(false)
	return work()
}

// An error leaves the fuse alone.
func unfused(work func() error, then func()) error {
	f := newFuse()
	go func() { // want `goroutine may wait for ever for a condition that nobody signals`
		if f.wait() {
			then()
		}
	}()
	if err := work(); err != nil {
		return err
	}
	f.set(true)
	return nil
}

// Fine: who waits asks the same as who says so.
func ordered(order bool, work func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	if !order {
		go func() {
			<-stop
			close(stopped)
		}()
	}
	go func() {
		work()
		if order {
			return
		}
		close(stop)
		<-stopped
	}()
}

// Here, it may have changed.
func reordered(order bool, work func() bool) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	if !order {
		go func() { // want `goroutine may wait for ever to receive from stop`
			<-stop
			close(stopped)
		}()
	}
	order = work()
	go func() { // want `goroutine may wait for ever to receive from stopped`
		if order {
			return
		}
		close(stop)
		<-stopped
	}()
}
