package timerleak

import (
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// lasting reports whether a duration is not known to be shorter than another one, here or by
// the callers of a function that only the package calls.
func (c *checker) lasting(d ssa.Value, least time.Duration) bool { return c.lastingFor(d, least, 0) }

func (c *checker) lastingFor(d ssa.Value, least time.Duration, depth int) bool {
	const deep = 2 // functions that hand a duration on
	if ns, known := c.Duration(d); known {
		return ns >= int64(least)
	}
	param, ok := ir.Unconvert(d).(*ssa.Parameter)
	if !ok || depth == deep {
		return true
	}
	fn := param.Parent()
	if obj, ok := fn.Object().(*types.Func); !ok || obj.Exported() || len(c.Uses(fn)) == 0 {
		return true
	}
	at := slices.Index(fn.Params, param)
	return slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || c.IR.Static(call.Common()) != fn || c.lastingFor(ir.Args(call.Common())[at], least, depth+1)
	})
}
