// Package golangci gives memlint to golangci-lint as a module plugin.
//
// It is registered under several names. As memlint, it is the whole suite and
// one linter. Under the name of an analyzer, it is that analyzer alone, which
// then is a linter of its own: //nolint:timerleak silences it and SARIF has it
// as its rule. A configuration has one or the other.
//
// Settings are as in .memlint.yml, but for what golangci-lint itself decides
// (tests and exclude). A setting that means nothing is an error, since one that
// is spelt wrong would silently not hold.
package golangci

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver/selection"
)

func init() {
	register.Plugin("memlint", New)
	for _, a := range memlint.Analyzers() {
		register.Plugin(a.Name, func(settings any) (register.LinterPlugin, error) {
			selection.Selection{{Enable: []string{a.Name}}}.SwitchedOn(a) // it is asked for by its name
			return newPlugin([]*analysis.Analyzer{a}, settings)
		})
	}
}

// New returns the plugin with the whole suite. Settings are what the
// configuration of golangci-lint has for it; nil if there is nothing.
func New(settings any) (register.LinterPlugin, error) {
	return newPlugin(memlint.Analyzers(), settings)
}

// Settings is what a configuration may say.
type Settings struct {
	Enable    words                       `json:"enable"`    // report only these analyzers and categories
	Disable   words                       `json:"disable"`   // do not report these
	Latent    *bool                       `json:"latent"`    // report latent leaks, too
	Analyzers map[string]map[string]value `json:"analyzers"` // flags of analyzers
}

// Words is a list of words, of which one alone needs no brackets.
type words []string

// UnmarshalJSON reads a word or a list of them.
func (w *words) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		*w = words{""}
		return json.Unmarshal(data, &(*w)[0])
	}
	return json.Unmarshal(data, (*[]string)(w))
}

// A value is that of a flag, as on the command line.
type value string

// UnmarshalJSON reads a word, a number, true or false, or a list of them, which
// has commas on the command line.
func (v *value) UnmarshalJSON(data []byte) error {
	list := []json.RawMessage{data}
	if data[0] == '[' {
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
	}
	var parts []string
	for _, item := range list {
		part := string(item)
		switch item[0] {
		case '"':
			if err := json.Unmarshal(item, &part); err != nil {
				return err
			}
		case '{', '[', 'n':
			return fmt.Errorf("%s is no value of a flag", item)
		}
		parts = append(parts, part)
	}
	*v = value(strings.Join(parts, ","))
	return nil
}

type plugin struct{ analyzers []*analysis.Analyzer }

// BuildAnalyzers returns the analyzers that have something to report.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) { return p.analyzers, nil }

// GetLoadMode asks for types; analyzers make SSA of them.
func (p *plugin) GetLoadMode() string { return register.LoadModeTypesInfo }

func newPlugin(suite []*analysis.Analyzer, raw any) (register.LinterPlugin, error) {
	settings, err := register.DecodeSettings[Settings](raw)
	if err != nil {
		return nil, err
	}
	known := make(map[string][]string)
	for _, a := range suite {
		known[a.Name] = categories(a)
	}
	if err := selection.Check(settings.Enable, known); err != nil {
		return nil, fmt.Errorf("enable: %w", err)
	}
	if err := selection.Check(settings.Disable, known); err != nil {
		return nil, fmt.Errorf("disable: %w", err)
	}
	if err := selection.Check(slices.Sorted(maps.Keys(settings.Analyzers)), known); err != nil {
		return nil, fmt.Errorf("analyzers: %w", err)
	}
	selected := selection.Selection{{Enable: settings.Enable, Disable: settings.Disable}}
	p := new(plugin)
	for _, a := range suite {
		if f := a.Flags.Lookup("latent"); f != nil && settings.Latent != nil {
			if err := f.Value.Set(strconv.FormatBool(*settings.Latent)); err != nil {
				return nil, fmt.Errorf("latent: %w", err)
			}
		}
		if err := set(a, settings.Analyzers[a.Name]); err != nil {
			return nil, fmt.Errorf("analyzers: %w", err)
		}
		if selected.SwitchedOn(a) && selected.Needed(a.Name, known[a.Name]) {
			p.analyzers = append(p.analyzers, adapt(a, selected))
		}
	}
	return p, nil
}

// set gives flags of an analyzer their values.
func set(a *analysis.Analyzer, flags map[string]value) error {
	for _, name := range slices.Sorted(maps.Keys(flags)) {
		f := a.Flags.Lookup(name)
		if f == nil {
			return fmt.Errorf("%s has no flag %q", a.Name, name)
		}
		if err := f.Value.Set(string(flags[name])); err != nil {
			return fmt.Errorf("invalid value %q for %s.%s: %w", flags[name], a.Name, name, err)
		}
	}
	return nil
}

// categories returns the categories of an analyzer: each has its heading in
// the documentation.
func categories(a *analysis.Analyzer) []string {
	var list []string
	for line := range strings.Lines(a.Doc) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			list = append(list, strings.TrimSpace(heading))
		}
	}
	return list
}

// adapt returns the analyzer with findings as golangci-lint can show them.
func adapt(a *analysis.Analyzer, selected selection.Selection) *analysis.Analyzer {
	adapted := *a
	adapted.Run = func(pass *analysis.Pass) (any, error) {
		own, tell := *pass, pass.Report
		own.Report = func(d analysis.Diagnostic) {
			if selected.Reported(a.Name, d.Category) {
				tell(flat(pass, d))
			}
		}
		return a.Run(&own)
	}
	return &adapted
}

// flat returns a finding that is one line. golangci-lint makes an issue of its
// own of each related place, and to fix one finding applies all of its fixes,
// though they are alternatives.
func flat(pass *analysis.Pass, d analysis.Diagnostic) analysis.Diagnostic {
	var notes strings.Builder
	here := pass.Fset.Position(d.Pos)
	for _, r := range d.Related {
		at := pass.Fset.Position(r.Pos)
		place := fmt.Sprintf("line %d", at.Line)
		if at.Filename != here.Filename {
			place = fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
		}
		fmt.Fprintf(&notes, "; %s: %s", place, r.Message)
	}
	// The words by which people name the finding stay at its end.
	at := len(d.Message)
	rule := " (" + pass.Analyzer.Name + "/" + d.Category
	for _, tail := range []string{rule + ")", rule + ", latent)"} {
		if strings.HasSuffix(d.Message, tail) {
			at -= len(tail)
			break
		}
	}
	d.Message = d.Message[:at] + notes.String() + d.Message[at:]
	d.Related = nil
	d.SuggestedFixes = d.SuggestedFixes[:min(1, len(d.SuggestedFixes))]
	return d
}
