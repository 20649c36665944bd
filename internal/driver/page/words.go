package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// size returns an amount of bytes in the largest unit of which there is one.
func size(bytes float64) string {
	return scaled(bytes, 1024, 1024, "\u00a0B", "\u00a0KiB", "\u00a0MiB", "\u00a0GiB", "\u00a0TiB", "\u00a0PiB", "\u00a0EiB")
}

// amount returns a number of things, exactly below ten thousand.
func amount(n float64) string {
	return scaled(n, 1000, 10_000, "", "\u00a0k", "\u00a0M", "\u00a0G", "\u00a0T")
}

// scaled, like the other functions below, puts a space between number and unit at
// which no line ends. It returns v in the first of units of which there are less than base;
// below least, in the first of all.
func scaled(v, base, least float64, units ...string) string {
	sign := ""
	if v < 0 {
		sign, v = "−", -v
	}
	u := 0
	if math.Round(v) >= least {
		for u < len(units)-1 && math.Round(v) >= base {
			v /= base
			u++
		}
	}
	digits := 0
	if v < 9.95 {
		digits = 1
	}
	return sign + strings.TrimSuffix(strconv.FormatFloat(v, 'f', digits, 64), ".0") + units[u]
}

// valued returns the function that words values of a unit of report.Trend.
func valued(unit string) func(float64) string {
	if unit == "bytes" {
		return size
	}
	return amount
}

// slope returns what a trend changes by, "" if that is next to nothing.
func slope(t *report.Trend) string {
	if math.Abs(t.PerHour) < 0.05 {
		return ""
	}
	text := valued(t.Unit)(t.PerHour) + " per hour"
	if t.PerHour > 0 {
		text = "+" + text
	}
	return text
}

// percent returns a share of 1.
func percent(share float64) string {
	switch p := 100 * share; {
	case p < 0.1:
		return "<\u00a00.1\u00a0%"
	case p < 9.95:
		return strconv.FormatFloat(p, 'f', 1, 64) + "\u00a0%"
	default:
		return strconv.FormatFloat(p, 'f', 0, 64) + "\u00a0%"
	}
}

// long returns a duration in its two largest units.
func long(d time.Duration) string {
	minutes := int(d.Minutes())
	switch days, hours := minutes/(24*60), minutes/60%24; {
	case days > 0:
		return fmt.Sprintf("%d\u00a0d\u00a0%d\u00a0h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d\u00a0h\u00a0%d\u00a0min", hours, minutes%60)
	}
	return fmt.Sprintf("%d\u00a0min", minutes)
}

// moment returns a time in UTC, so that all who read a report read the same.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04") }

// period returns when a time begins and ends.
func period(from, to time.Time) string {
	end := moment(to)
	if day, ok := strings.CutSuffix(end, to.UTC().Format(" 15:04")); ok && strings.HasPrefix(moment(from), day) {
		end = to.UTC().Format("15:04")
	}
	return moment(from) + " to " + end + " UTC"
}

// count returns n with a noun in singular or plural.
func count(n int, noun string) string {
	return strconv.Itoa(n) + " " + plural(noun, int64(n))
}

func plural(noun string, n int64) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
