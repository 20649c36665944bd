package driver

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/memlint/memlint/internal/driver/report"
)

// breakage knows which packages cannot be analysed, and why: what the go command
// says of them, and what parsing and type-checking finds out.
type breakage struct {
	listing *listing
	dir     string

	mu     sync.Mutex
	causes map[string]string
}

func newBreakage(l *listing, dir string) *breakage {
	return &breakage{listing: l, dir: dir, causes: make(map[string]string)}
}

// isOurs reports whether p belongs to the main module or workspace. Below GOPATH there are no
// modules, and what is not vendored counts.
func (p *listPackage) isOurs() bool {
	if p.isTestMain() || p.isEmpty() {
		return false
	}
	if p.Module != nil {
		return p.Module.Main
	}
	return p.Error == nil && !p.Standard && origin(p.path()) != "" && !vendored(p.path())
}

// vendored reports whether a package below GOPATH is a copy of one from elsewhere.
func vendored(path string) bool {
	return strings.Contains(path, "/vendor/") || strings.Contains(path, "/Godeps/_workspace/")
}

// isTold reports whether p, if broken, gets a line of its own.
func (b *breakage) isTold(p *listPackage) bool {
	return (!p.DepOnly || p.isOurs()) && len(p.GoFiles)+len(p.CgoFiles) > 0
}

// cause returns in one line why p cannot be analysed, "" if nothing is known that
// is wrong with it.
func (b *breakage) cause(p *listPackage) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.find(p)
}

func (b *breakage) find(p *listPackage) string {
	if cause, ok := b.causes[p.ImportPath]; ok {
		return cause
	}
	b.causes[p.ImportPath] = "" // p imports itself: the go command tells, as an Error
	cause := ""
	if p.Error != nil {
		cause = p.Error.line()
	} else {
		cause = b.ofImports(p)
	}
	b.causes[p.ImportPath] = cause
	return cause
}

// ofImports returns in one line why p cannot be analysed if that is because of
// what it imports.
func (b *breakage) ofImports(p *listPackage) string {
	for id := range p.imports {
		q := b.listing.byID[id]
		if q == nil {
			return fmt.Sprintf("cannot import %s: the go command does not know it", id)
		}
		cause := b.find(q)
		if plain := b.listing.byID[q.path()]; cause == "" && q.isRecompiled() && plain != nil {
			cause = b.find(plain) // is analysed in its stead
		}
		if cause != "" {
			return b.blame(p, q, cause)
		}
	}
	return ""
}

// imports returns in one line why p cannot be analysed if that is because of what
// it imports, as far as is known by now.
func (b *breakage) imports(p *listPackage) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ofImports(p)
}

// fail says why a package cannot be analysed, or that it can: "".
func (b *breakage) fail(p *listPackage, cause string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.causes[p.ImportPath] = cause
}

// retry forgets what was found out about a package.
func (b *breakage) retry(p *listPackage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.causes, p.ImportPath)
	b.find(p)
}

// told are the packages, by path, of which it is told that they are broken.
type told map[string]bool

// tell reports whether the line for p is to be told: one does for a package and its
// tests, which break together.
func (t told) tell(p *listPackage) bool {
	base := p.base()
	first := !t[base]
	t[base] = true
	return first
}

// blame says in one line that p is broken because q is.
func (b *breakage) blame(p, q *listPackage, cause string) string {
	if b.isTold(q) {
		cause = fmt.Sprintf("not analysed: imports %s, which has errors", q.path())
	} else if q.Error != nil && q.Error.Pos != "" {
		return cause // tells the position of the import
	}
	for _, file := range p.abs(p.GoFiles, p.CgoFiles) {
		fset := token.NewFileSet()
		f, _ := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if f == nil {
			continue
		}
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if id, ok := p.ImportMap[path]; ok {
				path = id
			}
			if path == q.ImportPath {
				return report.Position(fset.Position(spec.Pos()), b.dir) + ": " + cause
			}
		}
	}
	return cause
}

// line returns the line to print for p, which is broken for the given cause.
func (p *listPackage) line(cause string) string {
	if strings.Contains(cause, ".go:") || strings.HasPrefix(cause, "pattern ") {
		return cause // says where
	}
	return p.path() + ": " + cause
}

// line boils an error of the go command down to one line with a position if
// it has one.
func (e *listError) line() string {
	lines := strings.Split(strings.TrimSpace(e.Err), "\n")
	// What cgo says comes under a heading; its first line will do.
	if strings.HasPrefix(e.Err, "# ") && len(lines) > 1 {
		return strings.TrimPrefix(strings.TrimSpace(lines[1]), "."+string(filepath.Separator)) // as findings say it
	}
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	line := strings.Join(lines, " ")
	if e.Pos != "" {
		line = e.Pos + ": " + line
	}
	return line
}
