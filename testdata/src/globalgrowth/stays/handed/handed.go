// Package handed has containers that code elsewhere gets hold of.
package handed

import "encoding/json"

var table = map[string]int{}

func Put(k string) { table[k]++ }

// Table lets its callers delete.
func Table() map[string]int { return table }

var rows []string

func Row(s string) { rows = append(rows, s) }

func Restore(data []byte) error { return json.Unmarshal(data, &rows) }

type Store struct{ items map[string]int }

func (s *Store) Put(k string)    { s.items[k]++ }
func (s *Store) Delete(k string) { delete(s.items, k) }

var def = &Store{items: map[string]int{}}

func Keep(k string) { def.Put(k) }

// Default gives others the method that deletes.
func Default() *Store { return def }

type Log struct{ lines []string }

func (l *Log) Line(s string) {
	l.lines = append(l.lines, s) // want `package variable std -> lines`
}

func (l *Log) Lines() int { return len(l.lines) }

var std = &Log{}

func Line(s string) { std.Line(s) }

// Std gives others the methods, but none of them takes out.
func Std() *Log { return std }

type owner struct{ index map[string]int }

var index = map[string]int{}

func Index(k string) { index[k]++ }

// Own stores the map where others find it.
func Own(o *owner) { o.index = index }
