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

// shut reports a receive, with nothing else to wait for, from a channel in a field that
// only this package knows and on which nobody sends and which nobody closes. That
// somebody does on some ways only says nothing: who receives often has his request
// accepted first, by whoever then answers.
func (c *checker) shut(recv *ssa.UnOp) {
	if recv.Op != token.ARROW || c.hung[recv] || convention.IsTime(ir.Received(recv.X)) || fieldOf(recv.X) == nil {
		return
	}
	p := c.port(recv.X)
	if p == nil || p.foreign || len(p.makes) == 0 || c.opened(p) {
		return
	}
	at, what := ssa.Instruction(recv), "may wait for ever to receive"+c.from(recv)+", which nobody sends on or closes"
	starts := c.Starts(recv.Parent())
	if len(starts) > 0 {
		at, what = starts[0], "goroutine "+what
	}
	leak := c.found("blocked-receive", at, what)
	if len(starts) > 0 {
		leak.note(c, recv, "waits here")
	}
	c.add(at, leak, account.Owes)
}

// opened reports whether somebody sends on a channel or closes it.
func (c *checker) opened(p *port) bool {
	opens := func(e *effects.Event) bool {
		return !e.Ref.Path.IsElem() && (e.Kind == effects.Close || e.Kind == effects.Grow)
	}
	return slices.ContainsFunc(c.OfField(p.field), opens) || slices.ContainsFunc(p.makes, func(e *effects.Event) bool {
		return slices.ContainsFunc(c.Of(e.Ref.Root), opens)
	})
}
