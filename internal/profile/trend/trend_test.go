package trend_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile/trend"
)

const (
	mb = 1 << 20
	gb = 1 << 30
)

var start = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// hourly returns samples of which the values are of one hour after the other.
func hourly(values ...float64) []report.Sample {
	var samples []report.Sample
	for i, v := range values {
		samples = append(samples, report.Sample{Time: start.Add(time.Duration(i) * time.Hour), Value: v})
	}
	return samples
}

// made returns n hourly samples of a function of the hour.
func made(n int, value func(hour float64) float64) []report.Sample {
	var values []float64
	for i := range n {
		values = append(values, value(float64(i)))
	}
	return hourly(values...)
}

// noisy adds noise of the given standard deviation.
func noisy(deviation float64, value func(hour float64) float64) func(float64) float64 {
	r := rand.New(rand.NewPCG(1, 2))
	return func(h float64) float64 { return value(h) + deviation*r.NormFloat64() }
}

func line(from, perHour float64) func(float64) float64 {
	return func(h float64) float64 { return from + perHour*h }
}

// teeth grow for a while and then fall back.
func teeth(height float64, hours int) func(float64) float64 {
	return func(h float64) float64 { return height * float64(int(h)%hours) / float64(hours) }
}

func sum(a, b func(float64) float64) func(float64) float64 {
	return func(h float64) float64 { return a(h) + b(h) }
}

func stair(from, height float64, hours int) func(float64) float64 {
	return func(h float64) float64 { return from + height*float64(int(h)/hours) }
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name    string
		samples []report.Sample
		unit    string
		verdict report.Verdict
		perHour float64 // within a tenth, or a thousandth of the largest value
	}{
		{"nothing", nil, "bytes", report.Unclear, 0},
		{"one", hourly(5 * mb), "bytes", report.Unclear, 0},
		{"two", hourly(5*mb, 500*mb), "bytes", report.Unclear, 0},
		{"three that rise", hourly(100*mb, 205*mb, 300*mb), "bytes", report.Steady, 100 * mb},
		{"three, of which one falls", hourly(100*mb, 305*mb, 300*mb), "bytes", report.Unclear, 100 * mb},
		{"three that say nothing", hourly(100*mb, 150*mb, 90*mb), "bytes", report.Unclear, -5 * mb},
		{"three alike", hourly(100*mb, 101*mb, 100*mb), "bytes", report.Flat, 0},

		{"constant", made(20, line(100*mb, 0)), "bytes", report.Flat, 0},
		{"never anything", made(20, line(0, 0)), "bytes", report.Flat, 0},
		{"noise", made(50, noisy(10*mb, line(100*mb, 0))), "bytes", report.Flat, 0},
		{"much noise, few samples", made(5, noisy(100*mb, line(100*mb, 0))), "bytes", report.Unclear, math.NaN()},
		{"a line", made(20, line(100*mb, 10*mb)), "bytes", report.Steady, 10 * mb},
		{"a line from nothing", made(20, line(0, 10*mb)), "bytes", report.Steady, 10 * mb},
		{"a line with noise", made(50, noisy(20*mb, line(100*mb, 5*mb))), "bytes", report.Steady, 5 * mb},
		{"down", made(20, line(900*mb, -10*mb)), "bytes", report.Flat, -10 * mb},
		{"hardly up", made(20, line(gb, mb)), "bytes", report.Flat, mb},

		{"teeth", made(60, sum(line(gb, 0), teeth(300*mb, 7))), "bytes", report.Flat, 0},
		{"teeth on a line", made(60, sum(line(gb, 20*mb), teeth(300*mb, 7))), "bytes", report.Steady, 20 * mb},
		{"days and nights", made(96, func(h float64) float64 { return gb + 200*mb*math.Sin(h/24*2*math.Pi) }), "bytes", report.Flat, math.NaN()},

		{"a stair", made(40, stair(100*mb, 100*mb, 8)), "bytes", report.Steps, 12.5 * mb},
		{"a stair with noise", made(40, noisy(5*mb, stair(100*mb, 100*mb, 8))), "bytes", report.Steps, 12.5 * mb},
		{"a short stair", hourly(0, 0, 100*mb, 100*mb, 100*mb, 200*mb, 200*mb), "bytes", report.Steps, math.NaN()},
		{"one jump in the middle", made(20, stair(100*mb, 100*mb, 10)), "bytes", report.Unclear, math.NaN()},
		{"one jump, early", made(20, func(h float64) float64 { return 100*mb + 100*mb*min(1, math.Floor(h/4)) }), "bytes", report.Flat, 0},
		{"one jump, late", made(20, func(h float64) float64 { return 100*mb + 100*mb*math.Floor(h/16) }), "bytes", report.Flat, 0},
		{"warm after a while", made(40, func(h float64) float64 { return gb * (1 - math.Exp(-h/5)) }), "bytes", report.Flat, math.NaN()},
		{"warm late", made(40, func(h float64) float64 { return gb * (1 - math.Exp(-h/11)) }), "bytes", report.Unclear, math.NaN()},
		{"flat, then a line", made(40, func(h float64) float64 { return 100*mb + 20*mb*max(0, h-15) }), "bytes", report.Steady, math.NaN()},

		{"three samples of the runtime", hourly(0, mb/2, mb/2, mb, mb, 1.5*mb), "bytes", report.Unclear, math.NaN()},
		{"the same in goroutines", hourly(0, mb/2, mb/2, mb, mb, 1.5*mb), "goroutines", report.Steady, math.NaN()},
		{"goroutines that leak", hourly(1, 11, 21, 32, 40), "goroutines", report.Steady, 10},
		{"goroutines of requests", hourly(90, 95, 100, 104), "goroutines", report.Flat, 4.75},
		{"goroutines that wait for the next", hourly(3, 3, 3, 3), "goroutines", report.Flat, 0},

		{"all at once", []report.Sample{{Time: start, Value: 1}, {Time: start, Value: 2}, {Time: start, Value: 3}}, "bytes", report.Unclear, 0},
		{"some at once", slices.Concat(made(10, line(0, 100*mb)), made(10, line(0, 100*mb))), "bytes", report.Steady, 100 * mb},
		{"very many", made(100_000, line(100*mb, mb)), "bytes", report.Steady, mb},
	} {
		t.Run(test.name, func(t *testing.T) {
			reversed := slices.Clone(test.samples)
			slices.Reverse(reversed)
			for _, samples := range [][]report.Sample{test.samples, reversed} {
				got := trend.Of(samples, test.unit, grain(test.unit))
				if got.Verdict != test.verdict {
					t.Errorf("verdict %q, want %q; %v per hour", got.Verdict, test.verdict, got.PerHour)
				}
				var most float64
				for _, s := range samples {
					most = max(most, s.Value)
				}
				if math.Abs(got.PerHour-test.perHour) > max(math.Abs(test.perHour)/10, most/1000) {
					t.Errorf("%v per hour, want %v", got.PerHour, test.perHour)
				}
				if math.IsNaN(got.PerHour) || math.IsInf(got.PerHour, 0) {
					t.Errorf("%v per hour", got.PerHour)
				}
				if got.Unit != test.unit {
					t.Errorf("unit %q", got.Unit)
				}
				if len(got.Series) != len(samples) || !slices.IsSortedFunc(got.Series, func(a, b report.Sample) int { return a.Time.Compare(b.Time) }) {
					t.Errorf("series %v", got.Series)
				}
			}
		})
	}
}

// Of series in which nothing but chance changes, at most 1 in 50 grow. What a site
// has is what the runtime has sampled of it, and the distances between samples are of
// an exponential distribution.
func TestChance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, expected := range []float64{1, 5, 50, 500} {
		grows := 0
		for range 500 {
			series := made(12, func(float64) float64 {
				samples := 0.0
				for at := r.ExpFloat64(); at < expected; at += r.ExpFloat64() {
					samples++
				}
				return samples * mb / 2
			})
			if trend.Of(series, "bytes", 512<<10).Verdict.Grows() {
				grows++
			}
		}
		if grows > 10 {
			t.Errorf("%d of 500 series of around %v samples grow", grows, expected)
		}
	}
}

// grain returns that of profiles of the unit.
func grain(unit string) int64 {
	if unit == "bytes" {
		return 512 << 10
	}
	return 1
}
