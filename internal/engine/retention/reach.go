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
	if base := Interior(v); base != v {
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

// Cyclic returns the instruction that closes a cycle through the object: the
// store of a pointer to it, or into it, in one of its own fields, or of
// something that holds it; or the call of a function of the package that does
// so. It returns nil if there is none in the function, or if what holds the
// object is set to nil there.
func Cyclic(p *effects.Package, object ssa.Value, fn *ssa.Function) ssa.Instruction {
	return cyclic(p, object, fn, 0)
}

func cyclic(p *effects.Package, object ssa.Value, fn *ssa.Function, depth int) ssa.Instruction {
	self := identity(p, object)
	is := func(r effects.Ref) bool { return slices.Contains(self, r) }
	within := func(v ssa.Value) bool {
		base := Interior(v)
		return isPointer(base.Type()) && slices.ContainsFunc(p.Refs(base), is)
	}
	var found ssa.Instruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && found == nil && depth < maxReach {
				if callee := p.IR.Static(&call.Call); callee != nil && callee.Signature.Recv() != nil && within(call.Call.Args[0]) && cyclic(p, callee.Params[0], callee, depth+1) != nil {
					found = call
				}
				continue
			}
			st, ok := instr.(*ssa.Store)
			if !ok || st.Addr == Interior(st.Addr) {
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
	if base := Interior(st.Val); isReference(st.Val.Type()) && isPointer(base.Type()) && slices.ContainsFunc(p.Refs(base), is) {
		return true
	}
	return slices.ContainsFunc(p.Refs(st.Val), func(r effects.Ref) bool {
		if is(r) || r.Path != nil || !effects.Fresh(r.Root) || isCopy(r.Root, nil, self) || copiedInto(p, r.Root, is) {
			return false
		}
		return slices.ContainsFunc(p.Held([]effects.Ref{r}), is) || capturesObject(p, r, self, 0)
	})
}

// copiedInto reports whether a new struct has a copy of the object in a field, and nothing else of it.
func copiedInto(p *effects.Package, v ssa.Value, is func(effects.Ref) bool) bool {
	made, ok := v.(*ssa.Alloc)
	if !ok {
		return false
	}
	copied := false
	for _, use := range *made.Referrers() {
		field, ok := use.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		for _, use := range *field.Referrers() {
			st, ok := use.(*ssa.Store)
			if !ok || st.Addr != ssa.Value(field) || !slices.ContainsFunc(p.Refs(st.Val), is) {
				continue
			}
			if _, whole := st.Val.Type().Underlying().(*types.Struct); !whole {
				return false
			}
			copied = true
		}
	}
	return copied
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
	if !isStructVar(v) || isNew(v) || slices.ContainsFunc(refs, func(r effects.Ref) bool { return slices.Contains(object, r) }) {
		return false
	}
	return slices.ContainsFunc(object, func(r effects.Ref) bool { return types.Identical(deref(v.Type()), deref(r.Root.Type())) })
}

// isNew reports whether v is an object that a composite literal or new makes,
// and no variable.
func isNew(v ssa.Value) bool {
	obj, ok := v.(*ssa.Alloc)
	return ok && (obj.Comment == "complit" || obj.Comment == "new")
}

// Interior returns the pointer to the whole of which v points to a part.
func Interior(v ssa.Value) ssa.Value {
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
	var names []ssa.Value
	for _, r := range identity(p, object) {
		names = append(names, r.Root)
	}
	return pinned(p, names, 0)
}

// pinned is Pinned of an object that has the given names.
func pinned(p *effects.Package, object []ssa.Value, depth int) ssa.Instruction {
	for _, name := range object {
		for _, e := range p.Of(name) {
			if at := pinnedBy(p, e, object, depth); at != nil {
				return at
			}
		}
	}
	return nil
}

func pinnedBy(p *effects.Package, e *effects.Event, object []ssa.Value, depth int) ssa.Instruction {
	if e.Via || e.Callee == nil || e.Kind != effects.Method && e.Kind != effects.Arg {
		return nil
	}
	if lit := e.Func(); lit.Parent() != nil && lasts(p, lit, object, e.Instr) {
		if starts := p.Starts(lit); len(starts) > 0 {
			return starts[0]
		}
	}
	body := p.IR.Source(p.IR.SSA.Prog.FuncValue(e.Callee))
	index := e.Index
	if e.Kind == effects.Method {
		index = 0
	}
	if e.Ref.Path != nil || body == nil || index < 0 || index >= len(body.Params) {
		return nil
	}
	param := body.Params[index]
	inside := []ssa.Value{param}
	switch {
	case e.Mode == effects.Spawned:
		if slices.ContainsFunc(*param.Referrers(), func(use ssa.Instruction) bool { return lasts(p, body, inside, use) }) {
			return e.Instr
		}
	case depth < maxReach && pinned(p, inside, depth+1) != nil:
		return e.Instr
	}
	return nil
}

// lasts reports whether an instruction of fn, which uses an object, is in a
// loop that nobody but the object's methods can end.
func lasts(p *effects.Package, fn *ssa.Function, object []ssa.Value, use ssa.Instruction) bool {
	for l := p.IR.Graph(fn).Innermost(use.Block()); l != nil; l = l.Outer {
		if ownLoop(p, l, object) {
			return true
		}
	}
	return false
}

func ownLoop(p *effects.Package, l *ir.Loop, object []ssa.Value) bool {
	field := func(r effects.Ref) bool { return r.Path != nil && slices.Contains(object, r.Root) }
	own := func(ch ssa.Value) bool {
		refs := p.Refs(ch)
		return slices.ContainsFunc(refs, field) && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !field(r) && !madeFor(p, r, object) })
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

// madeFor reports whether r is a channel that was made here and that nothing
// but the object has.
func madeFor(p *effects.Package, r effects.Ref, object []ssa.Value) bool {
	if _, made := r.Root.(*ssa.MakeChan); !made || r.Path != nil {
		return false
	}
	return !slices.ContainsFunc(p.Of(r.Root), func(e *effects.Event) bool {
		switch e.Kind {
		case effects.Store:
			return !slices.Contains(object, e.To.Root)
		case effects.Return, effects.Escape, effects.Send, effects.Arg:
			return !e.Via
		}
		return false
	})
}

func dominatedBy(b *ssa.BasicBlock, any map[*ssa.BasicBlock]bool) bool {
	for b := range ir.Dominators(b) {
		if any[b] {
			return true
		}
	}
	return false
}
