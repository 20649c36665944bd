package timerleak

import (
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// rearms returns the leak of an AfterFunc whose function always arms it again.
func (c *checker) rearms(call *ssa.Call) (finding.Leak, bool) {
	for _, callback := range c.functions(call.Call.Args[1]) {
		ch := &chain{c: c, timer: call, callback: callback, via: make(map[*ssa.Function]verdict)}
		at := ch.arms(callback)
		if at == nil || !ch.startedInRepeatable() || ch.stopped() || inChain(ch, call.Parent()) && ch.armedOutside() {
			continue
		}
		leak := c.at(call)
		leak.Category = "afterfunc-rearms"
		leak.What = "function of time.AfterFunc always arms itself again and nothing stops it"
		leak.HeldBy = []string{"the runtime timer heap", name(callback)}
		pos, end := c.IR.Range(at)
		leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "armed again here on every path"}}
		return leak, true
	}
	return finding.Leak{}, false
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

// rearm reports whether a call (or deferred call) arms the timer again.
func (ch *chain) rearm(call ssa.CallInstruction) bool {
	if _, spawned := call.(*ssa.Go); spawned {
		return false
	}
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

// startedInRepeatable reports whether something outside the chain starts it
// any number of times.
func (ch *chain) startedInRepeatable() bool {
	if !inChain(ch, ch.timer.Parent()) {
		return ch.c.Repeatable(ch.timer)
	}
	for _, fn := range ch.c.IR.Funcs {
		if inChain(ch, fn) && slices.ContainsFunc(ch.starters(fn), func(at ssa.Instruction) bool {
			return !inChain(ch, at.Parent()) && ch.c.Repeatable(at)
		}) {
			return true
		}
		if obj, _ := fn.Object().(*types.Func); inChain(ch, fn) && obj != nil && obj.Exported() {
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
		return lifetime.FieldReleased(ch.c.Package, field, func(name string) bool { return name == "Stop" })
	}
	return false
}

// pins returns the leak of an AfterFunc whose dropped timer keeps a value that
// somebody could have closed.
func (c *checker) pins(call *ssa.Call) (finding.Leak, bool) {
	if len(c.Of(call)) > 0 || !c.Repeatable(call) {
		return finding.Leak{}, false
	}
	if d, known := c.Duration(call.Call.Args[0]); known && d < int64(time.Minute) {
		return finding.Leak{}, false
	}
	mc, ok := call.Call.Args[1].(*ssa.MakeClosure)
	if !ok || ir.BoundMethod(mc) != nil {
		return finding.Leak{}, false
	}
	fn := mc.Fn.(*ssa.Function)
	for i, b := range mc.Bindings {
		typ := b.Type().Underlying().(*types.Pointer).Elem() // a captured variable
		teardown := effects.TeardownOf(typ)
		if teardown == nil || callsTeardown(fn) || c.isReceiver(b) && !ofConnection(typ) {
			continue
		}
		leak := c.at(call)
		leak.Category = "afterfunc-pins"
		leak.What = "dropped timer keeps " + fn.FreeVars[i].Name() + " until it fires"
		leak.HeldBy = []string{"the runtime timer heap", "func", fn.FreeVars[i].Name()}
		leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: teardown.Name() + " cannot stop the timer"}}
		return leak, true
	}
	return finding.Leak{}, false
}

// left returns the leak of an AfterFunc that is stopped on one path out of the
// function and not on another, although nothing there can say that it fired.
func (c *checker) left(call *ssa.Call) (finding.Leak, bool) {
	if d, known := c.Duration(call.Call.Args[0]); known && d < int64(time.Minute) || !c.Repeatable(call) {
		return finding.Leak{}, false
	}
	mc, ok := call.Call.Args[1].(*ssa.MakeClosure)
	if !ok || ir.BoundMethod(mc) != nil || slices.ContainsFunc(mc.Bindings, tells) {
		return finding.Leak{}, false
	}
	out := lifetime.Check(c.Package, call, call, spec(apis["time.NewTicker"]))
	if len(out.Releases) == 0 || len(out.Kept) > 0 || out.Exit == nil || out.Exit.Parent() != call.Parent() || out.Releases[0].Func() != call.Parent() {
		return finding.Leak{}, false
	}
	captured := mc.Fn.(*ssa.Function).FreeVars[0].Name()
	leak := c.at(call)
	leak.Category = "afterfunc-pins"
	leak.What = "timer is not stopped on every path and keeps " + captured
	leak.HeldBy = []string{"the runtime timer heap", "func", captured}
	pos, end := c.IR.Range(out.Releases[0].Instr)
	leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "stopped here"})
	pos, end = c.IR.Range(out.Exit)
	leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "returns without calling Stop"})
	return leak, true
}

// tells reports whether a captured variable may tell the function around the
// literal that the timer fired: a channel, a function, a flag. Only pointers to
// structs do not, unless they hold such a thing of the package's own.
func tells(captured ssa.Value) bool {
	ptr, ok := captured.Type().Underlying().(*types.Pointer) // a captured variable
	if !ok {
		return true
	}
	obj, ok := ptr.Elem().Underlying().(*types.Pointer)
	if !ok {
		return true
	}
	n := ir.Named(obj)
	_, ok = obj.Elem().Underlying().(*types.Struct)
	return !ok || n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() == "sync/atomic" || n.Obj().Pkg() == captured.Parent().Pkg.Pkg
}

// isReceiver reports whether a captured variable is the receiver of the method
// that the literal stands in. A method that calls itself, or another one, later
// is about the life of its own object: that the object has to go before is not
// to be seen from there. Most are as old as the process.
func (c *checker) isReceiver(captured ssa.Value) bool {
	for _, r := range c.Refs(captured) {
		if p, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil && p.Parent().Signature.Recv() != nil && p == p.Parent().Params[0] {
			return true
		}
		cell, ok := r.Root.(*ssa.Alloc)
		if !ok {
			continue
		}
		for _, ref := range *cell.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == cell && st.Val != captured && c.isReceiver(st.Val) {
				return true
			}
		}
	}
	return false
}

// ofConnection reports whether values of a type come and go with connections
// or requests: they have one in a field.
func ofConnection(typ types.Type) bool {
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = p.Elem()
	}
	s, ok := typ.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if obj, _, _ := types.LookupFieldOrMethod(f.Type(), true, nil, "RemoteAddr"); obj != nil {
			return true
		}
	}
	return false
}

// callsTeardown reports whether the literal calls a method like Close on
// anything: that is what the timer is for then.
func callsTeardown(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok {
				if callee := ir.Callee(call.Common()); callee != nil && effects.Releasing(callee.Name()) {
					return true
				}
				if b, ok := call.Common().Value.(*ssa.Builtin); ok && (b.Name() == "delete" || b.Name() == "close") {
					return true
				}
			}
		}
	}
	return false
}
