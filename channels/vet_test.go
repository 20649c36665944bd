package channels

import (
	"encoding/json"
	"io"
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
