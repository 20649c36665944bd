package globalgrowth

import (
	_ "embed"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/growth"
	"github.com/memlint/memlint/internal/finding"
)

//go:embed doc.go
var doc string

// Analyzer reports containers in package-level variables that only grow.
var Analyzer = &analysis.Analyzer{
	Name:       "globalgrowth",
	Doc:        finding.Doc(doc, "globalgrowth"),
	URL:        finding.URL("globalgrowth"),
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer},
	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

var categories = map[growth.Sort]struct{ name, what string }{
	growth.Map:    {"map-only-grows", "map gets keys and never loses any"},
	growth.Slice:  {"slice-only-grows", "slice grows and is never cut"},
	growth.Chan:   {"chan-only-grows", "channel is sent to and never received from"},
	growth.Labels: {"container-only-grows", "metric gets ever new labels"},
	growth.Other:  {"container-only-grows", "container grows and never shrinks"},
}

// origins name what shows that keys never end.
var origins = map[growth.Origin]string{
	growth.Random:  "a random value",
	growth.Clock:   "the clock",
	growth.Counter: "a counter",
	growth.Input:   "what was read or received",
	growth.Conn:    "the connection",
	growth.Request: "the request",
}

func run(pass *analysis.Pass) (any, error) {
	p := effects.Of(pass)
	report := finding.NewReporter(pass)
	for _, g := range growth.Globals(p) {
		if g.Open && !g.Registry {
			report.Add(describe(p, g))
		} else {
			report.AddLatent(describe(p, g))
		}
	}
	return report.Flush(), nil
}

// describe puts a growth into words.
func describe(p *effects.Package, g growth.Growth) finding.Leak {
	c := categories[g.Sort]
	first := g.Places[0]
	leak := finding.Leak{Category: c.name, What: c.what, HeldBy: []string{"package variable " + g.Global.Name()}}
	leak.Pos, leak.End = p.IR.Statement(first.Instr)
	if fields := g.Path.Fields(); len(fields) > 0 {
		leak.HeldBy = append(leak.HeldBy, strings.Join(fields, "."))
	}
	leak.Notes = append(leak.Notes, finding.Note{Pos: g.Global.Pos(), End: g.Global.Pos() + token.Pos(len(g.Global.Name())), Text: "declared here"})
	if first.Event.Instr != first.Instr {
		pos, end := p.IR.Statement(first.Event.Instr)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "called here for " + g.Global.Name()})
	}
	if g.Entry != nil {
		text := "each call of " + g.Entry.Func.Name() + " gets here"
		if g.Entry.Requests {
			text = "each request gets here"
		}
		leak.Notes = append(leak.Notes, finding.Note{Pos: g.Entry.Func.Pos(), Text: text})
		for _, step := range g.Entry.Steps {
			if step.At != first.Event.Instr {
				pos, end := p.IR.Statement(step.At)
				leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "goes on to " + step.To.Name() + " here"})
			}
		}
	}
	what := "key"
	if g.Sort == growth.Labels {
		what = "label"
	}
	if from := origins[g.Key.Origin]; from != "" && g.Key.Value.Pos().IsValid() {
		leak.Notes = append(leak.Notes, finding.Note{Pos: g.Key.Value.Pos(), Text: what + " comes from " + from})
	}
	for _, at := range g.Places[1:] {
		pos, end := p.IR.Statement(at.Instr)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "grows here, too"})
	}
	return leak
}
