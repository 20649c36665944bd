package closeleak

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// neverEnds reports whether an argument of a call is a context that nobody ends.
func (c *checker) neverEnds(call *ssa.Call, param int) bool {
	args := ir.Args(&call.Call)
	return param < len(args) && !c.Ends(args[param])
}

// ofOther reports whether an argument of a call is a context that an object has in a field: what is
// acquired with it may be given back when that ends, which is when the object does.
func (c *checker) ofOther(call *ssa.Call, param int) bool {
	args := ir.Args(&call.Call)
	if param >= len(args) {
		return false
	}
	refs := c.Refs(args[param])
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		_, given := r.Root.(*ssa.Parameter)
		return !given || r.Path.Field() == nil || r.Path.IsElem()
	})
}

// keepsContext reports whether the parent of a context, or its timer, keeps it until it is
// canceled.
func (c *checker) keepsContext(call *ssa.Call, d duty.Debt) bool {
	args := ir.Args(&call.Call)
	if d.Parent < 0 {
		return !slices.ContainsFunc(args, func(arg ssa.Value) bool { return c.endsWith(call, arg) })
	}
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
	return (d.Timed || !c.Background(parent)) && !c.ofRequest(parent) && !c.endsWith(call, parent)
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

// endsWith reports whether the function that makes a context calls the cancel function of its
// parent, or of what has the parent, on all ways out: that ends both.
func (c *checker) endsWith(call *ssa.Call, parent ssa.Value) bool {
	given, ok := ir.Unwrap(lastSet(parent)).(*ssa.Extract)
	if !ok {
		return false
	}
	made, ok := given.Tuple.(*ssa.Call)
	return ok && made.Parent() == call.Parent() && c.fewIn(call, made) && slices.ContainsFunc(c.Duties().Debts(&made.Call), func(d duty.Debt) bool {
		return d.Behind == duty.Context && d.Result != given.Index && c.alwaysPaid(&acquisition{Debt: d, call: made})
	})
}

// fewIn reports whether a call is made only as often after another one as a loop says before it begins.
func (c *checker) fewIn(call, after *ssa.Call) bool {
	l := c.IR.Graph(call.Parent()).Innermost(call.Block())
	for l != nil && !l.Contains(after.Block()) {
		if !l.Bounded() {
			return false
		}
		l = l.Outer
	}
	return l == c.IR.Graph(call.Parent()).Innermost(after.Block())
}

// alwaysPaid reports whether a function gives back what it acquires, on all ways out.
func (c *checker) alwaysPaid(a *acquisition) bool {
	if a.v = a.value(c); a.v == nil {
		return false
	}
	out := lifetime.Check(c.Package.Package, a.v, a.v.(ssa.Instruction), a.spec(c))
	return len(out.Releases) > 0 && out.Exit == nil && !out.Again
}

// lastSet returns what a variable holds that literals capture and do not set, where the value is
// read from it: what it was set to last, on every way. Of others it returns the value itself.
func lastSet(v ssa.Value) ssa.Value {
	read, ok := v.(*ssa.UnOp)
	if !ok || read.Op != token.MUL {
		return v
	}
	cell, ok := read.X.(*ssa.Alloc)
	if !ok {
		return v
	}
	var last *ssa.Store
	for _, ref := range *cell.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			if !lifetime.Before(ref, read) {
				return v
			}
			if last == nil || lifetime.Before(last, ref) {
				last = ref
			}
		case *ssa.MakeClosure:
			fn := ref.Fn.(*ssa.Function)
			for _, use := range *fn.FreeVars[slices.Index(ref.Bindings, ssa.Value(cell))].Referrers() {
				if _, sets := use.(*ssa.Store); sets {
					return v
				}
			}
		}
	}
	if last == nil {
		return v
	}
	return last.Val
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
