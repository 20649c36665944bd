package watch

import (
	"fmt"
	"io"
	"os"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
)

// people is the display for those who read: a table that is drawn over and over,
// or a line for each poll.
type people struct {
	out    io.Writer
	screen *screen // nil if lines are wanted
	quiet  bool
}

// look returns how a table looks where it goes.
func (p *people) look() look {
	width, height, isTerminal := driver.Terminal(p.out)
	l := look{width: width, height: height, blocks: unicodeBlocks}
	if !driver.Obeys() {
		l.blocks = asciiBlocks
	}
	l.colour = isTerminal && driver.Obeys() && os.Getenv("NO_COLOR") == ""
	return l
}

func (p *people) polled(r *run, err error) {
	switch {
	case p.screen != nil && r.answered:
		p.screen.draw(p.look().table(r))
	case p.screen == nil && !p.quiet && err == nil:
		fmt.Fprintln(p.out, r.line())
	}
}

func (p *people) ended(r *run) {
	if p.screen != nil {
		p.screen.draw("")
	}
	l := p.look()
	l.height = 0
	io.WriteString(p.out, l.table(r))
}

// line returns what the last poll says.
func (r *run) line() string {
	h := r.history
	s := clock(r.now) + "  live heap " + report.Bytes(h.heap.last.Value)
	if t := h.heap.trend(unitBytes); t != nil {
		s += fmt.Sprintf(" (%s, %s)", perHour(t.PerHour, unitBytes), t.Verdict)
	}
	if h.goroutines.last.Time.Equal(h.heap.last.Time) {
		s += ", " + amount(h.goroutines.last.Value, unitGoroutines)
	}
	if h.hasLeaked {
		s += fmt.Sprintf(", %d leaked", h.leaked)
	}
	return s
}
