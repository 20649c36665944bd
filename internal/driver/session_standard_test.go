package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSessionStandard checks that tests of a package of the standard library see what its
// other tests declare in it for them.
func TestSessionStandard(t *testing.T) {
	e := newEditing(t)
	dir := filepath.Join(goroot(t), "src", "bufio")
	name := filepath.Join(dir, "scan.go")
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.session.Check(t.Context(), dir, map[string][]byte{name: append(src, "\nfunc F() {}\n"...)})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Errorf("%s: %s", p.Package, p.Text)
	}
}

func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
