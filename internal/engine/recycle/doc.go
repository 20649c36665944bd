// Package recycle says in what state objects go back to where they are taken from
// again.
//
// # The question
//
// A pool keeps what is put into it. That is its purpose, and the collector empties a
// [sync.Pool] after two cycles. But under load an object hardly ever stays in the pool
// that long: it is taken out and put back, and with it stays whatever it has grown to
// and whatever it refers to. How large may an object be that goes back, and what does
// it still have in it?
//
// # The abstraction
//
// A [Put] is a call of sync.Pool's Put. Its [Part]s are what can grow or refer to
// something: the buffer or slice that is put, or such fields of a struct. What happens
// to an object on its way to a Put is told by the events of package effects on its
// origins: the values that it may be in the function of the Put, where that is a
// parameter also in the callers of this package, and where it came from a function of
// this package in that. So wrappers around a pool are no matter of names.
//
// Three things are asked of a part. Does something put data of unbounded size into it
// ([Part.Grows])? Does a branch on its size decide whether it goes back, or is it
// compared with a limit ([Put.Checked])? Is what was put into it taken out again on
// the way ([Put.Keeps])?
//
// A [List] is a hand-made pool: one function takes an element out of a slice, or off a
// chain, and makes a new one where there is none; another puts elements back.
//
// # May and must
//
// What accuses is must: data of unbounded size is added where that is to be seen, by
// statements that run on the way. What excuses is may: a check or a clearing anywhere on
// the way is taken to work.
//
// # What is given up
//
// Fields of structs of other packages, elements of type parameters, what is added
// through an interface that wraps the object, and order: a clearing in front of what
// fills the object excuses it. But what one Put of a pool does right before shows what the
// others of that pool owe: then order counts, and an append fills.
package recycle
