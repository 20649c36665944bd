package recycle

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/retention"
)

// A List is a hand-made pool that nothing bounds: a slice or chain that one function
// takes elements from, or makes a new one if there is none, and to which others add.
type List struct {
	Var  types.Object    // the field or package variable
	Put  ssa.Instruction // adds an element
	Take ssa.Instruction // takes one out
}

// A free is what a package does to what may be such a list.
type free struct {
	v      types.Object
	puts   []ssa.Instruction
	takes  []ssa.Instruction
	elems  []effects.Ref // what is taken out
	others bool          // something else takes out, or may
	chain  bool
}

// Lists returns the lists of the package, in source order.
func (f *Finder) Lists() []*List {
	frees := make(map[types.Object]*free)
	of := func(v types.Object) *free {
		if frees[v] == nil {
			frees[v] = &free{v: v}
		}
		return frees[v]
	}
	for _, fn := range f.IR.Funcs {
		if f.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					if v := variable(st.Addr); v != nil {
						if pointsToStruct(v.Type()) {
							f.chained(of(v), st)
						} else if s, ok := v.Type().Underlying().(*types.Slice); ok && large(s.Elem()) {
							f.sliced(of(v), st)
						}
					}
				}
			}
		}
	}
	var lists []*List
	for _, l := range frees {
		if l.others || len(l.takes) == 0 || f.little(l.v.Type()) || f.escapes(l) {
			continue
		}
		take := slices.IndexFunc(l.takes, func(at ssa.Instruction) bool { return f.makesElse(at, l) })
		if take < 0 {
			continue
		}
		for _, put := range l.puts {
			if !bounded(f.IR.Graph(put.Parent()), put) && f.locks(put.Parent()) && ir.Outermost(put.Parent()) != ir.Outermost(l.takes[take].Parent()) {
				lists = append(lists, &List{l.v, put, l.takes[take]})
				break
			}
		}
	}
	slices.SortFunc(lists, func(a, b *List) int { return cmp.Compare(a.Put.Pos(), b.Put.Pos()) })
	return lists
}

// little reports whether what a list has are pointers to small structs: as many as ever
// were in use at once are no matter.
func (f *Finder) little(typ types.Type) bool {
	const small = 1 << 10
	if s, ok := typ.Underlying().(*types.Slice); ok {
		typ = s.Elem()
	}
	ptr, ok := typ.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	s, ok := ptr.Elem().Underlying().(*types.Struct)
	return ok && retention.Sizeof(f.Package.Package, s) < small && !f.holdsBuffer(s)
}

// holdsBuffer reports whether a struct has a slice or buffer of any size.
func (f *Finder) holdsBuffer(s *types.Struct) bool {
	for field := range s.Fields() {
		switch t := field.Type().Underlying().(type) {
		case *types.Slice:
			return true
		case *types.Struct:
			if f.holdsBuffer(t) {
				return true
			}
		}
	}
	return false
}

// large reports whether elements of a type are worth a list: what is made anew is on the
// heap.
func large(typ types.Type) bool {
	switch typ.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		return true
	}
	return false
}

func pointsToStruct(typ types.Type) bool {
	p, ok := typ.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	_, ok = p.Elem().Underlying().(*types.Struct)
	return ok
}

// variable returns the field or package variable that an address is of, or nil.
func variable(addr ssa.Value) types.Object {
	switch addr := addr.(type) {
	case *ssa.Global:
		if addr.Object() != nil {
			return addr.Object()
		}
	case *ssa.FieldAddr:
		return effects.FieldOf(addr.X, addr.Field).Origin()
	}
	return nil
}

// loads reports whether a value is loaded from a variable.
func loads(v ssa.Value, of types.Object) bool {
	load, ok := v.(*ssa.UnOp)
	return ok && load.Op == token.MUL && variable(load.X) == of
}

// sliced notes what a store does to a slice.
func (f *Finder) sliced(l *free, st *ssa.Store) {
	switch v := st.Val.(type) {
	case *ssa.Call:
		if b, ok := v.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" && loads(v.Call.Args[0], l.v) {
			if f.given(v.Call.Args[1]) && len(f.GrowsAt(st)) > 0 {
				l.puts = append(l.puts, st)
			}
			return
		}
	case *ssa.Slice:
		if loads(v.X, l.v) {
			l.takes = append(l.takes, st)
			return
		}
	}
	if !f.makes(st) {
		l.others = true
	}
}

// given reports whether elements that are appended are not made for that.
func (f *Finder) given(list ssa.Value) bool {
	s, ok := list.(*ssa.Slice)
	if !ok {
		return false
	}
	cell, ok := s.X.(*ssa.Alloc)
	if !ok {
		return false
	}
	return slices.ContainsFunc(f.Contents(effects.Ref{Root: cell}), func(r effects.Ref) bool { return !effects.Fresh(r.Root) }) ||
		slices.ContainsFunc(f.Held([]effects.Ref{{Root: cell}}), func(r effects.Ref) bool { return !effects.Fresh(r.Root) })
}

// chained notes what a store does to the head of a chain.
func (f *Finder) chained(l *free, st *ssa.Store) {
	l.chain = true
	if load, ok := st.Val.(*ssa.UnOp); ok && load.Op == token.MUL {
		if next, ok := load.X.(*ssa.FieldAddr); ok && loads(next.X, l.v) {
			l.takes = append(l.takes, st)
			l.elems = append(l.elems, f.Refs(next.X)...)
			return
		}
	}
	if refs := st.Val.Referrers(); refs != nil {
		for _, ref := range *refs {
			next, ok := ref.(*ssa.FieldAddr)
			if !ok {
				continue
			}
			for _, use := range *next.Referrers() {
				if link, ok := use.(*ssa.Store); ok && link.Addr == ssa.Value(next) && loads(link.Val, l.v) {
					l.puts = append(l.puts, st)
					return
				}
			}
		}
	}
	if !f.makes(st) {
		l.others = true
	}
}

// makes reports whether a store sets a field of an object that the function makes.
func (f *Finder) makes(st *ssa.Store) bool {
	addr, ok := st.Addr.(*ssa.FieldAddr)
	if !ok {
		return st.Parent().Synthetic != ""
	}
	for _, r := range f.Refs(addr.X) {
		if _, made := r.Root.(*ssa.Alloc); !made {
			return false
		}
	}
	return true
}

// escapes reports whether code that is not known gets hold of the list.
func (f *Finder) escapes(l *free) bool {
	field, ok := l.v.(*types.Var)
	if !ok || !field.IsField() {
		return false
	}
	return slices.ContainsFunc(f.OfField(field), func(e *effects.Event) bool {
		return !l.chain && !e.Ref.Path.IsElem() && (e.Kind == effects.Escape || e.Kind == effects.Return) ||
			e.Kind == effects.Shrink && !slices.Contains(l.takes, e.Origin)
	})
}

// makesElse reports whether the function that takes an element out gives a new one where
// there is none.
func (f *Finder) makesElse(take ssa.Instruction, l *free) bool {
	fn := take.Parent()
	both := func(values []ssa.Value) bool {
		taken, made := false, false
		for _, v := range values {
			for _, r := range f.Refs(v) {
				switch root := r.Root.(type) {
				case *ssa.Alloc:
					made = made || r.Path == nil && !large(deref(root.Type())) // else a variable
				case *ssa.MakeSlice, *ssa.MakeMap, *ssa.Call:
					made = made || r.Path == nil && !builtin(r.Root)
				}
				if l.chain {
					taken = taken || slices.Contains(l.elems, r)
				} else {
					taken = taken || r.Path.IsElem() && (r.Path.Field() == l.v || r.Path.Field() == nil && isGlobal(r.Root, l.v))
				}
			}
		}
		return taken && made
	}
	results := make([][]ssa.Value, fn.Signature.Results().Len())
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Phi:
				if large(instr.Type()) && both(instr.Edges) {
					return true
				}
			case *ssa.Return:
				for i, r := range instr.Results {
					results[i] = append(results[i], r)
				}
			}
		}
	}
	return slices.ContainsFunc(results, both)
}

func builtin(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	_, ok = call.Call.Value.(*ssa.Builtin)
	return ok
}

func isGlobal(root ssa.Value, v types.Object) bool {
	g, ok := root.(*ssa.Global)
	return ok && g.Object() == v
}

// bounded reports whether a comparison of numbers decides whether an element is added.
func bounded(g *ir.Graph, put ssa.Instruction) bool {
	for _, br := range g.Branches() {
		if l := g.Innermost(br.Block); l != nil && l.Header == br.Block {
			continue
		}
		if orders(br.Cond, 0) && decides(br.Block, put) {
			return true
		}
	}
	return false
}

func orders(cond ssa.Value, depth int) bool {
	const deep = 3
	if depth == deep {
		return false
	}
	switch v := cond.(type) {
	case *ssa.BinOp:
		switch v.Op {
		case token.LSS, token.GTR, token.LEQ, token.GEQ:
			return true
		}
	case *ssa.UnOp:
		return orders(v.X, depth+1)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return orders(e, depth+1) })
	case *ssa.Call:
		return true // it asks somebody
	}
	return false
}

// locks reports whether a function locks a mutex: more than one goroutine has the list.
func (f *Finder) locks(fn *ssa.Function) bool {
	return slices.ContainsFunc(f.In(ir.Outermost(fn)), func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == "Lock"
	})
}
