package ir

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/ssa"
)

// Outline returns what engines read of a file: the file itself or, if it has
// tests, a copy in which these have no bodies. A test runs once, its process
// ends, and what it does with the program excuses nothing there; but tests are
// half of most projects. A driver that knows need not type-check them either.
//
// Finalizers that never run are worth telling of in tests, too: bodies that
// mention what sets them stay.
func Outline(fset *token.FileSet, file *ast.File) *ast.File {
	if !InTest(fset, file.FileStart) {
		return file
	}
	outline := file
	for i, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || !namesTest(fn) || mentions(fn.Body, "SetFinalizer", "AddCleanup") {
			continue
		}
		if outline == file {
			whole := *file
			outline = &whole
			outline.Decls = slices.Clone(file.Decls)
		}
		bare := *fn
		bare.Body = nil
		outline.Decls[i] = &bare
	}
	return outline
}

// InTest reports whether pos is in a test file.
func InTest(fset *token.FileSet, pos token.Pos) bool {
	file := fset.File(pos)
	return file != nil && strings.HasSuffix(file.Name(), "_test.go")
}

// IsTest reports whether package testing, or a package for suites of tests,
// whose tests are methods, calls fn.
func (p *Package) IsTest(fn *ssa.Function) bool {
	decl, ok := fn.Syntax().(*ast.FuncDecl)
	return ok && InTest(p.Pass.Fset, decl.Pos()) && namesTest(decl)
}

// namesTest reports whether a function is a test if it is in a test file.
func namesTest(fn *ast.FuncDecl) bool {
	if fn.Type.TypeParams != nil || fn.Type.Results != nil || fn.Type.Params.NumFields() > 1 {
		return false
	}
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		if rest, ok := strings.CutPrefix(fn.Name.Name, prefix); ok {
			first, _ := utf8.DecodeRuneInString(rest)
			return !unicode.IsLower(first)
		}
	}
	return false
}

func mentions(n ast.Node, names ...string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && slices.Contains(names, id.Name) {
			found = true
		}
		return !found
	})
	return found
}

// Tested reports whether a test that is not read has the name in its body.
func (p *Package) Tested(name string) bool { return p.tested()[name] }

// namesOfTests returns the names in the bodies that outlines of files lack.
func namesOfTests(files, outlines []*ast.File) map[string]bool {
	names := make(map[string]bool)
	for i, file := range files {
		for j, decl := range file.Decls {
			if outlines[i].Decls[j] == decl {
				continue
			}
			ast.Inspect(decl.(*ast.FuncDecl).Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					names[id.Name] = true
				}
				return true
			})
		}
	}
	return names
}
