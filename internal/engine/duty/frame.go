package duty

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A frame is a function with what it is called with, so that what its parameters are can
// be looked up. Of fewer arguments than parameters the rest is not known.
type frame struct {
	fn   *ssa.Function
	args []ssa.Value
	up   *frame // of who calls it
}

// outermost returns the frame that the others are called from.
func (f *frame) outermost() *frame {
	for f.up != nil {
		f = f.up
	}
	return f
}

// origins returns what a value in the function of a frame may be, parameters replaced by
// what they are called with.
func (d *Duties) origins(v ssa.Value, f *frame) []effects.Ref {
	var all []effects.Ref
	for _, r := range d.p.Refs(v) {
		param, ok := r.Root.(*ssa.Parameter)
		if !ok || r.Path != nil {
			all = append(all, r)
			continue
		}
		at := f
		for at != nil && at.fn != param.Parent() {
			at = at.up
		}
		if at == nil {
			all = append(all, r)
			continue
		}
		if i := slices.Index(at.fn.Params, param); at.up != nil && i >= 0 && i < len(at.args) {
			all = append(all, d.origins(at.args[i], at.up)...)
		} else {
			all = append(all, r)
		}
	}
	return all
}

// bodies returns the functions of the package that a function value may be, called
// from a frame with some arguments.
func (d *Duties) bodies(v ssa.Value, args []ssa.Value, f *frame) []*frame {
	var all []*frame
	for _, r := range d.origins(v, f) {
		if r.Path != nil {
			continue
		}
		switch root := r.Root.(type) {
		case *ssa.Function:
			all = append(all, &frame{root, args, f})
		case *ssa.MakeClosure:
			fn, _ := root.Fn.(*ssa.Function)
			if m := ir.BoundMethod(root); m != nil {
				if fn = d.p.IR.Source(d.p.IR.SSA.Prog.FuncValue(m.Origin())); fn != nil {
					all = append(all, &frame{fn, root.Bindings, f})
				}
			} else if fn != nil {
				all = append(all, &frame{fn, args, f})
			}
		}
	}
	return all
}

// callees returns the functions of the package that a call may run.
func (d *Duties) callees(call *ssa.CallCommon, f *frame) []*frame {
	if fn := d.p.IR.Static(call); fn != nil {
		return []*frame{{fn, ir.Args(call), f}}
	}
	if call.IsInvoke() || call.StaticCallee() != nil {
		return nil
	}
	return d.bodies(call.Value, call.Args, f)
}

// started returns what runs on a goroutine that an instruction starts: a go statement does,
// and a call of what starts one for a function that it is given.
func (d *Duties) started(instr ssa.Instruction, f *frame) []*frame {
	switch instr := instr.(type) {
	case *ssa.Go:
		if all := d.callees(&instr.Call, f); all != nil {
			return all
		}
		return d.run(&instr.Call, effects.Now, f)
	case *ssa.Call:
		callee := ir.Callee(&instr.Call)
		if callee == nil {
			return nil
		}
		if args := ir.Args(&instr.Call); effects.IsGo(callee) && len(args) == 2 {
			return d.bodies(args[1], nil, f)
		}
		return d.run(&instr.Call, effects.Spawned, f)
	}
	return nil
}

// run returns the functions of which it is known that the callee runs them in some way.
func (d *Duties) run(call *ssa.CallCommon, mode effects.Mode, f *frame) []*frame {
	sum, args := d.p.Callee(call), ir.Args(call)
	if sum == nil {
		return nil
	}
	var all []*frame
	for _, o := range sum.Ops {
		if o.Kind == effects.Call && o.Mode == mode && o.Path == "" && o.Param >= 0 && o.Param < len(args) {
			all = append(all, d.bodies(args[o.Param], nil, f)...)
		}
	}
	return all
}
