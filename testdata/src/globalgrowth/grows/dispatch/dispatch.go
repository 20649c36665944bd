// Package dispatch has singletons behind variables of interface type.
package dispatch

type cache interface {
	put(k string)
	drop(k string)
}

type memory struct{ items map[string]bool }

func (m *memory) put(k string) {
	m.items[k] = true // want `package variable seen -> items`
}
func (m *memory) drop(k string) { delete(m.items, k) }

var (
	seen    cache = &memory{items: map[string]bool{}}
	cleaned cache = &memory{items: map[string]bool{}}
)

func See(k string) { seen.put(k) }

func Clean(k string) { cleaned.put(k) }

func Drop(k string) { cleaned.drop(k) }
