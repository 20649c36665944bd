// Package findingtest runs an analyzer over the cases of testdata/src and
// checks all that a user would see of its findings.
//
// A case is a module in testdata/src/ANALYZER/NAME; its go line decides what
// the analyzer takes the version of Go to be, and a case that is about a
// version is named for it (go1.22). Every package of it is analysed.
//
// Latent leaks are shown, as with the flag -latent, so that the cases tell them
// from findings and from silence.
//
// Two things are checked, because each catches what the other lets through:
// the want comments of [analysistest] say next to the code what is found and
// where nothing is; a golden file, report.golden, has the whole findings with
// columns, ranges, notes, fixes and links. Run the test with -update to write
// the golden files anew, and read the difference.
package findingtest

import (
	"bytes"
	"flag"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Run checks the analyzer on every case in dir, which is a folder of modules,
// such as "../../testdata/src/timerleak".
func Run(t *testing.T, dir string, a *analysis.Analyzer) {
	t.Helper()
	if err := a.Flags.Set("latent", "true"); err != nil {
		t.Fatal(err)
	}
	defer a.Flags.Set("latent", "false")
	mods, err := filepath.Glob(filepath.Join(dir, "*", "go.mod"))
	if err != nil || len(mods) == 0 {
		t.Fatalf("no cases below %s (%v)", dir, err)
	}
	for _, mod := range mods {
		t.Run(filepath.Base(filepath.Dir(mod)), func(t *testing.T) {
			checkCase(t, filepath.Dir(mod), a)
		})
	}
}

func checkCase(t *testing.T, dir string, a *analysis.Analyzer) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, r := range analysistest.RunWithSuggestedFixes(t, dir, a, "./...") {
		for _, d := range r.Diagnostics {
			blocks = append(blocks, describe(r.Action.Package.Fset, dir, d))
		}
	}
	slices.Sort(blocks)
	got := []byte(strings.Join(slices.Compact(blocks), ""))
	golden := filepath.Join(dir, "report.golden")
	if *update {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("golden report: %v (run with -update to write it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("report differs from %s; run with -update and read the difference\n%s", golden, firstDifference(string(got), string(want)))
	}
}

// RunFixed runs the analyzer on the fixed code of the golden files of the
// module in dir: it must compile, and nothing in it is left to be fixed.
func RunFixed(t *testing.T, dir string, a *analysis.Analyzer) {
	t.Helper()
	fixed := t.TempDir()
	if err := os.CopyFS(fixed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	folders := make(map[string]bool)
	err := filepath.WalkDir(fixed, func(path string, d fs.DirEntry, err error) error {
		if file, ok := strings.CutSuffix(path, ".go.golden"); ok {
			folders[filepath.Dir(path)] = true
			return os.Rename(path, file+".go")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range analysistest.Run(silent{}, fixed, a, "./...") {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Action, r.Err)
			continue
		}
		for _, f := range r.Action.Package.GoFiles {
			delete(folders, filepath.Dir(f))
		}
		for _, d := range r.Diagnostics {
			if len(d.SuggestedFixes) > 0 {
				t.Errorf("%s: found again: %s", r.Action.Package.Fset.Position(d.Pos), d.Message)
			}
		}
	}
	for dir := range folders {
		t.Errorf("the fixed package in %s was not analysed", dir)
	}
}

// silent lets the want comments of a case be: its own test checks them.
type silent struct{}

func (silent) Errorf(string, ...any) {}

// describe returns all parts of a finding, one a line.
func describe(fset *token.FileSet, dir string, d analysis.Diagnostic) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", place(fset, dir, d.Pos, d.End), d.Message)
	_, anchor, _ := strings.Cut(d.URL, "#")
	if anchor != d.Category {
		fmt.Fprintf(&b, "\tcategory %s, but the link goes to #%s\n", d.Category, anchor)
	}
	for _, r := range d.Related {
		fmt.Fprintf(&b, "\t%s: %s\n", place(fset, dir, r.Pos, r.End), r.Message)
	}
	for _, f := range d.SuggestedFixes {
		fmt.Fprintf(&b, "\tfix: %s\n", f.Message)
		for _, e := range f.TextEdits {
			fmt.Fprintf(&b, "\t\t%s: %q\n", place(fset, dir, e.Pos, e.End), e.NewText)
		}
	}
	return b.String()
}

// place returns a range as file:line:column-line:column, zero-padded so that
// the order of the text is that of the source.
func place(fset *token.FileSet, dir string, pos, end token.Pos) string {
	p := fset.Position(pos)
	name := p.Filename
	if rel, err := filepath.Rel(dir, name); err == nil && !strings.HasPrefix(rel, "..") {
		name = filepath.ToSlash(rel)
	} else {
		name = filepath.Base(name)
	}
	s := fmt.Sprintf("%s:%03d:%02d", name, p.Line, p.Column)
	if end.IsValid() {
		e := fset.Position(end)
		s += fmt.Sprintf("-%03d:%02d", e.Line, e.Column)
	}
	return s
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var gl, wl string
		if i < len(g) {
			gl = g[i]
		}
		if i < len(w) {
			wl = w[i]
		}
		if gl != wl {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, gl, wl)
		}
	}
	return ""
}
