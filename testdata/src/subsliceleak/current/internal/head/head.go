// Package head takes parts.
package head

import "strings"

func Line(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func Copy(s string) string { return strings.Clone(Line(s)) }
