// Package restart has owners that only the package opens.
package restart

import "net/http"

type wire struct{ cut bool }

// A Server has lines, one of which it opens for each request.
type Server struct{ kept, reset *line }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.kept.close()
	s.kept.open()
	s.reset.close()
	s.reset.open()
	s.reset.lend()
	newStub()
}

type line struct{ wires, spares, lent []*wire }

func (l *line) open() {
	l.wires = append(l.wires, new(wire)) // want `list keeps what an earlier start has added; held by line.wires \(fieldgrowth/ranged-not-reset\)`
	l.spares = append(l.spares, new(wire))
}

// lend may be called any number of times in between.
func (l *line) lend() {
	l.lent = append(l.lent, new(wire)) // want `slice grows and is never cut; held by line.lent \(fieldgrowth/only-grows\)`
}

func (l *line) close() {
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
	s.start()
	return s
}

func (s *stub) start() { s.wires = append(s.wires, new(wire)) }

func (s *stub) stop() {
	for _, w := range s.wires {
		w.cut = true
	}
}
