package driver

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A world is what the imports in a listing say of its packages.
type world struct {
	support   map[string]bool // packages of ours that are there for tests
	libraries map[string]bool // modules of ours whose root has something for others
}

// newWorld finds out who imports whom in a listing.
func newWorld(l *listing) *world {
	w := &world{make(map[string]bool), make(map[string]bool)}
	importers := make(map[string][]string) // of packages of ours, in what is no test
	tested := make(map[string]bool)        // by tests of other packages
	helps := make(map[string]bool)         // tests, with what package testing has
	commands := false                      // that import packages of ours
	for _, p := range l.packages {
		if !p.isOurs() || p.isTestMain() || p.isRecompiled() {
			continue
		}
		if p.Module != nil && p.ImportPath == p.Module.Path && p.Name != "main" && p.exports() {
			w.libraries[p.Module.Path] = true
		}
		helps[p.ImportPath] = p.ForTest == "" && slices.Contains(p.Imports, "testing")
		for id := range p.imports {
			q := l.byID[id]
			if q == nil || !q.isOurs() {
				continue
			}
			if p.ForTest == "" {
				importers[q.path()] = append(importers[q.path()], p.ImportPath)
				commands = commands || p.Name == "main"
			} else if q.path() != p.base() {
				tested[q.path()] = true
			}
		}
	}
	// Only tests and what helps them import it, or nobody does and it uses package testing itself.
	supports := func(p *listPackage) bool {
		by := importers[p.ImportPath]
		return (len(by) > 0 || tested[p.ImportPath] || helps[p.ImportPath]) && !slices.ContainsFunc(by, func(path string) bool { return !w.support[path] && !helps[path] })
	}
	for _, p := range slices.Backward(l.packages) { // importers are behind what they import
		if p.isOurs() && p.ForTest == "" && p.Name != "main" && (commands || isInternal(p.ImportPath)) && supports(p) {
			w.support[p.ImportPath] = true
		}
	}
	return w
}

// exports reports whether a package declares something that others can use: a root that only documents
// its module does not. What cannot be read may.
func (p *listPackage) exports() bool {
	return len(p.CgoFiles) > 0 || slices.ContainsFunc(p.GoFiles, func(name string) bool {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		return err != nil || ast.FileExports(f)
	})
}

// isOpen reports whether code of which nothing is known may call functions of a package,
// whatever the module does with them: it is a library, and not only part of a program.
func (w *world) isOpen(p *listPackage) bool {
	return !isInternal(p.path()) && p.Module != nil && w.libraries[p.Module.Path]
}

// isInternal reports whether only packages of the module can import one, which the go
// command sees to.
func isInternal(path string) bool { return slices.Contains(strings.Split(path, "/"), "internal") }

// importersOf returns the folder below which all packages are that may import one of ours: its
// module or, if it is internal, the parent of that; "" if that is not known.
func importersOf(p *listPackage) string {
	if dir, ok := parentOfInternal(p.Dir); ok && isInternal(p.path()) {
		return dir
	}
	if p.Module == nil {
		return ""
	}
	dir, ok := strings.CutSuffix(filepath.ToSlash(p.Dir), strings.TrimPrefix(p.base(), p.Module.Path))
	if !ok || !strings.HasPrefix(p.base(), p.Module.Path) {
		return ""
	}
	return filepath.FromSlash(dir)
}

// parentOfInternal returns the folder that has the folder internal which is nearest above one.
func parentOfInternal(dir string) (parent string, ok bool) {
	for filepath.Base(dir) != "internal" {
		if filepath.Dir(dir) == dir {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Dir(dir), true
}

// covers reports whether patterns name all packages below a folder.
func covers(wd string, patterns []string, dir string) bool {
	return dir != "" && slices.ContainsFunc(patterns, func(p string) bool {
		root, all := strings.CutSuffix(p, "/...")
		if !all || !build.IsLocalImport(root) {
			return false
		}
		rel, err := filepath.Rel(filepath.Join(wd, filepath.FromSlash(root)), dir)
		return err == nil && filepath.IsLocal(rel)
	})
}
