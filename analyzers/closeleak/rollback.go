package closeleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// rollsBack reports whether an instruction only undoes what a function has begun: it runs where an
// error is not nil, and the function then returns one, which it does not always. Who
// gives something back there says nothing of where nothing fails.
func (c *checker) rollsBack(instr ssa.Instruction) bool {
	fn := instr.Parent()
	if !ir.CanFail(ir.Outermost(fn).Signature) || !whereFails(instr) || c.InTeardown(ir.Outermost(fn)) {
		return false
	}
	if fn.Parent() != nil {
		return c.onlyDeferred(fn)
	}
	r := c.returns(fn)
	return r.succeeds && !r.before[instr.Block()]
}

// A returning says how a function returns.
type returning struct {
	succeeds bool                     // also where no error is known to be there
	before   map[*ssa.BasicBlock]bool // from which control can get to a return without an error
}

// returns says how a function returns.
func (c *checker) returns(fn *ssa.Function) returning {
	if r, known := c.returning[fn]; known {
		return r
	}
	r := returning{before: make(map[*ssa.BasicBlock]bool)}
	var work []*ssa.BasicBlock
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		if !ir.Fails(ret) {
			work = append(work, b)
		}
		r.succeeds = r.succeeds || !whereFails(ret)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !r.before[b] {
			r.before[b] = true
			work = append(work, b.Preds...)
		}
	}
	c.returning[fn] = r
	return r
}

// whereFails reports whether control comes to an instruction only where an error is not nil.
func whereFails(instr ssa.Instruction) bool {
	for range ir.Errors(instr.Block()) {
		return true
	}
	return false
}

// onlyDeferred reports whether a literal is only deferred by the function around it.
func (c *checker) onlyDeferred(lit *ssa.Function) bool {
	made := c.Literal(lit)
	return len(made) > 0 && !slices.ContainsFunc(made, func(v ssa.Value) bool {
		return slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool {
			return e.Kind != effects.Call || e.Mode != effects.Deferred
		})
	})
}

// forRollback reports whether a list of a function keeps nothing: it is only what a call is given,
// or there for what gives its elements back where something fails.
func (c *checker) forRollback(list ssa.Value) bool {
	if args, ok := list.(*ssa.Alloc); ok && lifetime.IsArguments(args) {
		return true // what the call does with them is told of each
	}
	undone := false
	for _, e := range c.Of(list) {
		switch {
		case c.rollsBack(e.Instr):
			undone = true
		case lifetime.HandsOn(e), e.Kind == effects.Method, e.Kind == effects.Call:
			return false
		}
	}
	return undone
}
