package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const verdictFile = `# project, commit, place, analyzer/category, verdict, reason
o/p	0123abc	a.go:3	timerleak/ticker-goroutine	true	nobody ends the loop
o/p	0123abc	a.go:9	timerleak/ticker-goroutine	weak	one per process
o/p	0123abc	b.go:4	globalgrowth/map-only-grows	false	the keys are few
o/q	4567def	a.go:3	globalgrowth/map-only-grows	true	keys of requests
`

const foundJSON = `# example.com/p
{"example.com/p": {"timerleak": [
	{"category": "ticker-goroutine", "posn": "ROOT/a.go:3:2", "message": "m (timerleak/ticker-goroutine)"},
	{"category": "ticker-goroutine", "posn": "ROOT/a.go:30:2", "message": "m (timerleak/ticker-goroutine)"}]}}
{"example.com/p [example.com/p.test]": {"timerleak": [
	{"category": "ticker-goroutine", "posn": "ROOT/a.go:3:2", "message": "m (timerleak/ticker-goroutine)"}],
	"globalgrowth": [{"category": "map-only-grows", "posn": "ROOT/c.go:1:1", "message": "m (globalgrowth/map-only-grows, latent)"}]}}
`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	verdicts := write("v.tsv", verdictFile)
	found := write("found.json", strings.ReplaceAll(foundJSON, "ROOT", filepath.ToSlash(dir)))
	for _, test := range []struct {
		name, args string
		code       int
		stdout     string
		stderr     string
	}{
		{name: "files alone", args: verdicts, stdout: `
true weak false precision
1 0 1 0.50 globalgrowth
1 0 1 0.50 /map-only-grows
1 1 0 0.50 timerleak
1 1 0 0.50 /ticker-goroutine
2 1 1 0.50 together`},
		{name: "a run", args: "-json " + found + " -project o/p -root " + dir + " " + verdicts, code: 1, stdout: `
true weak false precision
1 0 0 1.00 timerleak
1 0 0 1.00 /ticker-goroutine
1 0 0 1.00 together
unread: a.go:30 timerleak/ticker-goroutine
gone: a.go:9 timerleak/ticker-goroutine (weak: one per process)
gone: b.go:4 globalgrowth/map-only-grows (false: the keys are few)`},
		{name: "nothing found", args: "-json " + write("empty.json", "{}") + " -project o/q " + verdicts, stdout: `
true weak false precision
0 0 0 - together
gone: a.go:3 globalgrowth/map-only-grows (true: keys of requests)`},
		{name: "no file", args: filepath.Join(dir, "none.tsv"), code: 2, stderr: "none.tsv: "},
		{name: "columns", args: write("columns.tsv", "o/p\tc\n"), code: 2, stderr: "columns.tsv:1: 2 columns, want "},
		{name: "word", args: write("word.tsv", "o/p\tc\ta.go:1\tt/c\tmaybe\tr\n"), code: 2, stderr: `word.tsv:1: verdict "maybe", want true, weak or false`},
		{name: "twice", args: write("twice.tsv", strings.Repeat("o/p\tc\ta.go:1\tt/c\ttrue\tr\n", 2)), code: 2, stderr: "twice.tsv:2: second verdict on a.go:1 t/c"},
		{name: "not JSON", args: "-json " + verdicts + " -project o/p " + verdicts, code: 2, stderr: "v.tsv: invalid character"},
		{name: "cut off", args: "-json " + write("cut.json", `{"p": {"t": [`) + " -project o/p " + verdicts, code: 2, stderr: "cut.json: unexpected EOF"},
		{name: "an analyzer failed", args: "-json " + write("failed.json", `{"p": {"t": {"error": "it broke"}}}`) + " -project o/p " + verdicts, code: 2, stderr: "failed.json: t of p: it broke"},
		{name: "no project", args: "-json " + found + " " + verdicts, code: 2, stderr: "-json needs -project"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			code := run(strings.Fields(test.args), strings.NewReader(""), &stdout, &stderr)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if got, want := squeeze(stdout.String()), strings.TrimSpace(test.stdout); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if test.stderr == "" && stderr.String() != "" || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("standard error %q, want %q", stderr.String(), test.stderr)
			}
		})
	}
}

// squeeze takes out the blanks that align columns.
func squeeze(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}
