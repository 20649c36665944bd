package duty

import (
	"go/constant"
	"go/token"
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

// Empty reports whether a function of the package is called that returns nil as one of its results
// wherever a parameter has a truth value: its caller has told it so.
func (d *Duties) Empty(call *ssa.CallCommon, result, param int, told bool) bool {
	fn := d.p.IR.Static(call)
	if fn == nil || param >= len(fn.Params) || len(fn.Blocks) == 0 {
		return false
	}
	shut := 1 // the successor that is not taken where the parameter is asked for
	if !told {
		shut = 0
	}
	asks := false
	seen := map[*ssa.BasicBlock]bool{fn.Blocks[0]: true}
	work := []*ssa.BasicBlock{fn.Blocks[0]}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		not := -1
		switch last := b.Instrs[len(b.Instrs)-1].(type) {
		case *ssa.Return:
			if !ir.IsNil(setBefore(last, result)) {
				return false
			}
		case *ssa.If:
			cond, negated := last.Cond, false
			if op, ok := cond.(*ssa.UnOp); ok && op.Op == token.NOT {
				cond, negated = op.X, true
			}
			if cond == ssa.Value(fn.Params[param]) {
				asks, not = true, shut
				if negated {
					not = 1 - shut
				}
			}
		}
		for i, s := range b.Succs {
			if i != not && !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return asks
}
