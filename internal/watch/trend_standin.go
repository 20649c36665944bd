package watch

import (
	"math"
	"slices"

	"github.com/memlint/memlint/internal/driver/report"
)

// trendOf stands in for trend.Of, which is built elsewhere: the slope of Theil and
// Sen, and the test of Mann and Kendall.
func trendOf(samples []report.Sample, unit string) *report.Trend {
	n := float64(len(samples))
	if n < 3 {
		return nil
	}
	var slopes []float64
	sign := 0.0
	for i, a := range samples {
		for _, b := range samples[i+1:] {
			if hours := b.Time.Sub(a.Time).Hours(); hours > 0 {
				slopes = append(slopes, (b.Value-a.Value)/hours)
			}
			switch {
			case b.Value > a.Value:
				sign++
			case b.Value < a.Value:
				sign--
			}
		}
	}
	if len(slopes) == 0 {
		return nil
	}
	slices.Sort(slopes)
	t := &report.Trend{PerHour: slopes[len(slopes)/2], Unit: unit, Series: samples, Verdict: report.Flat}
	z := sign / math.Sqrt(n*(n-1)*(2*n+5)/18)
	switch {
	case n < 5:
		t.Verdict = report.Unclear
	case z > 2.5 && t.PerHour > 0:
		t.Verdict = report.Steady
	case math.Abs(z) > 1.5:
		t.Verdict = report.Unclear
	}
	return t
}
