package listenerleak

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// pair judges a registration that only the other half of a pair undoes.
func (c *checker) pair(call ssa.CallInstruction, a *api, holder ssa.Value, own bool) {
	if !a.declared && c.getsOrAdds(call.Parent()) {
		return
	}
	if ir.InTest(c.IR.Pass.Fset, call.Pos()) && slices.ContainsFunc(a.inverses, func(inv *types.Func) bool { return c.IR.Tested(inv.Name()) }) {
		return // a test may undo what its helpers do
	}
	reg := &registration{call: call, api: a, needs: repeats(holder)}
	c.seen = append(c.seen, reg)
	if reg.undone = c.removal(call, a); reg.undone != nil {
		return
	}
	reg.leak = c.registered(reg, "never-removed", "listener added by "+a.fn.Name()+" is never removed by "+a.inverses[0].Name())
	c.settle(reg, own)
}

// settle says what a registration that nothing undoes needs to be a leak. With a holder of the
// object's own it is one of any object if only the function received what comes, and leaves that to
// others.
func (c *checker) settle(reg *registration, own bool) {
	if c.replaces(reg) {
		reg.leak = nil
		return
	}
	needs := reg.needs
	deserted := c.desert(reg)
	if own && !(deserted && c.leftForOthers(reg)) {
		reg.own, reg.deserted = &needs, deserted
		if c.hasRoomForOne(reg) {
			reg.own = new(evidence.Needs) // which nothing meets
		}
	}
}

// replaces reports whether what keeps the listener has room for one under each name, and the
// call has one of a few names: the next call puts another listener in its place.
func (c *checker) replaces(reg *registration) bool {
	sum := c.Callee(reg.call.Common())
	return sum != nil && len(reg.api.parts) == 0 && sum.Has(effects.Grow, 0) && len(c.GrowsAt(reg.call)) == 0
}

// hasRoomForOne reports whether a part of an object is seen to keep one listener: in a field of
// its own, or under the object as the key. The next call puts another one in its place.
func (c *checker) hasRoomForOne(reg *registration) bool {
	sum, listener := c.Callee(reg.call.Common()), reg.api.listener
	if sum == nil || listener < 0 || len(reg.api.parts) > 0 {
		return false
	}
	if !sum.Has(effects.Grow, 0) {
		return !sum.Has(effects.Escape, listener) && !sum.Has(effects.Send, listener)
	}
	return !slices.ContainsFunc(c.GrowsAt(reg.call), func(e *effects.Event) bool {
		return e.Key == nil || !slices.Equal(c.Refs(e.Key), []effects.Ref{{Root: e.Ref.Root}})
	})
}

// desert adds to a leak that the code which receives what is sent to the channel
// returns, if it does: then the code itself shows that the registration had to go.
func (c *checker) desert(reg *registration) bool {
	exit, text := c.deserted(reg.call, reg.api), "returns, and nobody receives any more"
	if exit == nil {
		exit, text = c.usedUp(reg), "returns, and nobody has it any more"
	}
	if exit == nil {
		return false
	}
	reg.leak.Notes = append(reg.leak.Notes, c.note(exit, text))
	reg.needs.Again = false
	if !c.madeHere(reg.needs.Stays) {
		reg.needs = evidence.Needs{}
	}
	return true
}

// usedUp returns where the function returns that registers, if it got something without which
// nobody can undo the registration, asked that for one thing, and gives it to nobody; else nil.
// Who goes on asking in a loop may do so until the process ends.
func (c *checker) usedUp(reg *registration) ssa.Instruction {
	v := result(reg.call, reg.api.handle)
	if reg.api.listener >= 0 || v == nil {
		return nil
	}
	asks := false
	for _, e := range c.Of(v) {
		switch {
		case e.Func() != reg.call.Parent() || c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil:
			return nil
		case e.Kind == effects.Recv || e.Kind == effects.Wait || e.Kind == effects.Method && e.Ref.Path == nil:
			asks = true
		}
	}
	if !asks {
		return nil
	}
	return exitFrom(reg.call, nil)
}

// madeHere reports whether one of some holders may be what the function made, or
// got from a call that does not just give what an object has.
func (c *checker) madeHere(holders []ssa.Value) bool {
	return slices.ContainsFunc(holders, func(v ssa.Value) bool { return !c.standing(v, 0) })
}

// standing reports whether a value may be a package variable, what the function was given, or
// what that gives when it is asked.
func (c *checker) standing(v ssa.Value, depth int) bool {
	const deep = 3
	return depth < deep && slices.ContainsFunc(c.Refs(v), func(r effects.Ref) bool {
		root := r.Root
		if ext, ok := root.(*ssa.Extract); ok {
			root = ext.Tuple
		}
		switch root := root.(type) {
		case *ssa.Parameter, *ssa.Global:
			return true
		case *ssa.Call:
			args := ir.Args(&root.Call)
			return len(args) == 1 && ir.Callee(&root.Call) != nil && ir.Callee(&root.Call).Signature().Recv() != nil && c.standing(args[0], depth+1)
		}
		return false
	})
}

// deserted returns where the function that registers a channel returns, if it made
// the channel and nobody else receives from it; else nil.
func (c *checker) deserted(call ssa.CallInstruction, a *api) ssa.Instruction {
	if a.listener < 0 {
		return nil
	}
	for _, r := range c.Refs(ir.Args(call.Common())[a.listener]) {
		ch, ok := r.Root.(*ssa.MakeChan)
		if !ok || r.Path != nil || ch.Parent() != call.Parent() {
			continue
		}
		if exit := c.left(ch, call); exit != nil {
			return exit
		}
	}
	return nil
}

// left returns where the function of a call, or a goroutine that it starts, returns,
// if nobody else receives from a channel that it has then; else nil. What ends when
// the channel is closed ends with the registration.
func (c *checker) left(ch ssa.Value, call ssa.CallInstruction) ssa.Instruction {
	var from ssa.Instruction
	for _, e := range c.Of(ch) {
		if e.Instr == call || e.Ref.Path != nil {
			continue // of what was received
		}
		fn := e.Func()
		switch {
		case lifetime.HandsOn(e) || from != nil && fn != from.Parent():
			return nil
		case fn != call.Parent() && (!ir.Within(fn, call.Parent()) || len(c.Starts(fn)) == 0):
			return nil
		case e.Kind == effects.Wait:
			return nil
		case e.Kind == effects.Recv && !c.untilClosing(e.Instr, ch):
			from = e.Instr
		}
	}
	if from == nil {
		return nil
	}
	ended := c.endedEdges(from.Parent(), call)
	if from.Parent() == call.Parent() {
		from = call
	}
	return exitFrom(from, ended)
}

// endedEdges returns the cases of selects in which the registration tells that it
// has ended: that receive from what came with it, or what a method of that gives.
func (c *checker) endedEdges(fn *ssa.Function, call ssa.CallInstruction) map[ir.Edge]bool {
	ended := make(map[ir.Edge]bool)
	for _, comm := range c.IR.Graph(fn).Comms() {
		sel, ok := comm.Instr.(*ssa.Select)
		if !ok || !comm.Recv || !c.cameWith(comm.Chan, call) && !c.asked(comm.Chan, call) {
			continue
		}
		if edge, ok := ir.CaseEdge(sel, comm.Case); ok {
			ended[edge] = true
		}
	}
	return ended
}

// asked reports whether a channel is what a method of the handle gives.
func (c *checker) asked(ch ssa.Value, call ssa.CallInstruction) bool {
	return slices.ContainsFunc(c.Refs(ch), func(r effects.Ref) bool {
		get, ok := r.Root.(*ssa.Call)
		return ok && len(ir.Args(&get.Call)) > 0 && c.cameWith(ir.Args(&get.Call)[0], call)
	})
}

// untilClosing reports whether a receive is in a loop that nothing ends but the
// closing of a channel.
func (c *checker) untilClosing(recv ssa.Instruction, ch ssa.Value) bool {
	l := c.IR.Graph(recv.Parent()).Innermost(recv.Block())
	return l != nil && c.NeverEnds(l, func(recv *ssa.UnOp) bool {
		return !slices.Contains(c.Refs(recv.X), effects.Ref{Root: ch})
	})
}

// getsOrAdds reports whether the registering function asks an error whether
// the listener was there already: then there is one per name.
func (c *checker) getsOrAdds(fn *ssa.Function) bool {
	asks, known := c.asks[fn]
	if !known {
		asks = asksAlready(fn)
		c.asks[fn] = asks
	}
	return asks
}

func asksAlready(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			var typ types.Type
			switch instr := instr.(type) {
			case *ssa.TypeAssert:
				typ = instr.AssertedType
			case *ssa.Alloc: // errors.As(err, &target)
				typ = instr.Type().(*types.Pointer).Elem()
			default:
				continue
			}
			if n := ir.Named(typ); n != nil && n.Obj().Name() == "AlreadyRegisteredError" && n.Obj().Pkg() != nil && convention.Path(n.Obj().Pkg()) == "github.com/prometheus/client_golang/prometheus" {
				return true
			}
		}
	}
	return false
}

// removal returns where the package calls the other half for the same holder
// and listener, as far as the two can be told apart, or nil.
func (c *checker) removal(call ssa.CallInstruction, a *api) ssa.Instruction {
	holder := ir.Args(call.Common())[0]
	method := a.fn.Signature().Recv() != nil
	for _, inv := range a.inverses {
		for _, e := range c.Named(inv.Name()) {
			// Through an interface or a wrapper the callee is another function of
			// that name; a package's functions are often methods of its default
			// holder, too.
			if e.Callee != nil && e.Callee.Pkg() != a.fn.Pkg() && (!method || e.Callee.Signature().Recv() == nil) {
				continue
			}
			if e.Callee != nil && e.Callee != inv && e.Callee.Signature().Params().Len() == 0 && inv.Signature().Params().Len() > 0 {
				continue // which undoes what its receiver stands for
			}
			if !c.Repeatable(e.Instr) && ir.Outermost(e.Func()) != ir.Outermost(call.Parent()) {
				continue // undoes one of many
			}
			if (!method || !c.elsewhere(holder, e)) && c.mayBe(call, a, e) {
				return e.Instr
			}
		}
	}
	return nil
}

// mayBe reports whether a call of the other half may be about the listener that
// is registered: about an object of its type, and one that is in sight there. Of a
// call in another function of the package, that one is asked; where that is called it
// counts for what only this function has.
func (c *checker) mayBe(call ssa.CallInstruction, a *api, undo *effects.Event) bool {
	other, ok := undo.Instr.(ssa.CallInstruction)
	if !ok || a.listener < 0 {
		return true
	}
	listener := ir.Unwrap(ir.Args(call.Common())[a.listener])
	args := ir.Args(other.Common())
	if undo.Callee == nil && c.IR.Static(other.Common()) != nil {
		return undo.Kind == effects.Arg && c.local(listener, call) && slices.Contains(c.Refs(listener), undo.Ref)
	}
	i := slices.IndexFunc(args, func(arg ssa.Value) bool {
		return types.Identical(arg.Type(), ir.Args(call.Common())[a.listener].Type())
	})
	if i < 0 {
		return !otherName(call, other) // by name or number
	}
	removed := ir.Unwrap(args[i])
	if !types.Identical(listener.Type(), removed.Type()) && !types.IsInterface(listener.Type()) && !types.IsInterface(removed.Type()) {
		return false
	}
	if c.inOtherFields(listener, removed) {
		return false
	}
	if !c.local(listener, call) {
		return true
	}
	refs := c.Refs(listener)
	return slices.ContainsFunc(c.Refs(removed), func(r effects.Ref) bool { return slices.Contains(refs, r) })
}

// otherName reports whether one call names what it registers, and another one what it
// undoes, by constants of which none is the same.
func otherName(call, undo ssa.CallInstruction) bool {
	named := false
	for _, arg := range undo.Common().Args {
		k, ok := arg.(*ssa.Const)
		if !ok || k.Value == nil || k.Value.Kind() == constant.Bool {
			continue
		}
		for _, arg := range call.Common().Args {
			if n, ok := arg.(*ssa.Const); ok && n.Value != nil && types.Identical(n.Type(), k.Type()) {
				if constant.Compare(n.Value, token.EQL, k.Value) {
					return false
				}
				named = true
			}
		}
	}
	return named
}

// inOtherFields reports whether two values are kept in fields, what is removed in
// one that the package fills itself, and with something else.
func (c *checker) inOtherFields(listener, removed ssa.Value) bool {
	fields := func(v ssa.Value) (list []*types.Var) {
		for _, r := range c.Refs(v) {
			if f := r.Path.Field(); f != nil {
				list = append(list, f)
			}
		}
		return list
	}
	these, those := fields(listener), fields(removed)
	return len(these) > 0 && len(those) > 0 && !slices.ContainsFunc(these, func(f *types.Var) bool {
		return slices.ContainsFunc(those, func(g *types.Var) bool { return f == g || !c.OwnField(g) || c.setFrom(f, g) || c.setFrom(g, f) })
	})
}

// local reports whether a listener is made in the function that registers it and
// goes nowhere else: then only that function can remove it.
func (c *checker) local(listener ssa.Value, call ssa.CallInstruction) bool {
	refs := c.Refs(listener)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil && isPointerVar(cell) {
			return false
		}
		_, made := r.Root.(*ssa.MakeChan)
		return !made || r.Path != nil || slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
			return e.Instr != call && e.Ref.Path == nil && lifetime.HandsOn(e)
		})
	})
}

// elsewhere reports whether an event is a call of the other half, a method, on
// certainly another holder.
func (c *checker) elsewhere(holder ssa.Value, e *effects.Event) bool {
	if e.Kind == effects.Method {
		return c.differ(holder, e.Ref)
	}
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || e.Callee == nil || e.Callee.Signature().Recv() == nil {
		return false // in a function that is called here, on what is not known
	}
	refs := c.Refs(ir.Args(call.Common())[0])
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !c.differ(holder, r) })
}

// differ reports whether a holder is certainly another one than a ref names:
// the two are kept in different package variables, or in different fields of
// which neither is set from the other.
func (c *checker) differ(holder ssa.Value, other effects.Ref) bool {
	for _, r := range c.Refs(holder) {
		f, g := r.Path.Field(), other.Path.Field()
		if f != nil && g != nil {
			if f == g || c.setFrom(f, g) || c.setFrom(g, f) {
				return false
			}
			continue
		}
		gr, ok1 := r.Root.(*ssa.Global)
		og, ok2 := other.Root.(*ssa.Global)
		if ok1 && ok2 && gr != og {
			continue
		}
		return false
	}
	return true
}

// setFrom reports whether the package stores in a field what another one holds.
func (c *checker) setFrom(field, other *types.Var) bool {
	return slices.ContainsFunc(c.StoredIn(field), func(e *effects.Event) bool { return e.Ref.Path.Field() == other })
}
