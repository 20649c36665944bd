package goroutineleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Who receives from a channel of somebody else is not in sight. That a function looks at what
// ends it where it sends shows that whoever receives may have left; then it has to everywhere.

// takesAll reports whether somebody receives from a channel again and again, and waits for nothing else.
func (c *checker) takesAll(p *port) bool {
	return slices.ContainsFunc(p.recvs, func(e *effects.Event) bool {
		return len(c.alternatives(e.Instr, e.Index)) == 0 && c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil
	})
}

// sibling returns where the function that sends on a channel of somebody else, or one around
// it, looks at what ends it while it sends on the same; nil if it does not. If the channel is in
// a field that others have, all else that sends on it has to look at that. What is received in a
// loop until the channel is closed is no such channel, nor is one that all callers take all from.
func (c *checker) sibling(send *ssa.Send) ssa.Instruction {
	refs := slices.DeleteFunc(slices.Clone(c.Refs(send.Chan)), func(r effects.Ref) bool { return isVariable(r.Root) })
	if len(refs) == 0 || slices.ContainsFunc(refs, func(r effects.Ref) bool {
		_, param := r.Root.(*ssa.Parameter)
		return !param || r.Path.IsElem()
	}) || !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !c.emptied(r) }) {
		return nil
	}
	p := c.port(send.Chan)
	known := p != nil && !p.foreign
	f := fieldOf(send.Chan)
	if f != nil && !known && c.roomy(f) || known && (p.room > 0 && !c.repeats(send) || p.drains()) {
		return nil
	}
	looks := func(instr ssa.Instruction, i int) bool {
		sel, ok := instr.(*ssa.Select)
		return ok && sel.Blocking && c.ends(sel, i) && (known || !c.announces(send, sel, i))
	}
	for fn := send.Parent(); fn != nil; fn = fn.Parent() {
		for _, sel := range c.waits[fn] {
			for i, state := range sel.States {
				if state.Send != nil && looks(sel, i) && slices.ContainsFunc(c.Refs(state.Chan), func(r effects.Ref) bool { return slices.Contains(refs, r) }) {
					return sel
				}
			}
		}
	}
	if known || f == nil || f.Pkg() != c.IR.Pass.Pkg {
		return nil
	}
	var witness ssa.Instruction
	for _, e := range c.OfField(f) {
		if _, call := e.Instr.(ssa.CallInstruction); e.Kind != effects.Grow || call || e.Ref.Path.IsElem() || e.Instr == send || c.HelpsTests(e.Func()) {
			continue
		}
		if !looks(e.Instr, e.Index) {
			return nil
		}
		witness = e.Instr
	}
	return witness
}

// emptied reports whether a ref names a parameter for which all who call the function hand it a
// channel that they have made and from which all is taken, by themselves or by what ends the life
// of the object that they put it into.
func (c *checker) emptied(r effects.Ref) bool {
	param, ok := r.Root.(*ssa.Parameter)
	if !ok || r.Path != nil {
		return false
	}
	fn := param.Parent()
	at, uses := slices.Index(fn.Params, param), c.Uses(fn)
	takesAll := func(e *effects.Event) bool {
		f := e.To.Path.Field()
		if e.Kind != effects.Store || e.Via || f == nil {
			return c.untilClosed(e.Instr)
		}
		return slices.ContainsFunc(c.recvs[f.Origin()], func(comm ir.Comm) bool {
			return c.untilClosed(comm.Instr) && c.InTeardown(ir.Outermost(comm.Instr.Parent()))
		})
	}
	return len(uses) > 0 && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok || c.IR.Static(call.Common()) != fn {
			return true
		}
		return !slices.ContainsFunc(c.Refs(ir.Args(call.Common())[at]), func(r effects.Ref) bool {
			made, ok := r.Root.(*ssa.MakeChan)
			return ok && r.Path == nil && slices.ContainsFunc(c.Of(made), takesAll)
		})
	})
}

// roomy reports whether a channel that is put into a field may have room, as far as that is known.
func (c *checker) roomy(f *types.Var) bool {
	return slices.ContainsFunc(c.StoredIn(f), func(e *effects.Event) bool {
		made, ok := e.Ref.Root.(*ssa.MakeChan)
		if e.Kind == effects.Send || e.Via || !ok {
			return false
		}
		size, ok := made.Size.(*ssa.Const)
		return !ok || size.Int64() > 0
	})
}

// announces reports whether something is sent because of the end at which a select statement
// looks: who waits to be told of that is there.
func (c *checker) announces(send *ssa.Send, sel *ssa.Select, but int) bool {
	return send.Parent() == sel.Parent() && slices.ContainsFunc(c.alternatives(sel, but), func(i int) bool {
		edge, ok := ir.CaseEdge(sel, i)
		return ok && edge.To().Dominates(send.Block())
	})
}
