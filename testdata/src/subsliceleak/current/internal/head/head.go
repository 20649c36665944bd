// Package head takes parts.
package head

import (
	"os"
	"strings"
)

func Line(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func Copy(s string) string { return strings.Clone(Line(s)) }

// Magic returns a part of what it reads.
func Magic(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 4 {
		return nil, err
	}
	return b[:4], nil
}
