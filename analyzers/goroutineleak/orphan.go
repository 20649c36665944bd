package goroutineleak

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// orphaned reports a receive, with nothing else to wait for, from a channel in a field that nobody
// closes, if all who send on it leave when something has ended, and others who receive look at
// that: nobody sends any more then.
func (c *checker) orphaned(recv *ssa.UnOp) {
	if recv.Op != token.ARROW || c.hung[recv] || convention.IsTime(ir.Received(recv.X)) || fieldOf(recv.X) == nil {
		return
	}
	p := c.port(recv.X)
	if p == nil || p.foreign || p.closed || len(p.makes) == 0 || len(p.sends) == 0 || slices.ContainsFunc(p.sends, func(e *effects.Event) bool {
		return !c.ends(e.Instr, e.Index) && !c.loopEnds(e.Func()) || ir.Within(e.Func(), ir.Outermost(recv.Parent()))
	}) {
		return
	}
	i := slices.IndexFunc(p.recvs, func(e *effects.Event) bool { return c.ends(e.Instr, e.Index) })
	if i < 0 {
		return
	}
	leak := c.found("blocked-receive", recv, "receive"+c.from(recv)+" does not look at what ends those who send")
	leak.note(c, p.recvs[i].Instr, "looks at it here, when it receives as well")
	leak.note(c, p.sends[0].Instr, "sends here until it is ended")
	c.add(recv, leak, account.Owes)
}
