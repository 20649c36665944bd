// Package keepers allocates. Comments say what keeps what a line allocates.
package keepers

import (
	"runtime"
	"time"
)

type item struct{ data []byte }

var (
	cache = make(map[string]*item) // want `package variable cache`
	names []string
	last  *item
)

func inMap(key string) {
	cache[key] = &item{} // want `package variable cache`
}

func elsewhere(key string) {
	x := &item{}                 // want `package variable cache`
	x.data = make([]byte, 1<<10) // want `package variable cache`
	cache[key] = x               // want `package variable cache`
}

func inList(name string) {
	names = append(names, name) // want `package variable names`
}

func inVariable() {
	last = new(item) // want `package variable last`
}

type store struct {
	items map[string]*item
	done  chan bool
}

func newStore() *store {
	s := &store{}                    // want `the caller`
	s.items = make(map[string]*item) // want `the caller`
	return s
}

func (s *store) put(key string) {
	s.items[key] = newItem() // want `field store.items`
}

func newItem() *item {
	return &item{data: make([]byte, 1<<20)} // want `the caller`
}

func (s *store) wait() { // want `goroutine in \(\*store\).wait`
	ch := make(chan int) // want `goroutine in \(\*store\).wait`
	go func() {          // want `goroutine in \(\*store\).wait`
		<-ch
		<-s.done
	}()
}

func (s *store) waitTwice() { // want `goroutine in \(\*store\).waitTwice`
	go func() { // want `goroutine in \(\*store\).waitTwice`
		<-s.done
	}()
	go func() { // want `goroutine in \(\*store\).waitTwice`
		<-s.done
	}()
}

func armed() {
	x := new(item)                     // want `the runtime timer heap`
	time.AfterFunc(time.Hour, func() { // want `the runtime timer heap`
		runtime.KeepAlive(x)
	})
}

func scratch() int {
	buf := make([]byte, 1<<20)
	return len(buf)
}
