package residue

import (
	"go/token"
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
	if (c.Kind == Front || c.Kind == Back) && (!p.grows(c) || p.cursor(c)) {
		return false
	}
	if c.Kind == All && (!isReference(c.Elem) || p.InTeardown(fn) || c.begins()) {
		return false // room for values, the end, or a new beginning
	}
	c.loads(p)
	return !c.handedOn(p) && !c.spare(p) && !c.refilled(p) && !c.balanced(p) && !p.owned(c) && p.fed(c) && !p.extends(c) && !p.pooled(c) && !p.passing.Holds(c.Place)
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

// isNothing reports whether a value is the zero value of its type.
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
		return false
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

// fed reports whether a slice that is a heap gets elements at other places than it loses
// them: one that is filled once, or from itself, goes when that is done.
func (p *Package) fed(c *Cut) bool {
	if c.named == nil {
		return true
	}
	used := false // by the package itself
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) {
			continue
		}
		pushes, pops := false, false
		instructions(fn, func(instr ssa.Instruction) {
			call, ok := instr.(*ssa.Call)
			if !ok {
				return
			}
			callee := ir.Callee(&call.Call)
			if callee == nil || callee.Signature().Recv() != nil || callee.Pkg() == nil || callee.Pkg().Path() != "container/heap" || ir.Named(ir.Unwrap(call.Call.Args[0]).Type()) != c.named {
				return
			}
			used = true
			switch callee.Name() {
			case "Push":
				pushes = pushes || !slices.ContainsFunc(p.Refs(call.Call.Args[0]), func(r effects.Ref) bool { return effects.Fresh(r.Root) })
			case "Pop", "Remove":
				pops = true
			}
		})
		if pushes && !pops {
			return true
		}
	}
	return c.named.Obj().Exported() && !used
}

// grows reports whether anything is ever put into the slice.
func (p *Package) grows(c *Cut) bool {
	p.index()
	switch {
	case c.field != nil:
		return p.grown[c.field] || slices.ContainsFunc(p.OfField(c.field), isGrowth)
	case c.global != nil:
		return p.grown[c.global] || slices.ContainsFunc(p.Of(c.global), isGrowth)
	}
	return true // a type of its own, such as a heap
}

func isGrowth(e *effects.Event) bool { return e.Kind == effects.Grow }

// cursor reports whether the slice belongs to an object of one operation, which goes with
// it: one of a type that is not exported, and has nothing to be shared by.
func (p *Package) cursor(c *Cut) bool {
	if c.field == nil {
		return false
	}
	scope := p.IR.Pass.Pkg.Scope()
	for _, name := range scope.Names() {
		t, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || t.IsAlias() {
			continue
		}
		if s, ok := t.Type().Underlying().(*types.Struct); ok && slices.ContainsFunc(slices.Collect(s.Fields()), func(f *types.Var) bool { return f.Origin() == c.field }) {
			return !t.Exported() && !slices.ContainsFunc(slices.Collect(s.Fields()), shares)
		}
	}
	return false
}

// shares reports whether a field is there for several goroutines: a lock or a channel.
func shares(f *types.Var) bool {
	if _, is := f.Type().Underlying().(*types.Chan); is {
		return true
	}
	n := ir.Named(f.Type())
	return n != nil && n.Obj().Pkg() != nil && (n.Obj().Pkg().Path() == "sync" || n.Obj().Pkg().Path() == "sync/atomic")
}

// extends reports whether the slice is made longer without a new element: what is in the
// slots behind its end is used again.
func (p *Package) extends(c *Cut) bool {
	p.index()
	return c.field != nil && p.extended[c.field] || c.global != nil && p.extended[c.global]
}

// index notes what is done to the fields and package variables that hold slices.
func (p *Package) index() {
	if p.grown != nil {
		return
	}
	p.grown, p.extended, p.put = make(map[any]bool), make(map[any]bool), make(map[*types.Var]bool)
	p.putTypes = make(map[*types.Named]bool)
	for _, fn := range p.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if p.isInner(instr.Val) {
						p.inner = append(p.inner, instr.Val.Type())
					}
					if appends(instr.Val) {
						note(p.grown, p.Refs(instr.Addr))
					}
				case *ssa.MapUpdate:
					if appends(instr.Value) {
						note(p.grown, p.Refs(instr.Map))
					}
				case ssa.CallInstruction:
					if callee := ir.Callee(instr.Common()); callee != nil && callee.FullName() == "(*sync.Pool).Put" {
						if ptr, ok := ir.Unwrap(ir.Args(instr.Common())[1]).Type().Underlying().(*types.Pointer); ok {
							p.putInPool(ptr.Elem())
						}
					}
				case *ssa.Slice:
					if longer(instr.High) {
						note(p.extended, p.Refs(instr.X))
					}
				}
			}
		}
	}
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

// longer reports whether an upper bound may be more than a length.
func longer(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.BinOp:
		return v.Op == token.ADD && isLen(v.X)
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "cap"
	}
	return false
}

// appends reports whether a value is made by an append.
func appends(v ssa.Value) bool {
	return stems(v, func(v ssa.Value) bool {
		call, ok := v.(*ssa.Call)
		if !ok {
			return false
		}
		b, ok := call.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "append"
	})
}

// spare reports whether the function makes what it takes from the slice, where there is
// none: what is taken will come back.
func (c *Cut) spare(p *Package) bool {
	if c.Kind != Back && c.Kind != Front {
		return false
	}
	made := func(r effects.Ref) bool {
		switch root := r.Root.(type) {
		case *ssa.Alloc, *ssa.MakeSlice, *ssa.MakeMap, *ssa.MakeChan:
			return r.Path == nil && types.Identical(root.Type(), c.Elem)
		case *ssa.Call:
			return r.Path == nil && root.Call.Signature().Recv() == nil && !root.Call.IsInvoke() && types.Identical(root.Type(), c.Elem)
		}
		return false
	}
	fresh := func(v ssa.Value) bool {
		refs := p.Refs(v)
		return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !made(r) })
	}
	found := false
	instructions(ir.Outermost(c.At.Parent()), func(instr ssa.Instruction) {
		switch instr := instr.(type) {
		case *ssa.Return:
			for _, r := range instr.Results {
				found = found || types.Identical(r.Type(), c.Elem) && fresh(r)
			}
		case *ssa.Phi:
			found = found || types.Identical(instr.Type(), c.Elem) && slices.ContainsFunc(instr.Edges, fresh)
		case *ssa.Store:
			if cell, ok := instr.Addr.(*ssa.Alloc); ok && cell.Comment != "varargs" && len(*cell.Referrers()) > 0 && types.Identical(instr.Val.Type(), c.Elem) {
				found = found || fresh(instr.Val)
			}
		}
	})
	return found
}

// refilled reports whether the slots are used again behind the cut, by the function itself
// or by all that call it.
func (c *Cut) refilled(p *Package) bool {
	switch c.Kind {
	case Middle:
		return c.addsAtOnce() || c.filledBehind(p, c.At)
	case Back:
		if c.filledBehind(p, c.At) {
			return true
		}
	default: // also a window that moves along: what is in front goes when append makes a new array
		if slices.ContainsFunc(p.In(ir.Outermost(c.At.Parent())), func(e *effects.Event) bool { return c.filledAt(e) && e.Instr != c.At }) {
			return true
		}
	}
	return c.Kind == All && p.everyUse(c.At.Parent(), 0, func(call *ssa.Call) bool { return c.filledBehind(p, call) })
}

// addsAtOnce reports whether what is cut out is put in again at the end.
func (c *Cut) addsAtOnce() bool {
	st, ok := c.At.(*ssa.Store)
	if !ok {
		return false
	}
	outer, ok := st.Val.(*ssa.Call)
	if !ok || !appends(outer) {
		return false
	}
	_, again := ir.Unwrap(outer.Call.Args[0]).(*ssa.Call)
	return again && appends(outer.Call.Args[0])
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

// balanced reports whether all that have an element taken from the back have put one there:
// a walk that comes back to where it began, and takes the same way again.
func (c *Cut) balanced(p *Package) bool {
	return c.Kind == Back && !c.Place.Path.IsElem() && p.everyUse(c.At.Parent(), 0, func(call *ssa.Call) bool {
		return slices.ContainsFunc(p.In(ir.Outermost(call.Parent())), c.filledAt)
	})
}

// filledBehind reports whether something is put into the slice whenever control goes on
// from an instruction, or in a loop there.
func (c *Cut) filledBehind(p *Package, at ssa.Instruction) bool {
	return slices.ContainsFunc(p.In(ir.Outermost(at.Parent())), func(e *effects.Event) bool {
		if e.Instr.Parent() != at.Parent() || e.Instr == at || !c.filledAt(e) {
			return false
		}
		b := e.Instr.Block()
		if b == at.Block() {
			return slices.Index(b.Instrs, e.Instr) > slices.Index(b.Instrs, at)
		}
		return at.Block().Dominates(b)
	})
}

// filledAt reports whether an event puts something into the slice.
func (c *Cut) filledAt(e *effects.Event) bool {
	return e.Kind == effects.Store && e.To.Path.IsElem() && c.is([]effects.Ref{e.To}) || e.Kind == effects.Grow && c.is([]effects.Ref{e.Ref})
}
