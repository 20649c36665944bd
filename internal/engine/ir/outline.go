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
// half of most projects. A driver that knows need not type-check them either,
// and may give analyzers the outline in the place of the file: the names in what
// is left out are in its Unresolved.
//
// Finalizers that never run are worth telling of in tests, too: bodies that
// mention what sets them stay.
func Outline(fset *token.FileSet, file *ast.File) *ast.File {
	if !InTest(fset, file.FileStart) || slices.ContainsFunc(file.Decls, isBare) {
		return file
	}
	outline := *file
	outline.Decls = slices.Clone(file.Decls)
	outline.Unresolved = nil
	named := make(map[string]bool)
	var idents []*ast.Ident
	for i, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || !namesTest(fn) {
			continue
		}
		finalizes := false
		idents = idents[:0]
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && !named[id.Name] {
				finalizes = finalizes || id.Name == "SetFinalizer" || id.Name == "AddCleanup"
				idents = append(idents, id)
			}
			return true
		})
		if finalizes {
			continue
		}
		for _, id := range idents {
			if !named[id.Name] {
				named[id.Name] = true
				outline.Unresolved = append(outline.Unresolved, &ast.Ident{Name: id.Name})
			}
		}
		bare := *fn
		bare.Body = nil
		outline.Decls[i] = &bare
	}
	if len(named) == 0 {
		return file
	}
	return &outline
}

// isBare reports whether a declaration of an outline is a test without its body.
func isBare(decl ast.Decl) bool {
	fn, ok := decl.(*ast.FuncDecl)
	return ok && fn.Body == nil && namesTest(fn)
}

// namesOfTests returns the names in what outlines leave out.
func namesOfTests(outlines []*ast.File) map[string]bool {
	names := make(map[string]bool)
	for _, outline := range outlines {
		if slices.ContainsFunc(outline.Decls, isBare) {
			for _, id := range outline.Unresolved {
				names[id.Name] = true
			}
		}
	}
	return names
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

// Tested reports whether a test that is not read has the name in its body.
func (p *Package) Tested(name string) bool { return p.tested()[name] }
