package timerleak_test

import (
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/memlint/memlint/analyzers/timerleak"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

const cases = "../../testdata/src/timerleak"

// needOldTimers skips a test whose cases are about the timers that Go 1.27
// took away.
func needOldTimers(t *testing.T) {
	t.Helper()
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		t.Skip("the toolchain always takes unreferenced timers back")
	}
}

func Test(t *testing.T) {
	needOldTimers(t)
	findingtest.Run(t, cases, timerleak.Analyzer)
}

// TestCollectable runs with -timerleak.collectable over a module whose timers
// the garbage collector takes back.
func TestCollectable(t *testing.T) {
	if err := timerleak.Analyzer.Flags.Set("collectable", "true"); err != nil {
		t.Fatal(err)
	}
	defer timerleak.Analyzer.Flags.Set("collectable", "false")
	findingtest.Run(t, filepath.Join(cases, "flags"), timerleak.Analyzer)
}

// TestWithheld counts what a run without -timerleak.collectable holds back, so
// that the command can say so. Leaks on any version are told, and what a
// comment silences is not held back.
func TestWithheld(t *testing.T) {
	want := map[string]int{
		"example.com/timers/withheld": 3,
		"example.com/timers/pins":     0,
		"example.com/timers/quiet":    0,
	}
	for _, r := range analysistest.Run(silent{}, abs(t, filepath.Join(cases, "current")), timerleak.Analyzer, "./withheld/...", "./pins", "./quiet") {
		n, _, flag := r.Result.(*finding.Result).Withheld()
		if pkg := r.Pass.Pkg.Path(); n != want[pkg] || n > 0 && flag != "-timerleak.collectable" {
			t.Errorf("%s: %d findings held back, shown by %s; want %d, by -timerleak.collectable", pkg, n, flag, want[pkg])
		}
	}
}

// TestFixed runs the analyzer on the fixed code of the golden files: it must
// compile, and nothing in it is left to be fixed.
func TestFixed(t *testing.T) {
	needOldTimers(t)
	for _, mod := range []string{"current", "go1.22", "asynctimerchan"} {
		t.Run(mod, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(cases, mod))); err != nil {
				t.Fatal(err)
			}
			fixed := make(map[string]bool) // packages
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if file, ok := strings.CutSuffix(path, ".go.golden"); ok {
					fixed[filepath.Base(filepath.Dir(path))] = true
					return os.Rename(path, file+".go")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range analysistest.Run(silent{}, dir, timerleak.Analyzer, "./...") {
				if r.Err != nil {
					t.Errorf("%s: %v", r.Action, r.Err)
					continue
				}
				delete(fixed, filepath.Base(r.Pass.Pkg.Path()))
				for _, d := range r.Diagnostics {
					if len(d.SuggestedFixes) > 0 {
						t.Errorf("%s: found again: %s", r.Pass.Fset.Position(d.Pos), d.Message)
					}
				}
			}
			for pkg := range fixed {
				t.Errorf("fixed package %s was not analysed", pkg)
			}
		})
	}
}

// silent lets the want comments of a case be: its own test checks them.
type silent struct{}

func (silent) Errorf(string, ...any) {}

func abs(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
