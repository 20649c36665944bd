package recycle

import (
	"slices"

	"golang.org/x/tools/go/ssa"
)

// What a package does before one Put shows what it should do before the others of that pool.

// maxSiblings bounds how many other puts of a pool are asked.
const maxSiblings = 32

// siblings returns other puts of the pool.
func (p *Put) siblings() (others []*Put) {
	for _, q := range p.f.puts[p.Pool] {
		if q != p && p.Pool != nil && len(others) < maxSiblings {
			others = append(others, q)
		}
	}
	return others
}

// limitedBySiblings reports whether another put of the pool checks the size of the part.
func (p *Put) limitedBySiblings(part Part) bool {
	return slices.ContainsFunc(p.siblings(), func(q *Put) bool { return q.checkedIn(q.functions(), part) })
}

// EmptiedBySiblings reports whether the part is empty when another put of the pool gives the
// object back.
func (p *Put) EmptiedBySiblings(part Part) bool {
	return slices.ContainsFunc(p.siblings(), func(q *Put) bool { return q.Emptied(part) })
}

// Emptied reports whether the last thing that happens to the object before it goes back is
// that the part, or all of it, is made empty.
func (p *Put) Emptied(part Part) bool {
	return slices.ContainsFunc(lastBefore(p.Call), func(instr ssa.Instruction) bool {
		switch instr := instr.(type) {
		case *ssa.Store:
			return (empty(instr.Val) || fresh(instr.Val) || zeroed(instr.Val)) && p.isWithin(instr.Addr, part)
		case *ssa.Call:
			b, ok := instr.Call.Value.(*ssa.Builtin)
			return ok && b.Name() == "clear" && p.is(instr.Call.Args[0], part.Path)
		}
		return false
	})
}

// zeroed reports whether a struct is that of a variable to which nothing was assigned.
func zeroed(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return false
	}
	cell, ok := load.X.(*ssa.Alloc)
	return ok && !slices.ContainsFunc(*cell.Referrers(), func(ref ssa.Instruction) bool {
		_, is := ref.(*ssa.UnOp)
		return !is
	})
}

// isWithin reports whether an address is that of the part, or of what it is a part of.
func (p *Put) isWithin(addr ssa.Value, part Part) bool {
	for path := part.Path; ; path = parent(path) {
		if p.is(addr, path) {
			return true
		}
		if path == "" {
			return false
		}
	}
}

// lastBefore returns the instructions that run right before another one, back to the last
// call of a function.
func lastBefore(at ssa.Instruction) (before []ssa.Instruction) {
	b := at.Block()
	instrs := b.Instrs[:slices.Index(b.Instrs, at)]
	const maxBlocks = 8
	for range maxBlocks {
		for _, instr := range slices.Backward(instrs) {
			if call, ok := instr.(ssa.CallInstruction); ok && !isBuiltin(call) {
				return before
			}
			before = append(before, instr)
		}
		if len(b.Preds) != 1 {
			return before
		}
		b = b.Preds[0]
		instrs = b.Instrs
	}
	return before
}

func isBuiltin(call ssa.CallInstruction) bool {
	_, ok := call.Common().Value.(*ssa.Builtin)
	return ok
}
