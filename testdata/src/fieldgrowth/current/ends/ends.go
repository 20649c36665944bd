// Package ends has owners that end.
package ends

import "net/http"

type part struct{ closed bool }

// A Fleet can be opened again.
type Fleet struct{ parts, spares []*part }

func (f *Fleet) Open(n int) {
	f.spares = make([]*part, 0, n)
	for range n {
		f.parts = append(f.parts, &part{}) // want `list keeps what an earlier start has added; held by Fleet.parts \(fieldgrowth/ranged-not-reset\)`
		f.spares = append(f.spares, &part{})
	}
}

// Close keeps the parts.
func (f *Fleet) Close() {
	for _, p := range f.parts {
		p.closed = true
	}
	for _, p := range f.spares {
		p.closed = true
	}
}

// A Line is opened once: Close closes a channel.
type Line struct {
	parts []*part
	done  chan struct{}
}

func (l *Line) Open() {
	l.parts = append(l.parts, &part{}) // want `Line.parts \(fieldgrowth/only-grows, latent\)`
}

func (l *Line) Close() {
	close(l.done)
	for _, p := range l.parts {
		p.closed = true
	}
}

// A Server forgets when it ends, which is too late.
type Server struct{ paths map[string]int }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.paths[r.URL.Path]++ // want `map gets keys and never loses any; held by Server.paths`
}

func (s *Server) Close() { s.forget() }

func (s *Server) forget() { clear(s.paths) }

// A board has a method that nobody calls.
type board struct{ names map[string]int }

func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.enter(r.RemoteAddr) }

func (b *board) enter(name string) {
	b.names[name]++ // want `entry is never taken out: nobody calls the method that does; held by board.names \(fieldgrowth/remove-never-called\)`
}

func (b *board) leave(name string) { delete(b.names, name) }

// A Link can be opened again: it makes its channel anew.
type Link struct {
	parts []*part
	done  chan struct{}
}

func (l *Link) Open() {
	l.done = make(chan struct{})
	l.add()
}

func (l *Link) add() {
	l.parts = append(l.parts, &part{}) // want `list keeps what an earlier start has added; held by Link.parts \(fieldgrowth/ranged-not-reset\)`
}

// Close ends the parts in a helper, and keeps them.
func (l *Link) Close() {
	close(l.done)
	l.done = nil
	l.end()
}

func (l *Link) end() {
	for _, p := range l.parts {
		p.closed = true
	}
}

// A picker cuts its list before it fills it again, in one method that nobody calls here.
type picker struct{ weights []float64 }

func (p *picker) pick(r *http.Request, n int) float64 {
	p.weights = p.weights[:0]
	for range n {
		p.weights = append(p.weights, float64(len(r.URL.Path)))
	}
	return p.weights[n-1]
}
