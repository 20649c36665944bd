package baseline

import (
	"flag"
	"go/token"
	"os"
	"slices"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write testdata/want.json")

func findings() []report.Finding {
	list := []report.Finding{
		{Package: "example.com/m/b", Analyzer: "timerleak", Category: "ticker-goroutine", Decl: "f", Message: `goroutine waits; held by "x" -> y (timerleak/ticker-goroutine)`, Pos: token.Position{Filename: "/n/b/b.go", Line: 1}},
		{Package: "example.com/m/a", Analyzer: "x", Message: "twice", Pos: token.Position{Filename: "/m/a/a.go", Line: 9}},
		{Package: "example.com/m/a", Analyzer: "x", Message: "twice", Pos: token.Position{Filename: "/m/a/a.go", Line: 7}},
		{Package: "example.com/m/a", Analyzer: "x", Category: "y", Message: "map grows (x/y, latent)", Latent: true, Pos: token.Position{Filename: "/m/a/b.go", Line: 7}},
	}
	report.Identify(list)
	return list
}

func TestFormat(t *testing.T) {
	got := Format(findings(), "/m")
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
	shuffled := findings()
	slices.Reverse(shuffled)
	if string(Format(shuffled, "/m")) != string(want) {
		t.Error("findings in another order are another file")
	}
}

func TestSplit(t *testing.T) {
	known := findings()
	b, err := Parse(Format(known, "/m"))
	if err != nil {
		t.Fatal(err)
	}
	if fresh, stale := b.Split(known); len(fresh) != 0 || len(stale) != 0 {
		t.Errorf("of what it was made of: %v are new and %v stale", fresh, stale)
	}
	now := append(slices.Clone(known[1:]), report.Finding{Package: "example.com/m/c", Analyzer: "x", Message: "new"})
	for i := range now {
		now[i].Pos.Line += 100
	}
	report.Identify(now)
	fresh, stale := b.Split(now)
	if len(fresh) != 1 || fresh[0].Message != "new" {
		t.Errorf("%v are new", fresh)
	}
	if len(stale) != 1 || stale[0].Rule != "timerleak/ticker-goroutine" {
		t.Errorf("%v are stale", stale)
	}
	if b, err := Parse(Format(nil, "/m")); err != nil || len(b.Findings) != 0 {
		t.Errorf("without findings: %v, %v", b, err)
	}
}

func TestParseErrors(t *testing.T) {
	for data, want := range map[string]string{
		"":                              "no baseline of memlint: EOF",
		"{":                             "no baseline of memlint: unexpected EOF",
		`{"version":1,"runs":[]}`:       `no baseline of memlint: json: unknown field "runs"`,
		`{"version":2,"findings":[]}`:   "baseline has version 2, want 1; write it again",
		`{"version":2,"runs":[]}`:       "baseline has version 2, want 1; write it again",
		`{}`:                            "baseline has version 0, want 1; write it again",
		`null`:                          "baseline has version 0, want 1; write it again",
		`{"version":2}{}`:               "no baseline of memlint: something follows its end",
		`{"version":1,"findings":[]}{}`: "no baseline of memlint: something follows its end",
	} {
		if _, err := Parse([]byte(data)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", data, err, want)
		}
	}
}
