package timerleak

import (
	"go/token"
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

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
		if teardown == nil || callsTeardown(fn) || c.isReceiver(b) && !ofConnection(typ) || c.keptByCallers(b) {
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
	if !ok || ir.BoundMethod(mc) != nil || slices.ContainsFunc(mc.Bindings, c.tells) {
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
func (c *checker) tells(captured ssa.Value) bool {
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
	return !ok || n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() == "sync/atomic" || n.Obj().Pkg() == c.IR.Pass.Pkg
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

// keptByCallers reports whether a captured variable is a parameter, and all
// that call the function give it what is in a field: somebody else keeps that.
func (c *checker) keptByCallers(captured ssa.Value) bool {
	for _, r := range slices.Concat(c.Refs(captured), c.Contents(effects.Ref{Root: captured})) {
		param, ok := r.Root.(*ssa.Parameter)
		if !ok || r.Path != nil || param.Parent().Parent() != nil || token.IsExported(param.Parent().Name()) {
			continue
		}
		fn := param.Parent()
		uses := c.Uses(fn)
		i := slices.Index(fn.Params, param)
		if len(uses) > 0 && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
			call, ok := use.(ssa.CallInstruction)
			return !ok || c.IR.Static(call.Common()) != fn || !c.fromField(call.Common().Args[i])
		}) {
			return true
		}
	}
	return false
}

func (c *checker) fromField(v ssa.Value) bool {
	return slices.ContainsFunc(c.Refs(v), func(r effects.Ref) bool { return r.Path.Field() != nil && !effects.Fresh(r.Root) })
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
