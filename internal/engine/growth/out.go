package growth

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// outs returns where repeatable code takes elements out of the container, or puts
// another container in its place or in that of what it is a part of.
func (f *finder) outs(c container) []*effects.Event {
	var outs []*effects.Event
	for _, e := range f.Of(c.global) {
		switch e.Kind {
		case effects.Shrink, effects.Replace:
			if c.path.HasPrefix(e.Ref.Path) && (f.Repeatable(e.Instr) || f.Repeatable(grows(e))) {
				outs = append(outs, e)
			}
		case effects.Recv, effects.Wait:
			if e.Ref.Path == c.path {
				outs = append(outs, e)
			}
		}
	}
	return outs
}

// takenOut reports whether one of the ways out takes out what a way in puts in.
func (f *finder) takenOut(outs []*effects.Event, in *effects.Event) bool {
	return slices.ContainsFunc(outs, func(e *effects.Event) bool { return e.Kind != effects.Shrink || !f.misses(e, in) })
}

// misses reports whether a delete leaves what a way in puts into a map: it is on
// one of several ways out of the function that inserts, or under another field
// of the object than the one that is the key.
func (f *finder) misses(out, in *effects.Event) bool {
	del, put := deleted(out), grows(in)
	if del == nil {
		return false
	}
	key, callee := keyOf(in)
	if key == nil || callee {
		return false
	}
	if a, b := lastField(del), lastField(key); a != nil && b != nil && a != b && sameOwner(del, key) {
		return true
	}
	if _, now := out.Instr.(*ssa.Call); !now || put.Parent() != out.Instr.Parent() || !sameValue(del, key) {
		return false
	}
	// Under the same key in the same function: before the insert it takes out what
	// is put in again; behind it, it has to be passed. On a path of its own another
	// call takes out what this one puts in.
	return (follows(out.Instr, put) || follows(put, out.Instr)) && escapes(put, out.Instr) && !f.lastUser(out.Instr, put)
}

// lastUser reports whether what is in an entry decides, behind the insert, on its delete: who
// uses it last takes out what others have put in.
func (f *finder) lastUser(del, put ssa.Instruction) bool {
	m, ok := put.(*ssa.MapUpdate)
	if !ok {
		return false
	}
	elem := m.Map.Type().Underlying().(*types.Map).Elem()
	for b := del.Block(); len(b.Preds) == 1 && !b.Preds[0].Dominates(put.Block()); b = b.Preds[0] {
		br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := br.Cond.(*ssa.BinOp)
		if !ok {
			continue
		}
		if addr, ok := loaded(cmp.X).(*ssa.FieldAddr); ok && types.Identical(addr.X.Type(), elem) {
			return true
		}
	}
	return false
}

// loaded returns the address that a value, or one that it is made from by a sum, is loaded from.
func loaded(v ssa.Value) ssa.Value {
	switch v := v.(type) {
	case *ssa.UnOp:
		return v.X
	case *ssa.BinOp:
		return loaded(v.X)
	}
	return nil
}

// follows reports whether control gets from one instruction to another without
// going round a loop.
func follows(to, from ssa.Instruction) bool {
	if from.Block() == to.Block() {
		return slices.Index(from.Block().Instrs, from) < slices.Index(from.Block().Instrs, to)
	}
	seen := make(map[*ssa.BasicBlock]bool)
	work := []*ssa.BasicBlock{from.Block()}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, s := range b.Succs {
			if s == to.Block() {
				return true
			}
			if !seen[s] && !s.Dominates(b) {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// deleted returns the key that an event deletes, or nil.
func deleted(e *effects.Event) ssa.Value { return deletedBy(e.Instr) }

// deletedBy returns the key that an instruction deletes, or nil.
func deletedBy(instr ssa.Instruction) ssa.Value {
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	if b, ok := call.Common().Value.(*ssa.Builtin); ok && b.Name() == "delete" {
		return call.Common().Args[1]
	}
	return nil
}

// escapes reports whether control gets from an instruction to the end of the
// function without passing another one.
func escapes(from, by ssa.Instruction) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	b := from.Block()
	if b == by.Block() && slices.Index(b.Instrs, by) > slices.Index(b.Instrs, from) {
		return false
	}
	work := slices.Clone(b.Succs)
	if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
		return true
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b] || b == by.Block() {
			continue
		}
		seen[b] = true
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			return true
		}
		work = append(work, b.Succs...)
	}
	return false
}

// lastField returns the field that a value is loaded from, or nil.
func lastField(v ssa.Value) *types.Var {
	load, ok := ir.Unconvert(v).(*ssa.UnOp)
	if !ok {
		return nil
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return nil
	}
	return effects.FieldOf(addr.X, addr.Field).Origin()
}

// sameOwner reports whether two values are loaded from fields of one type.
func sameOwner(a, b ssa.Value) bool {
	owner := func(v ssa.Value) types.Type {
		return ir.Unconvert(v).(*ssa.UnOp).X.(*ssa.FieldAddr).X.Type()
	}
	return types.Identical(owner(a), owner(b))
}

// sameValue reports whether two values are one, or loads of one variable or
// field.
func sameValue(a, b ssa.Value) bool {
	a, b = ir.Unconvert(a), ir.Unconvert(b)
	if a == b {
		return true
	}
	switch x := a.(type) {
	case *ssa.UnOp:
		y, ok := b.(*ssa.UnOp)
		return ok && x.Op == token.MUL && y.Op == token.MUL && sameValue(x.X, y.X)
	case *ssa.FieldAddr:
		y, ok := b.(*ssa.FieldAddr)
		return ok && x.Field == y.Field && sameValue(x.X, y.X)
	case *ssa.Field:
		y, ok := b.(*ssa.Field)
		return ok && x.Field == y.Field && sameValue(x.X, y.X)
	case *ssa.Call: // r.FormValue("id"), twice
		y, ok := b.(*ssa.Call)
		if !ok || ir.Callee(&x.Call) == nil || ir.Callee(&x.Call) != ir.Callee(&y.Call) {
			return false
		}
		return slices.EqualFunc(ir.Args(&x.Call), ir.Args(&y.Call), sameValue)
	case *ssa.Const:
		y, ok := b.(*ssa.Const)
		return ok && x.Value != nil && y.Value != nil && x.Value.ExactString() == y.Value.ExactString()
	}
	return false
}

// madeWithJanitor reports whether the function of the package that made the
// object in the variable starts a goroutine that takes elements out.
func (f *finder) madeWithJanitor(c container) bool {
	call := f.made[c.global]
	if call == nil || c.path == nil {
		return false
	}
	fn := f.maker(call)
	if fn == nil {
		return false
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, result := range ret.Results {
			for _, r := range f.Refs(result) {
				if slices.ContainsFunc(f.Of(r.Root), func(e *effects.Event) bool {
					takes := e.Kind == effects.Shrink || e.Kind == effects.Replace
					return takes && (e.Mode == effects.Spawned || e.Func() != fn) && c.path.HasPrefix(e.Ref.Path)
				}) {
					return true
				}
			}
		}
	}
	return false
}

// handedOut reports whether code that is not in sight may take elements out.
func (f *finder) handedOut(c container) bool {
	if field := c.path.Field(); field != nil && field.Pkg() != f.IR.Pass.Pkg && f.made[c.global] != nil {
		if sum := f.Callee(f.made[c.global].Common()); sum == nil || !sum.Fresh {
			return true // who made it may have kept it
		}
	}
	object := f.exported(c.global) || f.keptByMaker(c.global)
	if object && allExported(c.path) && isChan(typeAt(c)) {
		return true // anybody may receive
	}
	for _, e := range f.Of(c.global) {
		if !c.path.HasPrefix(e.Ref.Path) || !f.hands(e) {
			continue
		}
		if e.Ref.Path == c.path {
			return true
		}
		object = true
	}
	return object && c.path != nil && f.fieldTaken(c)
}

// indexMade finds the calls whose results package variables are initialised
// with. A constructor may keep what it returns: metrics do.
func (f *finder) indexMade() {
	init := f.IR.SSA.Func("init")
	if init == nil {
		return
	}
	for _, b := range init.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			g, isGlobal := st.Addr.(*ssa.Global)
			val := ir.Unwrap(st.Val)
			if ext, ok := val.(*ssa.Extract); ok {
				val = ext.Tuple
			}
			if call, ok := val.(*ssa.Call); ok && isGlobal {
				f.made[g] = call
			}
		}
	}
}

// maker returns the function of the package that makes what a call returns: the one that is
// called, or one to which that leaves it.
func (f *finder) maker(call *ssa.Call) *ssa.Function {
	fn := f.IR.Static(&call.Call)
	for range maxUp {
		if fn == nil || len(fn.Blocks) != 1 {
			break
		}
		ret, ok := fn.Blocks[0].Instrs[len(fn.Blocks[0].Instrs)-1].(*ssa.Return)
		if !ok || len(ret.Results) != 1 {
			break
		}
		inner, ok := ret.Results[0].(*ssa.Call)
		if !ok || f.IR.Static(&inner.Call) == nil {
			break
		}
		fn = f.IR.Static(&inner.Call)
	}
	return fn
}

// keptByMaker reports whether the function of the package that made the value
// of a variable also hands it to somebody else.
func (f *finder) keptByMaker(g *ssa.Global) bool {
	call := f.made[g]
	if call == nil {
		return false
	}
	fn := f.maker(call)
	if fn == nil {
		return false // of another package, but then the type is of this one
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, result := range ret.Results {
			for _, r := range f.Refs(result) {
				if slices.ContainsFunc(f.Of(r.Root), func(e *effects.Event) bool {
					return e.Kind != effects.Return && e.Ref.Path == nil && f.hands(e)
				}) {
					return true
				}
			}
		}
	}
	return false
}

func (f *finder) exported(g *ssa.Global) bool {
	return token.IsExported(g.Name()) && g.Pkg.Pkg.Name() != "main"
}

func allExported(p *effects.Path) bool {
	return !slices.ContainsFunc(p.Fields(), func(name string) bool { return !token.IsExported(name) })
}

func isChan(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

func isSlice(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Slice)
	return ok
}

// hands reports whether an event gives the ref to code that is not in sight. What tests
// do with it says nothing of the program.
func (f *finder) hands(e *effects.Event) bool {
	if f.inTest(e.Func().Pos()) {
		return false
	}
	switch e.Kind {
	case effects.Escape, effects.Send:
	case effects.Store:
		if e.To == e.Ref || effects.Fresh(e.To.Root) && e.Holder == "" {
			return false
		}
	case effects.Return:
		if fn := e.Func(); fn.Parent() == nil && !token.IsExported(fn.Name()) && f.onlyCalled(fn) {
			return false // the flow goes on in its callers
		}
	case effects.Method:
		call, ok := e.Instr.(ssa.CallInstruction)
		return ok && e.Gives && f.Callee(call.Common()) == nil
	default:
		return false
	}
	if call, ok := e.Origin.(ssa.CallInstruction); ok {
		// Where values are not told apart, what cannot have it does not.
		what := e.Ref.Path.Type(e.Ref.Root.Type())
		_, declared := call.Common().Value.(*ssa.Function)
		if _, isMap := underlying(what).(*types.Map); isMap && declared && !slices.ContainsFunc(call.Common().Args, func(arg ssa.Value) bool { return mayHold(ir.Unwrap(arg).Type(), what, make(map[types.Type]bool)) }) {
			return false
		}
	}
	// A slice that is handed on is a copy: nobody can cut the variable by it.
	typ := f.typeOf(e)
	if typ == nil {
		return true
	}
	return !isSlice(typ)
}

// mayHold reports whether a value of a type may be, or lead to, one of another type. Each type on
// the way is looked at once.
func mayHold(typ, what types.Type, seen map[types.Type]bool) bool {
	if types.Identical(typ.Underlying(), what.Underlying()) {
		return true
	}
	if seen[typ] {
		return false
	}
	seen[typ] = true
	switch t := typ.Underlying().(type) {
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	case *types.Map:
		return mayHold(t.Key(), what, seen) || mayHold(t.Elem(), what, seen)
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		return mayHold(t.Elem(), what, seen)
	case *types.Struct:
		return slices.ContainsFunc(slices.Collect(t.Fields()), func(f *types.Var) bool { return mayHold(f.Type(), what, seen) })
	}
	return true
}

func underlying(typ types.Type) types.Type {
	if typ == nil {
		return nil
	}
	return typ.Underlying()
}

// onlyCalled reports whether every use of fn is a call.
func (f *finder) onlyCalled(fn *ssa.Function) bool {
	return !slices.ContainsFunc(f.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || f.IR.Static(call.Common()) != fn
	})
}

// typeOf returns the type of the value through which an event happens to its
// ref, or nil if it is not plain.
func (f *finder) typeOf(e *effects.Event) types.Type {
	if e.Via {
		return nil
	}
	switch instr := e.Instr.(type) {
	case *ssa.Return:
		return ir.Unwrap(instr.Results[e.Index]).Type()
	case *ssa.Store:
		return ir.Unwrap(instr.Val).Type()
	case *ssa.MapUpdate:
		return ir.Unwrap(instr.Value).Type()
	case *ssa.Send:
		return ir.Unwrap(instr.X).Type()
	case ssa.CallInstruction:
		for _, arg := range ir.Args(instr.Common()) {
			if arg = ir.Unwrap(arg); slices.Contains(f.Refs(arg), e.Ref) {
				return arg.Type()
			}
		}
	}
	return nil
}

// fieldTaken reports whether a function of the package takes elements out of
// the field that holds the container, in any instance, or lets others do so.
func (f *finder) fieldTaken(c container) bool {
	field := c.path.Field()
	if field == nil || field.Pkg() != f.IR.Pass.Pkg || field.Exported() {
		return true
	}
	depth := c.path.Elems()
	return slices.ContainsFunc(f.OfField(field), func(e *effects.Event) bool {
		if e.Ref.Path.Elems() > depth {
			return false
		}
		switch e.Kind {
		case effects.Shrink, effects.Recv, effects.Wait:
			return f.Repeatable(e.Instr)
		case effects.Replace:
			return !effects.Fresh(e.Ref.Root) && f.Repeatable(e.Instr)
		}
		return f.hands(e)
	})
}
