package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpusPage = `# Leaks

| category | rows | caught / analysed |
|---|---|---|
| ticker | 3 | 1 / 2 |
| together | 3 | 1 / 2 |

| scope | rows | caught / analysed |
|---|---|---|
| intra-function | 3 | 1 / 2 |
`

// write writes files and returns their folder: all that there has to be, but for what
// changed says.
func write(t *testing.T, changed map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"corpus.md":           corpusPage,
		"corpus-closeleak.md": corpusPage,
		"corpus-growth.md":    corpusPage,
		"verdicts/batch2.tsv": "# First reading of timerleak, which had shaped\n# none of its rules: project, commit, place, analyzer/category, verdict, reason.\n" +
			"o/p\tc\ta.go:1\ttimerleak/x\ttrue\tr\no/q\tc\ta.go:2\ttimerleak/x\tweak\tr\n",
		"verdicts/batch10.tsv": "# First reading of two: project, commit, place, analyzer/category, verdict, reason.\n" +
			"o/r\tc\ta.go:1\tcloseleak/x\tfalse\tr\no/r\tc\ta.go:2\ttimerleak/x\ttrue\tr\n",
	}
	for name, text := range changed {
		files[name] = text
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTables(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := run(write(t, nil), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	for _, want := range []string{
		"<!-- numbers: together -->\n| analyzers | ",
		"| closeleak | 1 of 2 | 0 | 0 | 1 |\n",
		"| timerleak, goroutineleak, listenerleak, globalgrowth, closurecapture | 1 of 2 | 2 | 1 | 0 |\n",
		"| together | 3 of 6 | 2 | 1 | 1 |\n\n",
		"| [2](../eval/verdicts/batch2.tsv) | timerleak, which had shaped none of its rules | 2 | 1 | 1 | 0 |\n" +
			"| [10](../eval/verdicts/batch10.tsv) | two | 1 | 1 | 0 | 1 |\n",
		"| timerleak | 2 | 1 | 0 | 0.67 |\n| together | 2 | 1 | 1 | 0.50 |\n\n",
		"| goroutineleak | 0 | 0 | 0 | - |\n",
		"| [corpus.md](../eval/corpus.md) | ticker | 3 | 2 | 1 |\n|  | together | 3 | 2 | 1 |\n",
		"| all | together | 9 | 6 | 3 |\n",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{"verdicts/batch10.tsv", "o/p\tc\ta.go:1\tnewleak/x\ttrue\tr\n", "batch10.tsv: no group has analyzer newleak"},
		{"verdicts/batch10.tsv", "o/p\tc\n", "batch10.tsv:1: 2 columns, want "},
		{"verdicts/batchX.tsv", "", "batchX.tsv: no number behind batch"},
		{"corpus.md", "nothing", "corpus.md: no table by category"},
		{"corpus.md", strings.Replace(corpusPage, "| 1 / 2 |", "| 1 of 2 |", 1), `corpus.md: cannot read the row "| ticker | 3 | 1 of 2 |"`},
		{"corpus.md", strings.Replace(corpusPage, "| together", "| all", 1), "corpus.md: no table by category"},
	} {
		var stdout, stderr strings.Builder
		code := run(write(t, map[string]string{test.file: test.text}), &stdout, &stderr)
		if code != 2 || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%s: exit code %d, %q, want 2 and %q", test.file, code, &stderr, test.want)
		}
	}
}

// TestKept counts what is kept.
func TestKept(t *testing.T) {
	var stdout, stderr strings.Builder
	if code := run("..", &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
}
