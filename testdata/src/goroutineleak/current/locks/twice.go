package locks

import "sync"

// A ledger locks what it holds.
type ledger struct {
	mu      sync.RWMutex
	entries map[string]int
	closed  bool
}

func (l *ledger) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Lock() // want `waits for ever for a mutex that it has locked itself \(goroutineleak/unlock-missing\)`
		return
	}
	l.closed = true
	l.mu.Unlock()
}

func (l *ledger) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name := range l.entries {
		if l.sum() > 0 { // want `waits for ever for a mutex that it has locked itself \(goroutineleak/unlock-missing\)`
			delete(l.entries, name)
		}
	}
}

func (l *ledger) sum() (n int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, e := range l.entries {
		n += e
	}
	return n
}

// Sum reads while it reads.
func (l *ledger) Sum() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.sum()
}

// Both are two objects.
func (l *ledger) Both(other *ledger) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return other.sum()
}

// Change lets go of it for a while, as what it calls does.
func (l *ledger) Change(use func()) {
	l.mu.Lock()
	if use != nil {
		l.mu.Unlock()
		use()
		l.mu.Lock()
	}
	l.apart(use)
	l.mu.Unlock()
}

func (l *ledger) apart(use func()) {
	l.mu.Unlock()
	use()
	l.mu.Lock()
}

// Some holds it on one way, and takes it on the other.
func (l *ledger) Some(held bool) int {
	if !held {
		l.mu.Lock()
	}
	n := len(l.entries)
	if held {
		l.mu.Lock()
	}
	l.mu.Unlock()
	return n
}

// Rest locks only if it is told that nobody has.
func (l *ledger) Rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(true)
}

func (l *ledger) drop(held bool) {
	if !held {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	clear(l.entries)
}

// Given lets go of it in what it is given, or in a literal.
func (l *ledger) Given() int {
	l.mu.Lock()
	unlock := func() { l.mu.Unlock() }
	unlock()
	n := l.sum()
	l.mu.Lock()
	l.leave()
	return n + l.sum()
}

func (l *ledger) leave() { l.end() }

func (l *ledger) end() {
	if len(l.entries) > 0 {
		clear(l.entries)
	}
	l.mu.Unlock()
}

// Lend has somebody else let go of it.
func (l *ledger) Lend(use func(done func())) {
	l.mu.Lock()
	use(l.mu.Unlock)
	l.mu.Lock()
	l.mu.Unlock()
}

// Later starts what waits for the end of the function.
func (l *ledger) Later() {
	l.mu.Lock()
	defer l.mu.Unlock()
	go l.sum()
	defer func() { go l.Clear() }()
}

// A chain locks one link after the other.
type chain struct {
	mu   sync.Mutex
	next *chain
}

func (c *chain) Walk() {
	for n := c; n != nil; n = n.next {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
}

// Any locks what somebody else knows.
func Any(l sync.Locker, use func()) {
	l.Lock()
	use()
	l.Lock()
	l.Unlock()
}
