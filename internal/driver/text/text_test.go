package text

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
			Analyzer: "timerleak", Pos: at("/m/poll.go", 14, 7),
			Message: "ticker is not stopped on every path; held by the runtime timer heap (timerleak/ticker-not-stopped)",
			Related: []report.Related{{Pos: at("/m/poll.go", 21, 4), Message: "returns without calling Stop"}},
			Fixes:   []report.Fix{{Title: "Defer Stop after the ticker is created"}, {Title: "never shown"}},
		},
		{Pos: at("/m/in/watch.go", 30, 7), Message: "below the folder"},
		{Pos: at("/mm/watch.go", 30, 7), Message: "beside the folder"},
		{Pos: at("/m/..a.go", 1, 1), Message: "in the folder, with an odd name"},
		{Pos: at("/m/a.go", 2, 0), Message: "no column"},
		{Pos: at("/m/a.go", 3, 1), Message: "two\nlines", Related: []report.Related{{Message: "no\nposition"}}},
		{
			Analyzer: "globalgrowth", Category: "map-only-grows", Latent: true, Pos: at("/m/hooks.go", 7, 43), End: at("/m/hooks.go", 7, 61),
			Message: "map gets keys and never loses any; held by package variable hooks (globalgrowth/map-only-grows, latent)",
			Related: []report.Related{{Pos: at("/m/hooks.go", 4, 5), Message: "declared here"}},
		},
		{Pos: at("/m/z.go", 1, 1), Message: "another", Latent: true},
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
