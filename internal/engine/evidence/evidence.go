package evidence

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/comm"
	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
)

// Analyzer judges the leaks that the registered finders find, and exports those
// that are latent as facts. Use [Of] to get at its result.
var Analyzer = &analysis.Analyzer{
	Name:       "memlintevidence",
	Doc:        "decide which of the things that are kept are kept again and again",
	URL:        "https://pkg.go.dev/github.com/memlint/memlint",
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer, comm.Analyzer, duty.Analyzer},
	ResultType: reflect.TypeFor[*lazily](),
	FactTypes:  []analysis.Fact{new(Latents), new(Carries), new(Comes)},
}

// A Finder returns what one analyzer finds to be kept in a package.
type Finder func(*Package) []*Leak

var finders = make(map[string]Finder)

// Register adds the finder of an analyzer, when that is initialised: what is
// latent is exported for all analyzers together.
func Register(analyzer string, find Finder) { finders[analyzer] = find }

type lazily struct {
	get func() *Package
}

// Outline tells a driver what this analyzer reads of a file.
func (*lazily) Outline(fset *token.FileSet, file *ast.File) *ast.File { return ir.Outline(fset, file) }

// Of returns the evidence of the package that pass is about. The analyzer of
// pass must require [Analyzer].
func Of(pass *analysis.Pass) *Package { return pass.ResultOf[Analyzer].(*lazily).get() }

func run(pass *analysis.Pass) (any, error) {
	get := sync.OnceValue(func() *Package { return newPackage(pass) })
	if effects.Exports(pass) {
		get().exportFacts()
	}
	return &lazily{get: get}, nil
}

// A Package answers what repeats, what stays and which values are many in one
// package.
type Package struct {
	*effects.Package

	pass *analysis.Pass
	comm *comm.Program
	duty *duty.Duties

	found        map[string][]*Leak // judged, by analyzer
	silenced     map[string][]*Leak // that would have gone on to callers, by the analyzer that tells it there
	latents      map[*types.Func][]LatentLeak
	carriers     map[*types.Package]bool
	imported     map[*types.Func]*Latents
	uses         []*Use // see Abroad
	returned     map[returned]*trace
	reaching     map[*ssa.Function]*reach
	comes        map[question]verdict
	lasting      map[*ir.Loop]bool                       // see endless
	invokes      func() map[string][]ssa.CallInstruction // by the name of the method
	converted    func() map[*types.TypeName][]types.Type // the interfaces that values of a type are converted to
	tellingTypes []types.Type
	invocations  map[method][]*types.Func // see callees
	makes        func() map[*types.TypeName][]*ssa.Alloc
	testing      func() map[*token.File]bool
	named        func() map[*types.Func]bool
	emptied      func() map[*types.Var]bool           // fields that are set to nil by what does not end their owner
	elements     map[*types.TypeName][]holder         // see containersOf
	entries      map[*ssa.Function]map[ssa.Value]bool // see isEntry
	ownFields    map[*types.Var]bool                  // see OwnField
	locals       map[*types.TypeName]bool             // see allLocal
	entryFields  func() map[*types.Var]bool           // see indexEntryFields
	goingKeys    func() map[*types.TypeName]bool      // see indexGoingKeys
}

func newPackage(pass *analysis.Pass) *Package {
	p := &Package{
		Package:   effects.Of(pass),
		pass:      pass,
		comm:      comm.Of(pass),
		duty:      duty.Of(pass),
		found:     make(map[string][]*Leak),
		silenced:  make(map[string][]*Leak),
		latents:   make(map[*types.Func][]LatentLeak),
		carriers:  make(map[*types.Package]bool),
		imported:  make(map[*types.Func]*Latents),
		returned:  make(map[returned]*trace),
		reaching:  make(map[*ssa.Function]*reach),
		comes:     make(map[question]verdict),
		lasting:   make(map[*ir.Loop]bool),
		entries:   make(map[*ssa.Function]map[ssa.Value]bool),
		ownFields: make(map[*types.Var]bool),
		locals:    make(map[*types.TypeName]bool),
	}
	p.invokes = sync.OnceValue(p.indexInvokes)
	p.converted = sync.OnceValue(p.indexConversions)
	p.makes = sync.OnceValue(p.indexMakes)
	p.named = sync.OnceValue(p.indexNamed)
	p.testing = sync.OnceValue(p.importTesting)
	p.emptied = sync.OnceValue(p.indexEmptied)
	p.entryFields = sync.OnceValue(p.indexEntryFields)
	p.goingKeys = sync.OnceValue(p.indexGoingKeys)
	silences := finding.SilencesOf(pass)
	var all []*Leak
	for _, analyzer := range slices.Sorted(maps.Keys(finders)) {
		for _, l := range finders[analyzer](p) {
			l.Analyzer = analyzer
			all = append(all, l)
		}
	}
	all = append(all, p.suppliedLeaks()...)
	told := make(map[string]bool)
	for _, l := range all {
		p.judge(l)
		p.ask(l)
		if l.imported != nil && l.imported.Told && !l.Told && l.Presumed != nil {
			l.Verdict = Gone // it is presumed of another module
		}
		p.found[l.Analyzer] = append(p.found[l.Analyzer], l)
		if l.Verdict == Manifest && l.Presumed == nil && l.Subject != "" {
			told[l.Analyzer+l.Subject] = true
		}
	}
	for _, l := range all {
		w := l.abroad()
		if len(l.travel) > 0 && silences.Silent(w.Analyzer, w.Category, l.Pos) {
			p.silenced[w.Analyzer] = append(p.silenced[w.Analyzer], l)
			continue
		}
		if (l.Verdict != Manifest || l.Presumed != nil) && !told[l.Analyzer+l.Subject] {
			for _, t := range l.travel {
				p.keep(l, t)
			}
		}
	}
	return p
}

// Comm returns what the functions of the package communicate.
func (p *Package) Comm() *comm.Program { return p.comm }

// Duties returns what calls in the package leave to be given back.
func (p *Package) Duties() *duty.Duties { return p.duty }

// HelpsTests reports whether a function is for tests: its file is one of them, or
// imports package testing.
func (p *Package) HelpsTests(fn *ssa.Function) bool { return p.helpsTests(fn) }

// helpsTests reports whether a function is for tests: its file is one of them, or
// imports package testing.
func (p *Package) helpsTests(fn *ssa.Function) bool {
	return p.inTest(fn) || p.testing()[p.pass.Fset.File(position(fn))]
}

// position returns a position in the file that a function is in: literals may be nested
// deeply.
func position(fn *ssa.Function) token.Pos {
	if pos := fn.Pos(); pos.IsValid() {
		return pos
	}
	return ir.Outermost(fn).Pos()
}

// importTesting returns the files that import package testing.
func (p *Package) importTesting() map[*token.File]bool {
	files := make(map[*token.File]bool)
	for _, file := range p.pass.Files {
		if slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"testing"` }) {
			files[p.pass.Fset.File(file.FileStart)] = true
		}
	}
	return files
}

// Leaks returns the leaks of an analyzer that are manifest or latent, those
// found here before those that callees of other packages brought, as they were
// found.
func (p *Package) Leaks(analyzer string) []*Leak {
	return slices.DeleteFunc(slices.Clone(p.found[analyzer]), func(l *Leak) bool { return l.Verdict == Gone })
}

// Silenced calls silent for each leak that the package would have told callers in
// other packages, had nobody silenced it where it is.
func (p *Package) Silenced(analyzer string, silent func(pos token.Pos, category string)) {
	for _, l := range p.silenced[analyzer] {
		silent(l.Pos, l.abroad().Category)
	}
}

func (p *Package) indexInvokes() map[string][]ssa.CallInstruction {
	by := make(map[string][]ssa.CallInstruction)
	for _, fn := range p.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
					name := call.Common().Method.Name()
					by[name] = append(by[name], call)
				}
			}
		}
	}
	return by
}

// indexConversions finds the interfaces to which the package converts values
// of types with methods.
func (p *Package) indexConversions() map[*types.TypeName][]types.Type {
	by := make(map[*types.TypeName][]types.Type)
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				conv, ok := instr.(*ssa.MakeInterface)
				if !ok {
					continue
				}
				n := ir.Named(conv.X.Type())
				if n == nil {
					continue
				}
				t := n.Origin().Obj()
				if !slices.ContainsFunc(by[t], func(have types.Type) bool { return types.Identical(have, conv.Type()) }) {
					by[t] = append(by[t], conv.Type())
				}
			}
		}
	}
	return by
}

// indexMakes finds where the package makes values of its own types.
func (p *Package) indexMakes() map[*types.TypeName][]*ssa.Alloc {
	by := make(map[*types.TypeName][]*ssa.Alloc)
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				v, ok := instr.(*ssa.Alloc)
				if !ok {
					continue
				}
				elem := v.Type().(*types.Pointer).Elem()
				if _, pointer := elem.Underlying().(*types.Pointer); pointer {
					continue
				}
				if n := ir.Named(elem); n != nil && n.Obj().Pkg() == p.pass.Pkg {
					t := n.Origin().Obj()
					by[t] = append(by[t], v)
				}
			}
		}
	}
	return by
}

// Converted returns the interfaces to which the package converts values of a type, or
// pointers to them.
func (p *Package) Converted(n *types.Named) []types.Type { return p.converted()[n.Origin().Obj()] }

func (p *Package) inTest(fn *ssa.Function) bool {
	return ir.InTest(p.pass.Fset, position(fn))
}
