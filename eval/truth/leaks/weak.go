//go:build go1.24

package leaks

import (
	"runtime"
	"sync"
	"weak"
)

var (
	tags     = make(map[*session]string)
	weakTags = make(map[weak.Pointer[session]]string)
	tagMu    sync.Mutex
)

func TagByPointer() any {
	tagMu.Lock()
	defer tagMu.Unlock()
	s := newSession()
	tags[s] = "new" // leak: globalgrowth/map-only-grows
	return nil
}

func TagByPointerFixed() any {
	tagMu.Lock()
	defer tagMu.Unlock()
	s := newSession()
	key := weak.Make(s)
	runtime.AddCleanup(s, forgetTag, key)
	weakTags[key] = "new"
	return nil
}

func forgetTag(key weak.Pointer[session]) {
	tagMu.Lock()
	defer tagMu.Unlock()
	delete(weakTags, key)
}

// A Table knows something of sessions.
type Table struct {
	mu       sync.Mutex
	tags     map[*session]string
	weakTags map[weak.Pointer[session]]string
}

func NewTable() *Table {
	return &Table{tags: make(map[*session]string), weakTags: make(map[weak.Pointer[session]]string)}
}

func (t *Table) FieldByPointer() any {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := newSession()
	t.tags[s] = "new" // leak: fieldgrowth/only-grows
	return nil
}

func (t *Table) FieldByPointerFixed() any {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := newSession()
	key := weak.Make(s)
	runtime.AddCleanup(s, t.forget, key)
	t.weakTags[key] = "new"
	return nil
}

func (t *Table) forget(key weak.Pointer[session]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.weakTags, key)
}
