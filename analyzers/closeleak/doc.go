// Package closeleak defines an analyzer that reports values that are never
// given back.
//
// # Analyzer closeleak
//
// closeleak: report files, connections, bodies and contexts that are not closed
//
// A file wants Close, a transaction Commit or Rollback, a cancel function to be
// called. The way that forgets it is most often the one on which something else
// failed:
//
//	func get(url string) ([]byte, error) {
//		resp, err := http.Get(url)
//		if err != nil {
//			return nil, err
//		}
//		if resp.StatusCode != http.StatusOK {
//			return nil, errors.New(resp.Status) // the connection stays
//		}
//		defer resp.Body.Close()
//		return io.ReadAll(resp.Body)
//	}
//
// What owes is found from what is behind a value, not from its type: a call opens
// a file, connection, listener, process, transaction, rows, an iterator, a context
// that its parent keeps, or it starts a goroutine that only a method of the result
// ends. The standard library's functions are in a table; a function of the module
// owes what it returns of these, in an object whose Close gives it back or as a
// function that does. So does an object that ends a context whose parent another
// object keeps, and an object from the call of a method on that puts such a value into it, or starts
// a goroutine that only the end of the object ends, as Connect or Start may do. A goroutine that
// the package starts itself is then goroutineleak's, and one that nobody ends is reported only if
// there may be many. A Close that does nothing, or only forgets, owes nothing. A call of
// a function value owes what all owe that are put into the variable, as far as they are in
// sight; one through an interface what one of the types owes that implement it, if the interface
// has the method that gives it back and none hands out what others have. A struct without such
// a method owes what is in a field, if somebody gives back what he takes from there. A method or function of the type of one of the standard
// library, as that of http.Client.Do, counts as that; one of the type of net.Dial opens a connection, whatever it
// is. A new object owes, too, for which its constructor always starts a goroutine that goes round without a
// bound, if it has an end that stops something and the constructor was given nothing else to end it by. What a function of the module puts around a value and
// returns as an interface owes what the value does, if the end of all that it may return gives that back. A
// function that returns, by an interface, either what owes or something new with nothing behind it, as io.NopCloser
// makes, leaves its callers to close it.
//
// Of other modules a table knows some, made from their sources; of the rest nothing is said. Where in a
// function of the module more happens than can be followed, that a value has to be closed is
// believed where the module says so: the function itself closes it on its way to
// success and not on one where it fails, or where one thing fails and not where
// another does; or who gets it where nothing fails closes it, and the function does
// not where something does: one of its callers, or a method that ends the life of
// the object that it makes and puts the value into, unless another method opens first
// what that one closes, as Connect does for Disconnect; or two others close what they
// get by the same call, and more do than do not.
//
// The collector closes files, connections and listeners of package os and net that
// nothing refers to, some time later. Until then the descriptors are in use.
//
// Whoever gets the value may give it back: it is returned, stored where
// somebody else finds it, sent, captured, or given to code that is not known.
// Then nothing is reported, unless the function itself gives it back behind that
// call. A method like Close gives it back, also of what wraps it, and the other half of a
// pair, such as RemoveX; and one of an interface that has none like Close, if it is called
// for what it does alone. What else a function is called does not count: what it does is
// looked at. A body that a handler puts into the request to a server stays the handler's: the
// server closes the one that it has made. Nor is a way on which there is nothing to close: the
// request was made with the method HEAD, the error that came with
// the value is not nil, or the number that is one not 0, another result of a function in sight says
// that there is none, rows have come to their end, the context has; or the value, or
// what one of its methods returns, is not of the type that is asserted; or the error is that of a
// function of the package that never returns one, or of setting a deadline of a connection of package
// net, which fails only where that is closed; or a function in sight was told by an argument to return
// nothing, and that is what is asked for; or a helper in sight says of the error what it never says of one
// that is nil. A function that gives the value back on some of its ways that do not fail leaves nothing to its
// callers, nor does one that returns what made the value beside it, as a command that closes its pipes. So is
// what is inside of another object whose end gives back what has the type of the value, or goes out by an interface with the same end that one
// of its methods returns. An error that is made of another one counts as one. Nothing is lost by a function that never comes to its end.
// Who returns a value beside a function that closes it leaves it to who has that; and a call of unknown
// code that returns a value of the type of the one that it gets has put one in the place of the other. An object of
// another module that gets it in a field, and of which a method is called, may give it
// back. Silent is code that runs once per process, such as main and init and what only these
// call, what gets the flags of a command, and code for tests. So are rows of a transaction,
// which end with it. So is an object that gets either what owes or, on another way,
// something that does not, and one that is several results at once. So are
// a listener from which connections are accepted in a loop, which is in use until it
// fails; a context derived from that of a request to a server, which ends with it, or from one that the
// function itself cancels on every way, also one for each of a list; a
// command that was stored or handed on before it was started; files made of a
// descriptor; what a function got as a parameter, unless it shows that it takes that over;
// and what follows a panic.
//
// # never-released
//
// Nothing gives the value back, and it does not leave the function. A fix defers
// Close behind the check of the error. An io.ReadCloser that nobody takes is one,
// whoever returns it, where the error that comes with it is looked at, unless it may be nil without one.
//
// Of a value of the module of which it is not known what is behind it, other callers of the same function may say
// that it has to be given back. What only writes of something else that does says nothing by that, nor
// does a value of which a method makes something with an end that somebody gets, as a builder's does.
//
// # error-path
//
// The value is given back on some ways, or handed on, and a way leaves without:
// an early return, a continue, an object that is given up half built. A deferred
// literal that looks at an error which the return statement does not set is
// another, and one that looks at a flag which is set before the last thing that fails. So is a
// call that wraps the value, and does not give it back where it fails, if the function returns what
// that returns; or a call of a function of the package that gives the value back on some of its
// ways alone, if nobody else does, but for ways that it is told to go by a parameter. So is a list,
// or an object with one, that the function fills and returns, and drops where it comes upon an
// error, unless a literal or deferred call does something with what is in it.
//
// What a function of the package is given, and returns together with an error of its own, is
// reported there, once, if those who call it drop it.
//
// Of parameters it is reported at the return statement: a function gives back what it
// got where one thing fails and hands it on where nothing does, and forgets it where
// another thing fails; or it keeps it in an object whose end gives it back, but for one
// way, and nothing that it returns tells. Silent if a caller in sight gives it back.
//
// # overwritten
//
// A variable or field gets a new value while the old one still has to be given
// back. Of fields of which nothing but the end of the object gives back what is there, that is reported
// where the old one is used before on the same way, also by a caller; where it is used if an amount that
// the object counts, as bytes or time, does not ask for a new one; and where a loop comes by again with the
// same object, and not only because it has failed to get one. Silent is what happens only where there
// is nothing in the field, or where some other state of the object says so: it is asked whether it is
// connected, what is there whether it lives, or its error which one it is.
//
// # owner-forgets
//
// An object keeps the value in a field, and no function of the package gives back
// what is there, though the object has a method that ends its life, or has none and
// a function that gets it from where it is made drops it. So is what a function of the module or a
// method of one of its interfaces returned, of which it is not known what is behind it, if the end of
// the object gives back what is in another field: nobody else has the value, and the call got nothing
// with which it may end, as a context, a channel, or what has to be closed itself. A call that gives
// back what is in the field before it gets a new value does not count, nor does one where something
// fails, in a function that does more where nothing does, nor does who has the value by
// an interface without an end. Silent if
// something else is put into the field as well, if what wraps the value is kept beside
// it, and for statements, which go with their database.
//
// # teardown-gives-up
//
// A method that ends an object's life returns at the first error, before it has
// given back the rest. It is reported at the return statement, unless the method
// notes in the object how far it has come: who calls it again comes to the rest. Silent if the
// method asks which error it has got, and if what ends first fails only where it has ended
// before, as far as its code is in sight: a socket, a bare descriptor, a method that
// returns no error but one of its own that the object's state is the reason of. So is the rest if it
// wraps a writer that it cannot close, and nothing is behind it: its end is a last write. Other last
// steps that may fail, such as a Flush, are looked at where the package itself acquires the rest.
//
// # entry-dropped
//
// Entries of a container are given back where one function takes them out, and
// another one only deletes them; or a list in a field is set to nil whose elements the end
// of the object gives back, and nobody has looked at it. It is reported at the delete, if none of its
// callers has the entry or, where no caller is in sight, nobody outside has. Timers
// are timerleak's.
//
// # cancel-lost
//
// The parent of a context keeps it until its cancel function is called, which is
// dropped, not called on every way, or kept in a field that nobody calls. A
// context that has no parent which ends is not reported, unless its cancel function is kept in a
// field, nobody calls it, and a goroutine was started with it that does not end otherwise.
//
// # per-call
//
// An HTTP transport or a connection pool is made for each call and dropped, also by the
// callers of the function that returns a client with it, or a
// process is started and nobody waits for it.
//
// # defer-in-loop
//
// The release is deferred in a loop without a bound: it waits for the function to
// return. Silent are contexts with a deadline of a loop that goes on only where something fails, until
// it does not, and what goroutines use that go on when the loop is over.
//
// # name-dropped
//
// A function of another package registers something under a name or number that
// its counterpart takes to undo that, and nobody has it any more.
package closeleak
