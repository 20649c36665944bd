// Package bus has emitters of several styles, as libraries write them. What
// they keep reaches other packages as facts.
package bus

import (
	"slices"
	"sync"
)

// An Emitter pairs On with Off, as in JavaScript.
type Emitter struct {
	mu       sync.Mutex
	handlers map[string][]*func(string)
}

func NewEmitter() *Emitter { return &Emitter{handlers: make(map[string][]*func(string))} }

func (e *Emitter) On(event string, f func(string)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.handlers[event] = append(e.handlers[event], &f)
}

// Off drops all that listen to the event.
func (e *Emitter) Off(event string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.handlers, event)
}

// A Listener is told of changes.
type Listener interface{ Changed(key string) }

// Config pairs AddListener with RemoveListener, as in Java.
type Config struct {
	mu        sync.Mutex
	listeners []Listener
}

func (c *Config) AddListener(l Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listeners = append(c.listeners, l)
}

func (c *Config) RemoveListener(l Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.listeners, l); i >= 0 {
		c.listeners = slices.Delete(c.listeners, i, i+1)
	}
}

func (c *Config) Set(key string) {
	for _, l := range c.listeners {
		l.Changed(key)
	}
}

// A Topic gives a Subscription back, as message brokers do.
type Topic struct {
	mu   sync.Mutex
	subs map[*Subscription]bool
}

type Subscription struct {
	t *Topic
	f func([]byte)
}

func NewTopic() *Topic { return &Topic{subs: make(map[*Subscription]bool)} }

func (t *Topic) Subscribe(f func([]byte)) (*Subscription, error) {
	s := &Subscription{t, f}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subs[s] = true
	return s, nil
}

func (s *Subscription) Unsubscribe() {
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	delete(s.t.subs, s)
}

// A Value gives a function back, as hooks do.
type Value struct {
	mu    sync.Mutex
	next  int
	hooks map[int]func(int)
}

func (v *Value) Watch(f func(int)) (cancel func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.hooks == nil {
		v.hooks = make(map[int]func(int))
	}
	id := v.next
	v.next++
	v.hooks[id] = f
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.hooks, id)
	}
}

// A Feed gives an id back that the removing half takes, and takes channels.
type Feed struct {
	mu   sync.Mutex
	next int
	out  map[int]chan<- string
}

type FeedID int

func (f *Feed) Attach(ch chan<- string) FeedID {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.out[f.next] = ch
	return FeedID(f.next)
}

func (f *Feed) Detach(id FeedID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.out, int(id))
}

// A Pool has a name that sounds like registration but only calls.
type Pool struct{ n int }

func (p *Pool) Subscribe(f func(int)) (stop func()) {
	f(p.n)
	return func() {}
}

// Tree has halves of a pair that are not about listening.
type Tree struct{ kids []*Tree }

func (t *Tree) Attach(kid *Tree) { t.kids = append(t.kids, kid) }
func (t *Tree) Detach(kid *Tree) {
	t.kids = slices.DeleteFunc(t.kids, func(k *Tree) bool { return k == kid })
}

// Default is the emitter of the process.
var Default = NewEmitter()

var global = struct {
	mu sync.Mutex
	ls map[string]func()
}{ls: make(map[string]func())}

// A Registry has what the functions of the package do by default.
type Registry interface {
	Register(name string, f func())
	Unregister(name string)
}

// DefaultRegistry is that of the package.
var DefaultRegistry Registry

// Register and Unregister are a pair of functions.
func Register(name string, f func()) {
	global.mu.Lock()
	defer global.mu.Unlock()
	global.ls[name] = f
}

func Unregister(name string) {
	global.mu.Lock()
	defer global.mu.Unlock()
	delete(global.ls, name)
}

// Remove is a helper that takes a listener off.
func Remove(c *Config, l Listener) { c.RemoveListener(l) }

// A Board keeps what is pinned to it.
type Board struct{ pins map[string][]func() }

// Pin adds functions when it returns.
func (b *Board) Pin(fs []func()) {
	defer func() {
		for _, f := range fs {
			b.pins["all"] = append(b.pins["all"], f)
		}
	}()
}

func (b *Board) Show() {
	for _, list := range b.pins {
		for _, f := range list {
			f()
		}
	}
}

// Notices is the board of the process.
var Notices = new(Board)

// Paths keeps what it has compiled: no listener is added by who asks.
type Paths struct {
	compiled map[string]func(any) any
	compile  func(string) (func(any) any, error)
}

func (p *Paths) find(expr string, doc any) any {
	f := p.compiled[expr]
	if f == nil {
		var err error
		if f, err = p.compile(expr); err != nil {
			return nil
		}
		p.compiled[expr] = f
	}
	return f(doc)
}

func (p *Paths) Extract(expr string, then func(any), doc any) { then(p.find(expr, doc)) }
