package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Bare reports whether a function of the package is called that returns nothing but a new object that holds
// nothing yet, as one that a method connects later: the methods that end its life look only at fields that the
// function has not filled.
func (d *Duties) Bare(call *ssa.CallCommon, index int) bool {
	fn := d.p.IR.Static(call)
	if fn == nil {
		return false
	}
	is := false
	for _, b := range fn.Blocks {
		if slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool { _, ok := instr.(*ssa.Go); return ok }) {
			return false
		}
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || ir.IsNil(setBefore(ret, index)) {
			continue
		}
		made, ok := ir.Unwrap(setBefore(ret, index)).(*ssa.Alloc)
		if !ok || !d.holdsNothing(fn, made) {
			return false
		}
		is = true
	}
	return is
}

// holdsNothing reports whether nobody else has a new object, and what ends its life finds nothing in it.
func (d *Duties) holdsNothing(fn *ssa.Function, made *ssa.Alloc) bool {
	n := ir.Named(made.Type())
	if n == nil || n.Obj().Pkg() != d.pass.Pkg || len(d.endsOf(n)) == 0 || copiedInto(made) != nil {
		return false
	}
	read := make(map[*types.Var]bool)
	for _, end := range d.endsOf(n) {
		body := d.p.IR.Source(d.p.IR.SSA.Prog.FuncValue(end.method.Origin()))
		if end.prefix != "" || body == nil || !d.looksAt(body, read, 0) {
			return false
		}
	}
	if slices.ContainsFunc(d.p.Of(made), func(e *effects.Event) bool {
		return e.Kind != effects.Return && e.Kind != effects.Replace && !e.Via && (e.Ref.Path == nil || read[e.Ref.Path.Field()])
	}) {
		return false // who gets it may fill it
	}
	for _, use := range *made.Referrers() {
		field, ok := use.(*ssa.FieldAddr)
		if !ok || !read[effects.FieldOf(field.X, field.Field)] {
			continue
		}
		for _, use := range *field.Referrers() {
			if set, ok := use.(*ssa.Store); !ok || set.Addr != ssa.Value(field) || !d.memory(set.Val) {
				return false
			}
		}
	}
	return true
}

// looksAt adds the fields of its receiver that a method looks at; ok is false if it does something else with it.
func (d *Duties) looksAt(fn *ssa.Function, fields map[*types.Var]bool, depth int) (ok bool) {
	if depth > maxStarting {
		return false
	}
	for _, use := range *fn.Params[0].Referrers() {
		switch use := use.(type) {
		case *ssa.FieldAddr:
			fields[effects.FieldOf(use.X, use.Field)] = true
		case *ssa.DebugRef:
		case ssa.CallInstruction:
			own := d.p.IR.Static(use.Common())
			args := ir.Args(use.Common())
			if own == nil || own.Signature.Recv() == nil || args[0] != ssa.Value(fn.Params[0]) || slices.Contains(args[1:], args[0]) || !d.looksAt(own, fields, depth+1) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// memory reports whether a value is a constant, or something new without an end that nobody else has, as a lock.
func (d *Duties) memory(v ssa.Value) bool {
	if _, ok := v.(*ssa.Const); ok {
		return true
	}
	made, ok := v.(*ssa.Alloc)
	return ok && effects.TeardownOf(made.Type()) == nil && !slices.ContainsFunc(d.p.Of(made), func(e *effects.Event) bool {
		return e.Kind != effects.Store && e.Kind != effects.Return
	})
}
