// Package vetjson prints findings in the JSON form of `go vet -json`, which
// editors and review tools read already: an object that maps the package to
// the analyzer to the list of its findings.
package vetjson

import (
	"encoding/json"
	"fmt"
	"go/token"

	"github.com/memlint/memlint/internal/driver/report"
)

type (
	diagnostic struct {
		Category string           `json:"category,omitempty"`
		Posn     string           `json:"posn"`
		End      string           `json:"end"`
		Message  string           `json:"message"`
		Fixes    []fix            `json:"suggested_fixes,omitempty"`
		Related  []related        `json:"related,omitempty"`
		Evidence *report.Evidence `json:"evidence,omitempty"` // of profiles; go vet has nothing like it
	}
	fix struct {
		Message string `json:"message"`
		Edits   []edit `json:"edits"`
	}
	edit struct {
		Filename string `json:"filename"`
		Start    int    `json:"start"` // zero-based byte offsets
		End      int    `json:"end"`
		New      string `json:"new"`
	}
	related struct {
		Posn    string `json:"posn"`
		End     string `json:"end"`
		Message string `json:"message"`
	}
)

// Format returns findings as one JSON object that ends with a newline.
// File names are absolute, as those of `go vet -json` are.
func Format(findings []report.Finding) []byte {
	tree := make(map[string]map[string][]diagnostic)
	for _, f := range findings {
		if tree[f.Package] == nil {
			tree[f.Package] = make(map[string][]diagnostic)
		}
		d := diagnostic{Category: f.Category, Posn: f.Pos.String(), End: end(f.Pos, f.End), Message: f.Message, Evidence: f.Evidence}
		for _, r := range f.Related {
			d.Related = append(d.Related, related{r.Pos.String(), end(r.Pos, r.End), r.Message})
		}
		for _, x := range f.Fixes {
			y := fix{Message: x.Title, Edits: []edit{}}
			for _, e := range x.Edits {
				y.Edits = append(y.Edits, edit{e.File, e.Start, e.End, e.New})
			}
			d.Fixes = append(d.Fixes, y)
		}
		tree[f.Package][f.Analyzer] = append(tree[f.Package][f.Analyzer], d)
	}
	out, err := json.MarshalIndent(tree, "", "\t")
	if err != nil {
		panic(fmt.Sprintf("vetjson: strings and numbers do not marshal: %v", err)) // cannot happen
	}
	return append(out, '\n')
}

// end returns where what begins at pos ends: there, if that is not known.
func end(pos, end token.Position) string {
	if !end.IsValid() {
		end = pos
	}
	return end.String()
}
