package page

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

func TestAxes(t *testing.T) {
	series := func(span time.Duration, peak float64) []report.Sample {
		s := growing(2, 0, peak)
		s[1].Time = s[0].Time.Add(span)
		return s
	}
	untimed := series(time.Hour, 7)
	untimed[1].Time = time.Time{}
	for name, test := range map[string]struct {
		series        []report.Sample
		unit          string
		rows, columns string
	}{
		"bytes":       {series(6*time.Hour+45*time.Minute, 1.34*(1<<30)), "bytes", "0 B, 512 MiB, 1 GiB, 1.5 GiB", "09:00 at 0, 12:00 at 44.4, 15:00 at 88.9"},
		"few bytes":   {series(90*time.Second, 3), "bytes", "0 B, 1 B, 2 B, 3 B", "09:00 at 0, 09:01 at 66.7"},
		"goroutines":  {series(26*time.Hour, 2724), "goroutines", "0, 1000, 2000, 3000", "12:00 at 11.5, 18:00 at 34.6, 3 Mar at 57.7, 06:00 at 80.8"},
		"a month":     {series(30*24*time.Hour, 12), "goroutines", "0, 5, 10, 15", "6 Mar at 12.1, 14 Mar at 38.8, 22 Mar at 65.4, 30 Mar at 92.1"},
		"nothing":     {series(time.Hour, 0), "goroutines", "0, 1", "09:00 at 0, 09:15 at 25, 09:30 at 50, 09:45 at 75, 10:00 at 100"},
		"no time":     {untimed, "goroutines", "0, 2, 4, 6, 8", "oldest at 0, newest at 100"},
		"a short one": {series(time.Second, 4), "goroutines", "0, 1, 2, 3, 4", "oldest at 0, newest at 100"},
		"backwards":   {series(-time.Hour, 4), "goroutines", "0, 1, 2, 3, 4", "oldest at 0, newest at 100"},
	} {
		c := newChart("", test.series, test.unit, nil)
		var rows, columns []string
		for _, r := range c.Rows {
			rows = append(rows, r.Text)
		}
		for _, r := range c.Columns {
			columns = append(columns, fmt.Sprintf("%s at %v", r.Text, r.At))
		}
		if got := strings.ReplaceAll(strings.Join(rows, ", "), "\u00a0", " "); got != test.rows {
			t.Errorf("%s: rows %s, want %s", name, got, test.rows)
		}
		if got := strings.Join(columns, ", "); got != test.columns {
			t.Errorf("%s: columns %s, want %s", name, got, test.columns)
		}
	}
}

func TestLine(t *testing.T) {
	uneven := growing(3, 0, 50)
	uneven[1].Time = uneven[0].Time.Add(3 * time.Minute)
	untimed := growing(3, 0, 50)
	untimed[1].Time = time.Time{}
	for name, test := range map[string]struct {
		series []report.Sample
		want   string
	}{
		"by time":       {uneven, "0,1000 100,500 1000,0"},
		"without times": {untimed, "0,1000 500,500 1000,0"},
		"one":           {growing(1, 25, 0), "0,750"},
		"none":          {nil, ""},
	} {
		if got := line(test.series, 100); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// TestThin checks that what is left of a long series still has its ends, its
// peak and its order.
func TestThin(t *testing.T) {
	series := growing(1000, 0, 1)
	series[777].Value = 5000
	series[778].Value = -1
	got := thin(series, 50)
	if len(got) > 50 || len(got) < 40 {
		t.Errorf("%d samples are left", len(got))
	}
	if got[0] != series[0] || got[len(got)-1] != series[999] {
		t.Error("an end is missing")
	}
	if !slices.Contains(got, series[777]) || !slices.Contains(got, series[778]) {
		t.Error("the peak or the trough is missing")
	}
	if !slices.IsSortedFunc(got, func(a, b report.Sample) int { return a.Time.Compare(b.Time) }) {
		t.Error("out of order")
	}
	if got := thin(series[:50], 50); len(got) != 50 {
		t.Errorf("%d of 50 are left", len(got))
	}
}
