package finding

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
)

// DeferAfter returns a fix that adds "defer x.method()" (or "defer x()" if
// method is empty) behind the statement "x := call" (or "x = call") whose call
// reaches from pos to end, or nil if there is no such statement or x is
// assigned anywhere else.
//
// The new line carries its indentation: not every driver formats what it
// fixed. It goes behind a comment at the end of the line, which may be a
// directive about that line.
func DeferAfter(pass *analysis.Pass, pos, end token.Pos, method, title string) *Fix {
	path, assign := enclosingAssign(pass, pos, end)
	if assign == nil || len(assign.Lhs) != 1 { // with an error beside it, it may be nil
		return nil
	}
	name, ok := assign.Lhs[0].(*ast.Ident)
	if !ok || name.Name == "_" || !inBlock(path, assign) {
		return nil
	}
	obj := pass.TypesInfo.ObjectOf(name)
	if obj == nil || assignedTwice(pass, path, obj, assign) {
		return nil
	}
	at, indent, ok := lineEnd(pass, assign)
	if !ok {
		return nil
	}
	text := "\n" + indent + "defer " + name.Name + "." + method + "()"
	if method == "" {
		text = "\n" + indent + "defer " + name.Name + "()"
	}
	return &Fix{Title: title, Edits: []analysis.TextEdit{{Pos: at, End: at, NewText: []byte(text)}}}
}

// Before returns a fix that adds a line in front of a statement, or nil if that is not at
// the beginning of a line.
func Before(pass *analysis.Pass, stmt ast.Stmt, line, title string) *Fix {
	indent, ok := lineStart(pass, stmt)
	if !ok {
		return nil
	}
	return &Fix{Title: title, Edits: []analysis.TextEdit{{Pos: stmt.Pos(), End: stmt.Pos(), NewText: []byte(line + "\n" + indent)}}}
}

// Wrap returns a fix that makes an expression the argument of a function.
func Wrap(e ast.Expr, function, title string) *Fix {
	return &Fix{Title: title, Edits: []analysis.TextEdit{
		{Pos: e.Pos(), End: e.Pos(), NewText: []byte(function + "(")},
		{Pos: e.End(), End: e.End(), NewText: []byte(")")},
	}}
}

// DeferChecked returns a fix that adds "defer x<text>", as in ".Close()", behind the check
// of the error in
//
//	x, err := call
//	if err != nil {
//		return err
//	}
//
// whose call reaches from pos to end, or behind "x := call" if there is no error. x is
// result index of the call. It is nil if the statements are others, or x is assigned
// anywhere else.
func DeferChecked(pass *analysis.Pass, pos, end token.Pos, index int, text, title string) *Fix {
	path, assign := enclosingAssign(pass, pos, end)
	if assign == nil || index >= len(assign.Lhs) || !inBlock(path, assign) {
		return nil
	}
	name, ok := assign.Lhs[index].(*ast.Ident)
	if !ok || name.Name == "_" {
		return nil
	}
	obj := pass.TypesInfo.ObjectOf(name)
	if obj == nil || assignedTwice(pass, path, obj, assign) {
		return nil
	}
	behind := ast.Stmt(assign)
	if last, ok := assign.Lhs[len(assign.Lhs)-1].(*ast.Ident); ok && types.Identical(pass.TypesInfo.TypeOf(last), types.Universe.Lookup("error").Type()) {
		if behind = checkOf(pass, path[1], assign, last); behind == nil {
			return nil
		}
	}
	at, indent, ok := lineEnd(pass, behind)
	if !ok {
		return nil
	}
	if behind != ast.Stmt(assign) {
		_, indent, _ = lineEnd(pass, assign)
	}
	return &Fix{Title: title, Edits: []analysis.TextEdit{{Pos: at, End: at, NewText: []byte("\n" + indent + "defer " + name.Name + text)}}}
}

// checkOf returns the statement behind assign if it leaves where the error err is not nil.
func checkOf(pass *analysis.Pass, block ast.Node, assign *ast.AssignStmt, err *ast.Ident) ast.Stmt {
	var list []ast.Stmt
	switch block := block.(type) {
	case *ast.BlockStmt:
		list = block.List
	case *ast.CaseClause:
		list = block.Body
	case *ast.CommClause:
		list = block.Body
	}
	i := slices.Index(list, ast.Stmt(assign))
	if i < 0 || i+1 == len(list) {
		return nil
	}
	check, ok := list[i+1].(*ast.IfStmt)
	if !ok || check.Init != nil || check.Else != nil || len(check.Body.List) == 0 {
		return nil
	}
	cond, ok := check.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ {
		return nil
	}
	x, ok := cond.X.(*ast.Ident)
	if !ok || pass.TypesInfo.ObjectOf(x) != pass.TypesInfo.ObjectOf(err) || !pass.TypesInfo.Types[cond.Y].IsNil() {
		return nil
	}
	switch last := check.Body.List[len(check.Body.List)-1].(type) {
	case *ast.ReturnStmt:
		return check
	case *ast.BranchStmt:
		if last.Tok != token.FALLTHROUGH {
			return check
		}
	}
	return nil
}

// enclosingAssign returns the assignment whose right side reaches from pos to
// end, and the path of syntax from there outwards.
func enclosingAssign(pass *analysis.Pass, pos, end token.Pos) ([]ast.Node, *ast.AssignStmt) {
	for _, f := range pass.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, pos, pos)
			for i, n := range path {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if len(n.Rhs) == 1 && n.Rhs[0].Pos() == pos && n.Rhs[0].End() == end {
						return path[i:], n
					}
					return nil, nil
				case ast.Stmt:
					return nil, nil
				}
			}
		}
	}
	return nil, nil
}

// inBlock reports whether the statement is one of a list of statements, not
// the init part of another one.
func inBlock(path []ast.Node, stmt ast.Stmt) bool {
	if len(path) < 2 {
		return false
	}
	switch path[1].(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

// assignedTwice reports whether another assignment in the function gives the
// variable another value: a deferred call would hold only one of them.
func assignedTwice(pass *analysis.Pass, path []ast.Node, obj types.Object, first *ast.AssignStmt) bool {
	twice := false
	ast.Inspect(path[len(path)-1], func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a != first {
			for _, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok && pass.TypesInfo.ObjectOf(id) == obj {
					twice = true
				}
			}
		}
		return !twice
	})
	return twice
}

// lineStart returns the white space before stmt, if nothing else is on its
// line in front of it.
func lineStart(pass *analysis.Pass, stmt ast.Stmt) (indent string, ok bool) {
	src, file := source(pass, stmt.Pos())
	if src == nil {
		return "", false
	}
	indent = string(src[file.Offset(file.LineStart(file.Line(stmt.Pos()))):file.Offset(stmt.Pos())])
	return indent, strings.Trim(indent, " \t") == ""
}

// source returns the text of the file that holds pos, or nil.
func source(pass *analysis.Pass, pos token.Pos) ([]byte, *token.File) {
	file := pass.Fset.File(pos)
	read := pass.ReadFile
	if read == nil {
		read = os.ReadFile
	}
	src, err := read(file.Name())
	if err != nil || len(src) != file.Size() {
		return nil, nil
	}
	return src, file
}

// lineEnd returns the end of the line on which stmt ends and the white space
// at the beginning of the line on which it starts.
func lineEnd(pass *analysis.Pass, stmt ast.Stmt) (end token.Pos, indent string, ok bool) {
	src, file := source(pass, stmt.Pos())
	if src == nil {
		return 0, "", false
	}
	from := file.Offset(file.LineStart(file.Line(stmt.Pos())))
	line := src[from:]
	indent = string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
	to := file.Offset(stmt.End())
	rest := src[to:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	if tail := bytes.TrimSpace(rest); len(tail) > 0 && !bytes.HasPrefix(tail, []byte("//")) {
		return 0, "", false // another statement on the line
	}
	return file.Pos(to + len(bytes.TrimRight(rest, " \t\r"))), indent, true
}

// Select returns a fix that sends in a select statement which returns when it receives
// from done, an expression, or nil if the send is not alone on its line.
func Select(pass *analysis.Pass, send *ast.SendStmt, done, title string) *Fix {
	_, indent, ok := lineEnd(pass, send)
	start, alone := lineStart(pass, send)
	src, file := source(pass, send.Pos())
	if !ok || !alone || start != indent || src == nil || file.Line(send.Pos()) != file.Line(send.End()) {
		return nil
	}
	text := string(src[file.Offset(send.Pos()):file.Offset(send.End())])
	text = "select {\n" + indent + "case " + text + ":\n" + indent + "case <-" + done + ":\n" + indent + "\treturn\n" + indent + "}"
	return &Fix{Title: title, Edits: []analysis.TextEdit{{Pos: send.Pos(), End: send.End(), NewText: []byte(text)}}}
}
