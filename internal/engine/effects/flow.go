package effects

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

const (
	maxRefs   = 16 // per value; more means that the value may be anything
	maxRounds = 12 // of the solver; the flow of real code settles in two to four
)

// A flow is the solved flow of refs through one declared function and the
// literals inside it.
type flow struct {
	t        *table
	fns      []*ssa.Function
	refs     map[ssa.Value][]Ref
	contents map[Ref][]Ref       // what was stored where
	held     map[ssa.Value][]Ref // keys of contents by root, in order of discovery
	changed  bool
	checks   map[*ssa.Function][]lengthCheck // see lengthChecks
}

func (t *table) solve(fns []*ssa.Function) *flow {
	f := &flow{
		t:        t,
		fns:      fns,
		refs:     make(map[ssa.Value][]Ref),
		contents: make(map[Ref][]Ref),
		held:     make(map[ssa.Value][]Ref),
		checks:   make(map[*ssa.Function][]lengthCheck),
	}
	for _, fn := range fns {
		for _, p := range fn.Params {
			f.refs[p] = []Ref{{Root: p}}
		}
	}
	for range maxRounds {
		f.changed = false
		for _, fn := range fns {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					f.transfer(instr)
				}
			}
		}
		if !f.changed {
			break
		}
	}
	return f
}

// of returns the refs that v may be.
func (f *flow) of(v ssa.Value) []Ref {
	switch v := v.(type) {
	case *ssa.Global, *ssa.Function:
		return []Ref{{Root: v}}
	case *ssa.Const, *ssa.Builtin, nil:
		return nil
	case *ssa.FreeVar:
		if refs, ok := f.refs[v]; ok {
			return refs
		}
		return []Ref{{Root: v}}
	}
	return f.refs[v]
}

func (f *flow) add(v ssa.Value, refs ...Ref) {
	have := f.refs[v]
	for _, r := range refs {
		if slices.Contains(have, r) {
			continue
		}
		if len(have) >= maxRefs {
			r = Ref{Root: Unknown}
			if slices.Contains(have, r) {
				continue
			}
		}
		have = append(have, r)
		f.changed = true
	}
	f.refs[v] = have
}

func (f *flow) put(at Ref, refs []Ref) {
	have, known := f.contents[at]
	for _, r := range refs {
		if r == at || len(have) >= maxRefs || slices.Contains(have, r) {
			continue
		}
		have = append(have, r)
		f.changed = true
	}
	if len(have) > 0 {
		f.contents[at] = have
		if !known {
			f.held[at.Root] = append(f.held[at.Root], at)
		}
	}
}

// load returns what a variable named at may hold: itself (a pointer and what
// it points to share a name) and all that was stored there or in a whole of
// which it is a part.
func (f *flow) load(at Ref) []Ref {
	refs := []Ref{at}
	for i := 0; i < len(refs) && len(refs) < maxRefs; i++ {
		r := refs[i]
		if len(f.held[r.Root]) == 0 {
			continue
		}
		var step *Path // the first one behind prefix
		for prefix := r.Path; ; step, prefix = prefix, prefix.up {
			for _, c := range f.contents[Ref{r.Root, prefix}] {
				if step != nil && step.field != nil && !mayHave(c, step.field) {
					continue
				}
				c.Path = f.t.join(c.Path, r.Path, prefix)
				if !slices.Contains(refs, c) {
					refs = append(refs, c)
				}
			}
			if prefix == nil {
				break
			}
		}
	}
	return refs
}

func (f *flow) loadAll(refs []Ref) []Ref {
	var all []Ref
	for _, r := range refs {
		for _, l := range f.load(r) {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}

// step returns refs extended by a field or element.
func (f *flow) step(refs []Ref, extend func(*Path) *Path) []Ref {
	out := make([]Ref, len(refs))
	for i, r := range refs {
		out[i] = Ref{r.Root, extend(r.Path)}
	}
	return out
}

func (f *flow) elems(refs []Ref) []Ref {
	return f.step(refs, func(p *Path) *Path { return f.t.extend(p, nil, elem) })
}

func (f *flow) field(x ssa.Value, index int) []Ref {
	fld := fieldOf(x, index)
	if fld == nil {
		return nil
	}
	var refs []Ref
	for _, r := range f.of(x) {
		if mayHave(r, fld) {
			refs = append(refs, Ref{r.Root, f.t.extend(r.Path, fld, fld.Name())})
		}
	}
	return refs
}

// mayHave reports whether the type of a ref lets it have a field. Values of
// many types share a name where they go through interfaces, and lists of them;
// the fields tell them apart again.
func mayHave(r Ref, fld *types.Var) bool {
	typ := r.Path.Type(r.Root.Type())
	for range 3 {
		if typ == nil {
			return true
		}
		p, ok := typ.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		typ = p.Elem()
	}
	switch u := typ.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			if u.Field(i).Origin() == fld.Origin() {
				return true
			}
		}
		return u.NumFields() == 0
	case *types.Signature, *types.Basic, *types.Chan, *types.Map, *types.Slice:
		return false // what fields they lead to is behind an element
	}
	return true
}

func (f *flow) transfer(instr ssa.Instruction) {
	switch v := instr.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		f.add(v.(ssa.Value), Ref{Root: v.(ssa.Value)})
	case *ssa.MakeClosure:
		f.add(v, Ref{Root: v})
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
		f.add(v, f.of(v.X)...)
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
		f.add(v, Ref{Root: v})
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
		f.add(call, Ref{Root: call})
		f.results(call, 0, call)
	}
}

// apply returns the refs that a path of a summary names for an argument.
func (f *flow) apply(arg ssa.Value, path string) []Ref {
	refs := f.of(arg)
	if path == "" {
		return refs
	}
	var out []Ref
	first := f.t.parse(nil, arg.Type(), path)
	for first.up != nil {
		first = first.up
	}
	for _, r := range refs {
		if first.field == nil || mayHave(r, first.field) {
			out = append(out, Ref{r.Root, f.t.parse(r.Path, arg.Type(), path)})
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
		if fn := literal(r); fn != nil && slices.Contains(f.fns, fn) {
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
		f.add(call, Ref{Root: call})
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
