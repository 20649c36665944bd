package measure

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

// A spot is a frame in today's source. The zero spot is nowhere in the module.
type spot struct {
	file  string
	line  int
	begin int // the line on which the function begins
}

func (s spot) known() bool { return s.line > 0 }

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
	decls  map[string]*function // "F", "T.M"
	byFile map[string][]*function
}

type where struct {
	file string
	of   *code
}

// A function is one that is declared, or a literal in one.
type function struct {
	file       string
	start, end int
	literals   []*function
	acts       []bool // from start on, whether on a line something is called, made or waited for
	lines      []int  // on which profiles have it, as if nothing had changed in it
	moved      int    // by how many lines the function has moved, where a profile does not say
	edited     int    // by how many lines its body has moved in it
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

// maxSpots is how many frames of the module count on a stack of a heap profile.
const maxSpots = 1 + maxCallers

// resolve returns the spots of all frames that count. Only when all are seen is it known by how
// much the lines of a function have moved.
func (m *Module) resolve(profiles []*profile.Profile) map[*profile.Frame]spot {
	found := make(map[*profile.Frame]*function)
	var frames []*profile.Frame
	for _, p := range profiles {
		for i := range p.Sites {
			ours := 0
			for _, f := range p.Sites[i].Stack {
				fn, seen := found[f]
				if !seen {
					if fn = m.function(f); fn != nil {
						frames = append(frames, f)
					}
					found[f] = fn
				}
				if fn != nil {
					ours++
				}
				if p.Kind == profile.Heap && ours == maxSpots {
					break
				}
			}
		}
	}
	for _, f := range frames { // profiles of another join may be of another build
		found[f].moved, found[f].edited = 0, 0
	}
	for _, f := range frames {
		if fn := found[f]; f.Start > 0 && fn.moved == 0 {
			fn.moved = fn.start - f.Start
		}
	}
	for _, f := range frames {
		fn := found[f]
		fn.lines = append(fn.lines, fn.line(f))
	}
	spots := make(map[*profile.Frame]spot)
	for _, f := range frames {
		fn := found[f]
		if fn.lines != nil {
			fn.edited = fn.edits()
			fn.lines = nil
		}
		if line := fn.line(f); fn.start <= line && line <= fn.end {
			spots[f] = spot{fn.file, line, fn.start}
		}
	}
	return spots
}

// line returns the line of today that a frame of the function is about, as far as is
// known.
func (fn *function) line(f *profile.Frame) int {
	if f.Start > 0 {
		return f.Line + fn.start - f.Start + fn.edited
	}
	return f.Line + fn.moved + fn.edited
}

// maxEdit is by how many lines an edit at the beginning of a function may have moved
// what follows.
const maxEdit = 20

// edits returns by how many lines the body of a function has moved in it, as far as
// profiles tell: where they have lines on which nothing happens it has, by the smallest
// number that brings all of them to lines on which something does.
func (fn *function) edits() int {
	fits := func(by int) bool {
		for _, line := range fn.lines {
			if i := line + by - fn.start; i < 0 || i >= len(fn.acts) || !fn.acts[i] {
				return false
			}
		}
		return true
	}
	for by := range maxEdit + 1 {
		if fits(by) {
			return by
		}
		if fits(-by) {
			return -by
		}
	}
	return 0
}

// function returns the function of the module that a frame is about, nil if there is none.
func (m *Module) function(f *profile.Frame) *function {
	if f.Line <= 0 {
		return nil
	}
	name := m.named(f.Func)
	base := f.File[strings.LastIndexAny(f.File, `/\`)+1:]
	candidates := m.mains
	if name.path != "main" {
		candidates = nil
		if c := m.packages[name.path]; c != nil {
			candidates = []*code{c}
		}
	}
	var best *function
	most := 0
	for _, c := range candidates {
		m.parse(c)
		for _, decl := range name.decls {
			fn := c.decls[decl]
			if fn == nil {
				continue
			}
			fn = fn.literal(name.literals)
			if len(candidates) == 1 && filepath.Base(fn.file) == base {
				return fn
			}
			if n := common(fn.file, f.File); best == nil || n > most {
				best, most = fn, n
			}
			break
		}
	}
	if most > 0 {
		return best
	}
	// The path of the module, or of a copy of it, is another one; or a literal was inlined,
	// which then has the name of where that is. Otherwise the function has moved to another file.
	for _, w := range m.byBase[base] {
		if n := common(w.file, f.File); n > most && n >= 2 {
			m.parse(w.of)
			if fn := at(w.of.byFile[w.file], f); fn != nil {
				best, most = fn, n
			}
		}
	}
	return best
}

// at returns the function of a file that begins where that of a frame does or, if that
// is not known, goes over its line.
func at(functions []*function, f *profile.Frame) *function {
	for _, fn := range slices.Backward(functions) { // literals before what they are in
		if fn.start == f.Start || f.Start == 0 && fn.start <= f.Line && f.Line <= fn.end {
			return fn
		}
	}
	return nil
}

// literal returns a literal in the function by the numbers that the compiler gives
// them, or the one around it that there is.
func (fn *function) literal(numbers []int) *function {
	for _, n := range numbers {
		if n < 1 || n > len(fn.literals) {
			break
		}
		fn = fn.literals[n-1]
	}
	return fn
}

// common returns how many elements of two paths are the same at their ends.
func common(a, b string) int {
	elems := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '\\' })
	}
	x, y := elems(a), elems(b)
	n := 0
	for n < len(x) && n < len(y) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}

// A name is one of the runtime, taken apart.
type name struct {
	path     string   // of the package
	decls    []string // what the declared function may be called in it, the likeliest first
	literals []int    // the numbers of literals, from the outermost to the innermost
}

// named takes a name of the runtime apart. What was inlined into another function has that
// one's name before its own.
func (m *Module) named(text string) name {
	n, ok := m.names[text]
	if !ok {
		n.path, n.decls, n.literals = parse(text)
		m.names[text] = n
	}
	return n
}

func parse(name string) (path string, decls []string, literals []int) {
	name = withoutBrackets(name)
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return "", nil, nil
	}
	path, rest := name[:slash+dot], name[slash+dot+1:]
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	rest = strings.TrimSuffix(rest, "-fm")
	var names []string
	if recv, method, ok := strings.Cut(rest, ")."); ok && strings.HasPrefix(rest, "(") {
		names, rest = append(names, strings.TrimLeft(recv, "(*")), method
	}
	for part := range strings.SplitSeq(rest, ".") {
		part, _, _ = strings.Cut(part, "-range")
		if n, ok := number(part); ok && len(names) > 0 {
			literals = append(literals, n)
		} else if part != "" && len(literals) == 0 {
			names = append(names, part)
		}
	}
	switch {
	case len(names) == 0 || names[0] == "init" || names[0] == "glob":
		// Of the initialization of a package there may be many.
		return path, nil, nil
	case len(names) == 1:
		return path, names, literals
	}
	return path, []string{names[0] + "." + names[1], names[0]}, literals
}

// number returns N of funcN, gowrapN and the like, and of N itself.
func number(part string) (int, bool) {
	for _, prefix := range []string{"func", "gowrap", "deferwrap", ""} {
		if digits, ok := strings.CutPrefix(part, prefix); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				if prefix != "func" && prefix != "" {
					n = 0 // counted apart; no literal is the 0th
				}
				return n, true
			}
		}
	}
	return 0, false
}

// withoutBrackets leaves out type arguments.
func withoutBrackets(name string) string {
	if !strings.Contains(name, "[") {
		return name
	}
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '[':
			depth++
			return -1
		case ']':
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, name)
}

// parse reads the files of a package. What cannot be read or parsed has no functions.
func (m *Module) parse(c *code) {
	c.once.Do(func() { m.parseOnce(c) })
}

func (m *Module) parseOnce(c *code) {
	c.decls, c.byFile = make(map[string]*function), make(map[string][]*function)
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
			fn := b.function(d)
			if d, ok := d.(*ast.FuncDecl); ok && c.decls[declName(d)] == nil {
				c.decls[declName(d)] = fn
			}
		}
		c.byFile[name] = b.all
	}
}

// declName returns "F" or "T.M".
func declName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	typ := d.Recv.List[0].Type
	for {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.ParenExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// A builder makes functions of syntax.
type builder struct {
	fset *token.FileSet
	file string
	all  []*function // in the order of their beginnings
}

func (b *builder) line(pos token.Pos) int { return b.fset.PositionFor(pos, false).Line }

// function returns the function of a declaration or literal, with those in it.
func (b *builder) function(n ast.Node) *function {
	fn := &function{file: b.file, start: b.line(n.Pos()), end: b.line(n.End())}
	fn.acts = make([]bool, fn.end-fn.start+1)
	acts := func(pos token.Pos) { fn.acts[b.line(pos)-fn.start] = true }
	b.all = append(b.all, fn)
	// Deferred calls run where the function returns.
	fn.acts[fn.end-fn.start] = true
	ast.Inspect(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.FuncLit:
			acts(x.Pos())
			if x != n {
				fn.literals = append(fn.literals, b.function(x))
				return false
			}
		case *ast.CallExpr:
			for line := b.line(x.Pos()); line <= b.line(x.Lparen); line++ {
				fn.acts[line-fn.start] = true
			}
		case *ast.CompositeLit, *ast.UnaryExpr, *ast.SendStmt, *ast.SelectStmt, *ast.RangeStmt, *ast.GoStmt, *ast.AssignStmt, *ast.BinaryExpr, *ast.ReturnStmt, *ast.CommClause:
			acts(x.Pos())
		}
		return true
	})
	return fn
}
