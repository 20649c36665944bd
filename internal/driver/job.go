package driver

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/report"
)

// A job is what the units of a plan are analysed with.
type job struct {
	opts     *Options
	dir      string
	listing  *listing
	breakage *breakage
	plan     *plan
	exports  *exports
	keeper   *keeper
	all      []*analysis.Analyzer // for what is reported
	factual  []*analysis.Analyzer // for units of which only facts are wanted
	read     func(name string) ([]byte, error)
	edited   bool // code that no analyzer reads may be wrong

	cgo *cgo
}

// A cgo is a job for which packages of others that import "C" are translated, too.
// Types of these are unknown otherwise, which hardly matters, and a C compiler may
// take minutes.
type cgo struct {
	once       sync.Once
	job        *job
	err        error
	translated map[string]*listPackage // what is known before, by ID
}

// newJob asks the go command for packages, and plans. The error is one line.
func newJob(ctx context.Context, opts Options) (*job, error) {
	start := time.Now()
	l, err := list(ctx, opts)
	if err != nil {
		return nil, err
	}
	opts.Stats.Since(phaseList, start)
	if err := l.translate(ctx, opts, func(p *listPackage) bool { return !p.DepOnly || p.isOurs() }); err != nil {
		return nil, err
	}
	j := &job{opts: &opts, dir: opts.Dir, listing: l, read: opts.read, cgo: new(cgo)}
	j.all, j.factual = schedule(opts.Analyzers)
	j.breakage = newBreakage(l, opts.Dir)
	j.plan = newPlan(l, j.breakage, len(j.factual) > 0)
	j.exports = newExports(l, j.breakage, &opts)
	if len(opts.Overlay) == 0 {
		j.exports.borrow(ctx, opts, start)
	}
	j.keeper = newKeeper(opts.Cache, j.exports, j.all, j.factual)
	return j, nil
}

// prepare finds what is kept for units, and makes the export data of what the
// others import.
func (j *job) prepare(ctx context.Context, units []*unit) {
	if j.keeper != nil {
		start := time.Now()
		j.keeper.look(units, j.opts.Workers, j.exports.sums.of)
		j.opts.Stats.Since(phaseKept, start)
	}
	changed := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.kept != nil })
	j.exports.ensure(ctx, j.exports.importedBy(changed))
	j.exports.forget()
	group(j.exports, units)
}

// analyse returns what comes of a unit. If a package is broken with its tests, what
// it is without them is analysed instead.
func (j *job) analyse(ctx context.Context, u *unit) *outcome {
	o := j.once(ctx, u)
	j.breakage.fail(u.listPackage, o.broken)
	plain := j.listing.byID[u.ForTest]
	if o.broken == "" || !u.reported || u.path() != u.ForTest || plain == nil || plain.isEmpty() || j.breakage.cause(plain) != "" {
		return o
	}
	untested := &unit{listPackage: plain, reported: true, deps: u.deps, facts: new(unitFacts)}
	group(j.exports, []*unit{untested})
	if p := j.once(ctx, untested); p.broken == "" {
		p.broken, p.untested = o.broken, true
		p.lent = nil
		return p
	}
	return o
}

// once returns what comes of a unit itself: what is known of it, or what comes of
// its analysis.
func (j *job) once(ctx context.Context, u *unit) *outcome {
	if cause := j.breakage.imports(u.listPackage); cause != "" {
		return &outcome{broken: cause}
	}
	if o := u.taken(); o != nil {
		return o
	}
	if o := j.keeper.recall(j.plan, u); o != nil {
		return o
	}
	run := &analysisRun{job: j, unit: u}
	if j.run(ctx, run); run.needsCgo {
		real, err := j.withCgo(ctx)
		if err != nil {
			return &outcome{broken: report.OneLine(err.Error())}
		}
		v := *u
		if cause := real.breakage.imports(v.listPackage); cause != "" {
			return &outcome{broken: cause}
		}
		group(real.exports, []*unit{&v})
		run = &analysisRun{job: real, unit: &v}
		j.run(ctx, run)
	}
	if !j.exports.typed { // not every word
		j.keeper.keep(run)
	}
	return run.outcome
}

func (j *job) run(ctx context.Context, run *analysisRun) {
	if run.unit.reported {
		run.run(ctx, j.all)
	} else {
		run.run(ctx, j.factual)
	}
}

// withCgo returns the job with all packages translated that import "C". The error
// is one line.
func (j *job) withCgo(ctx context.Context) (*job, error) {
	j.cgo.once.Do(func() {
		l := *j.listing
		l.packages, l.byID = slices.Clone(l.packages), maps.Clone(l.byID)
		for i, p := range l.packages {
			if q := j.cgo.translated[p.ImportPath]; q != nil {
				l.packages[i], l.byID[p.ImportPath] = q, q
			}
		}
		if j.cgo.err = l.translate(ctx, *j.opts, func(p *listPackage) bool { return !p.Standard }); j.cgo.err != nil {
			return
		}
		j.cgo.translated = make(map[string]*listPackage)
		for _, p := range l.packages {
			if p.DepOnly && len(p.CompiledGoFiles) > 0 {
				j.cgo.translated[p.ImportPath] = p
			}
		}
		real := *j
		real.listing, real.cgo = &l, nil
		real.breakage = newBreakage(&l, j.dir)
		real.exports = newExports(&l, real.breakage, j.opts)
		j.cgo.job = &real
	})
	return j.cgo.job, j.cgo.err
}
