package recycle

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// A Drop is an object with something to release that is taken from a pool and not given
// back on some path.
type Drop struct {
	duty.Debt
	Get ssa.Instruction
	lifetime.Outcome
}

// Drops returns the objects that are dropped, given the puts of the package, in source
// order.
func (f *Finder) Drops(puts []*Put) []*Drop {
	owed := f.owed()
	if len(owed) == 0 {
		return nil
	}
	back := make(map[ssa.Instruction]bool)
	for _, p := range puts {
		for _, o := range p.origins {
			back[o.at] = true
		}
	}
	getters := f.receivers(owed)
	const wrappers = 2 // around each other
	for range wrappers {
		f.gets(owed, getters, func(v ssa.Value, debt duty.Debt) {
			for _, e := range f.Of(v) {
				if e.Kind == effects.Return && e.Ref.Path == nil && !e.Via && e.Index == 0 && e.Func().Parent() == nil {
					getters[e.Func()] = debt
				}
			}
		})
	}
	var drops []*Drop
	f.gets(owed, getters, func(v ssa.Value, debt duty.Debt) {
		at := v.(ssa.Instruction)
		out := lifetime.Check(f.Package.Package, v, at, lifetime.Spec{
			Releases: func(e *effects.Event) bool { return back[e.Instr] || debt.PaidBy(e) },
			Part:     "",
		})
		if (out.Exit != nil || out.Again) && !f.HelpsTests(at.Parent()) {
			drops = append(drops, &Drop{debt, at, out})
		}
	})
	return drops
}

// owed returns what the elements of the pools of the package have to release, by the
// variables or fields that the pools are.
func (f *Finder) owed() map[types.Object]duty.Debt {
	owed := make(map[types.Object]duty.Debt)
	note := func(pool ssa.Value, v ssa.Value) {
		if of := f.poolOf(pool); of != nil {
			if debt, ok := f.Duties().Owed(v); ok {
				owed[of] = debt
			}
		}
	}
	for _, fn := range f.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					addr, ok := instr.Addr.(*ssa.FieldAddr)
					if !ok || ir.Named(addr.X.Type()) == nil || ir.Named(addr.X.Type()).String() != "sync.Pool" {
						continue
					}
					made := f.IR.FuncValue(instr.Val)
					if made == nil {
						continue
					}
					for _, b := range made.Blocks {
						if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && !ir.IsNil(ir.Unwrap(ret.Results[0])) {
							note(addr.X, ret.Results[0])
						}
					}
				case *ssa.Send:
					note(instr.Chan, instr.X)
				}
			}
		}
	}
	return owed
}

// poolOf returns the variable or field that holds a pool, or nil.
func (f *Finder) poolOf(v ssa.Value) types.Object {
	for _, r := range f.Refs(v) {
		if field := r.Path.Field(); field != nil {
			return field
		}
		switch root := r.Root.(type) {
		case *ssa.Global:
			return root.Object()
		case *ssa.Alloc:
			if of := storedIn(root); of != nil {
				return of
			}
		}
	}
	return nil
}

// storedIn returns the variable or field that a literal, or its address, is stored in, or
// nil.
func storedIn(literal ssa.Value) types.Object {
	for _, ref := range *literal.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if of := storedIn(ref); of != nil {
				return of
			}
		case *ssa.Store:
			if ref.Val == literal {
				return variable(ref.Addr)
			}
		}
	}
	return nil
}

// gets calls see for each value that is taken from a pool, or got from a function that
// does that.
func (f *Finder) gets(owed map[types.Object]duty.Debt, getters map[*ssa.Function]duty.Debt, see func(v ssa.Value, debt duty.Debt)) {
	for _, fn := range f.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				if IsPool(&call.Call, "Get") {
					if debt, ok := owed[f.poolOf(ir.Args(&call.Call)[0])]; ok {
						see(call, debt)
					}
				} else if debt, ok := getters[f.IR.Static(&call.Call)]; ok {
					see(call, debt)
				}
			}
		}
	}
}

// receivers returns the functions that return what they receive from a channel that is a
// pool.
func (f *Finder) receivers(owed map[types.Object]duty.Debt) map[*ssa.Function]duty.Debt {
	receivers := make(map[*ssa.Function]duty.Debt)
	for _, fn := range f.IR.Funcs {
		if fn.Parent() != nil || fn.Signature.Results().Len() == 0 {
			continue
		}
		for _, b := range fn.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok {
				continue
			}
			recv, ok := ir.Unwrap(ret.Results[0]).(*ssa.UnOp)
			if !ok || recv.Op != token.ARROW {
				continue
			}
			if debt, ok := owed[f.poolOf(recv.X)]; ok {
				receivers[fn] = debt
			}
		}
	}
	return receivers
}
