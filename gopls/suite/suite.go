// Package suite makes the analyzers of memlint some of those of gopls.
package suite

import (
	"fmt"
	"reflect"
	"runtime/debug"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/gopls/internal/settings"
	"golang.org/x/tools/gopls/internal/version"

	"github.com/memlint/memlint"
)

// Add appends the analyzers to the list of gopls, which has to happen before
// gopls starts. The error says that this gopls is made differently from those
// that memlint knows.
func Add() error {
	gopls := goplsVersion()
	for _, a := range memlint.Analyzers() {
		entry := new(settings.Analyzer)
		if err := set(entry, a); err != nil {
			return fmt.Errorf("gopls %s is not one that memlint can be built into; v0.23 and v0.24 are: %w", gopls, err)
		}
		settings.AllAnalyzers = append(settings.AllAnalyzers, entry)
	}
	// Else it would be that of memlint, which editors would take for gopls' own.
	version.VersionOverride = gopls + "+memlint"
	return nil
}

// set gives an entry of gopls' list its analyzer. The field that has it is not
// exported, and gopls has no function that sets it.
func set(entry any, a *analysis.Analyzer) error {
	const name = "analyzer"
	field := reflect.ValueOf(entry).Elem().FieldByName(name)
	if !field.IsValid() {
		return fmt.Errorf("%T has no field %s", entry, name)
	}
	if field.Type() != reflect.TypeOf(a) {
		return fmt.Errorf("field %s of %T is a %s, not a %T", name, entry, field.Type(), a)
	}
	reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Set(reflect.ValueOf(a))
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
