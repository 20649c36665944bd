package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// inferred returns what the names and types of fn say of it as a registering
// function.
func inferred(fn *types.Func) (api, bool) {
	sig := fn.Signature()
	a := api{fn: fn, handle: -1, listener: listenerOf(sig)}
	p, suffix, ok := convention.PairOf(fn.Name())
	if !ok || a.listener < 0 {
		return a, ok && (a.givesChannel(p, suffix) || a.givesHandle(p, suffix))
	}
	a.inverses = inverses(fn, func(name string) bool { return p.UndoneBy(name, suffix) })
	if p.Weak && len(a.inverses) == 0 {
		return a, false // AddCleanup, RegisterRoute: what a handle of it undoes is not listening
	}
	a.handle, a.release = handleOf(sig, a.inverses)
	return a, a.handle >= 0 || len(a.inverses) > 0
}

// givesChannel reports whether the function makes the listener itself and
// returns it: a channel, beside or instead of the means to undo it. With a
// context among its parameters it ends with that: see stream.
func (a *api) givesChannel(p convention.Pair, suffix string) bool {
	sig := a.fn.Signature()
	if channelOf(sig) < 0 || p.Weak || takesContext(sig) {
		return false
	}
	a.inverses = inverses(a.fn, func(name string) bool { return p.UndoneBy(name, suffix) })
	a.handle, a.release = handleOf(sig, a.inverses)
	return a.handle >= 0
}

// givesHandle reports whether the function returns something with a method that is its other
// half: what is kept of that is the listener. Its body has to show that, see keeps.
func (a *api) givesHandle(p convention.Pair, suffix string) bool {
	sig := a.fn.Signature()
	if sig.Recv() == nil || p.Weak || takesContext(sig) {
		return false
	}
	a.handle, a.release = handleOf(sig, nil)
	return a.handle >= 0 && a.release != "" && (p.UndoneBy(a.release, "") || p.UndoneBy(a.release, suffix))
}

// stream returns what is known of a method that takes a context and returns a channel,
// whatever it is called: what it adds to its receiver ends with the context.
func stream(fn *types.Func) (api, bool) {
	sig := fn.Signature()
	return api{fn: fn, listener: -1, handle: channelOf(sig), context: true}, sig.Recv() != nil && channelOf(sig) >= 0 && takesContext(sig)
}

// channelOf returns the index of the last result that can be received from, or -1.
func channelOf(sig *types.Signature) int {
	for i := sig.Results().Len() - 1; i >= 0; i-- {
		if ch, ok := sig.Results().At(i).Type().Underlying().(*types.Chan); ok && ch.Dir() != types.SendOnly {
			return i
		}
	}
	return -1
}

func takesContext(sig *types.Signature) bool {
	return slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(p *types.Var) bool { return typeName(p.Type()) == "Context" })
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
	if effects.TeardownOf(t) != nil {
		return false // a connection, or another part that its owner ends
	}
	n := ir.Named(t)
	if n == nil || n.Obj().Pkg() == nil {
		return !ir.IsError(t)
	}
	switch n.Obj().Pkg().Path() + "." + n.Obj().Name() {
	case "context.Context", "reflect.Type":
		return false // values, and what others wait for
	}
	return !describes(i) && !isRead(i)
}

// isRead reports whether an interface is there to read from: it has a method of an io.Reader, and
// all that its methods return is a number and an error.
func isRead(i *types.Interface) bool {
	reads := false
	for m := range i.Methods() {
		sig := m.Signature()
		if sig.Results().Len() != 2 || !ir.IsError(sig.Results().At(1).Type()) {
			return false
		}
		if b, ok := sig.Results().At(0).Type().Underlying().(*types.Basic); !ok || b.Info()&types.IsInteger == 0 {
			return false
		}
		reads = reads || (m.Name() == "Read" || m.Name() == "ReadAt") && sig.Params().Len() > 0 && types.Identical(sig.Params().At(0).Type(), types.NewSlice(types.Typ[types.Byte]))
	}
	return reads
}

// describes reports whether all that the methods of an interface do is to say what something is: they
// are told nothing, and return more than an error.
func describes(i *types.Interface) bool {
	for m := range i.Methods() {
		results := m.Signature().Results()
		if m.Signature().Params().Len() > 0 || results.Len() == 0 || ir.IsError(results.At(0).Type()) {
			return false
		}
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
	}
	if i := taken(sig, inverses); i >= 0 {
		return i, inverses[0].Name()
	}
	return -1, ""
}

// undoing returns the method of a handle that undoes a registration, or "".
func undoing(t types.Type) string {
	if ir.IsError(t) {
		return ""
	}
	for _, sel := range typeutil.IntuitiveMethodSet(t, nil) {
		if fn := sel.Obj().(*types.Func); convention.IsHandleEnd(fn) {
			return fn.Name()
		}
	}
	return ""
}
