// Package names registers values in another package.
package names

import "example.com/closing/internal/names"

// Use leaks: the name is only shown.
func Use(v any, show func(string)) {
	name := names.RegisterValue(v) // want `what UnregisterValue takes to undo this is lost; held by package names \(closeleak/name-dropped\)`
	show("as " + name)
}

// With is fine.
func With(v any, f func()) {
	name := names.RegisterValue(v)
	defer names.UnregisterValue(name)
	f()
}

// Name is fine: the caller has it.
func Name(v any) string { return names.RegisterValue(v) }
