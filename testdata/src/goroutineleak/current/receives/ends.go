package receives

import (
	"context"
	"time"
)

// A porch lets others wait for its end, which does not come.
type porch struct{ gone chan struct{} }

func newPorch() *porch { return &porch{gone: make(chan struct{})} }

// Gone gives others one end of the channel: they cannot close it.
func (g *porch) Gone() <-chan struct{} { return g.gone }

func (g *porch) Wait() {
	<-g.Gone() // want `may wait for ever to receive from g.Gone\(\), which nobody sends on or closes \(goroutineleak/blocked-receive\)`
}

// A lobby gives others the whole channel.
type lobby struct{ gone chan struct{} }

func newLobby() *lobby { return &lobby{gone: make(chan struct{})} }

func (d *lobby) Gone() chan struct{} { return d.gone }

func (d *lobby) Wait() { <-d.Gone() }

// An stair closes it.
type stair struct{ gone chan struct{} }

func newStair() *stair { return &stair{gone: make(chan struct{})} }

func (e *stair) Gone() <-chan struct{} { return e.gone }

func (e *stair) Wait() { <-e.Gone() }

func (e *stair) Open() { close(e.gone) }

// A shelf takes at its end what is left, which never ends.
type shelf struct{ items chan int }

func newShelf(n int) *shelf { return &shelf{items: make(chan int, n)} }

func (s *shelf) Put(i int) {
	select {
	case s.items <- i:
	default:
	}
}

func (s *shelf) Close(use func(int)) { s.rest(use) }

func (s *shelf) rest(use func(int)) {
	for i := range s.items { // nothing says that a shelf has come to its end
		use(i)
	}
}

// A crate does the same when it is closed.
type crate struct {
	items chan int
	use   func(int)
}

func newCrate(n int, use func(int)) *crate { return &crate{make(chan int, n), use} }

func (c *crate) Put(i int) {
	select {
	case c.items <- i:
	default:
	}
}

func (c *crate) Close() {
	for i := range c.items { // want `may wait for ever to receive from c.items, which nobody closes \(goroutineleak/blocked-receive\)`
		c.use(i)
	}
}

// A box closes the channel first.
type box struct {
	items chan int
	use   func(int)
}

func newBox(n int, use func(int)) *box { return &box{make(chan int, n), use} }

func (b *box) Put(i int) {
	select {
	case b.items <- i:
	default:
	}
}

func (b *box) Close() {
	close(b.items)
	for i := range b.items {
		b.use(i)
	}
}

// A sack leaves with the first that it does not want.
type sack struct {
	items chan int
	use   func(int) bool
}

func newSack(n int, use func(int) bool) *sack { return &sack{make(chan int, n), use} }

func (s *sack) Put(i int) { s.items <- i }

func (s *sack) Close() {
	for i := range s.items {
		if !s.use(i) {
			break
		}
	}
}

// A chute is to give up when it is closed, but nobody closes the channel.
type chute struct {
	in   chan int
	done chan struct{}
	stop func() error
}

func newChute(stop func() error) *chute {
	return &chute{in: make(chan int), done: make(chan struct{}), stop: stop}
}

func (s *chute) Put(i int) bool {
	select {
	case s.in <- i:
		return true
	case <-s.done: // want `may wait for ever: nobody sends on done or closes it \(goroutineleak/blocked-receive\)`
		return false
	}
}

func (s *chute) Get() (int, bool) {
	select {
	case i := <-s.in:
		return i, true
	case <-s.done:
		return 0, false
	}
}

func (s *chute) Close() error { return s.stop() }

// A rack gives up after a while as well, or with the context of who asks.
type rack struct {
	in   chan int
	done chan struct{}
	stop func() error
}

func newRack(stop func() error) *rack {
	return &rack{in: make(chan int), done: make(chan struct{}), stop: stop}
}

func (r *rack) Put(ctx context.Context, i int) bool {
	select {
	case r.in <- i:
		return true
	case <-r.done:
	case <-ctx.Done():
	}
	return false
}

func (r *rack) Get() (int, bool) {
	select {
	case i := <-r.in:
		return i, true
	case <-r.done:
	case <-time.After(time.Second):
	}
	return 0, false
}

func (r *rack) Close() error { return r.stop() }
