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

// TestOther checks what is said of a gopls that is made differently.
func TestOther(t *testing.T) {
	type renamed struct{}
	type retyped struct{ analyzer string }
	for _, test := range []struct {
		entry any
		want  string
	}{
		{new(renamed), "*suite.renamed has no field analyzer"},
		{&retyped{analyzer: "leak"}, "field analyzer of *suite.retyped is a string, not a *analysis.Analyzer"},
	} {
		if err := set(test.entry, new(analysis.Analyzer)); err == nil || err.Error() != test.want {
			t.Errorf("error is %v, want %s", err, test.want)
		}
	}
}
