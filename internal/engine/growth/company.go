package growth

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A mark says of what is in another container of the owner that it is there: in company of
// that it comes, and in company it goes. Where the other goes alone, the mark stays.

// leftBehind returns what takes out of a container that a mark always goes together with, and
// leaves the mark; nil if nothing does.
func (f *fields) leftBehind(c kept, in *effects.Event, outs []*effects.Event) ssa.Instruction {
	if c.rest != "" || !isMark(c.field.Type()) {
		return nil
	}
	var with []kept
	for _, out := range outs {
		if out.Kind == effects.Replace && deleted(out) == nil {
			continue // all of it
		}
		by := f.company(c, out)
		if len(by) == 0 {
			return nil
		}
		with = append(with, by...)
	}
	for _, o := range with {
		if !f.fillers(o)[ir.Outermost(in.Func())] {
			continue
		}
		for _, out := range f.outs(o) {
			fn := ir.Outermost(out.Func())
			if deleted(out) == nil || fn == ir.Outermost(in.Func()) || f.emptiesAll(out) || f.uncalled(out) || f.knows(fn, c) || f.moves(fn, c) {
				continue
			}
			if !slices.ContainsFunc(f.Uses(fn), func(use ssa.Instruction) bool { return f.knows(ir.Outermost(use.Parent()), c) }) {
				return out.Instr
			}
		}
	}
	return nil
}

// leftHere returns what takes a key out of a container that gets it in the same block as c, and
// leaves it there, while at another place it goes from both; nil if nothing does. What is put
// elsewhere under the key goes on.
func (f *fields) leftHere(c kept, in *effects.Event) ssa.Instruction {
	key, callee := keyOf(in)
	if key == nil || callee || in.Origin != in.Instr {
		return nil
	}
	for _, e := range f.In(in.Func()) {
		o, ok := f.keptAt(e.Ref.Path)
		if !ok || o == c || o.rest != c.rest || e.Kind != effects.Grow || e.Instr.Block() != in.Instr.Block() || e.Ref.Root != in.Ref.Root {
			continue
		}
		if other, callee := keyOf(e); other == nil || callee || !f.sameKey(other, key) || f.filledAlone(o, c) {
			continue
		}
		var left ssa.Instruction
		both := false
		for _, out := range f.outs(o) {
			del := deleted(out)
			if del == nil || out.Origin != out.Instr || f.emptiesAll(out) || f.uncalled(out) {
				continue
			}
			switch with, moved := f.alongside(c, o, out, del); {
			case with:
				both = true
			case !moved && left == nil:
				left = out.Instr
			}
		}
		if both && left != nil && !slices.ContainsFunc(f.outs(c), func(out *effects.Event) bool {
			del := deleted(out)
			if del == nil || out.Origin != out.Instr {
				return false
			}
			with, moved := f.alongside(o, c, out, del)
			return !with && moved // it may have gone before
		}) {
			return left
		}
	}
	return nil
}

// alongside reports whether the function that takes a key out of a container takes it out of c
// as well, before that or behind it, and whether it puts something under the key elsewhere, or
// hands on what was there.
func (f *fields) alongside(c, o kept, out *effects.Event, del ssa.Value) (with, moved bool) {
	for _, b := range out.Func().Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok && f.IR.Static(call.Common()) != nil && slices.ContainsFunc(ir.Args(call.Common()), func(arg ssa.Value) bool { return f.ofEntry(arg, del) }) {
				moved = moved || f.sameRound(call, out.Instr)
			}
		}
	}
	for _, e := range f.In(out.Func()) {
		at, ok := f.keptAt(e.Ref.Path)
		switch {
		case !ok || e.Instr == out.Instr:
		case takes(e) && c.within(at):
			if k := deleted(e); k != nil && f.sameKey(k, del) || k == nil && (e.Origin == e.Instr || f.given(e, del)) {
				with = with || f.sameRound(e.Instr, out.Instr)
			}
		case e.Kind == effects.Grow && at.field != o.field:
			if f.hasKey(e, del) {
				moved = moved || f.sameRound(e.Instr, out.Instr)
			}
		}
	}
	return with, moved
}

// hasKey reports whether an event puts something under a key, or a call to which that is given
// may do so.
func (f *fields) hasKey(e *effects.Event, key ssa.Value) bool {
	if k, callee := keyOf(e); k != nil && !callee {
		return f.sameKey(k, key)
	}
	return f.given(e, key)
}

// ofEntry reports whether a value is what a map has under a key, or a part of that.
func (f *fields) ofEntry(v, key ssa.Value) bool {
	a, _ := accessOf(v)
	if ext, ok := a.root.(*ssa.Extract); ok {
		a.root = ext.Tuple
	}
	look, ok := a.root.(*ssa.Lookup)
	return ok && f.sameKey(look.Index, key)
}

// given reports whether an event is a call that is given a key, or what that is a part of.
func (f *fields) given(e *effects.Event, key ssa.Value) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	of, _ := accessOf(key)
	return ok && slices.ContainsFunc(ir.Args(call.Common()), func(arg ssa.Value) bool { return f.sameKey(arg, key) || of.root != nil && arg == of.root })
}

// sameRound reports whether control gets from one of two instructions to the other without
// another round of a loop around both.
func (f *fields) sameRound(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() {
		return false
	}
	l := f.IR.Graph(a.Parent()).Innermost(a.Block())
	for l != nil && !l.Contains(b.Block()) {
		l = l.Outer
	}
	var header *ssa.BasicBlock
	if l != nil && l.Header != a.Block() && l.Header != b.Block() {
		header = l.Header
	}
	return ir.Reaches(a.Block(), b.Block(), header) || ir.Reaches(b.Block(), a.Block(), header)
}

// isMark reports whether a type is a map to what tells nothing but that a key is there.
func isMark(typ types.Type) bool {
	m, ok := typ.Underlying().(*types.Map)
	if !ok {
		return false
	}
	switch elem := m.Elem().Underlying().(type) {
	case *types.Basic:
		return true
	case *types.Struct:
		return elem.NumFields() == 0
	}
	return false
}

// company returns the other maps of the owner of a container of which something is deleted
// together with an element of this one.
func (f *fields) company(c kept, out *effects.Event) (with []kept) {
	if deleted(out) == nil {
		return nil
	}
	for _, e := range f.In(ir.Outermost(out.Func())) {
		o, ok := f.keptAt(e.Ref.Path)
		if !ok || o == c || o.rest != "" || deleted(e) == nil || e.Ref.Root != out.Ref.Root || f.ownerOf(o.field) != f.ownerOf(c.field) || !together(e.Instr, out.Instr) {
			continue
		}
		with = append(with, o)
	}
	return with
}

// knows reports whether a function, or one that it calls, has to do with a container.
func (f *fields) knows(fn *ssa.Function, c kept) bool {
	return slices.ContainsFunc(f.under(c.field), func(e *effects.Event) bool { return ir.Outermost(e.Func()) == fn }) || f.loads(fn, c)
}

// loads reports whether a function, or a literal in it, has the field of a container.
func (f *fields) loads(fn *ssa.Function, c kept) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if at, ok := instr.(*ssa.FieldAddr); ok && effects.FieldOf(at.X, at.Field).Origin() == c.field {
				return true
			}
		}
	}
	return slices.ContainsFunc(fn.AnonFuncs, func(lit *ssa.Function) bool { return f.loads(lit, c) })
}

// moves reports whether a function puts something into a container of the owner of another
// one: what it takes out may go there.
func (f *fields) moves(fn *ssa.Function, c kept) bool {
	return slices.ContainsFunc(f.In(fn), func(e *effects.Event) bool {
		o, ok := f.keptAt(e.Ref.Path)
		return ok && e.Kind == effects.Grow && !strings.Contains(o.rest, ".") && f.ownerOf(o.field) == f.ownerOf(c.field)
	})
}
