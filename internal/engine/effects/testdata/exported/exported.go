// Package exported has functions for others to call.
package exported

import (
	"log"
	"time"
)

// Kept is what Keep keeps.
var Kept *time.Ticker

// effects(method p0 Stop)
func Halt(t *time.Ticker) { t.Stop() }

// effects(store p0 -> example.com/exported.Kept)
func Keep(t *time.Ticker) { Kept = t }

// Owner owns a ticker.
type Owner struct{ T *time.Ticker }

// effects(fresh, return p0 -> r0.T)
func New(t *time.Ticker) *Owner { return &Owner{T: t} }

// effects(replace p0.T, store p1 -> p0.T)
func (o *Owner) Put(t *time.Ticker) { o.T = t }

// effects(method p0.T Stop)
func (o *Owner) Close() { o.T.Stop() }

// Set only grows.
type Set map[string]bool

// effects(grow p0 by p1)
func (s Set) Add(key string) { s[key] = true }

// effects(noreturn)
func Fail(why string) { log.Fatal(why) }

// effects(go wait p0.C)
func Background(t *time.Ticker) {
	go func() {
		for range t.C {
		}
	}()
}
