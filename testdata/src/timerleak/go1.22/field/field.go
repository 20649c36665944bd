// Package field has tickers that are kept in struct fields.
package field

import (
	"sync"
	"time"

	"example.com/oldtimers/helper"
)

// Leaks: Close forgets the ticker.
type Poller struct {
	t    *time.Ticker
	done chan struct{}
}

func NewPoller() *Poller {
	return &Poller{
		t:    time.NewTicker(time.Second), // want `ticker in field t is not stopped by any function of the package.*timerleak/ticker-field`
		done: make(chan struct{}),
	}
}

func (p *Poller) Close() { close(p.done) }

func (p *Poller) Next() (time.Time, bool) {
	select {
	case now := <-p.t.C:
		return now, true
	case <-p.done:
		return time.Time{}, false
	}
}

// Leaks: Start may be called again and again, and Shutdown resets only.
type Meter struct {
	mu   sync.Mutex
	beat *time.Ticker
}

func (m *Meter) Start(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beat = time.NewTicker(d) // want `timerleak/ticker-field`
}

func (m *Meter) Shutdown() { m.beat.Reset(time.Hour) }

// Leaks: no teardown at all, and the old ticker is lost.
type Rate struct{ t *time.Ticker }

func (r *Rate) Set(d time.Duration) {
	r.t = time.NewTicker(d) // want `ticker in field t is overwritten and the old one not stopped.*timerleak/ticker-field`
}

// Fine: stopped in the method that ends it.
type Stopping struct {
	t *time.Ticker
	n int
}

func NewStopping() *Stopping  { return &Stopping{t: time.NewTicker(time.Second)} }
func (s *Stopping) Close()    { s.t.Stop() }
func (s *Stopping) Wait() int { <-s.t.C; s.n++; return s.n }

// Fine: stopped through a helper of another package, a local alias and a
// deferred method value.
type Helping struct{ a, b, c *time.Ticker }

func NewHelping(d time.Duration) *Helping {
	h := new(Helping)
	h.a, h.b = time.NewTicker(d), time.NewTicker(2*d)
	h.c = time.NewTicker(3 * d)
	return h
}

func (h *Helping) Close() {
	helper.Halt(h.a)
	if b := h.b; b != nil {
		b.Stop()
	}
	defer h.c.Stop()
}

// Fine: the embedded type of another package stops it.
type Server struct {
	helper.Base
	name string
}

func NewServer(name string) *Server {
	return &Server{Base: helper.Base{Beat: time.NewTicker(time.Second)}, name: name}
}

func (s *Server) Close() { s.Shutdown() }

// Fine: a map of tickers, stopped in a loop.
type Group struct{ members map[string]*time.Ticker }

func (g *Group) Join(name string) { g.members[name] = time.NewTicker(time.Second) }

func (g *Group) Close() {
	for name, t := range g.members {
		t.Stop()
		delete(g.members, name)
	}
}

// Fine: the field is handed to whoever asks, who may stop it.
type Lender struct{ t *time.Ticker }

func NewLender() *Lender               { return &Lender{time.NewTicker(time.Second)} }
func (l *Lender) Ticker() *time.Ticker { return l.t }
func (l *Lender) Close()               {}

// Fine: the old one is stopped before the new one takes its place.
type Swap struct{ t *time.Ticker }

func (s *Swap) Set(d time.Duration) {
	if s.t != nil {
		s.t.Stop()
	}
	s.t = time.NewTicker(d)
}

// Fine: a local struct whose ticker is stopped on the way out.
func Local(f func()) {
	var p struct{ t *time.Ticker }
	p.t = time.NewTicker(time.Second)
	defer p.t.Stop()
	<-p.t.C
	f()
}

// Fine: a value that lives as long as the process.
var std = &Poller{t: time.NewTicker(time.Second)}

func Next() (time.Time, bool) { return std.Next() }

// Fine: its Stop is that of the ticker.
type realTicker struct{ *time.Ticker }

func (t realTicker) Chan() <-chan time.Time { return t.C }

func NewTicker(d time.Duration) *realTicker { return &realTicker{time.NewTicker(d)} }
