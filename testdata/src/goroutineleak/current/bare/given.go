package bare

// A hub hands its channels to the goroutine that takes from them, which leaves when it is told.
type hub struct {
	in   chan int
	quit chan struct{}
	out  func(int)
}

func newHub(out func(int)) *hub {
	return &hub{in: make(chan int), quit: make(chan struct{}), out: out}
}

func (h *hub) Start() { go h.queues(h.in, h.quit) }

func (h *hub) queues(in <-chan int, quit <-chan struct{}) {
	for {
		select {
		case n := <-in:
			h.out(n)
		case <-quit:
			return
		}
	}
}

func (h *hub) Put(n int) {
	select {
	case h.in <- n:
	case <-h.quit:
	}
}

func (h *hub) Push(n int) {
	h.in <- n // want `send on h.in does not look at what ends those who receive \(goroutineleak/bare-send\)`
}

func (h *hub) Close() { close(h.quit) }

// A node hands them to one that takes all.
type node struct {
	in   chan int
	quit chan struct{}
	out  func(int)
}

func newNode(out func(int)) *node {
	return &node{in: make(chan int), quit: make(chan struct{}), out: out}
}

func (d *node) Start() { go d.queues(d.in) }

func (d *node) queues(in <-chan int) {
	for n := range in {
		d.out(n)
	}
}

func (d *node) Put(n int) {
	select {
	case d.in <- n:
	case <-d.quit:
	}
}

func (d *node) Push(n int) { d.in <- n }

func (d *node) Close() {
	close(d.quit)
	close(d.in)
}
