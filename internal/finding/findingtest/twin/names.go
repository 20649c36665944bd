package twin

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/packages"
)

// neutral returns new names for all names in the packages and for words in
// them. They are numbers that count backwards.
func neutral(pkgs []*packages.Package) map[string]string {
	old := make(map[string]bool)
	for _, p := range pkgs {
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					old[id.Name] = true
					for i := range id.Name {
						if i > 0 && startsWord(id.Name[i:]) {
							old[id.Name[i:]] = true
						}
					}
				}
				return true
			})
		}
	}
	names := make(map[string]string)
	n := len(old)
	for _, name := range slices.Sorted(maps.Keys(old)) {
		for {
			n--
			letter := "z"
			if token.IsExported(name) {
				letter = "Z"
			}
			names[name] = fmt.Sprintf("%s%05d", letter, n+10000)
			if !old[names[name]] {
				break
			}
		}
	}
	return names
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// startsWord reports whether s, which follows a word in a name, is empty or
// starts another word.
func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s == "" || !unicode.IsLower(r)
}

// cutWord cuts a word off the start of a name, exported or not.
func cutWord(name, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(upperFirst(name), word)
	return rest, ok && startsWord(rest)
}
