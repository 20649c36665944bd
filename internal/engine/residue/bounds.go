package residue

import (
	"go/constant"
	"go/token"
	"go/types"
	"go/version"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// bounds says what kind of cut a slice expression makes.
func (c *Cut) bounds(p *Package, s *ssa.Slice, appended bool) {
	low := s.Low != nil && !isZero(s.Low)
	switch {
	case low && (s.High == nil || isLen(s.High)) && !appended:
		_, c.single = s.Low.(*ssa.Const)
		left, ok := s.Low.(*ssa.BinOp)
		c.window = ok && left.Op == token.SUB && isLen(left.X)
		c.Kind = Front
	case low || s.High == nil:
		// Nothing is cut off, or who knows what.
	case isZero(s.High) && appended:
		c.rebuilt = s
	case isZero(s.High):
		c.Kind = All
	case appended:
		// The slot gets another value at once.
	case c.moves(p):
		sub, ok := s.High.(*ssa.BinOp)
		c.Kind, c.single = Middle, ok && shorter(sub) && isOne(sub.Y)
	case shorter(s.High):
		c.Kind = Back
	case c.shifts(p, s.High):
		c.Kind = Middle
	}
}

// isFrom reports whether a slice is the one that is kept at the place.
func (c *Cut) isFrom(p *Package, v ssa.Value) bool {
	seen := make(map[ssa.Value]bool)
	var is func(v ssa.Value) bool
	is = func(v ssa.Value) bool {
		if seen[v] || len(seen) > maxSteps {
			return false
		}
		seen[v] = true
		switch v := v.(type) {
		case *ssa.ChangeType:
			return is(v.X)
		case *ssa.Phi:
			return slices.ContainsFunc(v.Edges, is)
		case *ssa.Slice:
			return is(v.X)
		case *ssa.UnOp:
			if v.Op != token.MUL || !overlap(p.Refs(v.X), c.refs) {
				return false
			}
		case *ssa.Lookup:
			if !overlap(p.Refs(v), c.refs) {
				return false
			}
		case *ssa.Extract:
			if _, ok := v.Tuple.(*ssa.Lookup); !ok || v.Index != 0 || !overlap(p.Refs(v), c.refs) {
				return false
			}
		default:
			return false
		}
		if !slices.Contains(c.from, v) {
			c.from = append(c.from, v)
		}
		return true
	}
	return is(v)
}

func overlap(a, b []effects.Ref) bool {
	return slices.ContainsFunc(a, func(r effects.Ref) bool { return slices.Contains(b, r) })
}

// atLeast reports whether a bound is another one, or more: room is made there.
func atLeast(high, low ssa.Value) bool {
	sum, ok := high.(*ssa.BinOp)
	return high == low || ok && sum.Op == token.ADD && (sum.X == low || sum.Y == low)
}

// isNext reports whether an index is the one behind another.
func isNext(next, i ssa.Value) bool {
	sum, ok := next.(*ssa.BinOp)
	if k, isConst := next.(*ssa.Const); isConst {
		return isZero(i) && isOne(k)
	}
	return ok && sum.Op == token.ADD && sum.X == i && isOne(sum.Y)
}

// loads adds to what the slice was found as all other places of the function where it is
// looked at.
func (c *Cut) loads(p *Package) {
	for _, b := range c.At.Parent().Blocks {
		for _, instr := range b.Instrs {
			switch v := instr.(type) {
			case *ssa.UnOp:
				if _, ok := v.Type().Underlying().(*types.Slice); ok {
					c.isFrom(p, v)
				}
			case *ssa.Lookup:
				if _, ok := v.Type().Underlying().(*types.Slice); ok {
					c.isFrom(p, v)
				}
			}
		}
	}
}

// moves reports whether the function copies elements of the slice over others.
func (c *Cut) moves(p *Package) bool {
	for _, b := range c.At.Parent().Blocks {
		for _, instr := range b.Instrs {
			if isCopy(instr) {
				args := instr.(*ssa.Call).Call.Args
				if c.isFrom(p, args[0]) && c.isFrom(p, args[1]) {
					return true
				}
			}
		}
	}
	return false
}

// shifts reports whether the function puts elements of the slice in the place of others, up
// to where it is cut.
func (c *Cut) shifts(p *Package, end ssa.Value) bool {
	element := func(v ssa.Value) bool {
		at, ok := v.(*ssa.IndexAddr)
		return ok && c.isFrom(p, at.X)
	}
	for _, b := range c.At.Parent().Blocks {
		for _, instr := range b.Instrs {
			if st, ok := instr.(*ssa.Store); ok && element(st.Addr) && st.Addr.(*ssa.IndexAddr).Index == end {
				if load, ok := st.Val.(*ssa.UnOp); ok && element(load.X) {
					return true
				}
			}
		}
	}
	return false
}

func isCopy(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "copy"
}

// inPlace reports whether a slice that begins empty is filled in a loop over what it was
// made from.
func inPlace(p *Package, at ssa.Instruction, s *ssa.Slice) bool {
	for _, l := range p.IR.Graph(at.Parent()).Loops {
		over := l.Ranged()
		if over == nil || l.Contains(s.Block()) || !overlap(p.Refs(over), p.Refs(s.X)) {
			continue
		}
		if !stems(over, func(v ssa.Value) bool { return v == ssa.Value(s) }) { // it is not the new one that the loop goes over
			return true
		}
	}
	return false
}

// deletes reports whether a function takes elements out of its argument, whose array
// stays.
func deletes(fn *types.Func) bool {
	switch fn.FullName() {
	case "slices.Delete", "slices.DeleteFunc", "slices.Compact", "slices.CompactFunc":
		return true
	}
	return false
}

// clearsDeleted reports whether package slices of a version of Go clears the slots that
// its functions leave behind: since 1.22 it does (release notes, "slices").
func clearsDeleted(lang string) bool {
	return lang == "" || version.Compare(lang, "go1.22") >= 0
}

func isZero(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Int && constant.Sign(k.Value) == 0
}

func isOne(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Int && constant.Compare(k.Value, token.EQL, constant.MakeInt64(1))
}

func isLen(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len"
}

// shorter reports whether an upper bound is a length, less something.
func shorter(v ssa.Value) bool {
	sub, ok := v.(*ssa.BinOp)
	return ok && sub.Op == token.SUB && (isLen(sub.X) || lenOf(sub.X))
}

// lenOf reports whether a number is the length that the slice's own type says it has, as
// a heap's Len does.
func lenOf(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && convention.Counts(callee)
}
