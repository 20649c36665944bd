// Package stops has stop channels and wait groups.
package stops

import "sync"

// A Pool has many workers, and stops one.
type Pool struct {
	jobs chan func()
	stop chan struct{}
}

func NewPool(n int) *Pool {
	p := &Pool{make(chan func()), make(chan struct{})}
	for range n {
		go p.work()
	}
	return p
}

func (p *Pool) work() {
	for {
		select {
		case f := <-p.jobs:
			f()
		case <-p.stop:
			return
		}
	}
}

func (p *Pool) Do(f func()) { p.jobs <- f }

func (p *Pool) Close() {
	p.stop <- struct{}{} // want `one value on stop stops one of the goroutines that wait for it \(goroutineleak/stop-sent-once\)`
}

// A Solo has one.
type Solo struct {
	jobs chan func()
	stop chan struct{}
}

func NewSolo() *Solo {
	s := &Solo{make(chan func()), make(chan struct{})}
	go func() {
		for {
			select {
			case f := <-s.jobs:
				f()
			case <-s.stop:
				return
			}
		}
	}()
	return s
}

func (s *Solo) Do(f func()) { s.jobs <- f }
func (s *Solo) Close()      { s.stop <- struct{}{} }

func group(fs []func() error) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Add(1)
		go func() {
			if f() != nil {
				return
			}
			wg.Done()
		}()
	}
	wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

func counted(fs []func(), f func()) {
	var wg sync.WaitGroup
	wg.Add(len(fs))
	for _, f := range fs {
		if f == nil {
			wg.Done()
			continue
		}
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait()
}

func miscounted(fs []func()) {
	var wg sync.WaitGroup
	wg.Add(len(fs))
	for _, f := range fs {
		if f == nil {
			continue
		}
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait() // want `may wait for ever: Done is not called as often as Add on every path \(goroutineleak/wait-never-done\)`
}

var _, _, _ = group, counted, miscounted

// A Pair has two loops, and Close takes care to send its one value once.
type Pair struct {
	in, out chan int
	quit    chan struct{}
	once    sync.Once
}

func NewPair() *Pair {
	p := &Pair{in: make(chan int), out: make(chan int), quit: make(chan struct{}, 1)}
	go p.read()
	go p.write()
	return p
}

func (p *Pair) read() {
	for {
		select {
		case n := <-p.in:
			println(n)
		case <-p.quit:
			return
		}
	}
}

func (p *Pair) write() {
	for {
		select {
		case p.out <- 1:
		case <-p.quit:
			return
		}
	}
}

func (p *Pair) Close() {
	p.once.Do(func() {
		p.quit <- struct{}{} // want `one value on quit stops one of the goroutines that wait for it`
	})
}

// A Couple sends one for each.
type Couple struct {
	in, out chan int
	quit    chan struct{}
	once    sync.Once
}

func NewCouple() *Couple {
	c := &Couple{in: make(chan int), out: make(chan int), quit: make(chan struct{}, 2)}
	go c.read()
	go c.write()
	return c
}

func (c *Couple) read() {
	for {
		select {
		case n := <-c.in:
			println(n)
		case <-c.quit:
			return
		}
	}
}

func (c *Couple) write() {
	for {
		select {
		case c.out <- 1:
		case <-c.quit:
			return
		}
	}
}

func (c *Couple) Close() {
	c.once.Do(func() {
		c.quit <- struct{}{}
		c.quit <- struct{}{}
	})
}
