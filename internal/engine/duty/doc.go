// Package duty says which values have to be given back, and how.
//
// # The question
//
// A file has to be closed, a transaction ended, a cancel function called. That
// a type has a method named Close says little: closing a reader of a string
// does nothing. What does a call of a function leave its caller to do?
//
// # The abstraction
//
// A [Debt] is what a result of a call owes, and the means to pay it. The
// standard library's are in a table (std.txt). What functions of main modules
// leave to their callers is worked out from what they do, callees first, and
// exported as a fact:
//
//   - The result is what a call that owes has returned, and nobody else has got it.
//   - The result is a new object that keeps such a value, and a method that ends
//     the object's life gives the value back.
//   - The result is a new object for which a goroutine was started that has no way
//     out but those that such a method opens: a channel that it closes, a context
//     that it cancels, a flag that it sets. The goroutine may be one that a function
//     of another package has started, until a context or channel ends that it was given.
//     If that is derived from a context that the constructor was given, too, the object
//     owes only where nobody ends that one.
//   - The result is a new object for which its constructor surely starts a goroutine that goes round
//     without a bound, and it has an end that stops something (see constructor.go).
//   - One of its own methods, which the constructor calls, puts such a value into it.
//   - The receiver owes after the call: the method has put such a value into it, or started such a
//     goroutine, and another one that ends its life undoes that.
//   - The result is a function that gives back what the function has acquired.
//   - The result is what another function has made of such a value, with a method that
//     gives it back; of a result that is an interface a fact says so (see wraps.go).
//   - The result is a new struct that keeps such a value in a field, has no method that ends
//     its life, and others take the value from there to give it back.
//
// Of a function value all count that are in sight, and of a call through an interface one of them
// (see dynamic.go).
//
// So the duty comes from what is behind a value. An object whose end has nothing
// to undo owes nothing.
//
// # Must
//
// A debt accuses, so all that may be returned has to owe and none of it may have been given back before, but for what has a method like Close only
// because others have, such as what io.NopCloser makes. And what is also kept
// by somebody else (a cache, a registry, code that is not known) is theirs.
package duty
