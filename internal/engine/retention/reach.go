package retention

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Reaches reports whether the value leads to the object: it is the object or
// points into it, it is a closure that captured a variable with it, or it
// holds it in a field. The object is named by the pointer to it.
func Reaches(p *effects.Package, v, object ssa.Value) bool {
	return reaches(p, v, identity(p, object), 0)
}

// identity returns the names of the object that a pointer points to.
func identity(p *effects.Package, object ssa.Value) []effects.Ref {
	var out []effects.Ref
	for _, r := range p.Refs(object) {
		if r.Path == nil && r.Root != effects.Unknown {
			out = append(out, r)
		}
	}
	return out
}

// maxReach bounds how many closures inside each other are looked into.
const maxReach = 3

func reaches(p *effects.Package, v ssa.Value, object []effects.Ref, depth int) bool {
	if depth > maxReach {
		return false
	}
	if base := interior(v); base != v {
		return reaches(p, base, object, depth+1)
	}
	refs := p.Refs(v)
	if isCopy(v, refs, object) {
		return false
	}
	return slices.ContainsFunc(slices.Concat(refs, p.Held(refs)), func(r effects.Ref) bool {
		return slices.Contains(object, r) || capturesObject(p, r, object, depth)
	})
}

func capturesObject(p *effects.Package, r effects.Ref, object []effects.Ref, depth int) bool {
	mc, ok := r.Root.(*ssa.MakeClosure)
	return ok && r.Path == nil && slices.ContainsFunc(mc.Bindings, func(b ssa.Value) bool { return reaches(p, b, object, depth+1) })
}

// Cyclic returns the store that closes a cycle through the object: of a
// pointer to it, or into it, in one of its own fields; or of something that
// holds it. It returns nil if there is none in the function, or if what holds
// the object is set to nil there.
func Cyclic(p *effects.Package, object ssa.Value, fn *ssa.Function) *ssa.Store {
	self := identity(p, object)
	is := func(r effects.Ref) bool { return slices.Contains(self, r) }
	within := func(v ssa.Value) bool {
		base := interior(v)
		return isPointer(base.Type()) && slices.ContainsFunc(p.Refs(base), is)
	}
	var found *ssa.Store
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || st.Addr == interior(st.Addr) {
				continue
			}
			if k, ok := st.Val.(*ssa.Const); ok && k.IsNil() && slices.ContainsFunc(p.Refs(st.Addr), func(at effects.Ref) bool { return slices.ContainsFunc(p.Contents(at), is) }) {
				return nil
			}
			if found == nil && within(st.Addr) && closes(p, st, self) {
				found = st
			}
		}
	}
	return found
}

// closes reports whether a store into the object leads back to it.
func closes(p *effects.Package, st *ssa.Store, self []effects.Ref) bool {
	is := func(r effects.Ref) bool { return slices.Contains(self, r) }
	if base := interior(st.Val); isReference(st.Val.Type()) && isPointer(base.Type()) && slices.ContainsFunc(p.Refs(base), is) {
		return true
	}
	return slices.ContainsFunc(p.Refs(st.Val), func(r effects.Ref) bool {
		if is(r) || r.Path != nil || !effects.Fresh(r.Root) || isCopy(r.Root, nil, self) {
			return false
		}
		return slices.ContainsFunc(p.Held([]effects.Ref{r}), is) || capturesObject(p, r, self, 0)
	})
}

func isReference(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return true
	}
	return false
}

// isCopy reports whether v is a struct variable with a copy of the object's
// fields: pointers and what they point to share a name.
func isCopy(v ssa.Value, refs, object []effects.Ref) bool {
	if !isStructVar(v) || slices.ContainsFunc(refs, func(r effects.Ref) bool { return slices.Contains(object, r) }) {
		return false
	}
	return slices.ContainsFunc(object, func(r effects.Ref) bool { return types.Identical(deref(v.Type()), deref(r.Root.Type())) })
}

// interior returns the pointer to the whole of which v points to a part.
func interior(v ssa.Value) ssa.Value {
	for {
		v = ir.Unconvert(v)
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		default:
			return v
		}
	}
}

// Pinned returns the instruction that starts a goroutine which keeps the
// object for as long as the object itself does not end it: a loop of the
// goroutine uses the object, and leaves only by a channel in one of the
// object's fields, if at all. It returns nil if there is none.
func Pinned(p *effects.Package, object ssa.Value) ssa.Instruction {
	for _, r := range identity(p, object) {
		if at := pinned(p, r.Root, 0); at != nil {
			return at
		}
	}
	return nil
}

func pinned(p *effects.Package, root ssa.Value, depth int) ssa.Instruction {
	for _, e := range p.Of(root) {
		if e.Ref.Path != nil || e.Via || e.Callee == nil || e.Kind != effects.Method && e.Kind != effects.Arg {
			continue
		}
		body := p.IR.Source(p.IR.SSA.Prog.FuncValue(e.Callee))
		index := e.Index
		if e.Kind == effects.Method {
			index = 0
		}
		if body == nil || index < 0 || index >= len(body.Params) {
			continue
		}
		if e.Mode == effects.Spawned {
			if holdsForever(p, body, body.Params[index]) {
				return e.Instr
			}
		} else if depth < maxReach {
			if at := pinned(p, body.Params[index], depth+1); at != nil {
				return e.Instr
			}
		}
	}
	return nil
}

// holdsForever reports whether fn has a loop that uses v and that nobody but
// v's methods can end.
func holdsForever(p *effects.Package, fn *ssa.Function, v *ssa.Parameter) bool {
	return slices.ContainsFunc(loops(p, fn, func(l *ir.Loop) bool { return ownLoop(p, l, v) }), func(l *ir.Loop) bool {
		for _, ref := range *v.Referrers() {
			if ref.Block() != nil && l.Contains(ref.Block()) {
				return true
			}
		}
		return false
	})
}

func ownLoop(p *effects.Package, l *ir.Loop, v *ssa.Parameter) bool {
	own := func(ch ssa.Value) bool {
		refs := p.Refs(ch)
		return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return r.Root != ssa.Value(v) || r.Path == nil })
	}
	ways := make(map[*ssa.BasicBlock]bool) // taken when a channel of the object says so
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				for _, comm := range ir.Comms(instr) {
					if e, ok := ir.CaseEdge(instr, comm.Case); ok && comm.Recv && own(comm.Chan) {
						ways[e.To()] = true
					}
				}
				if e, ok := ir.NoCaseEdge(instr); ok {
					ways[e.To()] = true
				}
			case *ssa.UnOp:
				if e, ok := ir.ClosedEdge(instr); ok && own(instr.X) {
					ways[e.To()] = true
				}
			case *ssa.Call:
				if p.NeverReturns(&instr.Call) {
					return false
				}
			}
		}
	}
	return !slices.ContainsFunc(l.Exits(), func(e ir.Edge) bool { return !ways[e.To()] && !dominatedBy(e.From, ways) })
}

func dominatedBy(b *ssa.BasicBlock, any map[*ssa.BasicBlock]bool) bool {
	for ; b != nil; b = b.Idom() {
		if any[b] {
			return true
		}
	}
	return false
}
