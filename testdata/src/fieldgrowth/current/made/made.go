// Package made has keys that are parts of what a function makes, and texts of them.
package made

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

type parcel struct{ Code, Street string }

// A sack has one number, twice.
type sack struct{ label, seal string }

// A Depot has parcels.
type Depot struct {
	mu     sync.Mutex
	byCode map[string]int
	street map[string]int
	sacks  map[string]int
}

func (d *Depot) Put(w http.ResponseWriter, r *http.Request) {
	p := parcel{Code: rand.Text(), Street: r.FormValue("street")}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.byCode[p.Code]++ // want `entry is never taken out: the delete is under another key; held by Depot.byCode \(fieldgrowth/key-mismatch\)`
	d.street[p.Street]++
	s := &sack{label: p.Code, seal: p.Code}
	d.sacks[s.label]++
}

func (d *Depot) Fetch(w http.ResponseWriter, r *http.Request) {
	p := &parcel{Code: r.FormValue("code"), Street: r.FormValue("street")}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.byCode, p.Street)
	delete(d.street, p.Street)
	delete(d.sacks, (&sack{label: p.Street, seal: p.Code}).seal)
}

type message struct{ ID, Answers, Text string }

// A Peer is fine: an answer names the message that it answers.
type Peer struct {
	mu      sync.Mutex
	waiting map[string]chan string
	said    map[string]chan string
}

func (p *Peer) Ask(w http.ResponseWriter, r *http.Request) {
	m := &message{ID: rand.Text(), Text: r.FormValue("text")}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[m.ID] = make(chan string, 1)
	n := &message{ID: rand.Text(), Answers: r.FormValue("to")}
	p.said[n.ID] = make(chan string, 1)
}

func (p *Peer) Answer(read func(*message) error) error {
	var m message
	if err := read(&m); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, m.Answers)
	delete(p.said, m.Answers)
	return nil
}

type guest struct {
	number int
	name   string
	label  string
}

func newGuest(number int, name string) *guest {
	return &guest{number: number, name: name, label: strconv.Itoa(number)}
}

// Number says which guest it is.
func (g *guest) Number() int { return g.number }

type nick string

func (n nick) String() string { return string(n) }

// An Inn has guests by name and number.
type Inn struct {
	nicks  map[string]bool
	names  map[string]*guest
	rooms  map[string]*guest
	labels map[string]*guest
	bills  map[int]*guest
}

func (i *Inn) Enter(g *guest) {
	i.names[g.name] = g // want `the delete is under another key; held by Inn.names`
	i.rooms[fmt.Sprint(g.number)] = g
	i.labels[g.label] = g
	i.bills[g.number] = g
}

func (i *Inn) Leave(g *guest) {
	delete(i.names, fmt.Sprintf("%d", g.number))
	delete(i.rooms, strconv.Itoa(g.number))
	delete(i.labels, fmt.Sprint(g.number))
	delete(i.bills, g.Number())
}

func (i *Inn) Call(n nick) { i.nicks[n.String()] = true }

func (i *Inn) Forget(n nick) { delete(i.nicks, string(n)) }
