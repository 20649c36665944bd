package locks

import (
	"errors"
	"io"
	"sync"
)

var errClosed = errors.New("closed")

// A db has one writer at a time.
type db struct {
	mu     sync.Mutex
	closed bool
	keys   map[string]string
}

type tx struct {
	db       *db
	writable bool
}

// begin is fine: the transaction has the lock until it ends.
func (d *db) begin() (*tx, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil, errClosed
	}
	t := &tx{writable: true}
	t.db = d
	return t, nil
}

func (t *tx) put(key, value string) { t.db.keys[key] = value }

func (t *tx) end() {
	if t.writable {
		t.db.mu.Unlock()
	}
}

// size forgets the lock: nobody else has it.
func (d *db) size() (int, error) {
	d.mu.Lock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	if d.closed {
		return 0, errClosed
	}
	n := len(d.keys)
	d.mu.Unlock()
	return n, nil
}

func Put(d *db, key, value string) error {
	t, err := d.begin()
	if err != nil {
		return err
	}
	defer t.end()
	t.put(key, value)
	return nil
}

// entries are sorted by age.
type entries []*entry

type entry struct {
	mu  sync.Mutex
	age int
}

// Less is fine: these are two.
func (es entries) Less(i, j int) bool {
	if i == j {
		return false
	}
	a, b := es[i], es[j]
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	return a.age < b.age
}

// A shelf is locked for as long as somebody reads it.
type shelf struct {
	mu    sync.RWMutex
	shut  bool
	books []string
}

type reader struct {
	shelf *shelf
	inner io.Closer
}

func (r *reader) Close() error {
	defer r.shelf.mu.RUnlock()
	return r.inner.Close()
}

type label struct{ name string }

func (*label) Close() error { return nil }

// Read is fine: the reader has the lock until it is closed.
func (s *shelf) Read(open func() (io.Closer, error)) (io.Closer, error) {
	s.mu.RLock()
	if s.shut {
		s.mu.RUnlock()
		return nil, errClosed
	}
	inner, err := open()
	if err != nil {
		s.mu.RUnlock()
		return nil, err
	}
	return &reader{s, inner}, nil
}

// Label is not: a label has no lock.
func (s *shelf) Label() (io.Closer, error) {
	s.mu.RLock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	if s.shut {
		s.mu.RUnlock()
		return nil, errClosed
	}
	return &label{s.books[0]}, nil
}
