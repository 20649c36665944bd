package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// onlyReturned reports whether nobody but the caller of fn gets hold of a value that owes.
func (d *Duties) onlyReturned(debt Debt, r effects.Ref) bool {
	_, object := r.Root.(*ssa.Alloc)
	events := d.p.Of(r.Root)
	return !slices.ContainsFunc(events, func(e *effects.Event) bool {
		if e.Ref.Path != nil && e.Ref.Path != r.Path || object && e.Via && e.Kind == effects.Escape {
			return false // a part of the object that refers to it
		}
		switch e.Kind {
		case effects.Escape:
			return !(object && (d.inside(e, r, debt, 0) || d.powerless(e, r, debt))) && (e.Via || !slices.ContainsFunc(events, func(paid *effects.Event) bool {
				return debt.PaidBy(paid) && paid.Ref == r && behind(e.Instr, paid.Instr)
			}))
		case effects.Send:
			return true
		case effects.Store:
			return e.Holder != "" || !effects.Fresh(e.To.Root) && !(object && d.partOf(e.To.Root, r.Root))
		}
		return false
	})
}

// partOf reports whether a new object keeps a value.
func (d *Duties) partOf(v, object ssa.Value) bool {
	return v != nil && slices.ContainsFunc(d.p.Of(v), func(e *effects.Event) bool {
		return e.Kind == effects.Store && e.Ref.Path == nil && !e.Via && e.To.Root == object && e.To.Path != nil
	})
}

// maxInside bounds how far objects are followed that refer to one that a function makes.
const maxInside = 6

// inside reports whether a call of a function of the package gives away only objects that
// refer to a value, and not the value: an object is often known to its own parts.
func (d *Duties) inside(e *effects.Event, r effects.Ref, debt Debt, depth int) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || depth > maxInside {
		return false
	}
	fn := d.p.IR.Static(call.Common())
	if fn == nil || fn.Parent() != nil {
		return false
	}
	for i, arg := range ir.Args(call.Common()) {
		if i >= len(fn.Params) || !slices.Contains(d.p.Refs(arg), r) {
			continue
		}
		param := effects.Ref{Root: fn.Params[i]}
		for _, in := range d.p.Of(fn.Params[i]) {
			if in.Ref.Path != nil || in.Via {
				continue
			}
			switch in.Kind {
			case effects.Escape:
				if !d.inside(in, param, debt, depth+1) && !d.powerless(in, param, debt) {
					return false
				}
			case effects.Store:
				if !effects.Fresh(in.To.Root) && !seenByCaller(in.To.Root) {
					return false
				}
			}
		}
	}
	return true
}

// powerless reports whether who gets an object at a call has it by an interface that does not
// have the methods which end its life.
func (d *Duties) powerless(e *effects.Event, r effects.Ref, debt Debt) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	sig := call.Common().Signature()
	args := call.Common().Args
	if sig.Recv() != nil && !call.Common().IsInvoke() {
		args = args[1:]
	}
	for i, arg := range args {
		if !slices.Contains(d.p.Refs(arg), r) {
			continue
		}
		if i >= sig.Params().Len() || sig.Variadic() && i == sig.Params().Len()-1 {
			return false
		}
		iface, ok := sig.Params().At(i).Type().Underlying().(*types.Interface)
		if !ok || iface.NumMethods() == 0 {
			return false
		}
		for m := range iface.Methods() {
			if slices.Contains(debt.Ends, m.Name()) || effects.Ending(m.Name()) {
				return false
			}
		}
	}
	return true
}

// seenByCaller reports whether what is stored there is an event of its own where the function
// is called.
func seenByCaller(root ssa.Value) bool {
	switch root.(type) {
	case nil, *ssa.Parameter, *ssa.Global:
		return true
	}
	return false
}

// behind reports whether control may come from a call to an instruction of the same
// function: who gives back there what the call got has not given it away.
func behind(call, instr ssa.Instruction) bool {
	if call.Parent() != instr.Parent() {
		return false
	}
	if call.Block() == instr.Block() {
		return lifetime.Before(call, instr)
	}
	return ir.Reaches(call.Block(), instr.Block(), nil)
}

// paidBefore reports whether a value is given back on all ways to a return statement.
func (d *Duties) paidBefore(debt Debt, r effects.Ref, ret *ssa.Return) bool {
	return slices.ContainsFunc(d.p.Of(r.Root), func(e *effects.Event) bool {
		path := e.Ref.Path.String()
		if e.Mode == effects.Spawned || !debt.PaidBy(e) || path != "" && path != r.Path.String() && path != r.Path.String()+debt.Path {
			return false
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
