package listenerleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// forgottenEntry finds a handle that is kept in an entry of a map, where a
// goroutine of the function that registers deletes the entry on its way out
// and does not undo the registration, while others who have an entry do. It
// returns the notes that tell so, or nil.
func (c *checker) forgottenEntry(call ssa.CallInstruction, v ssa.Value, a *api, kept []*effects.Event) []finding.Note {
	undone := c.undoneInEntry(v, a)
	if undone == nil {
		return nil
	}
	for _, e := range kept {
		entries := e.To.Path.Field()
		if e.Kind != effects.Store || entries == nil || !e.To.Path.IsElem() {
			continue
		}
		for _, del := range c.OfField(entries) {
			body := del.Func()
			if del.Kind != effects.Shrink || body == call.Parent() || !ir.Within(body, call.Parent()) || len(c.Starts(body)) == 0 || !c.mentions(body, v) {
				continue
			}
			exit := c.leaves(del.Instr, v, a)
			if exit == nil {
				continue
			}
			return []finding.Note{
				c.note(undone, "another entry is undone here"),
				c.note(del.Instr, "its entry in "+entries.Name()+" is deleted here"),
				c.note(exit, "returns without "+a.how()),
			}
		}
	}
	return nil
}

// undoneInEntry returns where something undoes a registration through a field
// of a local object that holds its handle, or nil.
func (c *checker) undoneInEntry(v ssa.Value, a *api) ssa.Instruction {
	for _, e := range c.Of(v) {
		if e.Kind == effects.Store && e.Ref.Path == nil && !e.Via && effects.Fresh(e.To.Root) {
			if f := e.To.Path.Field(); f != nil {
				if i := slices.IndexFunc(c.OfField(f), a.undoes); i >= 0 {
					return c.OfField(f)[i].Instr
				}
			}
		}
	}
	return nil
}

// mentions reports whether something in a literal happens to a value.
func (c *checker) mentions(body *ssa.Function, v ssa.Value) bool {
	return slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool { return ir.Within(e.Func(), body) })
}

// leaves returns the return to which a path leads from an instruction on which
// nothing undoes the registration or hands its handle on, or nil.
func (c *checker) leaves(from ssa.Instruction, v ssa.Value, a *api) ssa.Instruction {
	body := from.Parent()
	for _, e := range c.Of(v) {
		if ir.Within(e.Func(), body) && (a.undoes(e) || lifetime.HandsOn(e)) {
			return nil
		}
	}
	return exitFrom(from, nil)
}

// exitFrom returns a return to which a path leads from an instruction that takes
// none of some edges, or nil.
func exitFrom(from ssa.Instruction, not map[ir.Edge]bool) ssa.Instruction {
	seen := map[*ssa.BasicBlock]bool{from.Block(): true}
	work := []*ssa.BasicBlock{from.Block()}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			return ret
		}
		for i, s := range b.Succs {
			if !seen[s] && !not[ir.Edge{From: b, Succ: i}] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return nil
}
