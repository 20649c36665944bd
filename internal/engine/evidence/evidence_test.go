package evidence

import (
	"fmt"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/ssa"
)

// The modules under testdata call functions of these names. What they keep, in
// the eyes of the tests, needs what the comment says.
var kept = map[string]func(args []ssa.Value) Needs{
	"keep":    func(args []ssa.Value) Needs { return Needs{Again: true} },                           // to happen again
	"add":     func(args []ssa.Value) Needs { return Needs{Again: true, Adds: true} },               // the same, and each call adds one
	"keepKey": func(args []ssa.Value) Needs { return Needs{Again: true, Adds: true, Many: args} },   // a key of which there are many
	"label":   func(args []ssa.Value) Needs { return Needs{Again: true, Many: args, Strict: true} }, // the same, and not what others make of it
	"keepIn":  func(args []ssa.Value) Needs { return Needs{Again: true, Stays: args} },              // a holder that stays
}

func init() {
	Register("evidencetest", func(p *Package) []*Leak {
		var leaks []*Leak
		for _, fn := range p.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					call, ok := instr.(ssa.CallInstruction)
					if !ok || p.IR.Static(call.Common()) == nil {
						continue
					}
					if n := kept[p.IR.Static(call.Common()).Name()]; n != nil {
						pos, end := p.IR.Range(call)
						leaks = append(leaks, &Leak{Category: "kept", Pos: pos, End: end, At: call, Needs: n(call.Common().Args)})
					}
				}
			}
		}
		return leaks
	})
}

var (
	kinds = map[Kind]string{Loop: "loop", Handler: "handler", Object: "object", API: "api", Uncalled: "uncalled", Callback: "callback"}
	froms = map[From]string{Entry: "entry", Pointer: "pointer", Random: "random", Clock: "clock", Counter: "counter", Input: "input", Conn: "connection", Request: "request"}
)

// verdicts reports what the engine makes of each leak.
var verdicts = &analysis.Analyzer{
	Name:     "evidencetest",
	Doc:      "report verdicts",
	Requires: []*analysis.Analyzer{Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		for _, l := range Of(pass).Leaks("evidencetest") {
			text := "latent"
			if l.Verdict == Manifest {
				text = "manifest " + kinds[l.Reason.Kind]
				if from := froms[l.Source.From]; from != "" {
					text += " " + from
				}
			} else if l.Origin != nil {
				continue // told where it is kept
			}
			if l.Presumed != nil {
				text += " presumed"
				for _, fn := range l.Presumed {
					text += " " + fn.Name()
				}
			}
			if l.Told {
				text += " told"
			}
			if l.Origin != nil {
				text += fmt.Sprintf(" by %s", l.Origin.Func)
			}
			pass.Report(analysis.Diagnostic{Pos: l.Pos, End: l.End, Message: text})
		}
		return nil, nil
	},
}

func TestJudge(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), verdicts, "./...")
}

func TestLatents(t *testing.T) {
	l := Latents{Leaks: []LatentLeak{
		{Analyzer: "globalgrowth", Category: "map-only-grows", File: "a.go", Line: 3, Again: true, Many: []Param{{Path: ".Name"}}},
		{Analyzer: "listenerleak", Category: "no-way-out", File: "b.go", Line: 4, Stays: []Param{{Index: 1}}},
	}}
	want := "leaks(globalgrowth/map-only-grows a.go:3 again many p0.Name, listenerleak/no-way-out b.go:4 stays p1)"
	if got := l.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
