// Package restart has owners that only the package opens.
package restart

import "net/http"

type wire struct{ cut bool }

// A Server has lines, one of which it opens for each request.
type Server struct{ kept, reset *line }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.kept.Close()
	s.kept.Open()
	s.reset.Close()
	s.reset.Open()
	s.reset.Lend()
	newStub()
}

type line struct{ wires, spares, lent []*wire }

func (l *line) Open() {
	l.wires = append(l.wires, new(wire)) // want `list keeps what an earlier start has added; held by line.wires \(fieldgrowth/ranged-not-reset\)`
	l.spares = append(l.spares, new(wire))
}

// Lend may be called any number of times in between.
func (l *line) Lend() {
	l.lent = append(l.lent, new(wire)) // want `slice grows and is never cut; held by line.lent \(fieldgrowth/only-grows\)`
}

func (l *line) Close() {
	for _, w := range l.wires {
		w.cut = true
	}
	for _, w := range l.spares {
		w.cut = true
	}
	l.spares, l.lent = nil, nil
}

// A stub is opened once, by who makes it.
type stub struct{ wires []*wire }

func newStub() *stub {
	s := new(stub)
	s.Start()
	return s
}

func (s *stub) Start() { s.wires = append(s.wires, new(wire)) }

func (s *stub) Stop() {
	for _, w := range s.wires {
		w.cut = true
	}
}
