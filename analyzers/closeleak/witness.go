package closeleak

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// witnessed judges the results of a call of which it is not known what is behind them. That they
// have to be given back is what the function itself says: it does so on one way, and
// forgets it on another where it fails.
func (c *checker) witnessed(call *ssa.Call) {
	if callee := ir.Callee(&call.Call); callee == nil || inStd(callee) || callee.Pkg() == c.IR.Pass.Pkg || c.SummaryOf(callee) != nil {
		return
	}
	results := call.Call.Signature().Results()
	for i := range results.Len() {
		end := effects.TeardownOf(results.At(i).Type())
		if end == nil {
			continue
		}
		a := &acquisition{Debt: duty.Debt{Result: i, Param: -1, Ends: []string{end.Name()}, Parent: -1}, call: call}
		if a.v = a.value(c); a.v == nil || !slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool { return a.ends(e) }) {
			continue
		}
		spec := a.spec(c)
		a.out = lifetime.Check(c.Package.Package, a.v, a.v.(ssa.Instruction), spec)
		if a.out.Exit == nil || !slices.ContainsFunc(a.out.Releases, a.ends) || !c.forgets(a) {
			continue
		}
		a.Behind = "value"
		if n := ir.Named(results.At(i).Type()); n != nil && n.Obj().Pkg() != nil {
			a.Behind = n.Obj().Pkg().Name() + "." + n.Obj().Name()
		}
		c.local(a)
	}
}

// ends reports whether an event is the call of a method that ends the life of the value itself.
func (a *acquisition) ends(e *effects.Event) bool {
	return e.Kind == effects.Method && e.Ref.Path == nil && !e.Via && effects.Ending(e.Name)
}

func inStd(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true
	}
	first, _, _ := strings.Cut(fn.Pkg().Path(), "/")
	return !strings.Contains(first, ".")
}

// forgets reports whether the function fails where it leaves without the value: it returns the
// value elsewhere, or gives it back on the way to a return without an error.
func (c *checker) forgets(a *acquisition) bool {
	exit, ok := a.out.Exit.(*ssa.Return)
	if !ok || exit.Parent() != a.call.Parent() {
		return false
	}
	for _, e := range a.out.Kept {
		if ret, ok := e.Instr.(*ssa.Return); ok && e.Kind == effects.Return && ret.Parent() == exit.Parent() {
			return ir.IsNil(exit.Results[e.Index])
		}
	}
	if !ir.Fails(exit) {
		return false
	}
	for _, b := range exit.Parent().Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if ok && !ir.Fails(ret) && slices.ContainsFunc(a.out.Releases, func(e *effects.Event) bool {
			return e.Func() == ret.Parent() && lifetime.Before(e.Instr, ret)
		}) {
			return true
		}
	}
	return false
}
