package bare

import "context"

// The last send of the function does not look at the context, and the one before it does.
func merge(ctx context.Context, ins []<-chan int, out chan<- int) error {
	if len(ins) == 1 {
		for {
			select {
			case v := <-ins[0]:
				select {
				case out <- v:
				case <-ctx.Done():
					return ctx.Err()
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	for {
		least := 0
		for _, in := range ins {
			select {
			case v := <-in:
				least = min(least, v)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		out <- least // want `send on out does not look at what ends the goroutine \(goroutineleak/bare-send\)`
	}
}

// Fine: whoever waits is told of the end.
func tell(ctx context.Context, more func() int, out chan<- int) {
	for {
		select {
		case out <- more():
		case <-ctx.Done():
			out <- -1
			close(out)
			return
		}
	}
}

// A Reader reads ahead of whoever asks for the next.
type Reader struct {
	next chan int
	more func() (int, bool)
}

func NewReader(ctx context.Context, more func() (int, bool)) *Reader {
	r := &Reader{make(chan int), more}
	go r.run(ctx)
	return r
}

// Whoever asks once may not ask again.
func (r *Reader) run(ctx context.Context) {
	defer close(r.next)
	for {
		n, ok := r.more()
		if !ok {
			return
		}
		select {
		case r.next <- n:
		case <-ctx.Done():
			r.next <- -1 // want `send on r.next does not look at what ends the goroutine \(goroutineleak/bare-send\)`
			return
		}
	}
}

func (r *Reader) Next() int { return <-r.next }

// A Drain is a reader of which all is taken.
type Drain struct{ next chan int }

func (d *Drain) run(ctx context.Context, more func() int) {
	defer close(d.next)
	for {
		select {
		case d.next <- more():
		case <-ctx.Done():
			d.next <- -1
			return
		}
	}
}

func NewDrain(ctx context.Context, more func() int) *Drain {
	d := &Drain{make(chan int)}
	go d.run(ctx, more)
	return d
}

func (d *Drain) All() (all []int) {
	for n := range d.next {
		all = append(all, n)
	}
	return all
}

type errand struct {
	arg  int
	done chan int
}

// A Porter runs errands for whoever may leave before one is done.
type Porter struct {
	errands chan errand
	quit    chan struct{}
}

func NewPorter(do func(int) int) *Porter {
	p := &Porter{make(chan errand), make(chan struct{})}
	go p.run(do)
	return p
}

func (p *Porter) run(do func(int) int) {
	for {
		select {
		case e := <-p.errands:
			e.done <- do(e.arg) // want `send on e.done does not look at what ends those who receive \(goroutineleak/bare-send\)`
		case <-p.quit:
			return
		}
	}
}

func (p *Porter) Send(ctx context.Context, arg int) int {
	e := errand{arg, make(chan int)}
	select {
	case p.errands <- e:
	case <-ctx.Done():
		return 0
	}
	select {
	case n := <-e.done:
		return n
	case <-ctx.Done():
		return 0
	}
}

func (p *Porter) Close() { close(p.quit) }

// A Bellboy has room for what nobody waits for.
type Bellboy struct {
	errands chan errand
	quit    chan struct{}
}

func NewBellboy(do func(int) int) *Bellboy {
	b := &Bellboy{make(chan errand), make(chan struct{})}
	go b.run(do)
	return b
}

func (b *Bellboy) run(do func(int) int) {
	for {
		select {
		case e := <-b.errands:
			e.done <- do(e.arg)
		case <-b.quit:
			return
		}
	}
}

func (b *Bellboy) Send(ctx context.Context, arg int) int {
	e := errand{arg, make(chan int, 1)}
	select {
	case b.errands <- e:
	case <-ctx.Done():
		return 0
	}
	select {
	case n := <-e.done:
		return n
	case <-ctx.Done():
		return 0
	}
}

func (b *Bellboy) Close() { close(b.quit) }

// A Meter hands out what it reads, and others may leave when they like.
type Meter struct {
	Values chan int
	done   chan struct{}
}

func NewMeter(read func() (int, error)) *Meter {
	m := &Meter{make(chan int), make(chan struct{})}
	go m.run(read)
	return m
}

func (m *Meter) Close() { close(m.done) }

func (m *Meter) put(n int) bool {
	select {
	case m.Values <- n:
		return true
	case <-m.done:
		return false
	}
}

func (m *Meter) run(read func() (int, error)) {
	defer close(m.Values)
	for {
		n, err := read()
		if err != nil {
			m.Values <- -1 // want `send on m.Values does not look at what ends the goroutine \(goroutineleak/bare-send\)`
			continue
		}
		if !m.put(n) {
			return
		}
	}
}

// A Counter makes room for one.
type Counter struct {
	Values chan int
	done   chan struct{}
}

func NewCounter(read func() (int, error)) *Counter {
	c := &Counter{make(chan int, 1), make(chan struct{})}
	go c.run(read)
	return c
}

func (c *Counter) Close() { close(c.done) }

func (c *Counter) run(read func() (int, error)) {
	c.Values <- 0
	for {
		n, _ := read()
		select {
		case c.Values <- n:
		case <-c.done:
			return
		}
	}
}

// A Board drops what nobody takes at once.
type Board struct {
	Values chan int
	done   chan struct{}
}

func (b *Board) put(n int) {
	select {
	case b.Values <- n:
	case <-b.done:
	default:
	}
}

func (b *Board) first(n int) { b.Values <- n }

func NewBoard() *Board { return &Board{make(chan int), make(chan struct{})} }

func (b *Board) Close() { close(b.done) }

var _ = []any{(*Board).put, (*Board).first}
