package timerleak

import (
	_ "embed"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const analyzer = "timerleak"

// Analyzer reports tickers and timers that are never stopped. Its result counts
// what -timerleak.collectable would show.
var Analyzer = &analysis.Analyzer{
	Name:       "timerleak",
	Doc:        finding.Doc(doc, "timerleak"),
	URL:        finding.URL("timerleak"),
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},
	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

var collectable bool

func init() {
	Analyzer.Flags.BoolVar(&collectable, "collectable", false, "also report timers that the garbage collector takes back since Go 1.23")
}

// An api is what the analyzer knows of a function that makes a timer.
type api struct {
	what    string // in messages
	channel bool   // the result is the channel itself
	ticker  bool
	foreign bool // not of package time: how its channel ends is not known
	runs    bool // a goroutine of its own runs it: no version of Go takes it back
}

var apis = map[string]api{
	"time.NewTicker": {what: "ticker", ticker: true},
	"time.Tick":      {what: "ticker", ticker: true, channel: true},
	"time.NewTimer":  {what: "timer"},
	"time.After":     {what: "timer", channel: true},
	"time.AfterFunc": {what: "timer"},
}

// apiOf returns what is known of a function. Clocks that programs can replace
// in tests make tickers as package time does; those of backoff are goroutines
// (github.com/cenkalti/backoff/v5 v5.0.3).
func apiOf(fn *types.Func) (api, bool) {
	if fn.Pkg() != nil && fn.Pkg().Path() == "time" {
		if a, ok := apis[fn.FullName()]; ok {
			return a, true
		}
	}
	sig := fn.Signature()
	if fn.Name() != "NewTicker" || fn.Pkg() == nil || sig.Results().Len() != 1 {
		return api{}, false
	}
	stop, _, _ := types.LookupFieldOrMethod(sig.Results().At(0).Type(), true, nil, "Stop")
	if _, ok := stop.(*types.Func); !ok {
		return api{}, false
	}
	a := api{what: "ticker", ticker: true, foreign: true, runs: strings.HasPrefix(fn.Pkg().Path(), "github.com/cenkalti/backoff")}
	timed := sig.Params().Len() == 1 && sig.Params().At(0).Type().String() == "time.Duration"
	return a, a.runs || timed
}

// A checker finds the timers of a package that stay.
type checker struct {
	*evidence.Package
	report *finding.Reporter
}

func init() { evidence.Register(analyzer, find) }

// find returns the timers and goroutines that stay for ever: leaks where that
// happens again and again.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p}
	var found []*evidence.Leak
	c.each(func(call *ssa.Call, name string, api api) { found = append(found, c.stays(call, name, api)...) })
	return found
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{Package: evidence.Of(pass), report: finding.NewReporter(pass)}
	account.Report(c.Package, c.report, analyzer, func(l *evidence.Leak) finding.Leak { return *l.Tell.(*finding.Leak) })
	told := make(map[token.Pos]bool)
	for _, l := range c.Leaks(analyzer) {
		told[l.Pos] = true
	}
	old := !collects(pass)
	c.each(func(call *ssa.Call, name string, api api) {
		if !told[c.at(call).Pos] {
			c.check(call, name, api, old || api.runs)
		}
	})
	if slices.ContainsFunc(c.IR.Funcs, deletesTimers) {
		c.forgotten(old)
	}
	return c.report.Flush(), nil
}

// each calls f for each call that makes a timer.
func (c *checker) each(f func(call *ssa.Call, name string, api api)) {
	for _, fn := range c.IR.Funcs {
		if c.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				callee := ir.Callee(&call.Call)
				if callee == nil {
					continue
				}
				if api, ok := apiOf(callee); ok {
					f(call, callee.Name(), api)
				}
			}
		}
	}
}

// stays returns the leaks of a timer that no version of Go takes back.
func (c *checker) stays(call *ssa.Call, name string, api api) []*evidence.Leak {
	switch {
	case api.ticker && !api.foreign:
		return c.goroutine(call, api)
	case name == "AfterFunc":
		if found := c.rearms(call); len(found) > 0 {
			return found
		}
		return c.pins(call)
	}
	return nil
}

// leak returns a leak that needs to happen again and again, at an instruction.
func (c *checker) leak(at ssa.Instruction, leak finding.Leak) *evidence.Leak {
	return account.Leak(c.Package, &leak, at, account.Piles)
}

// check reports the one leak, if any, of the timer that call makes.
func (c *checker) check(call *ssa.Call, name string, api api, old bool) {
	if name == "AfterFunc" {
		if leak, ok := c.left(call); ok {
			c.report.Add(leak)
			return
		}
	}
	if !c.Repeatable(call) {
		return
	}
	out := lifetime.Check(c.Package.Package, call, call, spec(api))
	if leak, ok := c.deferred(call, api, out); ok {
		c.report.Add(leak)
		return
	}
	if name == "AfterFunc" {
		return
	}
	if leak, ok := c.collectable(call, name, api, out); ok {
		c.tell(leak, old)
	}
}

// tell reports a leak or, if it is none to the collector of the program's
// version of Go, counts it.
func (c *checker) tell(leak finding.Leak, stays bool) {
	if stays || collectable {
		c.report.Add(leak)
	} else {
		c.report.Withhold(leak, "findings about timers that the collector takes back", "-timerleak.collectable")
	}
}

// spec says how timers are given back: Stop, or for one-shot timers, a receive
// from the channel.
func spec(api api) lifetime.Spec {
	s := lifetime.Spec{
		Releases: func(e *effects.Event) bool {
			return e.Kind == effects.Method && e.Name == "Stop" && e.Ref.Path == nil
		},
		Ignores: func(e *effects.Event) bool { return e.Ref.Path != nil },
	}
	if !api.ticker {
		s.Spends = func(e *effects.Event) bool {
			onChan := e.Ref.Path == nil
			if !api.channel {
				onChan = e.Ref.Path.String() == ".C"
			}
			return onChan && (e.Kind == effects.Recv || e.Kind == effects.Wait)
		}
	}
	return s
}

// lasts reports whether the channel of time.Tick goes to the caller, who decides
// how long it lives, or is waited for in a loop that never ends: there it is in
// use for as long as the goroutine is there.
func lasts(e *effects.Event) bool {
	return e.Ref.Path == nil && !e.Via && (e.Kind == effects.Return || e.Kind == effects.Wait)
}

// few reports whether a loop makes as many timers as it counts, which is what it waits for,
// and not as many as some list is long.
func (c *checker) few(call *ssa.Call) bool {
	inner := c.IR.Graph(call.Parent()).Innermost(call.Block())
	for loop := inner; loop != nil; loop = loop.Outer {
		if !loop.Bounded() || loop.Ranged() != nil {
			return false
		}
	}
	return inner != nil
}

// waitsBehind reports whether a loop goes over a list and waits for nothing: who waits for the timer does
// so behind it.
func waitsBehind(l *ir.Loop) bool {
	return l.Bounded() && !slices.ContainsFunc(l.Blocks, func(b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool { return len(ir.Comms(instr)) > 0 })
	})
}

// collectable returns the leak of a timer that only matters while the runtime
// does not take unreferenced timers back.
func (c *checker) collectable(call *ssa.Call, name string, api api, out lifetime.Outcome) (finding.Leak, bool) {
	leak := c.at(call)
	leak.HeldBy = []string{"the runtime timer heap"}
	if api.runs {
		leak.HeldBy = []string{"its goroutine"}
	}
	var d int64
	known := false
	if !api.foreign {
		d, known = c.Duration(call.Call.Args[0])
	}
	switch {
	case name == "Tick":
		if slices.ContainsFunc(c.Of(call), lasts) {
			return leak, false
		}
		leak.Category = "tick-in-repeatable"
		leak.What = "time.Tick in repeatable code starts a ticker that nobody can stop"
		return leak, true
	case name == "After" || name == "NewTimer" && out.Again:
		inner := c.IR.Graph(call.Parent()).Innermost(call.Block())
		if !out.Again && !c.renewed(call) || known && d < int64(time.Second) || c.few(call) || inner != nil && (c.answered(call, inner) || waitsBehind(inner)) {
			return leak, false
		}
		leak.Category = "after-in-loop"
		leak.What = "timer is created anew in every iteration and not stopped"
	case name == "NewTimer":
		if out.Exit == nil || !c.lasting(call.Call.Args[0], time.Minute) && !c.resetLonger(call, api) || slices.ContainsFunc(c.Of(call), lifetime.HandsOn) {
			return leak, false
		}
		leak.Category = "timer-not-stopped"
		leak.What = "timer is not stopped on every path"
	default:
		field, at := c.keptIn(call)
		if field != nil && (len(out.Kept) > 0 || !effects.Fresh(at.To.Root)) {
			return c.field(call, field, at)
		}
		if g := c.overwrites(call); g != nil {
			leak.Category = "ticker-field"
			leak.What = "ticker in variable " + g.Name() + " is overwritten without Stop"
			return leak, true
		}
		if out.Exit == nil && !out.Again || c.inUse(call) {
			return leak, false
		}
		leak.Category = "ticker-not-stopped"
		leak.What = "ticker is not stopped on every path"
	}
	if out.Exit == nil || leak.Category == "after-in-loop" {
		leak.Notes = append(leak.Notes, finding.Note{Pos: leak.Pos, End: leak.End, Text: "made again in the next iteration without a call of Stop"})
	} else {
		pos, end := c.IR.Range(out.Exit)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "returns without calling Stop"})
		if len(out.Kept) == 0 && !c.inLoop(call) && out.Exit.Parent() == call.Parent() && !c.shared(call) {
			leak.Fix = finding.DeferAfter(c.IR.Pass, leak.Pos, leak.End, "Stop", "Defer Stop after the "+api.what+" is created")
		}
	}
	return leak, true
}

// maxResets bounds how many calls of Reset are followed for one timer, each through
// the function.
const maxResets = 8

// resetLonger reports whether the timer is reset to a long duration, and a path leaves
// from there without Stop: such a timer serves a loop, and one is left behind when that ends.
func (c *checker) resetLonger(call *ssa.Call, api api) bool {
	followed := 0
	return slices.ContainsFunc(c.Of(call), func(e *effects.Event) bool {
		if e.Kind != effects.Method || e.Name != "Reset" || e.Ref.Path != nil {
			return false
		}
		reset, ok := e.Instr.(ssa.CallInstruction)
		if !ok {
			return false
		}
		args := ir.Args(reset.Common())
		if callee := ir.Callee(reset.Common()); callee == nil || callee.Name() != "Reset" || len(args) != 2 {
			return true // in a function that the timer is given to
		}
		if !c.lasting(args[1], long) {
			return false
		}
		if reset.Parent() != call.Parent() {
			return true
		}
		followed++
		return followed <= maxResets && lifetime.Check(c.Package.Package, call, reset, spec(api)).Exit != nil
	})
}

func (c *checker) inLoop(instr ssa.Instruction) bool {
	return c.IR.Graph(instr.Parent()).Innermost(instr.Block()) != nil
}

// shared reports whether a goroutine uses the timer, or somebody has got its
// channel: they may wait for it when the function has returned.
func (c *checker) shared(call *ssa.Call) bool {
	return slices.ContainsFunc(c.Of(call), func(e *effects.Event) bool {
		return e.Mode == effects.Spawned || len(c.Starts(e.Func())) > 0 && e.Func() != call.Parent() || lifetime.HandsOn(e)
	})
}

// at returns a leak at the call that makes the timer.
func (c *checker) at(call *ssa.Call) finding.Leak {
	pos, end := c.IR.Range(call)
	return finding.Leak{Pos: pos, End: end}
}

// deferred finds a deferred Stop in the loop that makes the timer anew.
func (c *checker) deferred(call *ssa.Call, api api, out lifetime.Outcome) (finding.Leak, bool) {
	if c.madeIfNil(call) {
		return finding.Leak{}, false
	}
	for _, d := range out.Defers {
		for l := c.IR.Graph(call.Parent()).Innermost(call.Block()); l != nil; l = l.Outer {
			if !l.Contains(d.Block()) || l.Bounded() || c.answered(call, l) {
				continue
			}
			leak := c.at(call)
			leak.Category = "defer-stop-in-loop"
			leak.What = "deferred Stop of a " + api.what + " made in every iteration waits for the function to return"
			leak.Notes = []finding.Note{{Pos: d.Pos(), End: token.NoPos, Text: "deferred here once per iteration"}}
			return leak, true
		}
	}
	return finding.Leak{}, false
}

// answered reports whether the timer is made in a case of a select in the loop
// that comes once: the channel is that of another timer, or the function's own
// for errors, with room for one, which whoever got it answers once; and it is made
// in front of the loop.
func (c *checker) answered(call *ssa.Call, l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			sel, ok := instr.(*ssa.Select)
			if !ok {
				continue
			}
			for i, state := range sel.States {
				edge, ok := ir.CaseEdge(sel, i)
				if ok && len(edge.To().Preds) == 1 && edge.To().Dominates(call.Block()) && state.Send == nil && c.comesOnce(state.Chan, l) {
					return true
				}
			}
		}
	}
	return false
}

// comesOnce reports whether something comes from a channel at most once: it is one for errors
// with room for one, or of time.After, and all of them are made in front of the loop.
func (c *checker) comesOnce(ch ssa.Value, l *ir.Loop) bool {
	refs := c.Refs(ch)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		at, ok := r.Root.(ssa.Instruction)
		if !ok || r.Path != nil || l.Contains(at.Block()) {
			return true
		}
		switch root := at.(type) {
		case *ssa.Alloc: // the variable that holds it
			return false
		case *ssa.MakeChan:
			size, ok := root.Size.(*ssa.Const)
			return !ir.IsError(ir.Received(ch)) || !ok || size.Int64() != 1
		case *ssa.Call:
			callee := ir.Callee(&root.Call)
			return callee == nil || callee.FullName() != "time.After"
		}
		return true
	})
}

// madeIfNil reports whether the timer is made only where the variable that gets
// it is nil.
func (c *checker) madeIfNil(call *ssa.Call) bool {
	for b := range ir.Dominators(call.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		x, edge, ok := ir.NilEdge(b.Preds[0])
		if ok && edge.To() == b && slices.Contains(c.Refs(x), effects.Ref{Root: call}) {
			return true
		}
	}
	return false
}

// keptIn returns the struct field that a timer is stored in for others to
// find, and where it is stored; nil if there is none.
func (c *checker) keptIn(call *ssa.Call) (*types.Var, *effects.Event) {
	for _, e := range c.Of(call) {
		if e.Kind == effects.Store && e.Ref.Path == nil && !e.Via {
			if f := e.To.Path.Field(); f != nil {
				return f, e
			}
		}
	}
	return nil, nil
}

// overwrites returns the package variable that gets the ticker and whatever is
// in it before is lost, or nil.
func (c *checker) overwrites(call *ssa.Call) *ssa.Global {
	var to *ssa.Global
	for _, e := range c.Of(call) {
		if e.Ref.Path != nil || !lifetime.HandsOn(e) {
			continue
		}
		g, ok := e.To.Root.(*ssa.Global)
		if !ok || e.Kind != effects.Store || e.To.Path != nil || e.Via || token.IsExported(g.Name()) {
			return nil
		}
		to = g
	}
	if to == nil || slices.ContainsFunc(c.Of(to), func(e *effects.Event) bool {
		return e.Ref.Path == nil && (e.Kind == effects.Method && e.Name == "Stop" || lifetime.HandsOn(e))
	}) {
		return nil
	}
	return to
}

// field returns the leak of a ticker kept in a field that nothing stops.
func (c *checker) field(call *ssa.Call, field *types.Var, at *effects.Event) (finding.Leak, bool) {
	leak := c.at(call)
	leak.Category = "ticker-field"
	for _, e := range c.Of(call) {
		if e.Ref.Path == nil && (e.Kind == effects.Method && e.Name == "Stop" || lifetime.HandsOn(e) && e.To.Path.Field() != field && !(e.Via && e.Kind == effects.Return)) {
			return leak, false
		}
	}
	if lifetime.FieldReleased(c.Package.Package, field, func(name string) bool { return name == "Stop" }) {
		return leak, false
	}
	owner, teardown := c.Teardown(field)
	switch {
	case teardown != nil && ir.Named(teardown.Signature().Recv().Type()) == ir.Named(field.Type()):
		return leak, false // it is the ticker's own, by embedding
	case teardown != nil:
		leak.What = "ticker in field " + field.Name() + " is not stopped by any function of the package"
		leak.Notes = []finding.Note{{Pos: teardown.Pos(), Text: owner.Name() + "." + teardown.Name() + " does not stop it"}}
	case !effects.Fresh(at.To.Root):
		leak.What = "ticker in field " + field.Name() + " is overwritten and the old one not stopped"
	default:
		return leak, false
	}
	leak.HeldBy = []string{"the runtime timer heap"}
	return leak, true
}
