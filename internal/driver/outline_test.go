package driver

import (
	"context"
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
)

// headless is the result of an analyzer that does not read functions whose
// names end in X.
type headless struct{}

func (headless) Outline(_ *token.FileSet, file *ast.File) *ast.File {
	outline := *file
	outline.Decls = slices.Clone(file.Decls)
	for i, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && strings.HasSuffix(fn.Name.Name, "X") {
			outline.Decls[i] = &ast.FuncDecl{Name: fn.Name, Type: fn.Type}
		}
	}
	return &outline
}

// What no analyzer reads is not type-checked; if one reads everything, all is.
func TestOutline(t *testing.T) {
	dir := newModule(t, `
-- go.mod --
module m

go 1.26
-- m.go --
package m

import "strings"

func f() { g() }

func g() {}

func fX() string { return strings.Repeat("x", 2) }
-- broken/broken.go --
package broken

func fX() int { return "" }
`)
	var mu sync.Mutex
	var seen []string
	look := func(pass *analysis.Pass) {
		mu.Lock()
		defer mu.Unlock()
		for _, file := range pass.Files {
			if pass.TypesInfo.FileVersions[file] == "" || pass.TypesInfo.Scopes[file] == nil {
				t.Errorf("no version or scope for %s", pass.Fset.File(file.FileStart).Name())
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && pass.TypesInfo.TypeOf(call.Fun) != nil {
					seen = append(seen, pass.Fset.Position(call.Pos()).String()[len(dir):])
				}
				return true
			})
		}
	}
	reader := &analysis.Analyzer{
		Name: "reader", Doc: "reader: read outlines", ResultType: reflect.TypeFor[headless](),
		Run: func(pass *analysis.Pass) (any, error) { look(pass); return headless{}, nil },
	}
	user := &analysis.Analyzer{
		Name: "user", Doc: "user: reads no more", Requires: []*analysis.Analyzer{reader},
		Run: func(*analysis.Pass) (any, error) { return nil, nil },
	}
	whole := &analysis.Analyzer{
		Name: "whole", Doc: "whole: reads everything",
		Run: func(*analysis.Pass) (any, error) { return nil, nil },
	}
	for _, test := range []struct {
		analyzers []*analysis.Analyzer
		want      string
	}{
		{[]*analysis.Analyzer{user}, "/m.go:5:12"},
		{[]*analysis.Analyzer{user, reader}, "/m.go:5:12"},
		{[]*analysis.Analyzer{user, whole}, "/m.go:5:12 /m.go:9:27"},
	} {
		seen = nil
		result, err := Run(context.Background(), Options{Analyzers: test.analyzers, Patterns: []string{"./..."}, Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Problems) != 1 || !strings.Contains(result.Problems[0].Text, "broken.go:3:24: ") {
			t.Errorf("problems are %v, and one body has an error", result.Problems)
		}
		if got := strings.Join(seen, " "); got != test.want {
			t.Errorf("%v: types of calls at %s, want %s", test.analyzers, got, test.want)
		}
	}
}
