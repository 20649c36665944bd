package timerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A loop may keep its timer in a field that is nil when none is running:
//
//	case m := <-in:
//		if p.timer == nil {
//			p.timer = time.After(p.wait)
//		}
//	case <-p.timer:
//		p.flush() // sets p.timer to nil
//	case <-p.full:
//		p.flush()
//
// Where the field is emptied before the time is up the timer goes on without
// anybody who waits for it, and the loop makes the next one.

// renewed reports whether a loop makes the timer of a field anew before the
// last one fired.
func (c *checker) renewed(call *ssa.Call) bool {
	field, at := c.keptIn(call)
	loop := c.IR.Graph(call.Parent()).Innermost(call.Block())
	if field == nil || loop == nil || effects.Fresh(at.To.Root) {
		return false
	}
	for loop.Outer != nil {
		loop = loop.Outer
	}
	fired, ok := c.firedEdges(call, field, loop)
	if !ok {
		return false
	}
	// Where the field is emptied.
	emptied := make(map[ssa.Instruction]bool)
	for _, e := range c.OfField(field) {
		if e.Kind == effects.Replace && e.Instr != at.Instr && loop.Contains(e.Instr.Block()) && e.Func() == call.Parent() {
			emptied[e.Instr] = true
		}
	}
	needsEmpty := c.madeWhereNil(call, field)
	type place struct {
		b     *ssa.BasicBlock
		empty bool
	}
	seen := make(map[place]bool)
	start := place{call.Block(), !needsEmpty}
	from := slices.Index(call.Block().Instrs, ssa.Instruction(call)) + 1
	work := []place{start}
next:
	for len(work) > 0 {
		w := work[len(work)-1]
		work = work[:len(work)-1]
		instrs := w.b.Instrs[from:]
		from = 0
		for _, instr := range instrs {
			if instr == call {
				if w.empty {
					return true
				}
				continue next
			}
			w.empty = w.empty || emptied[instr]
		}
		for i, s := range w.b.Succs {
			to := place{s, w.empty}
			if loop.Contains(s) && !fired[ir.Edge{From: w.b, Succ: i}] && !seen[to] {
				seen[to] = true
				work = append(work, to)
			}
		}
	}
	return false
}

// firedEdges returns the edges on which the loop has received from the timer
// of a field; ok is false if somebody else may receive from it or stop it.
func (c *checker) firedEdges(call *ssa.Call, field *types.Var, loop *ir.Loop) (fired map[ir.Edge]bool, ok bool) {
	fired = make(map[ir.Edge]bool)
	for _, e := range c.UnderField(field) {
		switch {
		case e.Kind == effects.Method && (e.Name == "Stop" || e.Name == "Reset"):
			return nil, false
		case e.Kind != effects.Recv && e.Kind != effects.Wait:
			continue
		}
		if e.Origin != nil && e.Origin != e.Instr && e.Origin.Parent() != nil {
			continue // of a function that is called, which has an event of its own
		}
		sel, isSelect := e.Instr.(*ssa.Select)
		if !isSelect || e.Func() != call.Parent() || !loop.Contains(sel.Block()) {
			return nil, false
		}
		edge, found := ir.CaseEdge(sel, e.Index)
		if !found {
			return nil, false
		}
		fired[edge] = true
	}
	return fired, len(fired) > 0
}

// madeWhereNil reports whether the timer is made only where the field was
// found nil.
func (c *checker) madeWhereNil(call *ssa.Call, field *types.Var) bool {
	for b := range ir.Dominators(call.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		x, edge, ok := ir.NilEdge(b.Preds[0])
		if ok && edge.To() == b && slices.ContainsFunc(c.Refs(x), func(r effects.Ref) bool { return r.Path.Field() == field.Origin() }) {
			return true
		}
	}
	return false
}
