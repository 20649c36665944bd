package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

// forgotten reports an object in a field that the end of its owner leaves behind, which gives back
// what is in another one: nobody else has it, and its own end does more than forget what it has.
// A method of an interface makes something new if it may fail, as one that only returns what there
// is does not.
func (c *checker) forgotten(a *acquisition) {
	callee := ir.Callee(&a.call.Call)
	if callee == nil || callee.Pkg() == nil || !c.OfModule(callee.Pkg().Path()) {
		return
	}
	if a.call.Call.IsInvoke() {
		if !ir.CanFail(callee.Signature()) {
			return
		}
	} else if sum := c.SummaryOf(callee.Origin()); sum == nil || !sum.Made || a.Result != 0 {
		return
	}
	field, at := c.keptIn(a)
	if field == nil || c.endsWithGiven(a, at.To.Root) || field.Exported() || field.Embedded() || !c.OwnField(field) || c.given(a, field) {
		return
	}
	owner, teardown := c.Teardown(field)
	if teardown == nil {
		return
	}
	sibling := c.ended(owner, field)
	if sibling == nil || !c.first(field.Pos()) {
		return
	}
	leak := account.Found(c.Package, a.call, "owner-forgets", a.noun()+" in field "+field.Name()+a.is()+"never "+a.released())
	leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: owner.Name() + "." + teardown.Name() + " does not do it"}}
	account.Note(c.Package, leak, sibling.Instr, "field "+sibling.Ref.Path.Field().Name()+" is given back here")
	c.add(a.call, leak, account.Owes)
}

// endsWithGiven reports whether a call that makes a part of an object gets something with which that
// part may end: a context, a channel, or what has an end of its own, but for the object itself.
func (c *checker) endsWithGiven(a *acquisition, object ssa.Value) bool {
	return slices.ContainsFunc(ir.Args(&a.call.Call), func(arg ssa.Value) bool {
		if ir.IsContext(arg.Type()) {
			return c.Ends(arg)
		}
		_, channel := arg.Type().Underlying().(*types.Chan)
		return channel || effects.TeardownOf(ir.Unwrap(arg).Type()) != nil && ir.Named(ir.Unwrap(arg).Type()) != ir.Named(object.Type())
	})
}

// ended returns the first event by which the methods that end the life of objects of a type give
// back what is in another field, or nil.
func (c *checker) ended(owner *types.TypeName, but *types.Var) *effects.Event {
	for _, fn := range c.IR.Funcs {
		recv := fn.Signature.Recv()
		if fn.Parent() != nil || recv == nil || ir.Named(recv.Type()) == nil || ir.Named(recv.Type()).Obj() != owner || !c.InTeardown(fn) {
			continue
		}
		for _, e := range c.givenBack(fn) {
			if e.Ref.Path.Field() != but {
				return e
			}
		}
	}
	return nil
}
