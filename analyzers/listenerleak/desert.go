package listenerleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// leftForOthers reports whether the code that receives what a registration brings
// returns for the end of something that is neither the object's nor a context, which
// may be the object's: of a request, say. Then the object goes on.
func (c *checker) leftForOthers(reg *registration) bool {
	if reg.api.listener < 0 {
		return false
	}
	var recv *ssa.Function
	for _, r := range c.Refs(ir.Args(reg.call.Common())[reg.api.listener]) {
		for _, e := range c.Of(r.Root) {
			if e.Kind == effects.Recv && e.Ref.Path == nil {
				recv = e.Func()
			}
		}
	}
	if recv == nil {
		return false
	}
	ended := c.endedEdges(recv, reg.call)
	for _, comm := range c.IR.Graph(recv).Comms() {
		sel, ok := comm.Instr.(*ssa.Select)
		if !ok || !comm.Recv || !c.ofOther(comm.Chan, reg) {
			continue
		}
		if edge, ok := ir.CaseEdge(sel, comm.Case); ok && !ended[edge] && returnsFrom(edge.From.Succs[edge.Succ], sel.Block()) {
			return true
		}
	}
	return false
}

// ofOther reports whether a channel is what a method gives of something that the
// function was given or got, or a part of that, and that is no context.
func (c *checker) ofOther(ch ssa.Value, reg *registration) bool {
	outer := ir.Outermost(reg.call.Parent())
	own := func(v ssa.Value) bool {
		return typeName(v.Type()) == "Context" || outer.Signature.Recv() != nil && v == ssa.Value(outer.Params[0])
	}
	refs := c.Refs(ch)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		switch root := r.Root.(type) {
		case *ssa.Call:
			if r.Path != nil {
				break
			}
			if len(ir.Args(&root.Call)) == 0 {
				return true
			}
			of := ir.Args(&root.Call)[0]
			return own(of) || slices.ContainsFunc(c.Refs(of), func(o effects.Ref) bool { return own(o.Root) })
		case *ssa.Extract, *ssa.Parameter:
		case *ssa.Alloc:
			return !isPointerVar(root) // else the variable that has it
		default:
			return true
		}
		return r.Path == nil || own(r.Root)
	})
}

// returnsFrom reports whether a path leads from a block to a return that does not come
// by another one.
func returnsFrom(b, not *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{b: true, not: true}
	for work := []*ssa.BasicBlock{b}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			return true
		}
		for _, s := range b.Succs {
			if !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}
