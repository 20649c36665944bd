package duty

import (
	"go/constant"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// flagOf returns the result of a function that is true where another one is there at all, as
// ok is of (v, ok), or 0. The first result never is.
func (d *Duties) flagOf(fn *ssa.Function, index int) int {
	results := fn.Signature.Results()
	for k := 1; k < results.Len(); k++ {
		if b, ok := results.At(k).Type().Underlying().(*types.Basic); ok && b.Kind() == types.Bool && d.tellsOf(fn, index, k) {
			return k
		}
	}
	return 0
}

// tellsOf reports whether a function returns no value as one result wherever another is false.
func (d *Duties) tellsOf(fn *ssa.Function, index, flag int) bool {
	without := false
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		value := setBefore(ret, index)
		switch f := setBefore(ret, flag).(type) {
		case *ssa.Const:
			if isBool(f, false) {
				if !ir.IsNil(value) {
					return false
				}
				without = true
			}
		case *ssa.Extract:
			v, ok := value.(*ssa.Extract)
			if !ok || v.Tuple != f.Tuple || !d.isFlagOf(f, v) {
				return false
			}
			without = true
		default:
			return false
		}
	}
	return without
}

// isBool reports whether the program says that a value is true, or false.
func isBool(v ssa.Value, value bool) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Bool && constant.BoolVal(k.Value) == value
}

// isFlagOf reports whether one result of a call is true where another is there at all.
func (d *Duties) isFlagOf(flag, value *ssa.Extract) bool {
	call, ok := value.Tuple.(*ssa.Call)
	return ok && flag.Index > 0 && slices.ContainsFunc(d.Debts(&call.Call), func(debt Debt) bool {
		return debt.Result == value.Index && debt.OK == flag.Index
	})
}
