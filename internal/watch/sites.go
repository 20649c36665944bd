package watch

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

// Units of trends, as report.Trend has them.
const (
	unitBytes      = "bytes"
	unitGoroutines = "goroutines"
)

// maxSites is how many places are followed of each unit. What is not among the
// largest is no leak yet that a server would notice.
const maxSites = 100

// maxStack is how many calls of a stack are kept.
const maxStack = 64

// A site is a place of the program, with all that profiles have of it on any stack.
type site struct {
	at      profile.Frame
	sample  profile.Site // one that goes through it, the largest when it was first seen
	series  series
	objects int64
	leaked  int

	asked   bool // whether there is a finding
	finding *report.Finding
}

// sites are those of one unit, at most maxSites.
type sites struct {
	unit string
	by   map[profile.Frame]*site
}

func newSites(unit string) *sites {
	return &sites{unit: unit, by: make(map[profile.Frame]*site)}
}

// value returns how much of the unit a stack has.
func (s *sites) value(x profile.Site) float64 {
	if s.unit == unitBytes {
		return float64(x.Bytes)
	}
	return float64(x.Goroutines)
}

// A total is what the stacks of one profile through one place have.
type total struct {
	value   float64
	objects int64
	sample  profile.Site
}

// sum returns the totals of a profile by place. The first stack is the largest.
func (s *sites) sum(list []profile.Site) map[profile.Frame]*total {
	totals := make(map[profile.Frame]*total)
	for _, x := range list {
		if len(x.Stack) == 0 {
			continue
		}
		at := keyOf(x.Stack)
		t := totals[at]
		if t == nil {
			t = &total{sample: x}
			totals[at] = t
		}
		t.value += s.value(x)
		t.objects += x.Objects
	}
	return totals
}

// add takes in a profile: those that are followed get their sample, also if nothing
// is left there, and the largest of the others take the place of the smallest.
func (s *sites) add(at time.Time, p *profile.Profile) {
	totals := s.sum(p.Sites)
	for frame, x := range s.by {
		t := totals[frame]
		if t == nil {
			t = new(total)
		}
		x.objects = t.objects
		x.series.grain = p.Rate
		x.series.add(report.Sample{Time: at, Value: t.value})
		delete(totals, frame)
	}
	fresh := make([]profile.Frame, 0, len(totals))
	for frame := range totals {
		fresh = append(fresh, frame)
	}
	slices.SortFunc(fresh, func(a, b profile.Frame) int {
		return cmp.Or(cmp.Compare(totals[b].value, totals[a].value), compareFrames(a, b))
	})
	for _, frame := range fresh {
		t := totals[frame]
		if len(s.by) == maxSites {
			least := s.least()
			if s.by[least].series.last.Value >= t.value {
				break
			}
			delete(s.by, least)
		}
		x := &site{at: frame, sample: t.sample, objects: t.objects}
		x.sample.Stack = slices.Clone(x.sample.Stack[:min(len(x.sample.Stack), maxStack)])
		x.series.grain = p.Rate
		x.series.add(report.Sample{Time: at, Value: t.value})
		s.by[frame] = x
	}
}

// setLeaked takes in which of the goroutines are leaked. Places that only they
// show, and nothing follows, are in the sum of all.
func (s *sites) setLeaked(p *profile.Profile) {
	totals := s.sum(p.Sites)
	for frame, x := range s.by {
		x.leaked = 0
		if t := totals[frame]; t != nil {
			x.leaked = int(t.value)
		}
	}
}

// least returns the place that has least.
func (s *sites) least() profile.Frame {
	var least *site
	for _, x := range s.by {
		if least == nil || cmp.Or(cmp.Compare(x.series.last.Value, least.series.last.Value), compareFrames(least.at, x.at)) < 0 {
			least = x
		}
	}
	return least.at
}

// A growing is a site that grows, or in which goroutines are leaked.
type growing struct {
	*site
	unit  string
	trend *report.Trend // nil if there are too few samples
}

// growing returns them, those that grow most first.
func (s *sites) growing() []growing {
	var list []growing
	for _, x := range s.by {
		t := x.series.trend(s.unit)
		if x.leaked > 0 || t != nil && t.Verdict.Grows() {
			list = append(list, growing{x, s.unit, t})
		}
	}
	slices.SortFunc(list, func(a, b growing) int {
		return cmp.Or(cmp.Compare(b.slope(), a.slope()), cmp.Compare(b.leaked, a.leaked), compareFrames(a.at, b.at))
	})
	return list
}

func (g growing) slope() float64 {
	if g.trend == nil || !g.trend.Verdict.Grows() {
		return 0
	}
	return g.trend.PerHour
}

func compareFrames(a, b profile.Frame) int {
	return cmp.Or(cmp.Compare(a.Func, b.Func), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}

// keyOf returns the frame by which people know a stack: the innermost that is not
// of the standard library. If all are, it is the innermost one that is not of the
// runtime.
func keyOf(stack []*profile.Frame) profile.Frame {
	if i := slices.IndexFunc(stack, func(f *profile.Frame) bool { return !f.Created && !isStandard(*f) }); i >= 0 {
		return *stack[i]
	}
	if i := slices.IndexFunc(stack, func(f *profile.Frame) bool { return packageOf(f.Func) != "runtime" }); i >= 0 {
		return *stack[i]
	}
	return *stack[0]
}

// isStandard reports whether a frame is of the standard library. Paths without a
// dot in their first element are meant for it; those who use one all the same do
// not have their files in a folder src of that path, unless these are trimmed.
func isStandard(f profile.Frame) bool {
	pkg := packageOf(f.Func)
	first, _, _ := strings.Cut(pkg, "/")
	if strings.Contains(first, ".") || pkg == "main" {
		return false
	}
	dir := path.Dir(strings.ReplaceAll(f.File, `\`, "/"))
	return f.File == "" || dir == pkg || strings.HasSuffix(dir, "/src/"+pkg)
}

// packageOf returns the path of the package that a function is in, as the runtime
// writes it.
func packageOf(fn string) string {
	fn = untilBracket(fn)
	slash := strings.LastIndexByte(fn, '/') + 1
	name, _, _ := strings.Cut(fn[slash:], ".")
	return fn[:slash] + name
}
