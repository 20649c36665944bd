package measure

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"sync"

	"github.com/memlint/memlint/internal/driver/report"
)

// A Module is packages with their sources, in which the lines are found that frames are about.
type Module struct {
	list     []*code
	read     func(name string) ([]byte, error)
	packages map[string]*code // by path
	mains    []*code          // whose functions the runtime calls main.F, whatever their path
	byBase   map[string][]where
	names    map[string]name // see named
}

// A code is a package. Its files are read when the first frame asks for it.
type code struct {
	report.Package
	once   sync.Once
	decls  map[string]*function // by name
	byFile map[string][]*function

	root      bool     // it is in the folder of a module
	variables function // that makes the values of all variables
}

type where struct {
	file string
	of   *code
}

// NewModule returns the module of packages, of which read reads files. It may be joined with
// profiles again and again, as long as the files stay as they are.
func NewModule(packages []report.Package, read func(name string) ([]byte, error)) *Module {
	m := &Module{
		read:     read,
		packages: make(map[string]*code),
		byBase:   make(map[string][]where),
		names:    make(map[string]name),
	}
	for _, p := range packages {
		c := &code{Package: p}
		m.list = append(m.list, c)
		if m.packages[p.Path] == nil {
			m.packages[p.Path] = c
		}
		if p.Name == "main" {
			m.mains = append(m.mains, c)
		}
		for _, file := range p.Files {
			base := filepath.Base(file)
			m.byBase[base] = append(m.byBase[base], where{file, c})
		}
	}
	return m
}

// Warm parses packages until all are or ctx is done, whichever is first. It is for while
// profiles are read: which of the packages they are about is not known yet.
func (m *Module) Warm(ctx context.Context) {
	for _, c := range m.list {
		if ctx.Err() != nil {
			return
		}
		m.parse(c)
	}
}

// pathOf returns the path of the package that has a file.
func (m *Module) pathOf(file string) string {
	for _, w := range m.byBase[filepath.Base(file)] {
		if w.file == file {
			return w.of.Path
		}
	}
	return ""
}

// parse reads the files of a package. What cannot be read or parsed has no functions.
func (m *Module) parse(c *code) {
	c.once.Do(func() { m.parseOnce(c) })
}

func (m *Module) parseOnce(c *code) {
	if len(c.Files) > 0 {
		_, err := m.read(filepath.Join(filepath.Dir(c.Files[0]), "go.mod"))
		c.root = err == nil
	}
	c.decls, c.byFile = make(map[string]*function), make(map[string][]*function)
	inits := 0
	for _, name := range c.Files {
		text, err := m.read(name)
		if err != nil {
			continue
		}
		fset := token.NewFileSet()
		file, _ := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		b := builder{fset: fset, file: name}
		for _, d := range file.Decls {
			fn := b.function(d, nil)
			d, ok := d.(*ast.FuncDecl)
			if !ok {
				c.variables.literals = append(c.variables.literals, fn.literals...)
				continue
			}
			if d.Body == nil {
				continue // written in another language
			}
			if fn.name = declName(d); fn.name == "init" {
				fn.name = fmt.Sprintf("init.%d", inits) // as the compiler calls them
				inits++
			}
			if c.decls[fn.name] == nil {
				c.decls[fn.name] = fn
			}
		}
		c.byFile[name] = b.all
	}
}
