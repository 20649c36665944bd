package comm

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A variable that a loop counts with is another one in each round, and in memory if a literal
// captures it. Where nothing but the loop sets it, it is as good as a number.

// A counter is such a variable: the one of each round, and what is stored in them.
type counter struct {
	cells []ssa.Value
	sets  []ssa.Value
}

// findCounters finds the counters of a function, by their cells.
func (b *builder) findCounters(fn *ssa.Function) {
	for _, block := range fn.Blocks {
		for _, instr := range block.Instrs {
			phi, ok := instr.(*ssa.Phi)
			if !ok {
				break
			}
			if c := counterOf(phi); c != nil {
				for _, cell := range c.cells {
					b.counters[cell] = c
				}
			}
		}
	}
}

// counterOf returns the counter of which a phi is the cell of this round, nil if it is none.
func counterOf(phi *ssa.Phi) *counter {
	ptr, ok := phi.Type().(*types.Pointer)
	if !ok {
		return nil
	}
	if basic, ok := ptr.Elem().Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 {
		return nil
	}
	c := &counter{cells: []ssa.Value{phi}}
	for _, e := range phi.Edges {
		cell, ok := e.(*ssa.Alloc)
		if !ok {
			return nil
		}
		c.cells = append(c.cells, cell)
	}
	for _, cell := range c.cells {
		for _, use := range *cell.Referrers() {
			st, ok := use.(*ssa.Store)
			switch {
			case ok && st.Addr == cell:
				c.sets = append(c.sets, st.Val)
			case use == ssa.Instruction(phi):
			case !onlyReads(use, cell, 0):
				return nil
			}
		}
	}
	return c
}

// load returns the counter that an instruction loads, or nil.
func (b *builder) load(v *ssa.UnOp) *counter {
	if v.Op != token.MUL {
		return nil
	}
	return b.counters[v.X]
}

// captured returns what a literal gets of a value: of a counter not the cell, which is no memory.
func (b *builder) captured(v ssa.Value) operand {
	if b.counters[v] != nil {
		return operand{reg: -1}
	}
	return b.operand(v)
}
