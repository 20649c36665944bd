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

var theMill = newMill
var theKiln = newKiln
