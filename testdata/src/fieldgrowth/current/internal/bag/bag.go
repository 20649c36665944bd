// Package bag has a container of its own.
package bag

// A Bag has things by name.
type Bag[V any] struct{ things map[string]V }

func (b *Bag[V]) Put(name string, v V) {
	if b.things == nil {
		b.things = make(map[string]V)
	}
	b.things[name] = v
}

func (b *Bag[V]) Take(name string) V {
	v := b.things[name]
	delete(b.things, name)
	return v
}
