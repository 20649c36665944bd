package suite

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/gopls/internal/protocol"
	"golang.org/x/tools/gopls/internal/settings"

	"github.com/memlint/memlint"
)

// TestAdd checks that gopls sees the analyzers, once each and beside its own,
// and that it runs them unless somebody says otherwise; and the one that tells
// of latent leaks, which somebody has to ask for.
func TestAdd(t *testing.T) {
	before := len(settings.AllAnalyzers)
	if err := Add(); err != nil {
		t.Fatal(err)
	}
	added := settings.AllAnalyzers[before:]
	last := added[len(added)-1]
	if a := last.Analyzer(); a.Name != "memlintlatent" || !slices.Equal(a.Requires, memlint.Analyzers()) {
		t.Errorf("the last one is %v", a)
	}
	if last.Enabled(settings.DefaultOptions()) || last.Severity() != protocol.SeverityInformation {
		t.Errorf("%s is enabled, or of severity %v", last, last.Severity())
	}
	if err := analysis.Validate([]*analysis.Analyzer{last.Analyzer()}); err != nil {
		t.Error(err)
	}
	added = added[:len(added)-1]
	var got []*analysis.Analyzer
	for _, entry := range added {
		got = append(got, entry.Analyzer())
		if optional := entry.Analyzer().Flags.Lookup("on") != nil; entry.Enabled(settings.DefaultOptions()) == optional {
			t.Errorf("%s: optional is %v, and so is whether it is enabled", entry, optional)
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
		if err := set(test.entry, "analyzer", new(analysis.Analyzer)); err == nil || err.Error() != test.want {
			t.Errorf("error is %v, want %s", err, test.want)
		}
	}
}
