package growth

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// What is in two containers of an owner, in each in its own way, goes from both: by its name
// from one, by its place or number from the other. Who looks it up by its name, to take it out
// of the other one, knows that it ends.

// beside returns what takes an element out of a container that gets it together with c, after a
// lookup in c, where it stays; nil if nothing does.
func (f *fields) beside(c kept, in *effects.Event) ssa.Instruction {
	if _, ok := c.typ().(*types.Map); !ok || c.rest != "" || in.Origin != in.Instr {
		return nil
	}
	for _, e := range f.In(in.Func()) {
		o, ok := f.keptAt(e.Ref.Path)
		if !ok || o.field == c.field || o.rest != "" || e.Kind != effects.Grow || e.Via || e.Origin != e.Instr || e.Ref.Root != in.Ref.Root || f.ownerOf(o.field) != f.ownerOf(c.field) {
			continue
		}
		if !together(e.Instr, in.Instr) || f.filledAlone(o, c) || f.filledAlone(c, o) || !f.related(e, in) {
			continue
		}
		outs := f.outs(o)
		for _, out := range outs[:min(len(outs), maxOuts)] {
			fn := ir.Outermost(out.Func())
			if out.Kind == effects.Shrink && out.Origin == out.Instr && fn != ir.Outermost(in.Func()) && !f.emptiesAll(out) && !f.uncalled(out) && !f.moves(fn, c) && f.lookedUpFor(c, o, out) {
				return out.Instr
			}
		}
	}
	return nil
}

// maxOuts bounds how many ways out of a container are looked at, each from its function's entry.
const maxOuts = 64

// together reports whether control that comes to one of two instructions comes from the other, or
// goes there; of one that puts into a map what that does not have, to where it is asked.
func together(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() {
		return false
	}
	x, y := asked(a), asked(b)
	return x.Dominates(y) || y.Dominates(x)
}

// asked returns the block in which a map is asked for a key that it gets where it does not have
// it, or that of the instruction.
func asked(put ssa.Instruction) *ssa.BasicBlock {
	b := put.Block()
	up, ok := put.(*ssa.MapUpdate)
	if !ok || len(b.Preds) != 1 || len(b.Succs) != 1 || !slices.Contains(b.Preds[0].Succs, b.Succs[0]) {
		return b
	}
	if key := onlyIfAbsent(put); key != nil && sameValue(key, up.Key) {
		return b.Preds[0]
	}
	return b
}

// related reports whether what is put into two containers is the same, or one is a part of the
// other or its key.
func (f *fields) related(a, b *effects.Event) bool {
	has := func(e *effects.Event) (refs []effects.Ref) {
		for _, v := range putIn(e.Instr) {
			refs = append(refs, f.Refs(v)...)
		}
		return append(slices.Clone(refs), f.Held(refs)...)
	}
	with := has(b)
	if slices.ContainsFunc(has(a), func(r effects.Ref) bool { return slices.Contains(with, r) }) {
		return true
	}
	return slices.ContainsFunc(putIn(a.Instr), func(x ssa.Value) bool {
		return slices.ContainsFunc(putIn(b.Instr), func(y ssa.Value) bool { return sameValue(x, y) })
	})
}

// putIn returns what an instruction puts into a container, and under which key. Marks and
// constants are the same for all.
func putIn(instr ssa.Instruction) (vs []ssa.Value) {
	switch instr := instr.(type) {
	case *ssa.MapUpdate:
		vs = []ssa.Value{instr.Key, instr.Value}
	case *ssa.Store:
		vs = appended(instr.Val)
	}
	return slices.DeleteFunc(vs, func(v ssa.Value) bool {
		_, constant := ir.Unwrap(v).(*ssa.Const)
		return constant
	})
}

// lookedUpFor reports whether an element is taken out of o by what a lookup in c gives, under a
// key that does not come from there.
func (f *fields) lookedUpFor(c, o kept, out *effects.Event) bool {
	for b := range ir.Dominators(out.Instr.Block()) {
		for _, instr := range b.Instrs {
			look, ok := instr.(*ssa.Lookup)
			if !ok || !f.isAt(c, out.Ref.Root, look.X) || f.fromRange(look.Index) || f.overwrites(look) {
				continue
			}
			if !slices.ContainsFunc(f.Refs(look.Index), func(r effects.Ref) bool { return r.Path.Field() == o.field }) && leadsTo(look, out.Instr) {
				return true
			}
		}
	}
	return false
}

// isAt reports whether a value is a container of an object.
func (f *fields) isAt(c kept, root, v ssa.Value) bool {
	return slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool {
		at, ok := f.keptAt(r.Path)
		return ok && at == c && r.Root == root
	})
}

// leadsTo reports whether a value decides whether an instruction runs, or what it does.
func leadsTo(v ssa.Value, instr ssa.Instruction) bool {
	seen := make(map[ssa.Value]bool)
	if madeOf(instr, v, seen) {
		return true
	}
	for b := range ir.Dominators(instr.Block().Idom()) {
		if br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok && madeOf(br, v, seen) {
			return true
		}
	}
	return false
}

// madeOf reports whether an instruction uses a value, or what is made of it.
func madeOf(instr ssa.Instruction, v ssa.Value, seen map[ssa.Value]bool) bool {
	const steps = 64
	return slices.ContainsFunc(instr.Operands(nil), func(at *ssa.Value) bool {
		if *at == v {
			return true
		}
		made, ok := (*at).(ssa.Instruction)
		if !ok || seen[*at] || len(seen) == steps {
			return false
		}
		seen[*at] = true
		return madeOf(made, v, seen)
	})
}
