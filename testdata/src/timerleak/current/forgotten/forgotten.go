// Package forgotten has maps of timers whose entries are deleted in several
// places.
package forgotten

import (
	"log"
	"sync"
	"time"
)

// Leaks: Leave stops the timer of the member, and Kick forgets it, so that it
// fires for a member that is gone, and keeps it until then.
type Room struct {
	mu    sync.Mutex
	ttl   time.Duration
	idle  map[string]*time.Timer
	names map[string]string
}

func (r *Room) Join(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle[id] = time.AfterFunc(r.ttl, func() { log.Print(r.names[id], " is idle") }) // want `timer is not stopped when its entry of idle is deleted; held by the runtime timer heap \(timerleak/timer-outlives-entry\)`
}

func (r *Room) Leave(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.idle[id]; ok {
		t.Stop()
		delete(r.idle, id)
	}
}

func (r *Room) Kick(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.names, id)
	delete(r.idle, id)
}

// Leaks: the timer is a field of the entry.
type entry struct {
	value  string
	expiry *time.Timer
}

type Cache struct {
	entries map[string]*entry
	other   map[string]*entry
}

func (c *Cache) Set(key, value string, ttl time.Duration) {
	e := &entry{value: value}
	e.expiry = time.AfterFunc(ttl, func() { c.expire(key) }) // want `timerleak/timer-outlives-entry`
	c.entries[key] = e
}

// Fine: the timer fired.
func (c *Cache) expire(key string) { delete(c.entries, key) }

// Fine: stopped, here and in a method of the entry.
func (c *Cache) Delete(key string) {
	if e := c.entries[key]; e != nil {
		e.expiry.Stop()
		delete(c.entries, key)
	}
}

func (e *entry) end() { e.expiry.Stop() }

func (c *Cache) Drop(key string) {
	c.entries[key].end()
	delete(c.entries, key)
}

// Fine: every caller has stopped it.
func (c *Cache) remove(e *entry) { delete(c.entries, e.value) }

func (c *Cache) Remove(key string) {
	e := c.entries[key]
	e.expiry.Stop()
	c.remove(e)
}

// Fine: it goes on elsewhere.
func (c *Cache) Move(key string) {
	e := c.entries[key]
	delete(c.entries, key)
	c.other[key] = e
}

func (c *Cache) Take(key string) *entry {
	e := c.entries[key]
	delete(c.entries, key)
	return e
}

// Leaks: nothing stops it.
func (c *Cache) Purge(prefix string) {
	for key, e := range c.entries {
		if e.value == prefix {
			delete(c.entries, key)
		}
	}
}

// Fine: the timers are over soon.
type Soon struct{ m map[int]*time.Timer }

func (s *Soon) Add(n int) {
	s.m[n] = time.AfterFunc(time.Second, func() { log.Print(n) })
}

func (s *Soon) Stop(n int) {
	s.m[n].Stop()
	delete(s.m, n)
}

func (s *Soon) Forget(n int) { delete(s.m, n) }

// Fine: nobody stops any.
type Never struct{ m map[int]*time.Timer }

func (n *Never) Add(i int, d time.Duration) {
	n.m[i] = time.AfterFunc(d, func() { log.Print(i) })
}
func (n *Never) A(i int) { delete(n.m, i) }
func (n *Never) B(i int) { delete(n.m, i) }

// Fine: the caller of Delete may get the timer and stop it.
type Timers struct{ m map[string]*time.Timer }

func (t *Timers) Add(id string, d time.Duration, f func()) { t.m[id] = time.AfterFunc(d, f) }
func (t *Timers) Get(id string) *time.Timer                { return t.m[id] }
func (t *Timers) Delete(id string)                         { delete(t.m, id) }

func (t *Timers) StopAndDelete(id string) {
	if t.m[id] != nil {
		t.m[id].Stop()
	}
	delete(t.m, id)
}

// Fine: such entries have no timer.
func (c *Cache) Trim(key string) {
	if e := c.entries[key]; e != nil && e.expiry == nil {
		delete(c.entries, key)
	}
}

// Leaks: the timers are of two kinds.
type Mixed struct{ m map[int]*time.Timer }

func (m *Mixed) Add(i int, d time.Duration) {
	m.m[i] = time.AfterFunc(d, func() { log.Print(i) }) // want `timerleak/timer-outlives-entry`
}

func (m *Mixed) AddPlain(i int, d time.Duration) { m.m[i] = time.NewTimer(d) }

func (m *Mixed) Stop(i int) {
	m.m[i].Stop()
	delete(m.m, i)
}

func (m *Mixed) Forget(i int) {
	delete(m.m, i)
}

// Leaks: who returns a loan takes it out, and the timer that would have done that goes on.
type Loans struct {
	mu   sync.Mutex
	due  map[string]*loan
	late chan string
}

type loan struct {
	title string
	timer *time.Timer
}

func (l *Loans) Lend(title string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := &loan{title: title}
	x.timer = time.AfterFunc(d, func() { l.over(title) }) // want `timer is not stopped when its entry of due is deleted`
	l.due[title] = x
}

func (l *Loans) over(title string) {
	l.mu.Lock()
	delete(l.due, title)
	l.mu.Unlock()
	l.late <- title
}

func (l *Loans) Return(title string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.due, title)
}

// Fine: only the timer takes out.
type Tokens struct {
	mu sync.Mutex
	m  map[string]*time.Timer
}

func (t *Tokens) Issue(s string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.m[s] = time.AfterFunc(d, func() { t.expire(s) })
}

func (t *Tokens) expire(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.m, s)
}
