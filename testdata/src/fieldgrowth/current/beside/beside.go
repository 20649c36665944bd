// Package beside has containers that get the same things under different names.
package beside

import "sync"

// A guest is in two containers of a room.
type guest struct {
	at   int
	name string
}

// A Room has its guests in order, and by their names.
type Room struct {
	mu     sync.Mutex
	order  []*guest
	byName map[string]*guest
}

func (r *Room) Enter(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := &guest{len(r.order), name}
	r.order = append(r.order, g)
	r.byName[name] = g // want `entry stays when what it leads to is taken out beside it; held by Room.byName \(fieldgrowth/sibling-not-deleted\)`
}

// Leave takes the guest out of one of them.
func (r *Room) Leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, ok := r.byName[name]
	if !ok {
		return
	}
	r.order = append(r.order[:g.at], r.order[g.at+1:]...)
	for i, o := range r.order[g.at:] {
		o.at = g.at + i
	}
}

// A Desk gives numbers to names.
type Desk struct {
	mu      sync.Mutex
	next    int
	numbers map[string]int
	taken   map[int]bool
}

func (d *Desk) Reserve(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	d.numbers[name] = d.next // want `entry stays when what it leads to is taken out beside it; held by Desk.numbers \(fieldgrowth/sibling-not-deleted\)`
	d.taken[d.next] = true
}

func (d *Desk) Release(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n, ok := d.numbers[name]; ok {
		delete(d.taken, n)
	}
}

// A Line has what waits, and remembers whom it has seen.
type Line struct {
	mu   sync.Mutex
	wait []string
	seen map[string]int
}

// Join is fine: who has been called is not gone.
func (l *Line) Join(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[name] > 0 {
		return
	}
	l.seen[name] = len(l.wait) // want `map gets keys and never loses any; held by Line.seen \(fieldgrowth/only-grows, latent\)`
	l.wait = append(l.wait, name)
}

func (l *Line) Call() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := l.wait[0]
	l.wait = l.wait[1:]
	return name
}

// A Menu has what is offered, and what of that is open.
type Menu struct {
	mu    sync.Mutex
	items map[string]*guest
	open  map[string]bool
}

// Offer is fine: what is closed is opened again.
func (m *Menu) Offer(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[name] = &guest{name: name} // want `map gets keys and never loses any; held by Menu.items \(fieldgrowth/only-grows, latent\)`
	m.open[name] = true
}

func (m *Menu) Open(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[name] = true
}

func (m *Menu) Shut(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.items[name] != nil {
		delete(m.open, name)
	}
}
