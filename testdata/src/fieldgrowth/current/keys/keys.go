// Package keys has deletes that do not fit the inserts.
package keys

import (
	"container/list"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

type user struct{ ID, Name string }

// A Room has users by id and by name.
type Room struct {
	byID   map[string]*user
	byName map[string]*user
	folded map[string]*user
	addrs  map[string]net.Conn
	trims  map[string]int
}

func (r *Room) Enter(u *user, c net.Conn) {
	r.byID[u.ID] = u
	r.byName[u.Name] = u                 // want `entry is never taken out: the delete is under another key; held by Room.byName \(fieldgrowth/key-mismatch\)`
	r.addrs[c.RemoteAddr().String()] = c // want `the delete is under another key; held by Room.addrs`
	r.folded[strings.ToLower(u.Name)] = u
}

func (r *Room) Leave(u *user, c net.Conn) {
	delete(r.byID, u.ID)
	delete(r.byName, u.ID)
	delete(r.addrs, c.LocalAddr().String())
	key := strings.ToLower(u.Name)
	delete(r.folded, key)
}

// Trim leaks: Untrim does not.
func (r *Room) Trim(s string) {
	r.trims[strings.TrimSpace(s)]++ // want `the delete is under another key; held by Room.trims`
}

func (r *Room) Untrim(s string) { delete(r.trims, s) }

// A Disk has volumes.
type Disk struct {
	mu      sync.Mutex
	volumes map[string]int
	pending map[string]bool
	open    map[string]bool
}

// Mount leaks: what it takes out has failed.
func (d *Disk) Mount(name string, mount func() error) error {
	d.volumes[name] = 1 // want `entry is taken out only where the rest failed; held by Disk.volumes \(fieldgrowth/delete-on-rollback-only\)`
	if err := mount(); err != nil {
		delete(d.volumes, name)
		return err
	}
	return nil
}

// Begin leaks, in a deferred literal.
func (d *Disk) Begin(name string, f func() error) (err error) {
	d.pending[name] = true // want `only where the rest failed; held by Disk.pending`
	defer func() {
		if err != nil {
			delete(d.pending, name)
		}
	}()
	return f()
}

// Open is fine: Close takes out what worked.
func (d *Disk) Open(name string, f func() error) error {
	d.open[name] = true
	if err := f(); err != nil {
		delete(d.open, name)
		return err
	}
	return nil
}

func (d *Disk) Shut(name string) { delete(d.open, name) }

type entry struct {
	val   string
	until time.Time
}

// A Cache looks at the time when it is asked.
type Cache struct {
	entries map[string]entry
	limited map[string]entry
}

func (c *Cache) Set(key, val string) {
	c.entries[key] = entry{val, time.Now().Add(time.Hour)} // want `entry that has expired stays until its key is read again; held by Cache.entries \(fieldgrowth/expires-when-read\)`
	if len(c.limited) >= 1000 {
		clear(c.limited)
	}
	c.limited[key] = entry{val, time.Now().Add(time.Hour)}
}

func (c *Cache) Get(key string) string {
	e, ok := c.entries[key]
	if ok && time.Now().After(e.until) {
		delete(c.entries, key)
		return ""
	}
	if time.Now().After(c.limited[key].until) {
		delete(c.limited, key)
	}
	return e.val
}

// A Ring knows in which order its entries expire.
type Ring struct {
	entries map[string]entry
	order   list.List
}

func (r *Ring) Set(key, val string) {
	r.entries[key] = entry{val, time.Now().Add(time.Hour)}
	r.order.PushBack(key)
}

func (r *Ring) Get(key string) string {
	if e := r.entries[key]; time.Now().Before(e.until) {
		return e.val
	}
	return ""
}

func (r *Ring) expire() {
	for range time.Tick(time.Minute) {
		for r.order.Len() > 0 {
			key := r.order.Remove(r.order.Front()).(string)
			if e, ok := r.entries[key]; ok && time.Now().After(e.until) {
				delete(r.entries, key)
			}
		}
	}
}

func NewRing() *Ring {
	r := &Ring{entries: make(map[string]entry)}
	go r.expire()
	return r
}

// Rooms take out a while later than they are asked to.
type Rooms struct{ open map[string]bool }

func (r *Rooms) Open(name string, f func() error) error {
	r.open[name] = true
	if err := f(); err != nil {
		delete(r.open, name)
		return err
	}
	return nil
}

func (r *Rooms) Shut(name string) {
	asked := time.Now()
	go func() {
		if past := time.Since(asked); past < time.Second {
			time.Sleep(time.Second - past)
		}
		if r.open[name] {
			delete(r.open, name)
		}
	}()
}

// A Store is read by its sweep, too.
type Store struct{ entries map[string]entry }

func (s *Store) Set(key, val string) { s.entries[key] = entry{val, time.Now().Add(time.Hour)} }

func (s *Store) Get(key string) (string, bool) {
	e, ok := s.entries[key]
	if !ok || time.Now().After(e.until) {
		delete(s.entries, key)
		return "", false
	}
	return e.val, true
}

func (s *Store) Sweep() {
	for key := range s.entries {
		s.Get(key)
	}
}

// A Desk gets other requests when it changes its mode.
type Desk struct{ open *requests }

type requests struct{ pending map[string]*request }

type request struct{ ticket, subject string }

func (r *requests) add(q *request) {
	r.pending[q.subject] = q // want `the delete is under another key; held by requests.pending`
}

func (r *requests) done(q *request) { delete(r.pending, q.ticket) }

// Run serves requests until there are none.
func (d *Desk) Run(in, out <-chan *request, mode <-chan bool) {
	for {
		select {
		case q := <-in:
			d.open.add(q)
		case q := <-out:
			d.open.done(q)
		case <-mode:
			d.open = &requests{make(map[string]*request)}
		}
	}
}

var errAbsent = errors.New("absent")

// Boxes are made under names without blanks around them, and deleted under any: who gives another
// name is told.
type Boxes struct {
	mu    sync.Mutex
	boxes map[string]*box
	tins  map[string]*box
}

type box struct{ content []string }

// Create makes a box.
func (b *Boxes) Create(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.boxes[strings.TrimSpace(name)] = &box{}
	b.tins[strings.TrimSpace(name)] = &box{}
}

func (b *Boxes) get(name string) (*box, error) {
	if x, ok := b.boxes[name]; ok {
		return x, nil
	}
	return nil, errAbsent
}

// Delete deletes a box.
func (b *Boxes) Delete(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.get(name); err != nil {
		return err
	}
	delete(b.boxes, name)
	return nil
}

// DeleteTin deletes a tin.
func (b *Boxes) DeleteTin(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.tins[name]; !ok {
		return errAbsent
	}
	delete(b.tins, name)
	return nil
}
