package mutate

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// kinds are the ways to change a file. Each changes what at says, in the way that how
// says, and reports whether there is such a thing.
var kinds = []func(m *mutant, at, how int) bool{
	remove, repeat, swap, wrap, wrap, wrap, condition, replace, replace, generalize,
}

// statement returns a statement and the list and place that it is in.
func (m *mutant) statement(at int) (stmt ast.Stmt, list []ast.Stmt, i int) {
	n := 0
	lists := m.lists()
	for _, list := range lists {
		n += len(list)
	}
	if n == 0 {
		return nil, nil, 0
	}
	at = at * n / 256
	for _, list := range lists {
		if at < len(list) {
			return list[at], list, at
		}
		at -= len(list)
	}
	return nil, nil, 0
}

// remove removes a statement.
func remove(m *mutant, at, _ int) bool {
	stmt, _, _ := m.statement(at)
	return stmt != nil && m.apply(edit{stmt.Pos(), stmt.End(), ""})
}

// repeat writes a statement twice.
func repeat(m *mutant, at, _ int) bool {
	stmt, _, _ := m.statement(at)
	return stmt != nil && m.apply(edit{stmt.End(), stmt.End(), "\n" + m.node(stmt)})
}

// swap swaps a statement with another one of its list.
func swap(m *mutant, at, how int) bool {
	stmt, list, i := m.statement(at)
	if len(list) < 2 {
		return false
	}
	other := list[(i+1+how%(len(list)-1))%len(list)]
	return m.apply(edit{stmt.Pos(), stmt.End(), m.node(other)}, edit{other.Pos(), other.End(), m.node(stmt)})
}

// around is what a statement can be put into.
var around = []string{
	"for range 3 {\n%s\n}", "for {\n%s\nbreak\n}", "for {\n%s\n}", "func() {\n%s\n}()", "go func() {\n%s\n}()",
	"defer func() {\n%s\n}()", "if true {\n%s\n}", "switch {\ncase false:\ndefault:\n%s\n}", "select {\ndefault:\n%s\n}",
	"{\n%s\n}", "for _, z := range []func(){func() {\n%s\n}} {\nz()\n}", "func(yield func(int) bool) {\nfor yield(0) {\n%s\n}\n}(func(int) bool { return false })",
	"for range func(yield func(int) bool) { _ = yield(0) && yield(1) } {\n%s\n}",
}

// wrap puts a statement, or it and all behind it, into others.
func wrap(m *mutant, at, how int) bool {
	stmt, list, _ := m.statement(at)
	if stmt == nil {
		return false
	}
	end := stmt.End()
	if how >= 128 {
		end = list[len(list)-1].End()
	}
	return m.apply(edit{stmt.Pos(), end, fmt.Sprintf(around[how%len(around)], m.text(stmt.Pos(), end))})
}

// condition changes a condition.
func condition(m *mutant, at, how int) bool {
	var all []ast.Expr
	ast.Inspect(m.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			all = append(all, n.Cond)
		case *ast.ForStmt:
			if n.Cond != nil {
				all = append(all, n.Cond)
			}
		}
		return true
	})
	if len(all) == 0 {
		return false
	}
	cond := all[at*len(all)/256]
	text := m.node(cond)
	return m.apply(edit{cond.Pos(), cond.End(), []string{"true", "false", "!(" + text + ")", "(" + text + ") == false"}[how%4]})
}

// replace puts another expression of the same type in the place of one.
func replace(m *mutant, at, how int) bool {
	var all []ast.Expr
	ast.Inspect(m.syntax, func(n ast.Node) bool {
		if expr, ok := n.(ast.Expr); ok {
			if tv := m.info.Types[expr]; tv.IsValue() && tv.Type != nil && tv.Value == nil {
				all = append(all, expr)
			}
		}
		return true
	})
	if len(all) == 0 {
		return false
	}
	expr := all[at*len(all)/256]
	typ := m.info.Types[expr].Type
	all = slices.DeleteFunc(all, func(e ast.Expr) bool {
		return m.node(e) == m.node(expr) || !types.Identical(m.info.Types[e].Type, typ)
	})
	if len(all) == 0 {
		if _, basic := typ.Underlying().(*types.Basic); basic || typ == types.Typ[types.UntypedNil] {
			return false
		}
		return m.apply(edit{expr.Pos(), expr.End(), "nil"})
	}
	return m.apply(edit{expr.Pos(), expr.End(), m.node(all[how*len(all)/256])})
}

// generalize makes the type of a parameter one.
func generalize(m *mutant, at, how int) bool {
	var all []*ast.FuncDecl
	for _, decl := range m.syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Type.TypeParams == nil && len(fn.Type.Params.List) > 0 {
			all = append(all, fn)
		}
	}
	if len(all) == 0 {
		return false
	}
	fn := all[at*len(all)/256]
	param := fn.Type.Params.List[how%len(fn.Type.Params.List)]
	if _, variadic := param.Type.(*ast.Ellipsis); variadic {
		return false
	}
	tilde := "~"
	if id, ok := param.Type.(*ast.Ident); ok && token.IsIdentifier(id.Name) || how >= 128 {
		tilde = ""
	}
	return m.apply(
		edit{fn.Name.End(), fn.Name.End(), fmt.Sprintf("[zT interface{ %s%s }]", tilde, m.node(param.Type))},
		edit{param.Type.Pos(), param.Type.End(), "zT"},
	)
}
