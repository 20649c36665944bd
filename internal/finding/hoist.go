package finding

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
)

// HoistFrom returns a fix that computes an expression before the statement
// with the function literal at pos, and uses the result inside the literal:
// for "len(v)", "cap(v)" or "v.field" of the variable that is declared at
// decl. It returns nil where the literal uses the variable in other ways or
// the new variable would not compile.
func HoistFrom(pass *analysis.Pass, pos, decl token.Pos, expr, title string) *Fix {
	for _, f := range pass.Files {
		if f.FileStart > pos || pos >= f.FileEnd {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, pos, pos+1)
		lit, stmt := enclosingLiteral(path, pos)
		if lit == nil || stmt == nil || decl >= stmt.Pos() {
			return nil
		}
		uses, ok := usesAs(pass, lit, decl, expr)
		if !ok {
			return nil
		}
		name := hoistedName(expr)
		if name == "" || mentions(path[len(path)-2], name) || pass.Pkg.Scope().Lookup(name) != nil {
			return nil
		}
		indent, ok := lineStart(pass, stmt)
		if !ok {
			return nil
		}
		fix := &Fix{Title: title, Edits: []analysis.TextEdit{
			{Pos: stmt.Pos(), End: stmt.Pos(), NewText: []byte(name + " := " + expr + "\n" + indent)},
		}}
		for _, use := range uses {
			fix.Edits = append(fix.Edits, analysis.TextEdit{Pos: use.Pos(), End: use.End(), NewText: []byte(name)})
		}
		return fix
	}
	return nil
}

// enclosingLiteral returns the function literal at pos and the statement
// around it, if that is one of a list of statements.
func enclosingLiteral(path []ast.Node, pos token.Pos) (*ast.FuncLit, ast.Stmt) {
	for i, n := range path {
		lit, ok := n.(*ast.FuncLit)
		if !ok || lit.Pos() != pos {
			continue
		}
		for j := i + 1; j+1 < len(path); j++ {
			stmt, ok := path[j].(ast.Stmt)
			if !ok {
				continue
			}
			var list []ast.Stmt
			switch block := path[j+1].(type) {
			case *ast.BlockStmt:
				list = block.List
			case *ast.CaseClause:
				list = block.Body
			case *ast.CommClause:
				list = block.Body
			}
			for _, s := range list {
				if s == stmt {
					return lit, stmt
				}
			}
			return nil, nil
		}
	}
	return nil, nil
}

// usesAs returns the places in lit that spell expr of the variable, or false
// if lit uses the variable in other ways.
func usesAs(pass *analysis.Pass, lit *ast.FuncLit, decl token.Pos, expr string) (uses []ast.Expr, ok bool) {
	within := make(map[*ast.Ident]bool)
	ok = true
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if e, isExpr := n.(ast.Expr); isExpr && types.ExprString(e) == expr {
			if id := firstVar(pass, e, decl); id != nil {
				uses = append(uses, e)
				within[id] = true
			}
		}
		if id, isIdent := n.(*ast.Ident); isIdent && !within[id] {
			if v, isVar := pass.TypesInfo.Uses[id].(*types.Var); isVar && v.Pos() == decl {
				ok = false
			}
		}
		return ok
	})
	return uses, ok && len(uses) > 0
}

func firstVar(pass *analysis.Pass, e ast.Expr, decl token.Pos) *ast.Ident {
	var found *ast.Ident
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && found == nil {
			if v, ok := pass.TypesInfo.Uses[id].(*types.Var); ok && v.Pos() == decl {
				found = id
			}
		}
		return found == nil
	})
	return found
}

// hoistedName returns a name for the value of expr: "vLen" for "len(v)",
// "vField" for "v.field".
func hoistedName(expr string) string {
	first, rest := "", ""
	if fn, arg, ok := strings.Cut(strings.TrimSuffix(expr, ")"), "("); ok {
		first, rest = arg, fn
	} else if v, field, ok := strings.Cut(expr, "."); ok {
		first, rest = v, field
	}
	if first == "" || rest == "" || strings.Contains(rest, ".") {
		return ""
	}
	r, n := utf8.DecodeRuneInString(rest)
	return first + string(unicode.ToUpper(r)) + rest[n:]
}

// mentions reports whether any identifier in n is called name.
func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}
