// Package store has a map with methods.
package store

import "sync"

type Strings struct {
	mu   sync.Mutex
	data map[string]string
}

func New() *Strings { return &Strings{data: make(map[string]string)} }

func (s *Strings) Get(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data[key]
}

func (s *Strings) Set(key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[key] = value
}
