package leaks

import "runtime"

// length is not known to be small.
var length = size

func PartialUse() any {
	data := make([]byte, length)
	return func() int { return len(data) } // leak: closurecapture/partial-use
}

func PartialUseFixed() any {
	data := make([]byte, length)
	n := len(data)
	return func() int { return n }
}

// A server calls functions when it ends.
type server struct {
	atEnd []func()
}

func (s *server) defers() {
	data := make([]byte, length)
	s.atEnd = append(s.atEnd, func() { println(string(data)) }) // leak: closurecapture/large-capture
}

// A closer forgets functions that it has called.
type closer struct {
	atEnd []func()
}

func (c *closer) defers() {
	data := make([]byte, length)
	c.atEnd = append(c.atEnd, func() { _ = string(data) })
}

func (c *closer) end() {
	for _, f := range c.atEnd {
		f()
	}
	c.atEnd = nil
}

var (
	theServer server
	theCloser closer
)

func LargeCapture() any {
	theServer.defers()
	return nil
}

func LargeCaptureFixed() any {
	theCloser.defers()
	theCloser.end()
	return nil
}

// wake is for goroutines that have nothing to do.
var wake = make(chan struct{}, 1)

func LargeCaptureGoroutine() any {
	data := make([]byte, length)
	go func() { // leak: closurecapture/large-capture goroutineleak/never-ends
		for {
			<-wake
			println(string(data))
		}
	}()
	return nil
}

func LargeCaptureGoroutineFixed() any {
	data := make([]byte, length)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-wake:
				println(string(data))
			case <-done:
				return
			}
		}
	}()
	close(done)
	return nil
}

// release is what is left to do for a file that nobody closed.
func release(fd int64) {}

// A file has a descriptor that somebody has to release.
type file struct {
	fd   int64
	data []byte
	peer *file
}

func newFile() *file { return &file{fd: next.Add(1), data: make([]byte, size)} }

func (f *file) release() { release(f.fd) }

func FinalizerCaptures() any {
	f := newFile()
	runtime.SetFinalizer(f, func(*file) { f.release() }) // leak: closurecapture/self-reference
	return nil
}

func FinalizerCapturesFixed() any {
	f := newFile()
	runtime.SetFinalizer(f, func(f *file) { f.release() })
	return nil
}

// A handle has a finalizer that is a method of another object.
type handle struct {
	file *file
	data []byte
}

func (h *handle) finalize(*handle) { release(h.file.fd) }

func FinalizerBound() any {
	h := &handle{newFile(), nil}
	runtime.SetFinalizer(h, h.finalize) // leak: closurecapture/self-reference
	return nil
}

func FinalizerBoundFixed() any {
	h := &handle{newFile(), nil}
	runtime.SetFinalizer(h, (*handle).free)
	return nil
}

func (h *handle) free() { release(h.file.fd) }

func FinalizerCycle() any {
	f, g := newFile(), newFile()
	f.peer, g.peer = g, f
	runtime.SetFinalizer(f, (*file).release) // missed: closurecapture/self-reference
	return nil
}

func FinalizerCycleFixed() any {
	f, g := newFile(), newFile()
	f.peer = g
	runtime.SetFinalizer(f, (*file).release)
	return nil
}
