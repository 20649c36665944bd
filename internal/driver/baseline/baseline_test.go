package baseline

import (
	"flag"
	"go/token"
	"os"
	"slices"
	"strings"
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

// never has no entry be gone.
func never(Entry) bool { return false }

func TestSplit(t *testing.T) {
	known := findings()
	b, err := Parse(Format(known, "/m"))
	if err != nil {
		t.Fatal(err)
	}
	if fresh, stale := b.Split(known, never); len(fresh) != 0 || len(stale) != 0 {
		t.Errorf("of what it was made of: %v are new and %v stale", fresh, stale)
	}
	now := append(slices.Clone(known[1:]), report.Finding{Package: "example.com/m/c", Analyzer: "x", Message: "new"})
	for i := range now {
		now[i].Pos.Line += 100
	}
	report.Identify(now)
	fresh, stale := b.Split(now, never)
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

// TestMoves splits leaks of which some are where they were and some in another place: an
// entry counts for one finding at most.
func TestMoves(t *testing.T) {
	leak := func(pkg, decl, message string) report.Finding {
		return report.Finding{Package: "m/" + pkg, Decl: decl, Analyzer: "x", Category: "y", Message: message + " (x/y)"}
	}
	for _, tt := range []struct {
		name        string
		before, now []report.Finding
		there       string // a package of which entries are not gone
		fresh       string // declarations
		stale       int
	}{
		{"another package", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("b", "F", "leaks")}, "", "", 0},
		{"not known to be gone", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("b", "F", "leaks")}, "m/a", "F", 1},
		{"another declaration", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("a", "G", "leaks")}, "", "", 0},
		{"another message", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("a", "F", "waits")}, "", "F", 1},
		{"another package and declaration", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("b", "G", "leaks")}, "", "G", 1},
		{"one entry, two findings", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("b", "F", "leaks"), leak("c", "F", "leaks")}, "", "F F", 1},
		{"two entries, one finding", []report.Finding{leak("a", "F", "leaks"), leak("b", "F", "leaks")}, []report.Finding{leak("c", "F", "leaks")}, "", "F", 2},
		{"two of one package", []report.Finding{leak("a", "F", "leaks"), leak("a", "F", "leaks")}, []report.Finding{leak("b", "F", "leaks"), leak("b", "F", "leaks")}, "", "F F", 2},
		{"the second of two", []report.Finding{leak("a", "F", "leaks"), leak("a", "F", "leaks")}, []report.Finding{leak("a", "F", "leaks"), leak("b", "F", "leaks")}, "", "", 0},
		{"a known one stays, a new one is like it", []report.Finding{leak("a", "F", "leaks")}, []report.Finding{leak("a", "F", "leaks"), leak("b", "F", "leaks")}, "", "F", 0},
		{"all of a package", []report.Finding{leak("a", "F", "leaks"), leak("a", "G", "leaks"), leak("a", "G", "waits")},
			[]report.Finding{leak("b", "F", "leaks"), leak("b", "G", "leaks"), leak("b", "G", "waits")}, "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report.Identify(tt.before)
			report.Identify(tt.now)
			b, err := Parse(Format(tt.before, "/m"))
			if err != nil {
				t.Fatal(err)
			}
			fresh, stale := b.Split(tt.now, func(e Entry) bool { return e.Package != tt.there })
			var decls []string
			for _, f := range fresh {
				decls = append(decls, f.Decl)
			}
			if got := strings.Join(decls, " "); got != tt.fresh || len(stale) != tt.stale {
				t.Errorf("new are %q, want %q; stale are %v, want %d", got, tt.fresh, stale, tt.stale)
			}
		})
	}
}

// TestWithout takes entries out of files: what else is there stays, byte for byte.
func TestWithout(t *testing.T) {
	entry := func(fingerprint string) string { return `{"fingerprint":"` + fingerprint + `","rule":"x/y"}` }
	for _, tt := range []struct{ name, before, drop, want string }{
		{"none", "{\"version\":1,\"findings\":[" + entry("a") + "]}\n", "b", "{\"version\":1,\"findings\":[" + entry("a") + "]}\n"},
		{"all", "{\n\t\"version\": 1,\n\t\"findings\": [\n\t\t" + entry("a") + ",\n\t\t" + entry("b") + "\n\t]\n}\n", "a b", "{\n\t\"version\": 1,\n\t\"findings\": []\n}\n"},
		{"the first", "{\"findings\": [\n" + entry("a") + " ,\n" + entry("b") + "\n], \"version\": 1}", "a", "{\"findings\": [\n" + entry("b") + "\n], \"version\": 1}"},
		{"the last", "{\"version\":1,\"Findings\":[" + entry("a") + ",  " + entry("b") + " ]}", "b", "{\"version\":1,\"Findings\":[" + entry("a") + " ]}"},
		{"one between", "{\"version\":1,\"findings\":[" + entry("a") + ", " + entry("b") + ",  " + entry("c") + "]}", "b", "{\"version\":1,\"findings\":[" + entry("a") + ",  " + entry("c") + "]}"},
		{"no list", `{"version":1,"findings":null}`, "a", `{"version":1,"findings":null}`},
		{"an empty list", `{"version":1,"findings":[ ]}`, "a", `{"version":1,"findings":[ ]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Parse([]byte(tt.before))
			if err != nil {
				t.Fatal(err)
			}
			drop := strings.Fields(tt.drop)
			got := b.Without(func(e Entry) bool { return slices.Contains(drop, e.Fingerprint) })
			if string(got) != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	b, err := Parse(Format(findings(), "/m"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Without(func(Entry) bool { return true }); string(got) != string(Format(nil, "/m")) {
		t.Errorf("without entries, the file is %s", got)
	}
}
