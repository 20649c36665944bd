// Package kind makes kinds of names.
package kind

// Of returns an error for the sake of its type.
func Of(name string) (string, error) { return "kind of " + name, nil }
