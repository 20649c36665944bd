package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// lists reports where a method sets a list in a field to nil whose elements the end of the object
// gives back, and nobody has looked at the list before.
func (c *checker) lists() {
	for _, e := range c.Events() {
		set, ok := e.Instr.(*ssa.Store)
		if !ok || e.Kind != effects.Replace && e.Kind != effects.Shrink || !ir.IsNil(set.Val) {
			continue
		}
		fn, field := ir.Outermost(e.Func()), e.Ref.Path.Field()
		if field == nil || field.Pkg() != c.IR.Pass.Pkg || e.Ref.Path.IsElem() || effects.Fresh(e.Ref.Root) || c.HelpsTests(fn) || c.InTeardown(fn) {
			continue
		}
		if _, list := field.Type().Underlying().(*types.Slice); !list || c.looksAt(fn, field, e) {
			continue
		}
		given := c.endsElements(field)
		if given == nil || slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool { return c.looksAt(ir.Outermost(use.Parent()), field, nil) }) {
			continue
		}
		leak := account.Found(c.Package, set, "entry-dropped", "list "+field.Name()+" is dropped and what its elements hold is not given back")
		account.Note(c.Package, leak, given.Instr, "given back here, at the end of the object")
		c.add(set, leak, account.Owes)
	}
}

// endsElements returns the event by which the end of an object gives back the elements of a list in
// one of its fields, or nil.
func (c *checker) endsElements(field *types.Var) *effects.Event {
	for _, e := range c.UnderField(field) {
		if c.ofEntry(e, field) && e.Ends() && c.InTeardown(ir.Outermost(e.Func())) && (thingOf(e) == nil || !harmless(thingOf(e))) {
			return e
		}
	}
	return nil
}

// looksAt reports whether a function does something with a list in a field, or with its elements,
// but for what an event does and what it puts into it.
func (c *checker) looksAt(fn *ssa.Function, field *types.Var, but *effects.Event) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if load, ok := instr.(*ssa.UnOp); ok {
				if addr, ok := load.X.(*ssa.FieldAddr); ok && fieldAt(addr) == field {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(c.In(fn), func(e *effects.Event) bool {
		return c.ofEntry(e, field) && e.Kind != effects.Grow && (but == nil || e.Instr != but.Instr)
	})
}
