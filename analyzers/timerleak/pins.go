package timerleak

import (
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/finding"
)

// long is the time from which on a timer that nobody can stop keeps a value too
// long.
const long = 10 * time.Minute

// pins returns the leak of an AfterFunc whose dropped timer keeps a value that
// somebody could have closed, or a large one, for a long time.
func (c *checker) pins(call *ssa.Call) []*evidence.Leak {
	if len(c.Of(call)) > 0 {
		return nil
	}
	if d, known := c.Duration(call.Call.Args[0]); !known || d < int64(long) {
		return nil
	}
	mc, ok := call.Call.Args[1].(*ssa.MakeClosure)
	if !ok || callsTeardown(mc.Fn.(*ssa.Function)) {
		return nil
	}
	for _, capture := range retention.Captures(c.Package.Package, mc) {
		typ := capture.Type()
		what := capture.Name()
		if capture.Method {
			what = "the receiver of its method"
		}
		teardown := effects.TeardownOf(typ)
		if _, large := capture.Large(largeBytes); teardown == nil && !large {
			continue
		}
		leak := c.at(call)
		leak.Category = "afterfunc-pins"
		leak.What = "dropped timer keeps " + what + " until it fires"
		leak.HeldBy = []string{"the runtime timer heap", "func"}
		if !capture.Method {
			leak.HeldBy = append(leak.HeldBy, what)
		}
		if teardown != nil {
			leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: teardown.Name() + " cannot stop the timer"}}
		}
		return []*evidence.Leak{c.leak(call, leak)}
	}
	return nil
}

// largeBytes is the size from which on a value is large by itself.
const largeBytes = 64 << 10

// left returns the leak of an AfterFunc that is stopped on one path out of the
// function and not on another, although nothing there can say that it fired.
func (c *checker) left(call *ssa.Call) (finding.Leak, bool) {
	if d, known := c.Duration(call.Call.Args[0]); known && d < int64(long) || !c.Repeatable(call) {
		return finding.Leak{}, false
	}
	mc, ok := call.Call.Args[1].(*ssa.MakeClosure)
	if !ok || ir.BoundMethod(mc) != nil || slices.ContainsFunc(mc.Bindings, c.tells) {
		return finding.Leak{}, false
	}
	out := lifetime.Check(c.Package.Package, call, call, spec(apis["time.NewTicker"]))
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

// callsTeardown reports whether the literal calls a method like Close on anything
// but a variable that it captures: that is what the timer is for then.
func callsTeardown(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok {
				if callee := ir.Callee(call.Common()); callee != nil && (convention.Ends(callee) || convention.Undoes(callee)) && !ofCapture(call) {
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

// ofCapture reports whether a call is one of a method of a captured variable that
// ends its life.
func ofCapture(call ssa.CallInstruction) bool {
	callee := ir.Callee(call.Common())
	if !convention.IsTeardown(callee) {
		return false
	}
	load, ok := ir.Args(call.Common())[0].(*ssa.UnOp)
	if !ok {
		return false
	}
	_, captured := load.X.(*ssa.FreeVar)
	return captured
}
