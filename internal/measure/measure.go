// Package measure joins findings with profiles: what production measured at the
// lines that findings tell of, and what it measured where there is no finding.
//
// Two things are called the same if they are on the same line of the same
// function. Profiles come from other builds: of other machines, with other paths,
// trimmed or vendored, of a source that has moved on by some lines. So a frame is
// first brought to today's source: its file is the one of the module that ends
// like it, and its line is as far below the beginning of its function as it was.
//
// What is in use at a stack belongs to the finding on the innermost of its lines in
// the module, or to those of what keeps it: a map that only grows is told of where it
// grows, and what is in it may come from elsewhere. If there is none, the caller is
// asked, unless a package variable keeps it. A goroutine belongs to the finding where
// it waits or was started.
package measure

import (
	"cmp"
	"errors"
	"go/token"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

// Input is what to join.
type Input struct {
	Module   *Module
	Findings []report.Finding   // those that are latent, too
	Profiles []*profile.Profile // in the order of their times
}

// Join returns the findings that profiles know of, with evidence and the weightiest
// first, before all others in the order in which they came. Latent ones with evidence
// that they repeat are latent no more. The error is one line: no stack of the profiles
// goes through the packages. What is returned with it is right all the same.
func Join(in Input) ([]report.Finding, *report.Measured, error) {
	j := newJoin(in)
	for i, p := range in.Profiles {
		for k := range p.Sites {
			j.attribute(i, &p.Sites[k])
		}
	}
	findings, measured := j.findings(), j.measured()
	if len(in.Profiles) > 0 && len(j.spots) == 0 {
		return findings, measured, errors.New("no stack of the profiles goes through the packages: they are of another program, or of other packages")
	}
	return findings, measured, nil
}

// A join is the work of Join.
type join struct {
	Input
	spots  map[*profile.Frame]spot
	told   map[line][]told
	kept   map[line][]keeper
	bySlot map[string][]int // findings by what keeps it

	amounts map[int]*amount  // of findings, and of what is silenced
	stack   []spot           // of one site
	frames  []*profile.Frame // of these
	places  map[line]*place  // without a finding
	heap    []report.Sample  // bytes of each heap profile
	rate    int64            // the coarsest of heap profiles
	outside []int64          // bytes on stacks that do not go through the module, by profile
}

// A keeper is a report.Keeper of some line.
type keeper struct {
	slot, words string
	from        token.Position
}

// A line is one of today's source.
type line struct {
	file string
	line int
}

// silenced is the finding of which nobody wants to hear.
const silenced = -1

// told is what a finding has to do with a line.
type told struct {
	finding int
	aside   bool // it is one of its other places
}

// A place is a line that profiles know and findings do not.
type place struct {
	amount
	spot   spot
	fn     string
	stack  []*profile.Frame // of the largest site
	bytes  int64            // of that
	keeper keeper
}

func newJoin(in Input) *join {
	j := &join{
		Input:   in,
		told:    make(map[line][]told),
		kept:    make(map[line][]keeper),
		bySlot:  make(map[string][]int),
		amounts: make(map[int]*amount),
		places:  make(map[line]*place),
		outside: make([]int64, len(in.Profiles)),
	}
	j.spots = in.Module.resolve(in.Profiles)
	j.heap = j.totals(profile.Heap)
	for _, p := range in.Profiles {
		j.rate = max(j.rate, p.Rate)
	}
	for _, p := range in.Module.list {
		for _, k := range p.Keepers {
			at := p.Position(k.At)
			j.kept[line{at.Filename, at.Line}] = append(j.kept[line{at.Filename, at.Line}], keeper{k.Slot, k.Words, p.Position(k.From)})
		}
	}
	for _, p := range in.Module.list {
		for _, l := range p.Silenced {
			at := p.Position(l)
			j.tell(line{at.Filename, at.Line}, told{silenced, false})
		}
	}
	for i, f := range in.Findings {
		j.tell(line{f.Pos.Filename, f.Pos.Line}, told{i, false})
		if f.Origin.IsValid() {
			j.tell(line{f.Origin.Filename, f.Origin.Line}, told{i, false})
		}
		for _, r := range f.Related {
			if r.IsSource() {
				continue // many are not large
			}
			j.tell(line{r.Pos.Filename, r.Pos.Line}, told{i, true})
		}
	}
	return j
}

// tell notes that a finding tells of a line, and of what it keeps there.
func (j *join) tell(at line, t told) {
	j.told[at] = append(j.told[at], t)
	if t.aside {
		return
	}
	for _, k := range j.kept[at] {
		if k.slot != "" && !slices.Contains(j.bySlot[k.slot], t.finding) {
			j.bySlot[k.slot] = append(j.bySlot[k.slot], t.finding)
		}
	}
}

// findingsAt returns the findings that tell of a line, also aside if so asked.
func (j *join) findingsAt(s spot, aside bool) []int {
	var out []int
	for _, t := range j.told[line{s.file, s.line}] {
		if (aside || !t.aside) && !slices.Contains(out, t.finding) {
			out = append(out, t.finding)
		}
	}
	return out
}

// maxCallers is how many callers are asked for a finding that tells of what a function
// allocates. Further out, nearly all is below nearly everything.
const maxCallers = 4

// attribute gives what is at a site of a profile to findings, or to a place without.
func (j *join) attribute(i int, site *profile.Site) {
	spots, frames := j.stack[:0], j.frames[:0]
	for _, f := range site.Stack {
		if s := j.spots[f]; s.known() {
			spots, frames = append(spots, s), append(frames, f)
		}
		if site.Goroutines == 0 && len(spots) == maxSpots {
			break
		}
	}
	j.stack, j.frames = spots, frames
	if len(spots) == 0 {
		j.outside[i] += site.Bytes
		return
	}
	var found []int
	var keeper keeper
	at := 0
	if site.Goroutines > 0 {
		found, at = j.waiting(spots, frames)
		outermost := frames[len(frames)-1]
		keeper.words = "goroutine " + outermost.Func
	} else {
		found, at, keeper = j.keeping(spots)
		if last := len(spots) - 1; len(found) == 0 && keeper.slot == "" && frames[last] == site.Stack[len(site.Stack)-1] {
			// Of a goroutine that a finding is about.
			found, at = j.startedAt(spots[last]), last
		}
	}
	if len(found) == 0 {
		at = 0
	}
	where := report.Spot{Func: frames[at].Func}
	where.Pos.Filename, where.Pos.Line = spots[at].file, spots[at].line
	if len(found) > 0 {
		for _, n := range found {
			if j.amounts[n] == nil {
				j.amounts[n] = new(amount)
			}
			j.amounts[n].add(j.Profiles, i, site, where)
		}
		return
	}
	key := line{spots[0].file, spots[0].line}
	p := j.places[key]
	if p == nil {
		p = &place{spot: spots[0], fn: frames[0].Func}
		j.places[key] = p
	}
	if weight := site.Bytes + int64(site.Goroutines); p.stack == nil || weight > p.bytes {
		p.stack, p.bytes, p.keeper = site.Stack, weight, keeper
	}
	p.add(j.Profiles, i, site, where)
}

// keeping returns the findings about what is allocated on a stack, which of its spots they
// are about, and what keeps it if there are none.
func (j *join) keeping(spots []spot) (found []int, at int, keeper keeper) {
	for i, s := range spots {
		here := j.findingsAt(s, i == 0)
		for _, k := range j.kept[line{s.file, s.line}] {
			if k.slot == "" {
				continue
			}
			here = append(here, j.bySlot[k.slot]...)
			here = append(here, j.findingsAt(spot{file: k.from.Filename, line: k.from.Line}, false)...)
			if keeper.slot == "" {
				keeper = k
			}
		}
		slices.Sort(here)
		here = slices.Compact(here)
		if manifest := j.manifest(here); len(manifest) > 0 {
			return manifest, i, keeper
		}
		if len(found) == 0 {
			found, at = here, i
		}
		if strings.HasPrefix(keeper.words, "package variable ") {
			break
		}
	}
	return found, at, keeper
}

// manifest returns those of the findings that are not latent. A caller may have made a
// finding of what is latent where it is kept.
func (j *join) manifest(findings []int) []int {
	return slices.DeleteFunc(slices.Clone(findings), func(n int) bool { return n != silenced && j.Findings[n].Latent })
}

// waiting returns the findings about goroutines with a stack, and the spot they are about.
func (j *join) waiting(spots []spot, frames []*profile.Frame) (found []int, at int) {
	last := len(spots) - 1
	if frames[last].Created {
		if found := j.findingsAt(spots[last], false); len(found) > 0 {
			return found, last
		}
		last = max(0, last-1)
	}
	if found := j.findingsAt(spots[0], true); len(found) > 0 {
		return found, 0
	}
	return j.startedAt(spots[last]), last
}

// startedAt returns the findings about the go statement of a literal.
func (j *join) startedAt(s spot) []int {
	return j.findingsAt(spot{file: s.file, line: s.begin}, false)
}

// findings returns the findings with their evidence, ranked.
func (j *join) findings() []report.Finding {
	out := slices.Clone(j.Findings)
	for i := range out {
		a := j.amounts[i]
		if a == nil {
			continue
		}
		f := &out[i]
		f.Evidence = j.evidence(a)
		if f.Latent && repeats(f.Evidence) {
			tail := f.Tail()
			f.Latent = false
			f.Message = strings.TrimSuffix(f.Message, tail) + f.Tail()
		}
	}
	slices.SortStableFunc(out, func(a, b report.Finding) int {
		if a.Latent != b.Latent {
			return compareBool(a.Latent, b.Latent)
		}
		return rank(a.Evidence, b.Evidence)
	})
	for i := range out {
		if e := out[i].Evidence; e != nil {
			e.Rank = i + 1
		}
	}
	return out
}

// Evidence that what is latent repeats, where profiles are too few to tell how it goes on.
const (
	manyObjects    = 100
	manyGoroutines = 10
	largeShare     = 0.01
)

// repeats reports whether evidence shows that a leak happens again and again.
func repeats(e *report.Evidence) bool {
	if e.Leaked > 0 {
		return true
	}
	if e.Trend != nil && e.Trend.Verdict != report.Unclear {
		return e.Trend.Verdict.Grows()
	}
	return e.Goroutines >= manyGoroutines || e.Objects >= manyObjects && e.Share >= largeShare
}

// Of places without a finding that do not grow, or may, those are told that have this share
// of the heap, or that many goroutines.
const (
	tellShare      = 0.05
	tellBytes      = 1 << 20 // at least
	tellGoroutines = 100
	maxTold        = 10
)

// measured returns what profiles say besides.
func (j *join) measured() *report.Measured {
	m := &report.Measured{Heap: j.heap, Goroutines: j.totals(profile.Goroutines)}
	for _, p := range j.Profiles {
		m.Profiles = append(m.Profiles, p.Name)
	}
	m.Growth = growth(m.Heap, "bytes", j.rate)
	if a := j.amounts[silenced]; a != nil {
		m.Silenced = j.evidence(a)
	}
	m.Elsewhere = newest(j.series(profile.Heap, j.outside))
	var grows, large []report.Site
	for _, p := range j.places {
		e := j.evidence(&p.amount)
		switch {
		case e.Grows():
			grows = append(grows, p.site(j, e))
		case e.Share >= tellShare && e.Bytes >= tellBytes || e.Goroutines >= tellGoroutines:
			large = append(large, p.site(j, e))
		}
	}
	for _, list := range [][]report.Site{grows, large} {
		slices.SortFunc(list, func(a, b report.Site) int {
			return cmp.Or(rank(&a.Evidence, &b.Evidence), cmp.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Line, b.Pos.Line))
		})
	}
	m.Sites = append(grows, large[:min(len(large), maxTold)]...)
	return m
}

// maxFrames is how much of a stack is shown.
const maxFrames = 32

func (p *place) site(j *join, e *report.Evidence) report.Site {
	s := report.Site{Func: p.fn, Evidence: *e, Holder: p.keeper.words, HeldAt: p.keeper.from}
	s.Package = j.Module.pathOf(p.spot.file)
	s.Pos.Filename, s.Pos.Line = p.spot.file, p.spot.line
	for _, f := range p.stack[:min(len(p.stack), maxFrames)] {
		at := report.Spot{Func: f.Func}
		at.Pos.Filename, at.Pos.Line = f.File, f.Line
		if known := j.spots[f]; known.known() {
			at.Pos.Filename, at.Pos.Line, at.Ours = known.file, known.line, true
		}
		s.Stack = append(s.Stack, at)
	}
	return s
}
