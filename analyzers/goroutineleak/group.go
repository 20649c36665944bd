package goroutineleak

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// A crew is a WaitGroup in a field that counts goroutines: each that is added is started
// right after, and nobody but those goroutines calls Done.
type crew struct {
	starts map[*ssa.Go]bool                    // whether it calls Done
	dones  map[*ssa.Function][]ssa.Instruction // of bodies of these goroutines
	waits  []ssa.Instruction
}

// crew returns who a WaitGroup counts, of which all that happens to it is given, or nil if that is
// not known.
func (c *checker) crew(events []*effects.Event) *crew {
	w := &crew{starts: make(map[*ssa.Go]bool), dones: make(map[*ssa.Function][]ssa.Instruction)}
	var dones []*effects.Event
	for _, e := range events {
		call, ok := e.Instr.(ssa.CallInstruction)
		if !ok || e.Kind != effects.Method || e.Via {
			return nil
		}
		if c.IR.Static(call.Common()) != nil {
			continue // it is found in the function that is called
		}
		switch e.Name {
		case "Wait":
			w.waits = append(w.waits, e.Instr)
		case "Done":
			dones = append(dones, e)
		case "Add":
			if !w.adds(call) {
				return nil
			}
		default:
			return nil
		}
	}
	for _, e := range dones {
		starts := c.Starts(e.Func())
		if len(starts) == 0 {
			return nil
		}
		for _, start := range starts {
			start, ok := start.(*ssa.Go)
			if _, known := w.starts[start]; !ok || !known {
				return nil
			}
			w.starts[start] = true
		}
		w.dones[e.Func()] = append(w.dones[e.Func()], e.Instr)
	}
	return w
}

// adds notes the goroutines that are started behind a call of Add. It reports false if
// they are not as many as are added.
func (w *crew) adds(call ssa.CallInstruction) bool {
	n, ok := call.Common().Args[1].(*ssa.Const)
	if !ok {
		return false
	}
	left := n.Int64()
	rest := call.Block().Instrs[slices.Index(call.Block().Instrs, ssa.Instruction(call))+1:]
	for _, instr := range rest {
		if start, ok := instr.(*ssa.Go); ok && left > 0 {
			w.starts[start] = false
			left--
		}
	}
	return left == 0 && n.Int64() > 0
}

// group reports a call of Wait for a WaitGroup that only this package knows, where nobody calls
// Done, or one in a field for which a goroutine that it counts does not, or not on every path.
func (c *checker) group(wait ssa.CallInstruction) {
	callee := ir.Callee(wait.Common())
	if callee == nil || callee.FullName() != "(*sync.WaitGroup).Wait" || c.hung[wait] {
		return
	}
	wg := wait.Common().Args[0]
	if refs := c.Refs(wg); len(refs) == 1 && refs[0].Path == nil {
		if local, ok := refs[0].Root.(*ssa.Alloc); ok && !c.doneElsewhere(func(r effects.Ref) bool { return r.Root == local }) {
			c.unfinished(wait, c.Of(local))
		}
		return
	}
	field := fieldOf(wg)
	if field == nil || field.Pkg() != c.IR.Pass.Pkg || field.Exported() || c.doneElsewhere(func(r effects.Ref) bool { return r.Path.Field() == field.Origin() }) ||
		c.unfinished(wait, c.OfField(field.Origin())) {
		return
	}
	w := c.crew(c.OfField(field.Origin()))
	if w == nil || !slices.Contains(w.waits, ssa.Instruction(wait)) {
		return
	}
	c.each(func(instr ssa.Instruction) {
		start, ok := instr.(*ssa.Go)
		done, counted := w.starts[start]
		if !ok || !counted {
			return
		}
		leak := c.found("wait-never-done", wait, "may wait for ever: Done is not called as often as Add on every path")
		leak.note(c, start, "in the goroutine started here")
		body := c.IR.Static(&start.Call)
		switch {
		case !done:
			if c.runsNothing(&start.Call) {
				return
			}
		case body == nil || len(w.dones[body]) == 0 || c.shared(w, start, body):
			return
		default:
			exit := exitWithout(body, w.dones[body], true)
			if exit == nil {
				return
			}
			leak.note(c, exit, "returns here without")
		}
		c.add(wait, leak, account.Owes)
	})
}

// runsNothing reports whether a call through an interface runs a method that only types of this
// package have, and it makes no value of one of them: the build leaves out who does.
func (c *checker) runsNothing(call *ssa.CallCommon) bool {
	if !call.IsInvoke() || call.Method.Exported() {
		return false
	}
	iface, ok := call.Value.Type().Underlying().(*types.Interface)
	if !ok {
		return false
	}
	return !slices.ContainsFunc(c.made(), func(t types.Type) bool { return types.Implements(t, iface) })
}

// madeTypes returns the types of what the package makes, each once.
func (c *checker) madeTypes() []types.Type {
	var seen typeutil.Map
	add := func(t types.Type) {
		if !types.IsInterface(t) {
			seen.Set(t, true)
		}
	}
	for _, m := range c.IR.SSA.Members {
		if g, ok := m.(*ssa.Global); ok {
			add(g.Type())
		}
	}
	c.each(func(instr ssa.Instruction) {
		switch v := instr.(type) {
		case *ssa.Alloc, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Convert, *ssa.ChangeType:
			add(v.(ssa.Value).Type())
		case *ssa.MakeInterface:
			if _, pointer := v.X.Type().Underlying().(*types.Pointer); !pointer {
				add(v.X.Type())
			}
		case *ssa.Call: // a generic function may make what it is for
			if fn := v.Call.StaticCallee(); fn != nil {
				for _, arg := range fn.TypeArgs() {
					add(arg)
					add(types.NewPointer(arg))
				}
			}
		}
	})
	return seen.Keys()
}

// doneElsewhere reports whether the Done of a WaitGroup is handed on as a function.
func (c *checker) doneElsewhere(is func(effects.Ref) bool) bool {
	return slices.ContainsFunc(c.dones, func(wg ssa.Value) bool { return slices.ContainsFunc(c.Refs(wg), is) })
}

// unfinished reports a call of Wait if somebody calls Add for the WaitGroup, and nobody Done.
func (c *checker) unfinished(wait ssa.CallInstruction, events []*effects.Event) bool {
	var add ssa.Instruction
	for _, e := range events {
		call, ok := e.Instr.(ssa.CallInstruction)
		switch {
		case e.Via:
		case !ok || e.Kind != effects.Method || e.Name == "Done" || e.Name == "Go":
			return false
		case e.Name == "Add" && c.IR.Static(call.Common()) == nil && !c.HelpsTests(e.Func()):
			if c.takesOff(call.Common().Args[1], 0) {
				return false
			}
			add = e.Instr
		}
	}
	if add == nil {
		return false
	}
	leak := c.found("wait-never-done", wait, "may wait for ever: nobody calls Done")
	leak.note(c, add, "adds here")
	c.add(wait, leak, account.Owes)
	return true
}

// takesOff reports whether a number may be below zero, as far as the package shows: Add takes
// off as many then.
func (c *checker) takesOff(n ssa.Value, depth int) bool {
	switch n := n.(type) {
	case *ssa.Const:
		return n.Int64() < 0
	case *ssa.UnOp:
		return n.Op == token.SUB
	case *ssa.BinOp:
		return n.Op == token.SUB
	case *ssa.Parameter:
		at := slices.Index(n.Parent().Params, n)
		return slices.ContainsFunc(c.Uses(n.Parent()), func(use ssa.Instruction) bool {
			call, ok := use.(ssa.CallInstruction)
			if !ok || c.IR.Static(call.Common()) != n.Parent() {
				return false
			}
			return depth < maxAdding && c.takesOff(ir.Args(call.Common())[at], depth+1)
		})
	}
	return false
}

// maxAdding bounds how many functions hand a number on to Add.
const maxAdding = 2

// shared reports whether more functions than the body of a goroutine call Done for it.
func (c *checker) shared(w *crew, start *ssa.Go, body *ssa.Function) bool {
	for fn := range w.dones {
		if fn != body && slices.Contains(c.Starts(fn), ssa.Instruction(start)) {
			return true
		}
	}
	return false
}
