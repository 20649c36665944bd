package finding

import (
	"go/parser"
	"go/token"
	"strings"
)

// URL returns the documentation page of an analyzer; a category of it is the
// page's anchor.
func URL(analyzer string) string {
	return "https://github.com/memlint/memlint/blob/main/docs/" + analyzer + ".md"
}

// Doc returns the documentation of an analyzer from the package comment of
// the Go source text: what follows the heading "# Analyzer name" up to the
// end, its first paragraph without the "name: " in front, and then what a
// Reporter says of suppression comments for any analyzer.
//
// The package comment is the only source of prose; help, docs and
// pkg.go.dev derive from it. Doc panics if there is no such heading: it is
// called when the analyzer's variable is initialised.
func Doc(source, analyzer string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		panic("documentation of " + analyzer + ": " + err.Error())
	}
	_, text, ok := strings.Cut(f.Doc.Text(), "# Analyzer "+analyzer+"\n")
	text = strings.TrimSpace(text)
	if !ok || !strings.HasPrefix(text, analyzer+": ") {
		panic("documentation of " + analyzer + `: no heading "# Analyzer ` + analyzer + `" with a summary`)
	}
	return strings.TrimSpace(strings.TrimPrefix(text, analyzer+": ")) + strings.ReplaceAll(directives, "NAME", analyzer)
}

const directives = `

# unused-ignore

A comment "//memlint:ignore NAME/category reason" silences nothing, on its line or the next, or one for a finding there lacks the "NAME/". Remove it, or correct the category.

# ignore-without-reason

A comment "//memlint:ignore NAME/category" silences a finding and does not say why. Write the reason behind the category.`
