package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/memlint/memlint/internal/driver/report"
)

const (
	maxRows    = 20  // of each unit, where there is room
	narrow     = 100 // columns, below which a row is two lines
	sparkWidth = 12
)

// Escape sequences.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	reset = "\x1b[0m"
)

// A look says how a table looks.
type look struct {
	width  int // in columns; 0 if any will do
	height int // in lines; 0 if any will do
	colour bool
	blocks []rune // of sparklines
}

// table returns what there is to tell, as lines for people.
func (l look) table(r *run) string {
	text := l.line(r.title(), bold, "") + l.total(&r.history.heap, unitBytes, "live heap")
	if !r.history.goroutines.last.Time.IsZero() {
		name := unitGoroutines
		if r.history.hasLeaked {
			name += fmt.Sprintf(", %d leaked", r.history.leaked)
		}
		text += l.total(&r.history.goroutines, unitGoroutines, name)
	}
	text += l.rows(r)
	if lines := strings.SplitAfter(text, "\n"); l.height > 0 && len(lines) > l.height {
		text = strings.Join(lines[:l.height-1], "")
	}
	return text
}

// title says what is watched, and for how long.
func (r *run) title() string {
	s := fmt.Sprintf("%s, %v, %s", r.server, r.now.Sub(r.start).Round(time.Second), count(r.polls, "poll"))
	if r.failed > 0 {
		s += fmt.Sprintf(", %d without a profile", r.failed)
	}
	if r.restarts > 0 {
		s += ", started again " + count(r.restarts, "time")
	}
	return s
}

// total returns the row of a whole.
func (l look) total(s *series, unit, name string) string {
	samples := s.samples()
	return l.row(s.last.Value, unit, s.trend(unit), samples, name)
}

// rows returns those of what grows, as many as there is room for.
func (l look) rows(r *run) string {
	bytes, waits := r.history.growing()
	if len(bytes)+len(waits) == 0 {
		return l.line("no place of the program grows so far", "", "")
	}
	room := [2]int{maxRows, maxRows}
	if l.height > 0 {
		each := strings.Count(l.row(0, unitBytes, nil, nil, ""), "\n")
		all := max(1, (l.height-2*each-4)/each) // below the title, the totals and a heading
		room[1] = min(maxRows, len(waits), max(all/3, all-len(bytes)))
		room[0] = min(maxRows, all-room[1])
	}
	var b strings.Builder
	b.WriteString(l.line("what grows:", bold, ""))
	left := 0
	for i, list := range [][]growing{bytes, waits} {
		n := min(len(list), room[i])
		left += len(list) - n
		for _, g := range list[:n] {
			b.WriteString(l.row(g.series.last.Value, g.unit, g.trend, g.series.samples(), r.named(g)))
		}
	}
	if left > 0 {
		b.WriteString(l.line("and "+count(left, "more place"), "", ""))
	}
	return b.String()
}

// named returns where a site is, and the finding there.
func (r *run) named(g growing) string {
	name := place(g.at.Func, g.at.File, g.at.Line)
	if g.leaked > 0 {
		name += fmt.Sprintf(", %d leaked", g.leaked)
	}
	if f := r.findings.at(g.unit, g.site); f != nil {
		name += "  " + f.Rule()
	}
	return name
}

// row returns the line or two lines of a series.
func (l look) row(value float64, unit string, t *report.Trend, samples []report.Sample, name string) string {
	amount, slope, verdict := report.Bytes(value), "", report.Unclear
	if unit == unitGoroutines {
		amount = fmt.Sprintf("%.0f", value)
	}
	if t != nil {
		slope, verdict = perHour(t.PerHour, unit), t.Verdict
	}
	colour := ""
	if verdict.Grows() {
		colour = red
	}
	spark := sparkline(samples, sparkWidth, l.blocks)
	padding := strings.Repeat(" ", sparkWidth-utf8.RuneCountInString(spark))
	numbers := fmt.Sprintf("%9s  %12s  %-14s  %s%s", amount, slope, verdict, spark, padding)
	if l.width > 0 && l.width < narrow {
		return l.line(numbers, colour, string(verdict)) + l.line("           "+name, "", "")
	}
	return l.line(numbers+"  "+name, colour, string(verdict))
}

// line returns text as a line that does not wrap round, with what of it is in
// colour; all of it if that is "".
func (l look) line(text, colour, what string) string {
	text = strings.TrimRight(text, " ")
	if l.width > 0 && utf8.RuneCountInString(text) >= l.width {
		text = string([]rune(text)[:max(0, l.width-4)]) + "..."
	}
	if l.colour && colour != "" {
		if what == "" {
			what = text
		}
		text = strings.Replace(text, what, colour+what+reset, 1)
	}
	return text + "\n"
}
