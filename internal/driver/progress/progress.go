// Package progress shows how far a run is, on one line of a terminal that is
// written over and over and gone at the end.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

// Delay is how long a run takes before it says how far it is.
const Delay = time.Second

// interval is how often the line is written: often enough to look alive.
const interval = 100 * time.Millisecond

// A Line is the line of one run.
type Line struct {
	w     io.Writer
	width int
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	text  string
	drawn string
}

// Start begins to show progress on w, a terminal of a width in columns, when
// delay has passed.
func Start(w io.Writer, width int, delay time.Duration) *Line {
	l := &Line{w: w, width: width, stop: make(chan struct{}), done: make(chan struct{}), text: "loading packages"}
	go l.show(delay)
	return l
}

func (l *Line) show(delay time.Duration) {
	defer close(l.done)
	first := time.NewTimer(delay)
	defer first.Stop()
	select {
	case <-l.stop:
		return
	case <-first.C:
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		l.draw()
		select {
		case <-l.stop:
			return
		case <-ticker.C:
		}
	}
}

// Step says how many packages of a total are done, and which is begun.
func (l *Line) Step(done, total int, current string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = fmt.Sprintf("%d of %d packages, %s", done, total, current)
}

// Stop takes the line away. Nothing is written after.
func (l *Line) Stop() {
	close(l.stop)
	<-l.done
	if l.drawn != "" {
		io.WriteString(l.w, "\r\x1b[K")
	}
}

func (l *Line) draw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := clip("memlint: "+l.text, l.width)
	if text != l.drawn {
		// Without the line wrapping round, which \r cannot take back.
		io.WriteString(l.w, "\r"+text+"\x1b[K")
		l.drawn = text
	}
}

// clip returns what of s fits on a line, the end of it in front of its middle:
// names of packages differ there.
func clip(s string, width int) string {
	over := utf8.RuneCountInString(s) - (width - 1)
	if width <= 0 || over <= 0 {
		return s
	}
	const dots = "..."
	r := []rune(s)
	keep := width - 1 - len(dots)
	if keep < 2 {
		return string(r[:max(0, width-1)])
	}
	return string(r[:keep/2]) + dots + string(r[len(r)-(keep-keep/2):])
}
