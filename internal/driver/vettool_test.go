package driver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/unitchecker"
	"golang.org/x/tools/txtar"
)

// TestMain lets the go command run this binary as a vet tool with the toys.
func TestMain(m *testing.M) {
	if os.Getenv("MEMLINT_TEST_VETTOOL") != "" {
		Main(Suite{Analyzers: toys()})
	}
	os.Exit(m.Run())
}

// TestDriversAgree checks that `go vet -vettool` finds what a run finds.
func TestDriversAgree(t *testing.T) {
	for _, name := range []string{"facts", "workspace"} {
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range archive.Files {
				// What AllObjectFacts returns differs: x/tools hands on fewer facts.
				if f.Name == "want" || strings.HasPrefix(f.Name, "census/") {
					continue
				}
				file := filepath.Join(dir, f.Name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, f.Data, 0o666)); err != nil {
					t.Fatal(err)
				}
			}
			patterns := []string{"./..."}
			if name == "workspace" {
				patterns = []string{"./one/...", "./two/..."}
			}
			t.Setenv("GOFLAGS", "")
			t.Setenv("GOWORK", "")

			result, err := Run(context.Background(), Options{Analyzers: toys(), Patterns: patterns, Dir: dir, Tests: true})
			if err != nil || len(result.Problems) > 0 {
				t.Fatal(result, err)
			}
			var want []string
			for _, f := range result.Findings {
				want = append(want, fmt.Sprintf("%s %s %s: %s", f.Package, f.Analyzer, f.Pos, f.Message))
			}

			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("go", append([]string{"vet", "-json", "-vettool=" + self}, patterns...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "MEMLINT_TEST_VETTOOL=1")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err, stderr.String())
			}
			var got []string
			dec := json.NewDecoder(strings.NewReader(string(out))) // one object per package
			for {
				var tree map[string]map[string][]struct{ Posn, Message string }
				if err := dec.Decode(&tree); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err, string(out))
				}
				for id, analyzers := range tree {
					for analyzer, diagnostics := range analyzers {
						for _, d := range diagnostics {
							got = append(got, fmt.Sprintf("%s %s %s: %s", id, analyzer, d.Posn, d.Message))
						}
					}
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if len(want) == 0 || !slices.Equal(want, got) {
				t.Errorf("go vet finds\n%s\n\na run finds\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestIsDependency(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  unitchecker.Config
		want bool
	}{
		{"the main module, to be reported", unitchecker.Config{ModulePath: "m"}, false},
		{"the main module, for facts", unitchecker.Config{ModulePath: "m", VetxOnly: true}, false},
		{"a dependency", unitchecker.Config{ModulePath: "d", ModuleVersion: "v1.0.0", VetxOnly: true}, true},
		{"a dependency that is named", unitchecker.Config{ModulePath: "d", ModuleVersion: "v1.0.0"}, false},
		{"the standard library", unitchecker.Config{VetxOnly: true}, true},
		{"the standard library, to be reported", unitchecker.Config{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := json.Marshal(test.cfg)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "vet.cfg")
			if err := os.WriteFile(file, data, 0o666); err != nil {
				t.Fatal(err)
			}
			if got := isDependency(file); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
	if isDependency("nothing.cfg") {
		t.Error("a file that does not exist")
	}
}

func TestIsVetCall(t *testing.T) {
	for args, want := range map[string]bool{
		"":                            false,
		"-V=full":                     true,
		"-V":                          false,
		"-flags":                      true,
		"-chain.most=2 -json vet.cfg": true,
		"./...":                       false,
		"-json ./...":                 false,
	} {
		if got := isVetCall(strings.Fields(args)); got != want {
			t.Errorf("isVetCall(%q) = %t", args, got)
		}
	}
}

// TestVetPanic checks that a panic in an analyzer is told as the bug it is under
// go vet, too, and that other packages are reported.
func TestVetPanic(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "panic.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		file := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, f.Data, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "vet", "-vettool="+self, "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "MEMLINT_TEST_VETTOOL=1", "GOFLAGS=", "GOWORK=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("go vet succeeds")
	}
	for _, want := range []string{
		"a.go:1:1: internal error: analyzer panics on package example.com/m/a: panic: a bug\nof two lines (at driver_test.go:",
		"please report it: https://github.com/memlint/memlint/issues",
		"b/b.go:5:23: println is for debugging (prints/println)",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("go vet does not say %q:\n%s", want, out)
		}
	}
}
