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
//   - So have the files of the package itself as they are on disk, if its tests import
//     a package that imports it. That one sees what is saved.
//   - Settings are the same.
type view struct {
	job
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
	j, err := newJob(ctx, opts)
	if err != nil {
		return nil, err
	}
	v := &view{job: *j, settings: settingsOf(opts, j.all)}
	v.edited = true
	v.shape = v.shapeOf(sources)
	v.stamps = make(map[string]stamp)
	for _, name := range v.watched(opts.Dir) {
		s := stampOf(name)
		v.stamps[name] = s
		v.young = v.young || s.time.After(start)
	}

	var imported, edited []*unit
	for _, u := range v.plan.units {
		if u.reported {
			edited = append(edited, u)
		} else {
			imported = append(imported, u)
		}
	}
	v.exports.ensure(ctx, v.exports.importedBy(edited))
	v.prepare(ctx, imported)
	outcomes := v.plan.execute(ctx, opts, func(u *unit) *outcome {
		if u.reported {
			return new(outcome) // see check
		}
		return v.job.analyse(ctx, u)
	})
	for i, u := range v.plan.units {
		if cause := outcomes[i].broken; cause != "" && v.plan.told.tell(u.listPackage) {
			v.plan.problems = append(v.plan.problems, Problem{Package: u.ImportPath, Text: u.line(cause)})
		}
	}
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
	inStandard, between := false, false
	for _, p := range v.listing.packages {
		inStandard = inStandard || p.Dir == dir && p.Standard
		between = between || p.isRecompiled()
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
		if p.Dir != dir || between {
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
	return p != nil && p.Standard && p.Error == nil && path != "unsafe"
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
		return readRegular(name) // what cgo wrote, files in other languages
	}
	now := v.job
	now.opts, now.read = &opts, read
	now.cgo = &cgo{translated: v.cgo.translated}
	now.listing = v.listing.with(sources, v.isCommon)
	v.exports.edit(now.listing, read, len(opts.Overlay) > 0)
	now.plan = &plan{problems: v.plan.problems, told: v.plan.told}
	units := make(map[*unit]*unit) // as they are now, by what they were
	var outcomes []*outcome
	for _, u := range v.plan.units {
		if !u.reported {
			continue
		}
		x := &unit{listPackage: now.listing.byID[u.ImportPath], reported: true, deps: slices.Clone(u.deps), facts: new(unitFacts), bytes: -1}
		units[u] = x
		for i, d := range x.deps {
			if edited := units[d]; edited != nil {
				x.deps[i] = edited
			}
		}
		v.keeper.look([]*unit{x}, 1, v.exports.sums.of)
		group(v.exports, []*unit{x})
		o := now.analyse(ctx, x)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x.facts.set(o.facts)
		x.universe = nil
		o.uses = nil // who uses the package is out of sight
		now.plan.units = append(now.plan.units, x)
		outcomes = append(outcomes, o)
	}
	v.cgo = now.cgo
	result := newResult(opts.Dir)
	result.collect(now.plan, now.listing, outcomes, nil)
	return result, nil
}

// with returns the listing as it is with the given sources of files. Imports of
// the standard library that are common may have come.
func (l *listing) with(sources map[string][]byte, isCommon func(path string) bool) *listing {
	now := *l
	now.packages, now.byID = slices.Clone(l.packages), maps.Clone(l.byID)
	for i, p := range l.packages {
		if p.DepOnly {
			continue
		}
		q := *p
		q.Imports = slices.Clone(p.Imports)
		for _, name := range q.abs(q.GoFiles) {
			f, _ := parser.ParseFile(token.NewFileSet(), name, sources[name], parser.ImportsOnly|parser.SkipObjectResolution)
			if f == nil {
				continue
			}
			for path := range importsOf(f) {
				if isCommon(path) && q.ImportMap[path] == "" && !slices.Contains(q.Imports, path) {
					q.Imports = append(q.Imports, path)
				}
			}
		}
		now.packages[i], now.byID[q.ImportPath] = &q, &q
	}
	return &now
}
