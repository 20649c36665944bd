// Package phases has growth that an owner puts an end to.
package phases

import (
	"net/http"
	"strings"
	"sync"
)

// A Notifier keeps messages until somebody listens.
type Notifier struct {
	mu      sync.Mutex
	ready   bool
	closed  bool
	waiting []string
	log     []string
	send    func(string)
}

func (n *Notifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.log = append(n.log, r.URL.Path) // want `slice grows and is never cut; held by Notifier.log`
	}
	if n.ready {
		n.send(r.URL.Path)
		return
	}
	n.waiting = append(n.waiting, r.URL.Path)
}

// Listen sends what has waited: from now on nothing waits.
func (n *Notifier) Listen(send func(string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send = send
	for _, m := range n.waiting {
		send(m)
	}
	n.ready = true
}

func (n *Notifier) Close() {
	for _, m := range n.log {
		n.send(m)
	}
	n.closed = true
}

// A Trace is an error, with the places that it has passed.
type Trace struct {
	err    error
	places []string
}

func (t *Trace) Error() string { return t.err.Error() + strings.Join(t.places, " ") }

func (t *Trace) At(place string) *Trace {
	t.places = append(t.places, place)
	return t
}

type Server struct{ last *Trace }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, s.last.At(r.URL.Path).Error(), 500)
}

// A Table has a list for each kind, of which there are two.
type Table struct{ kinds map[string]map[string]bool }

func (t *Table) Enter(name string, big bool) {
	kind := "small"
	if big {
		kind = "big"
	}
	t.of(kind)[name] = true
}

func (t *Table) of(kind string) map[string]bool {
	if t.kinds[kind] == nil {
		t.kinds[kind] = make(map[string]bool)
	}
	return t.kinds[kind]
}

func (t *Table) Leave(name string) {
	delete(t.kinds["small"], name)
	delete(t.kinds["big"], name)
}

// A teller has those who wait until somebody comes for them.
type teller struct {
	wait []*order
	in   chan *order
	done chan struct{}
}

type order struct{ ready bool }

// NewTeller starts what goes on.
func NewTeller() *teller {
	t := &teller{in: make(chan *order), done: make(chan struct{})}
	go t.serve()
	return t
}

// Close ends it.
func (t *teller) Close() { close(t.done) }

func (t *teller) serve() {
	for {
		select {
		case o := <-t.in:
			t.take(o)
			if len(t.wait) > 100 {
				t.wait = nil
			}
		case <-t.done:
			return
		}
	}
}

func (t *teller) take(o *order) {
	if !o.ready {
		t.wait = append(t.wait, o) // fine: serve lets them go
	}
}
