package listenerleak

import (
	_ "embed"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

//go:embed doc.go
var doc string

// Analyzer reports listeners that are registered and never removed.
var Analyzer = &analysis.Analyzer{
	Name:     "listenerleak",
	Doc:      finding.Doc(doc, "listenerleak"),
	URL:      finding.URL("listenerleak"),
	Run:      effects.Alone(run),
	Requires: []*analysis.Analyzer{effects.Analyzer},

	Flags:      finding.Flags(),
	ResultType: finding.ResultType,
}

type checker struct {
	*effects.Package
	report *finding.Reporter
	seen   []*registration // by handle and pair

	// What is asked once for all calls.
	apis   map[*types.Func]*api
	asks   map[*ssa.Function]bool         // see getsOrAdds
	fields map[*types.Var]bool            // see oneWay
	owners map[*types.Var]*types.TypeName // see owner
}

func run(pass *analysis.Pass) (any, error) {
	for _, pkg := range append([]*types.Package{pass.Pkg}, pass.Pkg.Imports()...) {
		if err := declared.unknown(pkg); err != nil {
			return nil, err
		}
	}
	c := &checker{
		Package: effects.Of(pass),
		report:  finding.NewReporter(pass),
		apis:    make(map[*types.Func]*api),
		asks:    make(map[*ssa.Function]bool),
		fields:  make(map[*types.Var]bool),
	}
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok {
					c.check(call)
				}
			}
		}
	}
	c.tell()
	return c.report.Flush(), nil
}

func (c *checker) check(call ssa.CallInstruction) {
	callee := ir.Callee(call.Common())
	if callee == nil || callee.Pkg() == nil || !c.Repeatable(call) {
		return
	}
	switch path, name := callee.Pkg().Path(), callee.Name(); {
	case callee.Signature().Recv() != nil:
	case path == "os/signal" && name == "Notify":
		c.notify(call)
		return
	case path == "context" && name == "AfterFunc":
		c.afterFunc(call)
		return
	case path == "os/signal" && name == "NotifyContext":
		c.notifyContext(call)
		return
	}
	a := c.api(callee)
	if (a == nil || !a.declared) && c.noWayOut(call, callee) {
		return
	}
	if a == nil || !a.keeps(c.Callee(call.Common())) || !c.holderStays(call, a) {
		return
	}
	own := c.ownHolder(call, a)
	switch {
	case a.handle >= 0 && !a.context:
		c.handle(call, a, own)
	case own:
	case a.context:
		c.watch(call, a)
	default:
		c.pair(call, a)
	}
}

func (c *checker) api(fn *types.Func) *api {
	a, known := c.apis[fn]
	if !known {
		if found, ok := lookup(fn); ok {
			a = &found
		}
		c.apis[fn] = a
	}
	return a
}

// at returns a leak at the registering call.
func (c *checker) at(call ssa.CallInstruction, category string) finding.Leak {
	pos, end := c.IR.Range(call)
	return finding.Leak{Pos: pos, End: end, Category: category}
}

// note says what happens at an instruction.
func (c *checker) note(at ssa.Instruction, text string) finding.Note {
	pos, end := c.IR.Range(at)
	return finding.Note{Pos: pos, End: end, Text: text}
}
