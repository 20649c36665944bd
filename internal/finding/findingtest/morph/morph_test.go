package morph_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/finding/findingtest/cases"
	"github.com/memlint/memlint/internal/finding/findingtest/morph"
)

const root = "../../../.."

var long = flag.Bool("long", false, "transform all modules in all ways, not each in some")

// TestFindings runs all analyzers on the cases and examples, and on what
// transformations make of them: they find the same.
//
// By itself it tries a few transformations on each module; with -long, all.
func TestFindings(t *testing.T) {
	for _, a := range memlint.Analyzers() {
		for _, name := range []string{"collectable", "on"} {
			if f := a.Flags.Lookup(name); f != nil {
				if err := f.Value.Set("true"); err != nil {
					t.Fatal(err)
				}
				defer f.Value.Set(f.DefValue)
			}
		}
	}
	dirs, err := cases.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range dirs {
		dir := filepath.Join(root, name)
		original, err := cases.Find(dir, memlint.Analyzers(), func(file string, f report.Finding) string {
			return fmt.Sprintf("%s:%d", file, f.Pos.Line)
		})
		if err != nil {
			t.Fatal(err)
		}
		for j, transformation := range morph.Transformations() {
			if !*long && (i+j)%5 != 0 {
				continue
			}
			t.Run(strings.ReplaceAll(transformation.Name, " ", "_")+"/"+name, func(t *testing.T) {
				to := t.TempDir()
				origins, err := transformation.Write(to, dir)
				if err != nil {
					t.Fatal(err)
				}
				if keep := os.Getenv("MORPH_KEEP"); keep != "" {
					os.CopyFS(filepath.Join(keep, strings.ReplaceAll(transformation.Name, " ", "_"), name), os.DirFS(to))
				}
				transformed, err := cases.Find(to, memlint.Analyzers(), func(file string, f report.Finding) string {
					return origins.Line(file, f.Pos.Offset)
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range cases.Subtract(original, transformed) {
					t.Errorf("found no more: %s", f)
				}
				for _, f := range cases.Subtract(transformed, original) {
					t.Errorf("found only then: %s", f)
				}
			})
		}
	}
}
