package effects

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

func (f *flow) transfer(instr ssa.Instruction) {
	switch v := instr.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		f.add(v.(ssa.Value), f.t.only(v.(ssa.Value))...)
	case *ssa.MakeClosure:
		f.add(v, f.t.only(v)...)
		fn := v.Fn.(*ssa.Function)
		if fn.Parent() == nil { // a method value holds its receiver
			f.put(Ref{v, f.t.extend(nil, nil, elem)}, f.of(v.Bindings[0]))
			break
		}
		for i, b := range v.Bindings {
			f.add(fn.FreeVars[i], f.of(b)...)
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			f.add(v, f.of(e)...)
		}
	case *ssa.ChangeType:
		f.add(v, f.of(v.X)...)
	case *ssa.ChangeInterface:
		f.add(v, f.of(v.X)...)
	case *ssa.MakeInterface:
		f.add(v, f.of(v.X)...)
	case *ssa.Convert:
		if v.Type() != types.Typ[types.Uintptr] || v.X.Type() != types.Typ[types.UnsafePointer] { // else it is a number, which keeps nothing
			f.add(v, f.of(v.X)...)
		}
	case *ssa.MultiConvert:
		f.add(v, f.of(v.X)...)
	case *ssa.SliceToArrayPointer:
		f.add(v, f.of(v.X)...)
	case *ssa.TypeAssert:
		f.add(v, f.of(v.X)...)
	case *ssa.Slice:
		f.add(v, f.of(v.X)...)
	case *ssa.Field:
		f.add(v, f.loadAll(f.field(v.X, v.Field))...)
	case *ssa.FieldAddr:
		f.add(v, f.field(v.X, v.Field)...)
	case *ssa.IndexAddr:
		f.add(v, f.elems(f.of(v.X))...)
	case *ssa.Index:
		f.add(v, f.loadAll(f.elems(f.of(v.X)))...)
	case *ssa.Lookup:
		f.add(v, f.loadAll(f.elems(f.of(v.X)))...)
	case *ssa.Range:
		f.add(v, f.of(v.X)...)
	case *ssa.Next:
		f.add(v, f.loadAll(f.elems(f.of(v.Iter)))...)
	case *ssa.UnOp:
		switch {
		case isLoad(v):
			f.add(v, f.loadAll(f.of(v.X))...)
		case isRecv(v):
			f.add(v, f.loadAll(f.elems(f.of(v.X)))...)
		}
	case *ssa.Extract:
		f.extract(v)
	case *ssa.Store:
		for _, at := range f.of(v.Addr) {
			f.put(at, f.of(v.Val))
		}
	case *ssa.MapUpdate:
		for _, at := range f.elems(f.of(v.Map)) {
			f.put(at, f.of(v.Value))
			f.put(at, f.of(v.Key))
		}
	case *ssa.Send:
		for _, at := range f.elems(f.of(v.Chan)) {
			f.put(at, f.of(v.X))
		}
	case *ssa.Select:
		for _, s := range v.States {
			if s.Send != nil {
				for _, at := range f.elems(f.of(s.Chan)) {
					f.put(at, f.of(s.Send))
				}
			}
		}
	case ssa.CallInstruction:
		f.call(v)
	}
}

func (f *flow) extract(v *ssa.Extract) {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		f.add(v, f.t.only(v)...)
		f.results(tuple, v.Index, v)
	case *ssa.Next:
		if v.Index > 0 {
			f.add(v, f.of(tuple)...)
		}
	case *ssa.Select:
		recv := v.Index - 2
		for _, s := range tuple.States {
			if s.Send != nil {
				continue
			}
			if recv == 0 {
				f.add(v, f.loadAll(f.elems(f.of(s.Chan)))...)
			}
			recv--
		}
	default: // comma-ok forms
		if v.Index == 0 {
			f.add(v, f.of(v.Tuple)...)
		}
	}
}

func (f *flow) call(instr ssa.CallInstruction) {
	common := instr.Common()
	call, _ := instr.(*ssa.Call) // nil for go and defer, which have no results
	if b, ok := common.Value.(*ssa.Builtin); ok {
		f.builtin(call, b.Name(), common.Args)
		return
	}
	for _, fn := range f.literals(common) {
		for i, p := range fn.Params {
			if i < len(common.Args) {
				f.add(p, f.of(common.Args[i])...)
			}
		}
	}
	if sum := f.t.summaryOf(common); sum != nil {
		// What the callee stores of one argument in another is there for
		// what follows the call.
		args := ir.Args(common)
		for _, op := range sum.Ops {
			if op.Kind == Store && op.To >= 0 && int(op.To) < len(args) && op.Param < len(args) {
				for _, at := range f.apply(args[op.To], op.ToPath) {
					f.put(at, f.apply(args[op.Param], op.Path))
				}
			}
		}
	}
	if call != nil && call.Type() != nil {
		f.add(call, f.t.only(call)...)
		f.results(call, 0, call)
	}
}

// apply returns the refs that a path of a summary names for an argument.
func (f *flow) apply(arg ssa.Value, path string) []Ref {
	refs := f.of(arg)
	if path == "" {
		return refs
	}
	if len(refs) == 0 {
		return nil
	}
	steps := f.t.parse(nil, arg.Type(), path)
	first := steps
	for first.up != nil {
		first = first.up
	}
	out := make([]Ref, 0, len(refs))
	for _, r := range refs {
		if first.field == nil || mayHave(r, first.field) {
			out = append(out, Ref{r.Root, f.t.join(r.Path, steps, nil)})
		}
	}
	return out
}

// results adds to dst what the callee says its index-th result is.
func (f *flow) results(call *ssa.Call, index int, dst ssa.Value) {
	common := call.Common()
	for _, fn := range f.literals(common) {
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && index < len(ret.Results) {
				f.add(dst, f.of(ret.Results[index])...)
			}
		}
	}
	sum := f.t.summaryOf(common)
	if sum == nil {
		return
	}
	args := ir.Args(common)
	for _, op := range sum.Ops {
		if op.Kind != Return || op.To != index {
			continue
		}
		var from []Ref
		switch {
		case op.global != nil:
			from = []Ref{{op.global, f.t.parse(nil, op.global.Type(), op.Path)}}
		case op.Param >= 0 && op.Param < len(args):
			from = f.loadAll(f.apply(args[op.Param], op.Path))
		}
		if op.ToPath == "" {
			f.add(dst, from...)
		} else {
			f.put(Ref{dst, f.t.parse(nil, dst.Type(), op.ToPath)}, from)
		}
	}
}

// literals returns the function literals of this flow that a call may run.
func (f *flow) literals(common *ssa.CallCommon) []*ssa.Function {
	if common.IsInvoke() {
		return nil
	}
	var fns []*ssa.Function
	for _, r := range f.of(common.Value) {
		if fn := literal(r); fn != nil && ir.Outermost(fn) == f.fns[0] {
			fns = append(fns, fn)
		}
	}
	return fns
}

// literal returns the function literal that r is, or nil.
func literal(r Ref) *ssa.Function {
	if r.Path != nil {
		return nil
	}
	switch root := r.Root.(type) {
	case *ssa.MakeClosure:
		if fn := root.Fn.(*ssa.Function); fn.Parent() != nil {
			return fn
		}
	case *ssa.Function:
		if root.Parent() != nil {
			return root
		}
	}
	return nil
}

func (f *flow) builtin(call *ssa.Call, name string, args []ssa.Value) {
	switch name {
	case "append":
		f.add(call, f.t.only(call)...)
		f.add(call, f.of(args[0])...)
		if len(args) > 1 {
			from := f.loadAll(f.elems(f.of(args[1])))
			for _, at := range f.elems(f.of(call)) {
				f.put(at, from)
			}
		}
	case "copy":
		from := f.loadAll(f.elems(f.of(args[1])))
		for _, at := range f.elems(f.of(args[0])) {
			f.put(at, from)
		}
	}
}
