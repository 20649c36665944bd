package driver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/version"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/baseline"
	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/driver/stats"
)

// What a run does besides running analyzers, as Options.Stats names it. SSA is
// built by an analyzer.
const (
	phaseList      = "go list"
	phaseCgo       = "cgo"
	phaseDepKept   = "dependencies: cached"
	phaseDepBorrow = "dependencies: build cache"
	phaseDepParse  = "dependencies: parse"
	phaseDepCheck  = "dependencies: type-check"
	phaseDepWrite  = "dependencies: write export data"
	phaseParse     = "parse"
	phaseImport    = "read export data"
	phaseCheck     = "type-check"
	phaseKept      = "look up kept"
)

// Options says what to analyse, and with what.
type Options struct {
	// Facts about what is declared outside of test files must not depend on
	// test files, unless there are facts about the package itself.
	Analyzers []*analysis.Analyzer
	Patterns  []string // packages as the go command names them; "." if there are none
	Dir       string   // the folder to be in; the current one if ""
	Env       []string // environment of the go command; that of the process if nil
	Tags      string   // build tags, separated by commas
	Tests     bool     // whether test files belong to packages
	Workers   int      // units analysed at a time; GOMAXPROCS if 0

	// Overlay is what stands for the text of files on disk, by absolute name.
	Overlay map[string][]byte

	Cache *cache.Cache // keeps what was found for the next run, if not nil

	Stats    *stats.Stats                          // where the time goes, if not nil
	Progress func(done, total int, current string) // is told what begins, if not nil
}

// read returns the text of a file.
func (o *Options) read(name string) ([]byte, error) {
	if text, ok := o.Overlay[name]; ok {
		return text, nil
	}
	return readRegular(name)
}

// A Result is what a run found.
type Result struct {
	Findings []report.Finding // sorted, each once
	Latent   []report.Finding // latent leaks, in the same way
	Problems []Problem        // what could not be analysed, dependencies first
	Withheld []Withheld       // what analyzers found and did not report, by flag
	Sources  []report.Package // the packages that were analysed to be reported
	Packages int              // packages that were analysed to be reported
	Complete map[string]bool  // those of them without problems, by path
	Dir      string           // Options.Dir, absolute

	Measured *report.Measured // what profiles say besides; nil without profiles

	Hidden int // latent leaks left out because nobody asked for them

	Known     int              // findings left out because the baseline has them
	Stale     []baseline.Entry // those of the baseline that are no more
	Unchanged int              // findings left out because no change has to do with them
}

// A Problem says in one line why a package could not be analysed, or not by
// all analyzers.
type Problem struct {
	Package string
	Text    string
}

// IsBug reports whether the problem is one of memlint, not of the package.
func (p Problem) IsBug() bool { return strings.Contains(p.Text, "internal error: ") }

// Withheld says how many findings an analyzer found and kept to itself, what
// they are about and which flag shows them. See withholder.
type Withheld struct {
	N    int
	What string // "findings about timers the collector takes back"
	Flag string // "-timerleak.collectable"
}

// Run analyses packages and returns what was found. The error is one line and
// means that nothing could be analysed; packages that could not be are
// Problems of the result.
func Run(ctx context.Context, opts Options) (*Result, error) {
	if err := analysis.Validate(opts.Analyzers); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder", dir)
	}
	opts.Dir = dir
	if len(opts.Patterns) == 0 {
		opts.Patterns = []string{"."}
	}
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	register(opts.Analyzers)
	all, _ := schedule(opts.Analyzers)

	start := time.Now()
	answers := newAnswers(opts, all)
	if result := answers.recall(); result != nil {
		opts.Stats.Since(phaseKept, start)
		return result, nil
	}
	j, err := newJob(ctx, opts)
	if err != nil {
		return nil, err
	}
	pl, listing := j.plan, j.listing
	if isFile := func(p string) bool { return strings.HasSuffix(p, ".go") }; len(pl.units) == 0 && listing.env.noModule() && !slices.ContainsFunc(opts.Patterns, isFile) {
		// What the go command says of each pattern hides this.
		return nil, errors.New("go.mod file not found in current directory or any parent directory")
	}
	j.prepare(ctx, pl.units)
	outcomes := pl.execute(ctx, opts, func(u *unit) *outcome { return j.analyse(ctx, u) })
	opts.Cache.Trim()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result := newResult(dir)
	result.collect(pl, listing, outcomes, opts.Patterns)
	if line := skew(listing.env.GOVERSION, runtime.Version()); line != "" && len(result.Problems) > 0 {
		result.Problems = append(result.Problems, Problem{Text: line})
	}
	answers.keep(listing, pl.units, result)
	return result, nil
}

func newResult(dir string) *Result {
	return &Result{Complete: make(map[string]bool), Dir: dir}
}

// collect fills in what came of the units of a plan: some of them, those without
// an outcome are left out. Findings get their order and fingerprints, and Latent
// its share.
func (r *Result) collect(pl *plan, l *listing, outcomes []*outcome, patterns []string) {
	r.Problems = slices.Clone(pl.problems)
	told := maps.Clone(pl.told)
	var uses []report.Use
	w := newWorld(l)
	for i, u := range pl.units {
		o := outcomes[i]
		if o == nil {
			continue
		}
		if u.reported && (o.broken == "" || o.untested) {
			r.Packages++
			r.Sources = append(r.Sources, report.Package{Path: u.path(), Name: u.Name, Files: u.sources(), Keepers: o.keepers, Silenced: o.silenced})
			r.Complete[u.path()] = o.broken == "" && len(o.problems) == 0
		}
		if o.broken != "" && told.tell(u.listPackage) {
			r.Problems = append(r.Problems, Problem{Package: u.ImportPath, Text: u.line(o.broken)})
		}
		seen := covers(r.Dir, patterns, importersOf(u.listPackage))
		for _, f := range o.findings {
			if !seen || w.isOpen(u.listPackage) {
				f.OnlyBy = nil
			}
			if !seen || !w.support[u.base()] {
				r.Findings = append(r.Findings, f)
			}
		}
		for _, use := range o.uses {
			use.Again = use.Again || len(use.By) > 0 && (!seen || w.isOpen(u.listPackage))
			uses = append(uses, use)
		}
		r.Problems = append(r.Problems, o.problems...)
		for _, w := range o.withheld {
			r.withhold(w)
		}
	}
	order := make(map[string]int) // of packages with their tests
	for i, p := range l.packages {
		if base := p.base(); order[base] == 0 {
			order[base] = i + 1
		}
		order[p.ImportPath] = order[p.base()]
	}
	slices.SortStableFunc(r.Problems, func(x, y Problem) int { return cmp.Compare(order[x.Package], order[y.Package]) })
	seen := func(f report.Finding) bool {
		dir, ok := parentOfInternal(filepath.Dir(f.Pos.Filename))
		return ok && len(r.Problems) == 0 && covers(r.Dir, patterns, dir)
	}
	all := report.Fold(report.Sort(report.Settle(r.Findings, uses, seen)))
	report.Identify(all)
	r.Findings, r.Latent = report.Divide(all)
}

func (r *Result) withhold(w Withheld) {
	for i := range r.Withheld {
		if x := &r.Withheld[i]; x.What == w.What && x.Flag == w.Flag {
			x.N += w.N
			return
		}
	}
	r.Withheld = append(r.Withheld, w)
	slices.SortFunc(r.Withheld, func(x, y Withheld) int {
		if x.Flag < y.Flag || x.Flag == y.Flag && x.What < y.What {
			return -1
		}
		return 1
	})
}

// schedule returns the analyzers and those they require, each after what it
// requires; and of these the ones that packages have to be analysed with of
// which only facts are wanted.
func schedule(analyzers []*analysis.Analyzer) (all, factual []*analysis.Analyzer) {
	seen := make(map[*analysis.Analyzer]bool)
	var visit func(list *[]*analysis.Analyzer, a *analysis.Analyzer)
	visit = func(list *[]*analysis.Analyzer, a *analysis.Analyzer) {
		if seen[a] {
			return
		}
		seen[a] = true
		for _, req := range a.Requires {
			visit(list, req)
		}
		*list = append(*list, a)
	}
	for _, a := range analyzers {
		visit(&all, a)
	}
	clear(seen)
	for _, a := range all {
		if len(a.FactTypes) > 0 {
			visit(&factual, a)
		}
	}
	return all, factual
}

// maxSources is how many bytes of source are analysed at a time, if not by one
// unit. What an analysis needs grows with its source, about a hundredfold; this
// concerns the rare package that is as large as a hundred others.
const maxSources = 3 << 20

// execute runs do for each unit on workers, each unit after those it depends
// on, and returns the outcomes in the order of units. It stops early if ctx is
// cancelled.
func (pl *plan) execute(ctx context.Context, opts Options, do func(*unit) *outcome) []*outcome {
	outcomes := make([]*outcome, len(pl.units))
	done := make(chan *unit)
	var ready []*unit // in the order of the plan: the first group is done first
	enqueue := func(u *unit) {
		at, _ := slices.BinarySearchFunc(ready, u.index, func(x *unit, index int) int { return cmp.Compare(x.index, index) })
		ready = slices.Insert(ready, at, u)
	}
	for _, u := range pl.units {
		if u.waiting == 0 {
			enqueue(u)
		}
	}
	running, finished := 0, 0
	var size int64 // of the sources of what runs
	for {
		for running < opts.Workers && len(ready) > 0 && ctx.Err() == nil {
			u := ready[0]
			if running > 0 && size+u.size() > maxSources {
				break
			}
			ready = ready[1:]
			running++
			size += u.size()
			if opts.Progress != nil {
				opts.Progress(finished, len(pl.units), u.ImportPath)
			}
			go func() {
				outcomes[u.index] = do(u)
				done <- u
			}()
		}
		if running == 0 {
			break
		}
		u := <-done
		running--
		size -= u.size()
		finished++
		u.universe = nil
		u.facts.set(outcomes[u.index].facts)
		if len(outcomes[u.index].problems) == 0 {
			u.lent = outcomes[u.index].lent
		}
		for _, user := range u.users {
			if user.waiting--; user.waiting == 0 {
				enqueue(user)
			}
		}
	}
	for i, u := range pl.units {
		if outcomes[i] == nil {
			// Cancelled, or units wait for each other. The go command calls
			// that an error, so that there should be none; never be silent.
			outcomes[i] = &outcome{problems: []Problem{{
				Package: u.ImportPath,
				Text:    u.ImportPath + ": internal error: not analysed: waits for its imports for ever",
			}}}
		}
	}
	return outcomes
}

// skew returns a line to print if packages come from a newer toolchain than
// the one this command was built with, which cannot read them.
func skew(toolchain, built string) string {
	toolchain, built = version.Lang(toolchain), version.Lang(built)
	if version.Compare(toolchain, built) <= 0 {
		return ""
	}
	return fmt.Sprintf("memlint: built with %s, cannot read all of %s; build it again with %[2]s", built, toolchain)
}
