package goroutineleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// A context that ends with something else as well has a goroutine that waits for that. Who is
// given the context ends it when it is of no more use, and the goroutine has to see that.

// derived reports a goroutine that waits for what the function was given, to cancel a context
// that the function returns, and not for the end of that context.
func (c *checker) derived(start *ssa.Go) {
	body := c.IR.Static(&start.Call)
	if body == nil || body.Parent() != start.Parent() || c.told[start] {
		return
	}
	var waits []ssa.Instruction
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			if sel, ok := instr.(*ssa.Select); ok && !sel.Blocking {
				continue
			}
			comms := ir.Comms(instr)
			if len(comms) == 0 {
				continue
			}
			if slices.ContainsFunc(comms, func(comm ir.Comm) bool { return !comm.Recv || !c.wasGiven(comm.Chan, start.Parent()) }) {
				return
			}
			waits = append(waits, instr)
		}
	}
	if len(waits) == 0 || exitWithout(body, nil, true) == nil || exitWithout(body, waits, true) != nil {
		return
	}
	for _, b := range start.Parent().Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && c.givesEnd(call, body) {
				leak := c.found("blocked-receive", start, "goroutine does not look at the end of the context that it cancels")
				leak.note(c, waits[0], "waits here")
				leak.note(c, call, "others get the context that is made here")
				c.add(start, leak, account.Owes)
				return
			}
		}
	}
}

// wasGiven reports whether a channel, or the context that it is of, is a parameter of a function
// or a part of one, and does not go by the clock.
func (c *checker) wasGiven(ch ssa.Value, fn *ssa.Function) bool {
	if convention.IsTime(ir.Received(ch)) {
		return false
	}
	if call, ok := ch.(*ssa.Call); ok {
		if ch = effects.EndOf(&call.Call); ch == nil {
			return false
		}
	}
	given := false
	for _, r := range c.Refs(ch) {
		if isVariable(r.Root) {
			continue // it holds the other one
		}
		param, ok := r.Root.(*ssa.Parameter)
		if !ok || param.Parent() != fn {
			return false
		}
		given = true
	}
	return given
}

// givesEnd reports whether a call derives a context that a goroutine cancels, and that ends in
// other ways: its cancel function is returned, or it is, and its parent may end.
func (c *checker) givesEnd(call *ssa.Call, body *ssa.Function) bool {
	callee := ir.Callee(&call.Call)
	if callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != "context" || len(call.Call.Args) == 0 {
		return false
	}
	cancels, returned := false, false
	for _, use := range *call.Referrers() {
		ext, ok := use.(*ssa.Extract)
		if !ok {
			continue
		}
		for _, e := range c.Of(ext) {
			cancels = cancels || ext.Index == 1 && e.Kind == effects.Call && e.Func() == body
			returned = returned || e.Kind == effects.Return && !e.Via && e.Func() == call.Parent() && (ext.Index == 1 || c.Ends(call.Call.Args[0]))
		}
	}
	return cancels && returned
}
