package residue

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// What an array keeps goes with the object that has it. Most lists that are cut belong to
// one operation: a walk, a query, a tree of one file. So something has to show that the
// object stays.

// stays reports whether what has a slice shows by itself that it is there for long: it hangs
// on a package variable; several goroutines share it; or it is a container for others,
// who fill and empty it by its methods, of elements that are seen to be large.
func (p *Package) stays(c *Cut) bool {
	if _, variable := c.Place.Root.(*ssa.Global); variable {
		return true
	}
	n := c.named
	if c.field != nil {
		n = p.passing.owner(c.field)
	}
	if n == nil {
		return false
	}
	t := n.Origin().Obj()
	return p.isShared(t) || p.passing.hasGlobal(t) || p.forOthers(c, t) && p.heavy(c) || c.takesOff(p)
}

// slight reports whether little is left behind. A queue that loses one element at a time
// keeps about as many as wait in it, until append makes it a new array; a list that loses
// one from the middle keeps its last one twice, and a list that is emptied is one to be filled
// again. It matters where nothing is known of how it is used: of a container that others
// take from, or of a package variable.
func (p *Package) slight(c *Cut) bool {
	if c.field == nil || !c.single && c.Kind != All {
		return false
	}
	n := p.passing.owner(c.field)
	obj, declared := c.At.Parent().Object().(*types.Func)
	return n == nil || !declared || !obj.Exported() || !p.forOthers(c, n.Origin().Obj()) || !p.open(c)
}

// open reports whether others than those in sight use what has the slice: the package can be
// imported, or it is a container for the rest of the module, of elements that are seen to be
// large. What else is internal, or of a command, is what somebody in sight makes of it.
func (p *Package) open(c *Cut) bool {
	switch pkg := p.IR.Pass.Pkg; {
	case convention.Importable(pkg):
		return true
	case pkg.Name() == "main" || !p.heavy(c):
		return false
	case c.field == nil:
		return p.heapForOthers(c)
	}
	n := p.passing.owner(c.field)
	return n != nil && p.forOthers(c, n.Origin().Obj())
}

// heapForOthers reports whether the slice is a heap of an exported type, whose exported methods
// push what they are given.
func (p *Package) heapForOthers(c *Cut) bool {
	if p.heaps == nil {
		p.indexHeaps()
	}
	return c.named != nil && p.heaps[c.named]
}

// indexHeaps notes the types of the heaps that heapForOthers is true of.
func (p *Package) indexHeaps() {
	p.heaps = make(map[*types.Named]bool)
	isOpen := func(r effects.Ref) bool {
		f := r.Path.Field()
		if f == nil || f.Exported() {
			return false
		}
		owner := p.passing.owner(f)
		return owner != nil && owner.Obj().Exported()
	}
	for _, fn := range p.IR.Funcs {
		if fn.Signature.Recv() == nil || p.HelpsTests(fn) {
			continue
		}
		calls(fn, func(call ssa.CallInstruction) {
			callee := ir.Callee(call.Common())
			if callee == nil || callee.FullName() != "container/heap.Push" || !p.byOthers(fn, 0) {
				return
			}
			args := call.Common().Args
			if heap := ir.Named(ir.Unwrap(args[0]).Type()); slices.ContainsFunc(p.Refs(args[0]), isOpen) && p.holdsGiven(p.Refs(args[1])) {
				p.heaps[heap] = true
			}
		})
	}
}

// takesOff reports whether the function looks for an element that it is given, to cut it out:
// what it stands for ends, and the list goes on.
func (c *Cut) takesOff(p *Package) bool {
	fn := c.At.Parent()
	if c.Kind != Middle || fn.Signature.Recv() == nil {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if cmp, ok := instr.(*ssa.BinOp); ok && cmp.Op == token.EQL && !isBasic(cmp.X.Type()) && (c.has(p, cmp.X) && isGiven(cmp.Y) || c.has(p, cmp.Y) && isGiven(cmp.X)) {
				return true
			}
		}
	}
	return false
}

// has reports whether a value is an element of the slice.
func (c *Cut) has(p *Package, v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return false
	}
	at, ok := load.X.(*ssa.IndexAddr)
	return ok && c.isFrom(p, at.X)
}

func isGiven(v ssa.Value) bool {
	param, ok := v.(*ssa.Parameter)
	return ok && param != param.Parent().Params[0]
}

func isBasic(t types.Type) bool {
	_, basic := t.Underlying().(*types.Basic)
	return basic
}

// isShared reports whether values of a type are for several goroutines: they have a lock or
// a channel, or are part of what has.
func (p *Package) isShared(t *types.TypeName) bool {
	if p.shared == nil {
		p.shared = make(map[*types.TypeName]bool)
		var work []*types.TypeName
		scope := p.IR.Pass.Pkg.Scope()
		for _, name := range scope.Names() {
			if t, ok := scope.Lookup(name).(*types.TypeName); ok && !t.IsAlias() && slices.ContainsFunc(fields(t), shares) {
				work = append(work, t)
			}
		}
		for len(work) > 0 {
			t := work[len(work)-1]
			work = work[:len(work)-1]
			if p.shared[t] {
				continue
			}
			p.shared[t] = true
			for _, f := range fields(t) {
				if part := ir.Named(element(f.Type())); part != nil && part.Obj().Pkg() == t.Pkg() {
					work = append(work, part.Origin().Obj())
				}
			}
		}
	}
	return p.shared[t]
}

// fields returns the fields of a type that is a struct.
func fields(t *types.TypeName) []*types.Var {
	s, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	return slices.Collect(s.Fields())
}

// element returns what maps and lists, perhaps of such, are made of.
func element(t types.Type) types.Type {
	for {
		switch u := t.Underlying().(type) {
		case *types.Map:
			t = u.Elem()
		case *types.Slice:
			if ir.Named(t) != nil {
				return t
			}
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		default:
			return t
		}
	}
}

// shares reports whether a field is there for several goroutines: a lock or a channel.
func shares(f *types.Var) bool {
	if _, is := f.Type().Underlying().(*types.Chan); is {
		return true
	}
	n := ir.Named(f.Type())
	return n != nil && n.Obj().Pkg() != nil && (n.Obj().Pkg().Path() == "sync" || n.Obj().Pkg().Path() == "sync/atomic")
}

// forOthers reports whether the slice is the inside of a container that other packages use:
// only methods of its type get at it, one that is exported cuts it, and if the package puts
// something in, it is what such a method is given.
func (p *Package) forOthers(c *Cut, t *types.TypeName) bool {
	if !t.Exported() || t.Pkg().Name() == "main" {
		return false
	}
	if c.field == nil {
		return !c.used || p.isField(t) // else one of a walk, in a variable
	}
	if c.field.Exported() || !p.byOthers(ir.Outermost(c.At.Parent()), 0) {
		return false
	}
	filled := false
	for _, e := range p.OfField(c.field) {
		if e.Kind != effects.Grow || p.HelpsTests(e.Func()) {
			continue
		}
		filled = true
		if fn := ir.Outermost(e.Func()); fn.Signature.Recv() != nil && fn.Signature.Params().Len() > 0 && p.byOthers(fn, 0) && p.given(e.Instr) {
			return true
		}
	}
	return !filled && c.Kind != Front && c.Kind != Back && convention.Importable(t.Pkg()) // who fills it is not known
}

// given reports whether what an instruction appends is, or has in it, what its function is
// given.
func (p *Package) given(at ssa.Instruction) bool {
	st, ok := at.(*ssa.Store)
	if !ok {
		return true // a function does it that is called
	}
	call, ok := st.Val.(*ssa.Call)
	if !ok || !appends(call) || len(call.Call.Args) < 2 {
		return false
	}
	refs := p.Refs(call.Call.Args[1])
	if list, ok := call.Call.Args[1].(*ssa.Slice); ok {
		refs = p.Held([]effects.Ref{{Root: list.X}})
	}
	return p.holdsGiven(refs)
}

// holdsGiven reports whether one of what refs name, or what that holds, is a parameter that is
// no receiver.
func (p *Package) holdsGiven(refs []effects.Ref) bool {
	return slices.ContainsFunc(append(slices.Clip(refs), p.Held(refs)...), func(r effects.Ref) bool {
		param, ok := r.Root.(*ssa.Parameter)
		return ok && (param.Parent().Signature.Recv() == nil || param != param.Parent().Params[0])
	})
}

// isField reports whether a field of a struct of the package is of a type.
func (p *Package) isField(t *types.TypeName) bool {
	scope := t.Pkg().Scope()
	return slices.ContainsFunc(scope.Names(), func(name string) bool {
		outer, ok := scope.Lookup(name).(*types.TypeName)
		return ok && !outer.IsAlias() && slices.ContainsFunc(fields(outer), func(f *types.Var) bool {
			n := ir.Named(f.Type())
			return n != nil && n.Origin().Obj() == t
		})
	})
}

// byOthers reports whether a function is exported, or called by one that is.
func (p *Package) byOthers(fn *ssa.Function, depth int) bool {
	if obj, ok := fn.Object().(*types.Func); ok && obj.Exported() {
		return true
	}
	return depth < maxUp && slices.ContainsFunc(p.Uses(fn), func(use ssa.Instruction) bool { return p.byOthers(ir.Outermost(use.Parent()), depth+1) })
}

// heavy reports whether elements are seen to be of size: they lead to lists, maps or
// functions, or to what has to be closed. Those of a type with parameters are what the package
// makes it of, and anything if only others do.
func (p *Package) heavy(c *Cut) bool {
	if param, ok := types.Unalias(c.Elem).(*types.TypeParam); ok && c.field != nil {
		of := p.passing.owner(c.field)
		if of == nil {
			return false
		}
		others := of.Obj().Exported() && convention.Importable(of.Obj().Pkg())
		for _, inst := range p.IR.Pass.TypesInfo.Instances {
			n, ok := inst.Type.(*types.Named)
			if !ok || n.Origin() != of.Origin() {
				continue
			}
			arg := inst.TypeArgs.At(param.Index())
			if heavy(arg, 0) {
				return true
			}
			_, own := types.Unalias(arg).(*types.TypeParam) // a method of the type itself
			others = others && own
		}
		return others
	}
	return heavy(c.Elem, 0)
}

func heavy(t types.Type, depth int) bool {
	const deep = 3
	if depth > deep || describes(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Signature, *types.Map, *types.Slice:
		return true
	case *types.Array:
		return heavy(u.Elem(), depth)
	case *types.Pointer:
		return heavy(u.Elem(), depth)
	case *types.Interface:
		return effects.TeardownOf(t) != nil
	case *types.Struct:
		for f := range u.Fields() {
			if heavy(f.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// limited reports whether the package compares the length of the list in a field with a
// small constant or a setting: it is a short one.
func (p *Package) limited(c *Cut) bool {
	if p.limits == nil {
		p.limits = make(map[*types.Var]bool)
		for _, fn := range p.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if op, ok := instr.(*ssa.BinOp); ok && op.Op >= token.LSS && op.Op <= token.GEQ {
						p.noteLimit(op.X, op.Y)
						p.noteLimit(op.Y, op.X)
					}
				}
			}
		}
	}
	return c.field != nil && p.limits[c.field]
}

// noteLimit notes the field whose length is compared with a number that is set.
func (p *Package) noteLimit(length, with ssa.Value) {
	if conv, ok := length.(*ssa.Convert); ok {
		length = conv.X
	}
	call, ok := length.(*ssa.Call)
	if !ok || !isLen(call) || !isSet(with) {
		return
	}
	for _, r := range p.Refs(call.Call.Args[0]) {
		if f := r.Path.Field(); f != nil && !r.Path.IsElem() {
			p.limits[f] = true
		}
	}
}

// isSet reports whether a number is a small constant that bounds something, a package
// variable or a field.
func isSet(v ssa.Value) bool {
	const small = 1 << 12
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value != nil && v.Value.Kind() == constant.Int &&
			constant.Compare(v.Value, token.GTR, constant.MakeInt64(1)) && constant.Compare(v.Value, token.LEQ, constant.MakeInt64(small))
	case *ssa.Convert:
		return isSet(v.X)
	case *ssa.UnOp:
		switch v.X.(type) {
		case *ssa.Global, *ssa.FieldAddr:
			return v.Op == token.MUL
		}
	}
	return false
}
