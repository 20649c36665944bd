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
