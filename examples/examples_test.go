// Package examples_test runs memlint on the example modules: on leaky it
// prints leaky.txt, on fixed nothing.
package examples_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write leaky.txt instead of comparing with it")

const golden = "leaky.txt"

func TestLeaky(t *testing.T) {
	got, code := memlint(t, "leaky")
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("memlint prints\n%s\nwant (or run go test ./examples -update)\n%s", got, want)
	}
	if found, commented := places(got), comments(t, "leaky"); !slices.Equal(found, commented) {
		t.Errorf("findings are at\n%s\nleaks are marked with comments at\n%s", found, commented)
	}
}

func TestFixed(t *testing.T) {
	if got, code := memlint(t, "fixed"); got != "" || code != 0 {
		t.Errorf("exit code %d, want 0; memlint prints\n%s", code, got)
	}
}

// TestVet checks that the command says the same as a tool of go vet.
func TestVet(t *testing.T) {
	vet := exec.Command("go", "vet", "-vettool="+build(t), "./...")
	vet.Dir = "leaky"
	out, _ := vet.CombinedOutput() // go vet fails if there are findings
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(want)) {
		if !strings.HasPrefix(line, "\t") && !strings.Contains(string(out), line) {
			t.Errorf("go vet does not print\n%sbut\n%s", line, out)
		}
	}
}

// build builds the command.
func build(t *testing.T) string {
	t.Helper()
	visit(t)
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "../cmd/memlint").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "memlint*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("go build made %v, %v", files, err)
	}
	return files[0]
}

// visit looks at all files of the module: the go command caches the result of
// a test for as long as the files that the test itself looked at stay the same.
func visit(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == ".git" {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// memlint runs the command on a module and returns its output and exit code.
func memlint(t *testing.T, module string) (stdout string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(build(t), "-C", module, "./...")
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code = cmd.ProcessState.ExitCode(); code > 1 {
		t.Fatalf("exit code %d\n%s", code, &errs)
	}
	return out.String(), code
}

// places returns file and line of each finding or, where a call of another
// package leaks, of what is kept there.
func places(findings string) []string {
	var at []string
	for line := range strings.Lines(findings) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case !strings.HasPrefix(line, "\t"):
			at = append(at, parts[0]+":"+parts[1])
		case strings.Contains(line, ": kept here by "):
			at[len(at)-1] = parts[0] + ":" + parts[1]
		}
	}
	slices.Sort(at)
	return at
}

// comments returns file and line of what is below each comment "Leak: ...".
func comments(t *testing.T, module string) []string {
	t.Helper()
	var at []string
	err := fs.WalkDir(os.DirFS(module), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" {
			return err
		}
		src, err := os.ReadFile(filepath.Join(module, file))
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(src), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "// Leak: ") {
				at = append(at, fmt.Sprintf("%s:%d", filepath.FromSlash(file), i+2))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(at)
	return at
}
