// Package entry keeps handles in the entries of a map.
package entry

import "sync"

type feed interface {
	Subscribe(ch chan<- int) *sub
}

type sub struct {
	id  int
	err chan error
}

func (s *sub) Unsubscribe()      {}
func (s *sub) Err() <-chan error { return s.err }

type filter struct {
	seen []int
	s    *sub
}

type API struct {
	from    feed
	mu      sync.Mutex
	filters map[int]*filter
}

// Leaks: the goroutine deletes the entry, and then nobody has the means.
func (a *API) Filter() int {
	ch := make(chan int)
	s := a.from.Subscribe(ch) // want `listener added by Subscribe is not removed on every path; held by a -> from \(listenerleak/not-removed-on-path\)`
	a.mu.Lock()
	a.filters[s.id] = &filter{s: s}
	a.mu.Unlock()
	go func() {
		for {
			select {
			case n := <-ch:
				a.mu.Lock()
				if f, ok := a.filters[s.id]; ok {
					f.seen = append(f.seen, n)
				}
				a.mu.Unlock()
			case <-s.Err():
				a.mu.Lock()
				delete(a.filters, s.id)
				a.mu.Unlock()
				return
			}
		}
	}()
	return s.id
}

// Fine: the same, undone.
func (a *API) Undone() int {
	ch := make(chan int)
	s := a.from.Subscribe(ch)
	a.mu.Lock()
	a.filters[s.id] = &filter{s: s}
	a.mu.Unlock()
	go func() {
		for {
			select {
			case <-ch:
			case <-s.Err():
				a.mu.Lock()
				delete(a.filters, s.id)
				a.mu.Unlock()
				s.Unsubscribe()
				return
			}
		}
	}()
	return s.id
}

// Fine: the entry stays for Remove.
func (a *API) Kept(done <-chan struct{}) int {
	ch := make(chan int)
	s := a.from.Subscribe(ch)
	a.mu.Lock()
	a.filters[s.id] = &filter{s: s}
	a.mu.Unlock()
	go func() {
		select {
		case <-ch:
		case <-s.Err():
		case <-done:
		}
	}()
	return s.id
}

func (a *API) Remove(id int) bool {
	a.mu.Lock()
	f, ok := a.filters[id]
	delete(a.filters, id)
	a.mu.Unlock()
	if ok {
		f.s.Unsubscribe()
	}
	return ok
}
