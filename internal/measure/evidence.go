package measure

import (
	"cmp"
	"slices"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
	"github.com/memlint/memlint/internal/profile/trend"
)

// An amount is what profiles say of a finding or place, the last entry of each list being
// that of the newest profile.
type amount struct {
	bytes, objects, goroutines, leaked []int64 // by profile
	waited                             time.Duration
	at                                 map[report.Spot]int64
}

// add adds what is at a site of the i-th of all profiles.
func (a *amount) add(all []*profile.Profile, i int, site *profile.Site, where report.Spot) {
	if a.at == nil {
		a.bytes, a.objects = make([]int64, len(all)), make([]int64, len(all))
		a.goroutines, a.leaked = make([]int64, len(all)), make([]int64, len(all))
		a.at = make(map[report.Spot]int64)
	}
	switch all[i].Kind {
	case profile.Heap:
		a.bytes[i] += site.Bytes
		a.objects[i] += site.Objects
	case profile.Goroutines:
		a.goroutines[i] += int64(site.Goroutines)
		a.waited = max(a.waited, site.Waited)
		a.leaked[i] += int64(site.Leaked)
	case profile.Leaked:
		a.leaked[i] += int64(site.Goroutines)
	}
	a.at[where] += site.Bytes + int64(site.Goroutines)
}

// evidence returns what the profiles say of an amount.
func (j *join) evidence(a *amount) *report.Evidence {
	heaps, goroutines := j.series(profile.Heap, a.bytes), j.series(profile.Goroutines, a.goroutines)
	e := &report.Evidence{
		Bytes:      newest(heaps),
		Goroutines: int(newest(goroutines)),
		Objects:    newest(j.series(profile.Heap, a.objects)),
		Leaked:     int(max(newest(j.series(profile.Leaked, a.leaked)), newest(j.series(profile.Goroutines, a.leaked)))),
		Waited:     a.waited,
	}
	if total := newest(j.heap); total > 0 {
		e.Share = float64(e.Bytes) / float64(total)
	}
	memory, parked := growth(heaps, "bytes", j.rate), growth(goroutines, "goroutines", 1)
	if e.Trend = memory; memory == nil || parked != nil && parked.Verdict.Grows() && !memory.Verdict.Grows() {
		e.Trend = parked
	}
	for s := range a.at {
		e.At = append(e.At, s)
	}
	slices.SortFunc(e.At, func(x, y report.Spot) int {
		return cmp.Or(cmp.Compare(a.at[y], a.at[x]), cmp.Compare(x.Pos.Filename, y.Pos.Filename), cmp.Compare(x.Pos.Line, y.Pos.Line), cmp.Compare(x.Func, y.Func))
	})
	return e
}

// Enough is how many profiles of a process tell how it goes on.
const Enough = 3

// growth returns how a series goes on; nil if it is too short, or always nothing.
func growth(series []report.Sample, unit string, grain int64) *report.Trend {
	if len(series) < Enough || !slices.ContainsFunc(series, func(s report.Sample) bool { return s.Value > 0 }) {
		return nil
	}
	return trend.Of(series, unit, grain)
}

// series returns the values of the profiles of a kind.
func (j *join) series(kind profile.Kind, values []int64) []report.Sample {
	var out []report.Sample
	for i, p := range j.Profiles {
		if p.Kind == kind {
			out = append(out, report.Sample{Time: p.Time, Value: float64(values[i])})
		}
	}
	return out
}

func (j *join) totals(kind profile.Kind) []report.Sample {
	values := make([]int64, len(j.Profiles))
	for i, p := range j.Profiles {
		values[i] = p.Bytes + int64(p.Goroutines)
	}
	return j.series(kind, values)
}

func newest(series []report.Sample) int64 {
	if len(series) == 0 {
		return 0
	}
	return int64(series[len(series)-1].Value)
}

// stackBytes is what the stack of a goroutine takes at least (runtime.stackMin).
const stackBytes = 2048

// rank orders evidence: what grows, or is stuck for good, first; then by what it takes.
func rank(a, b *report.Evidence) int {
	weight := func(e *report.Evidence) int64 { return e.Bytes + stackBytes*int64(max(e.Goroutines, e.Leaked)) }
	switch {
	case a == nil || b == nil:
		return compareBool(b != nil, a != nil)
	case a.Grows() != b.Grows():
		return compareBool(b.Grows(), a.Grows())
	}
	return cmp.Compare(weight(b), weight(a))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
