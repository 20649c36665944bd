package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// paidBefore reports whether a value is given back on some way to a return statement: who is told by what
// it is given to give it back has callers that owe nothing. Of ways that fail all have to.
func (d *Duties) paidBefore(debt Debt, r effects.Ref, ret *ssa.Return, index int) bool {
	return slices.ContainsFunc(d.p.Of(r.Root), func(e *effects.Event) bool {
		if e.Mode == effects.Spawned || !debt.PaidBy(e) || e.Kind == effects.Method && !d.surelyEnds(debt, e) {
			return false
		}
		if path := e.Ref.Path.String(); path != "" && path != r.Path.String() && path != r.Path.String()+debt.Path {
			return false // it is another part
		}
		at := e.Instr
		if lit := e.Func(); lit != ret.Parent() {
			if at = d.deferred(lit, ret.Parent()); at == nil || e.Instr.Block() != lit.Blocks[0] {
				return false
			}
		}
		return lifetime.Before(at, ret) || d.leads(at, r, ret, index)
	})
}

// leads reports whether control may come from an instruction to a return statement that returns the same
// value as one of its results, and nothing has failed.
func (d *Duties) leads(at ssa.Instruction, r effects.Ref, ret *ssa.Return, index int) bool {
	made, ok := r.Root.(ssa.Instruction)
	if !ok || made.Parent() != at.Parent() {
		return false
	}
	fails := func(b *ssa.BasicBlock) bool {
		for _, asks := range ir.Errors(b) {
			if made.Block().Dominates(asks) {
				return true
			}
		}
		return false
	}
	if fails(at.Block()) || fails(ret.Block()) || slices.ContainsFunc(ret.Results, ir.IsNewError) {
		return false
	}
	cell := ssa.Value(nil) // the variable that holds the result
	if load, ok := ret.Results[index].(*ssa.UnOp); ok {
		cell = load.X
	}
	// passes reports whether what is behind an instruction of its block leaves the value where it is.
	passes := func(instrs []ssa.Instruction) bool {
		return !slices.ContainsFunc(instrs, func(instr ssa.Instruction) bool {
			set, ok := instr.(*ssa.Store)
			return instr == made || ok && set.Addr == cell && !slices.Contains(d.p.Refs(set.Val), r)
		})
	}
	start := at.Block()
	if !passes(start.Instrs[slices.Index(start.Instrs, at)+1:]) {
		return false
	}
	results, errs := phis(ret.Results[index], nil), []*ssa.Phi(nil)
	for _, v := range ret.Results {
		if ir.IsError(v.Type()) {
			errs = phis(v, errs)
		}
	}
	carries := func(from, to *ssa.BasicBlock) bool {
		other := func(phi *ssa.Phi) bool { return phi.Block() == to && !slices.Contains(d.p.Refs(edgeOf(phi, from)), r) }
		failed := func(phi *ssa.Phi) bool { return phi.Block() == to && ir.IsNewError(edgeOf(phi, from)) }
		return !slices.ContainsFunc(results, other) && !slices.ContainsFunc(errs, failed)
	}
	seen, work := make(map[*ssa.BasicBlock]bool), []*ssa.BasicBlock{start}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == ret.Block() {
			return true
		}
		for _, s := range b.Succs {
			if !seen[s] && carries(b, s) && passes(s.Instrs) {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// phis adds to a list those that a value is, or may come from.
func phis(v ssa.Value, list []*ssa.Phi) []*ssa.Phi {
	phi, ok := v.(*ssa.Phi)
	if !ok || slices.Contains(list, phi) {
		return list
	}
	list = append(list, phi)
	for _, edge := range phi.Edges {
		list = phis(edge, list)
	}
	return list
}

// edgeOf returns what a phi is where control comes from a block.
func edgeOf(phi *ssa.Phi, from *ssa.BasicBlock) ssa.Value {
	return phi.Edges[slices.Index(phi.Block().Preds, from)]
}

// surelyEnds reports whether an event is the call of a method that ends the life of a value, or of a
// function that does so, and not one that may do that: which is told when, or tells its caller.
func (d *Duties) surelyEnds(debt Debt, e *effects.Event) bool {
	return (slices.Contains(debt.Ends, e.Name) || e.Ends()) && d.runs(e, 0)
}

// runs reports whether an event is a call of the method that it names, or of a function that calls that.
func (d *Duties) runs(e *effects.Event, depth int) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || depth > maxStarting {
		return false
	}
	callee := ir.Callee(call.Common())
	if callee == nil || callee.Name() == e.Name {
		return true
	}
	if decides(callee.Signature()) {
		return false
	}
	fn := d.p.IR.Static(call.Common())
	if fn == nil {
		return callee.Signature().Recv() == nil
	}
	return slices.ContainsFunc(d.p.In(fn), func(in *effects.Event) bool { // and not in a callback
		return in.Func() == fn && in.Mode != effects.Spawned && in.Kind == effects.Method && in.Name == e.Name && d.runs(in, depth+1)
	})
}

// decides reports whether a function may do what it does only sometimes: it gets an error or a flag, or a
// function, or has results.
func decides(sig *types.Signature) bool {
	return sig.Results().Len() > 0 || slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(v *types.Var) bool {
		typ := v.Type()
		if ptr, ok := typ.Underlying().(*types.Pointer); ok {
			typ = ptr.Elem()
		}
		switch t := typ.Underlying().(type) {
		case *types.Basic:
			return t.Info()&types.IsBoolean != 0
		case *types.Signature:
			return true
		}
		return ir.IsError(typ)
	})
}

// deferred returns the statement of fn that defers a literal, or nil if none does.
func (d *Duties) deferred(lit, fn *ssa.Function) ssa.Instruction {
	for _, made := range d.p.Literal(lit) {
		for _, e := range d.p.Of(made) {
			if e.Kind == effects.Call && e.Mode == effects.Deferred && e.Func() == fn {
				return e.Instr
			}
		}
	}
	return nil
}

// PaidBy reports whether an event on the value, or on what the value is a part of, gives it
// back.
func (d Debt) PaidBy(e *effects.Event) bool {
	if d.Ends == nil {
		return e.Kind == effects.Call
	}
	return e.Kind == effects.Method && (e.Gives || slices.Contains(d.Ends, e.Name))
}
