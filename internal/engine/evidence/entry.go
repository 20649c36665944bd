package evidence

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// sourcesThrough returns what a value of a callee is made from, as the caller
// knows it.
func (p *Package) sourcesThrough(call ssa.CallInstruction, v ssa.Value) []Source {
	fn := v.Parent()
	t := &trace{Package: p, seen: make(map[visit]bool)}
	args := ir.Args(call.Common())
	for _, s := range p.sourcesOf(v, "") {
		if s.param == nil || s.param.Parent() != fn {
			t.sources = append(t.sources, s)
			continue
		}
		if i := slices.Index(fn.Params, s.param); i < len(args) {
			t.given(args[i], s)
		}
	}
	return t.sources
}

// isEntry reports whether a function puts something under the key v into a map from
// which the package takes it out, or into another map as well, from which it does:
// what comes and goes is many. A number, a time or a mark under the key may be taken
// out when nobody uses it just now.
func (p *Package) isEntry(v ssa.Value, fn *ssa.Function) bool {
	fn = ir.Outermost(fn)
	keys, known := p.entries[fn]
	if !known {
		keys = p.entryKeys(fn)
		p.entries[fn] = keys
	}
	return keys[ir.Unconvert(v)] || p.entryFields()[keyField(v)]
}

// keyField returns the field of a struct that a key is, or is loaded from; nil if it is none.
func keyField(v ssa.Value) *types.Var {
	switch v := ir.Unconvert(v).(type) {
	case *ssa.Field:
		return effects.FieldOf(v.X, v.Field).Origin()
	case *ssa.UnOp:
		if at, ok := v.X.(*ssa.FieldAddr); ok && v.Op == token.MUL {
			return effects.FieldOf(at.X, at.Field).Origin()
		}
	}
	return nil
}

// indexEntryFields returns the fields whose values are keys of maps from which the package
// takes them out: who has such a field comes and goes.
func (p *Package) indexEntryFields() map[*types.Var]bool {
	fields := make(map[*types.Var]bool)
	for _, e := range p.Events() {
		if h, put := p.entryPut(e); put != nil && !p.inTest(e.Func()) {
			if f := keyField(put.Key); f != nil && !fields[f] && p.losesElements(h, e.Ref.Path.Elems()) {
				fields[f] = true
			}
		}
	}
	return fields
}

// entryPut returns the map update that an event is, and what has the map, if an entry is put
// into it that may come and go; nil if it is no such event.
func (p *Package) entryPut(e *effects.Event) (h holder, put *ssa.MapUpdate) {
	put, ok := e.Instr.(*ssa.MapUpdate)
	if !ok || e.Kind != effects.Grow || e.Via {
		return h, nil
	}
	switch put.Value.Type().Underlying().(type) {
	case *types.Basic, *types.Struct:
		return h, nil
	}
	h.field = e.Ref.Path.Field()
	if g, ok := e.Ref.Root.(*ssa.Global); ok && h.field == nil {
		h.global = g
	}
	if h == (holder{}) {
		return h, nil
	}
	return h, put
}

// entryKeys returns the keys of a function that isEntry is true of.
func (p *Package) entryKeys(fn *ssa.Function) map[ssa.Value]bool {
	keys := make(map[ssa.Value]bool)
	things := make(map[ssa.Value]bool) // that are taken out
	var puts []*ssa.MapUpdate
	for _, e := range p.In(fn) {
		h, put := p.entryPut(e)
		if put == nil {
			continue
		}
		if p.losesElements(h, e.Ref.Path.Elems()) {
			keys[ir.Unconvert(put.Key)] = true
			things[ir.Unconvert(put.Value)] = true
		}
		puts = append(puts, put)
	}
	for _, put := range puts {
		if things[ir.Unconvert(put.Value)] {
			keys[ir.Unconvert(put.Key)] = true
		}
	}
	return keys
}

// given follows what a parameter is given that a value was found to be made
// from.
func (t *trace) given(arg ssa.Value, s Source) {
	if s.Apart {
		t.apart++
		defer func() { t.apart-- }()
	}
	t.follow(arg, s.path)
}

// counts reports whether a sum is that of a variable that counts, or of a loop
// that never ends. A loop that ends counts to the same numbers again.
func (p *Package) counts(v *ssa.BinOp) bool {
	if v.Op != token.ADD {
		return false
	}
	for _, x := range []ssa.Value{v.X, v.Y} {
		switch x := x.(type) {
		case *ssa.Phi:
			if slices.Contains(x.Edges, ssa.Value(v)) && p.goesOn(x) {
				return true
			}
		case *ssa.UnOp:
			if _, local := x.X.(*ssa.Alloc); x.Op == token.MUL && !local && slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool {
				st, ok := use.(*ssa.Store)
				return ok && sameAddr(st.Addr, x.X)
			}) {
				return true
			}
		}
	}
	return false
}

// goesOn reports whether the loop that changes a variable never ends, or one around it that
// does not set it back.
func (p *Package) goesOn(v *ssa.Phi) bool {
	l := p.IR.Graph(v.Parent()).Innermost(v.Block())
	return l != nil && (p.endless(l) || slices.ContainsFunc(v.Edges, func(e ssa.Value) bool {
		before, ok := e.(*ssa.Phi)
		return ok && l.Outer != nil && before.Block() == l.Outer.Header && p.goesOn(before)
	}))
}

// sameAddr reports whether two addresses are the same variable or the same
// field of one value.
func sameAddr(a, b ssa.Value) bool {
	if a == b {
		return true
	}
	x, ok := a.(*ssa.FieldAddr)
	y, ok2 := b.(*ssa.FieldAddr)
	return ok && ok2 && x.Field == y.Field && sameAddr(x.X, y.X)
}

// fixedList reports whether x is a list whose elements are written in the
// program: a literal of constants, or an array or package variable of such.
func (p *Package) fixedList(x ssa.Value) bool {
	for {
		switch v := x.(type) {
		case *ssa.Slice:
			x = v.X
			continue
		case *ssa.UnOp:
			if v.Op == token.MUL {
				x = v.X
				continue
			}
		case *ssa.Range:
			x = v.X
			continue
		case *ssa.Const:
			return true
		}
		break
	}
	var elems []ssa.Value
	switch v := x.(type) {
	case *ssa.Global:
		return v.Pkg == p.IR.SSA && !slices.ContainsFunc(p.Sets(v), func(st *ssa.Store) bool { return st.Parent().Synthetic == "" }) && !slices.ContainsFunc(p.Of(v), func(e *effects.Event) bool {
			return e.Kind == effects.Grow || e.Kind == effects.Store && e.Ref.Path == nil || e.Kind == effects.Escape
		})
	case *ssa.Alloc:
		if _, ok := v.Type().(*types.Pointer).Elem().Underlying().(*types.Array); !ok {
			return false
		}
		for _, use := range *v.Referrers() {
			switch use := use.(type) {
			case *ssa.IndexAddr:
				for _, use := range *use.Referrers() {
					if st, ok := use.(*ssa.Store); ok {
						elems = append(elems, st.Val)
					}
				}
			case *ssa.Store:
				return false
			}
		}
	default:
		return false
	}
	for _, e := range elems {
		if _, ok := ir.Unconvert(e).(*ssa.Const); !ok {
			return false
		}
	}
	return true
}
