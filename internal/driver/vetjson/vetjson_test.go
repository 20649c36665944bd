package vetjson

import (
	"encoding/json"
	"flag"
	"go/token"
	"os"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write testdata/want.json")

func TestFormat(t *testing.T) {
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	got := Format([]report.Finding{
		{
			Package: "p", Analyzer: "timerleak", Category: "ticker-not-stopped", Message: "ticker is <not> stopped",
			Pos: at("/m/poll.go", 14, 7), End: at("/m/poll.go", 14, 30),
			Related: []report.Related{{Pos: at("/m/poll.go", 21, 4), End: at("/m/poll.go", 21, 4), Message: "returns"}},
			Fixes: []report.Fix{{Title: "Defer Stop", Edits: []report.Edit{
				{File: "/m/poll.go", Start: 100, End: 100, New: "\n\tdefer t.Stop()"},
			}}},
		},
		{Package: "p", Analyzer: "timerleak", Message: "second", Pos: at("/m/poll.go", 20, 1), End: at("/m/poll.go", 20, 1)},
		{Package: "a", Analyzer: "listenerleak", Message: "other package", Pos: at("/m/a/a.go", 1, 1), End: at("/m/a/a.go", 1, 1)},
		{Package: "p", Analyzer: "timerleak", Category: "kind", Message: "third (timerleak/kind, latent)", Latent: true, Pos: at("/m/poll.go", 9, 1), End: at("/m/poll.go", 9, 1)},
		{Package: "p", Analyzer: "profile", Category: "grows", Message: "only the line is known", Pos: at("/m/poll.go", 9, 0), Related: []report.Related{{Pos: at("/m/poll.go", 3, 0), Message: "called here"}}},
	})
	const golden = "testdata/want.json"
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
	if !json.Valid(got) {
		t.Error("not JSON")
	}
}

func TestFormatNothing(t *testing.T) {
	if got := string(Format(nil)); got != "{}\n" {
		t.Errorf("no findings print %q", got)
	}
}
