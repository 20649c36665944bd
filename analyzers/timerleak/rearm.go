package timerleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// rearms returns the leak of an AfterFunc whose function always arms it again.
func (c *checker) rearms(call *ssa.Call) []*evidence.Leak {
	for _, callback := range c.functions(call.Call.Args[1]) {
		ch := &chain{c: c, timer: call, callback: callback, via: make(map[*ssa.Function]verdict)}
		at := ch.arms(callback)
		if at == nil || ch.stopped() || inChain(ch, call.Parent()) && ch.armedOutside() {
			continue
		}
		leak := c.at(call)
		leak.Category = "afterfunc-rearms"
		leak.What = "function of time.AfterFunc always arms itself again and nothing stops it"
		leak.HeldBy = []string{"the runtime timer heap", name(callback)}
		pos, end := c.IR.Range(at)
		leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "armed again here on every path"}}
		return []*evidence.Leak{c.leak(call, leak)}
	}
	return nil
}

// functions returns the functions of the package that a function value may be.
func (c *checker) functions(v ssa.Value) []*ssa.Function {
	var fns []*ssa.Function
	for _, r := range c.Refs(v) {
		if r.Path != nil {
			continue
		}
		switch root := r.Root.(type) {
		case *ssa.Function:
			if fn := c.IR.Source(root); fn != nil {
				fns = append(fns, fn)
			}
		case *ssa.MakeClosure:
			fn := root.Fn.(*ssa.Function)
			if m := ir.BoundMethod(root); m != nil {
				fn = c.IR.Source(c.IR.SSA.Prog.FuncValue(m))
			}
			if fn != nil {
				fns = append(fns, fn)
			}
		}
	}
	return fns
}

// A chain is a timer whose function may arm it again, perhaps by way of other
// functions.
type chain struct {
	c        *checker
	timer    *ssa.Call // of time.AfterFunc
	callback *ssa.Function
	via      map[*ssa.Function]verdict
}

type verdict struct {
	deciding bool
	at       ssa.Instruction // nil: it does not always arm the timer
}

// arms returns an instruction of fn that arms the timer again if every path
// through fn passes one, else nil.
func (ch *chain) arms(fn *ssa.Function) ssa.Instruction {
	if v, ok := ch.via[fn]; ok {
		return v.at
	}
	ch.via[fn] = verdict{deciding: true}
	var found ssa.Instruction
	seen := make([]bool, len(fn.Blocks))
	work := []*ssa.BasicBlock{fn.Blocks[0]}
	seen[0] = true
	everyPath := true
next:
	for len(work) > 0 && everyPath {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case ssa.CallInstruction:
				if ch.rearm(instr) {
					found = instr
					continue next
				}
				if call, ok := instr.(*ssa.Call); ok && ch.c.NeverReturns(&call.Call) {
					continue next
				}
			case *ssa.Return:
				everyPath = false
			case *ssa.Panic:
				continue next
			}
		}
		for _, s := range b.Succs {
			if !seen[s.Index] {
				seen[s.Index] = true
				work = append(work, s)
			}
		}
	}
	if !everyPath {
		found = nil
	}
	ch.via[fn] = verdict{at: found}
	return found
}

// rearm reports whether a call, now, deferred or on a goroutine of its own, arms
// the timer again.
func (ch *chain) rearm(call ssa.CallInstruction) bool {
	common := call.Common()
	if callee := ir.Callee(common); callee != nil {
		switch callee.FullName() {
		case "time.AfterFunc":
			return slices.Contains(ch.c.functions(common.Args[1]), ch.callback)
		case "(*time.Timer).Reset":
			return ch.isTimer(ir.Args(common)[0])
		}
	}
	if fn := ch.c.IR.Static(common); fn != nil {
		return ch.arms(fn) != nil
	}
	fns := ch.c.functions(common.Value)
	return !common.IsInvoke() && len(fns) == 1 && ch.arms(fns[0]) != nil
}

// isTimer reports whether v is the timer's handle: the value itself, or what
// is kept in the field that it is stored in.
func (ch *chain) isTimer(v ssa.Value) bool {
	field, _ := ch.c.keptIn(ch.timer)
	for _, r := range ch.c.Refs(v) {
		if r.Root == ch.timer && r.Path == nil || field != nil && r.Path.Field() == field.Origin() {
			return true
		}
	}
	return false
}

// armedOutside reports whether another call of time.AfterFunc, outside the
// chain, gives it the same function: then the leak is told there.
func (ch *chain) armedOutside() bool {
	for _, at := range ch.starters(ch.callback) {
		call, ok := at.(*ssa.Call)
		if !ok || call == ch.timer || inChain(ch, call.Parent()) {
			continue
		}
		if fn := ir.Callee(&call.Call); fn != nil && fn.FullName() == "time.AfterFunc" {
			return true
		}
	}
	return false
}

// starters returns the instructions that call fn or give it to be called.
func (ch *chain) starters(fn *ssa.Function) []ssa.Instruction {
	if fn.Parent() == nil {
		return ch.c.Uses(fn)
	}
	var at []ssa.Instruction
	for _, v := range ch.c.Literal(fn) {
		for _, e := range ch.c.Of(v) {
			if e.Kind == effects.Call || e.Kind == effects.Arg {
				at = append(at, e.Instr)
			}
		}
	}
	return at
}

// inChain reports whether fn is one of the functions that arm the timer when
// the timer fires.
func inChain(ch *chain, fn *ssa.Function) bool {
	v, ok := ch.via[fn]
	return ok && v.at != nil
}

// stopped reports whether something may stop the chain.
func (ch *chain) stopped() bool {
	field, _ := ch.c.keptIn(ch.timer)
	for _, e := range ch.c.Of(ch.timer) {
		if e.Ref.Path != nil || e.Instr == ch.timer {
			continue // its own function refers to it
		}
		if e.Kind == effects.Method && e.Name == "Stop" {
			return true
		}
		if lifetime.HandsOn(e) && e.To.Path.Field() == nil && !(e.Via && field != nil) {
			return true
		}
	}
	if field != nil {
		return lifetime.FieldReleased(ch.c.Package.Package, field, func(name string) bool { return name == "Stop" })
	}
	return false
}
