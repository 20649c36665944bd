// Package comm finds goroutines that never end, by running what goroutines say to each
// other.
//
// # The question
//
// A function starts goroutines and returns. Is there an order in which things may
// happen after which one of them waits for ever? No single instruction answers that: a
// send waits for as long as nobody receives, and who receives, how often and on which
// way depends on other functions, on room in the channel, on what closes it, on a
// context. Each rule about shapes of code (a send, then a select with another case)
// has ten exceptions; the question asked of the program itself has none.
//
// # The abstraction
//
// A function is translated to a [code]: the steps by which it communicates and what
// they need to know, in a small language. There are channels, contexts, WaitGroups,
// mutexes, ends of pipes, closures, structs that hold them, calls, defer and go, and branches on nil,
// on flags and on counters. All else is left out: steps that do nothing, and loops of
// such, disappear.
//
// A [machine] runs such code with all goroutines that it starts, in all orders. What is
// not known is not known: parameters, results of other functions, what is in containers.
// Where a branch depends on it, both ways are gone, and what was found out is
// remembered. A channel that is not known is ready at any time. What is given to code
// that is not known, or returned, has escaped: from then on it is as if it was not known.
//
// Loops of which the number of rounds is not known all go round a few times, and
// equally often: a channel made with room for len(xs) has room for what a loop over xs
// sends. A context that may be ended by a caller may end at any time; one derived from
// context.Background() ends when its cancel function is called.
//
// The states that were found are a graph. Some sets of states are never left: either
// all goroutines have ended, or some are there that cannot go on, or go round for ever.
// Those are [Stuck].
//
// # May, not must
//
// The way to such a state is one that nothing in sight rules out. It needs no unlikely
// order: a goroutine that could still go on, in any order, is not stuck. One that hangs
// only because another does is not told: it would go on if that did.
//
// # Across packages
//
// The code of a function that others may call is its [Behaviour], a fact. The machine
// runs it like any other: a generator of another package is a goroutine that sends, and
// who leaves before it has taken all leaves it behind. A pool is a goroutine for each function
// that it is sent.
//
// # What is given up
//
// A run has bounds on steps, states, goroutines and calls inside calls. Where one is
// hit, the function is run again without what other packages do, and then once for each
// goroutine that it starts, without the others. What was left out has all that it was given, so
// that only a goroutine that waits to send is stuck for certain. Equal conditions on different values are not seen to be equal.
// Elements of containers and what select statements of package reflect do are not
// known. A goroutine that both sends on a channel and receives from it is not judged: how
// often depends on what goes through. Functions that call themselves do so twice.
//
// Model checkers for Go (Gomela, GCatch) ask the same question of whole programs, with a
// solver, in minutes. A function with what it starts is small enough to be walked
// directly: a large project takes about a third more time than without.
package comm
