package morph

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
)

// reorder puts the declarations of each file in reverse order.
func reorder(m *module) {
	for _, f := range m.files {
		all := f.declarations()
		for i, r := range all {
			other := all[len(all)-1-i]
			f.replace(r.pos, r.end, f.old(other.pos, other.end), f.new(other.pos, "\n"))
		}
	}
}

// split moves every other declaration of a file to another file.
func split(m *module) {
	for _, f := range m.files {
		if !f.isPlain() || len(f.declarations()) < 2 {
			continue
		}
		name := path.Join(path.Dir(f.name), "z"+path.Base(f.name))
		start := f.syntax.Package
		m.add(name, f.new(start, "package %s\n", f.syntax.Name.Name))
		var moved []region
		for i, r := range f.declarations() {
			if i%2 == 1 {
				moved = append(moved, r)
			}
		}
		isMoved := func(pos token.Pos) bool {
			return slices.ContainsFunc(moved, func(r region) bool { return r.pos <= pos && pos < r.end })
		}
		for _, spec := range f.syntax.Imports {
			if f.isUsed(spec, isMoved) {
				m.add(name, f.new(start, "import %s %s\n", localName(spec), spec.Path.Value))
			}
		}
		f.blankImports(func(pos token.Pos) bool { return !isMoved(pos) })
		for _, r := range moved {
			m.add(name, f.old(r.pos, r.end))
			f.replace(r.pos, r.end)
		}
	}
}

// localName returns the name that an import says it has.
func localName(spec *ast.ImportSpec) string {
	if spec.Name == nil {
		return ""
	}
	return spec.Name.Name
}

// isUsed reports whether an import is used at a place that is asked for.
func (f *file) isUsed(spec *ast.ImportSpec, at func(token.Pos) bool) bool {
	if name := localName(spec); name == "." || name == "_" {
		return name == "."
	}
	used := false
	f.uses(f.syntax, func(id *ast.Ident, obj types.Object) {
		used = used || obj == f.imported(spec) && at(id.Pos())
	})
	return used
}

func (f *file) imported(spec *ast.ImportSpec) types.Object {
	if spec.Name != nil {
		return f.pkg.TypesInfo.Defs[spec.Name]
	}
	return f.pkg.TypesInfo.Implicits[spec]
}

// blankImports makes blank the imports that are used at no place that stays.
func (f *file) blankImports(stays func(token.Pos) bool) {
	for _, spec := range f.syntax.Imports {
		if f.isUsed(spec, stays) {
			continue
		}
		if spec.Name != nil {
			f.replace(spec.Name.Pos(), spec.Name.End(), f.new(spec.Pos(), "_"))
		} else {
			f.insert(spec.Path.Pos(), "_ ")
		}
	}
}

// merge puts the files of a package into the first of them.
func merge(m *module) {
	type kind struct {
		dir, pkg string
		test     bool
	}
	first := make(map[kind]*file)
	imports := make(map[kind]map[string]string) // paths by name
	for _, f := range m.files {
		if !f.isPlain() {
			continue
		}
		k := kind{path.Dir(f.name), f.syntax.Name.Name, f.isTest()}
		to := first[k]
		if to == nil {
			first[k], imports[k] = f, make(map[string]string)
			to = f
		}
		known := imports[k]
		fits := true
		for name, p := range f.imports() {
			fits = fits && (known[name] == "" || known[name] == p)
		}
		if !fits {
			continue
		}
		for name, p := range f.imports() {
			if known[name] == "" && to != f {
				to.insert(to.syntax.Name.End(), "; import %s %s", name, p)
			}
			known[name] = p
		}
		if to == f {
			continue
		}
		f.dropped = true
		end := to.syntax.FileEnd
		to.replace(end, end, to.new(end, "\n"))
		for _, r := range f.declarations() {
			to.replace(end, end, f.old(r.pos, r.end))
		}
	}
}

// imports returns the quoted paths of imports by their names in the file. Blank and dot
// imports have the path in their names.
func (f *file) imports() map[string]string {
	all := make(map[string]string)
	for _, spec := range f.syntax.Imports {
		if obj := f.imported(spec); obj != nil {
			all[obj.Name()] = spec.Path.Value
		} else {
			all[spec.Name.Name] = spec.Path.Value
		}
	}
	return all
}

// move moves functions to a package of their own that use nothing else of the module.
func move(m *module) {
	for _, f := range m.files {
		moved := make(map[types.Object]bool)
		var regions []region
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.isAlone(fn) {
				moved[f.pkg.TypesInfo.Defs[fn.Name]] = true
				regions = append(regions, region{fn.Pos(), fn.End()})
				f.replace(fn.Name.Pos(), fn.Name.End(), f.new(fn.Name.Pos(), "Z%s", fn.Name.Name))
			}
		}
		if len(moved) == 0 {
			continue
		}
		// A package for each file, since they may declare what has the same name.
		dir := fmt.Sprintf("z%s", path.Base(f.name[:len(f.name)-len(".go")]))
		name := path.Join(path.Dir(f.name), dir, "z.go")
		isMoved := func(pos token.Pos) bool {
			return slices.ContainsFunc(regions, func(r region) bool { return r.pos <= pos && pos < r.end })
		}
		m.add(name, f.new(f.syntax.Package, "package z\n"))
		for _, spec := range f.syntax.Imports {
			if f.isUsed(spec, isMoved) {
				m.add(name, f.new(spec.Pos(), "import %s %s\n", localName(spec), spec.Path.Value))
			}
		}
		for _, r := range regions {
			m.add(name, f.old(r.pos, r.end), f.new(r.end, "\n"))
			f.replace(r.pos, r.end)
		}
		for _, user := range m.files {
			imported := false
			user.uses(user.syntax, func(id *ast.Ident, obj types.Object) {
				if moved[obj] {
					user.replace(id.Pos(), id.End(), user.new(id.Pos(), "%s.Z%s", dir, id.Name))
					imported = true
				}
			})
			if imported {
				user.insert(user.syntax.Name.End(), "; import %s %s", dir, strconv.Quote(path.Join(f.pkg.PkgPath, dir)))
			}
		}
		f.blankImports(func(pos token.Pos) bool { return !isMoved(pos) })
	}
}

// isAlone reports whether a function can be in another package.
func (f *file) isAlone(fn *ast.FuncDecl) bool {
	if fn.Recv != nil || fn.Body == nil || f.isTest() || !f.isPlain() || fn.Name.IsExported() || f.isCalledBySystem(fn) {
		return false
	}
	alone := true
	f.uses(fn, func(_ *ast.Ident, obj types.Object) {
		pkg := obj.Pkg()
		if name, ok := obj.(*types.PkgName); ok {
			pkg = name.Imported()
		} else if fn.Name.End() <= obj.Pos() && obj.Pos() < fn.End() {
			return
		}
		ours := pkg != nil && f.pkg.Module != nil && (pkg.Path() + "/")[:min(len(f.pkg.Module.Path)+1, len(pkg.Path())+1)] == f.pkg.Module.Path+"/"
		alone = alone && !ours
	})
	ast.Inspect(fn.Type, func(n ast.Node) bool {
		if _, ok := n.(*ast.StructType); ok { // fields of another package are other ones
			alone = false
		}
		return true
	})
	return alone
}
