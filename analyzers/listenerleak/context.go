package listenerleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// afterFunc judges a call of context.AfterFunc by its stop function: the context
// keeps the function for as long as it lives. One that is made here ends, and a
// background context keeps nothing.
func (c *checker) afterFunc(call ssa.CallInstruction) {
	ctx := call.Common().Args[0]
	if c.derived(ctx) {
		return
	}
	stop := result(call, 0)
	if stop != nil {
		out := lifetime.Check(c.Package.Package, stop, stop.(ssa.Instruction), lifetime.Spec{
			Releases: func(e *effects.Event) bool { return e.Kind == effects.Call && e.Ref.Path == nil },
		})
		if !out.Dropped() {
			return
		}
	}
	leak := c.at(call, "handle-discarded")
	leak.What = "stop function of context.AfterFunc is dropped"
	leak.HeldBy = c.name(ctx)
	if stop == nil && c.ownCallback(call, call.Common().Args[1]) {
		leak.Fix = c.deferDropped(call)
	}
	c.add(call, leak, repeats(ctx))
}

// derived reports whether a context may be one that the function itself made.
func (c *checker) derived(ctx ssa.Value) bool {
	return slices.ContainsFunc(c.Refs(ctx), func(r effects.Ref) bool {
		made := r.Root
		if ext, ok := made.(*ssa.Extract); ok {
			made = ext.Tuple
		}
		call, ok := made.(*ssa.Call)
		if !ok || r.Path.Field() != nil {
			return false
		}
		callee := ir.Callee(&call.Call)
		return callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "context" && callee.Name() != "WithValue"
	})
}

// watch judges a registration that only the end of its context undoes, and
// that gives a channel back: a background context never ends, so the code that
// gave it has to stay with the channel until that is closed.
func (c *checker) watch(call ssa.CallInstruction, a *api, holder ssa.Value) {
	if !c.Background(call.Common().Args[0]) {
		return
	}
	leak := c.at(call, "never-removed")
	leak.What = a.fn.Name() + " with a background context can never be ended"
	leak.HeldBy = c.holderName(call, a)
	if v := result(call, a.handle); v != nil {
		spec := c.spec(call, a, holder)
		spec.Releases = func(*effects.Event) bool { return false }
		out := lifetime.Check(c.Package.Package, v, v.(ssa.Instruction), spec)
		if len(out.Kept) > 0 || out.Exit == nil && !out.Again {
			return
		}
		if out.Exit != nil {
			leak.Notes = []finding.Note{c.note(out.Exit, "returns while it goes on")}
		}
	}
	c.add(call, leak, repeats(holder))
}
