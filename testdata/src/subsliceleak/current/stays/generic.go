package stays

import "sync"

// A Pile is for others, who know what is in it.
type Pile[T any] struct {
	mu   sync.Mutex
	wait []T
}

func (l *Pile[T]) Join(v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wait = append(l.wait, v)
}

func (l *Pile[T]) Next() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.wait[0]
	l.wait = l.wait[1:] // want `element taken from the front stays in the array; held by Pile.wait \(subsliceleak/queue-front\)`
	return v
}

// Fine: numbers are all that the package has in it.
type Tray[T any] struct {
	mu   sync.Mutex
	wait []T
}

func (r *Tray[T]) Join(v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait = append(r.wait, v)
}

func (r *Tray[T]) Next() T {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.wait[0]
	r.wait = r.wait[1:]
	return v
}

var Numbers Tray[int]
