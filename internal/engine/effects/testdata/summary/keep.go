// Package summary says above each function what it does to its parameters, in
// the form of the fact that callers get. p0 is the receiver of a method.
package summary

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"time"
)

type owner struct {
	t     *time.Ticker
	list  []*time.Ticker
	named map[string]*time.Ticker
	next  *owner
}

var (
	kept    *time.Ticker
	all     []*time.Ticker
	byName  = map[string]*time.Ticker{}
	tickers = make(chan *time.Ticker, 1)
)

// What is stored in a package variable, or in a part of one:
// effects(store p0 -> example.com/summary.kept)
func storeGlobal(t *time.Ticker) { kept = t }

// effects(store p1 -> example.com/summary.byName[])
func storeEntry(name string, t *time.Ticker) { byName[name] = t }

// effects(send p0)
func send(t *time.Ticker) { tickers <- t }

// In another parameter, which loses what was there:
// effects(replace p0.t, store p1 -> p0.t)
func (o *owner) set(t *time.Ticker) { o.t = t }

// Through a helper, the same as if it were written here:
// effects(store p0 -> example.com/summary.kept)
func storeByHelper(t *time.Ticker) { storeGlobal(t) }

// A local object is no holder; what becomes of it is:
// effects()
func local(t *time.Ticker) int {
	o := owner{t: t}
	return len(o.list)
}

// effects(fresh, return p0 -> r0.t)
func wrap(t *time.Ticker) *owner { return &owner{t: t} }

var owners []*owner

// A constructor that keeps what it makes:
// effects(store p0 -> example.com/summary.owners, store p0 -> example.com/summary.owners[], return p0 -> r0.t)
func listed(t *time.Ticker) *owner {
	o := &owner{t: t}
	owners = append(owners, o)
	return o
}

// effects(return p0 -> r0)
func same(t *time.Ticker) *time.Ticker { return t }

// effects(return p0 -> r1)
func second(t *time.Ticker) (int, *time.Ticker) { return 0, t }

// effects(return p0.t -> r0)
func (o *owner) get() *time.Ticker { return o.t }

// effects(return p0.named[] -> r0)
func (o *owner) find(name string) *time.Ticker { return o.named[name] }

// effects(return example.com/summary.kept -> r0)
func global() *time.Ticker { return kept }

// effects(return p0 -> r0)
func sameByHelper(t *time.Ticker) *time.Ticker { return same(t) }

// The runtime keeps what it is given:
// effects(store p0 -> @runtime timer heap)
func later(f func()) { time.AfterFunc(time.Hour, f) }

// effects(store p0 -> @signal table)
func notify(c chan os.Signal) { signal.Notify(c, os.Interrupt) }

// effects(return p0 -> r0.parent)
func cancelable(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

// Unknown code may keep anything:
// effects(call p0, escape p1)
func unknown(f func(*time.Ticker), t *time.Ticker) { f(t) }

type keeper interface{ keep(*time.Ticker) }

// effects(escape p1)
func byInterface(k keeper, t *time.Ticker) { k.keep(t) }

// One type behind a package variable of interface type is no unknown code:
// effects(method p0 Stop)
func bySingleton(t *time.Ticker) { single.halt(t) }

type halter interface{ halt(*time.Ticker) }

func (*owner) halt(t *time.Ticker) { t.Stop() }

var single halter = &owner{}

// Functions that call each other have the effects of all:
// effects(store p0 -> example.com/summary.kept)
func even(t *time.Ticker, n int) {
	if n > 0 {
		odd(t, n-1)
	}
}

// effects(store p0 -> example.com/summary.kept)
func odd(t *time.Ticker, n int) {
	kept = t
	even(t, n-1)
}

// The instance of a generic function has the effects of its origin:
// effects(store p0 -> p1.v, replace p1.v)
func fill[T any](v T, b *box[T]) { b.v = v }

type box[T any] struct{ v T }

var once sync.Once

// effects(store p0 -> example.com/summary.kept)
func inOnce(t *time.Ticker) { once.Do(func() { kept = t }) }
