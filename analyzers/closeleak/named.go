package closeleak

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// named reports a registration in another package whose undoing takes a name or number that is
// lost.
func (c *checker) named(call *ssa.Call) {
	callee := ir.Callee(&call.Call)
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == c.IR.Pass.Pkg || callee.Signature().Recv() != nil {
		return
	}
	undo := undoOf(callee)
	if undo == nil || slices.ContainsFunc(c.In(ir.Outermost(call.Parent())), func(e *effects.Event) bool { return e.Callee == undo }) {
		return
	}
	key := undo.Signature().Params().At(0).Type()
	results, args := call.Call.Signature().Results(), ir.Args(&call.Call)
	switch i := slices.IndexFunc(args, func(arg ssa.Value) bool { return types.Identical(arg.Type(), key) }); {
	case results.Len() > 0 && types.Identical(results.At(0).Type(), key):
		if c.leavesAs(call) {
			return
		}
	case i >= 0:
		switch name := ir.Unconvert(args[i]).(type) {
		case *ssa.Call, *ssa.BinOp:
			if c.leavesAs(name) {
				return
			}
		default:
			return // one name, or somebody else has it
		}
	default:
		return
	}
	leak := account.Found(c.Package, call, "name-dropped", "what "+undo.Name()+" takes to undo this is lost")
	leak.HeldBy = []string{"package " + callee.Pkg().Name()}
	c.add(call, leak, account.Piles)
}

// undoOf returns the function that undoes a registration by the one value that it takes, a
// name or number; nil if there is none. Pairs of Register and Unregister or
// Deregister are a convention.
func undoOf(fn *types.Func) *types.Func {
	what, ok := strings.CutPrefix(fn.Name(), "Register")
	if !ok {
		return nil
	}
	for _, prefix := range []string{"Unregister", "Deregister"} {
		undo, ok := fn.Pkg().Scope().Lookup(prefix + what).(*types.Func)
		if !ok || undo.Signature().Params().Len() != 1 {
			continue
		}
		if b, ok := undo.Signature().Params().At(0).Type().Underlying().(*types.Basic); ok && b.Info()&(types.IsString|types.IsInteger) != 0 {
			return undo
		}
	}
	return nil
}

// leavesAs reports whether somebody else gets a name as it is.
func (c *checker) leavesAs(name ssa.Value) bool {
	if name.Referrers() == nil {
		return true
	}
	return slices.ContainsFunc(*name.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.Return, *ssa.Send, *ssa.MapUpdate, *ssa.MakeClosure, *ssa.Phi:
			return true
		case *ssa.Store:
			_, local := ref.Addr.(*ssa.Alloc)
			return !local
		}
		return false
	})
}
