package residue

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Keeps reports whether a slot of a type keeps something that matters: functions,
// interfaces, containers, and pointers to what has such. Text and numbers are little.
func Keeps(t types.Type) bool { return keeps(t, make(map[types.Type]bool)) }

func keeps(t types.Type, seen map[types.Type]bool) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	if seen[t] || describes(t) {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Signature, *types.Map, *types.Interface, *types.Slice:
		return true
	case *types.Chan:
		return keeps(u.Elem(), seen)
	case *types.Pointer:
		s, ok := u.Elem().Underlying().(*types.Struct)
		if !ok || describes(u.Elem()) {
			return false
		}
		for f := range s.Fields() {
			_, pointer := f.Type().Underlying().(*types.Pointer)
			if pointer && !describes(f.Type()) || keeps(f.Type(), seen) {
				return true
			}
		}
	case *types.Array:
		return keeps(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if keeps(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// describes reports whether values of a type are of the program itself, or as small as an
// error.
func describes(t types.Type) bool {
	if ir.IsError(t) {
		return true
	}
	n := ir.Named(t)
	if n == nil || n.Obj().Pkg() == nil {
		return false
	}
	switch n.Obj().Pkg().Path() {
	case "reflect", "go/types", "go/ast", "go/token", "time":
		return true
	}
	return false
}

// isReference reports whether an element refers to something else, and is no value itself.
func isReference(t types.Type) bool {
	if _, parameter := types.Unalias(t).(*types.TypeParam); parameter {
		return true
	}
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return false
	}
	return true
}

// leaves reports whether nothing lets go of what a cut leaves in its slots.
func (c *Cut) leaves(p *Package) bool {
	fn := ir.Outermost(c.At.Parent())
	for _, f := range p.around(fn) {
		if c.letsGo(p, f) {
			return false
		}
	}
	if (c.Kind == Front || c.Kind == Back) && !p.grows(c) {
		return false
	}
	if c.Kind == All && (!isReference(c.Elem) || p.InTeardown(fn) || c.begins()) {
		return false // room for values, the end, or a new beginning
	}
	c.loads(p)
	if (c.Kind == Front && !p.heavy(c)) || c.window || (c.Kind == Front || c.Kind == Back) && p.limited(c) {
		return false
	}
	return !c.handedOn(p) && !c.spare(p) && !c.refilled(p) && !c.balanced(p) && !p.owned(c) && p.fed(c) && !p.unpopped(c) && !p.extends(c) && !p.pooled(c) && !p.passing.Holds(c.Place)
}

// begins reports whether a cut is one of several fields that a function sets: the object is
// made ready to be used again.
func (c *Cut) begins() bool {
	const several = 2
	st, ok := c.At.(*ssa.Store)
	if !ok {
		return false
	}
	at, ok := st.Addr.(*ssa.FieldAddr)
	if !ok {
		return false
	}
	set := make(map[int]bool)
	for _, b := range c.At.Parent().Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			_, cut := st.Val.(*ssa.Slice)
			if other, ok := st.Addr.(*ssa.FieldAddr); ok && !cut && other.X == at.X && other.Field != at.Field {
				set[other.Field] = true
			}
		}
	}
	return len(set) >= several
}

// letting is a function that may let go of what is in a slice.
type letting struct {
	fn *ssa.Function
	of any
}

// letsGo reports whether a function empties slots of the slice or replaces its array.
func (c *Cut) letsGo(p *Package, fn *ssa.Function) bool {
	key := letting{fn, c.Place}
	switch {
	case c.field != nil:
		key.of = c.field
	case c.global != nil:
		key.of = c.global
	}
	does, known := p.letting[key]
	if !known {
		does = c.emptiedIn(p, fn) || c.replacedIn(p, fn)
		p.letting[key] = does
	}
	return does
}

// around returns a declared function, those of the package that it calls, and those that
// call it.
func (p *Package) around(fn *ssa.Function) []*ssa.Function {
	fns := []*ssa.Function{fn}
	add := func(f *ssa.Function) {
		if f != nil && !slices.Contains(fns, ir.Outermost(f)) {
			fns = append(fns, ir.Outermost(f))
		}
	}
	calls(fn, func(call ssa.CallInstruction) { add(p.IR.Static(call.Common())) })
	for _, use := range p.Uses(fn) {
		if !p.HelpsTests(use.Parent()) {
			add(use.Parent())
		}
	}
	return fns
}

// instructions calls f for all of a declared function and the literals in it.
func instructions(fn *ssa.Function, f func(ssa.Instruction)) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			f(instr)
		}
	}
	for _, lit := range fn.AnonFuncs {
		instructions(lit, f)
	}
}

func calls(fn *ssa.Function, f func(ssa.CallInstruction)) {
	instructions(fn, func(instr ssa.Instruction) {
		if call, ok := instr.(ssa.CallInstruction); ok {
			f(call)
		}
	})
}

// is reports whether refs name the place of a cut, in any object of its type.
func (c *Cut) is(refs []effects.Ref) bool {
	return slices.ContainsFunc(refs, func(r effects.Ref) bool {
		if c.field != nil {
			return r.Path.Field() == c.field
		}
		return slices.Contains(c.refs, r) || c.global != nil && r.Root == c.global
	})
}

// emptiedIn reports whether a function empties slots of the slice, or may do so.
func (c *Cut) emptiedIn(p *Package, fn *ssa.Function) bool {
	emptied := false
	instructions(fn, func(instr ssa.Instruction) {
		switch instr := instr.(type) {
		case *ssa.Store:
			slot := instr.Addr
			if part, ok := slot.(*ssa.FieldAddr); ok {
				slot = part.X
			}
			if at, ok := slot.(*ssa.IndexAddr); ok && isNothing(instr.Val) && c.is(p.Refs(at.X)) {
				emptied = true
			}
		case *ssa.Call:
			emptied = emptied || c.emptiedBy(p, instr)
		}
	})
	return emptied
}

// emptiedBy reports whether a call empties slots that it is given, or may do so.
func (c *Cut) emptiedBy(p *Package, call *ssa.Call) bool {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		return b.Name() == "clear" && c.is(p.Refs(call.Call.Args[0]))
	}
	if ir.Callee(&call.Call) == nil {
		return false
	}
	callee := p.IR.Static(&call.Call)
	for i, arg := range ir.Args(&call.Call) {
		if slot, ok := arg.(*ssa.IndexAddr); ok && c.is(p.Refs(slot.X)) {
			return true // a method that resets the element, say
		}
		if _, ok := arg.Type().Underlying().(*types.Slice); !ok || !c.is(p.Refs(arg)) {
			continue
		}
		if callee == nil {
			if call.Call.Signature().Results().Len() == 0 && len(ir.Args(&call.Call)) == 1 {
				return true
			}
			continue
		}
		inner := &Cut{refs: []effects.Ref{{Root: callee.Params[i]}}}
		if callee != ir.Outermost(call.Parent()) && inner.emptiedIn(p, callee) {
			return true
		}
	}
	return false
}

// isNothing reports whether a value is the zero value of its type, or keeps as little in an
// interface.
func isNothing(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value == nil || isZero(v)
	case *ssa.UnOp:
		cell, ok := v.X.(*ssa.Alloc)
		return ok && !slices.ContainsFunc(*cell.Referrers(), func(ref ssa.Instruction) bool {
			load, isLoad := ref.(*ssa.UnOp)
			return !isLoad || load.X != cell
		})
	case *ssa.MakeInterface:
		return isNothing(v.X)
	}
	return false
}

// replacedIn reports whether a function puts another array in the place of the one that
// is cut.
func (c *Cut) replacedIn(p *Package, fn *ssa.Function) bool {
	return slices.ContainsFunc(p.In(fn), func(e *effects.Event) bool {
		return e.Kind == effects.Replace && !effects.Fresh(e.Ref.Root) && c.is([]effects.Ref{e.Ref})
	})
}

// handedOn reports whether the function returns the slice that it found, or a part of it,
// or puts it elsewhere: somebody has what is cut off.
func (c *Cut) handedOn(p *Package) bool {
	seen := make(map[ssa.Value]bool)
	var on func(v ssa.Value) bool
	on = func(v ssa.Value) bool {
		if seen[v] {
			return false
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.Return:
				return true
			case *ssa.Store:
				if cell, ok := ref.Addr.(*ssa.Alloc); ok && slices.ContainsFunc(*cell.Referrers(), func(ref ssa.Instruction) bool {
					load, ok := ref.(*ssa.UnOp)
					return ok && on(load)
				}) {
					return true
				}
				if ref.Val == v && ref != c.At && !c.is(p.Refs(ref.Addr)) && slices.ContainsFunc(p.Refs(ref.Addr), outlives) {
					return true
				}
			case *ssa.Slice:
				if on(ref) {
					return true
				}
			case *ssa.Phi:
				if on(ref) {
					return true
				}
			}
		}
		return false
	}
	return slices.ContainsFunc(c.from, on)
}

// pooled reports whether the slice is one of a pool, or of an object that goes to one: what
// is in it is a matter of where it is put back.
func (p *Package) pooled(c *Cut) bool {
	if made, ok := c.Place.Root.(*ssa.Call); ok {
		callee := ir.Callee(&made.Call)
		if callee != nil && callee.FullName() == "(*sync.Pool).Get" {
			return true
		}
	}
	p.index()
	if c.field != nil {
		return p.put[c.field]
	}
	return c.named != nil && p.putTypes[c.named]
}

// owned reports whether what the slice has are pointers into another slice that stays.
func (p *Package) owned(c *Cut) bool {
	p.index()
	return slices.ContainsFunc(p.inner, func(t types.Type) bool { return types.Identical(t, c.Elem) })
}

// isInner reports whether a value that is stored is a pointer into a slice of a field.
func (p *Package) isInner(v ssa.Value) bool {
	at, ok := v.(*ssa.IndexAddr)
	return ok && slices.ContainsFunc(p.Refs(at.X), func(r effects.Ref) bool { return r.Path.Field() != nil })
}

// putInPool notes the fields of a struct that goes to a pool, and of the structs in it.
func (p *Package) putInPool(t types.Type) {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range s.Fields() {
		if f = f.Origin(); !p.put[f] {
			p.put[f] = true
			if n, ok := types.Unalias(f.Type()).(*types.Named); ok {
				p.putTypes[n] = true
			}
			p.putInPool(f.Type())
		}
	}
}

func note(in map[any]bool, refs []effects.Ref) {
	for _, r := range refs {
		if f := r.Path.Field(); f != nil {
			in[f] = true
		} else if g, ok := r.Root.(*ssa.Global); ok {
			in[g] = true
		}
	}
}

// maxUp bounds how many callers above each other are looked at.
const maxUp = 2

// everyUse reports whether all calls of a function, which others cannot call, are good, or
// those of the function around them.
func (p *Package) everyUse(fn *ssa.Function, depth int, good func(*ssa.Call) bool) bool {
	if fn.Parent() != nil || depth > maxUp || !inSight(fn) {
		return false
	}
	used := false
	for _, use := range p.Uses(fn) {
		if p.HelpsTests(use.Parent()) {
			continue
		}
		call, ok := use.(*ssa.Call)
		if !ok || !good(call) && !p.everyUse(call.Parent(), depth+1, good) {
			return false
		}
		used = true
	}
	return used
}

// inSight reports whether all callers of a function are in its package: it is not exported,
// or a method of a type that is not.
func inSight(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return false
	}
	if recv := obj.Signature().Recv(); recv != nil {
		if n := ir.Named(recv.Type()); n != nil && !n.Obj().Exported() {
			return true
		}
	}
	return !obj.Exported()
}
