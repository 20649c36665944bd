// Package goroutineleak defines an analyzer that reports goroutines that never
// end.
//
// # Analyzer goroutineleak
//
// goroutineleak: report goroutines that wait or run for ever
//
// A goroutine that waits for something that never comes is never collected,
// nor is anything that it refers to. The commonest kind waits to send a result
// that nobody takes any more:
//
//	func ask(q func() string) (string, error) {
//		answer := make(chan string)
//		go func() { answer <- q() }() // waits for ever after the timeout
//		select {
//		case s := <-answer:
//			return s, nil
//		case <-time.After(time.Second):
//			return "", errors.New("no answer")
//		}
//	}
//
// To find it, the analyzer runs the function and all that it starts in all
// orders, as far as they communicate: channels and their room, select
// statements, close, contexts and their cancel functions, WaitGroups, mutexes,
// sync.Once, sync.Cond, deferred calls and functions of the module that they call. Where
// the way is not known, as at err != nil, both are gone. A goroutine that
// cannot go on once the function has returned is a leak.
//
// The ends of an io.Pipe are channels in disguise, and what wraps them, such as a
// bufio.Scanner, is such an end. What the standard library does with them is known where it
// only reads or writes.
//
// A channel that somebody else has, because it came as a parameter, is
// returned, sent, kept in a container or given to code that is not known, is
// taken to be ready always, unless others get the end only from which they can receive. So are channels of other objects, timers, and
// contexts that the caller gave. Silent is code that runs once per process,
// such as main and init, and code for tests. So are channels on which one
// goroutine both sends and receives, since how often depends on what goes
// through; and what follows a panic. Of a function with more goroutines and steps than can be
// gone through, what functions of other packages do is left out, then what all goroutines but
// one do; it is told only where that one may wait for ever to send. A loop without an end in a constructor is reported
// only if the object has a method that should end it, or something shows that
// there are many.
//
// A function that itself waits for a goroutine it has started is reported where
// it waits. It is not if the goroutine gave up with something of which the function
// may know, such as a context, unless the function asks for nothing on the way there but what
// it received; or if the function waits once in each round of a
// loop: how many rounds there are may be how many goroutines there are, unless one of these
// may end without having sent. It is not, either,
// if it starts goroutines on some ways only that lead there: it may know of that. Nor is a second
// receive that depends on what the first one got, or one in a function of another package.
// Who waits for a condition is not told once somebody has signalled it.
//
// # blocked-send
//
// The goroutine sends on a channel with too little room, and the function that
// should receive has a way that does not: an early return, a select statement
// with another case, the first result of many. Or it writes to a pipe of which nobody
// reads the rest, and whose reader is not closed. Or the channel is in a field that only the
// package knows, has no room, and nobody receives from it. What runs on a goroutine is also
// what time.AfterFunc is given, if nobody can stop it, and a function that is sent to goroutines
// of the package which call what they receive.
//
// It is reported where the channel is made, if that is for one answer, without room, and kept where
// others find it: in a map, or a field of a request. Who waits for the answer leaves after some
// time, or with its context, and who sends it later waits for nothing else.
//
// A fix makes room for the value, where the goroutine sends one and ends.
//
// # blocked-receive
//
// The goroutine receives from a channel on which, on some way, nobody sends and
// which nobody closes. Also if it goes through a channel that a Close or
// Unsubscribe takes away and does not close, if the channel is nil, or belongs
// to a timer that others stop. Waiting for a sync.Cond that nobody signals is
// the same. A function that closes the channel it is given if a map has it is taken
// to find it there.
//
// It is reported at the receive, too, if the channel is in a field that only the
// package knows, and nobody sends on it or closes it; or if the goroutine that closes
// it returns after an error without that. A method that returns the channel of such a field
// stands for it. A loop that takes all from such a channel waits for somebody to close it: that
// is told of what ends the life of the object, and of the goroutines of an object that has
// such a method. So are select statements of such an object that wait for somebody else and for
// a channel which should end that, if nobody opens this one; not if they have a context or a
// timer as well. A parameter stands for what all callers give for it, if they are in sight.
//
// It is reported at a receive or a select statement that waits only for channels in such fields at
// whose other ends everybody leaves when something has ended, or does not wait. Others look at that
// where they do the same, and this one does not; or it is on a goroutine of an object that has such
// a method.
//
// So is a goroutine that waits for what the function was given, to cancel a context which that
// returns, and not for the end of that context: who is given it may cancel it before.
//
// It is reported at the receive of a request, if that has the channel for the answer, and a loop
// that answers goes on to the next request on another way: what the request says does not
// decide, and nothing else is done with it that could answer later.
//
// # bare-send
//
// Where a loop receives, it looks at a channel or context that ends it; where
// it sends, it does not. Or other methods look at it when they send to the same
// goroutine, and this one does not. It is reported at the send, if all that
// receive may leave; the other sends on the channel in that function go with the first.
//
// If others have the channel, or who receives asks for one value at a time, it is enough that
// the function looks at it where it sends on the same channel elsewhere, or that all other
// functions do which send on the channel in that field; but to tell others of the end is fine. A
// channel that a function of the package returns is one of which all is taken, if all callers do,
// or start a goroutine that does; what a method that is handed to another package returns is not told.
// So is one that they hand the function, if they do or a method that ends the object they put it
// into does. Who gets a channel to receive from, from a function or a method, takes one value at least:
// what comes first, and alone, is fine. So is what is sent by who closes the channel that ends
// those who receive.
//
// A fix sends in a select statement with the case that the function already has.
//
// # generator-abandoned
//
// A function of another package returns a channel that its goroutine fills, and
// the caller leaves before it has taken all. It is reported where the caller
// leaves, unless something ends the goroutine, such as a context that the
// caller cancels.
//
// # never-ends
//
// The loop of a goroutine that is started again and again has no way out, or
// none that somebody opens; a channel in several fields is one. A loop that waits for a ticker is timerleak's,
// also where all callers give that, and one that receives as often as it counts is taken to get as much. If the
// object has a method that ends it, and the loop looks at a channel of the object that nobody
// closes, or is in another method, which is started where the object is made, once is enough,
// whatever else the function does that starts it.
//
// A goroutine that waits for nothing but the end of a context, or of a channel at which the
// function that starts it looks as well, or to stop what that function stops itself, is one
// without an end if that was there before what repeats: before the loop, or in the object whose
// method handles requests. If it waits for the end of several things of which one may be
// short-lived, for what is ready soon, or for a context in a field that gets another one from
// time to time, it is not; nor if it has nothing but the object to work with, or the function that
// starts it, once, returns only with that end.
//
// That other packages may call an exported function shows that many goroutines are
// started only if each of them works with what its call was given. One that works with
// the receiver alone needs an object that comes and goes. One that waits for signals, is
// started by a sync.Once of an object or where a key is not in a map, is latent until
// code in sight shows that there are many of these.
//
// # stop-sent-once
//
// Several goroutines wait for a value that ends them, and one is sent. Close
// the channel.
//
// # wait-never-done
//
// There is a way on which Done of a WaitGroup is called less often than Add
// said. It is reported at the Wait. A WaitGroup in a field is followed if each
// goroutine is started right after the Add that counts it, and nobody else calls
// Done, but functions that these call or defer; or if nobody calls Done at all. A deferred Wait is
// one, too.
//
// # unlock-missing
//
// A function unlocks a mutex on some ways and leaves it locked on another, for
// whoever comes next to wait for ever. It is reported at the Lock. A function
// that is called to lock, remembers in its object that it has, or hands the mutex on,
// directly, over two functions, through a caller of both or with what it returns, to one that unlocks it, is not; nor is
// one that other packages call and that unlocks it only where it fails, if they can call another
// one that unlocks it. Nor is one that locks more than one element of a list of mutexes, which cannot be told apart.
//
// Or it locks a mutex that it holds, itself or in a function of the package that does so on
// every way through it. That is told where the mutex is one of the object at hand or a package
// variable, and no element of a list, and nothing unlocks any mutex on the ways from the one to the other.
//
// # detached-call
//
// A function leaves with its context and lets a goroutine go on with a call
// under one that never ends, such as context.Background().
package goroutineleak
