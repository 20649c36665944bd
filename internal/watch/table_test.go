package watch

import (
	"bytes"
	"context"
	"go/token"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/measure"
)

// watched returns a run of 20 minutes in which many places grow, and one of them
// has a finding.
func watched(t *testing.T) *run {
	p := leaky(t)
	memory := p.heap
	p.heap = func(age time.Duration) map[string]int64 {
		all := memory(age)
		for i := range 25 {
			all["example.com/many.F"+string(rune('A'+i))+" /src/many/many.go:1"] = int64(i+1) * int64(age/time.Millisecond)
		}
		return all
	}
	p.goroutines = func(age time.Duration) map[string]int64 { return map[string]int64{serve: 5 + int64(age.Minutes())} }
	p.leaked = constant(map[string]int64{serve: 2})
	o, err := parse(driver.Suite{}, []string{"-for=20m", "http://server"})
	if err != nil {
		t.Fatal(err)
	}
	o.server.client.Transport = p
	o.find = func(context.Context, []string) (*driver.Result, error) {
		return &driver.Result{Findings: []report.Finding{{
			Package: "example.com/store", Analyzer: "fieldgrowth", Category: "map-only-added", Message: "map of Cache only grows (fieldgrowth/map-only-added)",
			Pos: token.Position{Filename: "/home/jane/store/store.go", Line: 33, Column: 2}, Fingerprint: "5eed",
		}}, Dir: "/home/jane"}, nil
	}
	r := o.newRun(new(bytes.Buffer), t.Output())
	p.start = time.Now()
	r.watch(t.Context(), t.Context())
	r.findings.join = func(in measure.Input) ([]report.Finding, *report.Measured, error) {
		told := in.Findings
		if in.Profiles[0].Sites[0].Stack[0].Func == "example.com/store.(*Cache).Put" {
			told[0].Evidence = new(report.Evidence)
		}
		return told, new(report.Measured), nil
	}
	for _, s := range r.history.bytes.by {
		s.asked = false
	}
	return r
}

// TestTables checks how a run looks on terminals of all sizes.
func TestTables(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := watched(t)
		golden(t, "wide.txt", look{width: 120, height: 15, blocks: unicodeBlocks}.table(r))
		golden(t, "colour.txt", look{width: 120, height: 12, colour: true, blocks: unicodeBlocks}.table(r))
		golden(t, "narrow.txt", look{width: 60, height: 15, blocks: asciiBlocks}.table(r))
		golden(t, "any.txt", look{blocks: asciiBlocks}.table(r))
		var objects bytes.Buffer
		(&programs{out: &objects}).ended(r)
		golden(t, "found.json", objects.String())
		for _, width := range []int{1, 4, 5, 20, 60, 99, 100, 120} {
			for _, height := range []int{1, 2, 9, 10, 12, 13, 24, 60} {
				table := look{width: width, height: height, blocks: unicodeBlocks}.table(r)
				if n := strings.Count(table, "\n"); n >= height {
					t.Errorf("%d lines on a terminal of %d by %d", n, width, height)
				}
				for line := range strings.Lines(table) {
					if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n >= width && width > 4 {
						t.Fatalf("%d columns on a terminal of %d by %d: %s", n, width, height, line)
					}
				}
			}
		}
	})
}

// TestScreen checks that a text stays below what is written.
func TestScreen(t *testing.T) {
	var b bytes.Buffer
	s := &screen{out: &b, other: &b}
	write := func(text string) { s.Write([]byte(text)) }
	write("before\n")
	s.draw("one\ntwo\n")
	write("a note\nhalf")
	write(" a line\nthe rest")
	s.draw("three\n")
	s.draw("")
	write(", and more")
	const up2, up1 = "\x1b[2A\r\x1b[J", "\x1b[1A\r\x1b[J"
	want := "before\n" + "one\ntwo\n" +
		up2 + "a note\n" + "one\ntwo\n" +
		up2 + "half a line\n" + "one\ntwo\n" +
		up2 + "three\n" +
		up1 + "the rest" + ", and more"
	if got := b.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
