package listenerleak

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// notify judges a call of signal.Notify on a channel that the function made. If
// all of its signals end processes, who received one is on the way out: then
// nothing is left to undo.
func (c *checker) notify(call ssa.CallInstruction) {
	if c.undoesAll() || c.ofSingleton(call) {
		return
	}
	for _, r := range c.Refs(call.Common().Args[0]) {
		ch, ok := r.Root.(*ssa.MakeChan)
		if !ok || r.Path != nil {
			continue
		}
		spec := lifetime.Spec{
			Releases: func(e *effects.Event) bool {
				return e.Kind == effects.Arg && e.Callee != nil && e.Callee.FullName() == "os/signal.Stop" || e.Kind == effects.Arg && e.Callee == nil && e.Name == "Stop"
			},
			Ignores: func(e *effects.Event) bool { return e.Holder == "signal table" },
			Feeds: func(from ssa.Value) bool { // package signal closes no channel
				return slices.Contains(c.Refs(from), effects.Ref{Root: ch}) && !slices.ContainsFunc(c.Of(ch), func(e *effects.Event) bool { return e.Kind == effects.Close })
			},
		}
		out := lifetime.Check(c.Package.Package, ch, call, spec)
		if endsProcess(call) && leaks(out) {
			spec.Spends = func(e *effects.Event) bool {
				return e.Ref.Path == nil && (e.Kind == effects.Recv || e.Kind == effects.Wait)
			}
			out = lifetime.Check(c.Package.Package, ch, call, spec)
		}
		if !leaks(out) {
			return
		}
		leak := c.at(call, "signal-not-stopped")
		leak.What = "channel given to signal.Notify is not stopped on every path"
		leak.HeldBy = []string{"the signal table of the runtime"}
		if out.Exit != nil {
			leak.Notes = []finding.Note{c.note(out.Exit, "returns without calling signal.Stop")}
		}
		if len(out.Releases) == 0 {
			leak.Fix = c.deferStop(call, ch)
		}
		kinds := signalsOf(call)
		// The signals of a process are asked for by the function that runs it.
		ofProcess := kinds.process || kinds.ending && kinds.other
		c.add(call, leak, evidence.Needs{Again: true, Adds: !ofProcess, Proof: ofProcess})
		return
	}
}

// leaks reports whether something is left behind on some path, and nobody else
// has it.
func leaks(out lifetime.Outcome) bool {
	return len(out.Kept) == 0 && (out.Exit != nil || out.Again)
}

// ofSingleton reports whether the code is a method of a value of which the
// process has one: what it listens to, it listens to for good.
func (c *checker) ofSingleton(call ssa.CallInstruction) bool {
	fn := ir.Outermost(call.Parent())
	return fn.Signature.Recv() != nil && len(fn.Params) > 0 && c.OfPackage(fn.Params[0])
}

// endsProcess reports whether signal.Notify is called with signals whose only
// use is to end the process.
func endsProcess(call ssa.CallInstruction) bool {
	kinds := signalsOf(call)
	return kinds.ending && !kinds.other
}

// signals are of two kinds: those that end processes and others. Of the first,
// interrupts come from a terminal, too, the others from who runs the process.
type signals struct{ ending, process, other bool }

// signalsOf returns of which kinds the signals are that signal.Notify is called
// with: of all, perhaps, if it gets a list from elsewhere.
func signalsOf(call ssa.CallInstruction) (kinds signals) {
	list, ok := call.Common().Args[1].(*ssa.Slice)
	if !ok {
		_, none := call.Common().Args[1].(*ssa.Const)
		return signals{process: !none, other: true}
	}
	array, ok := list.X.(*ssa.Alloc)
	if !ok {
		return signals{process: true, other: true}
	}
	for _, ref := range *array.Referrers() {
		elem, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, ref := range *elem.Referrers() {
			if st, ok := ref.(*ssa.Store); ok {
				switch {
				case isInterrupt(st.Val):
					kinds.ending = true
				case isEnding(st.Val):
					kinds.ending, kinds.process = true, true
				default:
					kinds.other = true
				}
			}
		}
	}
	return kinds
}

// isEnding reports whether v is os.Kill or a number that means quit, abort, kill
// or terminate on all systems.
func isEnding(v ssa.Value) bool { return isSignal(v, "os.Kill", 3, 6, 9, 15) }

func isInterrupt(v ssa.Value) bool { return isSignal(v, "os.Interrupt", 2) }

func isSignal(v ssa.Value, name string, numbers ...int64) bool {
	switch v := ir.Unwrap(v).(type) {
	case *ssa.Const:
		return v.Value != nil && slices.Contains(numbers, v.Int64())
	case *ssa.UnOp:
		g, ok := v.X.(*ssa.Global)
		return ok && g.String() == name
	}
	return false
}

// undoesAll reports whether the package calls signal.Reset or signal.Ignore,
// which undo what Notify did without naming a channel.
func (c *checker) undoesAll() bool {
	for _, name := range []string{"Reset", "Ignore"} {
		for _, e := range c.Named(name) {
			if e.Callee != nil && e.Callee.Pkg() != nil && e.Callee.Pkg().Path() == "os/signal" {
				return true
			}
		}
	}
	return false
}

// notifyContext judges a call of signal.NotifyContext by its stop function.
func (c *checker) notifyContext(call ssa.CallInstruction) {
	leak := c.at(call, "signal-not-stopped")
	leak.HeldBy = []string{"the signal table of the runtime"}
	stop := result(call, 1)
	if stop == nil {
		leak.What = "stop function of signal.NotifyContext is dropped"
		if ctx := result(call, 0); ctx != nil && c.usedOnlyIn(ctx, call) {
			leak.Fix = c.deferDropped(call)
		}
		c.add(call, leak, evidence.Needs{Again: true, Adds: true})
		return
	}
	out := lifetime.Check(c.Package.Package, stop, stop.(ssa.Instruction), lifetime.Spec{
		Releases: func(e *effects.Event) bool { return e.Kind == effects.Call && e.Ref.Path == nil },
	})
	if !leaks(out) {
		return
	}
	leak.What = "stop function of signal.NotifyContext is not called on every path"
	if out.Exit != nil {
		leak.Notes = []finding.Note{c.note(out.Exit, "returns without calling it")}
	}
	c.add(call, leak, evidence.Needs{Again: true, Adds: true})
}
