// Package caller calls functions of another package, of which it sees the
// facts alone.
package caller

import (
	"time"

	"example.com/exported"
)

// effects(method p0 Stop)
func halt(t *time.Ticker) { exported.Halt(t) }

// effects(store p0 -> example.com/exported.Kept)
func keep(t *time.Ticker) { exported.Keep(t) }

// effects(return p0 -> r0.T)
func wrap(t *time.Ticker) *exported.Owner { return exported.New(t) }

// effects(method p0 Stop)
func wrapAndClose(t *time.Ticker) { exported.New(t).Close() }

// effects(grow p0 by p1)
func insert(s exported.Set, key string) { s.Add(key) }

// effects(noreturn)
func fail() { exported.Fail("no") }

// effects(go wait p0.C)
func background(t *time.Ticker) { exported.Background(t) }
