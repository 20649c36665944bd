package listenerleak

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// handle judges a registration that returns the means to undo it.
func (c *checker) handle(call ssa.CallInstruction, a *api) {
	leak := c.at(call, "handle-discarded")
	leak.HeldBy = c.holderName(call, a)
	v := result(call, a.handle)
	if v == nil {
		if c.setUp(call) && !c.strandsReader(call, a) {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is dropped, and with it the means to undo it"
		c.report.Add(leak)
		return
	}
	out := lifetime.Check(c.Package, v, v.(ssa.Instruction), c.spec(a))
	switch {
	case out.Dropped():
		if c.setUp(call) && !c.strandsReader(call, a) {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is not used to undo it"
	case len(out.Releases) == 0:
		field := c.unusedField(out.Kept, a)
		if field == nil {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is kept in field " + field.Name() + ", which nothing uses to undo it"
		leak.Notes = []finding.Note{{Pos: field.Pos(), Text: "kept in this field"}}
	case out.Exit != nil || out.Again:
		leak.Category = "not-removed-on-path"
		leak.What = "listener added by " + a.fn.Name() + " is not removed on every path"
		if out.Exit != nil {
			pos, end := c.IR.Range(out.Exit)
			leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "returns without " + how(a)}}
		} else {
			leak.Notes = []finding.Note{{Pos: leak.Pos, End: leak.End, Text: "registers again without " + how(a)}}
		}
	default:
		return
	}
	c.report.Add(leak)
}

// strandsReader reports whether the listener is a channel made here on which a
// goroutine waits that nothing but its closing would end: then each call
// leaves a goroutine behind, also where it runs once per object.
func (c *checker) strandsReader(call ssa.CallInstruction, a *api) bool {
	for _, r := range c.Refs(ir.Args(call.Common())[a.listener]) {
		ch, ok := r.Root.(*ssa.MakeChan)
		if !ok || r.Path != nil {
			continue
		}
		waits := false
		for _, e := range c.Of(ch) {
			switch {
			case e.Ref.Path != nil:
			case e.Kind == effects.Close:
				return false
			case e.Kind == effects.Wait && len(c.Starts(e.Func())) > 0:
				waits = true
			}
		}
		if waits {
			return true
		}
	}
	return false
}

// how says how a handle undoes the registration.
func how(a *api) string {
	if a.release == "" {
		return "calling the returned function"
	}
	return "a call of " + a.release
}

// result returns the value of a call's result, or nil if nothing uses it.
func result(call ssa.CallInstruction, index int) ssa.Value {
	v, ok := call.(*ssa.Call)
	if !ok {
		return nil
	}
	if v.Call.Signature().Results().Len() == 1 {
		if len(*v.Referrers()) == 0 {
			return nil
		}
		return v
	}
	for _, ref := range *v.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == index && len(*ext.Referrers()) > 0 {
			return ext
		}
	}
	return nil
}

// spec says how a handle undoes its registration: it is called, a method like
// Unsubscribe is, or the other half of the pair gets it.
func (c *checker) spec(a *api) lifetime.Spec {
	return lifetime.Spec{Releases: func(e *effects.Event) bool { return e.Ref.Path == nil && undoes(e, a) }}
}

func undoes(e *effects.Event, a *api) bool {
	switch e.Kind {
	case effects.Call:
		return a.release == ""
	case effects.Method, effects.Arg:
		return effects.Releasing(e.Name)
	}
	return false
}

// unusedField returns the field that the handle is kept in if that is the only
// place and nothing undoes the registration from there.
func (c *checker) unusedField(kept []*effects.Event, a *api) *types.Var {
	var field *types.Var
	for _, e := range kept {
		if e.Via {
			continue // of the object that has the field
		}
		f := e.To.Path.Field()
		if e.Kind != effects.Store || e.Holder != "" || f == nil || field != nil && f != field {
			return nil
		}
		field = f
	}
	if field == nil || field.Pkg() != c.IR.Pass.Pkg || field.Exported() {
		return nil
	}
	for _, e := range c.OfField(field) {
		if undoes(e, a) || lifetime.HandsOn(e) {
			return nil
		}
	}
	return field
}
