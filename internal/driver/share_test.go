package driver

import (
	"context"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/txtar"
)

// newModule writes the files of an archive to a folder of its own.
func newModule(t *testing.T, archive string) (dir string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir = t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// known is a fact about each function.
type known struct{ Name string }

func (*known) AFact() {}

// A package with tests is analysed once, and others have its facts, unless its
// tests wait for a package that waits for it, or declare methods of its types.
func TestShare(t *testing.T) {
	const module = `
-- go.mod --
module m

go 1.26
-- plain/plain.go --
package plain

func F() {}
-- plain/plain_test.go --
package plain

func forTest() {}
-- user/user.go --
package user

import "m/plain"

func F() { plain.F() }
-- left/left.go --
package left

func F() {}
-- left/left_test.go --
package left

import "m/right"

func forTest() { right.F() }
-- right/right.go --
package right

func F() {}
-- right/right_test.go --
package right

import "m/left"

func forTest() { left.F() }
-- both/both.go --
package both

import (
	"m/left"
	"m/method"
	"m/right"
)

func F() { left.F(); right.F(); method.T{}.F() }
-- method/method.go --
package method

type T struct{}

func (T) F() {}
-- method/method_test.go --
package method

func (*T) E() {}
`
	dir := newModule(t, module)

	var mu sync.Mutex
	var ran []string   // packages, with a star if with tests
	var asked []string // functions and what is known of them
	a := &analysis.Analyzer{
		Name:      "knows",
		Doc:       "knows: tell what is known of functions that are called",
		URL:       "https://example.com/knows",
		FactTypes: []analysis.Fact{new(known)},
	}
	a.Run = func(pass *analysis.Pass) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		name := pass.Pkg.Path()
		for _, f := range pass.Files {
			if strings.HasSuffix(pass.Fset.File(f.FileStart).Name(), "_test.go") {
				name += "*"
			}
			for _, decl := range f.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok {
					obj := pass.TypesInfo.Defs[fn.Name]
					pass.ExportObjectFact(obj, &known{obj.Pkg().Name() + "." + obj.Name()})
				}
			}
		}
		ran = append(ran, name)
		for id, obj := range pass.TypesInfo.Uses {
			var fact known
			if obj.Pkg() != nil && obj.Pkg() != pass.Pkg && pass.ImportObjectFact(obj, &fact) {
				asked = append(asked, pass.Pkg.Name()+": "+fact.Name+" as "+id.Name)
			}
		}
		return nil, nil
	}
	result, err := Run(context.Background(), Options{Analyzers: []*analysis.Analyzer{a}, Patterns: []string{"./..."}, Dir: dir, Tests: true})
	if err != nil || len(result.Problems) > 0 {
		t.Fatal(err, result)
	}
	slices.Sort(ran)
	slices.Sort(asked)
	if got, want := strings.Join(ran, " "), "m/both m/left m/left* m/method m/method* m/plain* m/right m/right* m/user"; got != want {
		t.Errorf("analysed %s\nwant     %s", got, want)
	}
	if got, want := strings.Join(asked, ", "), "both: left.F as F, both: method.F as F, both: right.F as F, "+
		"left: right.F as F, right: left.F as F, user: plain.F as F"; got != want {
		t.Errorf("known %s\nwant  %s", got, want)
	}
}
