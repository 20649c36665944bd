package github

import (
	"flag"
	"go/token"
	"os"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write testdata/want.txt")

func TestFormat(t *testing.T) {
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	got := Format([]report.Finding{
		{
			Analyzer: "timerleak", Category: "ticker-not-stopped", Pos: at("/m/in/poll.go", 14, 7), End: at("/m/in/poll.go", 14, 24),
			Message: "ticker is not stopped on every path; held by the runtime timer heap (timerleak/ticker-not-stopped)",
			Related: []report.Related{{Pos: at("/m/in/poll.go", 21, 4), Message: "returns without calling Stop"}},
			Fixes:   []report.Fix{{Title: "Defer Stop after the ticker is created"}, {Title: "never shown"}},
		},
		{Analyzer: "a", Category: "b", Pos: at("/m/a.go", 3, 1), End: at("/m/a.go", 9, 2), Message: "over several lines"},
		{Analyzer: "a", Pos: at("/m/a,b:c%d.go", 3, 1), Message: "100% odd: names, and\r\nlines"},
		{Analyzer: "a", Pos: at("/mm/a.go", 3, 1), Message: "beside the workspace"},
		{
			Analyzer: "globalgrowth", Category: "map-only-grows", Latent: true, Pos: at("/m/hooks.go", 7, 43), End: at("/m/hooks.go", 7, 61),
			Message: "map gets keys and never loses any; held by package variable hooks (globalgrowth/map-only-grows, latent)",
			Related: []report.Related{{Pos: at("/m/hooks.go", 4, 5), Message: "declared here"}},
		},
	}, "/m")
	const golden = "testdata/want.txt"
	if *update {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestFormatNothing(t *testing.T) {
	if got := Format(nil, "/m"); len(got) != 0 {
		t.Errorf("no findings print %q", got)
	}
}
