package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

// kept judges a value that is handed on: an object may keep it in a field, and never give it
// back.
func (c *checker) kept(a *acquisition) {
	if a.Behind == duty.Statement {
		return // it goes with what it was prepared for
	}
	field, at := c.keptIn(a)
	if field == nil || !c.OwnField(field) {
		return
	}
	if c.given(a, field) {
		c.again(a, field, at)
		return
	}
	leak := account.Found(c.Package, a.call, "owner-forgets", a.noun()+" in field "+field.Name()+a.is()+"never "+a.released())
	needs := account.Owes
	if a.Behind == duty.Context {
		leak.Category = "cancel-lost"
	}
	leak.HeldBy = a.heldBy()
	switch owner, teardown := c.Teardown(field); {
	case teardown != nil && field.Embedded() && has(field.Type(), teardown):
		return // it is the value's own
	case teardown != nil:
		leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: owner.Name() + "." + teardown.Name() + " does not do it"}}
	case a.Behind == duty.Context:
		leak.Notes = []finding.Note{{Pos: field.Pos(), Text: "kept in this field"}}
		needs = account.Piles
	default:
		dropped := c.dropsOwner(a, at)
		if dropped == nil {
			return // it may live as long as the process
		}
		account.Note(c.Package, leak, dropped, "what has it is dropped here")
	}
	c.add(a.call, leak, needs)
}

// awaited reports a cancel function in a field that nobody calls: the context has no parent that
// keeps it, but a goroutine that its owner starts waits for its end.
func (c *checker) awaited(a *acquisition) bool {
	if a.Behind != duty.Context || a.Timed || a.Parent < 0 || !c.Background(ir.Args(&a.call.Call)[a.Parent]) {
		return false
	}
	if a.v = a.value(c); a.v == nil {
		return false
	}
	field, at := c.keptIn(a)
	if field == nil || !c.OwnField(field) || c.given(a, field) {
		return false
	}
	owner, teardown := c.Teardown(field)
	if teardown == nil || !c.Duties().Awaits(ir.Outermost(a.call.Parent()), ir.Named(at.To.Root.Type()), field) {
		return false
	}
	leak := account.Found(c.Package, a.call, "cancel-lost", "cancel function in field "+field.Name()+" is never called")
	leak.HeldBy = []string{"its goroutine"}
	leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: owner.Name() + "." + teardown.Name() + " does not do it"}}
	c.add(a.call, leak, account.Owes)
	return true
}

// opened reports an object in a field of another one, which a method of its own has opened, and
// nobody closes it, though the other one has a method that ends its life. A goroutine
// that this package starts is goroutineleak's. It tells whether that is all that there is to say.
func (c *checker) opened(a *acquisition) bool {
	if a.Param < 0 {
		return false
	}
	refs := c.Refs(ir.Args(&a.call.Call)[a.Param])
	if len(refs) != 1 || refs[0].Path.Field() == nil {
		return a.Thing() == duty.Goroutine && ir.Callee(&a.call.Call).Pkg() == c.IR.Pass.Pkg
	}
	field := refs[0].Path.Field()
	if field.Pkg() != c.IR.Pass.Pkg || field.Embedded() || !c.OwnField(field) || c.given(a, field) || a.Parent >= 0 && !c.neverEnds(a.call, a.Parent) {
		return true
	}
	owner, teardown := c.Teardown(field)
	if teardown == nil || !c.first(field.Pos()) {
		return true
	}
	leak := account.Found(c.Package, a.call, "owner-forgets", a.noun()+" in field "+field.Name()+a.is()+"never "+a.released())
	leak.HeldBy = a.heldBy()
	leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: owner.Name() + "." + teardown.Name() + " does not do it"}}
	c.add(a.call, leak, account.Owes)
	return true
}

// dropsOwner returns the call of the function that acquires the value for a field of the object
// that it returns, if the caller drops that; nil if none does.
func (c *checker) dropsOwner(a *acquisition, at *effects.Event) ssa.Instruction {
	made, ok := at.To.Root.(*ssa.Alloc)
	fn := a.call.Parent()
	if !ok || made.Parent() != fn {
		return nil
	}
	result := -1
	for _, e := range c.Of(made) {
		switch {
		case e.Ref.Path != nil:
		case e.Kind == effects.Return && !e.Via:
			result = e.Index
		case lifetime.HandsOn(e):
			return nil
		}
	}
	if result < 0 {
		return nil
	}
	for _, use := range c.Uses(fn) {
		call, ok := use.(*ssa.Call)
		if !ok || c.IR.Static(&call.Call) != fn || c.HelpsTests(call.Parent()) {
			continue
		}
		got := (&acquisition{Debt: duty.Debt{Result: result, Param: -1}, call: call}).value(c)
		if got == nil || !slices.ContainsFunc(c.Of(got), func(e *effects.Event) bool { return e.Ref.Path == nil && lifetime.HandsOn(e) }) {
			return call
		}
	}
	return nil
}

// has reports whether a method is that of the values of a type.
func has(typ types.Type, method *types.Func) bool {
	obj, _, _ := types.LookupFieldOrMethod(typ, true, method.Pkg(), method.Name())
	fn, ok := obj.(*types.Func)
	return ok && fn.Origin() == method.Origin()
}

// keptIn returns the field that is the only place where the value is kept, and the event that
// stores it there; nil if there are others.
func (c *checker) keptIn(a *acquisition) (field *types.Var, at *effects.Event) {
	var wrapped []*effects.Event
	for _, e := range c.Of(a.v) {
		if e.Via && e.Kind == effects.Store && e.To.Path.Field() != nil {
			wrapped = append(wrapped, e)
		}
		if e.Via || !a.concerns(e) {
			continue
		}
		switch e.Kind {
		case effects.Store:
			f := e.To.Path.Field()
			if e.To.Path == nil && e.Holder == "" && effects.Fresh(e.To.Root) {
				continue // a local variable
			}
			if e.To.Path.IsElem() && e.Holder == "" && c.forRollback(e.To.Root) {
				continue
			}
			if f == nil || e.Holder != "" || field != nil && f != field || e.To.Path.IsElem() {
				return nil, nil
			}
			field, at = f, e
		case effects.Escape:
			if !c.powerless(e) {
				return nil, nil
			}
		case effects.Send, effects.Return:
			return nil, nil
		default:
			if a.PaidBy(e) && !c.rollsBack(e.Instr) {
				return nil, nil
			}
		}
	}
	if at != nil && slices.ContainsFunc(wrapped, func(e *effects.Event) bool { return !c.passedBy(e, a.v) && !endless(e) }) {
		return nil, nil // what wraps it is kept, too
	}
	return field, at
}

// endless reports whether what an event stores is of a type of the standard library that has no end, as
// what only reads or writes through a value is.
func endless(e *effects.Event) bool {
	store, ok := e.Instr.(*ssa.Store)
	if !ok {
		return false
	}
	n := ir.Named(store.Val.Type())
	return n != nil && n.Obj().Pkg() != nil && convention.IsStd(n.Obj().Pkg().Path()) && !types.IsInterface(n) && effects.TeardownOf(store.Val.Type()) == nil
}

// powerless reports whether who gets a value at an event has it by an interface that does not have
// the methods which end its life.
func (c *checker) powerless(e *effects.Event) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	given := false
	for _, arg := range call.Common().Args {
		if !slices.Contains(c.Refs(arg), e.Ref) {
			continue
		}
		iface, ok := arg.Type().Underlying().(*types.Interface)
		if !ok || iface.NumMethods() == 0 || effects.TeardownOf(arg.Type()) != nil {
			return false
		}
		given = true
	}
	return given
}

// passedBy reports whether what an event stores comes from a call that does not get a value, but may
// get the object that has it: a part of that which knows its owner.
func (c *checker) passedBy(e *effects.Event, v ssa.Value) bool {
	store, ok := e.Instr.(*ssa.Store)
	if !ok {
		return false
	}
	made := false
	for _, r := range c.Refs(store.Val) {
		root := r.Root
		if ext, ok := root.(*ssa.Extract); ok {
			root = ext.Tuple
		}
		call, ok := root.(*ssa.Call)
		if !ok || slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool { return c.hands(arg, v) }) {
			return false
		}
		made = true
	}
	return made
}

// hands reports whether an argument is a value, or a function that may end its life.
func (c *checker) hands(arg, v ssa.Value) bool {
	return slices.ContainsFunc(c.Refs(arg), func(r effects.Ref) bool {
		if r.Root == v {
			return true
		}
		lit, ok := r.Root.(*ssa.MakeClosure)
		if !ok {
			return false
		}
		if m := ir.BoundMethod(lit); m != nil && !convention.Ends(m) {
			return false
		}
		return slices.ContainsFunc(lit.Bindings, func(b ssa.Value) bool { return slices.Contains(c.Refs(b), effects.Ref{Root: v}) })
	})
}

// given reports whether some function gives back what a field keeps, or may do so.
func (c *checker) given(a *acquisition, field *types.Var) bool {
	if ir.InTest(c.IR.Pass.Fset, field.Pos()) {
		return true
	}
	events := slices.Concat(c.OfField(field), c.UnderField(field))
	inside := a.Param >= 0 && slices.ContainsFunc(c.Refs(ir.Args(&a.call.Call)[a.Param]), func(r effects.Ref) bool { return r.Path.IsElem() })
	return slices.ContainsFunc(events, func(e *effects.Event) bool {
		if e.Instr == ssa.Instruction(a.call) && a.Param >= 0 {
			return false // what opens it
		}
		if a.PaidBy(e) || e.Kind == effects.Call {
			echo := e.Origin != e.Instr && slices.ContainsFunc(events, func(at *effects.Event) bool { return at.Instr == e.Origin })
			return !echo && mayEnd(e, field) && !c.replaces(e, field) && (inside || !fromInside(e, field)) && !c.rollsBack(e.Instr)
		}
		if e.Ref.Path.Field() != field && e.Kind != effects.Method {
			return false
		}
		return lifetime.HandsOn(e) && !(e.Kind == effects.Escape && (c.withOwner(e) || !e.Via && c.powerless(e))) && !(e.Kind == effects.Return && e.Via) && !(e.Kind == effects.Store && e.To.Path.Field() == field)
	})
}

// mayEnd reports whether an event which gives back what it is about may do that with what is in a field:
// it is about that, or ends the life of a part of it. That a function is called which a part has for
// its results is no end, nor is a mutex unlocked.
func mayEnd(e *effects.Event, field *types.Var) bool {
	if e.Ref.Path.Field() == field {
		return true
	}
	if e.Kind != effects.Call {
		return e.Ends()
	}
	typ := e.Ref.Path.Type(e.Ref.Root.Type())
	if typ == nil {
		return true
	}
	sig, ok := typ.Underlying().(*types.Signature)
	return !ok || sig.Results().Len() == 0 || sig.Results().Len() == 1 && ir.IsError(sig.Results().At(0).Type())
}

// withOwner reports whether what code that is not known gets at an event is the object that has the
// field: it may do with that what everybody may.
func (c *checker) withOwner(e *effects.Event) bool {
	return e.Via && slices.ContainsFunc(c.Of(e.Ref.Root), func(owner *effects.Event) bool {
		return owner.Instr == e.Instr && owner.Kind == effects.Escape && owner.Ref.Path == nil
	})
}

// fromInside reports whether an event is about what comes out of a container that a part of what is in
// a field has, as a queue.
func fromInside(e *effects.Event, field *types.Var) bool {
	for p := e.Ref.Path; p != nil && (p.IsElem() || p.Field() != field); p = p.Parent() {
		if p.IsElem() {
			return true
		}
	}
	return false
}

// replaces reports whether an event gives back what is in a field to make room for another value,
// which it does not give back.
func (c *checker) replaces(e *effects.Event, field *types.Var) bool {
	return e.Mode == effects.Now && !c.InTeardown(ir.Outermost(e.Func())) && slices.ContainsFunc(c.StoredIn(field), func(set *effects.Event) bool {
		return !set.Via && set.To.Root == e.Ref.Root && set.Func() == e.Func() && lifetime.Before(e.Instr, set.Instr)
	})
}

func fieldAt(addr *ssa.FieldAddr) *types.Var {
	s, ok := addr.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	return s.Field(addr.Field).Origin()
}
