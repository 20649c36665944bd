package listenerleak

import (
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// afterFunc judges a call of context.AfterFunc by its stop function. A context
// that is a parameter or made here ends with what it is for; one that a field
// or package variable keeps may live as long as the process, and keeps the
// function as long.
func (c *checker) afterFunc(call ssa.CallInstruction) {
	field := c.keptContext(call.Common().Args[0])
	if field == "" || c.setUp(call) {
		return
	}
	stop := result(call, 0)
	if stop != nil {
		out := lifetime.Check(c.Package, stop, stop.(ssa.Instruction), lifetime.Spec{
			Releases: func(e *effects.Event) bool { return e.Kind == effects.Call && e.Ref.Path == nil },
		})
		if !out.Dropped() {
			return
		}
	}
	leak := c.at(call, "handle-discarded")
	leak.What = "stop function of context.AfterFunc is dropped"
	leak.HeldBy = []string{field}
	if stop == nil && c.ownCallback(call, call.Common().Args[1]) {
		leak.Fix = c.deferDropped(call)
	}
	c.report.Add(leak)
}

// keptContext returns the name of the field or package variable that keeps a
// context and nothing else does, or "". A background context keeps nothing.
func (c *checker) keptContext(ctx ssa.Value) string {
	name := ""
	for _, r := range c.Refs(ctx) {
		if f := r.Path.Field(); f != nil {
			name = f.Name()
			continue
		}
		switch root := r.Root.(type) {
		case *ssa.Global:
			name = root.Name()
		case *ssa.Alloc: // the variable that holds it
		case *ssa.Call:
			if callee := ir.Callee(&root.Call); callee == nil || callee.FullName() != "context.WithValue" {
				return ""
			}
		default:
			return ""
		}
	}
	return name
}
