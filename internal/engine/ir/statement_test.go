package ir

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"golang.org/x/tools/go/ast/astutil"
)

// TestStatementAt compares with the function that says the same more slowly.
func TestStatementAt(t *testing.T) {
	for _, name := range []string{"ir.go", "graph.go", "ir_test.go"} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := &Package{stmts: make(map[*ast.File][]statement)}
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				return true
			}
			var want ast.Stmt
			path, _ := astutil.PathEnclosingInterval(file, n.Pos(), n.Pos())
			for _, n := range path {
				if stmt, ok := n.(ast.Stmt); ok {
					want = stmt
					break
				}
			}
			s, ok := p.statementAt(file, n.Pos())
			if ok != (want != nil) || ok && (s.pos != want.Pos() || s.end != want.End()) {
				t.Errorf("%s: statement from %s to %s, want %T", fset.Position(n.Pos()), fset.Position(s.pos), fset.Position(s.end), want)
			}
			return true
		})
	}
}
