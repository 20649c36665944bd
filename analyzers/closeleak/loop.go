package closeleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

// overwritten reports whether a variable that outlives the iteration in which the value is
// acquired gets it.
func (c *checker) overwritten(a *acquisition) bool {
	l := c.IR.Graph(a.call.Parent()).Innermost(a.call.Block())
	if l == nil {
		return false
	}
	seen := make(map[ssa.Value]bool)
	var carried func(v ssa.Value) bool
	carried = func(v ssa.Value) bool {
		if seen[v] {
			return false
		}
		seen[v] = true
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.Phi:
				if ref.Block() == l.Header || carried(ref) {
					return true
				}
			case *ssa.MakeInterface:
				if carried(ref) {
					return true
				}
			case *ssa.Store:
				if cell, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v && !l.Contains(cell.Block()) {
					return true
				}
			}
		}
		return false
	}
	return carried(a.v)
}

// deferred reports a value that is given back when the function returns, and acquired again
// and again until then.
func (c *checker) deferred(a *acquisition) bool {
	if len(a.out.Defers) == 0 || slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		return e.Mode == effects.Spawned || len(c.Starts(e.Func())) > 0 && e.Func() != a.call.Parent()
	}) {
		return false // or goroutines go on with it when the loop is over
	}
	for _, d := range a.out.Defers {
		if d.Parent() != a.call.Parent() {
			continue
		}
		for l := c.IR.Graph(d.Parent()).Innermost(a.call.Block()); l != nil; l = l.Outer {
			if !l.Contains(d.Block()) || l.Bounded() || a.Timed && attempts(l, a.call) || slices.ContainsFunc(a.out.Releases, func(e *effects.Event) bool {
				return e.Mode == effects.Now && e.Func() == d.Parent() && l.Contains(e.Instr.Block())
			}) {
				continue
			}
			leak := account.Found(c.Package, a.call, "defer-in-loop", a.Thing()+" of every iteration stays until the function returns")
			leak.HeldBy = a.heldBy()
			account.Note(c.Package, leak, d, "deferred here once per iteration")
			c.add(a.call, leak, account.Owes)
			return true
		}
	}
	return false
}

// attempts reports whether a loop is gone round only until something succeeds that is tried behind an
// instruction: it goes on where that fails, and ends where it does not.
func attempts(l *ir.Loop, behind ssa.Instruction) bool {
	exits := l.Exits()
	return slices.ContainsFunc(l.Blocks, func(b *ssa.BasicBlock) bool {
		err, done, ok := ir.NilEdge(b)
		if !ok || !ir.IsError(err.Type()) || !l.Contains(b.Succs[1-done.Succ]) {
			return false
		}
		if ext, ok := err.(*ssa.Extract); ok {
			err = ext.Tuple
		}
		try, ok := err.(*ssa.Call)
		return ok && lifetime.Before(behind, try) && slices.ContainsFunc(exits, func(exit ir.Edge) bool {
			return exit == done || len(done.To().Preds) == 1 && done.To().Dominates(exit.From)
		})
	})
}
