package listenerleak

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// Fixes defer what undoes a registration to the end of the function around it.
// That is right where the function is done then with what it registered: what
// a loop registers, or what somebody else uses on, has no fix.

// stopNames are names for the function that undoes a registration.
var stopNames = []string{"stop", "unregister", "stopFunc"}

// deferStop returns the fix "defer signal.Stop(c)" behind signal.Notify(c).
func (c *checker) deferStop(call ssa.CallInstruction, ch *ssa.MakeChan) *finding.Fix {
	expr := c.IR.CallExpr(call)
	if expr == nil || c.inLoop(call) || !c.usedOnlyIn(ch, call) {
		return nil
	}
	arg, ok := ast.Unparen(expr.Args[0]).(*ast.Ident)
	if !ok {
		return nil
	}
	fun := "Stop"
	if sel, ok := expr.Fun.(*ast.SelectorExpr); ok {
		fun = types.ExprString(sel.X) + ".Stop"
	}
	return finding.DeferBehind(c.IR.Pass, expr.Pos(), expr.End(), fun+"("+arg.Name+")", "Defer Stop after Notify")
}

// deferDropped returns the fix that names the dropped function that undoes the
// registration and defers its call.
func (c *checker) deferDropped(call ssa.CallInstruction) *finding.Fix {
	expr := c.IR.CallExpr(call)
	if expr == nil || c.inLoop(call) {
		return nil
	}
	return finding.DeferDropped(c.IR.Pass, expr.Pos(), expr.End(), stopNames, "Defer the stop function")
}

func (c *checker) inLoop(call ssa.CallInstruction) bool {
	return c.IR.Graph(call.Parent()).Innermost(call.Block()) != nil
}

// usedOnlyIn reports whether a value stays in the function of the registering
// call: no literal inside it and nobody else has it.
func (c *checker) usedOnlyIn(v ssa.Value, call ssa.CallInstruction) bool {
	return !slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool {
		return e.Func() != call.Parent() || e.Instr != call && (e.Mode == effects.Spawned || lifetime.HandsOn(e))
	})
}

// ownCallback reports whether what a callback uses was made in the function of
// the registering call and stays in it, so that nothing is left for the
// callback to do when the function returns.
func (c *checker) ownCallback(call ssa.CallInstruction, callback ssa.Value) bool {
	found := false
	for _, r := range c.Refs(callback) {
		mc, ok := r.Root.(*ssa.MakeClosure)
		if !ok {
			return false
		}
		for _, b := range mc.Bindings {
			refs := c.Refs(b)
			for _, use := range append(refs, c.Held(refs)...) {
				switch root := use.Root.(type) {
				case *ssa.Alloc, *ssa.Call, *ssa.Extract:
					if use.Path != nil || !c.leftBehind(root, call, mc) {
						return false
					}
					found = true
				default:
					return false
				}
			}
		}
	}
	return found
}

// leftBehind reports whether a value has uses in the function of the
// registering call and none elsewhere but in the callback.
func (c *checker) leftBehind(v ssa.Value, call ssa.CallInstruction, callback *ssa.MakeClosure) bool {
	body := callback.Fn.(*ssa.Function)
	return !slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool {
		switch {
		case ir.Within(e.Func(), body) || e.Instr == call:
			return false
		}
		return e.Func() != call.Parent() || e.Mode == effects.Spawned || lifetime.HandsOn(e)
	})
}
