// Package containers has other containers behind package variables.
package containers

import (
	"bytes"
	"container/heap"
	"container/list"
	"fmt"
	"net/http"
	"sync"
)

var names sync.Map

func Name(id, name string) {
	names.Store(id, name) // want `container grows and never shrinks; held by package variable names \(globalgrowth/container-only-grows\)`
}

var history = list.New()

func Past(v any) {
	history.PushBack(v) // want `package variable history`
}

var output bytes.Buffer

func Print(v any) {
	fmt.Fprintln(&output, v) // want `package variable output`
}

type ages []int

func (a ages) Len() int           { return len(a) }
func (a ages) Less(i, j int) bool { return a[i] < a[j] }
func (a ages) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *ages) Push(v any)        { *a = append(*a, v.(int)) }
func (a *ages) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

var oldest, youngest ages

func Oldest(age int) {
	heap.Push(&oldest, age) // want `package variable oldest`
}

func Youngest(age int) int {
	heap.Push(&youngest, age)
	return heap.Pop(&youngest).(int)
}

type bag[T comparable] struct{ items map[T]int }

func (b *bag[T]) put(v T)  { b.items[v]++ }
func (b *bag[T]) take(v T) { delete(b.items, v) }

var (
	words = bag[string]{items: map[string]int{}}
	codes = bag[int]{items: map[int]int{}}
)

// Word uses a generic type, whose methods serve other variables, too: the call
// is the place.
func Word(s string) {
	words.put(s) // want `package variable words -> items`
}

func Code(n int)   { codes.put(n) }
func Uncode(n int) { codes.take(n) }

func ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Name(r.FormValue("id"), r.FormValue("name"))
	Word(r.FormValue("word"))
}
