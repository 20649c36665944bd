// Package finalizer has finalizers and cleanups that keep their object.
package finalizer

import (
	"context"
	"os"
	"runtime"
	"sync"
	"time"
)

type table struct{ free chan int }

func (t *table) put(id int) { t.free <- id }

type handle struct {
	id   int
	file *os.File
	t    *table
	next *handle
	done chan bool
	in   chan int
	buf  [8]byte
}

func (h *handle) release()         { h.t.put(h.id) }
func (h *handle) free(id int)      { h.t.put(id) }
func (h *handle) drop(*handle)     { h.t.put(h.id) }
func (h *handle) Close()           { close(h.done) }
func drop(h *handle)               { h.t.put(h.id) }
func byID(t *table) func(int)      { return t.put }
func closeFile(f *os.File)         { _ = f.Close() }
func (h *handle) started() *handle { go h.serve(); return h }

func (h *handle) serve() {
	for {
		select {
		case <-h.done:
			return
		case id := <-h.in:
			h.id = id
		}
	}
}

func (h *handle) until(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-h.in:
			h.id = id
		}
	}
}

func literal(t *table) *handle {
	h := &handle{t: t}
	runtime.SetFinalizer(h, func(*handle) { // want `finalizer keeps the object that it waits for; held by the finalizer table -> func \(closurecapture/self-reference\)`
		h.release()
	})
	return h
}

func variable(t *table) *handle {
	h := &handle{t: t}
	free := func(id int) { h.t.put(id) }
	runtime.AddCleanup(h, free, h.id) // want `cleanup keeps the object that it waits for`
	return h
}

func bound(t *table) *handle {
	h := &handle{t: t}
	runtime.AddCleanup(h, h.free, h.id) // want `cleanup keeps the object`
	return h
}

func parameter(h *handle) {
	runtime.SetFinalizer(h, h.drop) // want `finalizer keeps the object`
}

type pair struct{ h *handle }

func argument(t *table) *handle {
	h := &handle{t: t}
	runtime.AddCleanup(h, func(p pair) { p.h.release() }, pair{h}) // want `argument of the cleanup keeps the object that it waits for`
	return h
}

func interior(t *table) *handle {
	h := &handle{t: t}
	runtime.AddCleanup(h, func(b *[8]byte) { clear(b[:]) }, &h.buf) // want `argument of the cleanup keeps the object`
	return h
}

func linked(t *table) *handle {
	h := &handle{t: t}
	head := &handle{t: t, next: h}
	runtime.AddCleanup(h, head.free, 1) // want `cleanup keeps the object`
	return h
}

func init() {
	h := &handle{}
	runtime.SetFinalizer(h, func(*handle) { h.release() }) // want `finalizer keeps the object`
}

func goroutine(t *table) *handle {
	h := &handle{t: t, done: make(chan bool)}
	go h.serve()
	runtime.SetFinalizer(h, (*handle).Close) // want `finalizer never runs, a goroutine keeps the object`
	return h
}

func elsewhere(t *table) *handle {
	h := &handle{t: t, done: make(chan bool)}
	h.started()
	runtime.SetFinalizer(h, (*handle).Close) // want `finalizer never runs`
	return h
}

// Fine: the goroutine ends with the context.
func contextual(ctx context.Context, t *table) *handle {
	h := &handle{t: t}
	go h.until(ctx)
	runtime.SetFinalizer(h, (*handle).Close)
	return h
}

type outer struct{ *handle }

// Fine: the goroutine keeps what is inside.
func wrapper(t *table) *outer {
	o := &outer{&handle{t: t, done: make(chan bool)}}
	go o.handle.serve()
	runtime.SetFinalizer(o, func(o *outer) { o.Close() })
	return o
}

// Fine: the finalizer gets the object as its parameter.
func clean(t *table) *handle {
	h := &handle{t: t}
	runtime.SetFinalizer(h, drop)
	runtime.SetFinalizer(h, func(h *handle) { h.release() })
	runtime.AddCleanup(h, t.put, h.id)
	runtime.AddCleanup(h, byID(t), 3)
	runtime.AddCleanup(h, closeFile, h.file)
	inner := h.t
	runtime.AddCleanup(h, func(id int) { inner.put(id) }, h.id)
	return h
}

// Fine: a copy of the object is another one.
func copied(h *handle, check func(handle)) {
	old := *h
	runtime.SetFinalizer(h, func(*handle) { check(old) })
}

// Fine: the cleanup keeps another object.
func other(t *table, head *handle) *handle {
	h := &handle{t: t, next: head}
	runtime.AddCleanup(h, head.free, head.id)
	return h
}

// Fine: the closure that keeps the object undoes the cleanup.
func undone(t *table) (*handle, func()) {
	h := &handle{t: t}
	c := runtime.AddCleanup(h, t.put, time.Now().Second())
	return h, func() {
		c.Stop()
		runtime.KeepAlive(h)
	}
}

type node struct {
	mu      sync.Mutex
	cond    sync.Cond
	locker  sync.Locker
	parent  *node
	kids    []*node
	onClose func()
	saved   struct{ id int }
	id      int
}

func (n *node) close() {}

func (n *node) interior() {
	n.locker = &n.mu
	runtime.SetFinalizer(n, (*node).close) // want `finalizer never runs, the object is part of a cycle`
}

func (n *node) nested() {
	n.cond.L = &n.mu
	runtime.SetFinalizer(n, (*node).close) // want `finalizer never runs, the object is part of a cycle`
}

func tree(ids []int) *node {
	n := &node{kids: make([]*node, len(ids))}
	runtime.SetFinalizer(n, (*node).close) // want `finalizer never runs, the object is part of a cycle`
	for i, id := range ids {
		n.kids[i] = &node{parent: n, id: id}
	}
	return n
}

func callback() *node {
	n := new(node)
	n.onClose = func() { n.id = 0 }
	runtime.SetFinalizer(n, (*node).close) // want `finalizer never runs, the object is part of a cycle`
	return n
}

// Fine: nothing leads back to the object, and cleanups allow cycles.
func chain(parent *node, id int) *node {
	n := &node{parent: parent, id: id}
	n.saved.id = n.id
	n.kids = append(n.kids, &node{id: id})
	before := *n
	n.onClose = func() { before.close() }
	runtime.SetFinalizer(n, (*node).close)
	c := &node{}
	c.locker = &c.mu
	runtime.AddCleanup(c, func(int) {}, id)
	return n
}

type guard struct{ ref *guardRef }

type guardRef struct{ parent *guard }

// Fine: the parent lets go of the object.
func notified(f func(*guardRef)) *guard {
	g := new(guard)
	g.ref = &guardRef{parent: g}
	runtime.SetFinalizer(g.ref, f)
	g.ref = nil
	return g
}

func deferred(t *table) (h *handle) {
	h = &handle{t: t}
	defer runtime.SetFinalizer(h, func(*handle) { h.release() }) // want `finalizer keeps the object`
	return h
}

func inLiteral(t *table) *handle {
	h := &handle{t: t, done: make(chan bool)}
	go func() {
		for {
			select {
			case <-h.done:
				return
			case <-time.After(time.Hour):
				h.release()
			}
		}
	}()
	runtime.SetFinalizer(h, (*handle).Close) // want `finalizer never runs, a goroutine keeps the object`
	return h
}

// Fine: whoever has the channel ends the goroutine.
func ended(t *table) (*handle, chan bool) {
	done := make(chan bool)
	h := &handle{t: t, done: done}
	go func() {
		for {
			select {
			case <-h.done:
				return
			case <-time.After(time.Hour):
				h.release()
			}
		}
	}()
	runtime.SetFinalizer(h, (*handle).release)
	return h, done
}

func (h *handle) link() { h.next = &handle{t: h.t, next: h} }

func byMethod(t *table) *handle {
	h := &handle{t: t}
	h.link()
	runtime.SetFinalizer(h, (*handle).release) // want `finalizer never runs, the object is part of a cycle`
	return h
}

func twins(t *table) *handle {
	a, b := &handle{t: t}, &handle{t: t}
	a.next, b.next = b, a
	runtime.SetFinalizer(a, (*handle).release) // want `finalizer never runs, the object is part of a cycle`
	return a
}

const finalizers = false

// Fine: this build has no finalizers.
func none(t *table) *handle {
	h := &handle{t: t}
	h.next = h
	if finalizers {
		runtime.SetFinalizer(h, (*handle).release)
	}
	return h
}
