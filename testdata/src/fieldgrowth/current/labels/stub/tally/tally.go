// Package tally has counters by label values.
package tally

import (
	"strings"
	"sync"
)

// A Counter is one of a Family.
type Counter struct{ n int }

func (c *Counter) Inc() { c.n++ }

// A Family has a counter for all label values that it was ever given.
type Family struct {
	mu sync.Mutex
	of map[string]*Counter
}

func (f *Family) WithLabelValues(values ...string) *Counter {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := strings.Join(values, "/")
	c := f.of[key]
	if c == nil {
		c = new(Counter)
		f.of[key] = c
	}
	return c
}

func (f *Family) DeleteLabelValues(values ...string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.of, strings.Join(values, "/"))
	return true
}

// A Query is no family: it goes on with what it is given.
type Query struct{ columns []string }

func (q *Query) With(columns ...string) *Query {
	q.columns = append(q.columns, columns...)
	return q
}

func (q *Query) Delete(columns ...string) bool {
	q.columns = nil
	return true
}
