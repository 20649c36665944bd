// Package family has counters by label values.
package family

import (
	"fmt"
	"sync"
)

// A Counter is one of a Vec.
type Counter struct{ n int }

func (c *Counter) Inc() { c.n++ }

// A Vec has a counter for all labels that it was ever given.
type Vec struct {
	mu sync.Mutex
	of map[string]*Counter
}

func New() *Vec { return &Vec{of: make(map[string]*Counter)} }

func (v *Vec) With(labels map[string]string) *Counter {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := fmt.Sprint(labels)
	if v.of[key] == nil {
		v.of[key] = new(Counter)
	}
	return v.of[key]
}

func (v *Vec) Delete(labels map[string]string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.of, fmt.Sprint(labels))
}
