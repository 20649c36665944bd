// Package memo has objects that remember what they have done, until they are done.
package memo

import "errors"

// A Part is compared with another one.
type Part struct {
	Name  string
	Parts []*Part
}

type diff struct {
	name string
	subs []*diff
}

type pair struct{ a, b *Part }

type state struct {
	done  map[pair]*diff
	order []*diff
}

// A walk goes with the call that makes it, and with it what it knows.
type walk struct {
	state *state
	path  map[string]*diff
}

func newWalk() *walk {
	return &walk{&state{done: make(map[pair]*diff)}, make(map[string]*diff)}
}

// Fine: all that is put in goes with the call.
func Compare(a, b *Part) (string, error) {
	d, err := newWalk().compare(a, b)
	if err != nil {
		return "", err
	}
	return d.name, nil
}

func (w *walk) compare(a, b *Part) (*diff, error) {
	d, err := remember(w.state, a, b)
	if err != nil || w.path[d.name] == d {
		return d, err
	}
	w.path[d.name] = d
	for i := range min(len(a.Parts), len(b.Parts)) {
		sub, err := w.compare(a.Parts[i], b.Parts[i])
		if err != nil {
			return nil, err
		}
		d.subs = append(d.subs, sub)
	}
	delete(w.path, d.name)
	return d, nil
}

func remember(s *state, a, b *Part) (*diff, error) {
	if d, ok := s.done[pair{a, b}]; ok {
		return d, nil
	}
	d := &diff{name: a.Name}
	s.done[pair{a, b}] = d
	s.order = append(s.order, d)
	if a.Name != b.Name {
		delete(s.done, pair{a, b})
		return nil, errors.New("names differ")
	}
	return d, nil
}

type entry struct{ name string }

type table struct {
	done map[*entry]string
}

// A Desk stays, and lets entries go.
type Desk struct {
	table *table
	open  map[string]*entry
}

func NewDesk() *Desk { return &Desk{&table{make(map[*entry]string)}, make(map[string]*entry)} }

func (d *Desk) Ask(name string) *entry {
	e := note(d.table, name)
	d.open[name] = e
	return e
}

func (d *Desk) Leave(name string) { delete(d.open, name) }

func note(t *table, name string) *entry {
	e := &entry{name}
	t.done[e] = name // want `held by table.done`
	return e
}
