// Package requests has objects that handle what comes in.
package requests

import (
	"bufio"
	"container/list"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/fields/internal/bag"
)

// A Server is there before the requests and after them.
type Server struct {
	mu     sync.Mutex
	seen   map[string]time.Time
	paths  []string
	locks  sync.Map
	busy   map[string]int
	kinds  map[string]int
	last   []string
	full   map[string]bool
	known  map[string]int
	guests bag.Bag[int]
	hosts  bag.Bag[int]
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[r.RemoteAddr] = time.Now()     // want `map gets keys and never loses any; held by Server.seen`
	s.paths = append(s.paths, r.URL.Path) // want `slice grows and is never cut; held by Server.paths`
	s.locks.LoadOrStore(r.URL.Path, w)    // want `container grows and never shrinks; held by Server.locks`
	s.hosts.Put(r.Host, 1)                // want `container grows and never shrinks; held by Server.hosts`
	s.kinds["request"]++                  // one key
	s.guests.Put(r.Host, 1)               // taken out below
	defer s.guests.Take(r.Host)
	s.busy[r.RemoteAddr]++
	defer func() { delete(s.busy, r.RemoteAddr) }()
	if s.last = append(s.last, r.URL.Path); len(s.last) > 100 {
		s.last = s.last[1:]
	}
	if len(s.full) < 100 {
		s.full[r.RemoteAddr] = true
	}
	if _, ok := s.known[r.RemoteAddr]; ok {
		s.known[r.RemoteAddr]++
	}
}

// A Site is swept.
type Site struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[r.RemoteAddr] = time.Now()
}

func (s *Site) sweep() {
	for addr, at := range s.seen {
		if time.Since(at) > time.Hour {
			delete(s.seen, addr)
		}
	}
}

// Run sweeps.
func (s *Site) Run() {
	for range time.Tick(time.Minute) {
		s.mu.Lock()
		s.sweep()
		s.mu.Unlock()
	}
}

// A Room has who is there and what they said.
type Room struct {
	mu    sync.Mutex
	conns []net.Conn
	said  *list.List
}

// Serve is fed by its loop.
func (r *Room) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		r.conns = append(r.conns, c) // want `slice grows and is never cut; held by Room.conns`
		go r.hear(c)
	}
}

func (r *Room) hear(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewScanner(c); lines.Scan(); {
		r.mu.Lock()
		r.said.PushBack(lines.Text()) // want `container grows and never shrinks; held by Room.said`
		r.mu.Unlock()
	}
}

// A Document is what a text says.
type Document struct {
	lines []string
	items []any
}

// Read shows nothing by itself: what it fills is what it was called for.
func (d *Document) Read(from io.Reader) error {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		d.lines = append(d.lines, lines.Text()) // want `Document.lines \(fieldgrowth/only-grows, latent\)`
	}
	dec := json.NewDecoder(from)
	for {
		var v any
		if err := dec.Decode(&v); err != nil {
			return err
		}
		d.items = append(d.items, v) // want `Document.items \(fieldgrowth/only-grows, latent\)`
	}
}

// Collect is fine: a document for each request.
func Collect(w http.ResponseWriter, r *http.Request) {
	d := &Document{}
	for lines := bufio.NewScanner(r.Body); lines.Scan(); {
		d.lines = append(d.lines, lines.Text())
	}
	json.NewEncoder(w).Encode(d.lines)
}

// Gather is fine: it ends with the channel.
func Gather(in <-chan string) []string {
	var d Document
	for s := range in {
		d.lines = append(d.lines, s)
	}
	return d.lines
}

// A Builder is made, filled and dropped by whoever has it.
type Builder struct{ parts []string }

// Add shows nothing by itself.
func (b *Builder) Add(s string) {
	b.parts = append(b.parts, s) // want `slice grows and is never cut; held by Builder.parts \(fieldgrowth/only-grows, latent\)`
}

// A Session comes and goes.
type Session struct{ frames []string }

// A Gate has the sessions that are there.
type Gate struct {
	sessions map[string]*Session
	visitors map[string]*Session
}

// Handle leaks what a session sends, as long as it lasts.
func (g *Gate) Handle(c net.Conn) {
	s := &Session{}
	g.sessions[c.RemoteAddr().String()] = s
	defer delete(g.sessions, c.RemoteAddr().String())
	b := make([]byte, 512)
	for {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		s.frames = append(s.frames, string(b[:n])) // want `slice grows and is never cut; held by Session.frames`
	}
}

// An Agent is an object of others.
type Agent struct{ name string }

// A Table knows something of agents.
type Table struct{ tags map[*Agent]string }

// Serve keeps each agent.
func (t *Table) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		a := &Agent{c.RemoteAddr().String()}
		t.tags[a] = a.name // want `map gets keys and never loses any; held by Table.tags`
	}
}

// A pool of workers has the errors of one run.
type pool struct {
	errs chan error
	all  []error
}

func (p *pool) collect() {
	for err := range p.errs {
		p.all = append(p.all, err)
	}
}

func (p *pool) drain() []error {
	close(p.errs)
	return p.all
}

// Run is fine: the pool goes with it.
func Run() []error {
	p := &pool{errs: make(chan error)}
	go p.collect()
	return p.drain()
}

// A Crawler follows redirects, which are its own requests.
type Crawler struct{ seen map[string]int }

func (c *Crawler) client() *http.Client { return &http.Client{CheckRedirect: c.check} }

func (c *Crawler) check(r *http.Request, via []*http.Request) error {
	c.seen[r.URL.String()] = len(via) // want `Crawler.seen \(fieldgrowth/only-grows, latent\)`
	return nil
}

// A Route is what a walk finds, and goes to who has asked for it.
type Route struct{ hops []string }

func Trace(hops <-chan string, end time.Time) (*Route, error) {
	route := &Route{}
	for time.Now().Before(end) {
		select {
		case hop := <-hops:
			route.hops = append(route.hops, hop)
		case <-time.After(time.Second):
			return route, io.EOF
		}
	}
	return route, nil
}

// A journal is of one call.
type journal struct{ lines []string }

// note is fine: its caller sends the request.
func (j *journal) note(r *http.Request) { j.lines = append(j.lines, r.URL.Path) }

// A Caller has a client.
type Caller struct{ client http.Client }

func (c *Caller) Call(r *http.Request) error {
	j := new(journal)
	j.note(r)
	resp, err := c.client.Do(r.WithContext(r.Context()))
	if err != nil {
		return err
	}
	j.lines = append(j.lines, resp.Status)
	return resp.Body.Close()
}
