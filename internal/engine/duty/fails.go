package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Fails reports whether the first call of a method that ends the life of its receiver may
// fail. One that returns nil, or an error of its own where it finds that it was called
// before, does not.
func (d *Duties) Fails(call *ssa.CallCommon) bool { return d.mayFail(call, 0) }

// Succeeds reports whether a function of the package is called that never returns an error, however
// often it is called: it returns one for the sake of a type, or for later. What another package
// promises may fail counts as such.
func (d *Duties) Succeeds(call *ssa.CallCommon) bool {
	fn := d.p.IR.Static(call)
	return fn != nil && d.succeeds(fn)
}

func (d *Duties) succeeds(fn *ssa.Function) bool {
	is, known := d.sure[fn]
	if known {
		return is
	}
	d.sure[fn] = false // while it is worked out
	is = len(fn.Blocks) > 0 && fn.Recover == nil && ir.CanFail(fn.Signature) && !slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		return ok && slices.ContainsFunc(ret.Results, func(r ssa.Value) bool { return ir.IsError(r.Type()) && !d.noError(r) })
	})
	d.sure[fn] = is
	return is
}

// noError reports whether an error is none, as far as constants and calls decide that.
func (d *Duties) noError(err ssa.Value) bool {
	if ext, ok := err.(*ssa.Extract); ok {
		err = ext.Tuple
	}
	call, ok := err.(*ssa.Call)
	return ir.IsNil(err) || ok && d.Succeeds(&call.Call)
}

func (d *Duties) mayFail(call *ssa.CallCommon, depth int) bool {
	if fn := d.p.IR.Static(call); fn != nil {
		return d.returnsErrors(fn, depth)
	}
	callee := ir.Callee(call)
	switch {
	case callee == nil:
		return true
	case call.IsInvoke():
		return d.anyFails(call, callee, depth)
	}
	return d.methodFails(callee, depth)
}

// methodFails is mayFail of a declared function.
func (d *Duties) methodFails(fn *types.Func, depth int) bool {
	fn = fn.Origin()
	if fn.Pkg() == d.pass.Pkg {
		body := d.p.IR.Source(d.p.IR.SSA.Prog.FuncValue(fn))
		return body == nil || d.returnsErrors(body, depth)
	}
	fact := new(Owes)
	return !convention.EndsSurely(fn) && !(fn.Pkg() != nil && d.pass.ImportObjectFact(fn, fact) && fact.Firm)
}

// anyFails reports whether a method may fail of one of the values that an interface in a field
// holds, as far as they are in sight.
func (d *Duties) anyFails(call *ssa.CallCommon, method *types.Func, depth int) bool {
	load, ok := call.Value.(*ssa.UnOp)
	if !ok {
		return true
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return true
	}
	stored := d.p.StoredIn(effects.FieldOf(addr.X, addr.Field))
	return len(stored) == 0 || slices.ContainsFunc(stored, func(e *effects.Event) bool {
		typ := e.Ref.Root.Type()
		if tuple, ok := typ.(*types.Tuple); ok || e.Ref.Path != nil || types.IsInterface(typ) && tuple == nil {
			return true
		}
		obj, _, _ := types.LookupFieldOrMethod(typ, true, method.Pkg(), method.Name())
		fn, ok := obj.(*types.Func)
		return !ok || d.methodFails(fn, depth)
	})
}

// returnsErrors reports whether a function may return an error but where it was called before.
func (d *Duties) returnsErrors(fn *ssa.Function, depth int) bool {
	if depth > maxStarting {
		return true
	}
	var sets []*types.Var // worked out when they are asked for
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		for _, r := range ret.Results {
			if !ir.IsError(r.Type()) || !d.mayBeError(r, depth) || d.behindError(b, depth) {
				continue
			}
			if !ownError(r) {
				return true
			}
			if sets == nil {
				sets = d.sets(fn)
			}
			if !asked(b, sets) {
				return true
			}
		}
	}
	return false
}

// behindError reports whether control comes to a block only where a call has failed that does not.
func (d *Duties) behindError(at *ssa.BasicBlock, depth int) bool {
	for err := range ir.Errors(at) {
		if !d.mayBeError(err, depth) {
			return true
		}
	}
	return false
}

// mayBeError reports whether an error may be one, as far as calls decide that.
func (d *Duties) mayBeError(err ssa.Value, depth int) bool {
	switch v := err.(type) {
	case *ssa.Const:
		return false
	case *ssa.Call:
		return d.mayFail(&v.Call, depth+1)
	case *ssa.Extract:
		call, ok := v.Tuple.(*ssa.Call)
		return !ok || d.mayFail(&call.Call, depth+1)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return e != err && (isPhi(e) || d.mayBeError(e, depth)) })
	}
	return true
}

func isPhi(v ssa.Value) bool {
	_, ok := v.(*ssa.Phi)
	return ok
}

// ownError reports whether an error is made here, or declared, and not what a call has returned.
func ownError(err ssa.Value) bool {
	switch v := err.(type) {
	case *ssa.UnOp:
		_, global := v.X.(*ssa.Global)
		return global
	case *ssa.MakeInterface:
		_, constant := v.X.(*ssa.Const)
		return constant
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		return callee != nil && callee.FullName() == "errors.New"
	}
	return false
}

// sets returns the fields of its receiver that a method sets.
func (d *Duties) sets(fn *ssa.Function) []*types.Var {
	fields := d.flags(fn, 0)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if st, ok := instr.(*ssa.Store); ok && ir.IsNil(st.Val) {
				if at, ok := st.Addr.(*ssa.FieldAddr); ok {
					fields = append(fields, effects.FieldOf(at.X, at.Field))
				}
			}
		}
	}
	return fields
}

// asked reports whether control comes to a block only where one of the fields was asked for.
func asked(at *ssa.BasicBlock, fields []*types.Var) bool {
	for b := range ir.Dominators(at) {
		if len(b.Preds) != 1 {
			continue
		}
		if br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If); ok && reads(br.Cond, fields, 0) {
			return true
		}
	}
	return false
}

// reads reports whether a condition is made of one of the fields.
func reads(v ssa.Value, fields []*types.Var, depth int) bool {
	const deep = 4
	instr, ok := v.(ssa.Instruction)
	if !ok || depth > deep {
		return false
	}
	if isOneOf(v, fields) {
		return true
	}
	return slices.ContainsFunc(instr.Operands(nil), func(x *ssa.Value) bool { return *x != nil && reads(*x, fields, depth+1) })
}
