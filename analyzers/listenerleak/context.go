package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
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
// that gives a channel back. With a background context, which never ends, or one that
// an object has, which outlives what its methods do, the code that gave it has to stay
// with the channel until that is closed.
func (c *checker) watch(call ssa.CallInstruction, a *api, holder ssa.Value) {
	ctx := contextOf(call)
	background := ctx != nil && a.known && c.Background(ctx)
	if !background && (ctx == nil || !c.ofObject(ctx, call)) {
		return
	}
	leak := c.at(call, "never-removed")
	leak.HeldBy = c.holderName(call, a)
	v := result(call, a.handle)
	if !background {
		leak.What = a.fn.Name() + " goes on until a context ends that is not of this call"
		if v == nil {
			return
		}
		if exit := c.left(v, call); exit != nil {
			leak.Notes = []finding.Note{c.note(exit, "returns while it goes on")}
			c.add(call, leak, evidence.Needs{})
		}
		return
	}
	leak.What = a.fn.Name() + " with a background context can never be ended"
	if v != nil {
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

// contextOf returns the context that a call is given, or nil.
func contextOf(call ssa.CallInstruction) ssa.Value {
	for _, arg := range call.Common().Args {
		if typeName(arg.Type()) == "Context" {
			return arg
		}
	}
	return nil
}

// ofObject reports whether a context is one that the receiver of the function around a
// call has, and the function is given one of its own, or a request that has one.
func (c *checker) ofObject(ctx ssa.Value, call ssa.CallInstruction) bool {
	fn := ir.Outermost(call.Parent())
	if fn.Signature.Recv() == nil || !slices.ContainsFunc(fn.Params[1:], func(p *ssa.Parameter) bool { return hasContext(p.Type()) }) {
		return false
	}
	refs := c.Refs(ctx)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		return r.Root != ssa.Value(fn.Params[0]) || r.Path.Field() == nil
	})
}

// hasContext reports whether t is a context or has a method that gives one.
func hasContext(t types.Type) bool {
	if t.String() == "context.Context" {
		return true
	}
	m, _, _ := types.LookupFieldOrMethod(t, true, nil, "Context")
	fn, ok := m.(*types.Func)
	return ok && fn.Signature().Results().Len() == 1 && fn.Signature().Results().At(0).Type().String() == "context.Context"
}
