package timerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// goroutine returns the leaks of goroutines that wait for the ticker in a loop
// that never ends.
func (c *checker) goroutine(call *ssa.Call, api api) []*evidence.Leak {
	path := ".C"
	if api.channel {
		path = ""
	}
	receives := c.receives(c.Of(call), func(e *effects.Event) bool { return e.Ref.Path.String() == path })
	if found := c.waits(call, receives); len(found) > 0 || api.channel {
		return found
	}
	if found := c.stranded(call, receives, func(body *ssa.Function) ssa.Instruction { return c.stopByStarter(call, body) }); len(found) > 0 {
		return found
	}
	// The ticker is kept in a field, and a goroutine finds it there.
	field, _ := c.keptIn(call)
	if field == nil {
		return nil
	}
	receives = c.receives(c.UnderField(field), func(e *effects.Event) bool {
		return e.Ref.Path.Field() != field && e.Ref.Path.Parent().Field() == field.Origin()
	})
	if found := c.waits(call, receives); len(found) > 0 {
		return found
	}
	return c.stranded(call, receives, func(body *ssa.Function) ssa.Instruction { return c.stopOfField(field, body) })
}

// receives returns the events that are receives from the ticker.
func (c *checker) receives(events []*effects.Event, fromTicker func(*effects.Event) bool) []*effects.Event {
	var out []*effects.Event
	for _, e := range events {
		if (e.Kind == effects.Recv || e.Kind == effects.Wait) && fromTicker(e) {
			out = append(out, e)
		}
	}
	return out
}

// waits returns the leaks of the first receive in a loop that never ends.
func (c *checker) waits(call *ssa.Call, receives []*effects.Event) []*evidence.Leak {
	for _, e := range receives {
		if e.Kind == effects.Wait || c.forEver(e) {
			if found := c.stuck(call, e); len(found) > 0 {
				return found
			}
		}
	}
	return nil
}

// forEver reports whether a receive is in a loop whose ways out nobody opens.
func (c *checker) forEver(e *effects.Event) bool {
	at := e.Instr
	if e.Origin != nil && e.Origin.Parent() != nil {
		at = e.Origin
	}
	for l := c.IR.Graph(at.Parent()).Innermost(at.Block()); l != nil; l = l.Outer {
		if c.Endless(l) {
			return true
		}
	}
	return false
}

// stuck returns a leak for each start of the goroutine on which a wait happens.
// An object that can be closed has to end its goroutine, however often it is made.
func (c *checker) stuck(call *ssa.Call, wait *effects.Event) []*evidence.Leak {
	starts := c.Starts(wait.Func())
	if wait.Mode == effects.Spawned {
		starts = append([]ssa.Instruction{wait.Instr}, starts...)
	}
	var found []*evidence.Leak
	for _, start := range starts {
		if c.servesPackage(start, call) {
			continue
		}
		leak := c.at(call)
		leak.Category = "ticker-goroutine"
		leak.What = "goroutine waits for the ticker in a loop that never ends"
		body := wait.Origin
		if body == nil || body.Parent() == nil {
			body = wait.Instr
		}
		leak.HeldBy = []string{name(body.Parent())}
		pos, end := c.IR.Range(start)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "goroutine started here"})
		pos, end = c.IR.Range(body)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "waits here for the channel of the ticker, which Stop does not close"})
		l := c.leak(start, leak)
		if c.hasEnd(start) && c.Repeatable(start) {
			l.Needs = evidence.Needs{}
		}
		found = append(found, l)
	}
	return found
}

// hasEnd reports whether the object whose method or constructor starts a goroutine
// has a method that ends its life.
func (c *checker) hasEnd(start ssa.Instruction) bool {
	sig := ir.Outermost(start.Parent()).Signature
	own := func(t types.Type) bool {
		n := ir.Named(t)
		return n != nil && n.Obj().Pkg() == c.IR.Pass.Pkg && effects.TeardownOf(t) != nil
	}
	if recv := sig.Recv(); recv != nil {
		return own(recv.Type())
	}
	for r := range sig.Results().Variables() {
		if own(r.Type()) {
			return true
		}
	}
	return false
}

// inUse reports whether a goroutine that only ends with the process goes on
// receiving from the ticker: a Stop is not missing then.
func (c *checker) inUse(call *ssa.Call) bool {
	return slices.ContainsFunc(c.Of(call), func(e *effects.Event) bool {
		return e.Kind == effects.Recv && e.Func() != call.Parent() && len(c.Starts(e.Func())) > 0 && !returns(e.Instr)
	})
}

// returns reports whether control may get from a receive to the end of its
// function other than by the channel being closed, which a ticker's never is.
func returns(recv ssa.Instruction) bool {
	dead := make(map[ir.Edge]bool)
	if recv, ok := recv.(*ssa.UnOp); ok {
		if edge, ok := ir.ClosedEdge(recv); ok {
			dead[edge] = true
		}
	}
	seen := map[*ssa.BasicBlock]bool{recv.Block(): true}
	work := []*ssa.BasicBlock{recv.Block()}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if _, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			return true
		}
		for i, s := range b.Succs {
			if !dead[ir.Edge{From: b, Succ: i}] && !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// name returns how a reader would call the goroutine that runs fn.
func name(fn *ssa.Function) string {
	if fn.Parent() != nil {
		return "goroutine in " + name(ir.Outermost(fn))
	}
	return fn.RelString(fn.Package().Pkg)
}

// servesPackage reports whether a goroutine works on package variables only:
// there is one of each, and so of the goroutine, though nothing else shows it.
func (c *checker) servesPackage(start ssa.Instruction, ticker *ssa.Call) bool {
	call, ok := start.(ssa.CallInstruction)
	if !ok {
		return false
	}
	values := ir.Args(call.Common())
	if mc, ok := call.Common().Value.(*ssa.MakeClosure); ok && ir.BoundMethod(mc) == nil {
		values = append(slices.Clone(values), mc.Bindings...)
	}
	serves := false
	for _, v := range values {
		if _, plain := v.Type().Underlying().(*types.Basic); plain {
			continue
		}
		refs := c.Refs(v)
		if cell, ok := v.(*ssa.Alloc); ok {
			refs = c.Contents(effects.Ref{Root: cell})
		}
		for _, r := range refs {
			if r.Root == ssa.Value(ticker) {
				continue
			}
			switch r.Root.(type) {
			case *ssa.Call, *ssa.Extract:
				continue // what a function gave: the goroutine is not about it
			}
			if !c.OfPackage(r.Root) {
				return false
			}
			serves = true
		}
		if len(refs) == 0 {
			return false
		}
	}
	return serves
}
