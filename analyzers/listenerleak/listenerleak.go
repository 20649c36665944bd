package listenerleak

import (
	_ "embed"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "listenerleak"

// Analyzer reports listeners that are registered and never removed.
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

func run(pass *analysis.Pass) (any, error) {
	for _, pkg := range append([]*types.Package{pass.Pkg}, pass.Pkg.Imports()...) {
		if err := declared.unknown(pkg); err != nil {
			return nil, err
		}
	}
	report := finding.NewReporter(pass)
	account.Report(evidence.Of(pass), report, name, func(l *evidence.Leak) finding.Leak { return *l.Tell.(*finding.Leak) })
	return report.Flush(), nil
}

// A checker finds the registrations of a package that nothing undoes. Whether
// they happen again and again, on a holder that stays, is for package evidence to
// say.
type checker struct {
	*evidence.Package
	found []*evidence.Leak
	seen  []*registration // by handle and pair

	// What is asked once for all calls.
	apis   map[*types.Func]*api
	asks   map[*ssa.Function]bool // see getsOrAdds
	fields map[*types.Var]bool    // see oneWay
}

func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{
		Package: p,
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
	c.keepers()
	return c.found
}

// add adds a leak that needs something yet, or nothing. It returns what it is for package
// evidence.
func (c *checker) add(at ssa.Instruction, leak finding.Leak, needs evidence.Needs) *evidence.Leak {
	l := &evidence.Leak{
		Category: leak.Category, What: leak.What, HeldBy: leak.HeldBy, Pos: leak.Pos, End: leak.End,
		At: at, Needs: needs, Tell: &leak,
	}
	c.found = append(c.found, l)
	return l
}

// addOwn adds a leak on a holder of the object's own. Most objects make one registration of
// the kind when they are set up, and go with the holder: it is nothing to tell of unless it is
// seen that the object stays, and registers again and again. Who makes the object, and gives it
// the holder, is not asked.
func (c *checker) addOwn(at ssa.Instruction, leak finding.Leak, needs evidence.Needs) {
	for _, v := range needs.Stays {
		needs.Of = append(needs.Of, c.Refs(v)...)
	}
	needs.Of = slices.DeleteFunc(needs.Of, func(r effects.Ref) bool { return r.Path.Field() == nil })
	if len(needs.Of) == 0 {
		return
	}
	needs.Stays, needs.Keeper = nil, true
	c.add(at, leak, needs).Quiet = true
}

// repeats returns what a registration needs to be a leak: to be made again and
// again, on a holder that stays.
func repeats(holder ssa.Value) evidence.Needs {
	n := evidence.Needs{Again: true}
	if holder != nil {
		n.Stays = []ssa.Value{holder}
	}
	return n
}

func (c *checker) check(call ssa.CallInstruction) {
	callee := ir.Callee(call.Common())
	if callee == nil || callee.Pkg() == nil || !c.Repeatable(call) && c.IR.Graph(call.Parent()).Innermost(call.Block()) == nil {
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
	if a == nil || !a.keeps(c.Callee(call.Common())) {
		return
	}
	holder := c.holder(call, a)
	if holder != nil && a.listener >= 0 && c.toItself(holder, ir.Args(call.Common())[a.listener]) && !c.forwards(call, a) {
		return
	}
	if c.takesOutItself(call, a) {
		return
	}
	own := c.ownHolder(holder) || slices.ContainsFunc(a.parts, func(p part) bool { return p.path.Field() != nil && c.OwnField(p.path.Field()) })
	switch {
	case a.handle >= 0 && !a.context:
		c.handle(call, a, holder, own)
	case !a.context:
		c.pair(call, a, holder, own)
	case !own:
		c.watch(call, a, holder)
	}
}

func (c *checker) api(fn *types.Func) *api {
	a, known := c.apis[fn]
	if !known {
		c.apis[fn] = nil // while it is worked out
		found, ok := lookup(fn)
		if !ok {
			found, ok = c.typed(fn)
		}
		if !ok {
			found, ok = c.forwarder(fn)
		}
		if !ok {
			found, ok = stream(fn)
		}
		if ok {
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
