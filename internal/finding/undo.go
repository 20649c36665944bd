package finding

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
)

// DeferBehind returns a fix that adds "defer text" behind the statement that is
// nothing but the call from pos to end, or nil if there is no such statement.
func DeferBehind(pass *analysis.Pass, pos, end token.Pos, text, title string) *Fix {
	path, stmt := enclosingCall(pass, pos, end)
	if stmt == nil || !inBlock(path, stmt) {
		return nil
	}
	at, indent, ok := lineEnd(pass, stmt)
	if !ok {
		return nil
	}
	return &Fix{Title: title, Edits: []analysis.TextEdit{{Pos: at, End: at, NewText: []byte("\n" + indent + "defer " + text)}}}
}

// DeferDropped returns a fix that gives a name to the dropped result of a call
// from pos to end, which is a function, and defers its call behind it: for
// "call" as a statement, and for "x, _ := call". The name is the first one that
// the function does not mention; the fix is nil if there is none.
func DeferDropped(pass *analysis.Pass, pos, end token.Pos, names []string, title string) *Fix {
	var naming analysis.TextEdit
	path, assign := enclosingAssign(pass, pos, end)
	var stmt ast.Stmt
	if assign != nil {
		last, ok := assign.Lhs[len(assign.Lhs)-1].(*ast.Ident)
		if !ok || last.Name != "_" || assign.Tok != token.DEFINE {
			return nil
		}
		stmt, naming = assign, analysis.TextEdit{Pos: last.Pos(), End: last.End()}
	} else {
		var call *ast.ExprStmt
		if path, call = enclosingCall(pass, pos, end); call == nil {
			return nil
		}
		stmt, naming = call, analysis.TextEdit{Pos: pos, End: pos}
	}
	name := unmentioned(pass, path, names)
	at, indent, ok := lineEnd(pass, stmt)
	if name == "" || !ok || !inBlock(path, stmt) {
		return nil
	}
	naming.NewText = []byte(name)
	if assign == nil {
		naming.NewText = []byte(name + " := ")
	}
	return &Fix{Title: title, Edits: []analysis.TextEdit{
		naming,
		{Pos: at, End: at, NewText: []byte("\n" + indent + "defer " + name + "()")},
	}}
}

// unmentioned returns the first of the names that nothing in the outermost
// declaration of path mentions and the package does not declare, or "".
func unmentioned(pass *analysis.Pass, path []ast.Node, names []string) string {
	for _, name := range names {
		if !mentions(path[len(path)-2], name) && pass.Pkg.Scope().Lookup(name) == nil {
			return name
		}
	}
	return ""
}

// enclosingCall returns the expression statement that is the call from pos to
// end, and the path of syntax from there outwards.
func enclosingCall(pass *analysis.Pass, pos, end token.Pos) ([]ast.Node, *ast.ExprStmt) {
	for _, f := range pass.Files {
		if pos < f.FileStart || f.FileEnd <= pos {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, pos, pos)
		for i, n := range path {
			if stmt, ok := n.(ast.Stmt); ok {
				call, ok := stmt.(*ast.ExprStmt)
				if !ok || call.Pos() != pos || call.End() != end {
					return nil, nil
				}
				return path[i:], call
			}
		}
	}
	return nil, nil
}
