package convention

import (
	"cmp"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// teardowns are the methods that end the life of their receiver, the usual ones first.
var teardowns = []string{
	"Close", "Stop", "Shutdown", "Cleanup", "Destroy", "Release", "Cancel", "Disconnect", "Terminate", "Dispose", "Kill", "Quit", "Teardown",
	"close", "stop", "shutdown", "cleanup", "destroy", "release", "cancel", "disconnect", "terminate", "dispose", "kill", "quit", "teardown",
}

// IsTeardown reports whether a method ends the life of its receiver, by its name and
// parameters: it has none, but perhaps a context.
func IsTeardown(fn *types.Func) bool {
	params := fn.Signature().Params()
	return isTeardownName(fn) && (params.Len() == 0 || params.Len() == 1 && takesContext(params))
}

// EndsWithin reports whether a method ends the life of its receiver within a time that it is
// given.
func EndsWithin(fn *types.Func) bool {
	params := fn.Signature().Params()
	return isTeardownName(fn) && params.Len() == 1 && typeOf(params.At(0).Type()) == "time.Duration"
}

func isTeardownName(fn *types.Func) bool {
	return fn.Signature().Recv() != nil && IsTeardownName(fn.Name())
}

// IsTeardownName reports whether a name is that of methods that end the life of their receiver.
// It says so of calls of which the signature was looked at before.
func IsTeardownName(name string) bool { return slices.Contains(teardowns, name) }

// CompareTeardowns orders methods that end the life of their receiver, the usual ones first.
func CompareTeardowns(a, b *types.Func) int {
	return cmp.Compare(slices.Index(teardowns, a.Name()), slices.Index(teardowns, b.Name()))
}

// EndsSurely reports whether fn closes a socket, or a bare descriptor, or gives a connection back to its
// pool: nothing is written, and it fails only where it was closed before.
func EndsSurely(fn *types.Func) bool {
	switch fn.FullName() {
	case "syscall.Close", "golang.org/x/sys/unix.Close", "(*net.conn).Close", "(*net.TCPListener).Close", "(*net.UnixListener).Close", "(*database/sql.Conn).Close":
		return true
	}
	return false
}

// SetsDeadline reports whether fn sets a deadline of a connection of package net: that fails only where the
// connection is closed, or is none (poll.setDeadlineImpl in internal/poll/fd_poll_runtime.go).
func SetsDeadline(fn *types.Func) bool {
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "net" {
		return false
	}
	switch fn.Name() {
	case "SetDeadline", "SetReadDeadline", "SetWriteDeadline":
		return true
	}
	return false
}

// Ends reports whether a call of a method ends the life of its receiver: it is called for that
// alone, perhaps with a reason, or is a teardown.
func Ends(fn *types.Func) bool {
	return IsTeardown(fn) || EndsWithin(fn) || isTeardownName(fn) && forEffect(fn.Signature())
}

// takesContext reports whether the only parameter is a context.
func takesContext(params *types.Tuple) bool {
	name := typeOf(params.At(0).Type())
	return name == "context.Context" || name == "golang.org/x/net/context.Context"
}

// forEffect reports whether a function is called for what it does: it has no result but an
// error, or whether it did anything.
func forEffect(sig *types.Signature) bool {
	if sig.Results().Len() > 1 {
		return false
	}
	if sig.Results().Len() == 0 {
		return true
	}
	basic, ok := sig.Results().At(0).Type().Underlying().(*types.Basic)
	return isError(sig.Results().At(0).Type()) || ok && basic.Kind() == types.Bool
}

// MayEnd reports whether a method of an interface, of which nothing is known, may end the life of
// what is behind it: it is called for what it does alone, gets nothing to do that with but a
// context, and the interface has no method that is there to do so.
func MayEnd(fn *types.Func) bool {
	recv, params := fn.Signature().Recv(), fn.Signature().Params()
	if recv == nil || !forEffect(fn.Signature()) || params.Len() > 1 || params.Len() == 1 && !takesContext(params) {
		return false
	}
	iface, ok := recv.Type().Underlying().(*types.Interface)
	return ok && !slices.ContainsFunc(slices.Collect(iface.Methods()), IsTeardown)
}

// Counts reports whether a method says how many elements its receiver has.
func Counts(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || sig.Params().Len() != 0 || sig.Results().Len() != 1 || fn.Name() != "Len" && fn.Name() != "Size" {
		return false
	}
	basic, ok := sig.Results().At(0).Type().Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// Joins reports whether a method waits until what its receiver stands for has ended.
func Joins(fn *types.Func) bool {
	sig := fn.Signature()
	return sig.Recv() != nil && sig.Params().Len() == 0 && forEffect(sig) && (fn.Name() == "Wait" || fn.Name() == "Join")
}

// A Pair is one way to name the two halves of what registers something, and what undoes that.
type Pair struct {
	Add    string
	Remove []string
	// Weak pairs also name other things than listening.
	Weak bool
}

// pairs are the names of registering functions, with the first word of the other half.
var pairs = []Pair{
	{Add: "Subscribe", Remove: []string{"Unsubscribe"}},
	{Add: "Register", Remove: []string{"Unregister", "Deregister", "UnRegister"}, Weak: true},
	{Add: "Observe", Remove: []string{"Unobserve"}},
	{Add: "Listen", Remove: []string{"Unlisten"}},
	{Add: "Notify", Remove: []string{"Stop", "Unnotify", "StopNotify"}, Weak: true},
	{Add: "Attach", Remove: []string{"Detach"}, Weak: true},
	{Add: "Connect", Remove: []string{"Disconnect"}, Weak: true},
	{Add: "Watch", Remove: []string{"Unwatch", "StopWatch"}},
	{Add: "Hook", Remove: []string{"Unhook"}},
	{Add: "Bind", Remove: []string{"Unbind"}, Weak: true},
	{Add: "Join", Remove: []string{"Leave"}, Weak: true},
	{Add: "Add", Remove: []string{"Remove", "Delete"}, Weak: true},
	{Add: "On", Remove: []string{"Off"}},
}

// PairOf splits the name of a registering function into what is its pair and the rest:
// AddListener, ChanSubscribe, OnMessage.
func PairOf(name string) (p Pair, suffix string, ok bool) {
	exported := strings.TrimPrefix(upperFirst(name), "Must")
	for _, p := range pairs {
		if rest, ok := cutWord(exported, p.Add); ok {
			return p, rest, true
		}
	}
	if i := strings.Index(exported, "Subscribe"); i > 0 && !strings.HasPrefix(exported, "Un") {
		return pairs[0], exported[i+len("Subscribe"):], true
	}
	return p, "", false
}

// UndoneBy reports whether name is that of the other half of the pair with a suffix.
func (p Pair) UndoneBy(name, suffix string) bool {
	name = upperFirst(name)
	return slices.ContainsFunc(p.Remove, func(r string) bool { return name == r || name == r+suffix })
}

// Undoes reports whether a function is the other half of a pair: what it gets, or its receiver,
// is told of nothing any more. It tells at most how much that was.
func Undoes(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Results().Len() > 1 || sig.Params().Len() == 0 && sig.Recv() == nil {
		return false
	}
	if sig.Results().Len() == 1 {
		if _, basic := sig.Results().At(0).Type().Underlying().(*types.Basic); !basic && !isError(sig.Results().At(0).Type()) {
			return false
		}
	}
	name := upperFirst(fn.Name())
	return IsHandleEnd(fn) || name == "Drain" || slices.ContainsFunc(pairs, func(p Pair) bool {
		return slices.ContainsFunc(p.Remove, func(r string) bool {
			_, ok := cutWord(name, r)
			return ok
		})
	})
}

// TellsEvents reports whether fn registers a function of a signature to be told of events, each
// time there is one: it is the half of a pair that says nothing but that, the other half is in
// its package or in what it returns, and the function is given something and is not asked for
// anything. What is given an error or a context hears of an end, as a rule, which comes once.
func TellsEvents(fn *types.Func, told *types.Signature) bool {
	p, suffix, ok := PairOf(fn.Name())
	if !ok || p.Weak || !hears(told) {
		return false
	}
	for v := range fn.Signature().Results().Variables() {
		if undo, ok := v.Type().Underlying().(*types.Signature); ok && undo.Params().Len() == 0 && undo.Results().Len() <= 1 {
			return true
		}
		methods := types.NewMethodSet(v.Type())
		for i := range methods.Len() {
			if m, ok := methods.At(i).Obj().(*types.Func); ok && IsHandleEnd(m) {
				return true
			}
		}
	}
	return slices.ContainsFunc(p.Remove, func(name string) bool { return beside(fn, name) || beside(fn, name+suffix) })
}

// hears reports whether a function gets something that it is told of, and gives nothing back but
// an error, or whether it wants more.
func hears(sig *types.Signature) bool {
	if sig.Results().Len() > 1 || sig.Results().Len() == 1 && !isError(sig.Results().At(0).Type()) && !types.Identical(sig.Results().At(0).Type(), types.Typ[types.Bool]) {
		return false
	}
	return slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(v *types.Var) bool { return !isError(v.Type()) && !isContext(v.Type()) })
}

// beside reports whether the receiver of fn has a method of a name, or its package a function.
func beside(fn *types.Func, name string) bool {
	if !fn.Exported() {
		name = strings.ToLower(name[:1]) + name[1:]
	}
	var other types.Object
	if recv := fn.Signature().Recv(); recv != nil {
		other, _, _ = types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), name)
	} else {
		other = fn.Pkg().Scope().Lookup(name)
	}
	_, ok := other.(*types.Func)
	return ok
}

// IsHandleEnd reports whether a method of what a registering function returns undoes the
// registration.
func IsHandleEnd(fn *types.Func) bool {
	if fn.Signature().Recv() == nil {
		return false
	}
	switch fn.Name() {
	case "Unsubscribe", "Unregister", "Cancel", "Remove", "Close", "Stop", "Dispose", "Detach", "Unwatch":
		return fn.Signature().Params().Len() <= 1
	}
	return false
}

// cutWord cuts a word off the start of an exported name.
func cutWord(name, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(name, word)
	r, _ := utf8.DecodeRuneInString(rest)
	return rest, ok && (rest == "" || !unicode.IsLower(r))
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
