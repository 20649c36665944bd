// Package queue has queues.
package queue

import "sync"

// A Queue hands on what it gets, however long that takes.
type Queue[T any] struct {
	c     chan T
	mu    sync.Mutex
	more  *sync.Cond
	items []T
}

func New[T any]() *Queue[T] {
	q := &Queue[T]{c: make(chan T)}
	q.more = sync.NewCond(&q.mu)
	run(func() {
		for {
			q.c <- q.pop()
		}
	})
	return q
}

func run(f func()) { go f() }

func (q *Queue[T]) Put(v T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, v)
	q.more.Signal()
}

func (q *Queue[T]) pop() (v T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.more.Wait()
	}
	v, q.items = q.items[0], q.items[1:]
	return v
}

func (q *Queue[T]) C() <-chan T { return q.c }

// A Pile keeps what it gets until somebody takes it.
type Pile[T any] struct{ items []T }

func (p *Pile[T]) Put(v T) { p.items = append(p.items, v) }

func (p *Pile[T]) Take() (v T) {
	v, p.items = p.items[0], p.items[1:]
	return v
}

// A Shelf keeps what it gets until somebody clears it, which holds the lock for that.
type Shelf[T any] struct {
	mu    sync.Mutex
	items []T
}

func (s *Shelf[T]) Put(v T) { s.items = append(s.items, v) }

func (s *Shelf[T]) Clear() { s.locked(func() { s.items = nil }) }

func (s *Shelf[T]) Drop() { s.locked(func() { s.items = s.items[1:] }) }

func (s *Shelf[T]) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}
