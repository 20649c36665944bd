// Package maps has maps behind package variables that only get keys.
package maps

import (
	"maps"
	"net/http"
	"sync"
)

var visits = map[string]int{}

// Visit grows the variable itself.
func Visit(page string) {
	visits[page]++ // want `map gets keys and never loses any; held by package variable visits \(globalgrowth/map-only-grows\)`
}

var inventory struct {
	sync.Mutex
	shelves struct {
		byOrder map[string]int
	}
}

// Stock grows a field two levels down. Making the map is not taking out.
func Stock(order string, n int) {
	inventory.Lock()
	defer inventory.Unlock()
	if inventory.shelves.byOrder == nil {
		inventory.shelves.byOrder = make(map[string]int)
	}
	inventory.shelves.byOrder[order] += n // want `held by package variable inventory -> shelves.byOrder`
}

type memory struct {
	facts map[string]string
	other map[string]string
}

var brain = &memory{facts: map[string]string{}}

func (m *memory) learn(word, fact string) {
	m.facts[word] = fact // want `held by package variable brain -> facts`
}

// forget exists, but nobody calls it for brain.
func (m *memory) forget(word string) { delete(m.facts, word) }

// Learn grows a singleton by a method; the method is the place to change.
func Learn(word, fact string) { brain.learn(word, fact) }

// Local is not held by the package.
func Local() int {
	m := &memory{facts: map[string]string{}}
	m.learn("a", "b")
	m.forget("a")
	return len(m.facts)
}

var settings = map[string]string{}

// Change grows through an alias and through maps.Copy. The earlier one is
// reported.
func Change(user, value string, more map[string]string) {
	alias := settings
	alias[user] = value // want `package variable settings`
	maps.Copy(settings, more)
}

var scores = map[string]int{}

func set(m map[string]int, k string) { m[k] = 1 }

// Score grows by a helper that works on any map: the call is the place.
func Score(k string) {
	set(scores, k) // want `package variable scores`
}

var weights = map[string]float64{}

func init() {
	clear(weights) // before anything is in it
}

func Weigh(k string, w float64) {
	weights[k] = w // want `package variable weights`
}

type point struct{ x, y float64 }

var grid = map[point]bool{}

func Mark(x, y float64) {
	grid[point{x, y}] = true // want `package variable grid`
}

// ServeHTTP shows that all of these have many keys.
func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.FormValue("key")
	Visit(key)
	Stock(key, 1)
	Learn(key, "")
	Change(key, "", nil)
	Score(key)
	Weigh(key, 1)
	Mark(float64(len(key)), float64(r.ContentLength))
}

var ports = map[string]int{}

// Port is latent: callers may have few names.
func Port(name string, n int) { ports[name] = n } // want `globalgrowth/map-only-grows, latent`
