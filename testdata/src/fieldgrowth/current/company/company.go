// Package company has marks that come and go with something, and what goes without them.
package company

import (
	"context"
	"net"
	"sync"
	"time"
)

type job struct {
	id, tag string
	failed  bool
}

// A Board has the jobs that wait, and the tags that they have.
type Board struct {
	mu      sync.Mutex
	waiting map[string]*job
	tagged  map[string]struct{}
}

func (b *Board) Wait(j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[j.id] = j
	b.tagged[j.tag] = struct{}{} // want `entry stays when its key is deleted beside it; held by Board.tagged \(fieldgrowth/sibling-not-deleted\)`
}

func (b *Board) Done(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.waiting[id]
	delete(b.waiting, id)
	delete(b.tagged, j.tag)
}

// Failed forgets the tags.
func (b *Board) Failed() (failed []*job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, j := range b.waiting {
		if j.failed {
			failed = append(failed, j)
			delete(b.waiting, id)
		}
	}
	return failed
}

// A Line is fine: where a job goes without its tag, it goes to another place.
type Line struct {
	mu      sync.Mutex
	waiting map[string]*job
	running map[string]*job
	tagged  map[string]struct{}
}

func (l *Line) Wait(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[j.id] = j
	l.tagged[j.tag] = struct{}{}
}

func (l *Line) Start(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running[id] = l.waiting[id]
	delete(l.waiting, id)
}

func (l *Line) Cancel(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.waiting[id]
	delete(l.waiting, id)
	delete(l.tagged, j.tag)
}

func (l *Line) Done(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.running[id]
	delete(l.running, id)
	delete(l.tagged, j.tag)
}

// A Desk is fine: who takes out a job looks after its tag.
type Desk struct {
	mu      sync.Mutex
	waiting map[string]*job
	tagged  map[string]int
}

func (d *Desk) Wait(j *job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[j.id] = j
	d.tagged[j.tag] = len(j.id)
}

func (d *Desk) Done(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.waiting[id]
	delete(d.waiting, id)
	delete(d.tagged, j.tag)
}

func (d *Desk) Late(j *job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drop(j.id)
	if d.tagged[j.tag] > 0 {
		delete(d.tagged, j.tag)
	}
}

func (d *Desk) drop(id string) { delete(d.waiting, id) }

// A Crew has those that are known, and those of them that run.
type Crew struct {
	mu    sync.Mutex
	known map[string]*job
	runs  map[string]*job
	ended map[string]*job
}

func (c *Crew) Add(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[j.id] = j
}

func (c *Crew) Run(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if j, ok := c.known[id]; ok {
		c.runs[id] = j // want `entry stays when its key is deleted beside it; held by Crew.runs \(fieldgrowth/sibling-not-deleted\)`
	}
}

func (c *Crew) Forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
}

// A Shift is fine: it notes only who is in the list, and that loses nobody.
type Shift struct {
	mu   sync.Mutex
	list map[string]*job
	late map[string]time.Time
}

func (s *Shift) Late(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.list[id]; ok {
		s.late[id] = time.Now()
	}
}

// A Pool has connections by the names that a list of them has.
type Pool struct {
	mu    sync.Mutex
	names map[string]int
	conns map[string]net.Conn
	sizes map[string]int
}

// Update leaks the sizes of those that are no more in the list.
func (p *Pool) Update(names map[string]int, dial func(string) net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := range p.names {
		if _, ok := names[name]; !ok {
			delete(p.conns, name)
		}
	}
	for name, n := range names {
		p.conns[name] = dial(name)
		p.sizes[name] = n // want `entry stays when its key is deleted beside it; held by Pool.sizes \(fieldgrowth/sibling-not-deleted\)`
	}
	p.names = names
}

// A handle ends what was started.
type handle struct{ cancel func() }

// Tasks can be cancelled by their names.
type Tasks struct {
	mu  sync.Mutex
	all map[string]*handle
}

func (t *Tasks) Start(name string, f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	t.mu.Lock()
	t.all[name] = &handle{cancel} // want `entry stays when what it leads to has been ended; held by Tasks.all \(fieldgrowth/only-grows\)`
	t.mu.Unlock()
	go f(ctx)
}

func (t *Tasks) Cancel(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h, ok := t.all[name]; ok {
		h.cancel()
	}
}

type round struct{ end func() }

// Loops can be begun anew.
type Loops struct {
	mu  sync.Mutex
	all map[string]*round
}

// Start is fine: there is no more of a loop that ends than that it begins again.
func (l *Loops) Start(name string, end context.CancelFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[name] = &round{end} // want `map gets keys and never loses any; held by Loops.all \(fieldgrowth/only-grows, latent\)`
}

func (l *Loops) Again(name string) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.all[name]
	r.end()
	ctx, cancel := context.WithCancel(context.Background())
	r.end = cancel
	return ctx
}

// A Door lets peers in, and keeps them until it is shut.
type Door struct {
	mu    sync.Mutex
	conn  net.PacketConn
	peers map[string]time.Time
}

func Open(conn net.PacketConn) *Door {
	d := &Door{conn: conn, peers: make(map[string]time.Time)}
	go d.read()
	return d
}

func (d *Door) read() {
	for {
		buf := make([]byte, 1500)
		_, addr, err := d.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		d.mu.Lock()
		d.peers[addr.String()] = time.Now() // want `map gets keys and never loses any; held by Door.peers \(fieldgrowth/only-grows\)`
		d.mu.Unlock()
	}
}

// Shutdown waits for a while, and then closes.
func (d *Door) Shutdown(wait time.Duration) error {
	time.Sleep(wait)
	return d.close()
}

func (d *Door) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for p := range d.peers {
		delete(d.peers, p)
	}
	return d.conn.Close()
}
