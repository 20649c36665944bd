package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// A registration is a call that registers, as it was judged. Registrations with
// one function are siblings: where one is undone, that is what another one
// lacks, and it says so better than any rule.
type registration struct {
	call ssa.CallInstruction
	api  *api
	// leak is nil if the registration is fine.
	leak   *finding.Leak
	needs  evidence.Needs
	undone ssa.Instruction // where it is undone, or nil
	// own is what it needs to be a leak if the holder is the object's own, else nil. Where it is
	// deserted, and a sibling is not, it is one by that.
	own      *evidence.Needs
	deserted bool
}

// tell reports the registrations that leak, those that nothing undoes with a
// sibling that is undone, if there is one.
func (c *checker) tell() {
	undone := slices.DeleteFunc(slices.Clone(c.seen), func(r *registration) bool { return r.leak != nil || r.undone == nil })
	for _, r := range c.seen {
		if r.leak == nil {
			continue
		}
		if r.own != nil && !(r.deserted && slices.ContainsFunc(undone, r.among)) {
			c.addOwn(r.call, *r.leak, *r.own)
			continue
		}
		i := slices.IndexFunc(undone, r.besides)
		if r.leak.Category == "not-removed-on-path" {
			r.needs = evidence.Needs{} // that has its own witness
		} else if i >= 0 {
			// One that is undone is the witness against one that is not.
			r.needs = evidence.Needs{}
		} else {
			i = slices.IndexFunc(undone, func(u *registration) bool { return u.api.fn == r.api.fn })
		}
		if i >= 0 && r.leak.Category != "not-removed-on-path" {
			r.leak.Notes = slices.Insert(r.leak.Notes, 0, c.note(undone[i].undone, "another one is undone here"))
		}
		c.add(r.call, *r.leak, r.needs)
	}
}

// besides reports whether a sibling is registered by the same function, and
// undone by another one: then both are to last as long as what the function
// sets up, and that ends.
func (r *registration) besides(sibling *registration) bool {
	fn := ir.Outermost(r.call.Parent())
	_, starts := sibling.undone.(*ssa.Go) // a method that does
	return r.isSibling(sibling) && fn == ir.Outermost(sibling.call.Parent()) && (starts || fn != ir.Outermost(sibling.undone.Parent()))
}

// among reports whether a sibling is registered by the same function, and undone there.
func (r *registration) among(sibling *registration) bool {
	fn := ir.Outermost(r.call.Parent())
	return r.isSibling(sibling) && fn == ir.Outermost(sibling.call.Parent()) && fn == ir.Outermost(sibling.undone.Parent())
}

// isSibling reports whether two registrations are made by the same function, or undone
// by what has the same type.
func (r *registration) isSibling(other *registration) bool {
	if r.api.fn == other.api.fn {
		return true
	}
	t := r.handleType()
	return t != nil && other.handleType() != nil && types.Identical(t, other.handleType())
}

// handleType returns the type of what a registration gives to undo it if that has a
// name, else nil.
func (r *registration) handleType() types.Type {
	if r.api.handle < 0 {
		return nil
	}
	t := r.api.fn.Signature().Results().At(r.api.handle).Type()
	if n := ir.Named(t); n == nil || n.Obj().Pkg() == nil {
		return nil
	}
	return t
}

// undoneFrom returns the first place where a handle is used to undo its
// registration: one of the events on itself or, of those that keep it, on the
// field that does; nil if there is none.
func (c *checker) undoneFrom(v ssa.Value, releases []*effects.Event, a *api) ssa.Instruction {
	if len(releases) > 0 {
		return releases[0].Instr
	}
	for _, e := range c.Of(v) {
		f := e.To.Path.Field()
		if e.Kind != effects.Store || e.Via || e.Ref.Path != nil || f == nil {
			continue
		}
		for _, e := range c.OfField(f) {
			if a.undoes(e) {
				return e.Instr
			}
		}
	}
	return nil
}
