package lifetime

import (
	"go/constant"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A variable that holds the value at one place may hold another one later:
//
//	t := time.NewTicker(d)
//	if slow {
//		t = time.NewTicker(2 * d)
//	}
//	t.Stop()
//
// The Stop gives back what t holds, and where slow is true that is not the
// first ticker. So the search carries along which variables hold the value,
// and a release through a variable counts where that one does.

// A tracker knows the variables of a function that may hold the value. Only
// those are followed through which it is released or that are compared with
// nil, and what these get their values from.
type tracker struct {
	is   func(x ssa.Value) bool // whether something that is no variable is the value
	bits map[ssa.Value]held     // by *ssa.Phi, *ssa.Alloc and load of an Alloc
}

// A held is a set of variables.
type held uint64

// maxTracked is how many variables a set can hold. In functions with more the
// value is taken to be wherever it may be.
const maxTracked = 64

// isBool returns whether something is a boolean as the program says it.
func isBool(value bool) func(ssa.Value) bool {
	return func(x ssa.Value) bool {
		k, ok := x.(*ssa.Const)
		return ok && k.Value != nil && k.Value.Kind() == constant.Bool && constant.BoolVal(k.Value) == value
	}
}

// newTracker returns a tracker of the variables that roots depend on, or nil
// if there are none, or too many. A strict one leaves those alone that literals set.
func newTracker(is func(ssa.Value) bool, roots []ssa.Value, strict bool) *tracker {
	t := &tracker{is: is, bits: make(map[ssa.Value]held)}
	work := slices.Clone(roots)
	for i := 0; i < len(work); i++ {
		x := asserted(work[i])
		if t.bits[x] != 0 {
			continue
		}
		if len(t.bits) == maxTracked {
			return nil
		}
		switch x := x.(type) {
		case *ssa.Phi:
			work = append(work, x.Edges...)
		case *ssa.UnOp:
			cell, ok := x.X.(*ssa.Alloc)
			if x.Op != token.MUL || !ok || !ownVariable(cell, strict) {
				continue
			}
			work = append(work, cell)
		case *ssa.Alloc:
			if !ownVariable(x, strict) {
				continue
			}
			for _, ref := range *x.Referrers() {
				if st, ok := ref.(*ssa.Store); ok {
					work = append(work, st.Val)
				}
			}
		default:
			continue
		}
		t.bits[x] = 1 << len(t.bits)
	}
	if len(t.bits) == 0 {
		return nil
	}
	return t
}

// ownVariable reports whether nothing sets a variable but the function that declares it
// and, unless strict, literals in it.
func ownVariable(cell *ssa.Alloc, strict bool) bool {
	for _, ref := range *cell.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if ref.Addr != cell {
				return false
			}
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.Defer:
			if strict {
				return false
			}
			// What gets its address runs when the function returns.
		case *ssa.MakeClosure:
			if givesCapture(ref, cell, 0, strict) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// setsCapture reports whether a closure, or one inside it, sets a variable that it
// captures: what that holds is not known from there on.
func setsCapture(mc *ssa.MakeClosure, variable ssa.Value) bool {
	return givesCapture(mc, variable, 0, true)
}

// givesCapture reports whether a closure, or one inside it, gives away a variable that it
// captures or, if that is asked for, sets it.
func givesCapture(mc *ssa.MakeClosure, variable ssa.Value, depth int, sets bool) bool {
	fn := mc.Fn.(*ssa.Function)
	if depth > maxNesting || len(fn.FreeVars) != len(mc.Bindings) {
		return true
	}
	for i, b := range mc.Bindings {
		if b != variable {
			continue
		}
		for _, ref := range *fn.FreeVars[i].Referrers() {
			switch ref := ref.(type) {
			case *ssa.UnOp, *ssa.DebugRef:
			case *ssa.Store:
				if sets || ref.Addr != ssa.Value(fn.FreeVars[i]) {
					return true
				}
			case *ssa.MakeClosure:
				if givesCapture(ref, fn.FreeVars[i], depth+1, sets) {
					return true
				}
			default:
				return true
			}
		}
	}
	return false
}

// tracks reports whether x is one of the variables.
func (t *tracker) tracks(x ssa.Value) bool { return t != nil && t.bits[asserted(x)] != 0 }

// holds reports whether x is the value where h holds it.
func (t *tracker) holds(h held, x ssa.Value) bool {
	x = asserted(x)
	return h&t.bits[x] != 0 || t.is(x)
}

// asserted returns the value behind conversions and type assertions.
func asserted(x ssa.Value) ssa.Value {
	for {
		x = ir.Unwrap(x)
		if ext, ok := x.(*ssa.Extract); ok && ext.Index == 0 {
			if assert, ok := ext.Tuple.(*ssa.TypeAssert); ok {
				x = assert
			}
		}
		assert, ok := x.(*ssa.TypeAssert)
		if !ok {
			return x
		}
		x = assert.X
	}
}

// set returns h with or without a variable.
func (t *tracker) set(h held, x ssa.Value, holds bool) held {
	if holds {
		return h | t.bits[x]
	}
	return h &^ t.bits[x]
}

// step returns what holds the value behind an instruction.
func (t *tracker) step(h held, instr ssa.Instruction) held {
	if t == nil {
		return h
	}
	switch instr := instr.(type) {
	case *ssa.Store:
		return t.set(h, instr.Addr, t.holds(h, instr.Val))
	case *ssa.UnOp:
		if t.bits[instr] != 0 {
			return t.set(h, instr, t.holds(h, instr.X))
		}
	case *ssa.Alloc:
		return t.set(h, instr, false)
	case *ssa.MakeClosure:
		for _, cell := range instr.Bindings {
			if h&t.bits[cell] != 0 && setsCapture(instr, cell) {
				h = t.set(h, cell, false)
			}
		}
	}
	return h
}

// enter returns what holds the value where control has come along an edge.
func (t *tracker) enter(h held, edge ir.Edge) held {
	if t == nil {
		return h
	}
	to, out := edge.To(), h
	for _, instr := range to.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		if t.bits[phi] == 0 {
			continue
		}
		holds := false
		for i, pred := range to.Preds {
			holds = holds || pred == edge.From && t.holds(h, phi.Edges[i])
		}
		out = t.set(out, phi, holds)
	}
	return out
}

// through returns the variable of fn through which an event reaches the value,
// or nil if that is not known or always is the value itself.
func (c *checker) through(e *effects.Event, fn *ssa.Function) ssa.Value {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || e.Kind != effects.Method && e.Kind != effects.Call || e.Via || e.Ref.Path != nil {
		return nil
	}
	args := ir.Args(call.Common())
	if e.Kind == effects.Call {
		args = append([]ssa.Value{call.Common().Value}, args...)
	}
	var x ssa.Value
	for _, arg := range args {
		if slices.Contains(c.p.Refs(arg), e.Ref) {
			if x != nil {
				return nil
			}
			x = ir.Unwrap(arg)
		}
	}
	in := e.Func()
	if in == fn {
		switch x := x.(type) {
		case *ssa.Phi:
			return x
		case *ssa.UnOp:
			return x
		}
		return nil
	}
	load, ok := x.(*ssa.UnOp)
	if !ok {
		return nil
	}
	v := load.X
	for in != fn {
		fv, ok := v.(*ssa.FreeVar)
		made := c.p.Literal(in)
		if !ok || len(made) != 1 {
			return nil
		}
		mc, ok := made[0].(*ssa.MakeClosure)
		if !ok {
			return nil
		}
		v, in = mc.Bindings[slices.Index(in.FreeVars, fv)], in.Parent()
	}
	return v
}
