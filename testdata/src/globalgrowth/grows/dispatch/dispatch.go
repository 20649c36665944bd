// Package dispatch has singletons behind variables of interface type.
package dispatch

import "net/http"

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

func See(w http.ResponseWriter, r *http.Request) { seen.put(r.FormValue("k")) }

func Clean(w http.ResponseWriter, r *http.Request) { cleaned.put(r.FormValue("k")) }

func Drop(k string) { cleaned.drop(k) }
