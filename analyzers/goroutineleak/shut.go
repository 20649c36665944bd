package goroutineleak

import (
	"go/token"
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// shut reports a receive, with nothing else to wait for, from a channel in a field that only
// this package opens, and nobody does: nobody sends on it or closes it, or nobody closes it and
// all that comes is taken, or the one goroutine that closes it does not if it fails.
func (c *checker) shut(recv *ssa.UnOp) {
	if recv.Op != token.ARROW || c.hung[recv] || convention.IsTime(ir.Received(recv.X)) || fieldOf(recv.X) == nil && !isParam(recv.X) && !c.getter(recv.X) {
		return
	}
	p := c.port(recv.X)
	if p == nil || p.handed || len(p.makes) == 0 {
		return
	}
	at, starts := ssa.Instruction(recv), c.Starts(recv.Parent())
	if len(starts) > 0 {
		at = starts[0]
	}
	opens, all := p.opens(), c.untilClosed(recv) && c.toEnd(recv.Parent(), starts)
	if all {
		opens = slices.DeleteFunc(slices.Clone(opens), func(e *effects.Event) bool { return e.Kind != effects.Close })
	}
	var exit ssa.Instruction
	what := "may wait for ever to receive" + c.from(recv)
	if len(opens) > 0 {
		if exit = c.forgets(opens); exit == nil || ir.Within(recv.Parent(), exit.Parent()) {
			return
		}
	} else if all {
		what += ", which nobody closes"
	} else {
		what += ", which nobody sends on or closes"
	}
	if len(starts) > 0 {
		what = "goroutine " + what
	}
	leak := c.found("blocked-receive", at, what)
	if len(starts) > 0 {
		leak.note(c, recv, "waits here")
	}
	if exit != nil {
		leak.note(c, exit, "who closes it returns here without, after an error")
	}
	c.add(at, leak, account.Owes)
}

// abandoned reports a goroutine of an object that is meant to end with it, by a channel or
// context that nobody opens. One that waits for a ticker is timerleak's.
func (c *checker) abandoned(start *ssa.Go) {
	body := c.IR.Static(&start.Call)
	if body == nil || c.told[start] || !c.hasEnd(start) {
		return
	}
	if body = c.stays(body, 0); body == nil {
		return
	}
	var at ssa.Instruction
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			for _, comm := range ir.Comms(instr) {
				if comm.Recv && c.Ticks(comm.Chan) {
					return
				}
				if comm.Recv && at == nil && !c.Opens(comm.Chan) {
					at = instr
				}
			}
		}
	}
	leak := c.found("never-ends", start, "goroutine never ends: nobody opens a way out of its loop")
	if at != nil {
		leak.note(c, at, "waits here")
	}
	c.add(start, leak, account.Owes)
}

// stays returns the function from which a goroutine does not come back since nobody opens a way
// for it: its own, or one that this calls in any case; nil if there is none.
func (c *checker) stays(fn *ssa.Function, depth int) *ssa.Function {
	const deep = 2
	if len(fn.Blocks) == 0 || depth > deep {
		return nil
	}
	if c.Abandoned(fn) {
		return fn
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if called := c.IR.Static(&call.Call); called != nil && exitWithout(fn, []ssa.Instruction{call}, true) == nil {
				if fn := c.stays(called, depth+1); fn != nil {
					return fn
				}
			}
		}
	}
	return nil
}

// dead reports select statements of objects that can be ended, which wait for somebody else and for
// the end of the object, by a channel in a field that nobody opens.
func (c *checker) dead(selects []*ssa.Select) {
	leaks := make(map[*port]*leak)
	var told []*ssa.Select
	var ends []*port // of these
	for _, sel := range selects {
		p, i := c.deadEnd(sel)
		if p == nil {
			continue
		}
		if l := leaks[p]; l != nil {
			l.note(c, sel, "as here")
			continue
		}
		l := c.found("blocked-receive", sel, "may wait for ever: nobody sends on "+p.field.Name()+" or closes it")
		l.Pos, l.End = sel.States[i].Pos, token.NoPos
		leaks[p] = l
		told, ends = append(told, sel), append(ends, p)
	}
	for i, sel := range told {
		c.add(sel, leaks[ends[i]], account.Owes)
	}
}

// deadEnd returns the channel that is to end what a select statement waits for, if nobody opens it
// and it has nothing else that may end, and the case.
func (c *checker) deadEnd(sel *ssa.Select) (end *port, index int) {
	recv := ir.Outermost(sel.Parent()).Signature.Recv()
	if !sel.Blocking || len(sel.States) == 1 || recv == nil || effects.TeardownOf(recv.Type()) == nil || c.hung[sel] ||
		slices.ContainsFunc(c.Starts(sel.Parent()), func(start ssa.Instruction) bool { return c.told[start] }) {
		return nil, 0
	}
	for i, state := range sel.States {
		if state.Send != nil || !isToken(state.Chan) && !convention.IsTime(ir.Received(state.Chan)) {
			continue
		}
		p := c.port(state.Chan)
		if end != nil || p == nil || p.handed || len(p.makes) == 0 || len(p.opens()) > 0 {
			return nil, 0
		}
		end, index = p, i
	}
	return end, index
}

// toEnd reports whether a function has to come to an end: it ends the life of an object, or runs
// on a goroutine of one that can be ended.
func (c *checker) toEnd(fn *ssa.Function, starts []ssa.Instruction) bool {
	return c.InTeardown(ir.Outermost(fn)) || len(starts) > 0 && c.hasEnd(starts[0])
}

// opened returns what is sent on a channel, and where it is closed.
func (c *checker) opened(p *port) (out []*effects.Event) {
	events := slices.Clone(c.OfField(p.field))
	for _, e := range p.makes {
		of := c.Of(e.Ref.Root)
		events = append(events, of...)
		for _, e := range of { // the same channel in another field
			if f := e.To.Path.Field(); e.Kind == effects.Store && f != nil && f.Origin() != p.field {
				events = append(events, c.OfField(f)...)
			}
		}
	}
	for _, e := range events {
		if !e.Through() && (e.Kind == effects.Close || e.Kind == effects.Grow) {
			out = append(out, e)
		}
	}
	return out
}

// forgets returns where a goroutine ends after an error, and only then, without having
// closed a channel that nobody else closes or sends on. What it does without an error, or
// when it is told to end, may be known to those who wait.
func (c *checker) forgets(opens []*effects.Event) ssa.Instruction {
	var fn *ssa.Function
	var closes []ssa.Instruction
	for _, e := range opens {
		if call, ok := e.Instr.(ssa.CallInstruction); ok && c.IR.Static(call.Common()) != nil {
			continue // it is found in the function that is called
		}
		if e.Kind != effects.Close || e.Via || fn != nil && e.Func() != fn {
			return nil
		}
		fn = e.Func()
		closes = append(closes, e.Instr)
	}
	if fn == nil || len(c.Starts(fn)) == 0 || slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool { _, start := use.(*ssa.Go); return !start }) {
		return nil
	}
	if exitWithout(fn, closes, false) != nil {
		return nil
	}
	return exitWithout(fn, closes, true)
}

// exitWithout returns where a function may return without having come to one of some
// instructions, perhaps after an error.
func exitWithout(fn *ssa.Function, instrs []ssa.Instruction, failed bool) ssa.Instruction {
	for instr := range ways(fn, instrs, failed) {
		if _, ok := instr.(*ssa.Return); ok {
			return instr
		}
	}
	return nil
}

// ways returns the instructions to which a function may come without having come to one of some,
// and those, perhaps after an error.
func ways(fn *ssa.Function, until []ssa.Instruction, failed bool) iter.Seq[ssa.Instruction] {
	return func(yield func(ssa.Instruction) bool) {
		seen := make([]bool, len(fn.Blocks))
		work := []*ssa.BasicBlock{fn.Blocks[0]}
		seen[0] = true
	next:
		for len(work) > 0 {
			b := work[len(work)-1]
			work = work[:len(work)-1]
			for _, instr := range b.Instrs {
				if !yield(instr) {
					return
				}
				if slices.Contains(until, instr) {
					continue next
				}
			}
			err, isNil, tests := ir.NilEdge(b)
			for _, s := range b.Succs {
				if !seen[s.Index] && (failed || !tests || !ir.IsError(err.Type()) || s == isNil.To()) {
					seen[s.Index] = true
					work = append(work, s)
				}
			}
		}
	}
}
