package listenerleak

import (
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/effects"
)

// A verb is one way to name the two halves of a pair.
type verb struct {
	add    string
	remove []string
	// weak verbs also name other things than listening; then the type of what
	// is registered has to say that it listens.
	weak bool
}

var verbs = []verb{
	{add: "Subscribe", remove: []string{"Unsubscribe"}},
	{add: "Register", remove: []string{"Unregister", "Deregister", "UnRegister"}, weak: true},
	{add: "Observe", remove: []string{"Unobserve"}},
	{add: "Listen", remove: []string{"Unlisten"}},
	{add: "Notify", remove: []string{"Stop", "Unnotify", "StopNotify"}, weak: true},
	{add: "Attach", remove: []string{"Detach"}, weak: true},
	{add: "Connect", remove: []string{"Disconnect"}, weak: true},
	{add: "Watch", remove: []string{"Unwatch", "StopWatch"}},
	{add: "Hook", remove: []string{"Unhook"}},
	{add: "Bind", remove: []string{"Unbind"}, weak: true},
	{add: "Join", remove: []string{"Leave"}, weak: true},
	{add: "Add", remove: []string{"Remove", "Delete"}, weak: true},
	{add: "On", remove: []string{"Off"}},
}

// listenerWords are parts of names of types and functions that are about
// being told of events.
var listenerWords = []string{
	"listener", "handler", "observer", "subscriber", "watcher", "callback", "hook", "collector", "notif", "sink", "receiver", "subscription",
}

func namesListener(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(listenerWords, func(w string) bool { return strings.Contains(name, w) })
}

// An api is what is known of a registering function.
type api struct {
	fn       *types.Func
	listener int           // index of the listener among the arguments, receiver first; -1: none, as in signal.NotifyContext
	inverses []*types.Func // functions that undo it
	handle   int           // index of the result that undoes it, or -1
	release  string        // how the handle undoes it: its method, the inverse that takes it, or "" if it is called
}

// lookup returns what is known of fn as a registering function.
func lookup(fn *types.Func) (api, bool) {
	sig := fn.Signature()
	shift := 0
	if sig.Recv() != nil {
		shift = 1
	}
	a := api{fn: fn, listener: -1, handle: -1}
	strong := false
	for p := range sig.Params().Variables() {
		if isListener(p.Type()) {
			a.listener = shift
			strong = strong || isCallback(p.Type()) || namesListener(typeName(p.Type()))
			break
		}
		shift++
	}
	if a.listener < 0 {
		return a, false
	}
	v, suffix, ok := verbOf(fn.Name())
	if !ok || v.weak && !strong && !namesListener(suffix) {
		return a, false
	}
	if v.add == "Add" && !namesListener(suffix+typeName(paramType(sig, a.listener))) {
		return a, false // sets and queues have elements of any type
	}
	a.inverses = inverses(fn, v, suffix)
	if v.weak && len(a.inverses) == 0 && !namesListener(suffix) {
		return a, false // AddCleanup, RegisterRoute: what a handle of it undoes is not listening
	}
	a.handle, a.release = handleOf(sig, a.inverses)
	return a, a.handle >= 0 || len(a.inverses) > 0
}

// paramType returns the type of an argument, receiver first.
func paramType(sig *types.Signature, arg int) types.Type {
	if sig.Recv() != nil {
		arg--
	}
	return sig.Params().At(arg).Type()
}

// verbOf splits the name of a registering function into its verb and the rest:
// AddListener, ChanSubscribe, OnMessage.
func verbOf(name string) (v verb, suffix string, ok bool) {
	if strings.HasPrefix(name, "Must") {
		return v, "", false // set-up that may not fail
	}
	exported := upperFirst(name)
	for _, v := range verbs {
		if rest, ok := strings.CutPrefix(exported, v.add); ok && startsWord(rest) {
			return v, rest, true
		}
	}
	if i := strings.Index(exported, "Subscribe"); i > 0 && !strings.HasPrefix(exported, "Un") {
		return verbs[0], exported[i+len("Subscribe"):], true
	}
	return v, "", false
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || !unicode.IsLower(r)
}

// inverses returns the methods of fn's receiver type, or the functions of its
// package, that undo it by their name.
func inverses(fn *types.Func, v verb, suffix string) []*types.Func {
	names := make(map[string]bool)
	for _, r := range v.remove {
		names[r+suffix] = true
		names[r] = true
	}
	var out []*types.Func
	if recv := fn.Signature().Recv(); recv != nil {
		for _, sel := range typeutil.IntuitiveMethodSet(recv.Type(), nil) {
			if names[upperFirst(sel.Obj().Name())] {
				out = append(out, sel.Obj().(*types.Func).Origin())
			}
		}
		return out
	}
	scope := fn.Pkg().Scope()
	for _, name := range scope.Names() {
		if f, ok := scope.Lookup(name).(*types.Func); ok && names[name] {
			out = append(out, f)
		}
	}
	return out
}

// isListener reports whether a parameter takes something that is told of
// events: a function, a channel to send on, an interface with methods.
func isListener(t types.Type) bool {
	if isCallback(t) {
		return true
	}
	i, ok := t.Underlying().(*types.Interface)
	if !ok || i.NumMethods() == 0 {
		return false
	}
	if _, isParam := types.Unalias(t).(*types.TypeParam); isParam {
		return false
	}
	switch typeName(t) {
	case "Context", "error", "Stringer", "Time", "Addr":
		return false
	}
	return true
}

// isCallback reports whether t is a function without results to speak of or a
// channel that can be sent on.
func isCallback(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Chan:
		return u.Dir() != types.RecvOnly
	}
	return false
}

func typeName(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return t.Obj().Name()
	case *types.Pointer:
		return typeName(t.Elem())
	}
	return ""
}

// handleOf returns the result that is the means to undo a registration.
func handleOf(sig *types.Signature, inverses []*types.Func) (index int, release string) {
	for i := range sig.Results().Len() {
		t := sig.Results().At(i).Type()
		if f, ok := t.Underlying().(*types.Signature); ok && f.Params().Len() == 0 && f.Results().Len() <= 1 {
			return i, ""
		}
		if m := undoing(t); m != "" {
			return i, m
		}
		for _, inv := range inverses {
			for p := range inv.Signature().Params().Variables() {
				if types.Identical(p.Type(), t) && !types.Identical(t, types.Universe.Lookup("error").Type()) {
					return i, inv.Name()
				}
			}
		}
	}
	return -1, ""
}

// undoing returns the method of a handle that undoes a registration, or "".
func undoing(t types.Type) string {
	if types.Identical(t, types.Universe.Lookup("error").Type()) {
		return ""
	}
	for _, sel := range typeutil.IntuitiveMethodSet(t, nil) {
		switch name := sel.Obj().Name(); name {
		case "Unsubscribe", "Unregister", "Cancel", "Remove", "Close", "Stop", "Dispose", "Detach", "Unwatch":
			if sel.Obj().(*types.Func).Signature().Params().Len() <= 1 {
				return name
			}
		}
	}
	return ""
}

// keeps reports whether a function with known effects keeps its listener: a
// registration does.
func keeps(sum *effects.Summary, listener int) bool {
	return sum == nil || sum.Has(effects.Store, listener) || sum.Has(effects.Escape, listener)
}
