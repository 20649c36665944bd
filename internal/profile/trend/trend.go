// Package trend says how a series of measurements goes on: whether a place has more
// and more, and how much more per hour.
//
// The slope is that of Theil and Sen: the median of the slopes between all pairs of
// samples. Up to 29 in 100 samples may be arbitrarily wrong without an effect on it,
// so neither the teeth of a heap between two collections nor one burst of load
// decides. Whether it is more than chance is a test of Mann and Kendall: whether later
// samples are larger in more pairs than they would be if the order said nothing. See
// Sen, Estimates of the Regression Coefficient Based on Kendall's Tau, Journal of the
// American Statistical Association 63 (1968).
//
// That test expects samples that do not depend on each other, and those of a program
// do. So a growth must, besides, be large: relative to the level, and to what
// chance makes of a steady state. The runtime samples the heap, so that the amount of a
// site of which n samples are in use has an error of about 1/sqrt(n). Goroutines that
// come and go with requests vary as if each were a sample.
package trend

import (
	"cmp"
	"math"
	"slices"

	"github.com/memlint/memlint/internal/driver/report"
)

const (
	// Slopes are between all pairs of so many samples, evenly chosen.
	maxPoints = 200

	// Of the normal distribution, what 1 in 100 exceeds.
	certain = 2.33

	// Less growth than this part of the level is none.
	small = 0.05

	// If it may have grown by more than this part of the level, it is not flat.
	large = 0.25
)

// Of returns how samples go on, in any order, of which the values are in unit: "bytes"
// or "goroutines". One in grain was counted: the rate of a heap profile in bytes, 1 for
// goroutines. The verdict is Unclear with fewer than three samples.
//
// What grew, but not in its last half, has warmed up and is Flat; so is what shrinks.
// It is Steps if a stair of at least two jumps fits twice as well as a line. One jump
// says nothing of the next.
func Of(samples []report.Sample, unit string, grain int64) *report.Trend {
	t := &report.Trend{Verdict: report.Unclear, Unit: unit, Series: slices.Clone(samples)}
	slices.SortStableFunc(t.Series, func(a, b report.Sample) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Value, b.Value))
	})
	s := choose(t.Series)
	if len(s.values) < 3 || s.span() == 0 {
		return t
	}
	slope := s.slope()
	t.PerHour = slope
	t.Verdict = s.verdict(slope, float64(grain))
	return t
}

// A series is samples in the order of their times.
type series struct {
	hours  []float64 // since the first
	values []float64
}

func choose(samples []report.Sample) series {
	var s series
	n := min(len(samples), maxPoints)
	for i := range n {
		at := samples[0]
		if n > 1 {
			at = samples[i*(len(samples)-1)/(n-1)]
		}
		s.hours = append(s.hours, at.Time.Sub(samples[0].Time).Hours())
		s.values = append(s.values, at.Value)
	}
	return s
}

func (s series) span() float64 { return s.hours[len(s.hours)-1] }

// slope is the median of all slopes between two samples, in units per hour.
func (s series) slope() float64 {
	var slopes []float64
	for i := range s.hours {
		for j := range i {
			if dt := s.hours[i] - s.hours[j]; dt > 0 {
				slopes = append(slopes, (s.values[i]-s.values[j])/dt)
			}
		}
	}
	return median(slopes)
}

func (s series) verdict(slope, grain float64) report.Verdict {
	level := median(s.values)
	growth := slope * s.span()
	chance := math.Sqrt(2 * level * grain)
	rises := growth >= level*small && s.rises()
	switch {
	case (!rises || growth < 1.5*chance) && max(growth, 0)+s.uncertainty(slope) <= level*large:
		return report.Flat
	case !rises || growth < 2*chance:
		return report.Unclear
	}

	// Of something that grows steadily, half is in the last half.
	n := len(s.values)
	part := max(1, n/4)
	middle := (n - part) / 2
	first, mid, last := median(s.values[:part]), median(s.values[middle:middle+part]), median(s.values[n-part:])
	rise, late := last-first, last-mid
	if late < 0.1*rise {
		return report.Flat
	}
	jumps := s.jumps()
	stair := len(jumps) <= (n-1)/3 && 2*s.besideStair(jumps) <= s.besideLine(slope)
	switch {
	case late < 0.25*rise, rise <= 0, stair && len(jumps) == 1:
		return report.Unclear
	case stair:
		return report.Steps
	}
	return report.Steady
}

// rises reports whether later samples are larger: all, or more than by chance.
func (s series) rises() bool {
	var up, down, pairs float64
	for i := range s.hours {
		for j := range i {
			if s.hours[i] == s.hours[j] {
				continue
			}
			pairs++
			switch {
			case s.values[i] > s.values[j]:
				up++
			case s.values[i] < s.values[j]:
				down++
			}
		}
	}
	n := float64(len(s.values))
	variance := n * (n - 1) * (2*n + 5)
	sorted := slices.Sorted(slices.Values(s.values))
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		equal := float64(j - i)
		variance -= equal * (equal - 1) * (2*equal + 5)
		i = j
	}
	return up == pairs || up-down-1 > certain*math.Sqrt(variance/18)
}

// uncertainty is the standard error of the growth over all samples, if what they are
// beside the line is chance.
func (s series) uncertainty(slope float64) float64 {
	n := float64(len(s.hours))
	var mean, squares float64
	for _, h := range s.hours {
		mean += h / n
	}
	for _, h := range s.hours {
		squares += (h - mean) * (h - mean)
	}
	// Of a normal distribution, the standard deviation is 1.25 times the mean one.
	return 1.25 * s.besideLine(slope) / n * s.span() / math.Sqrt(squares)
}

// besideLine returns how far the samples are from the line, in sum.
func (s series) besideLine(slope float64) float64 {
	var above []float64
	for i, h := range s.hours {
		above = append(above, s.values[i]-slope*h)
	}
	return beside(above)
}

// jumps returns before which samples the large jumps are: those of at least half of
// the largest.
func (s series) jumps() []int {
	var largest float64
	for i := 1; i < len(s.values); i++ {
		largest = max(largest, s.values[i]-s.values[i-1])
	}
	var jumps []int
	for i := 1; i < len(s.values); i++ {
		if s.values[i]-s.values[i-1] >= largest/2 {
			jumps = append(jumps, i)
		}
	}
	return jumps
}

// besideStair returns how far the samples are from the stair of these jumps, in sum.
func (s series) besideStair(jumps []int) float64 {
	var sum float64
	from := 0
	for _, to := range append(jumps, len(s.values)) {
		sum += beside(s.values[from:to])
		from = to
	}
	return sum
}

// beside returns how far values are from their median, in sum.
func beside(values []float64) float64 {
	m := median(values)
	var sum float64
	for _, v := range values {
		sum += math.Abs(v - m)
	}
	return sum
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
