package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A part is what a path leads to from a parameter, receiver first.
type part struct {
	param int
	path  *effects.Path
}

// forwarder returns what is known of a function of the package that registers with
// what it is given, or a part of that, and returns the means to undo it: for its
// callers it is one that registers, whatever it is called.
func (c *checker) forwarder(fn *types.Func) (api, bool) {
	body := c.IR.Source(c.IR.SSA.Prog.FuncValue(fn))
	if body == nil || fn.Signature().Results().Len() == 0 {
		return api{}, false
	}
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ir.Callee(&call.Call)
			if callee == nil || callee.Pkg() == nil {
				continue
			}
			inner := c.api(callee)
			if inner == nil || inner.handle < 0 || inner.context || inner.js || !inner.keeps(c.Callee(&call.Call)) {
				continue
			}
			parts, ok := c.holderParts(call, inner, body)
			index := c.returned(result(call, inner.handle), body)
			if !ok || index < 0 {
				continue
			}
			a := *inner
			a.fn, a.listener, a.handle, a.parts = fn, -1, index, parts
			return a, true
		}
	}
	return api{}, false
}

// returned returns the index of the result as which a function returns a value, or
// -1.
func (c *checker) returned(v ssa.Value, fn *ssa.Function) int {
	if v == nil {
		return -1
	}
	i := slices.IndexFunc(c.Of(v), func(e *effects.Event) bool {
		return e.Kind == effects.Return && e.Ref.Path == nil && !e.Via && e.Func() == fn
	})
	if i < 0 {
		return -1
	}
	return c.Of(v)[i].Index
}

// holderParts returns what keeps the listener as parts of the parameters of a
// function; it is not ok if it is something else than that.
func (c *checker) holderParts(call ssa.CallInstruction, a *api, fn *ssa.Function) (parts []part, ok bool) {
	for _, r := range c.holders(call, a) {
		param, is := r.Root.(*ssa.Parameter)
		if !is || param.Parent() != fn {
			return nil, false
		}
		parts = append(parts, part{slices.Index(fn.Params, param), r.Path})
	}
	return parts, len(parts) > 0
}

// holders returns what keeps the listener.
func (c *checker) holders(call ssa.CallInstruction, a *api) []effects.Ref {
	if len(a.parts) == 0 {
		if holder := c.holder(call, a); holder != nil {
			return c.Refs(holder)
		}
		return nil
	}
	var refs []effects.Ref
	for _, p := range a.parts {
		for _, r := range c.Refs(ir.Args(call.Common())[p.param]) {
			refs = append(refs, c.Join(r, p.path))
		}
	}
	return refs
}

// needs returns what a registration needs to be a leak.
func (c *checker) needs(call ssa.CallInstruction, a *api, holder ssa.Value) evidence.Needs {
	if len(a.parts) == 0 {
		return repeats(holder)
	}
	return evidence.Needs{Again: true, Of: c.holders(call, a)}
}
