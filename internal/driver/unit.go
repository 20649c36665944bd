package driver

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"go/version"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/report"
)

// An outcome is what is kept of a unit.
type outcome struct {
	findings []report.Finding
	problems []Problem
	withheld []Withheld
	uses     []report.Use
	keepers  report.Keepers
	silenced []report.Line
	facts    []byte
	lent     *[]byte // see lend

	broken   string // why the package cannot be analysed, in one line
	untested bool   // but can without its tests: it is what this is the outcome of
}

// An analysisRun is one unit under analysis. It is dropped when the unit is done.
type analysisRun struct {
	*job
	unit *unit

	fset  *token.FileSet
	files []*ast.File
	sums  map[string][sha256.Size]byte // of files, by name
	pkg   *types.Package
	info  *types.Info
	sizes types.Sizes
	facts *factSet

	results map[*analysis.Analyzer]any
	failed  map[*analysis.Analyzer]bool
	outcome *outcome

	needsCgo bool // types are missing that cgo knows; there is no outcome
}

// run analyses the unit with the analyzers, each after those it requires. It
// stops early, with no outcome to speak of, if ctx is cancelled.
func (r *analysisRun) run(ctx context.Context, analyzers []*analysis.Analyzer) {
	r.outcome = new(outcome)
	defer func() { forgetFiles(r.fset, r.files) }()
	err := r.load(outlineOf(analyzers))
	if r.needsCgo = r.cgo != nil && r.exports.fakes(r.unit.listPackage) && (err != nil || r.usesUnknown()); r.needsCgo {
		return
	}
	if err != nil {
		line := lineOf(err, r.dir, r.unit.ImportPath)
		if isAbout(err) {
			r.outcome.broken = line
		} else {
			r.problem("%s", line)
		}
		return
	}
	r.results = make(map[*analysis.Analyzer]any)
	r.failed = make(map[*analysis.Analyzer]bool)
	for _, a := range analyzers {
		if ctx.Err() != nil {
			r.problem("%s: %v", r.unit.ImportPath, ctx.Err())
			return
		}
		r.analyze(a)
	}
	facts, err := r.facts.encode(func(types.Object) bool { return true })
	if err == nil {
		r.outcome.lent, err = r.lend()
	}
	if err != nil {
		r.problem("internal error: facts of package %s: %v; please report it: %s", r.unit.ImportPath, err, issues)
	}
	r.outcome.facts = facts
}

func (r *analysisRun) problem(format string, args ...any) {
	r.outcome.problems = append(r.outcome.problems, Problem{
		Package: r.unit.ImportPath,
		Text:    strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "),
	})
}

// load parses the unit, and type-checks what outline says is read of its files.
func (r *analysisRun) load(outline func(*token.FileSet, *ast.File) *ast.File) (err error) {
	defer func() {
		// The type checker has been known to.
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error: loading package %s: %v%s; please report it: %s", r.unit.ImportPath, x, panicSite(), issues)
		}
	}()
	r.fset = r.unit.universe.fset
	start := time.Now()
	r.sums = make(map[string][sha256.Size]byte)
	var whole []*ast.File
	for _, name := range r.unit.sources() {
		src, err := r.job.read(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(r.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if f != nil {
			whole = append(whole, f)
			r.files = append(r.files, outline(r.fset, f))
			r.sums[name] = sha256.Sum256(src)
		}
		if err != nil {
			return err
		}
	}
	r.opts.Stats.Since(phaseParse, start)
	packages, err := r.unit.universe.importsOf(r.unit)
	if err != nil {
		return err
	}
	r.info = &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Instances:    make(map[*ast.Ident]types.Instance),
		Scopes:       make(map[ast.Node]*types.Scope),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		FileVersions: make(map[*ast.File]string),
	}
	r.sizes = sizesOf(r.listing.env)
	checked := whole
	if r.edited || r.unit.Export != "" { // or it did compile
		checked = r.files
	}
	errs := &typeErrors{files: checked}
	config := &types.Config{
		Importer:  &unitImporter{r.unit.ImportMap, func(path string) *types.Package { return packages[path] }},
		Sizes:     r.sizes,
		GoVersion: goVersion(r.unit.listPackage, r.listing.env.GOVERSION),
		Error:     errs.add,

		// What is left out may be all that uses an import.
		DisableUnusedImportCheck: !slices.Equal(checked, whole),
	}
	start = time.Now()
	r.pkg, err = config.Check(r.unit.path(), r.fset, checked, r.info)
	r.opts.Stats.Since(phaseCheck, start)
	if err = cmp.Or(errs.first(), err); err != nil {
		return err
	}
	for i, f := range checked {
		r.info.Scopes[r.files[i]], r.info.FileVersions[r.files[i]] = r.info.Scopes[f], r.info.FileVersions[f]
	}
	r.facts = &factSet{
		pkg:      r.pkg,
		imported: r.plan.factsOf(r.unit),
		closure: func() []*types.Package {
			var list []*types.Package
			for _, path := range slices.Sorted(maps.Keys(packages)) {
				list = append(list, packages[path])
			}
			return list
		},
		own: make(map[ownKey]analysis.Fact),
	}
	return nil
}

// usesUnknown reports whether the unit uses something of another package of which
// the type is not known. That is no error of the unit.
func (r *analysisRun) usesUnknown() bool {
	for _, obj := range r.info.Uses {
		if obj.Pkg() != nil && obj.Pkg() != r.pkg && isUnknown(obj.Type()) {
			return true
		}
	}
	return false
}

// isUnknown reports whether some part of the values of a type is not known.
func isUnknown(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Kind() == types.Invalid
	case *types.Named:
		return t.Underlying() == types.Typ[types.Invalid]
	case *types.Signature:
		return isUnknown(t.Params()) || isUnknown(t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if isUnknown(v.Type()) {
				return true
			}
		}
	case *types.Map:
		return isUnknown(t.Key()) || isUnknown(t.Elem())
	case interface{ Elem() types.Type }: // of a pointer, a list, a channel
		return isUnknown(t.Elem())
	}
	return false
}

// reread returns the text of a file again, which is not kept: the sources of a
// large package are much. The error says that it was changed meanwhile, or
// cannot be read.
func (r *analysisRun) reread(name string) ([]byte, error) {
	src, err := r.job.read(name)
	if err == nil && sha256.Sum256(src) != r.sums[name] {
		err = fmt.Errorf("%s was changed while it was analysed", name)
	}
	return src, err
}

// factsOf returns the facts of each package that u depends on by its path:
// those of its variant for the same test, if there is one.
func (pl *plan) factsOf(u *unit) map[string]*unitFacts {
	byPath := make(map[string]*unitFacts)
	seen := make(map[*unit]bool)
	var visit func(u *unit)
	visit = func(u *unit) {
		for _, d := range u.deps {
			if !seen[d] {
				seen[d] = true
				if d.ForTest != "" || byPath[d.path()] == nil {
					byPath[d.path()] = d.facts
				}
				visit(d)
			}
		}
	}
	visit(u)
	return byPath
}

// goVersion returns the language version of a package: that of its module, and
// that of the toolchain for the standard library and for files named on the
// command line. It is unknown, "", for a package that has no module otherwise,
// as below GOPATH.
func goVersion(p *listPackage, toolchain string) string {
	if m := p.Module; m != nil {
		// 1.16 is what the go command assumes of a go.mod without a go line.
		return "go" + cmp.Or(m.GoVersion, "1.16")
	}
	if !p.Standard && p.ImportPath != "command-line-arguments" {
		return ""
	}
	// "go1.27.1-custom X:loopvar" is not a language version.
	v, _, _ := strings.Cut(toolchain, " ")
	v, _, _ = strings.Cut(v, "-")
	if !version.IsValid(v) {
		return ""
	}
	return v
}

// sizesOf returns the sizes of types for the system that packages are listed for.
func sizesOf(env goEnv) types.Sizes {
	return cmp.Or(types.SizesFor("gc", env.GOARCH), types.SizesFor("gc", runtime.GOARCH))
}

// typeErrors collects the errors that type-checking files finds.
type typeErrors struct {
	files []*ast.File
	all   []error
}

func (e *typeErrors) add(err error) { e.all = append(e.all, err) }

// first returns the error that a compiler tells first: that comes first in the
// files. Types are checked in another order.
func (e *typeErrors) first() error {
	if len(e.all) == 0 {
		return nil
	}
	place := func(err error) (file, offset int) {
		t, ok := err.(types.Error)
		if !ok || !t.Pos.IsValid() {
			return -1, 0
		}
		at := slices.IndexFunc(e.files, func(f *ast.File) bool { return f.FileStart <= t.Pos && t.Pos <= f.FileEnd })
		return at, int(t.Pos)
	}
	return slices.MinFunc(e.all, func(x, y error) int {
		file1, offset1 := place(x)
		file2, offset2 := place(y)
		return cmp.Or(cmp.Compare(file1, file2), cmp.Compare(offset1, offset2))
	})
}

// A unitImporter finds the packages that a unit imports.
type unitImporter struct {
	importMap map[string]string
	find      func(path string) *types.Package
}

// Import returns the package that an import of the given name is.
func (im *unitImporter) Import(name string) (*types.Package, error) {
	if name == "unsafe" {
		return types.Unsafe, nil
	}
	if id, ok := im.importMap[name]; ok {
		name = path(id)
	}
	if pkg := im.find(name); pkg != nil && pkg.Complete() {
		return pkg, nil
	}
	return nil, fmt.Errorf("cannot import %q", name)
}

// analyze runs one analyzer; those it requires have run.
func (r *analysisRun) analyze(a *analysis.Analyzer) {
	inputs := make(map[*analysis.Analyzer]any)
	for _, req := range a.Requires {
		if r.failed[req] {
			r.failed[a] = true // told once, for req
			return
		}
		inputs[req] = r.results[req]
	}
	var diagnostics []analysis.Diagnostic
	pass := &analysis.Pass{
		Analyzer:          a,
		Fset:              r.fset,
		Files:             r.files,
		OtherFiles:        r.unit.otherFiles(),
		IgnoredFiles:      r.unit.abs(r.unit.IgnoredGoFiles, r.unit.IgnoredOtherFiles),
		Pkg:               r.pkg,
		TypesInfo:         r.info,
		TypesSizes:        r.sizes,
		ResultOf:          inputs,
		Report:            func(d analysis.Diagnostic) { diagnostics = append(diagnostics, d) },
		ImportObjectFact:  r.facts.importObjectFact,
		ExportObjectFact:  r.facts.exportObjectFact,
		ImportPackageFact: r.facts.importPackageFact,
		ExportPackageFact: r.facts.exportPackageFact,
		AllObjectFacts:    func() []analysis.ObjectFact { return r.facts.allObjectFacts(a) },
		AllPackageFacts:   func() []analysis.PackageFact { return r.facts.allPackageFacts(a) },
		Module:            r.unit.Module,
	}
	pass.ReadFile = func(name string) ([]byte, error) {
		if _, ok := r.sums[name]; ok {
			return r.reread(name)
		}
		if slices.Contains(pass.OtherFiles, name) || slices.Contains(pass.IgnoredFiles, name) {
			return r.job.read(name)
		}
		return nil, fmt.Errorf("ReadFile: %s is no file of package %s", name, r.unit.ImportPath)
	}

	start := time.Now()
	result, err := call(a, pass)
	r.opts.Stats.Since(a.Name, start)
	if err == nil && reflect.TypeOf(result) != a.ResultType {
		err = bug{fmt.Errorf("result is a %T, not a %v", result, a.ResultType)}
	}
	if err != nil {
		r.failed[a] = true
		if errors.As(err, new(bug)) {
			r.problem("%s: %s", r.where(), prefixInternal(a, r.unit, err))
		} else {
			r.problem("%s: analyzer %s: %v", r.where(), a.Name, err) // its flags make no sense here
		}
		return
	}
	r.results[a] = result
	if r.unit.reported {
		r.collect(a, result, diagnostics)
	}
}

// line returns the line of a position, if it is in a file of the unit.
func (r *analysisRun) line(pos token.Pos) (report.Line, bool) {
	p := r.fset.Position(pos)
	i := slices.Index(r.unit.sources(), p.Filename)
	return report.Line{File: max(i, 0), Line: p.Line}, i >= 0 && p.Line > 0
}
