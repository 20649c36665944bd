package closeleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// neverEnds reports whether an argument of a call is a context that nobody ends.
func (c *checker) neverEnds(call *ssa.Call, param int) bool {
	args := ir.Args(&call.Call)
	return param < len(args) && !c.Ends(args[param])
}

// keepsContext reports whether the parent of a context, or its timer, keeps it until it is
// canceled.
func (c *checker) keepsContext(call *ssa.Call, d duty.Debt) bool {
	if d.Parent < 0 {
		return true
	}
	args := ir.Args(&call.Call)
	if d.Parent >= len(args) {
		return false
	}
	parent := args[d.Parent]
	if d.Behind != duty.Context && slices.ContainsFunc(c.Refs(parent), func(r effects.Ref) bool {
		_, given := r.Root.(*ssa.Parameter)
		return given && r.Path == nil
	}) {
		return false // how long an object is needed, who gave the context may say with it
	}
	return (d.Timed || !c.Background(parent)) && !c.ofRequest(parent)
}

// ofRequest reports whether a context is that of a request to a server, which ends with it.
func (c *checker) ofRequest(ctx ssa.Value) bool {
	return slices.ContainsFunc(c.Refs(ctx), func(r effects.Ref) bool {
		call, ok := r.Root.(*ssa.Call)
		if !ok {
			return false
		}
		callee := ir.Callee(&call.Call)
		return callee != nil && callee.FullName() == "(*net/http.Request).Context"
	})
}

// doneOf reports whether a channel tells of the end of the context that comes with a cancel
// function.
func (c *checker) doneOf(ch ssa.Value, made *ssa.Call) bool {
	call, ok := ch.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && callee.Name() == "Done" && slices.ContainsFunc(c.Refs(ir.Args(&call.Call)[0]), func(r effects.Ref) bool {
		ext, ok := r.Root.(*ssa.Extract)
		return ok && ext.Tuple == ssa.Value(made)
	})
}
