package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// noWayOut reports the call of a method of the package's own that adds a
// listener to a field from which nothing in the package takes any out. It
// returns whether the call is such a registration, reported or not.
func (c *checker) noWayOut(call ssa.CallInstruction, callee *types.Func) bool {
	recv := callee.Signature().Recv()
	if recv == nil || callee.Pkg() != c.IR.Pass.Pkg {
		return false
	}
	sum := c.Callee(call.Common())
	if sum == nil || !passesListener(callee.Signature()) {
		return false
	}
	holder := ir.Args(call.Common())[0]
	grows := c.GrowsAt(call)
	if slices.ContainsFunc(grows, func(e *effects.Event) bool { return c.Passing(e.Ref.Path) }) {
		return false
	}
	for _, e := range grows {
		if e.Origin == nil || e.Origin == e.Instr {
			continue
		}
		if !addsListener(e) {
			continue
		}
		field := e.Ref.Path.Field()
		if field == nil || field.Pkg() != c.IR.Pass.Pkg || getsData(callee, field) || !c.oneWay(field) {
			continue
		}
		if !slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool { return r.Root == e.Ref.Root && e.Ref.Path.HasPrefix(r.Path) }) {
			continue // it is of what the method is given
		}
		if c.passesOn(call, recv) {
			return true
		}
		leak := c.at(call, "no-way-out")
		leak.What = "listener added by " + callee.Name() + " can never be removed"
		leak.HeldBy = append(c.name(holder), field.Name())
		pos, end := c.IR.Range(e.Origin)
		leak.Notes = []finding.Note{
			{Pos: field.Pos(), Text: "kept in this field, from which no function of the package takes anything out"},
			{Pos: pos, End: end, Text: "added here"},
		}
		needs := repeats(holder)
		if c.ownField(holder) {
			c.addOwn(call, leak, needs)
			return true
		}
		if v := call.Value(); v != nil {
			if exit := c.left(v, call); exit != nil {
				leak.Notes = append(leak.Notes, c.note(exit, "returns, and nobody receives any more"))
				needs = evidence.Needs{}
			}
		}
		c.add(call, leak, needs)
		return true
	}
	return false
}

// addsListener reports whether what is added may be a listener: it was given, or made to be
// one. What is sent goes to a listener, and what a function of elsewhere made of numbers and
// texts is only kept to be had again.
func addsListener(e *effects.Event) bool {
	switch at := e.Origin.(type) {
	case *ssa.Send, *ssa.Select:
		return false
	case *ssa.MapUpdate:
		return !isBasic(at.Key.Type()) || !madeOfBasics(at.Value)
	}
	return true
}

// getsData reports whether a method gets numbers and texts only, of which it makes the values
// with methods that a field keeps: they are parts of something, and listen to nothing.
func getsData(fn *types.Func, field *types.Var) bool {
	_, methods := element(field.Type()).(*types.Interface)
	return methods && fn.Signature().Params().Len() > 0 && !slices.ContainsFunc(slices.Collect(fn.Signature().Params().Variables()), func(p *types.Var) bool { return !isBasic(element(p.Type())) })
}

// madeOfBasics reports whether a value is the result of a call of a function that is not of
// the package, and gets numbers and texts only.
func madeOfBasics(v ssa.Value) bool {
	if ext, ok := v.(*ssa.Extract); ok {
		v = ext.Tuple
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	if callee := call.Call.StaticCallee(); callee != nil && callee.Pkg == call.Parent().Pkg {
		return false
	}
	sig := call.Call.Signature()
	return sig.Params().Len() > 0 && !slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(p *types.Var) bool { return !isBasic(p.Type()) })
}

func isBasic(t types.Type) bool {
	_, ok := t.Underlying().(*types.Basic)
	return ok
}

// passesListener reports whether a function may get a listener or give one: it
// has a parameter or a result that is no number, text, error or context.
func passesListener(sig *types.Signature) bool {
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			if !isBasic(v.Type()) && !ir.IsError(v.Type()) && typeName(v.Type()) != "Context" {
				return true
			}
		}
	}
	return false
}

// keepers finds the methods that others may call to add a listener to a field
// from which nothing takes any out: their calls in other packages leak.
func (c *checker) keepers() {
	for _, fn := range c.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || fn.Parent() != nil || !obj.Exported() || obj.Signature().Recv() == nil || !passesListener(obj.Signature()) {
			continue
		}
		for _, e := range c.In(fn) {
			field := e.Ref.Path.Field()
			if e.Kind != effects.Grow || e.Via || e.Ref.Root != ssa.Value(fn.Params[0]) || field == nil || field.Pkg() != c.IR.Pass.Pkg || getsData(obj, field) || !c.oneWay(field) || c.Passing(e.Ref.Path) {
				continue
			}
			if !addsListener(e) {
				continue
			}
			c.found = append(c.found, &evidence.Leak{
				Category: "no-way-out", What: "listener added by " + obj.Name() + " can never be removed", HeldBy: []string{field.Name()},
				Pos: e.Instr.Pos(), At: e.Instr, Needs: repeats(fn.Params[0]), Travels: true,
			})
			break
		}
	}
}

// oneWay reports whether a field keeps listeners, and nothing takes any out.
func (c *checker) oneWay(field *types.Var) bool {
	is, known := c.fields[field]
	if !known {
		is = keepsListeners(field.Type()) && c.tells(field) && !c.takesOut(field)
		c.fields[field] = is
	}
	return is
}

// tells reports whether a field is one of listeners: functions, channels that
// something is sent to or somebody else has, values whose methods are called.
// The owner of channels that it receives from waits for others to end.
func (c *checker) tells(field *types.Var) bool {
	if c.runAtEnd(field) {
		return false
	}
	kinds := []effects.Kind{effects.Grow, effects.Close, effects.Escape, effects.Send, effects.Return}
	switch element(field.Type()).(type) {
	case *types.Signature:
		return !c.onlyAsked(field)
	case *types.Interface:
		kinds = []effects.Kind{effects.Method}
	case *types.Chan:
	default:
		return holdsChans(field.Type()) // as keys
	}
	return slices.ContainsFunc(c.OfField(field), func(e *effects.Event) bool {
		return slices.Contains(kinds, e.Kind) && e.Ref.Path.IsElem() && !(e.Kind == effects.Method && lookedUp(e))
	})
}

// onlyAsked reports whether the functions in a field are called, and each of them
// by its key.
func (c *checker) onlyAsked(field *types.Var) bool {
	called, told := false, false
	for _, e := range c.OfField(field) {
		if e.Kind == effects.Call && e.Ref.Path.IsElem() {
			called, told = true, told || !lookedUp(e)
		}
	}
	return called && !told
}

// lookedUp reports whether a function, or a method of a value, is called that was
// got by its key, or is yet to be kept: who is told something is not asked for.
func lookedUp(e *effects.Event) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	if e.Kind == effects.Call && !call.Common().IsInvoke() {
		return askedFor(call.Common().Value, 0)
	}
	return len(ir.Args(call.Common())) > 0 && askedFor(ir.Args(call.Common())[0], 0)
}

func askedFor(v ssa.Value, depth int) bool {
	const deep = 4
	switch v := ir.Unwrap(v).(type) {
	case *ssa.Lookup, *ssa.Call:
		return true
	case *ssa.Extract:
		return askedFor(v.Tuple, depth)
	case *ssa.Phi:
		return depth < deep && !slices.ContainsFunc(v.Edges, func(e ssa.Value) bool {
			_, none := e.(*ssa.Const)
			return !none && e != ssa.Value(v) && !askedFor(e, depth+1)
		})
	}
	return false
}

// runAtEnd reports whether a field keeps functions that only the method calls
// which ends the life of their owner: they go with it.
func (c *checker) runAtEnd(field *types.Var) bool {
	_, teardown := c.Teardown(field)
	if teardown == nil {
		return false
	}
	called := false
	for _, e := range c.OfField(field) {
		if e.Kind != effects.Call || !e.Ref.Path.IsElem() {
			continue
		}
		obj, _ := ir.Outermost(e.Func()).Object().(*types.Func)
		if obj == nil || !convention.IsTeardown(obj) {
			return false
		}
		called = true
	}
	return called
}

// holdsChans reports whether the elements of a map or slice are channels.
func holdsChans(t types.Type) bool {
	_, ok := element(t).(*types.Chan)
	return ok
}

// element returns what the type of the elements of a map or slice, perhaps of
// such, is made of.
func element(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return element(u.Elem())
	case *types.Slice:
		return element(u.Elem())
	default:
		return u
	}
}

// keepsListeners reports whether t is a map or slice, perhaps of such, of
// functions, channels or interfaces.
func keepsListeners(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return keepsListeners(u.Elem()) || isListenerElem(u.Elem()) || isListenerElem(u.Key())
	case *types.Slice:
		return keepsListeners(u.Elem()) || isListenerElem(u.Elem())
	}
	return false
}

func isListenerElem(t types.Type) bool {
	return isCallback(t) || isListener(t) && !accepts(t)
}

// accepts reports whether t is a listener of another kind, that waits for
// connections.
func accepts(t types.Type) bool {
	m, _, _ := types.LookupFieldOrMethod(t, false, nil, "Accept")
	return m != nil
}

// takesOut reports whether some function may take an element out of a field.
func (c *checker) takesOut(field *types.Var) bool {
	for _, e := range c.OfField(field) {
		switch e.Kind {
		case effects.Shrink, effects.Replace:
			fresh := e.Kind == effects.Replace && effects.Fresh(e.Ref.Root) // filling a new object
			if !fresh && !c.Once(e.Func()) {
				return true
			}
		}
		if e.Ref.Path.Field() == field && !e.Ref.Path.IsElem() && lifetime.HandsOn(e) {
			return true
		}
	}
	return false
}

// passesOn reports whether the call is made by a method of the same type on
// its own receiver: then the callers of that method register.
func (c *checker) passesOn(call ssa.CallInstruction, recv *types.Var) bool {
	outer := ir.Outermost(call.Parent()).Signature.Recv()
	return outer != nil && ir.Named(outer.Type()) != nil && ir.Named(outer.Type()).Origin() == ir.Named(recv.Type()).Origin()
}
