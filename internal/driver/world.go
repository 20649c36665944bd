package driver

import (
	"slices"
	"strings"
)

// A world is what the imports in a listing say of its packages.
type world struct {
	support   map[string]bool // packages of ours that are there for tests
	libraries map[string]bool // modules of ours whose root others import
}

// newWorld finds out who imports whom in a listing.
func newWorld(l *listing) *world {
	w := &world{make(map[string]bool), make(map[string]bool)}
	importers := make(map[string][]string) // of packages of ours, in what is no test
	tested := make(map[string]bool)        // by tests of other packages
	commands := false                      // that import packages of ours
	for _, p := range l.packages {
		if !p.isOurs() || p.isTestMain() || p.isRecompiled() {
			continue
		}
		if p.Module != nil && p.ImportPath == p.Module.Path && p.Name != "main" {
			w.libraries[p.Module.Path] = true
		}
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
	// Only tests import it, or nobody does and it uses package testing itself.
	supports := func(p *listPackage) bool {
		by := importers[p.ImportPath]
		return (len(by) > 0 || tested[p.ImportPath] || slices.Contains(p.Imports, "testing")) && !slices.ContainsFunc(by, func(path string) bool { return !w.support[path] })
	}
	for _, p := range slices.Backward(l.packages) { // importers are behind what they import
		if p.isOurs() && p.ForTest == "" && p.Name != "main" && (commands || isInternal(p.ImportPath)) && supports(p) {
			w.support[p.ImportPath] = true
		}
	}
	return w
}

// isOpen reports whether code of which nothing is known may call functions of a package,
// whatever the module does with them: it is a library, and not only part of a program.
func (w *world) isOpen(p *listPackage) bool {
	return !isInternal(p.path()) && p.Module != nil && w.libraries[p.Module.Path]
}

// isInternal reports whether only packages of the module can import one, which the go
// command sees to.
func isInternal(path string) bool { return slices.Contains(strings.Split(path, "/"), "internal") }
