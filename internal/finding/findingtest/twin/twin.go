// Package twin writes the twin of a module: the same code, line by line, in
// which names say nothing.
//
// Names are no evidence of a leak. So an analyzer finds the same in a module
// and in its twin, by line and category; what differs shows a rule that goes by
// names.
//
// All that the module declares gets another name: types, functions, methods,
// fields, variables, constants, parameters, results, labels, import names and
// files. An exported name becomes an exported one. The new names sort the other
// way round than the old ones, so that a rule that takes the first by name shows,
// too; those of files sort as before, because the order of files is that of the
// source.
//
// What stays is what the language, other modules or a convention ask for:
// packages and their paths, struct tags, and names of functions of which
// [conventions] tells.
//
// The twin is of what one build has: files that are left out by it are left out
// of the twin.
package twin

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/memlint/memlint/internal/finding/findingtest/cases"
)

// Write writes the twin of the module in dir to the folder to, and returns the
// names of the original Go files by those of the twin's. Names of files are
// relative to their module, with slashes. A package of the module for which
// foreign is true, by its import path, stands for one of another module: what it
// declares keeps its name. The environment is that of the go command.
func Write(to, dir string, foreign func(path string) bool, env []string) (files map[string]string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	m, err := load(dir, foreign, env)
	if err != nil {
		return nil, err
	}
	files = make(map[string]string)
	edits := m.edits()
	for name, twin := range m.files() {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := cases.Write(filepath.Join(to, twin), edits[name].apply(src)); err != nil {
			return nil, err
		}
		files[filepath.ToSlash(twin)] = filepath.ToSlash(name)
	}
	return files, cases.CopyRest(to, dir)
}

// A module is one whose twin is written.
type module struct {
	dir  string
	fset *token.FileSet
	pkgs []*packages.Package // variants for tests are packages of their own

	own     map[string]bool        // packages, by path, that are renamed
	neutral map[string]string      // new names by old ones
	funcs   map[place]string       // new names of functions, where conventions decide
	fixed   map[place]bool         // what other languages and the linker know
	embeds  map[place]types.Object // types that are fields, by these
}

// A place is where something is declared. It is the same in all variants of a
// package, also in export data, which has no columns.
type place struct {
	file string // relative to the module; "" if it is not one of it
	line int
	name string
}

func load(dir string, foreign func(path string) bool, env []string) (*module, error) {
	m := &module{
		dir:    dir,
		fset:   token.NewFileSet(),
		own:    make(map[string]bool),
		fixed:  make(map[place]bool),
		embeds: make(map[place]types.Object),
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedTypes | packages.NeedTypesSizes |
			packages.NeedSyntax | packages.NeedTypesInfo,
		Dir:   dir,
		Env:   env,
		Fset:  m.fset,
		Tests: true,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("loading the module in %s: %w", dir, err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			return nil, fmt.Errorf("the module in %s does not build: %w", dir, e)
		}
		if strings.HasSuffix(p.PkgPath, ".test") {
			continue // made by the go command
		}
		m.pkgs = append(m.pkgs, p)
		m.own[p.PkgPath] = !foreign(p.PkgPath)
	}
	if len(m.pkgs) == 0 {
		return nil, errors.New("no packages in " + dir)
	}
	for _, p := range m.pkgs {
		for _, f := range p.Syntax {
			m.declared(p, f)
		}
	}
	m.neutral = neutral(m.pkgs)
	m.funcs = conventions(m)
	return m, nil
}

// declared notes what has to be known of a file before names are asked.
func (m *module) declared(p *packages.Package, f *ast.File) {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if fields := strings.Fields(c.Text); len(fields) > 1 && (fields[0] == "//go:linkname" || fields[0] == "//export") {
				m.fixed[m.at(p.Types.Scope().Lookup(fields[1]))] = true
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body == nil {
				m.fixed[m.at(p.TypesInfo.Defs[n.Name])] = true
			}
		case *ast.StructType:
			for _, field := range n.Fields.List {
				if len(field.Names) > 0 {
					continue
				}
				id := embedded(field.Type)
				m.embeds[m.at(p.TypesInfo.Defs[id])] = p.TypesInfo.Uses[id]
			}
		}
		return true
	})
}

// embedded returns the name of a field that is declared by its type only.
func embedded(typ ast.Expr) *ast.Ident {
	switch t := typ.(type) {
	case *ast.Ident:
		return t
	case *ast.StarExpr:
		return embedded(t.X)
	case *ast.ParenExpr:
		return embedded(t.X)
	case *ast.SelectorExpr:
		return t.Sel
	case *ast.IndexExpr:
		return embedded(t.X)
	case *ast.IndexListExpr:
		return embedded(t.X)
	}
	return nil
}

// at returns where an object is declared.
func (m *module) at(obj types.Object) place {
	if obj == nil {
		return place{}
	}
	p := m.fset.PositionFor(obj.Pos(), false)
	return place{m.rel(p.Filename), p.Line, obj.Name()}
}

// rel returns the name of a file relative to the module, or "" if it is not one
// of it.
func (m *module) rel(name string) string {
	rel, err := filepath.Rel(m.dir, name)
	if name == "" || err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return rel
}

// owns reports whether something is declared in a package that is renamed.
func (m *module) owns(obj types.Object) bool {
	return obj.Pkg() != nil && m.own[obj.Pkg().Path()]
}

// name returns the new name of something that the module uses or declares.
func (m *module) name(obj types.Object) string {
	name := obj.Name()
	if name == "_" || name == "." || !m.owns(obj) {
		return name
	}
	at := m.at(obj)
	if m.fixed[at] {
		return name
	}
	switch obj := obj.(type) {
	case *types.PkgName:
		if name == obj.Imported().Name() {
			return name
		}
	case *types.Var:
		if typ := m.embeds[at]; typ != nil {
			return m.name(typ)
		}
	case *types.Func:
		if conventional, ok := m.funcs[at]; ok {
			return conventional
		}
	}
	return m.neutral[name]
}

// word returns the new name of a word inside a name.
func (m *module) word(word string) string {
	if word == "" {
		return ""
	}
	return upperFirst(m.neutral[word])
}

// files returns the files of the module and what they are called in the twin.
func (m *module) files() map[string]string {
	names := make(map[string]string)
	byDir := make(map[string][]string)
	for _, p := range m.pkgs {
		for _, f := range p.Syntax {
			name := m.rel(m.fset.PositionFor(f.FileStart, false).Filename)
			if names[name] != "" || name == "" {
				continue
			}
			names[name] = name
			if m.own[p.PkgPath] {
				byDir[filepath.Dir(name)] = append(byDir[filepath.Dir(name)], name)
			}
		}
	}
	for dir, files := range byDir {
		slices.Sort(files)
		for i, name := range files {
			suffix := ".go"
			if strings.HasSuffix(name, "_test.go") {
				suffix = "_test.go"
			}
			names[name] = filepath.Join(dir, fmt.Sprintf("z%04d", i)+suffix)
		}
	}
	return names
}

// edits are what is new in a file, by offset.
type edits map[int]edit

type edit struct{ old, new string }

func (e edits) apply(src []byte) []byte {
	var out bytes.Buffer
	last := 0
	for _, offset := range slices.Sorted(maps.Keys(e)) {
		out.Write(src[last:offset])
		out.WriteString(e[offset].new)
		last = offset + len(e[offset].old)
	}
	out.Write(src[last:])
	return out.Bytes()
}

// edits returns what is new in the files of the module.
func (m *module) edits() map[string]edits {
	all := make(map[string]edits)
	note := func(pos token.Pos, obj types.Object) {
		p := m.fset.PositionFor(pos, false)
		file := m.rel(p.Filename)
		if name := m.name(obj); name != obj.Name() && file != "" {
			if all[file] == nil {
				all[file] = make(edits)
			}
			all[file][p.Offset] = edit{obj.Name(), name}
		}
	}
	for _, p := range m.pkgs {
		for id, obj := range p.TypesInfo.Defs {
			if obj != nil {
				note(id.Pos(), obj)
			}
		}
		for id, obj := range p.TypesInfo.Uses {
			note(id.Pos(), obj)
		}
		for n, obj := range p.TypesInfo.Implicits {
			if _, ok := n.(*ast.CaseClause); ok {
				note(obj.Pos(), obj) // x of switch x := y.(type), once per clause
			}
		}
	}
	return all
}
