// Package listenerleak defines an analyzer that reports listeners which are
// registered and never removed.
//
// # Analyzer listenerleak
//
// listenerleak: report listeners that are registered and never removed
//
// Whoever takes a callback, channel or listener keeps it, and all that it
// refers to, until it is taken off again. Code that registers once per
// process may forget that; code that registers per request, connection or
// object leaks one listener each time.
//
//	func (s *Session) Listen(nc *nats.Conn) error {
//		_, err := nc.Subscribe("user."+s.user, s.receive) // stays on nc for ever
//		return err
//	}
//
// A registration is recognised by what it takes and by its name: it takes a
// func, a channel or a listener interface, and it is one half of a pair in the
// method set (or package) it belongs to, such as On and Off, AddListener and
// RemoveListener, Subscribe and Unsubscribe; or it returns the means to undo
// it: a function without parameters, a value with a method like Unsubscribe,
// or what the other half of the pair takes. Where the function's body is in
// the module it also has to keep what it is given.
//
// Silent are code that runs once per process; holders that were made in the
// same function or came from a call of which nothing is known; objects that
// listen to what they own; constructors and functions named like set-up
// (New, Init, Start, Register, ...), which as a rule run once per holder,
// unless what they make has a method like Close, they run in a loop, or they
// leave a goroutine behind that waits on the channel;
// functions named MustRegister, and those that ask an error whether the
// listener was there already; methods that register, with a part of their
// receiver, what their caller gave them; and handles that are handed to anybody
// who may use them.
//
// # never-removed
//
// A listener is registered through one half of a pair on a holder that the
// function did not make, and the package never calls the other half for it.
//
// # handle-discarded
//
// The registration returns the only means to undo it, and the result is
// dropped, or kept in a field that nothing uses. The stop function of
// context.AfterFunc counts where a field or package variable keeps the context;
// a context that is a parameter or was made in the function ends.
//
// # not-removed-on-path
//
// The result is used to undo the registration, but a path leaves the function
// or goroutine, or registers again, without it.
//
// # signal-not-stopped
//
// os/signal.Notify is given a channel made in the function, and a path leaves
// without signal.Stop: the runtime keeps the channel. Or the stop function of
// signal.NotifyContext is dropped. Commands are silent: their end undoes it.
//
// # no-way-out
//
// A type of the package keeps listeners in a slice or map that a method
// grows (functions count where the field is named for listeners, or its owner
// has a lock, a channel or a method like Close), no function of the package takes any out, and code that may run any
// number of times registers on a value that it did not make.
package listenerleak
