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

// A gate is what has to open for a goroutine to end: a channel that is closed or sent on, a
// context that ends.
type gate struct {
	fields []*types.Var   // what a method of an object opens, as channels and cancel functions
	param  *ssa.Parameter // or a channel or context that a function is given
	// parent is the context given to the constructor of the object that opens the gate, too,
	// if there is one.
	parent *ssa.Parameter
	direct bool // contexts in fields do not count
	depth  int  // of contexts that are derived from others
}

// maxDerived bounds how far a context is followed to what it is derived from.
const maxDerived = 6

// Awaits reports whether a function that makes an object of a type starts a goroutine with a
// context, which ends only when the cancel function in a field is called.
func (d *Duties) Awaits(fn *ssa.Function, typ *types.Named, field *types.Var) bool {
	parent, ok := d.starts(fn, typ, &gate{fields: []*types.Var{field}, direct: true})
	return ok && parent == nil
}

// starts reports whether fn starts a goroutine for an object of a type, which ends only when a
// gate opens. If a context that fn is given ends it, too, that is the parent.
func (d *Duties) starts(fn *ssa.Function, typ *types.Named, g *gate) (parent *ssa.Parameter, ok bool) {
	if len(g.fields) == 0 {
		return nil, false
	}
	seen := make(map[*ssa.Function]bool)
	var look func(f *frame, depth int) bool
	look = func(f *frame, depth int) bool {
		if seen[f.fn] || depth > maxStarting {
			return false
		}
		seen[f.fn] = true
		for _, b := range f.fn.Blocks {
			for _, instr := range b.Instrs {
				if d.startsAt(instr, g, f) {
					return true
				}
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				callee := d.p.IR.Static(&call.Call)
				if callee == nil || len(call.Call.Args) == 0 {
					continue
				}
				args := ir.Args(&call.Call)
				if slices.ContainsFunc(args, func(arg ssa.Value) bool { return ir.Named(arg.Type()) == typ }) && look(&frame{callee, args, f}, depth+1) {
					return true
				}
			}
		}
		return slices.ContainsFunc(f.fn.AnonFuncs, func(lit *ssa.Function) bool {
			return len(d.p.Starts(lit)) == 0 && look(&frame{fn: lit, up: f}, depth)
		})
	}
	if !look(&frame{fn: fn}, 0) {
		return nil, false
	}
	return g.parent, true
}

// startsAt reports whether an instruction starts a goroutine that ends only when a gate opens.
func (d *Duties) startsAt(instr ssa.Instruction, g *gate, f *frame) bool {
	if slices.ContainsFunc(d.started(instr, f), func(body *frame) bool {
		return (g.param == nil || d.gets(body, g.param)) && d.lingers(body, g, 0)
	}) {
		return true
	}
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	args := ir.Args(&call.Call)
	return slices.ContainsFunc(d.leaves(&call.Call), func(i int) bool {
		return i < len(args) && d.gated(args[i], g, f)
	})
}

// leaves returns the parameters of what a call runs that are a context or channel for which
// a goroutine waits that is left behind.
func (d *Duties) leaves(call *ssa.CallCommon) []int {
	if fn := d.p.IR.Static(call); fn != nil {
		return d.waited(fn)
	}
	callee := ir.Callee(call)
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == d.pass.Pkg || call.IsInvoke() {
		return nil
	}
	if fact := new(Owes); d.pass.ImportObjectFact(callee, fact) {
		return fact.Waits
	}
	return nil
}

// waited returns the parameters of a function that are a context or channel without whose
// end a goroutine stays that it starts.
func (d *Duties) waited(fn *ssa.Function) []int {
	params, known := d.waits[fn]
	if known {
		return params
	}
	d.waits[fn] = nil // while it is worked out
	for i, param := range fn.Params {
		if _, channel := param.Type().Underlying().(*types.Chan); !channel && !ir.IsContext(param.Type()) {
			continue
		}
		g, f := &gate{param: param}, &frame{fn: fn}
		if slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
			return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool { return d.startsAt(instr, g, f) })
		}) {
			params = append(params, i)
		}
	}
	d.waits[fn] = params
	return params
}

// gated reports whether a value is a context or channel that only a gate opens.
func (d *Duties) gated(v ssa.Value, g *gate, f *frame) bool {
	if ir.IsContext(v.Type()) {
		return d.endedBy(v, g, f)
	}
	return d.opensOnly(v, g, f)
}

// opened returns the fields of channels that a method closes or sends on, of functions
// that it calls, and of flags that it sets.
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
	return append(fields, d.flags(fn, 0)...)
}

// lingers reports whether a goroutine does not end but by a gate.
func (d *Duties) lingers(body *frame, g *gate, depth int) bool {
	ways := effects.Ways{
		Opens:  func(v ssa.Value) bool { return d.opensOnly(v, g, body) },
		Closed: func(cond ssa.Value) (end, ok bool) { return d.flagged(cond, g.fields, 0) },
	}
	if d.p.Lingers(body.fn, ways) {
		return true
	}
	if depth > maxStarting {
		return false
	}
	for _, b := range body.fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if ok && slices.ContainsFunc(d.callees(&call.Call, body), func(callee *frame) bool {
				return callee.fn != body.fn && d.lingers(callee, g, depth+1)
			}) {
				return true
			}
		}
	}
	return false
}

// opensOnly reports whether a receive from a channel comes back only by a gate: it is what
// is opened, or the channel of a context that ends then. A call of a context's Err stands
// for its channel.
func (d *Duties) opensOnly(ch ssa.Value, g *gate, f *frame) bool {
	if call, ok := ch.(*ssa.Call); ok {
		if ctx := effects.EndOf(&call.Call); ctx != nil {
			return d.endedBy(ctx, g, f)
		}
	}
	refs := d.origins(ch, f)
	found := false
	for _, r := range refs {
		if isVariable(r) {
			continue
		}
		found = true
		field := r.Path.Field()
		if g.param != nil && ir.IsContext(g.param.Type()) && d.ofObject(r) {
			continue
		}
		switch root := r.Root.(type) {
		case *ssa.Parameter:
			if field == nil && root == g.param {
				continue
			}
		case *ssa.MakeChan:
			if field == nil && slices.ContainsFunc(d.p.Of(root), func(e *effects.Event) bool {
				return e.Kind == effects.Store && slices.Contains(g.fields, e.To.Path.Field())
			}) {
				continue
			}
		case *ssa.Call:
			if ctx := effects.EndOf(&root.Call); field == nil && ctx != nil && d.endedBy(ctx, g, f) {
				continue
			}
		}
		if field == nil || !slices.Contains(g.fields, field) {
			return false
		}
	}
	return found
}

// ofObject reports whether a channel is a part of an object: what else ends a goroutine that
// has a context, is for who has that object, which others do not have who were not given it.
func (d *Duties) ofObject(r effects.Ref) bool {
	if field := r.Path.Field(); field != nil {
		return field.Pkg() != nil && !inStd(field)
	}
	call, ok := r.Root.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && callee.Signature().Recv() != nil && !inStd(callee)
}

// gets reports whether the function of a frame uses a context or channel.
func (d *Duties) gets(f *frame, param *ssa.Parameter) bool {
	is := func(v ssa.Value) bool {
		// In this order: iterators had a type of their own before x/tools v0.50, about
		// which go/types panics.
		return types.Identical(param.Type(), v.Type()) && slices.ContainsFunc(d.origins(v, f), func(r effects.Ref) bool {
			return r.Root == ssa.Value(param) && r.Path == nil
		})
	}
	for _, b := range f.fn.Blocks {
		for _, instr := range b.Instrs {
			var operands [8]*ssa.Value
			if slices.ContainsFunc(instr.Operands(operands[:0]), func(v *ssa.Value) bool { return *v != nil && is(*v) }) {
				return true
			}
		}
	}
	return false
}

// endedBy reports whether a context is one that only a gate ends.
func (d *Duties) endedBy(ctx ssa.Value, g *gate, f *frame) bool {
	if g.depth == maxDerived {
		return false
	}
	g.depth++
	defer func() { g.depth-- }()
	found := false
	var given *ssa.Parameter
	for _, r := range d.origins(ctx, f) {
		field := r.Path.Field()
		if field == nil {
			if isVariable(r) {
				continue
			}
			// A variable of a context that is derived from what it was.
			if param, ok := r.Root.(*ssa.Parameter); ok && len(g.fields) > 0 && param.Parent() == f.outermost().fn {
				given = param
				continue
			}
			if !d.refEndedBy(r, g, f) {
				return false
			}
			found = true
			continue
		}
		if g.direct {
			return false
		}
		for _, e := range d.p.StoredIn(field) {
			if e.Via {
				continue // what it is derived from
			}
			if !d.refEndedBy(e.Ref, g, f) {
				return false
			}
			found = true
		}
	}
	if found && given != nil {
		g.parent = given
	}
	return found
}

func (d *Duties) refEndedBy(r effects.Ref, g *gate, f *frame) bool {
	if r.Path != nil {
		return false
	}
	switch root := r.Root.(type) {
	case *ssa.Parameter:
		return root == g.param
	case *ssa.Call:
		callee := ir.Callee(&root.Call)
		return callee != nil && callee.FullName() == "context.WithValue" && d.endedBy(root.Call.Args[0], g, f)
	case *ssa.Extract:
		call, ok := root.Tuple.(*ssa.Call)
		if !ok || len(g.fields) == 0 {
			return false
		}
		callee := ir.Callee(&call.Call)
		if callee == nil || callee.FullName() != "context.WithCancel" && callee.FullName() != "context.WithCancelCause" || !d.canceledBy(call, g.fields) {
			return false
		}
		if parent := call.Call.Args[0]; d.p.Ends(parent) {
			return d.givenParent(call, g, f)
		}
		return true
	}
	return false
}

// givenParent notes that a context is derived from one that the constructor is given, and
// reports whether it is.
func (d *Duties) givenParent(derived *ssa.Call, g *gate, f *frame) bool {
	f = f.outermost()
	for _, r := range d.origins(derived.Call.Args[0], f) {
		if ext, ok := r.Root.(*ssa.Extract); ok && ext.Tuple == ssa.Value(derived) {
			continue // the same variable later
		}
		param, ok := r.Root.(*ssa.Parameter)
		if ok && r.Path == nil && param.Parent() == f.fn && (g.parent == nil || g.parent == param) {
			g.parent = param
		} else if !isVariable(r) {
			return false
		}
	}
	return g.parent != nil
}

// canceledBy reports whether the cancel function that comes with a context is in one of the
// fields.
func (d *Duties) canceledBy(call *ssa.Call, fields []*types.Var) bool {
	for _, use := range *call.Referrers() {
		if cancel, ok := use.(*ssa.Extract); ok && cancel.Index == 1 && slices.ContainsFunc(d.p.Of(cancel), func(e *effects.Event) bool {
			return e.Kind == effects.Store && slices.Contains(fields, e.To.Path.Field())
		}) {
			return true
		}
	}
	return false
}
