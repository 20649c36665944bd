package duty

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// maxStarting bounds how far goroutines are looked for in what a constructor calls.
const maxStarting = 3

// starts reports whether fn starts a goroutine for an object that it makes, which only a
// method of that ends.
func (d *Duties) starts(fn *ssa.Function, made *ssa.Alloc, end end) bool {
	fields := d.opened(end)
	if len(fields) == 0 {
		return false
	}
	seen := make(map[*ssa.Function]bool)
	var look func(fn *ssa.Function, depth int) bool
	look = func(fn *ssa.Function, depth int) bool {
		if seen[fn] || depth > maxStarting {
			return false
		}
		seen[fn] = true
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Go:
					if body := d.body(&instr.Call); body != nil && d.lingers(body, fields, 0) {
						return true
					}
				case *ssa.Call:
					callee := d.p.IR.Static(&instr.Call)
					if callee == nil || len(instr.Call.Args) == 0 {
						continue
					}
					if args := ir.Args(&instr.Call); slices.ContainsFunc(args, func(arg ssa.Value) bool { return ir.Named(arg.Type()) == ir.Named(made.Type()) }) && look(callee, depth+1) {
						return true
					}
				}
			}
		}
		return slices.ContainsFunc(fn.AnonFuncs, func(lit *ssa.Function) bool { return len(d.p.Starts(lit)) == 0 && look(lit, depth) })
	}
	return look(fn, 0)
}

// body returns the function that a go statement runs, if it is one of the package.
func (d *Duties) body(call *ssa.CallCommon) *ssa.Function {
	if fn := d.p.IR.Static(call); fn != nil {
		return fn
	}
	if mc, ok := call.Value.(*ssa.MakeClosure); ok {
		if fn, ok := mc.Fn.(*ssa.Function); ok && ir.BoundMethod(mc) == nil {
			return fn
		}
	}
	return nil
}

// opened returns the fields of channels that a method closes or sends on, and of functions
// that it calls.
func (d *Duties) opened(end end) []*types.Var {
	fn := d.p.IR.SSA.Prog.FuncValue(end.method.Origin())
	if fn == nil || end.method.Pkg() != d.pass.Pkg || len(fn.Params) == 0 {
		return nil
	}
	var fields []*types.Var
	for _, e := range d.p.In(fn) {
		f := e.Ref.Path.Field()
		if f == nil || e.Ref.Root != ssa.Value(fn.Params[0]) {
			continue
		}
		switch e.Kind {
		case effects.Close, effects.Call:
			fields = append(fields, f)
		case effects.Grow:
			if _, ok := f.Type().Underlying().(*types.Chan); ok {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// lingers reports whether a goroutine does not end but by what the fields open.
func (d *Duties) lingers(body *ssa.Function, fields []*types.Var, depth int) bool {
	if d.p.Lingers(body, func(ch ssa.Value) bool { return d.opensOnly(ch, fields) }) {
		return true
	}
	if depth > maxStarting {
		return false
	}
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if callee := d.p.IR.Static(&call.Call); callee != nil && callee != body && d.lingers(callee, fields, depth+1) {
				return true
			}
		}
	}
	return false
}

// opensOnly reports whether a receive from a channel comes back only by what is done with
// the fields: it is in one of them, or the channel of a context whose cancel function is.
func (d *Duties) opensOnly(ch ssa.Value, fields []*types.Var) bool {
	if call, ok := ch.(*ssa.Call); ok {
		callee := ir.Callee(&call.Call)
		return callee != nil && callee.Name() == "Done" && d.canceledBy(ir.Args(&call.Call)[0], fields)
	}
	refs := d.p.Refs(ch)
	for _, r := range refs {
		f := r.Path.Field()
		if f == nil {
			if root, ok := r.Root.(*ssa.MakeChan); !ok || !slices.ContainsFunc(d.p.Of(root), func(e *effects.Event) bool {
				return e.Kind == effects.Store && slices.Contains(fields, e.To.Path.Field())
			}) {
				return false
			}
		} else if !slices.Contains(fields, f) {
			return false
		}
	}
	return len(refs) > 0
}

// canceledBy reports whether a context is one that only a cancel function in one of the
// fields ends.
func (d *Duties) canceledBy(ctx ssa.Value, fields []*types.Var) bool {
	refs := d.p.Refs(ctx)
	var expanded []effects.Ref
	for _, r := range refs {
		if f := r.Path.Field(); f != nil {
			for _, e := range d.p.StoredIn(f) {
				if !e.Via { // what it is derived from
					expanded = append(expanded, e.Ref)
				}
			}
		} else if !isVariable(r) {
			expanded = append(expanded, r)
		}
	}
	for _, r := range expanded {
		ext, ok := r.Root.(*ssa.Extract)
		if !ok || r.Path != nil {
			return false
		}
		call, ok := ext.Tuple.(*ssa.Call)
		if !ok {
			return false
		}
		callee := ir.Callee(&call.Call)
		if callee == nil || callee.FullName() != "context.WithCancel" && callee.FullName() != "context.WithCancelCause" || d.p.Ends(call.Call.Args[0]) {
			return false
		}
		kept := false
		for _, use := range *call.Referrers() {
			if cancel, ok := use.(*ssa.Extract); ok && cancel.Index == 1 {
				kept = kept || slices.ContainsFunc(d.p.Of(cancel), func(e *effects.Event) bool {
					return e.Kind == effects.Store && slices.Contains(fields, e.To.Path.Field())
				})
			}
		}
		if !kept {
			return false
		}
	}
	return len(expanded) > 0
}
