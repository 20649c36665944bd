// Package held has a store behind an interface.
package held

// A Store keeps what it is given.
type Store interface{ Keep(k string) }

// Silent: the only value is the package variable's, which globalgrowth looks at.
type alone struct{ items map[string]bool }

func (a *alone) Keep(k string) { a.items[k] = true }

var store Store = &alone{map[string]bool{}}

// Keep keeps.
func Keep(k string) { store.Keep(k) }

type common struct{ items map[string]bool }

func (c *common) Keep(k string) {
	c.items[k] = true // want `held by common.items \(fieldgrowth/only-grows, latent\)`
}

var first Store = &common{map[string]bool{}}

// New makes more of them.
func New() Store { return &common{map[string]bool{}} }

// First keeps.
func First(k string) { first.Keep(k) }
