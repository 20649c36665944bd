// Package fine registers listeners that do not stay too long.
package fine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"example.com/listeners/bus"
)

// Fine: the emitter dies with the function.
func Local(keys []string) int {
	cfg := new(bus.Config)
	n := new(counter)
	cfg.AddListener(n)
	for _, k := range keys {
		cfg.Set(k)
	}
	return n.n
}

type counter struct{ n int }

func (c *counter) Changed(string) { c.n++ }

// Fine: it dies with the object that owns the emitter.
type Store struct {
	changes bus.Config
	value   *bus.Value
	hits    counter
}

func NewStore() *Store {
	s := &Store{value: new(bus.Value)}
	s.changes.AddListener(&s.hits)
	s.value.Watch(func(n int) { s.hits.n = n })
	return s
}

// Fine: init runs once, and so do main's helpers and package-level Onces.
func init() {
	bus.Default.On("start", func(s string) { fmt.Println(s) })
	for _, name := range []string{"a", "b"} {
		bus.Register(name, func() { fmt.Println(name) })
	}
}

var (
	setUp  sync.Once
	shared = new(bus.Value)
)

func Use() {
	setUp.Do(func() {
		shared.Watch(func(n int) { fmt.Println(n) })
	})
}

// Fine: the means is used, deferred, kept for Close, or handed to the caller.
func Deferred(v *bus.Value, f func()) {
	defer v.Watch(func(int) { f() })()
	f()
}

type Panel struct {
	subs    []*bus.Subscription
	cancels []func()
	id      bus.FeedID
	feed    *bus.Feed
}

func Open(t *bus.Topic, v *bus.Value, f *bus.Feed) (*Panel, error) {
	p := &Panel{feed: f}
	sub, err := t.Subscribe(p.receive)
	if err != nil {
		return nil, err
	}
	p.subs = append(p.subs, sub)
	p.cancels = append(p.cancels, v.Watch(func(int) {}))
	p.id = f.Attach(make(chan string, 1))
	return p, nil
}

func (p *Panel) receive([]byte) {}

func (p *Panel) Close() {
	for _, s := range p.subs {
		s.Unsubscribe()
	}
	for _, cancel := range p.cancels {
		cancel()
	}
	p.feed.Detach(p.id)
}

func Forward(v *bus.Value, to chan<- int) (stop func()) {
	return v.Watch(func(n int) { to <- n })
}

func Both(t *bus.Topic, a, b func([]byte)) ([]*bus.Subscription, error) {
	first, err := t.Subscribe(a)
	if err != nil {
		return nil, err
	}
	second, err := t.Subscribe(b)
	if err != nil {
		return nil, errors.Join(err, undo(first))
	}
	return []*bus.Subscription{first, second}, nil
}

func undo(s *bus.Subscription) error {
	s.Unsubscribe()
	return nil
}

// Fine: unknown code gets the means.
func Handed(v *bus.Value, cleanup func(func())) {
	cleanup(v.Watch(func(int) {}))
}

// Fine: the callback undoes it, the first time it is called.
func First(v *bus.Value) int {
	got := make(chan int, 1)
	var stop func()
	stop = v.Watch(func(n int) {
		stop()
		got <- n
	})
	return <-got
}

// Fine: the context ends, and a Background never keeps anything.
func Bound(ctx context.Context, mu *sync.Cond) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, mu.Broadcast)
	context.AfterFunc(context.Background(), mu.Broadcast)
	mu.Wait()
	return ctx.Err()
}

// Fine: routers have no other half and are not listeners.
func Routes(mux *http.ServeMux) {
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	http.Handle("/x", mux)
}

// Fine: what is called Subscribe keeps nothing, which is known from its
// package.
func Pooled(p *bus.Pool) { p.Subscribe(func(int) {}) }

// Fine: trees have children, not listeners.
func Graft(t, kid *bus.Tree) { t.Attach(kid) }

// Fine: what is asked for with a function is kept to be had again.
func ExtractAll(p *bus.Paths, docs <-chan any) {
	for doc := range docs {
		var last any
		p.Extract("$.name", func(v any) { last = v }, doc)
		_ = last
	}
}
