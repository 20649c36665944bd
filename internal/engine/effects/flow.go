package effects

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

const (
	maxRefs   = 16 // per value; more means that the value may be anything
	maxRounds = 12 // of the solver; four of five functions settle in one, nearly all in three
)

// A flow is the solved flow of refs through one declared function and the
// literals inside it.
type flow struct {
	t      *table
	fns    []*ssa.Function
	values map[ssa.Value]*value
	checks map[*ssa.Function][]lengthCheck // see lengthChecks

	// Instructions are visited in rounds until none says anything new. A round
	// is the last if nothing changed after it was read: to visit all again would
	// read the same.
	round uint8
	stale bool
}

// A value is what is known of an ssa.Value.
type value struct {
	refs  []Ref // what it may be; shared with other values, so never changed in place
	held  *part // what was stored in its parts
	known bool  // refs were added, though perhaps none

	read   uint8  // the last round in which refs were read
	looked uint8  // the last round in which held was read
	where  uint64 // at which paths, see Path.bit
}

// A part holds what was stored at a path of a value.
type part struct {
	path *Path
	refs []Ref
	next *part // in order of discovery
}

func (t *table) solve(fns []*ssa.Function) *flow {
	instrs := 0
	for _, fn := range fns {
		for _, b := range fn.Blocks {
			instrs += len(b.Instrs)
		}
	}
	f := &flow{
		t:      t,
		fns:    fns,
		values: make(map[ssa.Value]*value, instrs/2),
		checks: make(map[*ssa.Function][]lengthCheck),
	}
	for _, fn := range fns {
		for _, p := range fn.Params {
			f.add(p, f.t.only(p)...)
		}
	}
	for f.round < maxRounds {
		f.round++
		f.stale = false
		for _, fn := range fns {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					f.transfer(instr)
				}
			}
		}
		if !f.stale {
			break
		}
	}
	return f
}

// only returns the refs of a value that is nothing but itself.
func (t *table) only(v ssa.Value) []Ref {
	if len(t.slabs.singles) == cap(t.slabs.singles) {
		t.slabs.singles = make([]Ref, 0, 128)
	}
	t.slabs.singles = append(t.slabs.singles, Ref{Root: v})
	n := len(t.slabs.singles)
	return t.slabs.singles[n-1 : n : n]
}

func (f *flow) value(v ssa.Value) *value {
	x := f.values[v]
	if x == nil {
		x = f.t.slabs.values.new()
		f.values[v] = x
	}
	return x
}

// of returns the refs that v may be.
func (f *flow) of(v ssa.Value) []Ref {
	switch v := v.(type) {
	case *ssa.Const, *ssa.Builtin, *ssa.BinOp, nil:
		return nil
	case *ssa.Global, *ssa.Function:
		x := f.value(v)
		if x.refs == nil {
			x.refs = f.t.only(v)
		}
		return x.refs
	case *ssa.FreeVar:
		x := f.value(v)
		x.read = f.round
		if !x.known {
			return f.t.only(v)
		}
		return x.refs
	}
	x := f.value(v)
	x.read = f.round
	return x.refs
}

func (f *flow) add(v ssa.Value, refs ...Ref) {
	x := f.value(v)
	changed := false
	if !x.known {
		x.known = true
		_, changed = v.(*ssa.FreeVar)
	}
	if len(x.refs) == 0 && len(refs) <= maxRefs && distinct(refs) {
		x.refs = refs[:len(refs):len(refs)]
		changed = changed || len(refs) > 0
	} else {
		for _, r := range refs {
			if slices.Contains(x.refs, r) {
				continue
			}
			if len(x.refs) >= maxRefs {
				r = Ref{Root: Unknown}
				if slices.Contains(x.refs, r) {
					continue
				}
			}
			x.refs = append(x.refs, r)
			changed = true
		}
		x.refs = slices.Clip(x.refs)
	}
	f.stale = f.stale || changed && x.read == f.round
}

func distinct(refs []Ref) bool {
	for i, r := range refs {
		if slices.Contains(refs[:i], r) {
			return false
		}
	}
	return true
}

func (f *flow) put(at Ref, refs []Ref) {
	if len(refs) == 0 {
		return
	}
	x := f.value(at.Root)
	p := x.part(at.Path)
	var have []Ref
	if p != nil {
		have = p.refs
	}
	n := len(have)
	for _, r := range refs {
		if r == at || len(have) >= maxRefs || slices.Contains(have, r) {
			continue
		}
		have = append(have, r)
	}
	if len(have) == n {
		return
	}
	if p == nil {
		p = &part{path: at.Path}
		last := &x.held
		for *last != nil {
			last = &(*last).next
		}
		*last = p
	}
	p.refs = have
	f.stale = f.stale || x.looked == f.round && x.where&at.Path.bit() != 0
}

// part returns what was stored at a path, or nil.
func (x *value) part(path *Path) *part {
	p := x.held
	for p != nil && p.path != path {
		p = p.next
	}
	return p
}

// look returns the value that was born as the root of a ref, to read what it
// holds at the path of the ref and at what that is a part of.
func (f *flow) look(at Ref) *value {
	x := f.value(at.Root)
	if x.looked != f.round {
		x.looked, x.where = f.round, 0
	}
	x.where |= at.Path.bits()
	return x
}

// load returns what a variable named at may hold: itself (a pointer and what
// it points to share a name) and all that was stored there or in a whole of
// which it is a part.
func (f *flow) load(at Ref) []Ref {
	refs := append(f.t.slabs.loading[:0], at)
	for i := 0; i < len(refs) && len(refs) < maxRefs; i++ {
		r := refs[i]
		x := f.look(r)
		if x.held == nil {
			continue
		}
		var step *Path // the first one behind prefix
		for prefix := r.Path; ; step, prefix = prefix, prefix.up {
			if p := x.part(prefix); p != nil {
				for _, c := range p.refs {
					if step != nil && step.field != nil && !mayHave(c, step.field) {
						continue
					}
					c.Path = f.t.join(c.Path, r.Path, prefix)
					if !slices.Contains(refs, c) {
						refs = append(refs, c)
					}
				}
			}
			if prefix == nil {
				break
			}
		}
	}
	f.t.slabs.loading = refs
	return slices.Clone(refs)
}

func (f *flow) loadAll(refs []Ref) []Ref {
	if distinct(refs) && !slices.ContainsFunc(refs, func(r Ref) bool { return f.look(r).held != nil }) {
		return refs
	}
	if len(refs) == 1 {
		return f.load(refs[0])
	}
	var all []Ref
	for _, r := range refs {
		for _, l := range f.load(r) {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return slices.Clip(all)
}

// elems returns refs extended by an element access.
func (f *flow) elems(refs []Ref) []Ref {
	if len(refs) == 0 {
		return nil
	}
	out := make([]Ref, len(refs))
	for i, r := range refs {
		out[i] = Ref{r.Root, f.t.extend(r.Path, nil, elem)}
	}
	return out
}

func (f *flow) field(x ssa.Value, index int) []Ref {
	fld := FieldOf(x, index)
	if fld == nil {
		return nil
	}
	of := f.of(x)
	if len(of) == 0 {
		return nil
	}
	refs := make([]Ref, 0, len(of))
	for _, r := range of {
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
		p, ok := ir.Under(typ).(*types.Pointer)
		if !ok {
			break
		}
		typ = p.Elem()
	}
	switch u := ir.Under(typ).(type) {
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
