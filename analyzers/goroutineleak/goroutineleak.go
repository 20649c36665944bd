package goroutineleak

import (
	_ "embed"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/comm"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "goroutineleak"

// Analyzer reports goroutines that never end.
var Analyzer = &analysis.Analyzer{
	Name:       name,
	Doc:        finding.Doc(doc, name),
	URL:        finding.URL(name),
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},
	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

type checker struct {
	*evidence.Package
}

func init() { evidence.Register(name, find) }

// find returns the goroutines that never end.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{p}
	prog := p.Comm()
	var found []*evidence.Leak
	told := make(map[ssa.Instruction]bool)
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) || !prog.Starts(fn) {
			continue
		}
		for _, s := range prog.Stuck(fn) {
			l := c.leak(s)
			if l == nil || told[l.At] {
				continue
			}
			told[l.At] = true
			found = append(found, l)
		}
	}
	return found
}

func run(pass *analysis.Pass) (any, error) {
	p := evidence.Of(pass)
	report := finding.NewReporter(pass)
	account.Report(p, report, name, func(l *evidence.Leak) finding.Leak { return *l.Tell.(*finding.Leak) })
	return report.Flush(), nil
}

// leak returns what a stuck goroutine is to be told as, or nil.
func (c *checker) leak(s comm.Stuck) *evidence.Leak {
	at, obliged := s.Start, true
	var leak finding.Leak
	switch s.Why {
	case comm.Sends:
		leak.Category, leak.What = "blocked-send", "goroutine may wait for ever to send"
		if s.Foreign {
			at, leak.Category, leak.What = s.Exit, "generator-abandoned", "returns while a goroutine still wants to send"
		}
	case comm.Receives:
		leak.Category, leak.What = "blocked-receive", "goroutine may wait for ever to receive"
		if sel, ok := s.At.(*ssa.Select); ok && len(sel.States) > 1 {
			leak.Category, leak.What, obliged = "never-ends", "goroutine never ends", false
		}
	case comm.Runs:
		if s.Ticks {
			return nil // timerleak tells it
		}
		leak.Category, leak.What, obliged = "never-ends", "goroutine never ends", false
	case comm.Waits:
		at, leak.Category, leak.What = s.At, "wait-never-done", "may wait for ever"
	case comm.Locks:
		at, leak.Category, leak.What = s.Held, "unlock-missing", "mutex may stay locked"
	}
	if at == nil {
		return nil
	}
	leak.Pos, leak.End = c.IR.Range(at)
	l := &evidence.Leak{
		Category: leak.Category, What: leak.What, HeldBy: leak.HeldBy, Pos: leak.Pos, End: leak.End,
		At: at, Needs: evidence.Needs{Again: true, Adds: true}, Tell: &leak,
	}
	if obliged {
		if !c.Repeatable(at) {
			return nil
		}
		l.Needs = evidence.Needs{}
	}
	return l
}
