package lifetime

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A deferred literal may release the value only where the function fails:
//
//	f, err := os.Create(path)
//	...
//	defer func() {
//		if err != nil {
//			f.Close()
//		}
//	}()
//
// It looks at a variable when the function returns. A return statement sets it if
// it is a named result; if not, it still holds the error of the acquisition, which was
// nil. So the search carries along what is known of that variable. It may also be a flag that
// the function sets where it has come to its end: a literal that asks for it releases the value unless it is set.
// Of a flag of which nothing is known the literal is taken to find what it asks for.

// A cleanup says when a deferred literal releases the value: where a variable holds an error or true, or where
// it holds none or false.
type cleanup struct {
	cell *ssa.Alloc
	when nilness
}

// A known is what is known of the variable at which a deferred literal looks, on the way.
type known struct {
	armed *ssa.Defer // which was passed
	last  ssa.Value  // what the variable got last, or nil
	err   nilness    // whether that is nil, or false
}

// A nilness says whether an error is nil, or a flag false.
type nilness uint8

const (
	maybe nilness = iota
	isNil
	notNil
)

// cleanupOf returns the defer statement of a literal in which an event happens only if a
// variable of fn holds an error, or a flag is set or not, and that condition; nil if it is not so.
func (c *checker) cleanupOf(e *effects.Event, fn *ssa.Function) (*ssa.Defer, cleanup) {
	lit := e.Func()
	if lit.Parent() != fn || e.Mode == effects.Spawned {
		return nil, cleanup{}
	}
	made := c.p.Literal(lit)
	if len(made) != 1 {
		return nil, cleanup{}
	}
	mc, ok := made[0].(*ssa.MakeClosure)
	if !ok || len(*mc.Referrers()) != 1 {
		return nil, cleanup{}
	}
	d, ok := (*mc.Referrers())[0].(*ssa.Defer)
	if !ok || d.Call.Value != ssa.Value(mc) {
		return nil, cleanup{}
	}
	for b := range ir.Dominators(e.Instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		x, when := asksFor(b)
		if when == maybe {
			continue
		}
		load, ok := x.(*ssa.UnOp)
		if !ok {
			return nil, cleanup{}
		}
		fv, ok := load.X.(*ssa.FreeVar)
		if !ok {
			return nil, cleanup{}
		}
		cell, ok := mc.Bindings[slices.Index(lit.FreeVars, fv)].(*ssa.Alloc)
		if !ok || !ir.IsError(x.Type()) && !ownVariable(cell, true) {
			return nil, cleanup{}
		}
		return d, cleanup{cell, when}
	}
	return nil, cleanup{}
}

// asksFor returns the error or the flag that control comes to a block for, which has one predecessor,
// and what it is there.
func asksFor(b *ssa.BasicBlock) (ssa.Value, nilness) {
	from := b.Preds[0]
	if x, nilEdge, ok := ir.NilEdge(from); ok {
		if nilEdge.To() == b || !ir.IsError(x.Type()) {
			return nil, maybe
		}
		return x, notNil
	}
	br, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return nil, maybe
	}
	cond, negated := positive(br.Cond)
	if load, ok := cond.(*ssa.UnOp); !ok || load.Op != token.MUL {
		return nil, maybe
	}
	if (from.Succs[0] == b) != negated {
		return cond, notNil
	}
	return cond, isNil
}

// watched returns the variable at which the deferred literals look.
func (c *checker) watched() *ssa.Alloc {
	var cell *ssa.Alloc
	for _, v := range c.iffs {
		if cell != nil && cell != v.cell {
			return nil
		}
		cell = v.cell
	}
	return cell
}

// step returns what is known behind an instruction.
func (c *checker) step(k known, instr ssa.Instruction) known {
	switch instr := instr.(type) {
	case *ssa.Defer:
		if _, ok := c.iffs[instr]; ok {
			k.armed = instr
		}
	case *ssa.Store:
		if len(c.iffs) > 0 && instr.Addr == ssa.Value(c.watched()) {
			k.last, k.err = instr.Val, c.nilnessOf(instr.Val, instr.Block())
		}
	}
	return k
}

// branch returns what is known behind an edge, and whether it can be taken at all.
func (c *checker) branch(k known, edge ir.Edge) (known, bool) {
	if len(c.iffs) == 0 {
		return k, true
	}
	x, nilEdge, ok := ir.NilEdge(edge.From)
	if !ok {
		return k, true
	}
	load, isLoad := x.(*ssa.UnOp)
	if x != k.last && !(isLoad && load.Op == token.MUL && load.X == ssa.Value(c.watched())) || k.last == nil {
		return k, true
	}
	is := notNil
	if edge == nilEdge {
		is = isNil
	}
	if k.err != maybe && k.err != is {
		return k, false
	}
	k.err = is
	return k, true
}

// nilnessOf returns what is known of an error where control has come to a block.
func (c *checker) nilnessOf(v ssa.Value, at *ssa.BasicBlock) nilness {
	if v == c.err {
		return isNil
	}
	if _, ok := v.(*ssa.Const); ok {
		if isBool(true)(v) {
			return notNil
		}
		return isNil
	}
	if ir.IsNewError(v) {
		return notNil
	}
	for b := range ir.Dominators(at) {
		if len(b.Preds) != 1 {
			continue
		}
		x, nilEdge, ok := ir.NilEdge(b.Preds[0])
		if !ok || x != v && !readAgain(x, v, b) {
			continue
		}
		if nilEdge.To() == b {
			return isNil
		}
		return notNil
	}
	if call, ok := v.(*ssa.Call); ok && slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool {
		return ir.IsError(arg.Type()) && arg != v && c.nilnessOf(arg, at) == notNil
	}) {
		return notNil // what is made of an error is one
	}
	return maybe
}

// readAgain reports whether a block reads a variable of which the branch that leads to it has just asked
// what it is.
func readAgain(asked, v ssa.Value, b *ssa.BasicBlock) bool {
	first, ok := asked.(*ssa.UnOp)
	again, also := v.(*ssa.UnOp)
	if !ok || !also || first.Op != token.MUL || again.Op != token.MUL || first.X != again.X || again.Block() != b || first.Block() != b.Preds[0] {
		return false
	}
	sets := func(instrs []ssa.Instruction) bool {
		return slices.ContainsFunc(instrs, func(instr ssa.Instruction) bool {
			st, ok := instr.(*ssa.Store)
			return ok && st.Addr == first.X
		})
	}
	before := first.Block().Instrs
	return !sets(before[slices.Index(before, ssa.Instruction(first)):]) && !sets(b.Instrs[:slices.Index(b.Instrs, ssa.Instruction(again))])
}

// cleans reports whether a deferred literal releases the value where the function returns.
func (c *checker) cleans(k known) bool {
	if k.armed == nil {
		return false
	}
	when := c.iffs[k.armed]
	if k.err == maybe {
		return k.last == nil || len(c.out.Kept) > 0 || !ir.IsError(when.cell.Type().(*types.Pointer).Elem())
	}
	return k.err == when.when
}
