package summary

import (
	"container/list"
	"io"
	"log"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Containers grow and shrink; a map by a key that may be a parameter:
// effects(grow p0 by p1)
func insert(m map[string]int, key string) { m[key] = 1 }

// effects(grow p0)
func insertNew(m map[*owner]int) { m[new(owner)] = 1 }

// effects(shrink p0)
func remove(m map[string]int, key string) { delete(m, key) }

// effects(shrink p0.named)
func (o *owner) clear() { clear(o.named) }

// effects(replace p0.list)
func (o *owner) reset() { o.list = nil }

// effects(shrink p0.list)
func (o *owner) pop() { o.list = o.list[:len(o.list)-1] }

// effects(shrink p0.list)
func (o *owner) cut(i int) { o.list = slices.Delete(o.list, i, i+1) }

// effects(grow p0 by p1)
func syncMap(m *sync.Map, key string) { m.Store(key, 1) }

// effects(grow p0)
func push(l *list.List) { l.PushBack(1) }

// effects(grow p0)
func enqueue(c chan int) { c <- 1 }

// effects(close p0)
func closeChan(c chan int) { close(c) }

// Not where a key can have few values, is there already, or the size is
// checked:
// effects()
func bounded(m map[byte]int, k byte) { m[k]++ }

// effects()
func constant(m map[string]int) { m["hits"]++ }

// effects()
func known(m map[string]int, key string) {
	if _, ok := m[key]; ok {
		m[key] = 1
	}
}

// effects()
func limited(m map[string]int, key string) {
	if len(m) < 100 {
		m[key] = 1
	}
}

// effects(return p0.named -> r0)
func (o *owner) lazy() map[string]*time.Ticker {
	if o.named == nil {
		o.named = make(map[string]*time.Ticker)
	}
	return o.named
}

// Channels are received from, once or for ever:
// effects(recv p0, return p0[] -> r0)
func receive(c chan int) int { return <-c }

// effects(wait p0.C)
func drain(t *time.Ticker) {
	for range t.C {
	}
}

// effects(recv p0.C, recv p1)
func until(t *time.Ticker, done chan bool) {
	for {
		select {
		case <-t.C:
		case <-done:
			return
		}
	}
}

// effects(go arg p0 drain, go wait p0.C)
func background(t *time.Ticker) {
	go drain(t)
}

// Some functions never come back:
// effects(noreturn)
func die() { os.Exit(1) }

// effects(noreturn)
func dieByHelper(ok bool) {
	if ok {
		die()
	}
	log.Fatal("not ok")
}

// effects(noreturn)
func goexit() { runtime.Goexit() }

// effects()
func mayDie(ok bool) {
	if !ok {
		die()
	}
}

// effects()
func recovers() {
	defer func() { _ = recover() }()
	panic("caught")
}

// Data of unbounded size is worth knowing where it is returned:
// effects(fill r0, drain p0)
func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(r) }

// effects(fresh, fill r0)
func buffer(n int) []byte { return make([]byte, n) }

// effects(fresh)
func page() []byte { return make([]byte, 4096) }
