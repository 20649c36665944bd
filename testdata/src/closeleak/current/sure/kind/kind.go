// Package kind makes kinds of names.
package kind

import "errors"

// Of returns an error for the sake of its type.
func Of(name string) (string, error) { return "kind of " + name, nil }

// Parse returns one.
func Parse(name string) (string, error) {
	if name == "" {
		return "", errors.New("no name")
	}
	return name, nil
}
