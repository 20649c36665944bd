package driver

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
)

// A view is what is known of all that the package in a folder depends on: what
// `go list` said, which takes longer than to analyse a package, and the facts
// of what it imports. What remains to be done after an edit is to parse, to
// type-check and to analyse the package itself.
//
// Whether a view still holds is looked up with each check, so that it does not
// matter who changes files, an editor or `git checkout`:
//
//   - The package has the same files with the same package clauses, build
//     constraints and imports. An import of the standard library may come or go
//     if the package depends on the imported one anyway, as nearly all depend
//     on "time".
//   - Other files of the module, or of others that are no fixed version, have
//     the same size and time; go.mod and the like, too.
//   - So have the files of the package itself as they are on disk, if it has
//     tests in another package. These import it as it was compiled.
//   - Settings are the same.
type view struct {
	listing *listing
	plan    *plan
	keeper  *keeper
	all     []*analysis.Analyzer

	settings string
	shape    [sha256.Size]byte
	stamps   map[string]stamp
	young    bool // something changed while the go command looked

	sum  [sha256.Size]byte // of the sources of last
	last *Result           // nil if there is none
}

// A stamp is how to see that a file or folder changed. None is the zero stamp.
type stamp struct {
	size int64
	time time.Time
}

func stampOf(name string) stamp {
	info, err := os.Stat(name)
	if err != nil {
		return stamp{}
	}
	if info.IsDir() {
		return stamp{time: info.ModTime()}
	}
	return stamp{info.Size(), info.ModTime()}
}

// tick is how far the clock of files may be behind: they get the time of the
// last tick of the kernel.
const tick = 20 * time.Millisecond

// newView asks the go command about the package of opts, which is in a folder
// with the given sources, and analyses what it imports.
func newView(ctx context.Context, opts Options, sources map[string][]byte) (*view, error) {
	start := time.Now().Add(-tick)
	register(opts.Analyzers)
	all, factual := schedule(opts.Analyzers)
	l, err := list(ctx, opts)
	if err != nil {
		return nil, err
	}
	l.edited = true
	pl := newPlan(l, opts.Dir, len(factual) > 0)
	v := &view{listing: l, plan: pl, all: all, settings: settingsOf(opts, all)}
	v.shape = v.shapeOf(sources)
	v.stamps = make(map[string]stamp)
	for _, name := range v.watched(opts.Dir) {
		s := stampOf(name)
		v.stamps[name] = s
		v.young = v.young || s.time.After(start)
	}

	v.keeper = newKeeper(opts.Cache, l, all, factual)
	var imported []*unit
	for _, u := range pl.units {
		if !u.reported {
			imported = append(imported, u)
		}
	}
	v.keeper.look(imported, opts.Workers, os.ReadFile)
	group(l, imported)
	pl.execute(ctx, opts, func(u *unit) *outcome {
		if u.reported {
			return new(outcome) // see check
		}
		if o := v.keeper.recall(pl, u); o != nil {
			return o
		}
		run := &analysisRun{unit: u, plan: pl, listing: l, dir: opts.Dir, read: os.ReadFile}
		run.run(ctx, factual)
		v.keeper.keep(run)
		return run.outcome
	})
	opts.Cache.Trim()
	return v, ctx.Err()
}

// settingsOf returns what a view depends on that is no file.
func settingsOf(opts Options, all []*analysis.Analyzer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%t %q", opts.Tests, opts.Tags)
	for _, a := range all {
		fmt.Fprintf(&b, " %s", a.Name)
		a.Flags.VisitAll(func(f *flag.Flag) { fmt.Fprintf(&b, " %s=%q", f.Name, f.Value) })
	}
	return b.String()
}

// watched returns the files and folders that have to stay as they are.
func (v *view) watched(dir string) []string {
	names := make(map[string]bool)
	add := func(list ...string) {
		for _, name := range list {
			if name != "" {
				names[name] = true
			}
		}
	}
	inStandard, tested := false, false
	for _, p := range v.listing.packages {
		inStandard = inStandard || p.Dir == dir && p.Standard
		tested = tested || p.Dir == dir && p.isXTest()
	}
	modFiles := func(mod string) {
		if mod != "" && mod != os.DevNull {
			root := filepath.Dir(mod)
			add(mod, filepath.Join(root, "go.sum"), filepath.Join(root, "vendor", "modules.txt"))
		}
	}
	modFiles(v.listing.env.GOMOD)
	if work := v.listing.env.GOWORK; work != "off" {
		modFiles(work)
	}
	for _, p := range v.listing.packages {
		m := p.Module
		if m != nil && m.Replace != nil {
			m = m.Replace
		}
		fixed := p.Standard && !inStandard || m != nil && m.Version != ""
		if fixed || p.isTestMain() {
			continue
		}
		if m != nil {
			modFiles(m.GoMod)
		}
		if p.Dir != dir {
			add(p.Dir)
		}
		if p.Dir != dir || tested {
			add(p.abs(p.GoFiles, p.CgoFiles)...)
		}
		add(p.otherFiles()...)
	}
	return slices.Sorted(maps.Keys(names))
}

// holds reports whether the go command would say the same again.
func (v *view) holds(opts *Options, sources map[string][]byte) bool {
	all, _ := schedule(opts.Analyzers)
	if v.young || v.settings != settingsOf(*opts, all) || v.shape != v.shapeOf(sources) {
		return false
	}
	for name, s := range v.stamps {
		if now := stampOf(name); now.size != s.size || !now.time.Equal(s.time) {
			return false
		}
	}
	for _, u := range v.plan.units {
		if !u.reported {
			continue
		}
		for id := range u.imports {
			// The build cache may have been emptied.
			if p := v.listing.byID[id]; p == nil || p.Export != "" && !isFile(p.Export) {
				return false
			}
		}
	}
	return true
}

// shapeOf returns the hash of what the go command reads in sources.
func (v *view) shapeOf(sources map[string][]byte) [sha256.Size]byte {
	cgo := make(map[string]bool)
	for _, p := range v.listing.packages {
		if !p.DepOnly {
			for _, name := range p.abs(p.CgoFiles) {
				cgo[name] = true
			}
		}
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		text := sources[name]
		f, _ := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments|parser.SkipObjectResolution)
		if cgo[name] || f == nil || f.Name == nil {
			fmt.Fprintf(h, "%q %x\n", name, sha256.Sum256(text))
			continue
		}
		fmt.Fprintf(h, "%q %s", name, f.Name.Name)
		for _, group := range f.Comments {
			for _, c := range group.List {
				if c.Pos() < f.Package && (constraint.IsGoBuild(c.Text) || constraint.IsPlusBuild(c.Text)) {
					fmt.Fprintf(h, " %q", c.Text)
				}
			}
		}
		for path := range importsOf(f) {
			if !v.isCommon(path) {
				fmt.Fprintf(h, " %q", path)
			}
		}
		fmt.Fprintln(h)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// isCommon reports whether path is a package of the standard library that the
// go command told of without being asked.
func (v *view) isCommon(path string) bool {
	p := v.listing.byID[path]
	return p != nil && p.Standard && p.Export != ""
}

// importsOf calls yield for each path that a file imports.
func importsOf(f *ast.File) func(yield func(path string) bool) {
	return func(yield func(path string) bool) {
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && !yield(path) {
				return
			}
		}
	}
}

// check analyses the package with the given sources. All that it imports is
// known. The result is the caller's, its parts are not.
func (v *view) check(ctx context.Context, opts Options, sources map[string][]byte) (*Result, error) {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(sum, "%q %x\n", name, sha256.Sum256(sources[name]))
	}
	if v.last == nil || v.sum != [sha256.Size]byte(sum.Sum(nil)) {
		result, err := v.analyze(ctx, opts, sources)
		if err != nil {
			return nil, err
		}
		v.last, v.sum = result, [sha256.Size]byte(sum.Sum(nil))
	}
	result := *v.last
	return &result, nil
}

func (v *view) analyze(ctx context.Context, opts Options, sources map[string][]byte) (*Result, error) {
	read := func(name string) ([]byte, error) {
		if text, ok := sources[name]; ok {
			return text, nil
		}
		return os.ReadFile(name) // what cgo wrote, files in other languages
	}
	result := &Result{Problems: v.plan.problems, Complete: make(map[string]bool), Dir: opts.Dir}
	units := make(map[*unit]*unit) // as they are now, by what they were
	for _, u := range v.plan.units {
		if !u.reported {
			continue
		}
		x := v.current(u, sources)
		units[u] = x
		for i, d := range x.deps {
			if now := units[d]; now != nil {
				x.deps[i] = now
			}
		}
		v.keeper.look([]*unit{x}, 1, read)
		group(v.listing, []*unit{x})
		o := v.keeper.recall(v.plan, x)
		if o == nil {
			run := &analysisRun{unit: x, plan: v.plan, listing: v.listing, dir: opts.Dir, read: read}
			run.run(ctx, v.all)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			o = run.outcome
			if len(opts.Overlay) == 0 {
				v.keeper.keep(run) // not every word that somebody types
			}
		}
		x.facts.set(o.facts)
		x.universe = nil
		result.Packages++
		result.Complete[x.path()] = len(o.problems) == 0
		result.Findings = append(result.Findings, o.findings...)
		result.Problems = append(result.Problems, o.problems...)
	}
	result.arrange(nil) // who uses the package is out of sight
	return result, nil
}

// current returns u as it is with the given sources.
func (v *view) current(u *unit, sources map[string][]byte) *unit {
	p := *u.listPackage
	if len(p.CompiledGoFiles) == 0 {
		p.CompiledGoFiles = p.GoFiles // it did not compile
	}
	p.Imports = slices.Clone(p.Imports)
	for _, name := range p.abs(p.GoFiles) {
		f, _ := parser.ParseFile(token.NewFileSet(), name, sources[name], parser.ImportsOnly|parser.SkipObjectResolution)
		if f == nil {
			continue
		}
		for path := range importsOf(f) {
			if v.isCommon(path) && !slices.Contains(p.Imports, path) {
				p.Imports = append(p.Imports, path)
			}
		}
	}
	return &unit{listPackage: &p, reported: true, deps: slices.Clone(u.deps), facts: new(unitFacts), bytes: -1}
}
