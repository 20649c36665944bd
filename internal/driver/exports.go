package driver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/skeleton"
	"github.com/memlint/memlint/internal/driver/stats"
)

// What units import is type-checked from source, without function bodies, which
// no importer sees, and handed on as export data, the form in which a compiler
// would. So nobody waits for a compiler, which the go command would run for all
// that is not in its build cache.
//
// Export data is kept under the hash of all that it depends on: the package's
// files, or the version that stands for them, and the same hash of each package
// that it imports. What is in the module cache is what its version says, so that
// its files need not be read, and projects of a user share what comes of it.
//
// Another hash, the shape, leaves out of files what importers do not see, and where
// in the file it is. Who imports a package is analysed again if it changes.
//
// A package is always type-checked against imports read from export data, also
// if they were made a moment ago. So it makes no difference what was kept.

// exports makes and keeps the export data of packages.
type exports struct {
	listing  *listing
	breakage *breakage
	workers  int
	stats    *stats.Stats
	cache    *cache.Cache
	salt     []byte // what every package depends on
	order    []*exported
	all      map[string]*exported // by ID

	sums  *sums
	typed bool // some files are not as they were saved

	mu      sync.Mutex
	imports map[string]*imports // of what is made, by the test that it is made for
}

// An exported is a package with its export data.
type exported struct {
	*listPackage
	imports []*exported
	fixed   bool      // its files are those of a version
	fakes   bool      // it, or what it imports, is faked; the standard library is known to do well with it
	key     cache.Key // the hash of what the data depends on
	shape   [sha256.Size]byte

	mu   sync.Mutex
	data []byte // nil if it is in the cache, or nowhere
}

// newExports returns the export data of the packages of a listing, of which none
// is made yet.
func newExports(l *listing, b *breakage, opts *Options) *exports {
	x := &exports{listing: l, breakage: b, workers: opts.Workers, stats: opts.Stats}
	x.all, x.imports = make(map[string]*exported), make(map[string]*imports)
	h := sha256.New()
	fmt.Fprintf(h, "memlint export data 1\n%q %q %q\n", l.env.GOVERSION, l.env.GOARCH, l.env.GOROOT)
	if tool, err := executable(); err == nil {
		h.Write(tool[:])
		x.cache = opts.Cache
	}
	x.salt = h.Sum(nil)
	for _, p := range l.packages {
		if p.isTestMain() || p.ImportPath == "unsafe" {
			continue
		}
		e := &exported{fixed: p.DepOnly && (p.Standard || l.isFixed(p))}
		x.describe(e, p)
		x.all[p.ImportPath] = e
		x.order = append(x.order, e)
	}
	x.sums, x.typed = &sums{read: opts.read}, len(opts.Overlay) > 0
	parallel(x.workers, x.order, func(e *exported) {
		if !e.fixed {
			for _, name := range e.sources() {
				x.sums.of(name)
			}
		}
	})
	for _, e := range x.order {
		x.identify(e)
	}
	return x
}

// describe says what e is.
func (x *exports) describe(e *exported, p *listPackage) {
	e.listPackage, e.imports = p, nil
	e.fakes = p.isFaked() && !p.Standard
	for id := range p.imports {
		if d := x.all[id]; d != nil { // else the go command says why not
			e.imports = append(e.imports, d)
			e.fakes = e.fakes || d.fakes
		}
	}
}

// fakes reports whether p depends on what is faked.
func (x *exports) fakes(p *listPackage) bool {
	for id := range p.imports {
		if d := x.all[id]; d != nil && d.fakes {
			return true
		}
	}
	return false
}

// edit says what has become of the packages that match patterns. Their export
// data, and what depends on it, is made again when somebody asks for it.
func (x *exports) edit(l *listing, read func(name string) ([]byte, error), typed bool) {
	x.listing, x.breakage.listing = l, l
	x.sums, x.typed = &sums{read: read}, typed
	x.forget()
	changed := make(map[*exported]bool)
	for _, e := range x.order {
		if p := l.byID[e.ImportPath]; !p.DepOnly {
			x.describe(e, p)
		} else if !slices.ContainsFunc(e.imports, func(d *exported) bool { return changed[d] }) {
			continue
		}
		key := e.key
		x.identify(e)
		if changed[e] = key != e.key; changed[e] {
			e.data = nil
			x.breakage.retry(e.listPackage)
		}
	}
}

// identify computes the hashes of e, which comes after what it imports. Files that
// cannot be read have none, and e will be broken.
func (x *exports) identify(e *exported) {
	key, shape := sha256.New(), sha256.New()
	both := io.MultiWriter(key, shape)
	both.Write(x.salt)
	fmt.Fprintf(both, "%q %q %q %t\n", e.path(), e.Dir, goVersion(e.listPackage, x.listing.env.GOVERSION), e.isFaked())
	for _, name := range e.sources() {
		fmt.Fprintf(both, "%q", name)
		switch {
		case !e.fixed:
			s := x.sums.file(name)
			fmt.Fprintf(key, " %x %v", s.sum, s.err)
			fmt.Fprintf(shape, " %x %v", s.skeleton, s.err)
		case e.Standard:
			// Some people edit the library that they have.
			s := stampOf(name)
			fmt.Fprintf(both, " %d %d", s.size, s.time.UnixNano())
		}
		fmt.Fprintln(both)
	}
	fmt.Fprintf(both, "%q\n", e.ImportMap) // fmt sorts keys
	for _, d := range e.imports {
		fmt.Fprintf(key, "%q %x\n", d.ImportPath, d.key)
		fmt.Fprintf(shape, "%q %x\n", d.ImportPath, d.shape)
	}
	e.key, e.shape = cache.Key(key.Sum(nil)), [sha256.Size]byte(shape.Sum(nil))
}

// isFaked reports whether the package imports "C" of which nothing is known.
func (p *listPackage) isFaked() bool { return p.needsCgo() && len(p.CompiledGoFiles) == 0 }

// has reports whether the export data of e is made.
func (x *exports) has(e *exported) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.data != nil || x.cache.Has(e.key)
}

// get returns the export data of e. The error says that it is broken.
func (x *exports) get(e *exported) ([]byte, error) {
	e.mu.Lock()
	data := e.data
	e.mu.Unlock()
	if data != nil {
		return data, nil
	}
	if cause := x.breakage.cause(e.listPackage); cause != "" {
		return nil, errors.New(cause)
	}
	start := time.Now()
	if data, ok := x.cache.Get(e.key); ok {
		x.stats.Since(phaseDepKept, start)
		return data, nil
	}
	return x.make(e)
}

// importedBy returns what units import.
func (x *exports) importedBy(units []*unit) []*exported {
	var list []*exported
	seen := make(map[*exported]bool)
	for _, u := range units {
		for id := range u.imports {
			if e := x.all[id]; e != nil && !seen[e] {
				seen[e] = true
				list = append(list, e)
			}
		}
	}
	return list
}

// ensure makes what is missing of the export data of packages, and of those that
// are needed for it, several at a time. It stops early if ctx is cancelled.
func (x *exports) ensure(ctx context.Context, wanted []*exported) {
	type job struct {
		*exported
		waiting atomic.Int32
		users   []*job
	}
	var jobs []*job
	byPackage := make(map[*exported]*job)
	var visit func(e *exported) *job
	visit = func(e *exported) *job {
		if j, ok := byPackage[e]; ok {
			return j
		}
		byPackage[e] = nil
		if x.breakage.cause(e.listPackage) != "" || x.has(e) {
			return nil
		}
		j := &job{exported: e}
		for _, d := range e.imports {
			if dep := visit(d); dep != nil {
				dep.users = append(dep.users, j)
				j.waiting.Add(1)
			}
		}
		byPackage[e] = j
		jobs = append(jobs, j)
		return j
	}
	for _, e := range wanted {
		visit(e)
	}
	if len(jobs) == 0 {
		return
	}
	ready := make(chan *job, len(jobs))
	for _, j := range jobs {
		if j.waiting.Load() == 0 {
			ready <- j
		}
	}
	var left atomic.Int32
	left.Store(int32(len(jobs)))
	var wg sync.WaitGroup
	for range x.workers {
		wg.Go(func() {
			for j := range ready {
				if ctx.Err() == nil {
					x.make(j.exported) // that it is broken is known to the breakage
				}
				for _, u := range j.users {
					if u.waiting.Add(-1) == 0 {
						ready <- u
					}
				}
				if left.Add(-1) == 0 {
					close(ready)
				}
			}
		})
	}
	wg.Wait()
}

// importsFor returns the imports of packages that are made for a test, or for none
// if it is "". Variants for a test have the paths of plain packages and are others.
func (x *exports) importsFor(test string) *imports {
	x.mu.Lock()
	defer x.mu.Unlock()
	v := x.imports[test]
	if v == nil {
		v = &imports{exports: x, fset: token.NewFileSet(), packages: make(map[string]*types.Package)}
		x.imports[test] = v
	}
	return v
}

// forget lets go of what is needed to make export data, and is not for any reader.
func (x *exports) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	clear(x.imports)
}

// make type-checks e and returns its export data, which it keeps. The error, which
// is one line, says that e is broken; the breakage knows.
func (x *exports) make(e *exported) ([]byte, error) {
	test := ""
	if e.importsVariant() {
		test = e.ForTest
	}
	v := x.importsFor(test)
	var cause string
	for _, d := range e.imports {
		if err := v.load(d); err != nil {
			cause = x.breakage.blame(e.listPackage, d.listPackage, err.Error())
			break
		}
	}
	var data []byte
	fresh := true
	if cause == "" {
		var err error
		if data, fresh, err = x.check(e, v); err != nil {
			cause = err.Error()
		}
	}
	if cause != "" {
		x.breakage.fail(e.listPackage, cause)
		return nil, errors.New(cause)
	}
	if fresh && (e.fixed || !x.typed) {
		x.keep(e, data)
	} else {
		e.hold(data)
	}
	return data, nil
}

// keep keeps the export data of e: in memory, if there is no other place.
func (x *exports) keep(e *exported, data []byte) {
	if !x.cache.Put(e.key, data) {
		e.hold(data)
	}
}

func (e *exported) hold(data []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.data = data
}

// check returns the export data of e, the imports of which are there, and whether
// it is of the files for which it has its key. The error is one line.
func (x *exports) check(e *exported, v *imports) (data []byte, fresh bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: type-checking package %s: %v%s; please report it: %s", e.ImportPath, p, panicSite(), issues)
		}
	}()
	start := time.Now()
	fresh = true
	var files []*ast.File
	defer func() {
		if err != nil {
			err = errors.New(lineOf(err, x.breakage.dir, e.ImportPath))
		}
		forgetFiles(v.fset, files)
	}()
	for _, name := range e.sources() {
		src, err := x.sums.read(name)
		if err != nil {
			return nil, false, err
		}
		if !e.fixed {
			sum, err := x.sums.of(name)
			fresh = fresh && err == nil && sum == sha256.Sum256(src)
		}
		f, err := parser.ParseFile(v.fset, name, skeleton.Strip(src), parser.SkipObjectResolution)
		if f != nil {
			files = append(files, f)
		}
		if err != nil && !e.isFaked() {
			return nil, false, err
		}
	}
	x.stats.Since(phaseDepParse, start)
	start = time.Now()
	errs := &typeErrors{files: files}
	config := &types.Config{
		Importer:                 v.importer(e.listPackage),
		Sizes:                    sizesOf(x.listing.env),
		GoVersion:                readable(goVersion(e.listPackage, x.listing.env.GOVERSION)),
		FakeImportC:              e.isFaked(),
		IgnoreFuncBodies:         true,
		DisableUnusedImportCheck: true,
		Error:                    errs.add,
	}
	pkg, _ := config.Check(e.path(), v.fset, files, nil)
	x.stats.Since(phaseDepCheck, start)
	if err := errs.first(); err != nil && !e.isFaked() && !e.fakes {
		return nil, false, err
	}
	start = time.Now()
	defer x.stats.Since(phaseDepWrite, start)
	var out bytes.Buffer
	if err := gcexportdata.Write(&out, v.fset, pkg); err != nil {
		return nil, false, fmt.Errorf("cannot write its export data: %w", err)
	}
	return out.Bytes(), fresh, nil
}
