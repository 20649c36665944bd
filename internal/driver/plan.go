package driver

import (
	"os"
	"slices"

	"github.com/memlint/memlint/internal/driver/cache"
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
		for _, name := range u.sources() {
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
	problems []Problem // what the go command says
	told     told      // of which packages
}

// newPlan chooses from a listing what to analyse. Packages are units if they
// match the patterns, to be reported; or, if withFacts, if they belong to the
// main module or workspace and a unit depends on them.
func newPlan(l *listing, b *breakage, withFacts bool) *plan {
	pl := &plan{byID: make(map[string]*unit), told: make(told)}

	// A package is reported through its test variant, which has all its files,
	// unless the variant is broken and the plain package is not. See job.plain for
	// what is found out later.
	variant := make(map[string]bool)
	for _, p := range l.packages {
		if !p.DepOnly && p.ForTest != "" && p.path() == p.ForTest && b.cause(p) == "" {
			variant[p.ForTest] = true
		}
	}
	reported := func(p *listPackage) bool {
		return !p.DepOnly && !p.isTestMain() && p.ImportPath != "unsafe" && !variant[p.ImportPath] && !p.isEmpty()
	}
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
		if !isReported && !(withFacts && needed[p.ImportPath] && p.isOurs()) {
			continue
		}
		// What the go command recompiles for the test of another package has
		// the same facts as the plain one, and only errors that this package
		// or its test has.
		if !isReported && p.isRecompiled() && l.byID[p.path()] != nil {
			continue
		}
		if b.cause(p) != "" {
			if pl.told.tell(p) {
				pl.problems = append(pl.problems, Problem{Package: p.ImportPath, Text: p.line(b.cause(p))})
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
