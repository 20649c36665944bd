package driver

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/report"
)

// A unit is a package to analyse.
type unit struct {
	*listPackage
	reported bool // findings are wanted, not only facts

	deps    []*unit // units it imports, also by way of packages that are none
	waiting int     // deps not done
	users   []*unit // units that wait for this one
	facts   *unitFacts

	source *unit   // the test variant that facts are taken from, see share
	lends  bool    // facts are taken from u
	lent   *[]byte // these; nil if u is not done, or they do not fit

	key      cache.Key // under which it is kept, if it is
	kept     []byte    // what is kept of a run in which nothing but facts may have been different
	bytes    int64     // see size
	index    int       // in the order of the plan
	universe *universe // nil when the unit is done
}

// size returns the size of the files of u, 0 if nothing is to be done for it.
func (u *unit) size() int64 {
	if u.bytes < 0 {
		u.bytes = 0
		for _, name := range u.abs(u.CompiledGoFiles) {
			if info, err := os.Stat(name); err == nil && u.kept == nil {
				u.bytes += info.Size()
			}
		}
	}
	return u.bytes
}

// A plan is the units of a run, each after those it depends on.
type plan struct {
	units    []*unit
	byID     map[string]*unit
	problems []Problem
}

// newPlan chooses from a listing what to analyse. Packages are units if they
// match the patterns, to be reported; or, if withFacts, if they belong to the
// main module or workspace and a unit depends on them.
func newPlan(l *listing, dir string, withFacts bool) *plan {
	pl := &plan{byID: make(map[string]*unit)}
	b := &breakage{listing: l, dir: dir, causes: make(map[string]string)}

	// A package is reported through its test variant, which has all its files,
	// unless the variant is broken and the plain package is not.
	variant := make(map[string]bool)
	for _, p := range l.packages {
		if !p.DepOnly && p.ForTest != "" && p.path() == p.ForTest && b.cause(p) == "" {
			variant[p.ForTest] = true
		}
	}
	reported := func(p *listPackage) bool {
		return !p.DepOnly && !p.isTestMain() && p.ImportPath != "unsafe" && !variant[p.ImportPath] && !p.isEmpty()
	}
	told := make(map[string]bool)
	needed := make(map[string]bool) // by something reported
	for _, p := range slices.Backward(l.packages) {
		if reported(p) {
			needed[p.ImportPath] = true
		}
		if needed[p.ImportPath] {
			if p.isRecompiled() {
				needed[p.path()] = true
			}
			for path := range p.imports {
				needed[path] = true
			}
		}
	}
	for _, p := range l.packages {
		isReported := reported(p)
		if !isReported && !(withFacts && needed[p.ImportPath] && b.isOurs(p)) {
			continue
		}
		// What the go command recompiles for the test of another package has
		// the same facts as the plain one, and only errors that this package
		// or its test has.
		if !isReported && p.isRecompiled() && l.byID[p.path()] != nil {
			continue
		}
		if b.cause(p) != "" {
			// One line for a package and its tests: they break together.
			base := p.path()
			if p.ForTest != "" {
				base = p.ForTest
			}
			if !told[base] {
				told[base] = true
				pl.problems = append(pl.problems, Problem{Package: p.ImportPath, Text: b.line(p)})
			}
			continue
		}
		u := &unit{listPackage: p, reported: isReported, facts: new(unitFacts), bytes: -1}
		pl.units = append(pl.units, u)
		pl.byID[p.ImportPath] = u
	}
	pl.connect(l)
	pl.share()
	return pl
}

// connect fills in which unit waits for which.
func (pl *plan) connect(l *listing) {
	// A package that is no unit can import one: modules may require each
	// other. And one that was recompiled for a test stands for the plain one.
	through := make(map[string][]*unit)
	var depsOf func(p *listPackage) []*unit
	depsOf = func(p *listPackage) []*unit {
		if deps, ok := through[p.ImportPath]; ok {
			return deps
		}
		through[p.ImportPath] = nil
		seen := make(map[*unit]bool)
		var deps []*unit
		add := func(u *unit) {
			if u != nil && !seen[u] {
				seen[u] = true
				deps = append(deps, u)
			}
		}
		for path := range p.imports {
			if u := pl.byID[path]; u != nil {
				add(u)
				continue
			}
			q := l.byID[path]
			if q == nil {
				continue
			}
			if q.ForTest != "" {
				add(pl.byID[q.path()])
			}
			for _, u := range depsOf(q) {
				add(u)
			}
		}
		through[p.ImportPath] = deps
		return deps
	}
	for _, u := range pl.units {
		u.deps = depsOf(u.listPackage)
		u.waiting = len(u.deps)
		for _, d := range u.deps {
			d.users = append(d.users, u)
		}
	}
}

// breakage knows which packages cannot be analysed, and why.
type breakage struct {
	*listing
	dir    string
	causes map[string]string
}

// isOurs reports whether p belongs to the main module or workspace.
func (b *breakage) isOurs(p *listPackage) bool {
	return p.Module != nil && p.Module.Main && !p.isTestMain() && !p.isEmpty()
}

// isEdited reports whether p is type-checked here before it has to compile. With
// cgo it cannot be: that the go command writes its files is part of compiling.
func (b *breakage) isEdited(p *listPackage) bool {
	return b.edited && !p.DepOnly && len(p.CgoFiles) == 0
}

// isTold reports whether p, if broken, gets a line of its own.
func (b *breakage) isTold(p *listPackage) bool {
	return (!p.DepOnly || b.isOurs(p)) && len(p.GoFiles)+len(p.CgoFiles) > 0
}

// cause returns in one line why p cannot be analysed, "" if it can.
func (b *breakage) cause(p *listPackage) string {
	if cause, ok := b.causes[p.ImportPath]; ok {
		return cause
	}
	b.causes[p.ImportPath] = "" // p imports itself: the go command tells, as an Error
	cause := ""
	switch {
	case p.Error != nil && !(b.isEdited(p) && p.Error.fromCompiler()):
		cause = p.Error.line()
	case p.ImportPath == "unsafe":
	default:
		for path := range p.imports {
			q := b.byID[path]
			if q == nil {
				cause = fmt.Sprintf("cannot import %s: the go command does not know it", path)
			} else if c := b.cause(q); c != "" || q.Export == "" { // edited, and did not compile
				cause = b.blame(p, q, c)
			}
			if cause != "" {
				break
			}
		}
		if cause == "" && p.Export == "" && !b.isEdited(p) {
			cause = fmt.Sprintf("the go command has no export data for %s", p.ImportPath)
		}
	}
	b.causes[p.ImportPath] = cause
	return cause
}

// blame says in one line that p is broken because q is.
func (b *breakage) blame(p, q *listPackage, cause string) string {
	if b.isTold(q) {
		cause = fmt.Sprintf("not analysed: imports %s, which has errors", q.path())
	} else if q.Error != nil && q.Error.Pos != "" {
		return cause // tells the position of the import
	}
	for _, file := range p.abs(p.GoFiles, p.CgoFiles) {
		fset := token.NewFileSet()
		f, _ := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if f == nil {
			continue
		}
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if id, ok := p.ImportMap[path]; ok {
				path = id
			}
			if path == q.ImportPath {
				return report.Position(fset.Position(spec.Pos()), b.dir) + ": " + cause
			}
		}
	}
	return cause
}

// line returns the line to print for p, which is broken.
func (b *breakage) line(p *listPackage) string {
	cause := b.cause(p)
	if strings.Contains(cause, ".go:") || strings.HasPrefix(cause, "pattern ") {
		return cause // says where
	}
	return p.path() + ": " + cause
}

// fromCompiler reports whether the go command knows all about the package, and
// it did not compile.
func (e *listError) fromCompiler() bool { return strings.HasPrefix(e.Err, "# ") }

// line boils an error of the go command down to one line with a position if
// it has one.
func (e *listError) line() string {
	lines := strings.Split(strings.TrimSpace(e.Err), "\n")
	// The compiler's output comes under a heading; its first line will do.
	if e.fromCompiler() && len(lines) > 1 {
		return strings.TrimPrefix(strings.TrimSpace(lines[1]), "."+string(filepath.Separator)) // as findings say it
	}
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	line := strings.Join(lines, " ")
	if e.Pos != "" {
		line = e.Pos + ": " + line
	}
	return line
}
