package driver

import (
	"bufio"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

// A universe holds the types of imported packages, read from export data.
// Units share it, so that a package is read once however many import it.
//
// Reading export data adds to the packages it mentions, unless those are
// complete. So a package is read only after all that it imports: what
// the universe hands out never changes again, and analyzers may walk imports
// of imports while another worker reads more.
type universe struct {
	listing *listing
	fset    *token.FileSet

	mu       sync.Mutex
	packages map[string]*types.Package // by package path; all complete
	loaded   map[string]bool           // by ID
}

func newUniverse(l *listing) *universe {
	return &universe{
		listing:  l,
		fset:     token.NewFileSet(),
		packages: make(map[string]*types.Package),
		loaded:   make(map[string]bool),
	}
}

// importsOf returns the packages that p depends on by package path. The result
// belongs to the caller.
func (v *universe) importsOf(p *listPackage) (map[string]*types.Package, error) {
	v.mu.Lock()
	defer v.mu.Unlock()

	// Variants for tests share the paths of plain packages. They get a
	// universe of their own on top of the plain packages below them.
	var variants []*listPackage
	closure := make(map[string]*types.Package)
	seen := make(map[string]bool)
	var visit func(p *listPackage) error
	visit = func(p *listPackage) error {
		for id := range p.imports {
			if seen[id] {
				continue
			}
			seen[id] = true
			q := v.listing.byID[id]
			if q == nil {
				return fmt.Errorf("cannot import %s", id)
			}
			if err := visit(q); err != nil {
				return err
			}
			if q.ForTest != "" {
				variants = append(variants, q)
				continue
			}
			if !v.loaded[id] {
				if err := v.read(v.packages, q); err != nil {
					return err
				}
				v.loaded[id] = true
			}
			closure[q.path()] = v.packages[q.path()]
		}
		return nil
	}
	if err := visit(p); err != nil {
		return nil, err
	}
	for _, q := range variants {
		delete(closure, q.path()) // a plain one cannot be there, but must not be
	}
	for _, q := range variants {
		if err := v.read(closure, q); err != nil {
			return nil, err
		}
	}
	return closure, nil
}

// read reads p, whose imports are in packages, into packages.
func (v *universe) read(packages map[string]*types.Package, p *listPackage) error {
	f, err := os.Open(p.Export)
	if err != nil {
		return fmt.Errorf("cannot import %s: %v", p.ImportPath, err)
	}
	defer f.Close()
	r, err := gcexportdata.NewReader(bufio.NewReader(f)) //lint:ignore SA1019 archives are what `go list -export` names until go1.27
	if err == nil {
		_, err = gcexportdata.Read(r, v.fset, packages, p.path())
	}
	if err != nil {
		return fmt.Errorf("cannot import %s: %v", p.ImportPath, err)
	}
	return nil
}
