package channels

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// command runs memlint by itself.
func command(t *testing.T, dir string) []string {
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := run(t, dir, nil, memlint, "-json", "./...")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return tree(t, dir, stdout)
}

// vet runs memlint as a tool of go vet.
func vet(t *testing.T, dir string) []string {
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := run(t, dir, nil, "go", "vet", "-vettool="+memlint, "-json", "./...")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	return tree(t, dir, stdout)
}

// tree returns findings in the form of go vet -json: objects for packages, one
// after the other.
func tree(t *testing.T, dir, text string) []string {
	t.Helper()
	var list []string
	dec := json.NewDecoder(strings.NewReader(text))
	for {
		var packages map[string]map[string][]struct{ Posn, Message string }
		if err := dec.Decode(&packages); err == io.EOF {
			return unique(list)
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		for _, analyzers := range packages {
			for _, diagnostics := range analyzers {
				for _, d := range diagnostics {
					list = append(list, finding(t, dir, d.Posn, d.Message))
				}
			}
		}
	}
}

// TestTool runs memlint as a tool that go.mod names.
func TestTool(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := clone(t, "examples/leaky")
	for _, args := range [][]string{
		{"mod", "edit", "-replace=github.com/memlint/memlint=" + root, "-require=github.com/memlint/memlint@v0.0.0",
			"-tool=github.com/memlint/memlint/cmd/memlint"},
		{"mod", "tidy"},
	} {
		if _, stderr, code := run(t, dir, nil, "go", args...); code != 0 {
			t.Fatalf("go %s: %s", args, stderr)
		}
	}
	want := command(t, clone(t, "examples/leaky"))
	stdout, stderr, _ := run(t, dir, nil, "go", "tool", "memlint", "-json", "./...")
	if got := tree(t, dir, stdout); !slices.Equal(got, want) {
		t.Errorf("go tool memlint finds %q\n%s", got, stderr)
	}
	name, stderr, code := run(t, dir, nil, "go", "tool", "-n", "memlint")
	if code != 0 {
		t.Fatal(stderr)
	}
	stdout, stderr, _ = run(t, dir, nil, "go", "vet", "-vettool="+strings.TrimSpace(name), "-json", "./...")
	if got := tree(t, dir, stdout); !slices.Equal(got, want) {
		t.Errorf("go vet -vettool=$(go tool -n memlint) finds %q\n%s", got, stderr)
	}
}
