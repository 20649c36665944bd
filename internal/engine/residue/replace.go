package residue

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// replaced reports whether something else takes the place of what is stored, on every way on
// from there and before the function returns, unless it fails.
func (f *pieceFinder) replaced(at ssa.Instruction) bool {
	st, ok := at.(*ssa.Store)
	if !ok {
		return false
	}
	if _, element := st.Addr.(*ssa.IndexAddr); element {
		return false // there are others at such a place
	}
	place := f.Refs(st.Addr)
	replaces := func(instr ssa.Instruction) bool {
		other, ok := instr.(*ssa.Store)
		return ok && other != st && (sameField(other.Addr, st.Addr) || len(place) == 1 && slices.Equal(f.Refs(other.Addr), place))
	}
	known := make(map[*ssa.BasicBlock]bool) // and false while it is found out: a loop goes on
	var always func(instrs []ssa.Instruction, b *ssa.BasicBlock) bool
	always = func(instrs []ssa.Instruction, b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(instrs, replaces) || fails(b) || len(b.Succs) > 0 && !slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool {
			is, ok := known[s]
			if !ok {
				known[s] = false
				is = always(s.Instrs, s)
				known[s] = is
			}
			return !is
		})
	}
	b := st.Block()
	return always(b.Instrs[slices.Index(b.Instrs, at)+1:], b)
}

// fails reports whether a block returns an error that was found.
func fails(b *ssa.BasicBlock) bool {
	ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
	if !ok || len(ret.Results) == 0 || len(b.Preds) != 1 {
		return false
	}
	x, isNil, ok := ir.NilEdge(b.Preds[0])
	return ok && isNil.To() != b && ir.IsError(x.Type()) && ret.Results[len(ret.Results)-1] == x
}

// sameField reports whether two addresses are of one field of one struct.
func sameField(a, b ssa.Value) bool {
	x, ok1 := a.(*ssa.FieldAddr)
	y, ok2 := b.(*ssa.FieldAddr)
	return ok1 && ok2 && x.Field == y.Field && sameValue(x.X, y.X)
}

// sameValue reports whether two values are one, or loads of one variable.
func sameValue(a, b ssa.Value) bool {
	x, ok1 := a.(*ssa.UnOp)
	y, ok2 := b.(*ssa.UnOp)
	return a == b || ok1 && ok2 && x.Op == token.MUL && y.Op == token.MUL && x.X == y.X
}
