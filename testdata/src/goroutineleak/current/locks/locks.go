// Package locks has mutexes that somebody forgets to unlock.
package locks

import "sync"

// A Store is used by many goroutines.
type Store struct {
	mu   sync.Mutex
	m    map[string]int
	held bool
}

func (s *Store) Take(k string) (int, bool) {
	s.mu.Lock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	v, ok := s.m[k]
	if !ok {
		return 0, false
	}
	delete(s.m, k)
	s.mu.Unlock()
	return v, true
}

func (s *Store) Put(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k] = v
}

// It unlocks in the function that it calls.
func (s *Store) Drop(k string) {
	s.mu.Lock()
	if s.m == nil {
		s.mu.Unlock()
		return
	}
	s.dropAndUnlock(k)
}

func (s *Store) dropAndUnlock(k string) {
	delete(s.m, k)
	s.mu.Unlock()
}

// Or in one that this one calls.
func (s *Store) Lose(k string) {
	s.mu.Lock()
	if s.m == nil {
		s.mu.Unlock()
		return
	}
	s.lose(k)
}

func (s *Store) lose(k string) { s.dropAndUnlock(k) }

// has holds the lock only if it says so.
func (s *Store) has(k string) bool {
	s.mu.Lock()
	if _, ok := s.m[k]; ok {
		return true
	}
	s.mu.Unlock()
	return false
}

func (s *Store) Touch(k string) {
	if s.has(k) {
		s.m[k]++
		s.mu.Unlock()
	}
}

// A Page remembers that it holds the lock.
type Page struct {
	mu   sync.RWMutex
	held bool
}

func (p *Page) Open(keep bool) {
	p.mu.RLock()
	if keep {
		p.held = true
		return
	}
	p.mu.RUnlock()
}

func (p *Page) Close() {
	if p.held {
		p.held = false
		p.mu.RUnlock()
	}
}

// The lock stays with the first goroutine when it leaves.
func both(f func() bool, g func()) {
	var mu sync.Mutex
	done := make(chan bool)
	go func() {
		mu.Lock() // want `mutex may stay locked for ever while a goroutine waits for it \(goroutineleak/unlock-missing\)`
		if f() {
			close(done)
			return
		}
		mu.Unlock()
		close(done)
	}()
	<-done
	go func() {
		mu.Lock()
		g()
		mu.Unlock()
	}()
}

var _ = both

// Stripes are locks for parts of a map.
type Stripes struct{ parts [16]stripe }

type stripe struct {
	mu sync.Mutex
	m  map[int]int
}

// Sweep is fine: it locks the other part unless that is the same.
func (s *Stripes) Sweep(known map[int]int) {
	for i := 0; i < 16; i++ {
		s.parts[i].mu.Lock()
		for k, v := range s.parts[i].m {
			if v > 0 {
				continue
			}
			j := known[k] & 15
			if i != j {
				s.parts[j].mu.Lock()
			}
			known[k] = v
			delete(s.parts[j].m, k)
			if i != j {
				s.parts[j].mu.Unlock()
			}
		}
		s.parts[i].mu.Unlock()
	}
}

// Drop forgets the lock of a part.
func (s *Stripes) Drop(i, k int) bool {
	s.parts[i].mu.Lock() // want `mutex mu is not unlocked on every path`
	if _, ok := s.parts[i].m[k]; !ok {
		return false
	}
	delete(s.parts[i].m, k)
	s.parts[i].mu.Unlock()
	return true
}

// A Wire has one query at a time.
type Wire struct {
	sender sync.Mutex
	state  sync.Mutex
	err    error
	sent   []string
}

// enter is fine: it locks for its caller, who has leave to unlock.
func (w *Wire) enter() error {
	w.sender.Lock()
	w.state.Lock()
	err := w.err
	w.state.Unlock()
	if err != nil {
		w.sender.Unlock()
		return err
	}
	return nil
}

func (w *Wire) leave() { w.sender.Unlock() }

func (w *Wire) Query(q string) error {
	if err := w.enter(); err != nil {
		return err
	}
	defer w.leave()
	w.sent = append(w.sent, q)
	return nil
}

// Last forgets the lock where nothing was sent, and nobody calls it to unlock what it locks.
func (w *Wire) Last() (string, bool) {
	w.sender.Lock() // want `mutex sender is not unlocked on every path`
	if len(w.sent) == 0 {
		return "", false
	}
	last := w.sent[len(w.sent)-1]
	w.sender.Unlock()
	return last, true
}
