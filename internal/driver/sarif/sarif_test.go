package sarif

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/memlint/memlint/internal/driver/report"
)

var update = flag.Bool("update", false, "write the golden files")

const source = "package poll\n\nfunc poll() {\n\tgröße, 𝔱 := 1, time.NewTicker(d)\n\tuse(𝔱)\n}"

func testRun() Run {
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	here := func(line, column int) token.Position { return at("/m/in/poll.go", line, column) }
	findings := []report.Finding{
		{
			Package: "example.com/m/in", Analyzer: "timerleak", Category: "ticker-not-stopped", Decl: "poll",
			Pos: here(4, 20), End: here(4, 37),
			Message: "ticker is not stopped on every path; held by the runtime timer heap (timerleak/ticker-not-stopped)",
			Related: []report.Related{
				{Pos: here(5, 6), End: here(5, 10), Message: "used here"},
				{Pos: at("/elsewhere/a lib.go", 21, 4), End: at("/elsewhere/a lib.go", 21, 4), Message: "returns without calling Stop"},
			},
			Fixes: []report.Fix{
				{Title: "Defer Stop after the ticker is created", Edits: []report.Edit{
					{File: "/m/in/poll.go", Start: strings.Index(source, "\tuse"), End: strings.Index(source, "\tuse"), New: "\tdefer 𝔱.Stop()\n"},
					{File: "/m/in/poll.go", Start: strings.Index(source, "𝔱)"), End: strings.Index(source, ")\n}")},
					{File: "/m/in/poll.go", Start: len(source), End: len(source), New: "\n"},
				}},
				{Title: "never shown"},
			},
		},
		{Analyzer: "other", Category: "kind", URL: "https://example.com/other#kind", Pos: at("/m/gone.go", 1, 9), End: at("/m/gone.go", 2, 1), Message: "a rule and a file that nobody knows"},
		{Analyzer: "other", Pos: at("/m/gone.go", 3, 0), Message: "no column", Fixes: []report.Fix{{Title: "In a file that is gone", Edits: []report.Edit{{File: "/m/gone.go"}}}}},
	}
	findings = append(findings, report.Finding{
		Package: "example.com/m/in", Analyzer: "timerleak", Category: "ticker-not-stopped", Latent: true, Pos: here(5, 2), End: here(5, 5),
		Message: "kept, as far as anybody can see (timerleak/ticker-not-stopped, latent)",
	})
	report.Identify(findings)
	return Run{
		Findings: findings,
		Rules: []report.Rule{{
			Analyzer: "timerleak", Category: "ticker-not-stopped",
			Text:     "The result stays in the function. A path\nleaves it without Stop.",
			Markdown: "The result stays in the function. A path leaves it without Stop.\n",
			URL:      "https://example.com/timerleak.md#ticker-not-stopped",
		}},
		Problems: []string{"b/b.go:3:8: undefined: undefined"},
		Dir:      "/m",
		Version:  "v1.2.3",
		Source: func(file string) []byte {
			if file == "/m/in/poll.go" {
				return []byte(source)
			}
			return nil
		},
	}
}

func TestFormat(t *testing.T) {
	for golden, run := range map[string]Run{
		"testdata/want.json":  testRun(),
		"testdata/empty.json": {Dir: "/m"},
	} {
		got := Format(run)
		validate(t, got)
		if *update {
			if err := os.WriteFile(golden, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got:\n%s\nwant:\n%s", golden, got, want)
		}
	}
}

// validate checks a log with the schema of the OASIS committee, a copy of the
// file at the address that the log names.
func validate(t *testing.T, data []byte) {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%#v", err)
	}
}

// TestSchemaIsStrict checks that the schema would not let anything through.
func TestSchemaIsStrict(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Replace(string(Format(testRun())), `"level": "warning"`, `"level": "high"`, 1)
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
	if err != nil {
		t.Fatal(err)
	}
	if s.Validate(v) == nil {
		t.Error("a level that there is not is valid")
	}
}

// TestRulesAreIndexed checks that each result points at its rule.
func TestRulesAreIndexed(t *testing.T) {
	var l log
	if err := json.Unmarshal(Format(testRun()), &l); err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Runs[0].Results {
		if got := l.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID; got != r.RuleID {
			t.Errorf("result of rule %s points at %s", r.RuleID, got)
		}
	}
}
