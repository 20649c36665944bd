package growth

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// dead returns what ends an element that is looked up by its key, and leaves it where it
// is: what the key stands for is gone. It is nil if nothing does, or what does so puts
// another element there.
func (f *fields) dead(c kept) ssa.Instruction {
	m, ok := c.typ().(*types.Map)
	if !ok {
		return nil
	}
	for _, e := range f.UnderField(c.field) {
		ended := f.ends(e)
		if at, ok := f.keptAt(e.Ref.Path); ok && at.field != c.field && e.Kind != effects.Call {
			continue // a part of the element: what is closed may only say that it is ready
		}
		if ended == nil || f.inTest(e.Func().Pos()) || f.atTheEnd(e) || !f.Repeatable(e.Instr) {
			continue
		}
		look := lookupOf(ended)
		if look == nil || !types.Identical(look.X.Type().Underlying(), m) || f.fromRange(look.Index) || f.fillers(c)[ir.Outermost(e.Func())] || f.overwrites(look) {
			continue
		}
		if slices.ContainsFunc(f.Refs(look.X), func(r effects.Ref) bool {
			at, ok := f.keptAt(r.Path)
			return ok && at == c
		}) {
			return e.Instr
		}
	}
	return nil
}

// overwrites reports whether the function that looks an element up puts another one in its
// place.
func (f *fields) overwrites(look *ssa.Lookup) bool {
	return slices.ContainsFunc(f.puts(look.Parent()), func(put *ssa.MapUpdate) bool {
		return sameValue(put.Key, look.Index) && sameValue(put.Map, look.X)
	})
}

// puts returns the statements of a function that put something into a map.
func (f *fields) puts(fn *ssa.Function) []*ssa.MapUpdate {
	return ir.Once(f.IR.Graph(fn), "growth.puts", func() (all []*ssa.MapUpdate) {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if put, ok := instr.(*ssa.MapUpdate); ok {
					all = append(all, put)
				}
			}
		}
		return all
	})
}

// ends returns what an event ends for good: an object whose teardown is called, a channel
// that is closed, a context that is cancelled; nil if it ends nothing.
func (f *fields) ends(e *effects.Event) ssa.Value {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || e.Via {
		return nil
	}
	switch common := call.Common(); e.Kind {
	case effects.Close:
		if b, ok := common.Value.(*ssa.Builtin); ok && b.Name() == "close" {
			return common.Args[0]
		}
	case effects.Method:
		if callee := ir.Callee(common); callee != nil && convention.IsTeardown(callee) {
			return ir.Args(common)[0]
		}
	case effects.Call:
		if !common.IsInvoke() && f.cancels(common.Value, call.Parent()) {
			return common.Value
		}
	}
	return nil
}

// cancels reports whether a function that another one calls cancels a context: by its type, or
// by all that is ever stored in the field that it is loaded from, which that one does not set.
func (f *fields) cancels(fn ssa.Value, by *ssa.Function) bool {
	const cancel = "context.CancelFunc"
	if fn.Type().String() == cancel {
		return true
	}
	field := lastField(fn)
	if field == nil || field.Pkg() != f.IR.Pass.Pkg {
		return false
	}
	stored := f.StoredIn(field)
	return len(stored) > 0 && !slices.ContainsFunc(stored, func(e *effects.Event) bool {
		st, ok := e.Instr.(*ssa.Store)
		return !ok || st.Parent() == by || ir.Unconvert(st.Val).Type().String() != cancel
	})
}

// lookupOf returns the lookup in a map whose element, or a field of that, a value is.
func lookupOf(v ssa.Value) *ssa.Lookup {
	const deep = 6
	for range deep {
		switch x := ir.Unwrap(v).(type) {
		case *ssa.Lookup:
			return x
		case *ssa.Extract:
			v = x.Tuple
		case *ssa.UnOp:
			v = x.X
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.Field:
			v = x.X
		default:
			return nil
		}
	}
	return nil
}
