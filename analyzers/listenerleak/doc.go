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
// func, a channel or a listener interface, or returns a channel that it made,
// and it is one half of a pair in the method set (or package) it belongs to,
// such as On and Off, AddListener and RemoveListener, Subscribe and
// Unsubscribe; or it returns the means to undo it: a function without
// parameters, a value with a method like Unsubscribe, or what the other half of
// the pair takes. Where the function's body is in the module it also has to keep
// what it is given.
//
// Some are known by name: those of os/signal, context.AfterFunc and
// syscall/js.FuncOf, the informers of Kubernetes' client-go, NATS and its
// JetStream, go-ethereum's event feeds, the registries of Prometheus, go-redis'
// subscriptions, D-Bus signals and the watches of etcd's client. Others can be
// named:
//
//	-listenerleak.pairs=example.com/bus.(*Bus).Tell:Forget,example.com/bus.Mind:Drop
//
// says that the method Tell is undone by Forget, a method of Bus or of what Tell
// returns, and the function Mind by Drop. Of a pair that is named so, neither
// its names nor those of the functions that call it are asked, only whether that
// is code that runs once per process, or made the holder itself.
//
// Silent are code that runs once per process; holders that were made in the
// same function or came from a call of which nothing is known; objects that
// listen to what they own, which they made or close; constructors and functions
// named like set-up (New, Init, Start, Register, ...), which as a rule run once
// per holder, unless what they make has a method like Close, they run in a loop,
// they leave a goroutine behind that waits on the channel, or they register
// beside it what another function undoes; functions named MustRegister, and those
// that ask an error whether the listener was there already; methods that register,
// with a part of their receiver, what their caller gave them; handles that are
// handed to anybody who may use them; subscriptions that last until their channel
// is closed; literals that undo a subscription when they are called; paths on
// which another result of the registration is nil; and what ends with a context
// that it is given, such as the streams of gRPC. What is undone for one field is
// undone for those that it is set from. In test files, what a test mentions may be
// undone there. Types, descriptions of files and the like listen to nothing. The
// Add of fsnotify takes a path and is no registration; a name that expvar
// publishes stays, but only once.
//
// Where another registration of the kind is undone, or this one is on another
// path, that place is told, too.
//
// # never-removed
//
// A listener is registered through one half of a pair on a holder that the
// function did not make, and the package never calls the other half for it. A
// call of the other half on what certainly is another holder, in another field
// or package variable, does not count. A watch of etcd's client has the end of
// its context as the other half: with context.Background, the code has to stay
// with it until its channel is closed.
//
// # handle-discarded
//
// The registration returns the only means to undo it, and the result is
// dropped, or kept in a field that nothing uses. The stop function of
// context.AfterFunc counts where a field or package variable keeps the context;
// a context that is a parameter or was made in the function ends. What
// js.FuncOf makes has to be released, also in constructors; that a function of
// JavaScript gets it is no release. It is seen with GOOS=js, when the files that
// use it are. The fix defers the stop function, where the function of
// context.AfterFunc uses nothing but values that do not leave the code around
// it.
//
// # not-removed-on-path
//
// The result is used to undo the registration, but a path leaves the function
// or goroutine, or registers again, without it. Or it is kept in an entry of a
// map, other entries are undone when they go, and a goroutine of the function
// deletes this one and returns.
//
// # signal-not-stopped
//
// os/signal.Notify is given a channel made in the function, and a path leaves
// without signal.Stop: the runtime keeps the channel. Or the stop function of
// signal.NotifyContext is dropped. Commands are silent: their end undoes it;
// so are methods of a type of which the package has package variables only. So
// is code that goes on only when it received one of interrupt, quit, abort, kill
// or terminate, if it asked for nothing else: the process ends then. The fix
// defers signal.Stop or the stop function, where the channel or context does not
// leave the function.
//
// # no-way-out
//
// A type of the package keeps listeners in a slice or map that a method grows,
// no function of the package takes any out, and code that may run any number of
// times registers on a value that it did not make. Functions count where the
// field is named for listeners, or its owner has a lock, a channel or a method
// like Close; a type that is named like a configuration needs one of these in
// any case. Listeners that accept connections are no listeners in this sense, nor
// are channels that the owner only receives from. Options of a constructor, which
// are literals that get the value, are silent.
package listenerleak
