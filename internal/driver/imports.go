package driver

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/token"
	"go/types"
	"go/version"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/memlint/memlint/internal/driver/skeleton"
)

// readable returns the language version as which to read what is not analysed: one
// that this program knows.
func readable(v string) string {
	if built := version.Lang(runtime.Version()); built != "" && version.Compare(v, built) > 0 {
		return built
	}
	return v
}

// imports are packages read from export data, for others that are made.
type imports struct {
	exports *exports
	fset    *token.FileSet

	mu       sync.Mutex
	packages map[string]*types.Package // by path
}

// load reads a package, if it is not read yet. Reading adds to packages that were
// mentioned before, but not to what can be reached from one that was read: those
// who type-check meanwhile do not see it.
func (v *imports) load(e *exported) error {
	if v.get(e.path()) != nil {
		return nil
	}
	data, err := v.exports.get(e)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if pkg := v.packages[e.path()]; pkg != nil && pkg.Complete() {
		return nil
	}
	return e.readInto(v.packages, v.fset, data)
}

// get returns a package that was read, nil if it was not.
func (v *imports) get(path string) *types.Package {
	v.mu.Lock()
	defer v.mu.Unlock()
	if pkg := v.packages[path]; pkg != nil && pkg.Complete() {
		return pkg
	}
	return nil
}

func (v *imports) importer(p *listPackage) types.Importer {
	return &unitImporter{p.ImportMap, v.get}
}

// readInto adds the package, which is in data, to others. It has the imports that it
// has in its source: export data knows of some, compilers do not agree of which.
func (e *exported) readInto(packages map[string]*types.Package, fset *token.FileSet, data []byte) error {
	pkg, err := gcexportdata.Read(bytes.NewReader(data), fset, packages, e.path())
	if err != nil {
		return fmt.Errorf("cannot read export data of %s: %w", e.path(), err)
	}
	list := make([]*types.Package, len(e.imports))
	for i, d := range e.imports {
		path := d.path()
		if packages[path] == nil {
			packages[path] = types.NewPackage(path, d.Name)
		}
		list[i] = packages[path]
	}
	pkg.SetImports(list)
	return nil
}

// sums are the hashes of files, each of which is read once.
type sums struct {
	read func(name string) ([]byte, error)
	all  sync.Map // of func() fileSum, by name
}

// A fileSum is the hash of a file, and that of its skeleton if it is in Go.
type fileSum struct {
	sum, skeleton [sha256.Size]byte
	err           error
}

func (s *sums) file(name string) fileSum {
	f, ok := s.all.Load(name)
	if !ok {
		f, _ = s.all.LoadOrStore(name, sync.OnceValue(func() fileSum {
			data, err := s.read(name)
			if err != nil {
				return fileSum{err: err}
			}
			x := fileSum{sum: sha256.Sum256(data)}
			if filepath.Ext(name) != ".mod" {
				x.skeleton = skeleton.Sum(data)
			}
			return x
		}))
	}
	return f.(func() fileSum)()
}

func (s *sums) of(name string) ([sha256.Size]byte, error) {
	f := s.file(name)
	return f.sum, f.err
}

// parallel calls f for each of a list, several at a time.
func parallel[T any](workers int, list []T, f func(T)) {
	next := make(chan T)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for x := range next {
				f(x)
			}
		})
	}
	for _, x := range list {
		next <- x
	}
	close(next)
	wg.Wait()
}
