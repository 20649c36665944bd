// Package stays shows what outlives who uses it.
package stays

import "net/http"

type Bus struct{ n int }

func keepIn(b *Bus) {}

var bus = new(Bus)

type Server struct{ bus *Bus }

func NewServer(b *Bus) *Server { return &Server{bus: b} }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	keepIn(bus)   // want `manifest handler`
	keepIn(s.bus) // want `manifest handler`
	own := new(Bus)
	keepIn(own)
	below(s.bus)
}

func below(b *Bus) {
	keepIn(b) // want `manifest handler`
}

// An object that comes and goes, and the bus that it was given stays.
type Client struct {
	bus, own *Bus
	call     *Bus // of the call that runs
}

func Dial(b *Bus) *Client {
	c := &Client{bus: b, own: new(Bus)}
	keepIn(b) // want `manifest object`
	return c
}

func (c *Client) Subscribe() {
	keepIn(c.bus) // want `manifest object`
	keepIn(c.own) // want `latent`
	keepIn(c.call)
}

// Of what a method is given nothing is known.
func (c *Client) Borrow(b *Bus) {
	keepIn(b) // want `latent`
}

func (c *Client) Call(b *Bus) {
	c.call = b
	c.Subscribe()
	c.call = nil
}

func (c *Client) Close() { c.bus = nil }

// A feed is made with the bus that it is given: they go together.
type feed struct{ bus *Bus }

func newFeed(b *Bus) *feed {
	keepIn(b)
	return &feed{bus: b}
}

func (f *feed) Close() {}

func Watch(w http.ResponseWriter, r *http.Request) {
	f := newFeed(new(Bus))
	defer f.Close()
}

// A Hub has many rooms, and its bus stays when one of them goes.
type Hub struct {
	bus   *Bus
	rooms map[string]*room
}

type room struct{ bus *Bus }

func (r *room) open(b *Bus) {
	keepIn(b) // want `manifest object`
}

func (h *Hub) Add(name string) {
	r := new(room)
	r.open(h.bus)
	h.rooms[name] = r
}

func (h *Hub) Remove(name string) { delete(h.rooms, name) }

// A part is one of the whole that made it, and is not told to stay longer.
type part struct{}

func newPart(b *Bus) *part {
	keepIn(b) // want `latent`
	return new(part)
}

func (p *part) Close() {}

type Whole struct {
	bus  *Bus
	part *part
}

func NewWhole(b *Bus) *Whole { return &Whole{bus: b, part: newPart(b)} }

func (w *Whole) Close() { w.part.Close() }

// Code in the making is called with what stays; an object may go with it.
func attach(b *Bus) {
	keepIn(b) // want `manifest uncalled`
}

type plan struct{ bus *Bus }

func (p *plan) attach() {
	keepIn(p.bus)
}

// A Desk has a way to end each of its jobs, and its bus stays when one of them goes.
type Desk struct {
	bus  *Bus
	ends map[string]func()
	done map[string]bool
}

func newJob(b *Bus) func() {
	keepIn(b) // want `manifest object`
	return func() {}
}

func (d *Desk) Open(name string, own *Bus) {
	keepIn(own)   // want `latent`
	keepIn(d.bus) // want `manifest object`
	d.ends[name] = newJob(d.bus)
}

func (d *Desk) Close(name string) {
	d.ends[name]()
	delete(d.ends, name)
}

// Note puts nothing there that something goes on for.
func (d *Desk) Note(name string) {
	keepIn(d.bus) // want `latent`
	d.done[name] = true
}

func (d *Desk) Forget(name string) { delete(d.done, name) }

// A Table lets all of them go, at its end.
type Table struct {
	bus  *Bus
	ends map[string]func()
}

func (t *Table) Open(name string) {
	keepIn(t.bus) // want `latent`
	t.ends[name] = newJob(new(Bus))
}

func (t *Table) Close() {
	for name, end := range t.ends {
		end()
		delete(t.ends, name)
	}
}
