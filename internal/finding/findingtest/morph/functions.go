package morph

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// wrap puts the statements of each function into a block.
func wrap(m *module) {
	for _, f := range m.files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			var body *ast.BlockStmt
			switch n := n.(type) {
			case *ast.FuncDecl:
				body = n.Body
			case *ast.FuncLit:
				body = n.Body
			}
			if body != nil {
				f.insert(body.Lbrace+1, "{")
				f.insert(body.Rbrace, "}")
			}
			return true
		})
	}
}

// bury adds a statement to functions that is never executed.
func bury(m *module) {
	m.functions(func(f *file, fn *ast.FuncDecl) {
		f.insert(fn.Body.Lbrace+1, "if false { println() };")
	})
}

// declare writes x := v as var x = v.
func declare(m *module) {
	for _, f := range m.files {
		for assign := range f.newVariables() {
			f.insert(assign.Pos(), "var ")
			f.replace(assign.TokPos, assign.TokPos+token.Pos(len(":=")), f.new(assign.TokPos, "="))
		}
	}
}

// newVariables returns the assignments that are statements of blocks and declare all
// variables on their left.
func (f *file) newVariables() map[*ast.AssignStmt]bool {
	all := make(map[*ast.AssignStmt]bool)
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		for _, stmt := range list {
			assign, ok := stmt.(*ast.AssignStmt)
			isOld := func(e ast.Expr) bool {
				return f.pkg.TypesInfo.Defs[e.(*ast.Ident)] == nil && e.(*ast.Ident).Name != "_"
			}
			if ok && assign.Tok == token.DEFINE && !slices.ContainsFunc(assign.Lhs, isOld) {
				all[assign] = true
			}
		}
		return true
	})
	return all
}

// alias declares another name for each type, and uses it.
func alias(m *module) {
	for _, f := range m.files {
		keep := make(map[*ast.Ident]bool) // names of fields, and receivers
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.StructType:
				for _, field := range n.Fields.List {
					if len(field.Names) == 0 {
						f.uses(field, func(id *ast.Ident, _ types.Object) { keep[id] = true })
					}
				}
			case *ast.FuncDecl:
				if n.Recv != nil {
					f.uses(n.Recv, func(id *ast.Ident, _ types.Object) { keep[id] = true })
				}
			}
			return true
		})
		f.uses(f.syntax, func(id *ast.Ident, obj types.Object) {
			if isPlainType(obj) && obj.Pkg() == f.pkg.Types && !keep[id] {
				f.replace(id.Pos(), id.End(), f.new(id.Pos(), "z%s", id.Name))
			}
		})
		for _, obj := range f.pkg.TypesInfo.Defs {
			if isPlainType(obj) && f.syntax.FileStart <= obj.Pos() && obj.Pos() < f.syntax.FileEnd {
				f.insert(f.syntax.FileEnd, "\ntype z%[1]s = %[1]s\n", obj.Name())
			}
		}
	}
}

// isPlainType reports whether an object is a type of a package, without type parameters.
func isPlainType(obj types.Object) bool {
	name, ok := obj.(*types.TypeName)
	if !ok || name.Pkg() == nil || name.Parent() != name.Pkg().Scope() || name.Name() == "_" {
		return false
	}
	n, ok := name.Type().(*types.Named)
	return ok && n.TypeParams().Len() == 0
}

// methods makes functions methods of an empty type.
func methods(m *module) {
	made := make(map[types.Object]bool)
	declared := make(map[string]bool) // the type, by folder
	m.functions(func(f *file, fn *ast.FuncDecl) {
		if fn.Recv != nil || fn.Type.TypeParams != nil || fn.Name.IsExported() || f.isCalledBySystem(fn) || !f.isPlain() || f.isTest() {
			return
		}
		made[f.pkg.TypesInfo.Defs[fn.Name]] = true
		f.insert(fn.Name.Pos(), "(zFunctions) ")
		if dir := path.Dir(f.name); !declared[dir] {
			declared[dir] = true
			f.insert(f.syntax.FileEnd, "\ntype zFunctions struct{}\n")
		}
	})
	for _, f := range m.files {
		f.uses(f.syntax, func(id *ast.Ident, obj types.Object) {
			if made[obj] {
				f.insert(id.Pos(), "(zFunctions{}).")
			}
		})
	}
}

// extract moves what functions do into functions that they call.
func extract(m *module) {
	m.functions(func(f *file, fn *ast.FuncDecl) {
		args, ok := f.arguments(fn)
		if !ok {
			return
		}
		name := "z" + fn.Name.Name
		if fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "z") {
			return
		}
		call := name + "(" + args + ")"
		start := fn.Body.Lbrace
		recv := f.new(start, "}; func ")
		pieces := []piece{}
		if fn.Recv != nil {
			call = fn.Recv.List[0].Names[0].Name + "." + call
			pieces = append(pieces, f.old(fn.Recv.Pos(), fn.Recv.End()))
		}
		if fn.Type.Results != nil {
			call = "return " + call
		}
		pieces = slices.Concat([]piece{f.new(start, "{ %s ", call), recv}, pieces,
			[]piece{f.new(start, " %s", name), f.old(fn.Type.Params.Pos(), fn.Type.End()), f.new(start, " ")})
		f.replace(start, start, pieces...)
	})
}

// arguments returns the parameters of a function as arguments of a call. It is not ok if
// they cannot be passed on, or what the function does matters to who calls it.
func (f *file) arguments(fn *ast.FuncDecl) (args string, ok bool) {
	if f.isCalledBySystem(fn) || fn.Type.TypeParams != nil {
		return "", false
	}
	var names []string
	lists := []*ast.FieldList{fn.Type.Params}
	if fn.Recv != nil {
		lists = append(lists, fn.Recv)
	}
	for _, list := range lists {
		for _, field := range list.List {
			if len(field.Names) == 0 {
				return "", false
			}
			for _, name := range field.Names {
				if name.Name == "_" {
					return "", false
				}
				if list == fn.Type.Params {
					names = append(names, name.Name)
				}
			}
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				names[len(names)-1] += "..."
			}
		}
	}
	ok = true
	f.uses(fn.Body, func(_ *ast.Ident, obj types.Object) {
		b, builtin := obj.(*types.Builtin)
		ok = ok && !(builtin && b.Name() == "recover")
	})
	return strings.Join(names, ", "), ok
}
