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
// the pair takes. What it returns may be all that it keeps, if that has the other half as a
// method. A method that keeps a channel which it is given, or returns, is one
// whatever it is called, where another method takes such a channel, and nothing else, does
// not wait for it, and takes some out. Where the function's body is in the module it also has to keep
// what it is given. A function of the package that does so with what it is given, and
// returns the means to undo it, is a registration for its callers, whatever it is
// called.
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
// returns, and the function Mind by Drop.
//
// A registration that nothing undoes is a leak if it is made again and again, on a
// holder that stays. Again and again is what a loop without a bound does, a handler,
// an object that comes and goes (with a method like Close; or put into a container
// and taken out again), what puts a function or channel under a key into a map of its
// object, from which others are taken, a caller, or a function that nobody calls yet. What stays
// are package variables, the receiver of a handler, what a loop was given, and what
// an object that comes and goes was given by code that is not in sight. Both may be
// shown by callers, in this package or in others, where the finding then stands. A
// holder in a field that is set to nil before its owner ends does not stay, and
// objects in a map or slice from which nothing is taken come, and do not go. A
// function that is called for a value to keep may run once. What nothing shows is
// latent, and reported with -latent. What functions and types are called shows
// nothing.
//
// Where the code itself shows that a registration has to be undone it is reported
// wherever it stands: another path undoes it, or the function that registers another
// one, which something undoes; a field keeps the handle, and its owner's Close does
// not use it; the function or its goroutine returns, and only that received from the
// channel; the function asks for one thing what it got, and gives it to nobody. The holder may be the object's own then, if the function undoes a
// registration of the kind, or returns for the end of something that is not the
// object's.
//
// Silent are code that runs once per process; holders that were made in the
// same function, or that it closes before it returns; objects that listen to what they own, which they made or close, unless it is
// seen that they stay, and register per request or round; what takes the place of another one,
// in a field or under one of a few names;
// holders with a method that takes some out and is not told which, as queues have;
// functions that return an error or whether they want more to a method that is not in sight,
// which may end the registration by that; functions that ask an error of Prometheus whether the collector was there
// already; handles that are handed to anybody who may use them; subscriptions that
// last until their channel is closed; literals that undo a subscription when they are
// called; the case of a select that receives from a channel of the holder, which has
// ended then; paths on which another result of the registration is nil; functions that
// only a method like Close calls; and what ends with a context that it is given, such
// as the streams of gRPC. What is undone for
// one field is undone for those that it is set from, what is undone for another
// object is not. Test files are silent. Types, descriptions of files and the like,
// which are told nothing, listen to nothing, nor do readers, and connections and other values that have a
// method like Close themselves. The Add of fsnotify takes a path and is no registration; a name
// that expvar publishes stays, but only once.
//
// Where another registration of the kind is undone, or this one is on another
// path, that place is told, too.
//
// # never-removed
//
// A listener is registered through one half of a pair, and the package never calls
// the other half for it. A call of the other half on what certainly is another
// holder, with another listener or under another name, or by code that runs once,
// does not count; and one that takes a channel is the other half of what takes or returns one. A watch of etcd's client has the end of its context as the other
// half: with context.Background, the code has to stay with it until its channel is
// closed. So has a method with a context or request of its own that subscribes under
// the context of its object.
//
// # handle-discarded
//
// The registration returns the only means to undo it, and the result is
// dropped, or kept in a field that nothing uses. The stop function of
// context.AfterFunc counts where the context stays; one that was made in the
// function ends, and that of a request does. What
// js.FuncOf makes has to be released, also in constructors; that a function of
// JavaScript gets it is no release. It is seen with GOOS=js, when the files that
// use it are. The fix defers the stop function, where the function of
// context.AfterFunc uses nothing but values that do not leave the code around
// it.
//
// # not-removed-on-path
//
// The result is used to undo the registration, but a path leaves the function
// or goroutine, or registers again, without it. Or the caller gets it, and does not
// where something else failed. Or it is kept in an entry of a
// map, other entries are undone when they go, and a goroutine of the function
// deletes this one and returns. Who receives what a listener sends that undoes itself when it is
// called has nothing left to undo.
//
// # signal-not-stopped
//
// os/signal.Notify is given a channel made in the function, and a path leaves
// without signal.Stop: the runtime keeps the channel. Or the stop function of
// signal.NotifyContext is dropped. That has to happen again and again, as above, or
// in an exported function that other modules may import, unless it asks for signals
// with which a process is told to end, or for a list that it got: then it has to be
// seen that it is called again and again. The end of a command undoes what it asks for once. Silent
// are methods of a type of which the package has package variables only. So is code
// that goes on only when it received one of interrupt, quit, abort, kill or
// terminate, if it asked for nothing else: the process ends then. The fix defers
// signal.Stop or the stop function, where the channel or context does not leave the
// function.
//
// # no-way-out
//
// A type keeps listeners in a slice or map that a method grows, and no function of
// its package takes any out. The finding stands at the call that registers, also in
// another package; a function that keeps what it is given in a package variable
// counts there, too. Listeners are functions, channels that something is sent to,
// and values whose methods the package calls, other than of one that it got by its
// key. What a function of another package makes of numbers and texts, and is kept under
// one, is none, nor is what the method itself makes of such, nor are those that accept
// connections, nor are channels that the owner only receives from, and functions that a
// method like Close runs. Silent are listeners of an object in a map that loses elements: they go
// with it.
package listenerleak
