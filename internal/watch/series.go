package watch

import (
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile/trend"
)

// maxPoints is how many samples of a series are kept: enough for a slope that some
// odd ones do not bend.
const maxPoints = 128

// A series is a sum over time, in at most maxPoints samples at even distances.
type series struct {
	kept   []report.Sample
	stride int // one sample of so many is kept; 0 means 1
	since  int // how many came after the last one that is kept
	last   report.Sample
	grain  int64 // see trend.Of
}

// add adds a sample, and lets every second one go when there are too many.
func (s *series) add(x report.Sample) {
	s.stride = max(s.stride, 1)
	s.last = x
	s.since++
	if len(s.kept) > 0 && s.since < s.stride {
		return
	}
	s.since = 0
	if len(s.kept) == maxPoints {
		for i := range maxPoints / 2 {
			s.kept[i] = s.kept[2*i]
		}
		s.kept = s.kept[:maxPoints/2]
		s.stride *= 2
	}
	s.kept = append(s.kept, x)
}

// samples returns those that are kept, and the newest one in any case.
func (s *series) samples() []report.Sample {
	if len(s.kept) > 0 && s.since == 0 {
		return s.kept
	}
	if len(s.kept) == 0 {
		return nil
	}
	return append(s.kept[:len(s.kept):len(s.kept)], s.last)
}

// trend returns how the series goes on, nil if there are too few samples to tell.
func (s *series) trend(unit string) *report.Trend {
	samples := s.samples()
	if len(samples) < 3 {
		return nil
	}
	return trend.Of(samples, unit, max(1, s.grain))
}
