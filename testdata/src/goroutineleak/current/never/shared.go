package never

// What starts the goroutine of a sender is given back as something that ends it: the channel in
// the one is that in the other.
type sender struct {
	jobs chan func()
	stop chan struct{}
}

func (s *sender) run() {
	for {
		select {
		case job := <-s.jobs:
			job()
		case <-s.stop:
			return
		}
	}
}

// An Ender ends a goroutine.
type Ender interface{ Close() }

type ender struct {
	jobs chan func()
	end  chan struct{}
}

func (e ender) Close() { close(e.end) }

func (e ender) Do(job func()) { e.jobs <- job }

func NewSender() Ender {
	jobs, stop := make(chan func()), make(chan struct{})
	s := sender{jobs: jobs, stop: stop}
	go s.run()
	return ender{jobs: jobs, end: stop}
}

// The same, but what ends it closes another channel.
type caller struct {
	jobs chan func()
	stop chan struct{}
}

func (c *caller) run() {
	for {
		select {
		case job := <-c.jobs:
			job()
		case <-c.stop:
			return
		}
	}
}

type hangup struct {
	jobs      chan func()
	end, last chan struct{}
}

func (h hangup) Close() { close(h.last) }

func (h hangup) Do(job func()) { h.jobs <- job }

func NewCaller() Ender {
	jobs, stop, last := make(chan func()), make(chan struct{}), make(chan struct{})
	c := caller{jobs: jobs, stop: stop}
	go c.run() // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`
	return hangup{jobs: jobs, end: stop, last: last}
}
