package growth

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A value that is set to one which has its old value in it is a list that only grows,
// whatever its type: a logger with one more attribute, a context, a handler around a
// handler.

// chains returns the statements that set a field, or a variable of the function around
// a literal, to something with its old value in it, unless something else is put there
// as well.
func (f *fields) chains() []FieldGrowth {
	var found []FieldGrowth
	for _, fn := range f.IR.Funcs {
		if f.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					if g, ok := f.chain(st); ok {
						found = append(found, g)
					}
				}
			}
		}
	}
	return found
}

func (f *fields) chain(st *ssa.Store) (g FieldGrowth, ok bool) {
	g = FieldGrowth{Way: Way{Instr: st, Needs: evidence.Needs{Again: true}}, Sort: Chain}
	switch addr := st.Addr.(type) {
	case *ssa.FieldAddr:
		field := effects.FieldOf(addr.X, addr.Field).Origin()
		if field.Pkg() != f.IR.Pass.Pkg || f.ofElement(addr.X) || !f.around(st.Val, addr) || f.replaced(field, st) {
			return g, false
		}
		g.Field, g.Owner, g.Needs.Stays = field, f.ownerOf(field), []ssa.Value{addr.X}
		g.Needs.Owed = addsGiven(st.Val)
		return g, true
	case *ssa.FreeVar:
		cell, ok := f.captured(addr).(*ssa.Alloc)
		if !ok || !f.around(st.Val, addr) || f.setElsewhere(addr, st) || f.runsOnce(addr.Parent(), 0) || f.isResult(cell) {
			return g, false
		}
		g.Variable, g.Needs.Stays = addr.Name(), []ssa.Value{cell}
		return g, true
	}
	return g, false
}

// isResult reports whether the function around a literal returns what is in a variable that
// the literal has captured: the literal is there to build it.
func (f *fields) isResult(cell *ssa.Alloc) bool {
	return slices.ContainsFunc(*cell.Referrers(), func(use ssa.Instruction) bool {
		load, ok := use.(*ssa.UnOp)
		return ok && slices.ContainsFunc(*load.Referrers(), func(use ssa.Instruction) bool {
			_, returned := use.(*ssa.Return)
			return returned
		})
	})
}

// runsOnce reports whether a function runs what a literal in it does no more than once or twice:
// it calls it itself, and not in a loop. Each call of the function has its own variables.
func (f *fields) runsOnce(lit *ssa.Function, depth int) bool {
	if lit.Parent() == nil {
		return true
	}
	made := f.Literal(lit)
	return depth < maxUp && len(made) > 0 && !slices.ContainsFunc(made, func(v ssa.Value) bool {
		return slices.ContainsFunc(f.Of(v), func(e *effects.Event) bool {
			return e.Kind != effects.Call || e.Memo || f.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil ||
				ir.Outermost(e.Func()) != ir.Outermost(lit) || e.Func() == lit || e.Func() != lit.Parent() && !f.runsOnce(e.Func(), depth+1)
		})
	})
}

// addsGiven reports whether what is added to a value comes from a parameter of the function:
// each call brings another one.
func addsGiven(v ssa.Value) bool {
	call, ok := ir.Unwrap(v).(*ssa.Call)
	if !ok || ir.Callee(&call.Call) == nil || !convention.Appends(ir.Callee(&call.Call)) || len(ir.Args(&call.Call)) < 2 {
		return false
	}
	args, _ := ir.Variadic(ir.Args(&call.Call)[1])
	return slices.ContainsFunc(args, func(v ssa.Value) bool {
		a, ok := accessOf(v)
		param, given := a.root.(*ssa.Parameter)
		return ok && given && param != param.Parent().Params[0]
	})
}

// ofElement reports whether a value is an element of a container, or part of one, which
// come and go.
func (f *fields) ofElement(v ssa.Value) bool {
	return slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool { return strings.Contains(r.Path.String(), "[]") })
}

// around reports whether a value has in it what is loaded from addr.
func (f *fields) around(v, addr ssa.Value) bool {
	v = ir.Unwrap(v)
	if ext, ok := v.(*ssa.Extract); ok {
		v = ext.Tuple
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	for i, arg := range ir.Args(&call.Call) {
		load, ok := ir.Unwrap(arg).(*ssa.UnOp)
		if !ok || load.Op != token.MUL || !sameValue(load.X, addr) {
			continue
		}
		if callee := ir.Callee(&call.Call); callee != nil && convention.Appends(callee) {
			return true
		}
		if fn := f.IR.Static(&call.Call); fn != nil && i < len(fn.Params) && f.returnsClosureOf(fn, fn.Params[i], 0) {
			return true
		}
		old := f.Refs(load)
		return slices.ContainsFunc(f.Held(f.Refs(call)), func(r effects.Ref) bool { return slices.Contains(old, r) })
	}
	return false
}

// returnsClosureOf reports whether a function returns a literal that has captured a
// parameter, or what another function makes of it in this way.
func (f *fields) returnsClosureOf(fn *ssa.Function, param *ssa.Parameter, depth int) bool {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, result := range ret.Results {
			if call, ok := ir.Unconvert(result).(*ssa.Call); ok && depth < maxUp {
				args := ir.Args(&call.Call)
				inner := f.IR.Static(&call.Call)
				if i := slices.Index(args, ssa.Value(param)); inner != nil && i >= 0 && i < len(inner.Params) && f.returnsClosureOf(inner, inner.Params[i], depth+1) {
					return true
				}
			}
			mc, ok := ir.Unconvert(result).(*ssa.MakeClosure)
			if ok && slices.ContainsFunc(mc.Bindings, func(v ssa.Value) bool {
				cell, ok := v.(*ssa.Alloc)
				return v == param || ok && soleStore(cell) == param
			}) {
				return true
			}
		}
	}
	return false
}

// replaced reports whether a field is set to something else while its owner is in use.
func (f *fields) replaced(field *types.Var, chain *ssa.Store) bool {
	return slices.ContainsFunc(f.outs(kept{field: field}), func(out *effects.Event) bool {
		st, ok := out.Instr.(*ssa.Store)
		return !ok || st != chain && !f.around(st.Val, st.Addr)
	})
}

// setElsewhere reports whether a literal sets a captured variable to something else, too.
func (f *fields) setElsewhere(cell *ssa.FreeVar, chain *ssa.Store) bool {
	return slices.ContainsFunc(*cell.Referrers(), func(use ssa.Instruction) bool {
		st, ok := use.(*ssa.Store)
		return ok && st != chain && st.Addr == cell
	})
}
