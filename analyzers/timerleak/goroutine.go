package timerleak

import (
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// goroutine returns the leak of a goroutine that waits for the ticker in a
// loop that never ends.
func (c *checker) goroutine(call *ssa.Call, api api) (finding.Leak, bool) {
	path := ".C"
	if api.channel {
		path = ""
	}
	for _, e := range c.Of(call) {
		if e.Kind == effects.Wait && e.Ref.Path.String() == path {
			if leak, ok := c.stuck(call, e); ok {
				return leak, true
			}
		}
	}
	if api.channel {
		return finding.Leak{}, false
	}
	// The ticker is kept in a field, and a goroutine finds it there.
	field, _ := c.keptIn(call)
	if field == nil {
		return finding.Leak{}, false
	}
	for _, e := range c.UnderField(field) {
		if e.Kind == effects.Wait && ofField(e, field) {
			if leak, ok := c.stuck(call, e); ok {
				return leak, true
			}
		}
	}
	return c.stranded(call, field)
}

// stuck returns the leak if wait happens on a goroutine that repeatable code
// starts.
func (c *checker) stuck(call *ssa.Call, wait *effects.Event) (finding.Leak, bool) {
	starts := c.Starts(wait.Func())
	if wait.Mode == effects.Spawned {
		starts = append([]ssa.Instruction{wait.Instr}, starts...)
	}
	for _, start := range starts {
		if !c.Repeatable(start) {
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
		return leak, true
	}
	return finding.Leak{}, false
}

// name returns how a reader would call the goroutine that runs fn.
func name(fn *ssa.Function) string {
	if fn.Parent() != nil {
		return "goroutine in " + name(ir.Outermost(fn))
	}
	return fn.RelString(fn.Package().Pkg)
}
