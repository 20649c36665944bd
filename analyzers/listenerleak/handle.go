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

// handle judges a registration that returns the means to undo it. With a holder
// of the object's own, which goes when that goes, only code that undoes some
// registrations has to undo all.
func (c *checker) handle(call ssa.CallInstruction, a *api, holder ssa.Value, own bool) {
	reg := &registration{call: call, api: a, needs: c.needs(call, a, holder)}
	reg.needs.Adds = a.js // not what somebody plugs in: each function is made anew
	c.seen = append(c.seen, reg)
	v := result(call, a.handle)
	if v != nil && c.undoneBeside(call, a) {
		return
	}
	if v == nil {
		c.dropped(reg, a.unused(true), own)
		return
	}
	out := lifetime.Check(c.Package.Package, v, v.(ssa.Instruction), c.spec(call, a, holder))
	reg.undone = c.undoneFrom(v, out.Releases, a)
	onPath := "listener added by " + a.fn.Name() + " is not removed on every path"
	switch {
	case out.Dropped():
		c.dropped(reg, a.unused(false), own)
	case len(out.Releases) == 0:
		if field := c.unusedField(v, out.Kept, a); field != nil {
			if !own {
				what := "result of " + a.fn.Name() + " is kept in field " + field.Name() + ", which nothing uses to undo it"
				reg.leak = c.registered(reg, "handle-discarded", what, c.inField(field)...)
				if _, teardown := c.Teardown(field); teardown != nil {
					reg.needs = evidence.Needs{} // what ends the object has to undo it
				}
			}
		} else if notes := c.forgottenEntry(call, v, a, out.Kept); notes != nil {
			reg.leak = c.registered(reg, "not-removed-on-path", onPath, notes...)
		} else if !own && c.fails(v, out) && !c.madeHere(reg.needs.Stays) && !c.givesUp(out.Exit, holder) {
			reg.leak = c.registered(reg, "not-removed-on-path", onPath, c.note(out.Exit, "returns an error without "+a.how()))
		}
	case c.holderEnds(out.Exit, holder):
	case out.Exit != nil:
		reg.leak = c.registered(reg, "not-removed-on-path", onPath,
			c.note(out.Releases[0].Instr, "undone here on another path"), c.note(out.Exit, "returns without "+a.how()))
	case out.Again:
		reg.leak = c.registered(reg, "not-removed-on-path", onPath,
			c.note(out.Releases[0].Instr, "undone here on another path"), c.note(call, "registers again without "+a.how()))
	}
}

// dropped judges a registration of which nobody has the handle.
func (c *checker) dropped(reg *registration, what string, own bool) {
	reg.leak = c.registered(reg, "handle-discarded", what)
	c.settle(reg, own)
	c.excuse(reg)
}

// fails reports whether the caller gets a handle, or what has it, but not where the
// function fails, and no goroutine has it then.
func (c *checker) fails(v ssa.Value, out lifetime.Outcome) bool {
	exit, ok := out.Exit.(*ssa.Return)
	if !ok || slices.ContainsFunc(out.Kept, func(e *effects.Event) bool { return e.Kind != effects.Return }) {
		return false
	}
	return !c.goesOn(v, exit.Parent()) && slices.ContainsFunc(exit.Results, func(r ssa.Value) bool { return ir.IsError(r.Type()) && !ir.IsNil(r) })
}

// goesOn reports whether a function starts a goroutine with an object that has a
// handle.
func (c *checker) goesOn(v ssa.Value, fn *ssa.Function) bool {
	has := func(given ssa.Value) bool {
		refs := c.Refs(given)
		for _, r := range c.Refs(given) {
			refs = append(refs, c.Contents(r)...)
		}
		return slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool {
			return e.Kind == effects.Store && slices.ContainsFunc(refs, func(r effects.Ref) bool { return r.Root == e.To.Root })
		})
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			start, ok := instr.(*ssa.Go)
			if !ok {
				continue
			}
			given := ir.Args(&start.Call)
			if lit, ok := start.Call.Value.(*ssa.MakeClosure); ok {
				given = append(slices.Clip(given), lit.Bindings...)
			}
			if slices.ContainsFunc(given, has) {
				return true
			}
		}
	}
	return false
}

// givesUp reports whether something may have been done to what keeps the listener, or
// to what has the handle, where control comes to an exit: nothing tells that it goes on.
func (c *checker) givesUp(exit ssa.Instruction, holder ssa.Value) bool {
	if holder == nil {
		return false
	}
	return slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool {
		return slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
			return e.Kind == effects.Method && e.Func() == exit.Parent() && e.Callee != nil && convention.IsTeardown(e.Callee)
		})
	})
}

// holderEnds reports whether a function ends what keeps the listener before control comes to an
// exit: the listener goes with it.
func (c *checker) holderEnds(exit ssa.Instruction, holder ssa.Value) bool {
	return holder != nil && exit != nil && slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool {
		return slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
			return e.Ends() && e.Ref == r && e.Func() == exit.Parent() && lifetime.Before(e.Instr, exit)
		})
	})
}

// undoneBeside reports whether the function that registers also calls the other
// half with something that the handle gives, such as its id.
func (c *checker) undoneBeside(call ssa.CallInstruction, a *api) bool {
	for _, inv := range a.inverses {
		for _, e := range c.Named(inv.Name()) {
			other, ok := e.Instr.(ssa.CallInstruction)
			if !ok || e.Callee != inv && e.Callee != nil && e.Callee.Pkg() != a.fn.Pkg() || ir.Outermost(e.Func()) != ir.Outermost(call.Parent()) {
				continue
			}
			if slices.ContainsFunc(ir.Args(other.Common())[1:], func(arg ssa.Value) bool {
				_, made := ir.Unwrap(arg).(*ssa.Call) // the handle itself is for the paths
				return made && ir.Unwrap(arg) != ssa.Value(call.Value()) && madeOf(arg, call.Value(), 0)
			}) {
				return true
			}
		}
	}
	return false
}

// madeOf reports whether a value is made of the result of a call.
func madeOf(v ssa.Value, of *ssa.Call, depth int) bool {
	const deep = 6
	if v == ssa.Value(of) {
		return true
	}
	instr, ok := v.(ssa.Instruction)
	if !ok || depth > deep {
		return false
	}
	for _, op := range instr.Operands(nil) {
		if *op != nil && madeOf(*op, of, depth+1) {
			return true
		}
	}
	return false
}

// registered returns a leak at a registration.
func (c *checker) registered(reg *registration, category, what string, notes ...finding.Note) *finding.Leak {
	leak := c.at(reg.call, category)
	leak.What, leak.Notes = what, notes
	leak.HeldBy = c.holderName(reg.call, reg.api)
	return &leak
}

// excuse takes back the leak of a handle that nobody uses if it may be dropped:
// the registration lasts until its channel is closed, or undoes itself.
func (c *checker) excuse(reg *registration) {
	if c.untilClosed(reg.call, reg.api) || c.removesItself(reg.call, reg.api) {
		reg.leak = nil
	}
}

// removesItself reports whether the listener is a literal that undoes a
// registration when it is called, its own if any: what it is called with tends
// to lead to it.
func (c *checker) removesItself(call ssa.CallInstruction, a *api) bool {
	if a.listener < 0 {
		return false
	}
	return slices.ContainsFunc(c.Refs(ir.Args(call.Common())[a.listener]), func(r effects.Ref) bool {
		mc, ok := r.Root.(*ssa.MakeClosure)
		return ok && r.Path == nil && c.undoesIn(mc.Fn.(*ssa.Function), a)
	})
}

func (c *checker) undoesIn(fn *ssa.Function, a *api) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if callee := ir.Callee(call.Common()); callee != nil && (callee.Name() == a.release || slices.Contains(a.inverses, callee)) {
				return true
			}
		}
	}
	return slices.ContainsFunc(fn.AnonFuncs, func(lit *ssa.Function) bool { return c.undoesIn(lit, a) })
}

// result returns the value of a call's result, or nil if nothing uses it.
func result(call ssa.CallInstruction, index int) ssa.Value {
	v, ok := call.(*ssa.Call)
	if !ok {
		return nil
	}
	if v.Call.Signature().Results().Len() == 1 {
		if len(*v.Referrers()) == 0 {
			return nil
		}
		return v
	}
	for _, ref := range *v.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == index && len(*ext.Referrers()) > 0 {
			return ext
		}
	}
	return nil
}

// spec says how a handle undoes its registration: it is called, a method like
// Unsubscribe is, or the other half of the pair gets it. A channel that came
// with it is closed when it is undone, and one of the holder tells that this has
// ended.
func (c *checker) spec(call ssa.CallInstruction, a *api, holder ssa.Value) lifetime.Spec {
	return lifetime.Spec{
		Releases: func(e *effects.Event) bool { return e.Ref.Path == nil && a.undoes(e) },
		Ignores: func(e *effects.Event) bool {
			if a.js && e.Callee != nil && e.Callee.Pkg() == a.fn.Pkg() {
				return true // what gets it there undoes nothing
			}
			if e.Via && c.registers(e.Instr) {
				return true // who tells a listener does not undo what that has
			}
			if _, isChan := e.Ref.Root.Type().Underlying().(*types.Chan); isChan {
				return e.Ref.Path != nil // of what was received
			}
			return e.Ref.Path.IsElem() // likewise, from a part of it
		},
		Feeds: func(ch ssa.Value) bool { return c.cameWith(ch, call) },
		Ended: func(ch ssa.Value) bool { return c.partOf(ch, holder) || c.answers(ch, call, a) },
	}
}

// answers reports whether a listener that undoes its registration when it is called sends to a channel:
// who receives from that knows that it has been.
func (c *checker) answers(ch ssa.Value, call ssa.CallInstruction, a *api) bool {
	return c.removesItself(call, a) && slices.ContainsFunc(c.Refs(ir.Args(call.Common())[a.listener]), func(r effects.Ref) bool {
		mc, ok := r.Root.(*ssa.MakeClosure)
		return ok && slices.ContainsFunc(c.Refs(ch), func(of effects.Ref) bool {
			return slices.ContainsFunc(c.Of(of.Root), func(e *effects.Event) bool {
				return e.Kind == effects.Grow && ir.Within(e.Func(), mc.Fn.(*ssa.Function))
			})
		})
	})
}

// registers reports whether an instruction is a call that registers something.
func (c *checker) registers(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	callee := ir.Callee(call.Common())
	return callee != nil && callee.Pkg() != nil && c.api(callee) != nil
}

// partOf reports whether a channel is in a field of the holder.
func (c *checker) partOf(ch, holder ssa.Value) bool {
	return holder != nil && slices.ContainsFunc(c.Refs(ch), func(r effects.Ref) bool {
		return slices.ContainsFunc(c.Refs(holder), func(h effects.Ref) bool {
			return r.Root == h.Root && r.Path != h.Path && r.Path.HasPrefix(h.Path)
		})
	})
}

// cameWith reports whether a channel is a result of the registration.
func (c *checker) cameWith(ch ssa.Value, call ssa.CallInstruction) bool {
	return slices.ContainsFunc(c.Refs(ch), func(r effects.Ref) bool {
		ext, ok := r.Root.(*ssa.Extract)
		return r.Path == nil && (r.Root == call.Value() || ok && ext.Tuple == call.Value())
	})
}

// untilClosed reports whether somebody receives from a channel that came with
// the registration in a loop that nothing but its closing ends: then it is
// undone by whom it was registered with.
func (c *checker) untilClosed(call ssa.CallInstruction, a *api) bool {
	if a.listener >= 0 || call.Value() == nil {
		return false
	}
	results := []ssa.Value{call.Value()}
	for _, ref := range *call.Value().Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok {
			results = append(results, ext)
		}
	}
	return slices.ContainsFunc(results, func(v ssa.Value) bool {
		return slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool {
			return (e.Kind == effects.Recv || e.Kind == effects.Wait) && e.Ref.Path == nil && c.onlyClosing(e.Instr, call)
		})
	})
}

// onlyClosing reports whether a receive is in a loop that nothing ends but the
// closing of a channel that came with the registration.
func (c *checker) onlyClosing(recv ssa.Instruction, call ssa.CallInstruction) bool {
	for l := c.IR.Graph(recv.Parent()).Innermost(recv.Block()); l != nil; l = l.Outer {
		if c.NeverEnds(l, func(recv *ssa.UnOp) bool { return !c.cameWith(recv.X, call) }) {
			return true
		}
	}
	return false
}

// unusedField returns the field that the handle is kept in if that is the only
// place and nothing undoes the registration from there.
func (c *checker) unusedField(v ssa.Value, kept []*effects.Event, a *api) *types.Var {
	var field *types.Var
	for _, e := range c.Of(v) {
		inNew := e.Kind == effects.Store && e.Ref.Path == nil && effects.Fresh(e.To.Root)
		if e.Via || !inNew && !slices.Contains(kept, e) {
			continue // of the object that has the field, or no keeping
		}
		f := e.To.Path.Field()
		if inNew && f == nil {
			continue // a local variable
		}
		if e.Kind != effects.Store || e.Holder != "" || f == nil || field != nil && f != field {
			return nil
		}
		field = f
	}
	if field == nil || field.Pkg() != c.IR.Pass.Pkg || field.Exported() {
		return nil
	}
	for _, e := range c.OfField(field) {
		if a.undoes(e) || lifetime.HandsOn(e) {
			return nil
		}
	}
	return field
}

// inField notes where a handle is kept, and the method that should use it.
func (c *checker) inField(field *types.Var) []finding.Note {
	notes := []finding.Note{{Pos: field.Pos(), Text: "kept in this field"}}
	if _, teardown := c.Teardown(field); teardown != nil && teardown.Pkg() == c.IR.Pass.Pkg {
		notes = append(notes, finding.Note{Pos: teardown.Pos(), Text: teardown.Name() + " does not use it"})
	}
	return notes
}
