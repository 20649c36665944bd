package morph_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
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
				transformed, err := cases.Find(to, memlint.Analyzers(), func(file string, f report.Finding) string {
					return origins.Line(file, f.Pos.Offset)
				})
				if err != nil {
					t.Fatal(err)
				}
				lost, won := cases.Subtract(original, transformed), cases.Subtract(transformed, original)
				if !transformation.Strict {
					lost, won = elsewhere(lost, won)
				}
				for _, f := range lost {
					if !isKnown(transformation, name, f) {
						t.Errorf("found no more: %s", f)
					}
				}
				for _, f := range won {
					if !isKnown(transformation, name, f) {
						t.Errorf("found only then: %s", f)
					}
				}
			})
		}
	}
	for _, d := range known {
		if *long && !met[d] {
			t.Errorf("%s makes no difference any more in %s, %s", d.transformation, d.module, d.at)
		}
	}
}

// elsewhere returns what is lost and won without what is the same leak at another of its
// places.
func elsewhere(lost, won []cases.Found) (_, _ []cases.Found) {
	var left []cases.Found
	for _, f := range lost {
		i := slices.IndexFunc(won, func(g cases.Found) bool { return g.Message == f.Message })
		if i < 0 {
			left = append(left, f)
			continue
		}
		won = slices.Delete(won, i, i+1)
	}
	return left, won
}
