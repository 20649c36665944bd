package comm

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A goroutine that gives up when a context ends leaves alone whoever waits for it. A function
// that asks for nothing on the way to where it waits does not know of that.

// unaware reports whether the function comes to an instruction whatever has become of what
// it was given: between that and where it starts goroutines it asks nothing but how often a
// loop goes round, and what came out of a channel.
func (m *machine) unaware(at ssa.Instruction) bool {
	if at == nil || at.Parent() != m.root {
		return false
	}
	var starts []*ssa.BasicBlock
	for _, b := range m.root.Blocks {
		if slices.ContainsFunc(b.Instrs, func(i ssa.Instruction) bool { _, ok := i.(*ssa.Go); return ok }) {
			starts = append(starts, b)
		}
	}
	behind := reach(m.root, starts, func(b *ssa.BasicBlock) []*ssa.BasicBlock { return b.Succs })
	before := reach(m.root, []*ssa.BasicBlock{at.Block()}, func(b *ssa.BasicBlock) []*ssa.BasicBlock { return b.Preds })
	return len(starts) > 0 && !slices.ContainsFunc(m.root.Blocks, func(b *ssa.BasicBlock) bool {
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		return ok && behind[b.Index] && before[b.Index] && !ofLoop(br.Cond, 0)
	})
}

// reach returns the blocks of a function to which next leads from some of them.
func reach(fn *ssa.Function, from []*ssa.BasicBlock, next func(*ssa.BasicBlock) []*ssa.BasicBlock) []bool {
	seen := make([]bool, len(fn.Blocks))
	for _, b := range from {
		seen[b.Index] = true
	}
	for work := from; len(work) > 0; {
		b := work[len(work)-1]
		work = work[: len(work)-1 : len(work)-1]
		for _, n := range next(b) {
			if !seen[n.Index] {
				seen[n.Index] = true
				work = append(work, n)
			}
		}
	}
	return seen
}

// deep bounds how far a condition is followed to what it asks.
const deep = 5

// ofLoop reports whether a condition says no more than whether a loop goes round again, or
// what came out of a channel.
func ofLoop(v ssa.Value, depth int) bool {
	if depth > deep {
		return false
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.Phi, *ssa.Next:
		return true
	case *ssa.BinOp:
		return ofLoop(v.X, depth+1) && ofLoop(v.Y, depth+1)
	case *ssa.UnOp:
		return v.Op == token.ARROW || ofLoop(v.X, depth+1)
	case *ssa.FieldAddr:
		return ofLoop(v.X, depth+1)
	case *ssa.Field:
		return ofLoop(v.X, depth+1)
	case *ssa.Extract:
		return ofLoop(v.Tuple, depth+1)
	case *ssa.Alloc: // a variable: what was received is in it
		return !slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool {
			st, ok := use.(*ssa.Store)
			return ok && st.Addr == v && !ofLoop(st.Val, depth+1)
		})
	}
	return isLen(v)
}
