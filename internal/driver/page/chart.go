package page

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// A chart is a series of values over time, drawn as a line. The line is on a
// field that browsers stretch, so that it fits any page; labels stand at shares
// of the width, and keep their size.
type chart struct {
	Title   string
	Trend   *trend
	Label   string  // what the line shows, in words
	Line    string  // points on a field of 1000 by 1000
	Area    string  // the same, down to zero
	Rows    []tick  // At is in the height of the chart
	Columns []tick  // At is in percent of its width
	End     float64 // of the line, in the height
	Values  []value
	Thinned bool // Values are not all
}

// A tick is a label on an axis.
type tick struct {
	At     float64
	Text   string
	Anchor string // where the label is at
}

// A value is a row of the table for those who do not see the line.
type value struct{ Time, Text string }

const (
	field      = 1000 // width and height of what browsers stretch
	plotTop    = 18   // of the height of a chart, in CSS pixels: room for a label
	plotHeight = 150
	maxPoints  = 400 // of a line
	maxSpark   = 60  // of a small one
	maxValues  = 48  // of a table
	maxTicks   = 4
)

// newChart returns the chart of a series of at least two samples. The trend may
// be nil.
func newChart(title string, series []report.Sample, unit string, t *report.Trend) chart {
	words := valued(unit)
	first, last := series[0], series[len(series)-1]
	peak := 0.0
	for _, s := range series {
		peak = max(peak, s.Value)
	}
	step := niceStep(peak, unit)
	rows := max(1, math.Ceil(peak/step))
	top := rows * step

	c := chart{Title: title, Trend: newTrend(t), End: height(last.Value / top)}
	shown := thin(series, maxPoints)
	c.Line = line(shown, top)
	c.Area = fmt.Sprintf("0,%d %s %d,%d", field, c.Line, field, field)
	for i := 0.0; i <= rows; i++ {
		c.Rows = append(c.Rows, tick{At: height(i / rows), Text: words(i * step)})
	}
	c.Columns = columns(series)
	c.Label = fmt.Sprintf("%s in %s: %s at first, %s at last, %s at most",
		title, count(len(series), "profile"), words(first.Value), words(last.Value), words(peak))
	table := thin(series, maxValues)
	c.Thinned = len(table) < len(series)
	for _, s := range table {
		c.Values = append(c.Values, value{"not known", words(s.Value)})
		if !s.Time.IsZero() {
			c.Values[len(c.Values)-1].Time = moment(s.Time)
		}
	}
	return c
}

// height returns where a share of the highest value is in a chart.
func height(share float64) float64 { return math.Round(plotTop + plotHeight*(1-share)) }

// spark returns the points of a line without axes.
func spark(series []report.Sample) string {
	peak := 1.0
	for _, s := range series {
		peak = max(peak, s.Value)
	}
	return line(thin(series, maxSpark), peak)
}

// line returns the points of a series on the field, from zero to top.
func line(series []report.Sample, top float64) string {
	var b strings.Builder
	from, span := extent(series)
	for i, s := range series {
		x := float64(i) / max(1, float64(len(series)-1))
		if span > 0 {
			x = float64(s.Time.Sub(from)) / float64(span)
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%.0f,%.0f", field*x, field*(1-s.Value/top))
	}
	return b.String()
}

// extent returns when a series begins and how long it is; 0 if its times do not
// put it in its order, so that only the order can be shown.
func extent(series []report.Sample) (from time.Time, span time.Duration) {
	for i, s := range series {
		if s.Time.IsZero() || i > 0 && s.Time.Before(series[i-1].Time) {
			return time.Time{}, 0
		}
	}
	if len(series) == 0 {
		return time.Time{}, 0
	}
	from = series[0].Time
	return from, series[len(series)-1].Time.Sub(from)
}

// thin returns a series of at most n samples, where n is at least 4: the first
// and the last, and the lowest and the highest of each stretch between them, so
// that no peak is lost.
func thin(series []report.Sample, n int) []report.Sample {
	if len(series) <= n {
		return series
	}
	inner, stretches := series[1:len(series)-1], (n-2)/2
	out := []report.Sample{series[0]}
	for i := range stretches {
		part := inner[i*len(inner)/stretches : (i+1)*len(inner)/stretches]
		low, high := 0, 0
		for j, s := range part {
			if s.Value < part[low].Value {
				low = j
			}
			if s.Value > part[high].Value {
				high = j
			}
		}
		out = append(out, part[min(low, high)])
		if low != high {
			out = append(out, part[max(low, high)])
		}
	}
	return append(out, series[len(series)-1])
}

// niceStep returns the distance of lines at round values, of which at most
// maxTicks are needed to reach peak.
func niceStep(peak float64, unit string) float64 {
	one := 1.0
	if unit == "bytes" {
		for one*1024 <= peak {
			one *= 1024
		}
	}
	if peak <= maxTicks {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(peak/one/maxTicks)))
	for _, m := range []float64{1, 2, 5} {
		if step := m * power * one; step*maxTicks >= peak {
			return step
		}
	}
	return 10 * power * one
}

// columns returns labels at round times, or where the series begins and ends if
// it has no times or is short.
func columns(series []report.Sample) []tick {
	from, span := extent(series)
	if span < time.Minute {
		return []tick{{0, "oldest", "start"}, {100, "newest", "end"}}
	}
	steps := []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	}
	step := time.Second
	for _, step = range steps {
		if span/step <= maxTicks {
			break
		}
	}
	for span/step > maxTicks {
		step *= 2
	}
	var ticks []tick
	for t := from.UTC().Truncate(step); !t.After(from.Add(span)); t = t.Add(step) {
		if t.Before(from) {
			continue
		}
		text := t.Format("15:04")
		if t.Equal(t.Truncate(24 * time.Hour)) {
			text = t.Format("2 Jan")
		}
		at := 100 * float64(t.Sub(from)) / float64(span)
		anchor := "middle"
		switch {
		case at < 8:
			anchor = "start"
		case at > 92:
			anchor = "end"
		}
		ticks = append(ticks, tick{math.Round(at*10) / 10, text, anchor})
	}
	return ticks
}
