package globalgrowth

import (
	_ "embed"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/growth"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "globalgrowth"

// Analyzer reports containers in package-level variables that only grow.
var Analyzer = &analysis.Analyzer{
	Name:     name,
	Doc:      finding.Doc(doc, name),
	URL:      finding.URL(name),
	Run:      effects.Alone(run),
	Requires: []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},

	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

func init() { evidence.Register(name, find) }

var categories = map[growth.Sort]struct{ name, what string }{
	growth.Map:    {"map-only-grows", "map gets keys and never loses any"},
	growth.Slice:  {"slice-only-grows", "slice grows and is never cut"},
	growth.Chan:   {"chan-only-grows", "channel is sent to and never received from"},
	growth.Labels: {"container-only-grows", "metric gets ever new labels"},
	growth.Other:  {"container-only-grows", "container grows and never shrinks"},
}

// A told is what is known of a leak when it is told.
type told struct {
	growth growth.Growth
	way    growth.Way
}

// find returns the ways in of all containers that only grow. Where code of the
// caller is plugged in, functions that do it are called to that end; a call that
// shows that it repeats is a listener that is never removed.
func find(p *evidence.Package) []*evidence.Leak {
	var leaks []*evidence.Leak
	for _, g := range growth.Globals(p) {
		c := categories[g.Sort]
		held := []string{"package variable " + g.Global.Name()}
		if fields := g.Path.Fields(); len(fields) > 0 {
			held = append(held, strings.Join(fields, "."))
		}
		for _, w := range g.Ways {
			l := &evidence.Leak{
				Category: c.name, What: c.what, HeldBy: held,
				At: w.Event.Instr, Needs: w.Needs, Subject: g.Global.Name() + g.Path.String(),
				Tell: told{g, w},
			}
			if g.Sort == growth.Labels {
				l.Noun = "label"
			}
			l.Pos, l.End = p.IR.Statement(w.Instr)
			if w.Plugged && g.Sort != growth.Map {
				l.Quiet = true
				l.Abroad = &evidence.Words{Analyzer: "listenerleak", Category: "no-way-out", What: "listener can never be removed"}
			}
			leaks = append(leaks, l)
		}
	}
	return leaks
}

func run(pass *analysis.Pass) (any, error) {
	p := evidence.Of(pass)
	report := finding.NewReporter(pass)
	account.Report(p, report, name, func(l *evidence.Leak) finding.Leak { return describe(p, l) })
	return report.Flush(), nil
}

// describe puts a growth into words.
func describe(p *evidence.Package, l *evidence.Leak) finding.Leak {
	t := l.Tell.(told)
	leak := finding.Leak{Pos: l.Pos, End: l.End, Category: l.Category, What: l.What, HeldBy: l.HeldBy}
	global := t.growth.Global
	leak.Notes = append(leak.Notes, finding.Note{Pos: global.Pos(), End: global.Pos() + token.Pos(len(global.Name())), Text: "declared here"})
	if t.way.Event.Instr != t.way.Instr {
		pos, end := p.IR.Statement(t.way.Event.Instr)
		leak.Notes = append(leak.Notes, finding.Note{Pos: pos, End: end, Text: "called here for " + global.Name()})
	}
	if t.way.Objects {
		account.Weakly(p, &leak)
	}
	return leak
}
