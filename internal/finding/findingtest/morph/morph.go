// Package morph writes modules that do the same as another one, in other words: with
// declarations in another order, in other files, with statements that change
// nothing, with parts of functions in functions of their own.
//
// How code is written is no evidence of a leak. So an analyzer finds the same in a
// module and in what a transformation makes of it; what differs shows a rule that goes
// by the form of code.
//
// Transformations put parts of the text of files in other places, and new text between
// them. The result is not formatted, so that each byte has an origin.
package morph

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/memlint/memlint/internal/finding/findingtest/cases"
)

// A Transformation is a way to say the same.
type Transformation struct {
	Name  string
	apply func(*module)

	// Strict is set if functions stay what and where they are: a leak that has several
	// places is told at the same one.
	Strict bool
}

// Transformations returns all that there are.
func Transformations() []Transformation {
	return []Transformation{
		{"reorder declarations", reorder, false},
		{"split files", split, false},
		{"merge files", merge, false},
		{"wrap bodies in blocks", wrap, true},
		{"declare with var", declare, true},
		{"add dead code", bury, true},
		{"use aliases of types", alias, true},
		{"make functions methods", methods, false},
		{"extract bodies", extract, false},
		{"move helpers to another package", move, false},
	}
}

// Write writes to the folder to what the transformation makes of the module in dir. The
// error says that the module does not build.
func (t Transformation) Write(to, dir string) (Origins, error) {
	m, err := load(dir)
	if err != nil {
		return nil, err
	}
	t.apply(m)
	origins := make(Origins)
	for _, f := range m.files {
		if !f.dropped {
			m.add(f.name, piece{file: f, end: len(f.src)})
		}
	}
	for name, pieces := range m.made {
		var text strings.Builder
		for _, p := range pieces {
			for _, s := range p.spans() {
				text.WriteString(s.text)
				origins[name] = append(origins[name], s)
			}
		}
		if err := cases.Write(filepath.Join(to, name), []byte(text.String())); err != nil {
			return nil, err
		}
	}
	return origins, cases.CopyRest(to, dir)
}

// A module is one that is transformed.
type module struct {
	files []*file            // sorted by name
	made  map[string][]piece // new files by name
}

// add adds pieces to a new file.
func (m *module) add(name string, pieces ...piece) { m.made[name] = append(m.made[name], pieces...) }

// A file is a Go file of a module.
type file struct {
	name    string // relative to the module, with slashes
	src     []byte
	syntax  *ast.File
	pkg     *packages.Package // with tests, if it has some
	edits   []edit
	dropped bool
}

func load(dir string) (*module, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedModule | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo,
		Dir:   dir,
		Env:   cases.Env(),
		Tests: true,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("loading the module in %s: %w", dir, err)
	}
	m := &module{made: make(map[string][]piece)}
	files := make(map[string]*file)
	for _, p := range pkgs {
		for _, e := range p.Errors {
			return nil, fmt.Errorf("the module in %s does not build: %w", dir, e)
		}
		for _, syntax := range p.Syntax {
			name := p.Fset.PositionFor(syntax.FileStart, false).Filename
			rel, err := filepath.Rel(dir, name)
			if err != nil || !filepath.IsLocal(rel) {
				continue // made by the go command
			}
			if f := files[name]; f != nil && len(f.pkg.Syntax) >= len(p.Syntax) {
				continue
			}
			src, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			files[name] = &file{name: filepath.ToSlash(rel), src: src, syntax: syntax, pkg: p}
		}
	}
	for _, f := range files {
		m.files = append(m.files, f)
	}
	if len(m.files) == 0 {
		return nil, errors.New("no packages in " + dir)
	}
	slices.SortFunc(m.files, func(a, b *file) int { return strings.Compare(a.name, b.name) })
	return m, nil
}

func (f *file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// isPlain reports whether a file may be split, or made one with others: nothing but the
// package decides what is in it.
func (f *file) isPlain() bool {
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:") {
				return false
			}
		}
	}
	return !ast.IsGenerated(f.syntax) && !strings.Contains(strings.TrimSuffix(path.Base(f.name), "_test.go"), "_")
}

// functions calls yield for each declared function that has a body.
func (m *module) functions(yield func(*file, *ast.FuncDecl)) {
	for _, f := range m.files {
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				yield(f, fn)
			}
		}
	}
}

// isCalledBySystem reports whether a function is called because of its name.
func (f *file) isCalledBySystem(fn *ast.FuncDecl) bool {
	name := fn.Name.Name
	isTest := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	return fn.Recv == nil && (name == "init" || name == "main" || name == "_" ||
		f.isTest() && slices.ContainsFunc([]string{"Test", "Benchmark", "Fuzz", "Example"}, isTest))
}

// uses calls yield for each identifier in a node and what it means.
func (f *file) uses(in ast.Node, yield func(*ast.Ident, types.Object)) {
	ast.Inspect(in, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if obj := f.pkg.TypesInfo.Uses[id]; obj != nil {
				yield(id, obj)
			}
		}
		return true
	})
}

// A span of declarations, from pos to end.
type region struct{ pos, end token.Pos }

// declarations returns the parts of a file that declarations are in, other than
// imports, with the comments before them and behind them on the line.
func (f *file) declarations() []region {
	var all []region
	at := f.syntax.Name.End()
	for _, decl := range f.syntax.Decls {
		end := f.lineEnd(decl.End())
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			at = end
			continue
		}
		if at == f.syntax.Name.End() {
			at = f.lineEnd(at)
		}
		if end > at {
			all = append(all, region{at, end})
		}
		at = end
	}
	return all
}

// lineEnd returns the end of the line of pos, behind its newline.
func (f *file) lineEnd(pos token.Pos) token.Pos {
	rest := string(f.src[f.offset(pos):])
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		return pos + token.Pos(i) + 1
	}
	return pos + token.Pos(len(rest))
}
