package profile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A text is read line by line; this is what is known of it so far. It is as
// runtime.Stack writes it: that of debug=2, or what a program prints when it crashes.
type text struct {
	*builder
	names map[string]string // so that equal ones share their memory

	goroutine *goroutine // at hand; nil between two
}

type goroutine struct {
	state    string
	waited   time.Duration
	leaked   bool
	stack    trace
	function Frame // of which the next line has the file
}

// readText returns the goroutines of a text. What else is there is passed over.
func readText(in *bufio.Reader) (*Profile, error) {
	t := &text{builder: newBuilder(Goroutines), names: make(map[string]string)}
	var head string // the first line that is not empty
	for rest := false; ; {
		line, more, err := in.ReadLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if !rest {
			line = bytes.TrimRight(line, " \t\r")
			if head == "" {
				head = string(line[:min(len(line), 100)])
			}
			t.line(line)
		}
		rest = more
		if err := t.check(); err != nil {
			return nil, err
		}
	}
	t.end()
	if t.profile.Goroutines == 0 {
		return nil, otherText(head)
	}
	t.profile.order()
	return t.profile, nil
}

func (t *text) line(line []byte) {
	if bytes.HasPrefix(line, []byte("goroutine ")) {
		if m := header.FindSubmatch(line); m != nil {
			t.end()
			t.goroutine = &goroutine{state: t.name(m[1]), leaked: m[2] != nil}
			if n, err := strconv.ParseInt(string(m[3]), 10, 32); err == nil {
				t.goroutine.waited = time.Duration(n) * time.Minute
			}
			return
		}
	}
	g := t.goroutine
	switch {
	case g == nil:
	case len(line) == 0:
		t.end()
	case line[0] == '\t' || line[0] == ' ':
		t.position(bytes.TrimLeft(line, " \t"))
	default:
		g.function = Frame{}
		if creator, ok := bytes.CutPrefix(line, []byte("created by ")); ok {
			creator, _, _ = bytes.Cut(creator, []byte(" in goroutine "))
			g.function = Frame{Func: t.name(creator), Created: true}
		} else if i := bytes.LastIndexByte(line, '('); i > 0 && line[len(line)-1] == ')' {
			g.function.Func = t.name(line[:i])
		}
	}
}

// header matches the first line of a goroutine. 0 is none, but the stack of a thread.
// Marks of the collector say nothing of what the goroutine does.
var header = regexp.MustCompile(`^goroutine [1-9][0-9]*(?: gp=.*)? \[([^],]+?)( \(leaked\))?(?: \(scan\))?(?: \(durable\))?(?:, ([0-9]+) minutes)?(?:,.*| labels:.*)?\]:$`)

// position reads the line below that of a function: "/src/a.go:12 +0x1f".
func (t *text) position(line []byte) {
	g := t.goroutine
	frame := g.function
	g.function = Frame{}
	colon := bytes.LastIndexByte(line, ':')
	if frame.Func == "" || colon < 0 {
		return
	}
	digits, _, _ := bytes.Cut(line[colon+1:], []byte(" "))
	n, err := strconv.ParseUint(string(digits), 10, 31)
	if err != nil {
		return
	}
	frame.File, frame.Line = t.name(line[:colon]), int(n)
	g.stack = t.push(g.stack, frame)
	if frame.Created {
		t.end() // what may follow are the stacks of those that created it
	}
}

// end adds the goroutine at hand to the profile.
func (t *text) end() {
	g := t.goroutine
	t.goroutine = nil
	if g == nil {
		return
	}
	t.profile.Goroutines++
	if len(g.stack) == 0 {
		return
	}
	site := t.site(g.stack)
	site.Goroutines++
	if g.leaked {
		site.Leaked++
	}
	if site.State == "" || g.waited > site.Waited || g.waited == site.Waited && g.state < site.State {
		site.Waited, site.State = g.waited, g.state
	}
}

func (t *text) name(b []byte) string {
	s, ok := t.names[string(b)]
	if !ok {
		s = string(b)
		t.names[s] = s
	}
	return s
}

// otherText returns the error of a text without goroutines, of which head is the
// beginning.
func otherText(head string) error {
	// The symbols in these are comments, which not even pprof reads.
	if m := legacy.FindStringSubmatch(head); m != nil {
		return fmt.Errorf("a %s as text; want it without debug=1, or goroutines with debug=2", m[1])
	}
	switch {
	case strings.HasPrefix(head, "--- mutex"), strings.HasPrefix(head, "--- contention"):
		return errKind("a profile of mutexes or of blocking")
	case strings.HasPrefix(head, "<"):
		return errors.New("a page of HTML or XML, no profile")
	}
	return errText
}

var errText = errors.New("a text without goroutines")

var legacy = regexp.MustCompile(`^([a-z]+ profile): (?:total )?[0-9]+`)
