package closeleak

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// settled returns what tells of a condition on which successor of its branch nothing is left to
// give back: the call says that it has returned nothing, or has been told to return nothing, or
// there are no more rows.
func (a *acquisition) settled(c *checker) func(cond ssa.Value) (succ int, ok bool) {
	return func(cond ssa.Value) (int, bool) {
		if call, ok := cond.(*ssa.Call); ok && a.Behind == duty.Rows {
			callee := ir.Callee(&call.Call)
			return 1, callee != nil && callee.FullName() == "(*database/sql.Rows).Next" && slices.Contains(c.Refs(call.Call.Args[0]), effects.Ref{Root: a.v})
		}
		succ := 0 // where the condition without its negation holds
		if not, is := cond.(*ssa.UnOp); is && not.Op == token.NOT {
			cond, succ = not.X, 1
		}
		if ext, ok := cond.(*ssa.Extract); ok && a.OK > 0 && ext.Tuple == ssa.Value(a.call) && ext.Index == a.OK {
			return 1 - succ, true
		}
		if a.call == nil || a.Result < 0 {
			return 0, false
		}
		if param := slices.Index(ir.Args(&a.call.Call), cond); param >= 0 {
			for _, told := range []bool{true, false} {
				if c.Duties().Empty(&a.call.Call, a.Result, param, told) {
					return succ, true
				}
				succ = 1 - succ
			}
		}
		return 0, false
	}
}

// noError reports whether an error is that of a call which never fails, or only where there is nothing left.
func (c *checker) noError(err ssa.Value) bool {
	if !ir.IsError(err.Type()) {
		return false // a number, perhaps
	}
	if ext, ok := err.(*ssa.Extract); ok {
		err = ext.Tuple
	}
	call, ok := err.(*ssa.Call)
	return ok && (c.Duties().Succeeds(&call.Call) || convention.SetsDeadline(ir.Callee(&call.Call)))
}

// exchanges reports whether a call of which nothing is known also returns a value of the type by
// which it is given one: its caller goes on with that in place of the other.
func (c *checker) exchanges(call *ssa.Call, e *effects.Event) bool {
	results := slices.Collect(call.Call.Signature().Results().Variables())
	return slices.ContainsFunc(call.Call.Args, func(arg ssa.Value) bool {
		return effects.TeardownOf(arg.Type()) != nil && slices.Contains(c.Refs(arg), e.Ref) && slices.ContainsFunc(results, func(r *types.Var) bool {
			return types.Identical(r.Type(), arg.Type())
		})
	})
}
