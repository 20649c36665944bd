package golangci

import (
	"flag"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint"
)

// names returns the analyzers that a plugin of some name runs with settings.
func names(t *testing.T, name string, settings any) (string, error) {
	t.Helper()
	build, err := register.GetPlugin(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(settings)
	if err != nil {
		return "", err
	}
	if mode := p.GetLoadMode(); mode != register.LoadModeTypesInfo {
		t.Errorf("load mode %s", mode)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	if err := analysis.Validate(analyzers); err != nil {
		t.Error(err)
	}
	var list []string
	for _, a := range analyzers {
		list = append(list, a.Name)
	}
	return strings.Join(list, " "), nil
}

// keep brings the flags of analyzers back when the test is over.
func keep(t *testing.T) {
	for _, a := range memlint.Analyzers() {
		for _, f := range flags(a) {
			before := f.Value.String()
			t.Cleanup(func() {
				if err := f.Value.Set(before); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func flags(a *analysis.Analyzer) []*flag.Flag {
	var list []*flag.Flag
	a.Flags.VisitAll(func(f *flag.Flag) { list = append(list, f) })
	return list
}

func TestPlugins(t *testing.T) {
	type m = map[string]any
	for _, test := range []struct {
		plugin   string
		settings any
		want     string
	}{
		{"memlint", nil, suite("readall")},
		{"memlint", m{}, suite("readall")},
		{"memlint", m{"enable": nil, "disable": []any{}}, suite("readall")},
		{"memlint", m{"enable": []any{"timerleak", "listenerleak/no-way-out"}}, "listenerleak timerleak"},
		{"memlint", m{"enable": "timerleak"}, "timerleak"},
		{"memlint", m{"disable": "timerleak"}, suite("readall", "timerleak")},
		{"memlint", m{"disable": []any{"*/unused-ignore"}}, suite("readall")},
		{"memlint", m{"enable": "readall"}, "readall"},
		{"memlint", m{"analyzers": m{"readall": m{"on": true}}}, suite()},
		{"readall", nil, "readall"},
		{"timerleak", nil, "timerleak"},
		{"timerleak", m{"disable": []any{"timerleak/ticker-field"}}, "timerleak"},
		{"closurecapture", m{"analyzers": m{"closurecapture": m{"min-bytes": 1 << 20}}}, "closurecapture"},
	} {
		keep(t)
		got, err := names(t, test.plugin, test.settings)
		if err != nil || got != test.want {
			t.Errorf("%s with %v: %s, %v; want %s", test.plugin, test.settings, got, err, test.want)
		}
	}
}

// TestValues sets flags as a configuration file has them.
func TestValues(t *testing.T) {
	keep(t)
	type m = map[string]any
	_, err := New(m{"analyzers": m{
		"closurecapture": m{"min-bytes": 131072},
		"timerleak":      m{"collectable": true},
		"listenerleak":   m{"pairs": []any{"a.Add:Remove", "b.On:Off"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, a := range memlint.Analyzers() {
		for _, f := range flags(a) {
			got[a.Name+"."+f.Name] = f.Value.String()
		}
	}
	for name, want := range map[string]string{
		"closurecapture.min-bytes": "131072",
		"timerleak.collectable":    "true",
	} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
	if pairs := got["listenerleak.pairs"]; !strings.Contains(pairs, "a.Add:Remove") || !strings.Contains(pairs, "b.On:Off") {
		t.Errorf("listenerleak.pairs is %s", pairs)
	}
}

// suite returns the names of all analyzers, but for some.
func suite(but ...string) string {
	var names []string
	for _, a := range memlint.Analyzers() {
		if !slices.Contains(but, a.Name) {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestLatent sets the flag of all analyzers at once, before that of one.
func TestLatent(t *testing.T) {
	type m = map[string]any
	for _, test := range []struct {
		settings any
		want     string
	}{
		{m{}, ""},
		{m{"latent": false}, ""},
		{m{"latent": true}, suite()},
		{m{"analyzers": m{"globalgrowth": m{"latent": true}}}, "globalgrowth"},
		{m{"latent": true, "analyzers": m{"timerleak": m{"latent": false}}}, suite("timerleak")},
	} {
		t.Run(test.want, func(t *testing.T) {
			keep(t)
			if _, err := New(test.settings); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, a := range memlint.Analyzers() {
				if a.Flags.Lookup("latent").Value.String() == "true" {
					got = append(got, a.Name)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("with %v latent leaks are shown of %s, want %s", test.settings, got, test.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	keep(t)
	type m = map[string]any
	for _, test := range []struct {
		plugin   string
		settings any
		want     string
	}{
		{"memlint", m{"exclude": "a"}, `unknown field "exclude"`},
		{"memlint", "timerleak", "cannot unmarshal string"},
		{"memlint", m{"latent": "yes"}, "cannot unmarshal string"},
		{"memlint", m{"enable": 1}, "cannot unmarshal number"},
		{"memlint", m{"enable": "timer"}, `enable: no analyzer is named "timer"`},
		{"memlint", m{"disable": []any{"timerleak/typo"}}, `disable: timerleak has no category "typo"`},
		{"timerleak", m{"disable": "globalgrowth"}, `disable: no analyzer is named "globalgrowth"`},
		{"memlint", m{"analyzers": m{"timer": m{}}}, `analyzers: no analyzer is named "timer"`},
		{"memlint", m{"analyzers": m{"timerleak": m{"collect": true}}}, `analyzers: timerleak has no flag "collect"`},
		{"memlint", m{"analyzers": m{"timerleak": m{"collectable": "maybe"}}}, `analyzers: invalid value "maybe" for timerleak.collectable`},
		{"memlint", m{"analyzers": m{"timerleak": m{"collectable": nil}}}, "null is no value of a flag"},
		{"memlint", m{"analyzers": m{"timerleak": m{"collectable": m{}}}}, "{} is no value of a flag"},
	} {
		if _, err := names(t, test.plugin, test.settings); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s with %v: %v; want %s", test.plugin, test.settings, err, test.want)
		}
	}
}

// TestReport checks what becomes of a finding: related places are in its line,
// the first of its fixes is left, and categories that are disabled are gone.
func TestReport(t *testing.T) {
	fset := token.NewFileSet()
	a := fset.AddFile("/src/a.go", -1, 100)
	a.SetLines([]int{0, 10, 20, 30})
	b := fset.AddFile("/src/b.go", -1, 100)
	b.SetLines([]int{0, 10, 20, 30})
	leak := &analysis.Analyzer{
		Name: "leak",
		Doc:  "report leaks\n\n# kind\n\nA kind.\n\n# other\n\nAnother kind.",
		Run: func(pass *analysis.Pass) (any, error) {
			tell := pass.Report
			tell(analysis.Diagnostic{
				Pos: a.Pos(12), Category: "kind", Message: "ticker stays; held by x (leak/kind)",
				Related: []analysis.RelatedInformation{
					{Pos: a.Pos(22), Message: "started here"},
					{Pos: b.Pos(5), Message: "declared here"},
				},
				SuggestedFixes: []analysis.SuggestedFix{{Message: "one"}, {Message: "two"}},
			})
			tell(analysis.Diagnostic{Pos: a.Pos(13), Category: "other", Message: "other (leak/other)"})
			tell(analysis.Diagnostic{
				Pos: a.Pos(14), Category: "kind", Message: "map grows (leak/kind, latent)",
				Related: []analysis.RelatedInformation{{Pos: a.Pos(22), Message: "declared here"}},
			})
			return nil, nil
		},
	}
	var got []analysis.Diagnostic
	p, err := newPlugin([]*analysis.Analyzer{leak}, map[string]any{"disable": "leak/other"})
	if err != nil {
		t.Fatal(err)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	_, err = analyzers[0].Run(&analysis.Pass{
		Analyzer: analyzers[0],
		Fset:     fset,
		Report:   func(d analysis.Diagnostic) { got = append(got, d) },
	})
	if err != nil || len(got) != 2 {
		t.Fatalf("%d findings, %v", len(got), err)
	}
	if want := "map grows; line 3: declared here (leak/kind, latent)"; got[1].Message != want {
		t.Errorf("got  %s\nwant %s", got[1].Message, want)
	}
	d := got[0]
	if want := "ticker stays; held by x; line 3: started here; b.go:1: declared here (leak/kind)"; d.Message != want {
		t.Errorf("got  %s\nwant %s", d.Message, want)
	}
	if len(d.Related) != 0 || len(d.SuggestedFixes) != 1 || d.SuggestedFixes[0].Message != "one" {
		t.Errorf("related places %v, fixes %v", d.Related, d.SuggestedFixes)
	}
}
