package goroutineleak

import (
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// getter reports whether a channel is what a function of the package returns that does no more
// than tell what is in a field.
func (c *checker) getter(ch ssa.Value) bool { return c.gets(ch, 0) }

func (c *checker) gets(ch ssa.Value, depth int) bool {
	call, ok := ch.(*ssa.Call)
	if !ok || depth == maxGetters {
		return false
	}
	fn := c.IR.Static(&call.Call)
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if len(ret.Results) != 1 {
			return false
		}
		if got := ir.Unconvert(ret.Results[0]); fieldOf(got) == nil && !c.gets(got, depth+1) {
			return false
		}
	}
	return true
}

// maxGetters bounds how many functions tell one after the other what is in a field.
const maxGetters = 2
