// Package effects says what functions do with the values they are given.
//
// # The question
//
// Every leak is the answer to one question asked of one value: after it came
// into being, what happened to it? A ticker that nobody stops, a closure put
// into a package variable, a map that gets keys and never loses any, a handle
// that is dropped: each analyzer asks it of another kind of value. So the
// package is walked once, here, and what the walk finds is kept as a table of
// events that all engines query.
//
// # The abstraction
//
// A value is named by a [Ref]: the place it was born (a call, a composite
// literal, a parameter, a package variable) and a path of fields and elements
// from there. The flow of refs through one declared function and the literals
// inside it is solved together, so that a variable captured by a closure is
// the same variable on both sides. Pointers and what they point to share a
// name, elements of a container share one name, and stores never overwrite:
// the flow says what a value may be, not when.
//
// An [Event] is something that happens to a ref at an instruction: a method
// is called on it, it is stored, sent, returned, grown, handed to code that
// is not known. Whoever needs order (lifetime) takes the events' instructions
// to the control-flow graph.
//
// What a function does to its parameters is its [Summary]: the events on its
// parameters, seen from outside. Summaries are computed callees first, to a
// fixed point where functions call each other, applied at calls as if their
// events happened there, and exported as facts. For the standard library they
// come from a table (std.txt) that a test checks against the real signatures.
//
// # May, not must
//
// An event may happen; nothing says that it does. That is the right direction
// for the events that excuse (released, handed to unknown code): one of them
// anywhere makes an analyzer silent. Events that accuse (grown, waited for in
// a loop that never ends) are found by the same walk, and the analyzers ask
// for more before they believe them.
//
// # Tests
//
// Functions that package testing calls have no events: they run once, in a
// process that ends, and are half of most projects. What they do with the
// program excuses nothing there, as if the package had no tests, but that
// functions which only they name are once code. What they do with the code of
// test files is known by the names they use ([ir.Package.Tested]) and taken to
// excuse. Facts do not tell what test files do to the rest of their package, so
// that a driver may take them from the package as it is with its tests or without.
//
// # What is given up
//
// Calls through interfaces and of unknown functions may keep what they get.
// A function summary does not know its caller, except that literals called in
// the function they are written in are. Paths are cut at a depth of three.
// Sets of refs are cut at 16: from there on the value may be anything, which
// excuses it.
//
// An earlier design traced each value forward on its own, analyzer by
// analyzer. It visited the same instructions once per value and each copy
// missed other cases (captured cells, elements of local slices, method
// values); the single table replaced it.
package effects
