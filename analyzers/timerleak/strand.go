package timerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// A goroutine may have a way out of its loop and never get to it: if only a
// tick wakes it up, and the ticker is stopped by somebody who wants it to end,
// then no tick comes any more, and the channel is not closed either.

// stranded returns the leak of a goroutine that only a tick leads out of its
// loop: receives are those from the ticker, stop returns a call of Stop that
// is not the goroutine's own, which runs body, or nil.
func (c *checker) stranded(call *ssa.Call, receives []*effects.Event, stop func(body *ssa.Function) ssa.Instruction) []*evidence.Leak {
	for _, wait := range receives {
		body := wait.Func()
		if wait.Origin != nil && wait.Origin.Parent() != nil && wait.Mode == effects.Spawned {
			body = wait.Origin.Parent() // a function that the goroutine runs is given the ticker
		}
		if !c.endsByTick(c.within(wait, body), c.alike(receives, body)) {
			continue
		}
		at := stop(body)
		if at == nil {
			continue
		}
		found := c.stuck(call, wait)
		for _, l := range found {
			leak := l.Tell.(*finding.Leak)
			leak.What = "goroutine that only a tick ends waits for a stopped ticker"
			l.What = leak.What
			pos, end := c.IR.Range(at)
			leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "stops the ticker, and the goroutine waits for ever"})
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// within returns the event of the receive as the function has it that receives.
func (c *checker) within(wait *effects.Event, body *ssa.Function) *effects.Event {
	if wait.Func() == body {
		return wait
	}
	for _, e := range c.In(ir.Outermost(body)) {
		if (e.Kind == effects.Recv || e.Kind == effects.Wait) && e.Instr == wait.Origin && c.OfTimer(e.Ref) {
			return e
		}
	}
	return wait
}

// alike returns receives as events of body.
func (c *checker) alike(receives []*effects.Event, body *ssa.Function) []*effects.Event {
	var out []*effects.Event
	for _, e := range receives {
		out = append(out, c.within(e, body))
	}
	return out
}

// stopByStarter returns the call of Stop on a local ticker by which the function
// that started the goroutine ends its ticks, or gives its caller the means to, or
// nil.
func (c *checker) stopByStarter(call *ssa.Call, body *ssa.Function) ssa.Instruction {
	if stop := c.stopByCaller(call); stop != nil {
		return stop
	}
	var stop ssa.Instruction
	for _, e := range c.Of(call) {
		if e.Ref.Path != nil || e.Kind != effects.Method || e.Mode == effects.Spawned {
			continue
		}
		switch {
		case e.Name == "Reset" || e.Name == "Stop" && ir.Within(e.Func(), body):
			return nil
		case e.Name == "Stop" && e.Func() == call.Parent() && !c.waitsFor(e.Func(), body):
			stop = e.Instr
		}
	}
	return stop
}

// waitsFor reports whether a function waits for a goroutine that it starts: for a
// channel or a group that the goroutine, which runs body, has something to do with.
func (c *checker) waitsFor(fn, body *ssa.Function) bool {
	uses := func(v ssa.Value) bool {
		return slices.ContainsFunc(c.Refs(v), func(r effects.Ref) bool {
			return slices.ContainsFunc(c.Package.Of(r.Root), func(e *effects.Event) bool {
				return ir.Within(e.Func(), body) && e.Ref.Path == r.Path && e.Kind != effects.Recv || e.Mode == effects.Spawned && e.Ref.Path == r.Path
			})
		})
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, comm := range ir.Comms(instr) {
				if comm.Recv && uses(comm.Chan) {
					return true
				}
			}
			if call, ok := instr.(ssa.CallInstruction); ok {
				if callee := ir.Callee(call.Common()); callee != nil && callee.Name() == "Wait" && len(ir.Args(call.Common())) > 0 && uses(ir.Args(call.Common())[0]) {
					return true
				}
			}
		}
	}
	return false
}

// endsByTick reports whether a receive from the ticker is in a loop that can
// only be left when the ticker ticks.
func (c *checker) endsByTick(wait *effects.Event, receives []*effects.Event) bool {
	fn := wait.Func()
	loop := c.IR.Graph(fn).Innermost(wait.Instr.Block())
	if loop == nil {
		return false
	}
	for loop.Outer != nil {
		loop = loop.Outer
	}
	plain := make(map[ssa.Instruction]bool) // waits for nothing but a tick
	dead := make(map[ir.Edge]bool)          // taken when the ticker ticks, or never
	for _, e := range receives {
		if e.Func() != fn {
			continue
		}
		sel, ok := e.Instr.(*ssa.Select)
		if !ok {
			plain[e.Instr] = true
		} else if edge, ok := ir.CaseEdge(sel, e.Index); ok {
			dead[edge] = true
		}
	}
	seen := make(map[*ssa.BasicBlock]bool)
	work := []*ssa.BasicBlock{wait.Instr.Block()}
	from := slices.Index(wait.Instr.Block().Instrs, wait.Instr) // in the first block
next:
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !loop.Contains(b) {
			return false
		}
		instrs := b.Instrs[from:]
		from = 0
		for _, instr := range instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if plain[instr] {
					continue next
				}
			case *ssa.Select:
				if edge, ok := ir.NoCaseEdge(instr); ok {
					dead[edge] = true
				}
			case *ssa.Return, *ssa.Panic:
				return false
			case *ssa.Call:
				if c.NeverReturns(&instr.Call) {
					return false
				}
			}
		}
		for i, s := range b.Succs {
			if !dead[ir.Edge{From: b, Succ: i}] && !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return true
}

// stopOfField returns a call of Stop on the ticker in a field that is not the
// goroutine's own and means the end, or nil.
func (c *checker) stopOfField(field *types.Var, body *ssa.Function) ssa.Instruction {
	var stop ssa.Instruction
	for _, e := range c.OfField(field) {
		if e.Kind != effects.Method {
			continue
		}
		if e.Name == "Reset" {
			return nil // stopped for a while
		}
		if e.Name == "Stop" && stop == nil && c.runsElsewhere(e.Func(), ir.Outermost(body), nil) && !c.waitsBefore(e) && !c.renews(field, e.Func()) {
			stop = e.Origin
		}
	}
	return stop
}

// stopByCaller returns what gives the caller the means to stop the ticker that
// call makes, and means the end, or nil: a literal or the method itself.
func (c *checker) stopByCaller(call *ssa.Call) ssa.Instruction {
	var stop ssa.Instruction
	for _, e := range c.Of(call) {
		if e.Ref.Path != nil {
			continue
		}
		switch e.Kind {
		case effects.Method:
			if e.Name == "Reset" {
				return nil
			}
			if e.Name == "Stop" && e.Func() != call.Parent() && c.returned(e.Func()) && !c.waitsBefore(e) {
				stop = e.Instr
			}
		case effects.Return:
			ret, ok := e.Instr.(*ssa.Return)
			if !ok {
				continue
			}
			mc, ok := ir.Unwrap(ret.Results[e.Index]).(*ssa.MakeClosure)
			if ok && ir.BoundMethod(mc) != nil && ir.BoundMethod(mc).Name() == "Stop" {
				stop = ret
			}
		}
	}
	return stop
}

// returned reports whether a literal is a result of the function it stands in.
func (c *checker) returned(fn *ssa.Function) bool {
	return fn.Parent() != nil && slices.ContainsFunc(c.Literal(fn), func(v ssa.Value) bool {
		return slices.ContainsFunc(c.Of(v), func(e *effects.Event) bool { return e.Kind == effects.Return && e.Ref.Path == nil && !e.Via })
	})
}

// runsElsewhere reports whether fn is also run by others than the goroutine
// that runs body.
func (c *checker) runsElsewhere(fn, body *ssa.Function, seen []*ssa.Function) bool {
	fn = ir.Outermost(fn)
	if fn == body || slices.Contains(seen, fn) {
		return false
	}
	if obj, ok := fn.Object().(*types.Func); ok && obj.Exported() {
		return true
	}
	seen = append(seen, fn)
	return slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool { return c.runsElsewhere(use.Parent(), body, seen) })
}

// waitsBefore reports whether the function of an event may wait for something,
// perhaps the goroutine, before the event.
func (c *checker) waitsBefore(e *effects.Event) bool {
	at := e.Instr.Block()
	for _, b := range e.Func().Blocks {
		if b != at && at.Dominates(b) {
			continue
		}
		for _, instr := range b.Instrs {
			if instr == e.Instr {
				break
			}
			if len(ir.Comms(instr)) > 0 {
				return true
			}
			if call, ok := instr.(*ssa.Call); ok {
				if fn := ir.Callee(&call.Call); fn != nil && convention.Joins(fn) {
					return true
				}
			}
		}
	}
	return false
}

// renews reports whether fn puts a new ticker into the field.
func (c *checker) renews(field *types.Var, fn *ssa.Function) bool {
	return slices.ContainsFunc(c.StoredIn(field), func(e *effects.Event) bool { return e.Func() == fn })
}
