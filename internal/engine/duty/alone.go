package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// onlyReturned reports whether nobody but the caller of fn gets hold of a value that owes.
func (d *Duties) onlyReturned(debt Debt, r effects.Ref) bool { return d.onlyIn(debt, r, nil, nil) }

// onlyIn is [Duties.onlyReturned] but for who has a parameter that the value is put into, and
// for what a call does that wraps it.
func (d *Duties) onlyIn(debt Debt, r effects.Ref, param *ssa.Parameter, wrapper *ssa.Call) bool {
	_, object := r.Root.(*ssa.Alloc)
	events := d.p.Of(r.Root)
	return !slices.ContainsFunc(events, func(e *effects.Event) bool {
		if e.Ref.Path != nil && e.Ref.Path != r.Path || wrapper != nil && e.Instr == wrapper || object && e.Via && e.Kind == effects.Escape {
			return false // a part of the object that refers to it
		}
		switch e.Kind {
		case effects.Escape:
			if object && (e.Callee == nil || isOwn(e.Callee, r) || d.inside(e, r, debt, 0)) || d.powerless(e, r, debt) || tellsHook(e) {
				return false // who is told of it, or cannot end it
			}
			return e.Via || !slices.ContainsFunc(events, func(paid *effects.Event) bool {
				return debt.PaidBy(paid) && paid.Ref == r && behind(e.Instr, paid.Instr)
			})
		case effects.Send:
			return !object || !isOwn(e.Callee, r) // else who receives has the object already
		case effects.Store:
			return e.Holder != "" || !effects.Fresh(e.To.Root) && (param == nil || e.To.Root != ssa.Value(param)) && !(object && d.partOf(e.To.Root, r.Root))
		}
		return false
	})
}

// tellsHook reports whether an event is the call of a hook in a struct of the standard library, as
// those of package httptrace are: it is told what happens, and does not take over what it is told of.
func tellsHook(e *effects.Event) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	load, ok := call.Common().Value.(*ssa.UnOp)
	if !ok {
		return false
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	return ok && inStd(effects.FieldOf(addr.X, addr.Field))
}

// isOwn reports whether a function is a method of an object.
func isOwn(fn *types.Func, r effects.Ref) bool {
	return fn != nil && fn.Signature().Recv() != nil && ir.Named(fn.Signature().Recv().Type()) == ir.Named(r.Root.Type())
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
			if slices.Contains(debt.Ends, m.Name()) || convention.IsTeardown(m) {
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
