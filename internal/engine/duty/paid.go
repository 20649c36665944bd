package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// paidBefore reports whether a value is given back on all ways to a return statement.
func (d *Duties) paidBefore(debt Debt, r effects.Ref, ret *ssa.Return) bool {
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
		return lifetime.Before(at, ret)
	})
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
