// Package suite makes the analyzers of memlint some of those of gopls.
package suite

import (
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/gopls/internal/protocol"
	"golang.org/x/tools/gopls/internal/settings"
	"golang.org/x/tools/gopls/internal/version"

	"github.com/memlint/memlint"
)

// Add appends the analyzers to the list of gopls, which has to happen before
// gopls starts. The error says that this gopls is made differently from those
// that memlint knows.
func Add() error {
	gopls := goplsVersion()
	add := func(fields map[string]any) error {
		entry := new(settings.Analyzer)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if err := set(entry, name, fields[name]); err != nil {
				return fmt.Errorf("gopls %s is not one that memlint can be built into; v0.23 and v0.24 are: %w", gopls, err)
			}
		}
		settings.AllAnalyzers = append(settings.AllAnalyzers, entry)
		return nil
	}
	for _, a := range memlint.Analyzers() {
		fields := map[string]any{"analyzer": a}
		if f := a.Flags.Lookup("on"); f != nil { // gopls gives analyzers no flags: it is off there by not being run
			if err := f.Value.Set("true"); err != nil {
				return err
			}
			fields["nonDefault"] = true
		}
		if err := add(fields); err != nil {
			return err
		}
	}
	if err := add(map[string]any{"analyzer": latent(memlint.Analyzers()), "nonDefault": true, "severity": protocol.SeverityInformation}); err != nil {
		return err
	}
	// Else it would be that of memlint, which editors would take for gopls' own.
	version.VersionOverride = gopls + "+memlint"
	return nil
}

// latent returns an analyzer that reports the latent leaks that others know of.
// gopls gives analyzers no flags, but lets people switch them on.
func latent(suite []*analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     "memlintlatent",
		Doc:      "report latent leaks\n\nThe analyzers of memlint know them to be kept, but nothing in sight shows that it happens again and again.",
		URL:      "https://github.com/memlint/memlint/blob/main/docs/gopls.md#what-is-different",
		Requires: suite,
		Run: func(pass *analysis.Pass) (any, error) {
			for _, a := range suite {
				for _, d := range pass.ResultOf[a].(interface{ Latent() []analysis.Diagnostic }).Latent() {
					pass.Report(d)
				}
			}
			return nil, nil
		},
	}
}

// set gives a field of an entry of gopls' list its value. Fields are not
// exported, and gopls has no functions that set them.
func set(entry any, name string, value any) error {
	field := reflect.ValueOf(entry).Elem().FieldByName(name)
	if !field.IsValid() {
		return fmt.Errorf("%T has no field %s", entry, name)
	}
	if field.Type() != reflect.TypeOf(value) {
		return fmt.Errorf("field %s of %T is a %s, not a %T", name, entry, field.Type(), value)
	}
	reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(value))
	return nil
}

// goplsVersion returns the version of gopls that the program is built with.
func goplsVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "golang.org/x/tools/gopls" {
				return m.Version
			}
		}
	}
	return "(unknown version)"
}
