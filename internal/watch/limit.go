package watch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// minSamples is how many heap profiles it takes to judge growth. Fewer are too
// easily in a row.
const minSamples = 10

// bytesPer are the units that limits may have.
var bytesPer = map[string]float64{
	"": 1, "B": 1,
	"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40,
}

// parseAmount reads "500MB": a number that is not negative, and a unit.
func parseAmount(s string, unit map[string]float64) (float64, error) {
	at := strings.LastIndexAny(s, "0123456789.") + 1
	n, err := strconv.ParseFloat(s[:at], 64)
	per, ok := unit[strings.ToUpper(strings.TrimSpace(s[at:]))]
	if err != nil || !ok || n < 0 || math.IsInf(n, 0) {
		return 0, errors.New("no amount")
	}
	return n * per, nil
}

// A heapLimit is how many bytes may be in use; 0 if any number may be.
type heapLimit float64

// Set reads the form of the flag.
func (l *heapLimit) Set(s string) error {
	n, err := parseAmount(s, bytesPer)
	if err != nil || n < 1 {
		return errors.New(`want an amount such as "500MB" or "2GiB"`)
	}
	*l = heapLimit(n)
	return nil
}

// String returns the limit as messages have it.
func (l *heapLimit) String() string {
	if l == nil || *l == 0 {
		return ""
	}
	return report.Bytes(float64(*l))
}

// A growthLimit is by how much the heap may grow.
type growthLimit struct {
	set   bool
	share float64 // of the heap, per hour
	bytes float64 // per hour, if share is 0
	text  string
}

// Set reads the form of the flag.
func (l *growthLimit) Set(s string) error {
	wrong := errors.New(`want an amount per hour such as "5%/h" or "10MB/h"`)
	per, ok := strings.CutSuffix(s, "/h")
	if !ok {
		return wrong
	}
	*l = growthLimit{set: true, text: s}
	var err error
	if percent, ok := strings.CutSuffix(per, "%"); ok {
		l.share, err = parseAmount(percent, map[string]float64{"": 0.01})
	} else {
		l.bytes, err = parseAmount(per, bytesPer)
	}
	if err != nil {
		return wrong
	}
	return nil
}

// String returns the limit as it was set.
func (l *growthLimit) String() string {
	if l == nil {
		return ""
	}
	return l.text
}

// allowed returns how many bytes per hour a heap of that series may grow.
func (l *growthLimit) allowed(samples []report.Sample) float64 {
	return max(l.bytes, l.share*median(samples))
}

// median is 0 if there are no samples.
func median(samples []report.Sample) float64 {
	if len(samples) == 0 {
		return 0
	}
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = s.Value
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// A judgement is what a series of heaps says to a limit on growth.
type judgement int

const (
	within  judgement = iota
	tooFew            // samples
	unclear           // the slope is above the limit, but that may be chance
	passed
)

// judge compares a heap with the limit, and says in words how it grows.
func (l *growthLimit) judge(heap *series) (judgement, string) {
	samples := heap.samples()
	if len(samples) < minSamples {
		return tooFew, fmt.Sprintf("%s in a row, and it takes %d to judge growth", count(len(samples), "heap profile"), minSamples)
	}
	trend := heap.trend(unitBytes)
	if trend == nil || trend.PerHour <= l.allowed(samples) {
		return within, ""
	}
	words := strings.TrimPrefix(perHour(trend.PerHour, unitBytes), "+")
	if middle := median(samples); middle > 0 {
		words += fmt.Sprintf(" (%.1f%%/h)", 100*trend.PerHour/middle)
	}
	if !trend.Verdict.Grows() {
		return unclear, words
	}
	return passed, words
}
