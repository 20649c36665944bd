// Package behind gets objects behind which there is more than can be seen.
package behind

import (
	"context"
	"time"

	"example.com/closing/internal/engine"
)

// Who opens an engine closes it, though its batch knows it, too, and an observer that cannot
// close it.
func size(hook engine.Hook, o engine.Observer) int {
	e := engine.New(hook, o) // want `value with a goroutine behind it is never closed; held by its goroutine \(closeleak/never-released\)`
	return e.Size()
}

func store() int {
	s := engine.NewStore() // want `value with a goroutine behind it is never closed`
	return s.Size()
}

// The end of a change is not that of the engine.
func change(hook engine.Hook, key string) {
	e := engine.New(hook, nil) // want `value with a goroutine behind it is never closed`
	c := e.Begin()
	c.Put(key)
	c.End()
}

func changed(hook engine.Hook, key string) {
	e := engine.New(hook, nil)
	c := e.Begin()
	c.Put(key)
	c.End()
	e.Close()
}

// It is in a list.
func handed() { engine.NewHanded().Ask() }

// The node's context keeps the walk.
func walk(n *engine.Node) bool {
	w := n.Walk() // want `value with a context behind it is never closed; held by its parent context \(closeleak/never-released\)`
	return w.Next()
}

// What keeps these ends by itself, or does not keep them.
func walks(ctx context.Context, n *engine.Node) bool {
	return n.WalkUntil(ctx).Next() && n.WalkOn().Next() && n.WalkFor(time.Second).Next()
}

func walked(n *engine.Node) bool {
	w := n.Walk()
	defer w.Close()
	return w.Next()
}
