// Package lists keeps what is free in lists made by hand.
package lists

import "sync"

type page struct {
	next *page
	data [1 << 12]byte
}

// Chain is a list of pages.
type Chain struct {
	mu   sync.Mutex
	head *page
}

func (c *Chain) Take() *page {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.head
	if p == nil {
		return new(page)
	}
	c.head = p.next
	return p
}

func (c *Chain) Give(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.next = c.head
	c.head = p // want `free list takes everything back and nothing makes it shorter; held by head \(poolleak/list-never-shrinks\)`
}

var (
	mu   sync.Mutex
	free [][]byte
)

func take() []byte {
	mu.Lock()
	defer mu.Unlock()
	if n := len(free) - 1; n >= 0 {
		b := free[n]
		free = free[:n]
		return b
	}
	return make([]byte, 1<<12)
}

func give(b []byte) {
	mu.Lock()
	defer mu.Unlock()
	free = append(free, b) // want `free list takes everything back and nothing makes it shorter; held by free \(poolleak/list-never-shrinks\)`
}

func Use(f func([]byte)) {
	b := take()
	defer give(b)
	f(b)
}

// Counted takes back no more than it has room for.
type Counted struct {
	mu   sync.Mutex
	head *page
	n    int
}

func (c *Counted) Take() *page {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.head
	if p == nil {
		return new(page)
	}
	c.n--
	c.head = p.next
	return p
}

// Give is fine.
func (c *Counted) Give(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n < 32 {
		c.n++
		p.next = c.head
		c.head = p
	}
}

// Emptied gives all up from time to time.
type Emptied struct {
	mu   sync.Mutex
	list []*page
}

func (e *Emptied) Take() *page {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.list) - 1; n >= 0 {
		p := e.list[n]
		e.list = e.list[:n]
		return p
	}
	return new(page)
}

// Give is fine.
func (e *Emptied) Give(p *page) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, p)
}

func (e *Emptied) Drop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = nil
}

// Work is no list of what is free: nothing is made where it is empty.
type Work struct {
	mu   sync.Mutex
	todo []*page
}

func (w *Work) Add(p *page) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.todo = append(w.todo, p)
}

func (w *Work) Next() *page {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.todo) - 1
	if n < 0 {
		return nil
	}
	p := w.todo[n]
	w.todo = w.todo[:n]
	return p
}

// parser has a list of its own, as deep as what it parses.
type parser struct{ list []*page }

func (p *parser) take() *page {
	if n := len(p.list) - 1; n >= 0 {
		x := p.list[n]
		p.list = p.list[:n]
		return x
	}
	return new(page)
}

// give is fine: nobody else has the list.
func (p *parser) give(x *page) { p.list = append(p.list, x) }

func Parse(in []byte) {
	p := new(parser)
	x := p.take()
	copy(x.data[:], in)
	p.give(x)
}

type small struct {
	next *small
	id   int
}

// Small is fine: as many small structs as ever were in use at once are no matter.
type Small struct {
	mu   sync.Mutex
	free *small
}

func (l *Small) Get() *small {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.free
	if n == nil {
		return new(small)
	}
	l.free = n.next
	return n
}

func (l *Small) Put(n *small) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n.next = l.free
	l.free = n
}
