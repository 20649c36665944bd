package morph_test

import (
	"strings"

	"github.com/memlint/memlint/internal/finding/findingtest/cases"
	"github.com/memlint/memlint/internal/finding/findingtest/morph"
)

// A difference is one that is known: findings that a transformation changes, and why
// they are not found all the same.
type difference struct {
	transformation string
	module         string // below testdata/src
	at             string // what findings begin with: file:line: rule
	why            string
}

var known = []difference{}

// isKnown reports whether a finding is a known difference.
func isKnown(t morph.Transformation, module string, f cases.Found) bool {
	for _, d := range known {
		if d.transformation == t.Name && "testdata/src/"+d.module == module && strings.HasPrefix(f.Place, d.at) {
			return true
		}
	}
	return false
}
