package subsliceleak

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/memlint/memlint/internal/engine/residue"
	"github.com/memlint/memlint/internal/finding"
)

// assignAt returns the assignment of one value that begins at a position, nil if there is
// another statement.
func (c *checker) assignAt(pos token.Pos) *ast.AssignStmt {
	file := c.IR.File(pos)
	if file == nil {
		return nil
	}
	path, _ := astutil.PathEnclosingInterval(file, pos, pos)
	for i, n := range path {
		if assign, ok := n.(*ast.AssignStmt); ok {
			if len(assign.Lhs) != 1 || len(assign.Rhs) != 1 || assign.Tok != token.ASSIGN || i+1 == len(path) {
				return nil
			}
			switch path[i+1].(type) {
			case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
				return assign
			}
			return nil
		}
	}
	return nil
}

// clears returns a fix that empties the slots before they are cut off, or nil if the
// statement is no plain one, or the slots are still in use.
func (c *checker) clears(cut *residue.Cut, pos token.Pos) *finding.Fix {
	assign := c.assignAt(pos)
	if assign == nil || !cut.Free() || !atLeast(c.IR.Pass.Pkg.GoVersion(), "go1.21") {
		return nil
	}
	expr, ok := ast.Unparen(assign.Rhs[0]).(*ast.SliceExpr)
	if !ok || expr.Slice3 || !plain(expr.X) {
		return nil
	}
	x, title := text(expr.X), "Clear what is cut off"
	if _, pointer := expr.X.(*ast.StarExpr); pointer {
		x = "(" + x + ")"
	}
	switch {
	case cut.Kind == residue.All:
		return finding.Before(c.IR.Pass, assign, "clear("+text(expr.X)+")", title)
	case cut.Kind == residue.Front && plain(expr.Low):
		if one(expr.Low) && nilable(cut.Elem) {
			return finding.Before(c.IR.Pass, assign, x+"[0] = nil", title)
		}
		return finding.Before(c.IR.Pass, assign, "clear("+x+"[:"+text(expr.Low)+"])", title)
	case (cut.Kind == residue.Back || cut.Kind == residue.Middle) && plain(expr.High):
		high := text(expr.High)
		if less, ok := expr.High.(*ast.BinaryExpr); ok && less.Op == token.SUB && one(less.Y) && nilable(cut.Elem) {
			return finding.Before(c.IR.Pass, assign, x+"["+high+"] = nil", title)
		}
		return finding.Before(c.IR.Pass, assign, "clear("+x+"["+high+":])", title)
	}
	return nil
}

// plain reports whether an expression may be written twice: it has no effects, and is
// short.
func plain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	case *ast.SelectorExpr:
		return plain(e.X)
	case *ast.StarExpr:
		return plain(e.X)
	case *ast.ParenExpr:
		return plain(e.X)
	case *ast.IndexExpr:
		return plain(e.X) && plain(e.Index)
	case *ast.BinaryExpr:
		return plain(e.X) && plain(e.Y)
	case *ast.CallExpr:
		id, ok := e.Fun.(*ast.Ident)
		return ok && id.Name == "len" && len(e.Args) == 1 && plain(e.Args[0])
	}
	return false
}

// text returns an expression as it is written inside brackets.
func text(e ast.Expr) string { return strings.ReplaceAll(types.ExprString(e), " ", "") }

func one(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Value == "1"
}

func nilable(t types.Type) bool {
	if _, parameter := types.Unalias(t).(*types.TypeParam); parameter {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Signature, *types.Map, *types.Chan, *types.Slice, *types.Interface:
		return true
	}
	return false
}

func atLeast(lang, want string) bool { return lang == "" || version.Compare(lang, want) >= 0 }

// clones returns a fix that keeps a copy of a part, or nil if the statement is no plain one
// or the file does not import what copies.
func (c *checker) clones(piece residue.Piece, pos token.Pos) *finding.Fix {
	assign := c.assignAt(pos)
	if assign == nil || piece.Inside {
		return nil
	}
	part := ast.Unparen(assign.Rhs[0])
	if call, ok := part.(*ast.CallExpr); ok && len(call.Args) > 1 && !call.Ellipsis.IsValid() {
		if id, ok := call.Fun.(*ast.Ident); ok && c.IR.Pass.TypesInfo.Uses[id] == types.Universe.Lookup("append") {
			part = call.Args[len(call.Args)-1]
		}
	}
	if !types.Identical(c.IR.Pass.TypesInfo.TypeOf(part), piece.Val.Type()) {
		return nil
	}
	pkg := ""
	switch u := piece.Val.Type().(type) {
	case *types.Basic:
		pkg = "strings"
	case *types.Slice:
		pkg = "slices"
		if types.Identical(u.Elem(), types.Typ[types.Byte]) {
			pkg = "bytes"
		}
	}
	if pkg == "" || !c.imports(pos, pkg) {
		return nil
	}
	return finding.Wrap(part, pkg+".Clone", "Keep a copy of the part")
}

// imports reports whether a package can be used by its name at a position.
func (c *checker) imports(pos token.Pos, path string) bool {
	for _, spec := range c.IR.File(pos).Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil && p == path && spec.Name == nil {
			scope := c.IR.Pass.Pkg.Scope().Innermost(pos)
			if scope == nil {
				return false
			}
			_, obj := scope.LookupParent(path, pos)
			_, ok := obj.(*types.PkgName)
			return ok
		}
	}
	return false
}
