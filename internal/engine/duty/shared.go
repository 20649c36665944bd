package duty

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Shared reports whether others than the caller have a result of a call, too, as far as that is
// in sight: it was there before, or the function keeps it.
func (d *Duties) Shared(call *ssa.CallCommon, result int) bool {
	if fn := d.p.IR.Static(call); fn != nil {
		return slices.Contains(d.shared(fn), result)
	}
	callee := ir.Callee(call)
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == d.pass.Pkg {
		return false
	}
	fact := new(Owes)
	return d.pass.ImportObjectFact(callee, fact) && slices.Contains(fact.Shared, result)
}

// shared returns the results of a function that others than its caller have.
func (d *Duties) shared(fn *ssa.Function) []int {
	shared, known := d.sharing[fn]
	if known {
		return shared
	}
	d.sharing[fn] = nil
	for i := range fn.Signature.Results().Len() {
		typ := fn.Signature.Results().At(i).Type()
		if !ir.IsError(typ) && effects.TeardownOf(typ) != nil && d.sharedResult(fn, i) {
			shared = append(shared, i)
		}
	}
	d.sharing[fn] = shared
	return shared
}

func (d *Duties) sharedResult(fn *ssa.Function, index int) bool {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, r := range d.p.Refs(ret.Results[index]) {
			call, result := (*ssa.Call)(nil), 0
			switch root := r.Root.(type) {
			case *ssa.Parameter, *ssa.Global, *ssa.FreeVar:
				return true
			case *ssa.Call:
				call = root
			case *ssa.Extract:
				call, _ = root.Tuple.(*ssa.Call)
				result = root.Index
			}
			if call != nil && d.Shared(&call.Call, result) {
				return true
			}
			if slices.ContainsFunc(d.p.Of(r.Root), func(e *effects.Event) bool {
				return !e.Via && e.Ref == r && (e.Kind == effects.Send || e.Kind == effects.Store && (e.Holder != "" || !effects.Fresh(e.To.Root)))
			}) {
				return true
			}
		}
	}
	return false
}
