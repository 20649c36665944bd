// Package mutate changes Go programs at random into others that compile: programs
// that nobody would write, but a compiler and an analyzer have to take.
package mutate

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A Package is one of which files are changed.
type Package struct {
	Files []string // names of files, absolute, that may be changed

	path      string
	goVersion string
	importer  types.Importer
	sizes     types.Sizes
	src       map[string][]byte
}

// Load returns the package in a folder, without tests. The environment is that of the go
// command. The error says that the package does not build.
func Load(dir string, env []string) (*Package, error) {
	list, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedCompiledGoFiles | packages.NeedModule | packages.NeedTypesSizes |
			packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
		Dir: dir,
		Env: env,
	}, ".")
	if err != nil {
		return nil, fmt.Errorf("loading the package in %s: %w", dir, err)
	}
	exports := make(map[string]string) // files by path
	packages.Visit(list, nil, func(q *packages.Package) { exports[q.PkgPath] = q.ExportFile })
	for name, q := range list[0].Imports {
		exports[name] = q.ExportFile // which may be one of vendor
	}
	p := &Package{path: list[0].PkgPath, sizes: list[0].TypesSizes, src: make(map[string][]byte)}
	p.importer = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	if list[0].Module != nil && list[0].Module.GoVersion != "" {
		p.goVersion = "go" + list[0].Module.GoVersion
	}
	for _, e := range list[0].Errors {
		return nil, fmt.Errorf("the package in %s does not build: %w", dir, e)
	}
	for _, name := range list[0].CompiledGoFiles {
		if p.src[name], err = os.ReadFile(name); err != nil {
			return nil, err
		}
		if filepath.Dir(name) == dir {
			p.Files = append(p.Files, name)
		}
	}
	return p, nil
}

// Mutant returns the text of a file, changed as choices say, of which three bytes are one
// change. Changes are left out that the package would not compile with.
func (p *Package) Mutant(name string, choices []byte) []byte {
	m := &mutant{pkg: p, name: name, src: p.src[name]}
	if !m.check() {
		return m.src
	}
	for choice := range slices.Chunk(choices, 3) {
		if len(choice) < 3 {
			break
		}
		before := *m
		if kind := kinds[int(choice[0])%len(kinds)]; !kind(m, int(choice[1]), int(choice[2])) || !m.repair() {
			*m = before
		}
	}
	return m.src
}

// A mutant is a file that is changed.
type mutant struct {
	pkg  *Package
	name string
	src  []byte

	fset   *token.FileSet
	syntax *ast.File
	info   *types.Info
	errs   []types.Error
}

// check parses and type-checks the package with the file as it is now, and reports
// whether it compiles.
func (m *mutant) check() bool {
	m.fset, m.errs = token.NewFileSet(), nil
	var files []*ast.File
	for name, src := range m.pkg.src {
		if name == m.name {
			src = m.src
		}
		f, err := parser.ParseFile(m.fset, name, src, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return false
		}
		files = append(files, f)
		if name == m.name {
			m.syntax = f
		}
	}
	m.info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Defs:  make(map[*ast.Ident]types.Object),
		Uses:  make(map[*ast.Ident]types.Object),
	}
	conf := types.Config{
		Importer: m.pkg.importer, Sizes: m.pkg.sizes, GoVersion: m.pkg.goVersion,
		Error: func(err error) { m.errs = append(m.errs, err.(types.Error)) },
	}
	conf.Check(m.pkg.path, m.fset, files, m.info)
	return len(m.errs) == 0
}

// repair reports whether the package compiles, if what is not used any more is.
func (m *mutant) repair() bool {
	for range 3 {
		if m.check() {
			return true
		}
		if m.syntax == nil {
			return false
		}
		var edits []edit
		for _, e := range m.errs {
			if !e.Soft {
				return false
			}
			if fix, ok := m.use(e.Pos); ok {
				edits = append(edits, fix)
			}
		}
		if len(edits) == 0 || !m.apply(edits...) {
			return false
		}
	}
	return false
}

// use returns an edit that uses the variable or import at pos.
func (m *mutant) use(pos token.Pos) (fix edit, ok bool) {
	for _, spec := range m.syntax.Imports {
		if spec.Pos() <= pos && pos < spec.End() {
			return edit{spec.Pos(), spec.Path.Pos(), "_ "}, true
		}
	}
	for _, list := range m.lists() {
		for _, stmt := range list {
			if stmt.Pos() <= pos && pos < stmt.End() {
				ast.Inspect(stmt, func(n ast.Node) bool {
					if id, isIdent := n.(*ast.Ident); isIdent && id.Pos() == pos {
						fix, ok = edit{stmt.End(), stmt.End(), "; _ = " + id.Name}, true // in the innermost list
					}
					return true
				})
			}
		}
	}
	return fix, ok
}

// An edit puts a text in the place of another.
type edit struct {
	pos, end token.Pos
	new      string
}

// apply makes edits and formats. It reports whether the result can be parsed.
func (m *mutant) apply(edits ...edit) bool {
	slices.SortStableFunc(edits, func(a, b edit) int { return int(a.pos - b.pos) })
	var out strings.Builder
	at := m.syntax.FileStart
	for _, e := range edits {
		if e.pos < at {
			continue
		}
		out.WriteString(m.text(at, e.pos) + e.new)
		at = e.end
	}
	out.WriteString(m.text(at, m.syntax.FileEnd))
	src, err := format.Source([]byte(out.String()))
	if err != nil || len(src) > 2*len(m.pkg.src[m.name])+1<<12 {
		return false
	}
	m.src = src
	return true
}

// text returns the text from pos to end.
func (m *mutant) text(pos, end token.Pos) string {
	start := m.syntax.FileStart
	return string(m.src[pos-start : end-start])
}

func (m *mutant) node(n ast.Node) string { return m.text(n.Pos(), n.End()) }

// lists returns the lists of statements in the file, outer ones first.
func (m *mutant) lists() [][]ast.Stmt {
	var all [][]ast.Stmt
	ast.Inspect(m.syntax, func(n ast.Node) bool {
		var list []ast.Stmt
		switch n := n.(type) {
		case *ast.BlockStmt:
			list = n.List
		case *ast.CaseClause:
			list = n.Body
		case *ast.CommClause:
			list = n.Body
		}
		if len(list) > 0 && !isClause(list[0]) {
			all = append(all, list)
		}
		return true
	})
	return all
}

func isClause(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}
