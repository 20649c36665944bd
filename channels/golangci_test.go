package channels

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// suite is the plugin without settings.
const suite = `version: "2"
linters:
  default: none
  enable: [memlint]
  settings:
    custom:
      memlint:
        type: module
issues:
  max-issues-per-linter: 0
  max-same-issues: 0
  uniq-by-line: false
`

// golangci runs golangci-lint with the plugin.
func golangci(t *testing.T, dir string) []string {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	return issues(t, program, t.TempDir(), dir, suite)
}

// issues returns what golangci-lint finds.
func issues(t *testing.T, program, cache, dir, config string) []string {
	t.Helper()
	var list []string
	for _, i := range lint(t, program, cache, dir, config) {
		position := fmt.Sprintf("%s:%d:%d", i.Pos.Filename, i.Pos.Line, i.Pos.Column)
		list = append(list, finding(t, dir, position, i.Text))
	}
	return unique(list)
}

type issue struct {
	FromLinter, Text string
	Pos              struct {
		Filename     string
		Line, Column int
	}
}

// lint runs golangci-lint on a module, which gets the configuration.
func lint(t *testing.T, program, cache, dir, config string, args ...string) []issue {
	t.Helper()
	stdout, stderr, code := tryLint(t, program, cache, dir, config, append(args, "--output.json.path=stdout")...)
	if code > 1 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var result struct{ Issues []issue }
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v in\n%s", err, stdout)
	}
	return result.Issues
}

func tryLint(t *testing.T, program, cache, dir, config string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, ".golangci.yml"), []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"run", "--show-stats=false", "--allow-parallel-runners"}, args...)
	return run(t, dir, []string{"GOLANGCI_LINT_CACHE=" + cache}, program, append(args, "./...")...)
}
