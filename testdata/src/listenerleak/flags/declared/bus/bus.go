// Package bus has emitters whose names say nothing.
package bus

// A Bus pairs Tell with Forget.
type Bus struct{ ears map[string]func() }

func (b *Bus) Tell(name string, ear func()) { b.ears[name] = ear }

func (b *Bus) Forget(name string) { delete(b.ears, name) }

// A Box gives a Ticket back, which is the means.
type Box[T any] struct{ in []*Ticket[T] }

type Ticket[T any] struct {
	of *Box[T]
	ch chan T
}

func (b *Box[T]) Enter(ch chan T) *Ticket[T] {
	t := &Ticket[T]{b, ch}
	b.in = append(b.in, t)
	return t
}

func (t *Ticket[T]) Discard() { t.of.in = nil }

var all = &Bus{make(map[string]func())}

// Mind and Drop are functions of a pair.
func Mind(name string, ear func()) { all.Tell(name, ear) }

func Drop(name string) { all.Forget(name) }
