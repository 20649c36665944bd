package duty

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// fills returns what parts of its parameters owe after a call of a function of the package:
// what it has acquired it has put there, and nobody else has got it. Constructors have
// methods that do a part of their work.
func (d *Duties) fills(fn *ssa.Function) []Debt {
	debts, known := d.filled[fn]
	if known {
		return debts
	}
	d.filled[fn] = nil // while it is worked out
	for _, e := range d.p.In(fn) {
		if e.Kind != effects.Store || e.To.Path == nil || e.To.Path.IsElem() || e.Via || e.Mode == effects.Spawned || e.Func() != fn {
			continue
		}
		param, ok := e.To.Root.(*ssa.Parameter)
		if !ok || param.Parent() != fn {
			continue
		}
		debt, ok := d.value(fn, e.Ref)
		if !ok || debt.Thing() == Context || deferredEnd(d.p.Of(e.Ref.Root), debt, fn) || !d.onlyIn(debt, e.Ref, param, nil) {
			continue
		}
		debt.Result, debt.Param, debt.Path = -1, slices.Index(fn.Params, param), e.To.Path.String()+debt.Path
		debts = append(debts, debt)
	}
	d.eachPassed(fn, func(debt Debt, arg ssa.Value) {
		for _, r := range d.p.Refs(arg) {
			if param, ok := r.Root.(*ssa.Parameter); ok && param.Parent() == fn && !r.Path.IsElem() {
				debt.Param, debt.Path = slices.Index(fn.Params, param), r.Path.String()+debt.Path
				debts = append(debts, debt)
			}
		}
	})
	d.filled[fn] = debts
	return debts
}

// opens returns what a method of an object leaves to be given back by one that ends the life of
// the object: it has put there what it acquired, or started a goroutine that ends by that.
func (d *Duties) opens(fn *ssa.Function) (Debt, bool) {
	if fn.Signature.Recv() == nil || d.p.InTeardown(fn) {
		return Debt{}, false
	}
	n := ir.Named(fn.Signature.Recv().Type())
	if n == nil {
		return Debt{}, false
	}
	ends := d.endsOf(n)
	for _, filled := range d.fills(fn) {
		if filled.Param != 0 || d.emptiedBy(fn, filled) {
			continue
		}
		for _, end := range ends {
			if end.undoes(filled.Path) {
				return d.ofReceiver(d.ended(filled, end, ends)), true
			}
		}
	}
	for _, end := range ends {
		if parent, ok := d.starts(fn, n, &gate{fields: d.opened(end)}); ok {
			debt := d.ended(Debt{Behind: Goroutine, Parent: -1}, end, ends)
			if parent != nil {
				debt.Parent = slices.Index(fn.Params, parent)
			}
			return d.ofReceiver(debt), true
		}
	}
	return Debt{}, false
}

func (d *Duties) ofReceiver(debt Debt) Debt {
	debt.Result, debt.Param = -1, 0
	return debt
}

// emptiedBy reports whether a method itself gives back what is in a part of its receiver.
func (d *Duties) emptiedBy(fn *ssa.Function, filled Debt) bool {
	return slices.ContainsFunc(d.p.In(fn), func(e *effects.Event) bool {
		return e.Ref.Root == ssa.Value(fn.Params[0]) && e.Ref.Path.String() == filled.Path && filled.PaidBy(e)
	})
}

// eachPassed calls do with what calls in a function have filled of their arguments.
func (d *Duties) eachPassed(fn *ssa.Function, do func(debt Debt, arg ssa.Value)) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := d.p.IR.Static(&call.Call)
			if callee == nil || callee.Parent() != nil {
				continue
			}
			args := ir.Args(&call.Call)
			for _, debt := range d.fills(callee) {
				if debt.Param < len(args) {
					do(debt, args[debt.Param])
				}
			}
		}
	}
}

// deferredEnd reports whether a function gives back what owes when it returns.
func deferredEnd(events []*effects.Event, debt Debt, fn *ssa.Function) bool {
	return slices.ContainsFunc(events, func(e *effects.Event) bool {
		return e.Mode == effects.Deferred && e.Func() == fn && debt.PaidBy(e)
	})
}
