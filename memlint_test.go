package memlint_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/memlint/memlint"
)

// TestLatent checks that each analyzer tells drivers of latent leaks: by its
// result, and by a flag where there are no results.
func TestLatent(t *testing.T) {
	for _, a := range memlint.Analyzers() {
		if f := a.Flags.Lookup("latent"); f == nil || f.DefValue != "false" {
			t.Errorf("%s has no flag latent that is off", a.Name)
		}
		type result interface{ Latent() []analysis.Diagnostic }
		if a.ResultType == nil || !a.ResultType.Implements(reflect.TypeFor[result]()) {
			t.Errorf("the result of %s is a %v, which does not tell of latent leaks", a.Name, a.ResultType)
		}
	}
}

// TestTogether runs the analyzers of a package one after another and at the same
// time, as golangci-lint and Bazel do: they find the same. With -race it shows
// that they do not get into each other's way.
func TestTogether(t *testing.T) {
	t.Setenv("GOWORK", "off")
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: "examples/leaky"}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 {
		t.Fatal("the example does not build")
	}
	find := func(sequential bool) string {
		graph, err := checker.Analyze(memlint.Analyzers(), pkgs, &checker.Options{Sequential: sequential})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, act := range graph.Roots {
			if act.Err != nil {
				t.Error(act.Err)
			}
			for _, d := range act.Diagnostics {
				found = append(found, fmt.Sprintf("%s: %s", act.Package.Fset.Position(d.Pos), d.Message))
			}
		}
		slices.Sort(found)
		return strings.Join(found, "\n")
	}
	alone := find(true)
	if n := strings.Count(alone, "\n"); n < 7 {
		t.Fatalf("the example has too few findings:\n%s", alone)
	}
	for range 5 {
		if together := find(false); together != alone {
			t.Fatalf("together the analyzers find\n%s\nand one after another\n%s", together, alone)
		}
	}
}
