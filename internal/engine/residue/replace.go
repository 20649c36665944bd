package residue

import (
	"slices"

	"golang.org/x/tools/go/ssa"
)

// replaced reports whether something else takes the place of what is stored, on every way on
// from there and before the function returns.
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
		return ok && other != st && slices.Equal(f.Refs(other.Addr), place)
	}
	known := make(map[*ssa.BasicBlock]bool) // and false while it is found out: a loop goes on
	var always func(instrs []ssa.Instruction, b *ssa.BasicBlock) bool
	always = func(instrs []ssa.Instruction, b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(instrs, replaces) || len(b.Succs) > 0 && !slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool {
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
	return len(place) > 0 && always(b.Instrs[slices.Index(b.Instrs, at)+1:], b)
}
