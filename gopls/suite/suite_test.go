package suite

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/gopls/internal/settings"

	"github.com/memlint/memlint"
)

// TestAdd checks that gopls sees the analyzers, once each and beside its own,
// and that it runs them unless somebody says otherwise.
func TestAdd(t *testing.T) {
	before := len(settings.AllAnalyzers)
	if err := Add(); err != nil {
		t.Fatal(err)
	}
	added := settings.AllAnalyzers[before:]
	var got []*analysis.Analyzer
	for _, entry := range added {
		got = append(got, entry.Analyzer())
		if !entry.Enabled(settings.DefaultOptions()) {
			t.Errorf("%s is not enabled", entry)
		}
	}
	if want := memlint.Analyzers(); !slices.Equal(got, want) {
		t.Errorf("gopls has %v, want %v", got, want)
	}
	// Settings of gopls go by these names.
	for _, a := range got {
		for _, entry := range settings.AllAnalyzers[:before] {
			if entry.Analyzer().Name == a.Name {
				t.Errorf("gopls has another analyzer called %s", a.Name)
			}
		}
	}
}

// TestWrap checks what is said of a gopls that is made differently.
func TestWrap(t *testing.T) {
	type current struct {
		analyzer *analysis.Analyzer
		severity int
	}
	type renamed struct{ a *analysis.Analyzer }
	type retyped struct{ analyzer string }
	a := &analysis.Analyzer{Name: "leak"}

	if entry, err := wrap[current](a); err != nil || entry.analyzer != a || entry.severity != 0 {
		t.Errorf("as now: %v, %v", entry, err)
	}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"renamed", second(wrap[renamed](a)), "suite.renamed has no field analyzer"},
		{"retyped", second(wrap[retyped](a)), "field analyzer of suite.retyped is a string, not a *analysis.Analyzer"},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("%s: error is %q, want %q", test.name, test.err, test.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }
