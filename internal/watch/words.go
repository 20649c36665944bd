package watch

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// plain returns text of a server so that a terminal takes none of it for a
// command, and each byte of it fills one column: what is not ASCII is escaped.
func plain(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), `\\`, `\`)
}

// amount returns a value with its unit, "bytes" or "goroutines".
func amount(v float64, unit string) string {
	if unit == unitBytes {
		return report.Bytes(v)
	}
	if digits := strconv.FormatFloat(v, 'f', 0, 64); digits != "1" {
		return digits + " goroutines"
	}
	return "1 goroutine"
}

// perHour returns a slope: "+12.1 MiB/h".
func perHour(v float64, unit string) string {
	sign := "+"
	if v < 0 {
		sign = ""
	}
	if unit == unitBytes {
		return sign + report.Bytes(v) + "/h"
	}
	return fmt.Sprintf("%s%d/h", sign, int(math.Round(v)))
}

// count returns n with a noun in singular or plural.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// clock returns a time as all output has it.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// place returns where a site is in few words: "store.(*Cache).Put store.go:31".
// What is in front of the package says nothing to who knows the program.
func place(fn, file string, line int) string {
	at := strings.LastIndexByte(untilBracket(fn), '/')
	return plain(fmt.Sprintf("%s %s:%d", fn[at+1:], path.Base(strings.ReplaceAll(file, `\`, "/")), line))
}

// untilBracket cuts off arguments of types, in which there are paths, too.
func untilBracket(fn string) string {
	fn, _, _ = strings.Cut(fn, "[")
	return fn
}

// Blocks of a sparkline, from low to high.
var (
	unicodeBlocks = []rune("▁▂▃▄▅▆▇█")
	asciiBlocks   = []rune("_.-:=+*#")
)

// sparkline draws a series in so many columns at most: each is the last sample of
// its share of them, from the least of the series to its most.
func sparkline(samples []report.Sample, width int, blocks []rune) string {
	if len(samples) == 0 {
		return ""
	}
	low, high := samples[0].Value, samples[0].Value
	for _, s := range samples {
		low, high = min(low, s.Value), max(high, s.Value)
	}
	width = min(width, len(samples))
	line := make([]rune, width)
	for i := range line {
		v := samples[(i+1)*len(samples)/width-1].Value
		level := 0
		if high > low {
			level = int((v - low) / (high - low) * float64(len(blocks)-1))
		}
		line[i] = blocks[level]
	}
	return string(line)
}
