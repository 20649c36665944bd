package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// An api is what is known of a registering function.
type api struct {
	fn       *types.Func
	listener int           // index of the listener among the arguments, receiver first; -1: none, as where it is a result
	inverses []*types.Func // functions that undo it
	handle   int           // index of the result that undoes it, or -1
	release  string        // how the handle undoes it: its method, the inverse that takes it, or "" if it is called
	also     []string      // other methods of the handle that do
	declared bool          // by the user: neither its names nor its body are asked
	known    bool          // see knownAPIs
	js       bool          // the holder is the JavaScript runtime, see known
	context  bool          // the end of the context that it takes undoes it, nothing else
	parts    []part        // the holder, of one that hands on what it is given: see forwarder
}

// lookup returns what is known of fn as a registering function: what the user
// says comes first, then what is known of well-known modules, then what its
// names say.
func lookup(fn *types.Func) (api, bool) {
	key := keyOf(fn)
	if undo, ok := declared.undo[key]; ok {
		a, ok := named(fn, undo)
		a.declared = true
		return a, ok
	}
	if k, ok := known[key]; ok && len(k.undo) == 0 {
		return api{fn: fn, listener: -1, handle: 0, context: true, known: true}, true
	} else if ok {
		a, ok := named(fn, k.undo)
		a.js, a.known = k.js, true
		return a, ok
	}
	return inferred(fn)
}

// named returns what is known of fn if the names are those of what undoes it:
// methods of a result or of fn's receiver, or functions of its package. The
// first is the one to tell of.
func named(fn *types.Func, undo []string) (api, bool) {
	sig := fn.Signature()
	a := api{fn: fn, handle: -1, listener: listenerOf(sig)}
	if a.listener < 0 {
		a.listener = anyOf(sig)
	}
	for i := range sig.Results().Len() {
		for _, sel := range typeutil.IntuitiveMethodSet(sig.Results().At(i).Type(), nil) {
			if name := sel.Obj().Name(); slices.Contains(undo, name) && (a.handle < 0 || a.handle == i && name == undo[0]) {
				a.handle, a.release, a.also = i, name, undo
			}
		}
	}
	if a.handle >= 0 {
		return a, true
	}
	a.inverses = inverses(fn, func(name string) bool { return slices.Contains(undo, name) })
	if i := taken(sig, a.inverses); i >= 0 {
		a.handle, a.release = i, undo[0]
	}
	return a, len(a.inverses) > 0
}

// listenerOf returns the index of the first parameter, receiver first, that
// takes a listener, or -1.
func listenerOf(sig *types.Signature) int {
	for i := range sig.Params().Len() {
		if isListener(sig.Params().At(i).Type()) {
			return i + shift(sig)
		}
	}
	return -1
}

// anyOf returns the index of the first parameter, receiver first, of a type
// that any value has, or -1: some emitters look at listeners through package
// reflect.
func anyOf(sig *types.Signature) int {
	for i := range sig.Params().Len() {
		if t, ok := sig.Params().At(i).Type().Underlying().(*types.Interface); ok && t.NumMethods() == 0 {
			return i + shift(sig)
		}
	}
	return -1
}

// shift returns how many arguments come before the parameters.
func shift(sig *types.Signature) int {
	if sig.Recv() != nil {
		return 1
	}
	return 0
}

// inverses returns the methods of fn's receiver type, or the functions of its
// package, whose names undo it.
func inverses(fn *types.Func, undoes func(name string) bool) []*types.Func {
	var out []*types.Func
	if recv := fn.Signature().Recv(); recv != nil {
		for _, sel := range typeutil.IntuitiveMethodSet(recv.Type(), nil) {
			if undo, ok := sel.Obj().(*types.Func); ok && undoes(undo.Name()) && !ofChannel(fn.Signature(), undo.Signature()) {
				out = append(out, undo.Origin())
			}
		}
		return out
	}
	scope := fn.Pkg().Scope()
	for _, name := range scope.Names() {
		if f, ok := scope.Lookup(name).(*types.Func); ok && undoes(name) {
			out = append(out, f)
		}
	}
	return out
}

// ofChannel reports whether what undoes takes a channel, and what registers has none: it is the other half
// of something else.
func ofChannel(registers, undoes *types.Signature) bool {
	isChan := func(v *types.Var) bool {
		_, is := v.Type().Underlying().(*types.Chan)
		return is
	}
	has := slices.Concat(slices.Collect(registers.Params().Variables()), slices.Collect(registers.Results().Variables()))
	return slices.ContainsFunc(slices.Collect(undoes.Params().Variables()), isChan) && !slices.ContainsFunc(has, isChan)
}

// taken returns the index of the result that an inverse takes, or -1. An error
// is none.
func taken(sig *types.Signature, inverses []*types.Func) int {
	for i := range sig.Results().Len() {
		t := sig.Results().At(i).Type()
		if ir.IsError(t) {
			continue
		}
		_, isChan := t.Underlying().(*types.Chan)
		for _, inv := range inverses {
			for p := range inv.Signature().Params().Variables() {
				if types.Identical(p.Type(), t) || isChan && types.AssignableTo(t, p.Type()) {
					return i
				}
			}
		}
	}
	return -1
}

// keeps reports whether the registering function keeps its listener, or its
// side of the channel that it returns, as far as its body is known.
func (a *api) keeps(sum *effects.Summary) bool {
	switch {
	case a.declared || a.known || len(a.parts) > 0:
		return true
	case sum == nil && a.context:
		return false // nothing tells that it registers
	case sum == nil:
		// A method may keep what it is given; of functions only the known ones do.
		return a.fn.Signature().Recv() != nil && !a.endsItself() && (a.listener >= 0 || channelOf(a.fn.Signature()) >= 0)
	case a.listener < 0:
		return sum.Has(effects.Grow, 0)
	}
	return sum.Has(effects.Store, a.listener) || sum.Has(effects.Escape, a.listener) || sum.Has(effects.Send, a.listener)
}

// endsItself reports whether the listener is a function that may end the registration by what it
// returns: an error, or whether it wants more.
func (a *api) endsItself() bool {
	if a.listener < shift(a.fn.Signature()) {
		return false
	}
	f, ok := a.fn.Signature().Params().At(a.listener - shift(a.fn.Signature())).Type().Underlying().(*types.Signature)
	if !ok || f.Results().Len() != 1 {
		return false
	}
	basic, ok := f.Results().At(0).Type().Underlying().(*types.Basic)
	return ir.IsError(f.Results().At(0).Type()) || ok && basic.Kind() == types.Bool
}

// unused says that nothing uses the handle, which the code drops or not.
func (a *api) unused(dropped bool) string {
	switch {
	case a.js:
		return "function of js.FuncOf is never released"
	case dropped:
		return "result of " + a.fn.Name() + " is dropped, and with it the means to undo it"
	}
	return "result of " + a.fn.Name() + " is not used to undo it"
}

// how says how a handle undoes the registration.
func (a *api) how() string {
	if a.release == "" {
		return "calling the returned function"
	}
	return "a call of " + a.release
}

// undoes reports whether an event on the handle undoes the registration.
func (a *api) undoes(e *effects.Event) bool {
	switch e.Kind {
	case effects.Call:
		return a.release == ""
	case effects.Method, effects.Arg:
		return e.Name == a.release || slices.Contains(a.also, e.Name) || e.Gives
	}
	return false
}
