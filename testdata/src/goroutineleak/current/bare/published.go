package bare

import "context"

// A Adder leaks: who reads the counts may have left, and the goroutine does not notice that it
// should end while it sends.
type Adder struct {
	in     <-chan int
	counts chan int
}

func NewAdder(ctx context.Context, in <-chan int) *Adder {
	m := &Adder{in: in, counts: make(chan int)}
	go m.run(ctx)
	return m
}

func (m *Adder) Counts() <-chan int { return m.counts }

func (m *Adder) run(ctx context.Context) {
	n := 0
	for {
		select {
		case d := <-m.in:
			n += d
			m.counts <- n // want `send on m.counts does not look at what ends the goroutine \(goroutineleak/bare-send\)`
		case <-ctx.Done():
			return
		}
	}
}

// A Sight is fine: it looks at both.
type Sight struct {
	in     <-chan int
	counts chan int
}

func NewSight(ctx context.Context, in <-chan int) *Sight {
	g := &Sight{in: in, counts: make(chan int)}
	go g.run(ctx)
	return g
}

func (g *Sight) Counts() <-chan int { return g.counts }

func (g *Sight) run(ctx context.Context) {
	for {
		select {
		case d := <-g.in:
			select {
			case g.counts <- d:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
