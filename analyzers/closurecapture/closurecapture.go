package closurecapture

import (
	_ "embed"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/retention"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "closurecapture"

// Analyzer reports closures that keep large values in memory.
var Analyzer = &analysis.Analyzer{
	Name:     name,
	Doc:      finding.Doc(doc, name),
	URL:      finding.URL(name),
	Run:      effects.Alone(run),
	Requires: []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},

	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

var minBytes int64

func init() {
	Analyzer.Flags.Int64Var(&minBytes, "min-bytes", 64<<10, "size from which a captured variable is large")
}

// attachers run a function after their first argument became unreachable.
var attachers = map[string]string{
	"runtime.SetFinalizer": "finalizer",
	"runtime.AddCleanup":   "cleanup",
}

type checker struct {
	*evidence.Package
	report  *finding.Reporter
	hoisted map[hoisted]bool // by fixes
}

// A hoisted is an expression that a fix takes before a function literal.
type hoisted struct {
	fn   *ssa.Function // declared
	expr string
}

func init() { evidence.Register(name, find) }

// find returns the closures that pile up with what they keep: leaks where they
// are made again and again.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p, hoisted: make(map[hoisted]bool)}
	var found []*evidence.Leak
	c.closures(func(mc *ssa.MakeClosure, leak finding.Leak) {
		if leak.Category != "large-capture" {
			return
		}
		found = append(found, &evidence.Leak{
			Category: leak.Category, What: leak.What, HeldBy: leak.HeldBy, Pos: leak.Pos, End: leak.End,
			At: mc, Needs: evidence.Needs{Again: true, Adds: true}, Tell: &leak,
		})
	})
	return found
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{Package: evidence.Of(pass), report: finding.NewReporter(pass), hoisted: make(map[hoisted]bool)}
	account.Report(c.Package, c.report, name, func(l *evidence.Leak) finding.Leak { return *l.Tell.(*finding.Leak) })
	c.closures(func(_ *ssa.MakeClosure, leak finding.Leak) {
		if leak.Category == "partial-use" {
			c.report.Add(leak)
		}
	})
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok {
					c.attached(call)
				}
			}
		}
	}
	return c.report.Flush(), nil
}

// closures calls tell for the captures that closures keep for too long.
func (c *checker) closures(tell func(mc *ssa.MakeClosure, leak finding.Leak)) {
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if mc, ok := instr.(*ssa.MakeClosure); ok && c.Repeatable(mc) {
					c.closure(mc, tell)
				}
			}
		}
	}
}

func (c *checker) closure(mc *ssa.MakeClosure, tell func(*ssa.MakeClosure, finding.Leak)) {
	var held []retention.Holder
	for _, capture := range retention.Captures(c.Package.Package, mc) {
		size, large := capture.Large(minBytes)
		if !large || capture.Cleared() || capture.Inherited() {
			continue
		}
		if held == nil {
			if held = retention.Holders(c.Package.Package, mc); len(held) == 0 {
				return
			}
		}
		for _, h := range held {
			if leak, ok := c.keeps(capture, size, h); ok {
				tell(mc, leak)
				break
			}
		}
	}
}

// keeps returns the leak of a large variable that a closure keeps by way of h.
func (c *checker) keeps(v retention.Capture, size retention.Size, h retention.Holder) (finding.Leak, bool) {
	pos, end := c.IR.Range(v.Closure)
	leak := finding.Leak{Pos: pos, End: end, HeldBy: append(h.Names, "func")}
	if !v.Method {
		leak.HeldBy = append(leak.HeldBy, v.Name())
	}
	parts := v.Parts()
	switch {
	case len(parts) > 0 && (h.Body == nil || v.UsedIn(retention.Waiting(c.Package.Package, h.Body))) && v.Settled(parts):
		leak.Category = "partial-use"
		leak.What = "closure keeps " + all(v, size) + " for " + names(parts)
		if len(parts) == 1 && parts[0].Expr && v.NotNil() {
			title := "Take " + parts[0].Name + " before the function literal"
			// Two fixes must not declare the same variable.
			key := hoisted{ir.Outermost(v.Closure.Parent()), parts[0].Name}
			if fix := finding.HoistFrom(c.IR.Pass, pos, v.Cell.Pos(), parts[0].Name, title); fix != nil && !c.hoisted[key] {
				leak.Fix = fix
				c.hoisted[key] = true
			}
		}
	case !size.Bulk:
		return leak, false
	case h.Slot.PilesUp(c.Package.Package):
		leak.Category = "large-capture"
		leak.What = "closure keeps " + all(v, size) + " and nothing takes it out of " + h.Slot.Name()
	case h.Body != nil && c.endless(v, h.Body):
		leak.Category = "large-capture"
		leak.What = "goroutine that never ends keeps " + all(v, size)
	default:
		return leak, false
	}
	if st := v.Origin(); st != nil && size.Source != "" {
		pos, end := c.IR.Range(st)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "data of unbounded size from " + size.Source})
	}
	pos, end = c.IR.Range(h.At)
	leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "kept from here on"})
	return leak, true
}

// endless reports whether a goroutine uses the variable in a loop that never
// ends. Those that wait for a ticker are timerleak's.
func (c *checker) endless(v retention.Capture, body *ssa.Function) bool {
	loops := retention.Endless(c.Package.Package, body)
	return v.UsedIn(loops) && !slices.ContainsFunc(loops, retention.TicksIn)
}

// all says how much of what is kept.
func all(v retention.Capture, size retention.Size) string {
	what := "its receiver"
	if !v.Method {
		what = v.Name()
	}
	if size.Bytes > 0 {
		return "all " + size.String() + " of " + what
	}
	return "all of " + what
}

func names(parts []retention.Part) string {
	var s []string
	for _, p := range parts {
		s = append(s, p.Name)
	}
	return strings.Join(s, ", ")
}

// attached reports a finalizer or cleanup that keeps its own object.
func (c *checker) attached(call ssa.CallInstruction) {
	callee := ir.Callee(call.Common())
	if callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != "runtime" {
		return // most calls, at little cost
	}
	what, ok := attachers[callee.FullName()]
	if !ok {
		return
	}
	object, given := call.Common().Args[0], call.Common().Args[1:]
	pos, end := c.IR.Range(call)
	leak := finding.Leak{Pos: pos, End: end, Category: "self-reference", HeldBy: []string{"the " + what + " table"}}
	for i, v := range given {
		if !retention.Reaches(c.Package.Package, v, object) {
			continue
		}
		leak.What = what + " keeps the object that it waits for"
		if i == 1 {
			leak.What = "argument of the " + what + " keeps the object that it waits for"
		}
		c.report.Add(c.withFunction(leak, v))
		return
	}
	if at := retention.Cyclic(c.Package.Package, object, call.Parent()); at != nil && what == "finalizer" {
		leak.What = what + " never runs, the object is part of a cycle"
		leak.HeldBy = nil
		leak.Notes = []finding.Note{{Pos: at.Pos(), Text: "leads back to the object"}}
		c.report.Add(leak)
		return
	}
	if at := retention.Pinned(c.Package.Package, object); at != nil {
		leak.What = what + " never runs, a goroutine keeps the object"
		leak.HeldBy = []string{"goroutine"}
		pos, end := c.IR.Range(at)
		leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "goroutine started here"}}
		c.report.Add(leak)
	}
}

// withFunction adds to a leak where the literal or method value is that v is, if
// it is written as one.
func (c *checker) withFunction(leak finding.Leak, v ssa.Value) finding.Leak {
	for _, r := range c.Refs(v) {
		if mc, ok := r.Root.(*ssa.MakeClosure); ok && r.Path == nil {
			pos, end := c.IR.Range(mc)
			leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "keeps the object"}}
			leak.HeldBy = append(leak.HeldBy, "func")
			break
		}
	}
	return leak
}
