package receives

// A relay hands the channel that ends it to its goroutine, and closes it nowhere.
type relay struct {
	halt chan struct{}
	in   chan int
	out  func(int)
}

func newRelay(out func(int)) *relay {
	return &relay{halt: make(chan struct{}), in: make(chan int), out: out}
}

func (r *relay) Start() { go r.passes(r.in, r.halt) } // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`

func (r *relay) passes(in chan int, halt <-chan struct{}) {
	for {
		select {
		case n := <-in:
			r.out(n)
		case <-halt:
			return
		}
	}
}

func (r *relay) Put(n int) { r.in <- n }

func (r *relay) Close() { r.out(0) }

// A wire does the same, and closes it.
type wire struct {
	halt chan struct{}
	in   chan int
	out  func(int)
}

func newWire(out func(int)) *wire {
	return &wire{halt: make(chan struct{}), in: make(chan int), out: out}
}

func (w *wire) Start() { go w.passes(w.in, w.halt) }

func (w *wire) passes(in chan int, halt <-chan struct{}) {
	for {
		select {
		case n := <-in:
			w.out(n)
		case <-halt:
			return
		}
	}
}

func (w *wire) Put(n int) { w.in <- n }

func (w *wire) Close() { close(w.halt) }

// A cable gets it from others, too.
type cable struct {
	halt chan struct{}
	in   chan int
	out  func(int)
}

func newCable(out func(int)) *cable {
	return &cable{halt: make(chan struct{}), in: make(chan int), out: out}
}

func (c *cable) Start() { go c.passes(c.in, c.halt) }

func (c *cable) Until(halt chan struct{}) { go c.passes(c.in, halt) }

func (c *cable) passes(in chan int, halt <-chan struct{}) {
	for {
		select {
		case n := <-in:
			c.out(n)
		case <-halt:
			return
		}
	}
}

func (c *cable) Put(n int) { c.in <- n }

func (c *cable) Close() { c.out(0) }

// An Answerer has a goroutine that ends with a channel in its field, where another function has
// put it.
type Answerer struct {
	asks    chan<- int
	answers <-chan int
}

// Ask is fine: Close closes the channel.
func Ask() *Answerer {
	asks, answers := make(chan int), make(chan int)
	go func() {
		defer close(answers)
		for n := range asks {
			answers <- n + 1
		}
	}()
	return newAnswerer(asks, answers)
}

func newAnswerer(asks chan<- int, answers <-chan int) *Answerer {
	return &Answerer{asks: asks, answers: answers}
}

// Close ends the goroutine.
func (a *Answerer) Close() error {
	close(a.asks)
	return nil
}
