package comm

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// Whether something failed decides on most of what a function does next. Of functions that
// have no code here it is known as far as their types say it.

// failure writes what a function without code makes of errors, if that is all that it makes:
// one of a text, which is an error, or one of another error, which is none if that is none.
func (b *builder) failure(inv invocation) bool {
	if inv.callee == nil || len(inv.dst) != 1 || inv.dst[0] < 0 {
		return false
	}
	sig := inv.callee.Signature()
	if sig.Recv() != nil || sig.Results().Len() != 1 || !ir.IsError(sig.Results().At(0).Type()) {
		return false
	}
	if saysWhy(inv.callee) {
		b.emit(node{op: opMove, dst: inv.dst, args: []operand{{reg: -1, val: value{kind: notNull}}}, at: inv.at})
		return true
	}
	var of []operand
	for i, arg := range inv.args {
		if ir.IsError(inv.types[i]) {
			of = append(of, arg)
		}
	}
	if len(of) == 0 {
		return false
	}
	b.emit(node{op: opWrap, dst: inv.dst, args: of, at: inv.at})
	return true
}

// saysWhy reports whether a function makes an error of a text, or of a format and what that
// is filled with.
func saysWhy(fn *types.Func) bool {
	if fn.FullName() == "errors.New" {
		return true
	}
	params := fn.Signature().Params()
	n := params.Len()
	if !fn.Signature().Variadic() || n < 2 {
		return false
	}
	format, ok := params.At(n - 2).Type().Underlying().(*types.Basic)
	args, isSlice := params.At(n - 1).Type().(*types.Slice)
	if !ok || format.Kind() != types.String || !isSlice {
		return false
	}
	elem, ok := args.Elem().Underlying().(*types.Interface)
	return ok && elem.NumMethods() == 0
}

// sentinel reports whether a variable is an error that nothing sets but its initializer: it
// is there to be returned.
func (b *builder) sentinel(v ssa.Value) bool {
	g, ok := v.(*ssa.Global)
	return ok && ir.IsError(g.Type().(*types.Pointer).Elem()) && !slices.ContainsFunc(b.p.Sets(g), func(st *ssa.Store) bool {
		return st.Parent().Synthetic == ""
	}) && (g.Pkg != b.p.IR.SSA || len(b.p.Sets(g)) > 0)
}
