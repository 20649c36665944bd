package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Nothing reports whether it is known that the caller of a function has nothing to give back: others
// have the result, too, since it was there before or the function keeps it; or it is an
// object behind which there is nothing but memory.
func (d *Duties) Nothing(call *ssa.CallCommon, result int) bool {
	return slices.Contains(d.results(call, d.nothing, func(o *Owes) []int { return o.Nothing }), result)
}

// results returns results of a call: of a function of this package those that own returns, and of
// another one what its fact tells.
func (d *Duties) results(call *ssa.CallCommon, own func(*ssa.Function) []int, told func(*Owes) []int) []int {
	if fn := d.p.IR.Static(call); fn != nil {
		return own(fn)
	}
	fact := new(Owes)
	if callee := ir.Callee(call); callee != nil && callee.Pkg() != nil && callee.Pkg() != d.pass.Pkg && d.pass.ImportObjectFact(callee, fact) {
		return told(fact)
	}
	return nil
}

// nothing returns the results of a function that leave nothing to give back.
func (d *Duties) nothing(fn *ssa.Function) []int {
	results, known := d.idle[fn]
	if known {
		return results
	}
	d.idle[fn] = nil
	for i := range fn.Signature.Results().Len() {
		typ := fn.Signature.Results().At(i).Type()
		if !ir.IsError(typ) && effects.TeardownOf(typ) != nil && (d.shared(fn, i) || d.plain(fn, 0)) {
			results = append(results, i)
		}
	}
	d.idle[fn] = results
	return results
}

// Optional reports whether a result may be nil where the function does not fail: there is nothing to
// give back then, and its caller may know when that is.
func (d *Duties) Optional(call *ssa.CallCommon, result int) bool {
	return slices.Contains(d.results(call, d.optional, func(o *Owes) []int { return o.Optional }), result)
}

// optional returns the results with an end that may be nil where the function does not fail.
func (d *Duties) optional(fn *ssa.Function) []int {
	results, known := d.options[fn]
	if known {
		return results
	}
	d.options[fn] = nil // while it is worked out
	for i := range fn.Signature.Results().Len() {
		typ := fn.Signature.Results().At(i).Type()
		if !ir.IsError(typ) && effects.TeardownOf(typ) != nil && slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool { return d.leavesNil(b, i) }) {
			results = append(results, i)
		}
	}
	d.options[fn] = results
	return results
}

// leavesNil reports whether a block returns nil as a result, or what may be nil, and does not fail.
func (d *Duties) leavesNil(b *ssa.BasicBlock, index int) bool {
	ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
	if !ok {
		return false
	}
	value, result := setBefore(ret, index), 0
	if ir.IsNil(value) {
		return !ir.Fails(ret)
	}
	if ext, ok := value.(*ssa.Extract); ok {
		value, result = ext.Tuple, ext.Index
	}
	call, ok := value.(*ssa.Call)
	return ok && d.Optional(&call.Call, result)
}

// plain reports whether all that a function and what it calls do is in sight, and they acquire
// and start nothing.
func (d *Duties) plain(fn *ssa.Function, depth int) bool {
	if depth > maxStarting {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Go, *ssa.Defer:
				return false
			case *ssa.Call:
				if _, builtin := instr.Call.Value.(*ssa.Builtin); builtin {
					continue
				}
				if callee := d.p.IR.Static(&instr.Call); callee != nil {
					if !d.plain(callee, depth+1) {
						return false
					}
				} else if callee := ir.Callee(&instr.Call); callee == nil || !inStd(callee) || callee.Pkg().Path() == "syscall" || instr.Call.IsInvoke() || len(d.Debts(&instr.Call)) > 0 {
					return false
				}
			}
		}
	}
	return true
}

// inStd reports whether a function or field is one of the standard library.
func inStd(fn types.Object) bool {
	return fn.Pkg() != nil && convention.IsStd(fn.Pkg().Path())
}

// shared reports whether others than the caller of a function have one of its results.
func (d *Duties) shared(fn *ssa.Function, index int) bool {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, r := range d.p.Refs(setBefore(ret, index)) {
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
			if call != nil && (d.Nothing(&call.Call, result) || d.ofMate(call, ret, index)) {
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

// ofMate reports whether a call of a method has made a value that owes nothing by itself, and its receiver is
// returned beside it: who has that gives back what comes of it, as a command that is waited for closes its pipes.
func (d *Duties) ofMate(call *ssa.Call, ret *ssa.Return, index int) bool {
	callee := ir.Callee(&call.Call)
	if callee == nil || callee.Signature().Recv() == nil || len(d.Debts(&call.Call)) > 0 {
		return false
	}
	for _, of := range d.p.Refs(ir.Args(&call.Call)[0]) {
		if _, made := of.Root.(ssa.Instruction); made && slices.ContainsFunc(ret.Results, func(v ssa.Value) bool {
			return v != ret.Results[index] && slices.Contains(d.p.Refs(v), of)
		}) {
			return true
		}
	}
	return false
}
