// Package retention says what keeps a value in memory, and how much memory
// that is.
//
// # The question
//
// The collector frees what no root reaches. So a value that nobody needs any
// more and that stays has a path from a root: a package variable, a goroutine
// that never ends, a table of the runtime, an object that was there before
// the function ran. Which root is it, by which path, and how large is what
// hangs on it?
//
// # The abstraction
//
// The events that effects found on a value (stored, returned, started as a
// goroutine) become [Holder]s: the root, the names on the path from there,
// and the [Slot] on it that somebody would have to empty. A closure is a
// value like any other; what it keeps in turn are its [Capture]s, whole
// variables, whatever part of them its body uses. [Capture.Parts] compares
// the two.
//
// Sizes are those of the compiler for variables, arrays, composite literals
// and makes of constant size. Of data whose size is not known, effects says
// whether anything bounds it ([effects.Package.Unbounded]).
//
// # May and must
//
// A holder is a store that some path executes, of a value that this one may
// be. What would take the value out of its holder again is looked for in the
// whole package, whatever path it is on: one place is enough. Roots are must:
// code that is not known may keep what it gets, but is no holder.
//
// # What is given up
//
// A closure called by a closure that is kept is not followed. Single slots (a
// field set to a closure) lose their old value with the next one, so only
// containers pile up. Objects in between are one step of a path, whatever
// their number. A goroutine is asked for its own loops, not for those of the
// functions that it calls.
//
// Walking the heap from the roots, type by type, would find each value on many
// paths, most of them through interfaces that hold something else. Asking each
// value for its own stores finds the one path that a reader would name. For
// the same reason a value that is stored itself has no holders but those: what
// holds its holder in turn says nothing about who should let go.
package retention
