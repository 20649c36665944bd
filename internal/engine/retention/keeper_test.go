package retention

import (
	"cmp"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// kept reports what keeps what the lines of a package allocate, and whether goroutines and
// tables have the same name in different places, where they are not the same.
var kept = &analysis.Analyzer{
	Name:     "kept",
	Doc:      "report keepers",
	Requires: []*analysis.Analyzer{Keepers},
	Run: func(pass *analysis.Pass) (any, error) {
		told := make(map[string]bool) // once on a line
		place := make(map[string]token.Pos)
		pass.ResultOf[Keepers].(Kept).Keepers(func(at token.Pos, slot, words string, from token.Pos) {
			if before, ok := place[slot]; ok && before != from && !strings.Contains(words, "variable ") && !strings.HasPrefix(words, "field ") && words != "" {
				pass.Reportf(at, "%s is also what keeps something from another place on", slot)
			}
			place[slot] = from
			words = cmp.Or(words, "the caller")
			p := pass.Fset.Position(at)
			p.Column, p.Offset = 0, 0
			if key := p.String() + words; !told[key] {
				told[key] = true
				pass.Reportf(at, "%s", words)
			}
		})
		return nil, nil
	},
}

func TestKeepers(t *testing.T) {
	dir, err := filepath.Abs("testdata/keepers")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOWORK", "off")
	analysistest.Run(t, dir, kept, "./...")
}
