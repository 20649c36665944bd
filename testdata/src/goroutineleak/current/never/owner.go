package never

import "sync"

// A mill has a Close, and a channel that its loop looks at, but nobody closes that.
type mill struct {
	grain chan int
	stop  chan struct{}
	mu    sync.Mutex
	sum   int
}

func newMill(grain chan int) *mill {
	m := &mill{grain: grain, stop: make(chan struct{})}
	go m.run() // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
	return m
}

func (m *mill) run() {
	for {
		select {
		case <-m.stop:
			return
		case n := <-m.grain:
			m.mu.Lock()
			m.sum += n
			m.mu.Unlock()
		}
	}
}

func (m *mill) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum = 0
	return nil
}

// The loop of a kiln is not meant to end: there may be one for the process.
type kiln struct {
	clay chan int
	sum  int
}

func newKiln(clay chan int) *kiln {
	k := &kiln{clay: clay}
	go k.run()
	return k
}

func (k *kiln) run() {
	for {
		k.sum += <-k.clay
	}
}

func (k *kiln) Close() error { return nil }

// The loop of an oven has no way out, though the oven has an end that does something.
type oven struct {
	dough chan int
	file  interface{ Close() error }
	sum   int
}

func newOven(dough chan int, file interface{ Close() error }) *oven {
	o := &oven{dough: dough, file: file}
	go o.run() // want `goroutine never ends: its loop has no way out \(goroutineleak/never-ends\)`
	return o
}

func (o *oven) run() {
	for {
		o.sum += <-o.dough
	}
}

func (o *oven) Close() error { return o.file.Close() }

// A smithy may be there once, and its methods start what works in it.
type smithy struct {
	file interface{ Close() error }
	sum  int
}

func (s *smithy) start() { go s.run() }

func (s *smithy) run() {
	for {
		s.sum++
	}
}

func (s *smithy) Close() error { return s.file.Close() }

var startSmithy = (*smithy).start

var theOven = newOven
var theMill = newMill
var theKiln = newKiln
