// Package terminal prints findings for people who look at them: as package
// text does, with the lines of source that are meant and, if wanted, in colour.
//
//	poll.go:14:7: ticker is not stopped on every path (timerleak/ticker-not-stopped)
//	   14 |     t := time.NewTicker(d)
//	      |          ^~~~~~~~~~~~~~~~~
//	  poll.go:21:4: returns without calling Stop
//	   21 |         return
//	      |         ^
//	  fix: Defer Stop after the ticker is created
//
// The first line of a finding is that of package text, so that terminals which
// make links of positions do here, too.
package terminal

import (
	"bytes"
	"fmt"
	"go/token"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/memlint/memlint/internal/driver/report"
)

// Style says how findings look.
type Style struct {
	Colour bool
	Width  int                      // of the terminal in columns, 0 if it is not known
	Source func(file string) []byte // the text of a file, nil if it is not known
}

// Escape sequences: the eight colours that every terminal has, in the scheme
// that its owner chose, and none for the words, which must be read on any ground.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
)

const (
	tabWidth = 4
	maxLine  = 200 // columns of a line of source that are shown where there is room
	minLine  = 20  // and where there is none
	dots     = "..."
)

// Format returns findings, which are sorted, with a blank line between them. File names below dir
// are relative to it.
func Format(findings []report.Finding, dir string, style Style) []byte {
	p := &printer{Style: style, dir: dir}
	for i, f := range findings {
		if i > 0 {
			p.out.WriteByte('\n')
		}
		if heading := report.Heading(findings, i); heading != "" {
			p.out.WriteString(p.paint(bold, heading) + "\n\n")
		}
		p.finding(f)
	}
	return p.out.Bytes()
}

type printer struct {
	Style
	dir    string
	out    bytes.Buffer
	gutter int // width of the line numbers of a finding
}

func (p *printer) finding(f report.Finding) {
	p.gutter = digits(f.Pos.Line)
	for _, r := range f.Related {
		p.gutter = max(p.gutter, digits(r.Pos.Line))
	}
	message := report.OneLine(f.Message)
	tail := ""
	if words := f.Tail(); strings.HasSuffix(message, words) {
		message, tail = strings.TrimSuffix(message, words), p.paint(dim, words)
	}
	fmt.Fprintf(&p.out, "%s %s%s\n", p.paint(bold, report.Position(f.Pos, p.dir)+":"), message, tail)
	colour := red
	if f.Aside() {
		colour = yellow
	}
	p.excerpt(f.Pos, f.End, colour)
	if text := f.Measured(); text != "" {
		fmt.Fprintf(&p.out, "  %s %s\n", p.paint(bold, "measured:"), text)
	}
	for _, r := range f.Related {
		fmt.Fprintf(&p.out, "  %s %s\n", p.paint(bold, report.Position(r.Pos, p.dir)+":"), report.OneLine(r.Message))
		p.excerpt(r.Pos, r.End, yellow)
	}
	// Only the first fix is ever applied, so only it is offered.
	if len(f.Fixes) > 0 {
		fmt.Fprintf(&p.out, "  %s %s\n", p.paint(green, "fix:"), report.OneLine(f.Fixes[0].Title))
	}
}

// excerpt prints the line of pos and marks what is meant up to end. It prints
// nothing if the line is not there, as with code that a program wrote.
func (p *printer) excerpt(pos, end token.Position, colour string) {
	line, ok := p.line(pos)
	if !ok {
		return
	}
	from, to := pos.Column-1, len(strings.TrimRight(line, " \t\r"))
	if end.Filename == pos.Filename && end.Line == pos.Line {
		to = min(to, end.Column-1)
	}
	shown, start := expand(line, from)
	_, stop := expand(line, to)
	room := maxLine
	if p.Width > 0 {
		// On a narrower terminal the marks would not be below what they mark.
		room = max(minLine, min(room, p.Width-p.gutter-len("   | ")))
	}
	shown, start, stop = clip(shown, start, stop, room)
	bar := p.paint(dim, "|")
	fmt.Fprintf(&p.out, "  %s %s %s\n", p.paint(dim, fmt.Sprintf("%*d", p.gutter, pos.Line)), bar, shown)
	mark := "^" + strings.Repeat("~", max(0, stop-start-1))
	fmt.Fprintf(&p.out, "  %*s %s %s%s\n", p.gutter, "", bar, strings.Repeat(" ", start), p.paint(colour, mark))
}

// line returns the line of pos, which must reach as far as pos.
func (p *printer) line(pos token.Position) (string, bool) {
	if p.Source == nil || pos.Line <= 0 || pos.Column <= 0 {
		return "", false
	}
	n := 0
	for line := range strings.Lines(string(p.Source(pos.Filename))) {
		if n++; n == pos.Line {
			line = strings.TrimRight(line, "\r\n")
			return line, pos.Column-1 < len(line)
		}
	}
	return "", false
}

// expand returns a line as it is shown: with spaces for tabs, and nothing that
// a terminal takes for a command. column is where the byte at offset at is then.
func expand(line string, at int) (shown string, column int) {
	var b strings.Builder
	n := 0
	column = -1
	for i, r := range line {
		if column < 0 && i >= at {
			column = n
		}
		switch {
		case r == '\t':
			spaces := tabWidth - n%tabWidth
			b.WriteString(strings.Repeat(" ", spaces))
			n += spaces
		case !unicode.IsPrint(r):
			b.WriteByte('?')
			n++
		default:
			b.WriteRune(r)
			n += columns(r)
		}
	}
	if column < 0 {
		column = n
	}
	return strings.TrimRight(b.String(), " "), column
}

// columns returns how many columns a letter takes: those of East Asia and
// pictures two, and an accent by itself none.
func columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// clip returns what of a line fits in room columns, with dots where there is
// more, and where the columns start and stop are then. What is at start is in
// it, with more of what follows than of what is in front.
func clip(shown string, start, stop, room int) (string, int, int) {
	total := 0
	for _, r := range shown {
		total += columns(r)
	}
	if total <= room {
		return shown, start, stop
	}
	from := 0
	if stop > room-len(dots) {
		from = max(0, min(start-room/4, total-room))
	}
	to := from + room
	first, last := from, to // of what the dots leave
	var b strings.Builder
	if from > 0 {
		first += len(dots)
		b.WriteString(dots)
	}
	if to < total {
		last -= len(dots)
	}
	n := 0
	for _, r := range shown {
		next := n + columns(r)
		switch {
		case n >= first && next <= last:
			b.WriteRune(r)
		case n < first && next > first, n < last && next > last:
			b.WriteByte(' ') // for half of a wide letter
		}
		n = next
	}
	if to < total {
		b.WriteString(dots)
	}
	return b.String(), start - from, min(stop-from, room)
}

func (p *printer) paint(code, s string) string {
	if !p.Colour {
		return s
	}
	return code + s + reset
}

func digits(n int) int { return len(strconv.Itoa(n)) }
