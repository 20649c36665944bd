package comm

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// What a parameter or a variable that is set once says, it says everywhere in a function
// and in the goroutines that it starts: two places that ask it go the same way.

// fixed returns a number for a condition of which that is true, and 0 for others.
func (g *Program) fixed(cond ssa.Value) int32 {
	of := cond
	if load, ok := cond.(*ssa.UnOp); ok && load.Op == token.MUL {
		of = g.setOnce(load.X)
	}
	switch v := of.(type) {
	case *ssa.Parameter:
		if v.Parent().Parent() != nil {
			return 0
		}
	case *ssa.Alloc:
	default:
		return 0
	}
	id := g.fixes[of]
	if id == 0 {
		id = int32(len(g.fixes) + 1)
		g.fixes[of] = id
	}
	return id
}

// A comparison is one of numbers or texts, in the direction in which it is asked first.
type comparison struct {
	op   token.Token
	x, y any // values, constants by their names
}

// compares returns the comparison that a condition is, and whether the condition is that it
// does not hold. It is not ok if one side may be another value the next time, since it is set
// in a loop.
func (b *builder) compares(cond ssa.Value) (c comparison, not, ok bool) {
	v, ok := cond.(*ssa.BinOp)
	if !ok {
		return c, false, false
	}
	for _, side := range []ssa.Value{v.X, v.Y} {
		if def, ok := side.(ssa.Instruction); ok && b.graph.Innermost(def.Block()) != nil {
			return c, false, false
		}
	}
	side := func(v ssa.Value) any {
		if k, ok := v.(*ssa.Const); ok {
			return k.Name()
		}
		return v
	}
	c = comparison{v.Op, side(v.X), side(v.Y)}
	switch v.Op {
	case token.NEQ:
		c.op, not = token.EQL, true
	case token.GEQ:
		c.op, not = token.LSS, true
	case token.GTR:
		c.op, not = token.LEQ, true
	case token.EQL, token.LSS, token.LEQ:
	default:
		return c, false, false
	}
	return c, not, true
}

// findComparisons finds what a function asks more than once.
func (b *builder) findComparisons(fn *ssa.Function) {
	asked := make(map[comparison]int)
	for _, block := range fn.Blocks {
		if i, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If); ok {
			if c, _, ok := b.compares(i.Cond); ok {
				if asked[c]++; asked[c] == 2 {
					b.compared[c] = b.newReg()
				}
			}
		}
	}
}

// setOnce returns the variable of a declared function that an address is that of, if that is
// set once, outside of loops, and nothing but literals has its address; nil if not.
func (g *Program) setOnce(addr ssa.Value) ssa.Value {
	for {
		free, ok := addr.(*ssa.FreeVar)
		if !ok {
			break
		}
		made := g.p.Literal(free.Parent())
		if len(made) != 1 {
			return nil
		}
		mc, ok := made[0].(*ssa.MakeClosure)
		if !ok {
			return nil
		}
		addr = mc.Bindings[slices.Index(free.Parent().FreeVars, free)]
	}
	cell, ok := addr.(*ssa.Alloc)
	if !ok || cell.Parent().Parent() != nil {
		return nil
	}
	var set *ssa.Store
	for _, use := range *cell.Referrers() {
		if st, ok := use.(*ssa.Store); ok && st.Addr == cell {
			if set != nil {
				return nil
			}
			set = st
		} else if !onlyReads(use, cell, 0) {
			return nil
		}
	}
	if set == nil || g.p.IR.Graph(cell.Parent()).Innermost(set.Block()) != nil {
		return nil
	}
	return cell
}

// onlyReads reports whether an instruction does no more with a variable than to load it, as
// do the literals that capture it there.
func onlyReads(use ssa.Instruction, v ssa.Value, depth int) bool {
	const deep = 4
	switch use := use.(type) {
	case *ssa.DebugRef:
		return true
	case *ssa.UnOp:
		return use.Op == token.MUL
	case *ssa.MakeClosure:
		fn := use.Fn.(*ssa.Function)
		i := slices.Index(use.Bindings, v)
		return depth < deep && i >= 0 && i < len(fn.FreeVars) && !slices.ContainsFunc(*fn.FreeVars[i].Referrers(), func(inner ssa.Instruction) bool {
			return !onlyReads(inner, fn.FreeVars[i], depth+1)
		})
	}
	return false
}

// decided returns what is known of a condition that is fixed: 1 if it holds, -1 if not, 0
// if nobody has asked.
func (s *state) decided(id int32) int32 {
	switch {
	case slices.Contains(s.fixed, id):
		return 1
	case slices.Contains(s.fixed, -id):
		return -1
	}
	return 0
}

// ofRoot reports whether a function is the one that the machine runs, or a literal in it: of
// others there may be several calls, with other parameters.
func (m *machine) ofRoot(fn *ssa.Function) bool { return fn != nil && ir.Outermost(fn) == m.root }
