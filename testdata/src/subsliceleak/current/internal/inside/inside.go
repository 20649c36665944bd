// Package inside is for the module alone: who calls it is in sight.
package inside

import (
	"container/heap"
	"sync"
)

type Client struct{ text func() string }

// A Room has clients that come and go, as far as somebody calls it.
type Room struct {
	mu      sync.Mutex
	clients []*Client
}

// Fine: nothing in sight calls it.
func (r *Room) Leave(i, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients = append(r.clients[:i], r.clients[i+n:]...)
}

// A Hall is used for as long as there are names.
type Hall struct {
	mu      sync.Mutex
	clients []*Client
}

func (h *Hall) leave(i, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients = append(h.clients[:i], h.clients[i+n:]...) // want `slots cut off keep their pointers; held by Hall.clients \(subsliceleak/cut-not-cleared\)`
}

func Serve(h *Hall, in <-chan int) {
	for i := range in {
		h.leave(i, 2)
	}
}

// A Table has few seats.
type Table struct {
	mu    sync.Mutex
	seats uint
	at    []*Client
}

func (t *Table) sit(c *Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint(len(t.at)) < t.seats {
		t.at = append(t.at, c)
	}
}

// Fine: as many slots as there are seats.
func (t *Table) rise() *Client {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.at) - 1
	c := t.at[n]
	t.at = t.at[:n]
	return c
}

func Dine(t *Table, in <-chan *Client) {
	for c := range in {
		t.sit(c)
		t.rise()
	}
}

// A Case is large.
type Case struct {
	name  string
	pages [][]byte
}

// A Docket is a container for the rest of the module: what is in it is large.
type Docket struct {
	mu     sync.Mutex
	open   []*Case
	closed []*Case
	draft  []*Case
	judges []interface{ Judge(*Case) }
}

func (d *Docket) File(c *Case, j interface{ Judge(*Case) }) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = append(d.open, c)
	d.closed = append(d.closed, c)
	d.draft = append(d.draft, c)
	d.judges = append(d.judges, j)
}

func (d *Docket) Call() *Case {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.open[0]
	d.open = d.open[1:] // want `element taken from the front stays in the array; held by Docket.open \(subsliceleak/queue-front\)`
	return c
}

func (d *Docket) Drop(i int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = append(d.closed[:i], d.closed[i+1:]...) // want `slots cut off keep their pointers; held by Docket.closed \(subsliceleak/cut-not-cleared\)`
}

func (d *Docket) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.draft = d.draft[:0] // want `truncated slots keep their pointers; held by Docket.draft \(subsliceleak/truncated-not-cleared\)`
}

// Nothing shows that a judge is large.
func (d *Docket) Retire(i int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.judges = append(d.judges[:i], d.judges[i+1:]...) // want `held by Docket.judges \(subsliceleak/cut-not-cleared, latent\)`
}

// A Clerk has a list for itself.
type Clerk struct {
	mu   sync.Mutex
	todo []*Case
}

func (c *Clerk) fill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.todo = append(c.todo, new(Case))
}

func (c *Clerk) Next() *Case {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.todo[0]
	c.todo = c.todo[1:] // want `held by Clerk.todo \(subsliceleak/queue-front, latent\)`
	return next
}

func Work(c *Clerk, in <-chan string) {
	for range in {
		c.fill()
	}
}

type cases []*Case

func (c cases) Len() int           { return len(c) }
func (c cases) Less(i, j int) bool { return c[i].name < c[j].name }
func (c cases) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *cases) Push(x any)        { *c = append(*c, x.(*Case)) }

func (c *cases) Pop() any {
	old := *c
	last := old[len(old)-1]
	*c = old[:len(old)-1] // want `popped slot keeps its pointer; held by c \(subsliceleak/popped-slot-kept\)`
	return last
}

// A Calendar has its cases in order, for the rest of the module.
type Calendar struct {
	mu sync.Mutex
	by cases
}

func (c *Calendar) Set(next *Case) {
	c.mu.Lock()
	defer c.mu.Unlock()
	heap.Push(&c.by, next)
}

func (c *Calendar) Hear() *Case {
	c.mu.Lock()
	defer c.mu.Unlock()
	return heap.Pop(&c.by).(*Case)
}

type steps []*Case

func (s steps) Len() int           { return len(s) }
func (s steps) Less(i, j int) bool { return s[i].name < s[j].name }
func (s steps) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *steps) Push(x any)        { *s = append(*s, x.(*Case)) }

// Pop is fine: nothing shows that a plan is followed more than once.
func (s *steps) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}

// A Plan has its own steps.
type Plan struct {
	mu sync.Mutex
	by steps
}

func (p *Plan) Follow(n int, step func(*Case)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		heap.Push(&p.by, new(Case))
	}
	for p.by.Len() > 0 {
		step(heap.Pop(&p.by).(*Case))
	}
}
