// Package taken has containers from which something takes out.
package taken

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

var active = map[string]time.Time{}

func Begin(id string) (end func()) {
	active[id] = time.Now()
	return func() { delete(active, id) }
}

var state = struct{ users map[string]int }{map[string]int{}}

func User(name string) { state.users[name]++ }

// Reset replaces what the map is a part of.
func Reset() { state = struct{ users map[string]int }{map[string]int{}} }

var pending []string

func Add(s string) { pending = append(pending, s) }

func Flush() []string {
	out := pending
	pending = nil
	return out
}

var queue []int

func Push(v int) { queue = append(queue, v) }

func Remove(v int) {
	queue = slices.DeleteFunc(queue, func(have int) bool { return have == v })
}

var sessions sync.Map

func Open(id string) { sessions.Store(id, true) }

func Close(id string) bool {
	_, ok := sessions.LoadAndDelete(id)
	return ok
}

var rooms = map[string]map[string]bool{}

// Join and Leave empty the inner maps. That the outer one keeps the names of
// rooms may be meant.
func Join(room, who string) {
	if rooms[room] == nil {
		rooms[room] = map[string]bool{} // want `globalgrowth/map-only-grows, latent`
	}
	rooms[room][who] = true
}

func Leave(room, who string) { delete(rooms[room], who) }

var peers = map[*int]map[string]bool{}

// Peer has pointers as keys, of which there are ever new ones.
func Peer(p *int, who string) {
	if peers[p] == nil {
		peers[p] = map[string]bool{} // want `package variable peers`
	}
	peers[p][who] = true
}

func Unpeer(p *int, who string) { delete(peers[p], who) }

var shares = map[string]string{}

// Shares takes out what another request put in.
func Shares(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	switch r.Method {
	case "POST":
		shares[name] = r.FormValue("to")
	case "DELETE":
		delete(shares, name)
	}
}
