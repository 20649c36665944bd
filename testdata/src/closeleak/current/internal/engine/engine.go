// Package engine makes objects that do more than to keep what they open.
package engine

import (
	"context"
	"sync"
	"time"
)

// A Hook is asked before a batch is written. It has no way to close the engine.
type Hook interface{ Before(b *Batch) }

// An Observer gets to know engines. It has no way to close them, either.
type Observer interface{ Watch(sizer Sizer) }

type Sizer interface{ Size() int }

// An Engine is known to its own batch.
type Engine struct {
	mu    sync.Mutex
	hook  Hook
	batch *Batch
	stopc chan struct{}
	donec chan struct{}
	n     int
}

// A Batch is a part of an engine.
type Batch struct {
	engine *Engine
	keys   map[string]bool
}

type batches interface{ len() int }

type shelf struct {
	Batches batches
	keys    map[string]bool
}

func newShelf() *shelf { return &shelf{keys: make(map[string]bool)} }

// New returns an engine whose goroutine ends when it is closed.
func New(hook Hook, observer Observer) Interface {
	return open(hook, observer)
}

// Interface is what others know of an engine.
type Interface interface {
	Size() int
	Begin() *Change
	Close()
}

func open(hook Hook, observer Observer) *Engine {
	e := &Engine{hook: hook, stopc: make(chan struct{}), donec: make(chan struct{})}
	e.batch = newBatch(e)
	if observer != nil {
		observer.Watch(e)
	}
	go e.run()
	return e
}

func newBatch(e *Engine) *Batch {
	b := &Batch{engine: e, keys: make(map[string]bool)}
	b.write()
	b.reset()
	return b
}

func (b *Batch) write() {
	if b.engine.hook != nil {
		b.engine.hook.Before(b)
	}
}

func (b *Batch) reset()   { b.keys = make(map[string]bool) }
func (b *Batch) len() int { return len(b.keys) }

func (e *Engine) run() {
	defer close(e.donec)
	t := time.NewTimer(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			e.batch.write()
		case <-e.stopc:
			return
		}
		t.Reset(time.Second)
	}
}

func (e *Engine) Size() int { e.mu.Lock(); defer e.mu.Unlock(); return e.n }

// A Change is of an engine that goes on behind it.
type Change struct{ engine *Engine }

func (e *Engine) Begin() *Change { return &Change{e} }

func (c *Change) Put(key string) { c.engine.n++ }
func (c *Change) End()           { c.engine.n-- }

func (e *Engine) Close() {
	close(e.stopc)
	<-e.donec
}

// A Store has a part that knows it.
type Store struct {
	*shelf
	stopc chan struct{}
}

type view struct{ store *Store }

func (v *view) len() int { return len(v.store.keys) }

// NewStore returns a store whose goroutine ends when it is closed.
func NewStore() *Store {
	s := &Store{shelf: newShelf(), stopc: make(chan struct{})}
	s.shelf.Batches = &view{s}
	go s.sync()
	return s
}

func (s *Store) sync() { <-s.stopc }

func (s *Store) Size() int { return s.Batches.len() }

func (s *Store) Close() { close(s.stopc) }

var all []*Handed

// A Handed engine is in a list, and whoever goes through that may close it.
type Handed struct{ stopc chan struct{} }

func NewHanded() *Handed {
	h := &Handed{stopc: make(chan struct{})}
	enlist(h)
	go h.run()
	return h
}

func enlist(h *Handed) { all = append(all, h) }

// CloseAll closes what was made.
func CloseAll() {
	for _, h := range all {
		h.Close()
	}
}

func (h *Handed) run()   { <-h.stopc }
func (h *Handed) Ask()   {}
func (h *Handed) Close() { close(h.stopc) }

// A Node lives until ctx ends.
type Node struct{ ctx context.Context }

func NewNode(ctx context.Context) *Node { return &Node{ctx} }

// A Walk goes from node to node.
type Walk struct {
	ctx    context.Context
	cancel func()
}

func newWalk(ctx context.Context) *Walk {
	ctx, cancel := context.WithCancel(ctx)
	return &Walk{ctx: ctx, cancel: cancel}
}

// Steps is what others know of a walk.
type Steps interface {
	Next() bool
	Close()
}

// Walk returns a walk that the node's context keeps until it is closed.
func (n *Node) Walk() Steps { return newWalk(n.ctx) }

// WalkUntil returns one that ctx keeps until it is closed.
func (n *Node) WalkUntil(ctx context.Context) Steps { return newWalk(ctx) }

// WalkOn returns one that a background context does not keep.
func (n *Node) WalkOn() Steps { return newWalk(context.Background()) }

// WalkFor returns one that its timer lets go.
func (n *Node) WalkFor(d time.Duration) Steps {
	ctx, cancel := context.WithTimeout(n.ctx, d)
	return &Walk{ctx: ctx, cancel: cancel}
}

func (w *Walk) Next() bool { return w.ctx.Err() == nil }
func (w *Walk) Close()     { w.cancel() }
