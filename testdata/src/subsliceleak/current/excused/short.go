package excused

import "sync"

type item struct {
	next *item
	text func() string
}

// A walk is an object of one operation: it is not exported, and nothing shares it.
type walk struct {
	todo []*item
	done []*item
}

func (w *walk) add(i *item) { w.todo = append(w.todo, i) }

func (w *walk) next() *item {
	i := w.todo[0]
	w.todo = w.todo[1:]
	return i
}

// A queue has a lock, and what stays in its array is about as much as waits: latent.
type queue struct {
	mu    sync.Mutex
	items []*item
}

func (q *queue) add(i *item) { q.items = append(q.items, i) }

func (q *queue) next() *item {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := q.items[0]
	q.items = q.items[1:] // want `element taken from the front stays in the array; held by queue.items \(subsliceleak/queue-front, latent\)`
	return i
}

// A Window moves along: append makes a new array from time to time, without what was in
// front.
type Window struct{ last []*item }

func (w *Window) Add(i *item) {
	w.last = append(w.last, i)
	if len(w.last) > 10 {
		w.last = w.last[1:]
	}
}

// A Reader is made ready to be used again.
type Reader struct {
	items []*item
	n     int
	err   error
}

func (r *Reader) Add(i *item) { r.items = append(r.items, i) }

func (r *Reader) Reset() {
	r.items = r.items[:0]
	r.n = 0
	r.err = nil
}

// Stack moves an element to the end: the slot is filled again.
type Stack struct{ items []*item }

func (s *Stack) Raise(i int) {
	it := s.items[i]
	rest := append(s.items[:i], s.items[i+1:]...)
	s.items = append(rest, it)
}

func (s *Stack) Again(i int, it *item) {
	s.items = append(s.items[:i], s.items[i+1:]...)
	s.items = append(s.items, it)
}

// A Trail keeps so many: as many more are in the array at most.
type Trail struct {
	mu    sync.Mutex
	items []*item
}

func (t *Trail) Add(i *item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.items = append(t.items, i)
}

func (t *Trail) Keep(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.items) > n {
		t.items = t.items[len(t.items)-n:]
	}
}
