package listenerleak

import (
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
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

// watch judges a registration that only the end of its context undoes, and
// that gives a channel back: a background context never ends, so the code that
// gave it has to stay with the channel until that is closed.
func (c *checker) watch(call ssa.CallInstruction, a *api) {
	if !c.neverEnds(call.Common().Args[0]) || c.setUp(call) {
		return
	}
	leak := c.at(call, "never-removed")
	leak.What = a.fn.Name() + " with a background context can never be ended"
	leak.HeldBy = c.holderName(call, a)
	if v := result(call, a.handle); v != nil {
		spec := c.spec(call, a)
		spec.Releases = func(*effects.Event) bool { return false }
		out := lifetime.Check(c.Package, v, v.(ssa.Instruction), spec)
		if len(out.Kept) > 0 || out.Exit == nil && !out.Again {
			return
		}
		if out.Exit != nil {
			leak.Notes = []finding.Note{c.note(out.Exit, "returns while it goes on")}
		}
	}
	c.report.Add(leak)
}

// neverEnds reports whether a context is certainly a background one, perhaps
// with values.
func (c *checker) neverEnds(ctx ssa.Value) bool {
	found := false
	for _, r := range c.Refs(ctx) {
		call, ok := r.Root.(*ssa.Call)
		if !ok || r.Path != nil {
			if cell, ok := r.Root.(*ssa.Alloc); ok && isPointerVar(cell) {
				continue
			}
			return false
		}
		callee := ir.Callee(&call.Call)
		if callee == nil {
			return false
		}
		switch callee.FullName() {
		case "context.Background", "context.TODO":
			found = true
		case "context.WithValue", "go.etcd.io/etcd/client/v3.WithRequireLeader":
			if !c.neverEnds(call.Call.Args[0]) {
				return false
			}
			found = true
		default:
			return false
		}
	}
	return found
}
