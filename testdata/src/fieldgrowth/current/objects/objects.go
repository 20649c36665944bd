// Package objects has maps whose keys come and go by what they are.
package objects

import (
	"context"
	"time"
)

// A Link has an end.
type Link interface {
	Send(text string)
	Kind() int
	Close() error
}

// A Shape has none.
type Shape interface {
	Area() float64
	Name() string
}

type state struct {
	ready chan struct{}
	since time.Time
}

// A Server keeps links.
type Server struct {
	links  map[Link]state
	shapes map[Shape]state
	kinds  map[int]state
}

// Run gets each link once, and never lets it go.
func (s *Server) Run(ctx context.Context, links <-chan Link, shapes <-chan Shape) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-links:
			s.links[l] = state{since: time.Now()} // want `map gets keys and never loses any`
			note(s, l)
		case sh := <-shapes:
			s.shapes[sh] = state{since: time.Now()} // want `latent`
		}
	}
}

// note keeps what links are of, not which ones.
func note(s *Server, l Link) {
	s.kinds[l.Kind()] = state{since: time.Now()} // want `latent`
}

// A Right lets links go.
type Right struct{ links map[Link]state }

// Run gets links and loses them.
func (r *Right) Run(ctx context.Context, links, gone <-chan Link) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-links:
			r.links[l] = state{since: time.Now()}
		case l := <-gone:
			delete(r.links, l)
		}
	}
}

// An ID says which item is meant.
type ID string

// A Name says what kind of item is meant.
type Name string

type item struct{ text string }

// A Table has items that come and go.
type Table struct {
	items   map[ID]*item
	waiting map[ID]*item
	last    map[ID]time.Time
	kinds   map[Name]*item
	used    map[Name]time.Time
}

// Add adds an item.
func (t *Table) Add(id ID, text string) { t.items[id] = &item{text} }

// Remove removes an item.
func (t *Table) Remove(id ID) { delete(t.items, id) }

// Wait makes an item wait.
func (t *Table) Wait(id ID, text string) { t.waiting[id] = &item{text} }

// Done ends that.
func (t *Table) Done(id ID) { delete(t.waiting, id) }

// Plug adds a kind of item.
func (t *Table) Plug(name Name, text string) { t.kinds[name] = &item{text} }

// Unplug removes a kind of item.
func (t *Table) Unplug(name Name) { delete(t.kinds, name) }

// Run notes which items and kinds are used.
func (t *Table) Run(ctx context.Context, items <-chan ID, kinds <-chan Name) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-items:
			t.last[id] = time.Now() // want `map gets keys and never loses any; .*only-grows\)`
		case name := <-kinds:
			t.used[name] = time.Now() // want `latent`
		}
	}
}

// A Hub has members, which know it.
type Hub struct {
	members map[string]*Member
	log     *journal
}

type journal struct {
	ended map[*Member]bool
}

// A Member goes when it is closed.
type Member struct {
	hub  *Hub
	name string
}

// Join adds a member.
func (h *Hub) Join(name string) *Member {
	m := &Member{hub: h, name: name}
	h.members[name] = m
	return m
}

// Close removes the member, and notes it.
func (m *Member) Close() error {
	delete(m.hub.members, m.name)
	m.hub.log.ended[m] = true // want `map gets keys and never loses any`
	return nil
}

// NewHub returns an empty hub.
func NewHub() *Hub {
	return &Hub{members: make(map[string]*Member), log: &journal{ended: make(map[*Member]bool)}}
}

// A Walk asks items for others until there are none left.
type Walk struct {
	seen    map[ID]bool
	queries int
	results chan []ID
}

// Walk goes on while somebody has been asked.
func (t *Table) Walk(start ID, ask func(ID) []ID) int {
	w := &Walk{seen: make(map[ID]bool), results: make(chan []ID)}
	w.ask(start, ask)
	for w.busy() {
		found := <-w.results
		w.queries--
		for _, id := range found {
			w.ask(id, ask)
		}
	}
	return len(w.seen)
}

func (w *Walk) busy() bool { return w.queries > 0 }

func (w *Walk) ask(id ID, ask func(ID) []ID) {
	if !w.seen[id] {
		w.seen[id] = true
		w.queries++
		go func() { w.results <- ask(id) }()
	}
}
