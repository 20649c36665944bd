package effects

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"
)

// A program is a set of packages that are analysed in the order in which they
// are added, each with the facts of those before it.
type program struct {
	fset  *token.FileSet
	std   types.Importer
	pkgs  map[string]*types.Package
	facts map[types.Object][]analysis.Fact
	given map[types.Object][]analysis.Fact // as other packages see them
}

func newProgram() *program {
	fset := token.NewFileSet()
	return &program{
		fset:  fset,
		std:   importer.ForCompiler(fset, "gc", nil),
		pkgs:  make(map[string]*types.Package),
		facts: make(map[types.Object][]analysis.Fact),
		given: make(map[types.Object][]analysis.Fact),
	}
}

func (p *program) Import(path string) (*types.Package, error) {
	if pkg := p.pkgs[path]; pkg != nil {
		return pkg, nil
	}
	return p.std.Import(path)
}

// add analyses a package given by its files, a name and a text each.
func (p *program) add(tb testing.TB, path string, files ...string) *Package {
	tb.Helper()
	var syntax []*ast.File
	for i := 0; i+1 < len(files); i += 2 {
		f, err := parser.ParseFile(p.fset, files[i], files[i+1], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			tb.Fatal(err)
		}
		syntax = append(syntax, f)
	}
	info := &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		Instances:    make(map[*ast.Ident]types.Instance),
		FileVersions: make(map[*ast.File]string),
	}
	conf := types.Config{Importer: p, GoVersion: "go1.26"}
	pkg, err := conf.Check(path, p.fset, syntax, info)
	if err != nil {
		tb.Fatal(err)
	}
	p.pkgs[path] = pkg
	pass := &analysis.Pass{
		Analyzer:         Analyzer,
		Fset:             p.fset,
		Files:            syntax,
		Pkg:              pkg,
		TypesInfo:        info,
		Module:           &analysis.Module{Path: "example.com"},
		ImportObjectFact: p.importFact,
		ExportObjectFact: func(obj types.Object, fact analysis.Fact) { p.facts[obj] = append(p.facts[obj], fact) },
		ResultOf:         make(map[*analysis.Analyzer]any),
	}
	result, err := Analyzer.Run(pass)
	if err != nil {
		tb.Fatal(err)
	}
	pass.ResultOf[Analyzer] = result
	return Of(pass)
}

// TestFactsAreDetached checks that facts hold nothing but what drivers write to
// files: those that keep facts in memory would find something else.
func TestFactsAreDetached(t *testing.T) {
	p := newProgram()
	p.addDir(t, "exported")
	if len(p.facts) == 0 {
		t.Fatal("no facts")
	}
	for obj, facts := range p.facts {
		for _, fact := range facts {
			read := reflect.New(reflect.TypeOf(fact).Elem()).Interface().(analysis.Fact)
			if p.importFact(obj, read); !reflect.DeepEqual(read, fact) {
				t.Errorf("%s: %#v, read back as %#v", obj, fact, read)
			}
		}
	}
}

// TestAlone checks that analyzers of one package wait for each other.
func TestAlone(t *testing.T) {
	pass := &analysis.Pass{ResultOf: map[*analysis.Analyzer]any{Analyzer: new(lazily)}}
	var wg sync.WaitGroup
	var running atomic.Int32
	for range 8 {
		wg.Go(func() {
			_, err := Alone(func(*analysis.Pass) (any, error) {
				if running.Add(1) > 1 {
					t.Error("two at a time")
				}
				time.Sleep(time.Millisecond)
				running.Add(-1)
				return nil, nil
			})(pass)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestExports checks for which packages there are facts, also with a driver that
// knows of no modules.
func TestExports(t *testing.T) {
	read := func(string) ([]byte, error) { return nil, nil }
	for _, test := range []struct {
		name, file string
		pass       analysis.Pass
		want       bool
	}{
		{"below GOPATH", "/go/src/example.com/m/a.go", analysis.Pass{Pkg: types.NewPackage("example.com/m", "m"), ReadFile: read}, true},
		{"vendored below GOPATH", "/go/src/example.com/m/vendor/example.org/v/a.go", analysis.Pass{Pkg: types.NewPackage("example.com/m/vendor/example.org/v", "v"), ReadFile: read}, false},
		{"main module", "/src/m/a.go", analysis.Pass{Module: &analysis.Module{Path: "m"}, ReadFile: read}, true},
		{"dependency", "/mod/m/a.go", analysis.Pass{Module: &analysis.Module{Path: "m", Version: "v1.0.0"}, ReadFile: read}, false},
		{"standard library", "/go/src/a/a.go", analysis.Pass{Pkg: types.NewPackage("a", "a"), ReadFile: read}, false},
		{"nogo", "a/a.go", analysis.Pass{}, true},
		{"nogo, another repository", "external/org_example_m/a.go", analysis.Pass{}, false},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, test.file, "package a", 0)
		if err != nil {
			t.Fatal(err)
		}
		test.pass.Fset, test.pass.Files = fset, []*ast.File{f}
		if got := Exports(&test.pass); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

// importFact gives out facts as drivers do: what is not exported is lost on
// the way, and what several packages get is one and the same behind a copy.
func (p *program) importFact(obj types.Object, into analysis.Fact) bool {
	if p.given[obj] == nil {
		for _, fact := range p.facts[obj] {
			var buf bytes.Buffer
			given := reflect.New(reflect.TypeOf(fact).Elem()).Interface().(analysis.Fact)
			if gob.NewEncoder(&buf).Encode(fact) != nil || gob.NewDecoder(&buf).Decode(given) != nil {
				return false
			}
			p.given[obj] = append(p.given[obj], given)
		}
	}
	for _, fact := range p.given[obj] {
		if reflect.TypeOf(fact) == reflect.TypeOf(into) {
			reflect.ValueOf(into).Elem().Set(reflect.ValueOf(fact).Elem())
			return true
		}
	}
	return false
}

// TestFactsAreShared checks that a package does not change the facts that it is
// given: others are given the same, and they would keep its SSA in memory.
func TestFactsAreShared(t *testing.T) {
	p := newProgram()
	p.add(t, "example.com/a", "a.go", "package a\n\nvar V *int\n\nfunc Get() *int { return V }\n\nfunc Set(p *int) { V = p }\n")
	b := p.add(t, "example.com/b", "b.go", "package b\n\nimport \"example.com/a\"\n\nfunc F() *int { a.Set(new(int)); return a.Get() }\n\nvar _ = a.V\n")
	bound := 0
	for _, sum := range b.cached {
		for _, o := range sum.Ops {
			if o.global != nil || o.toGlobal != nil {
				bound++
			}
		}
	}
	if bound != 2 {
		t.Errorf("%d ops refer to variables, want 2", bound)
	}
	for obj, facts := range p.given {
		for _, fact := range facts {
			for _, o := range fact.(*Summary).Ops {
				if o.global != nil || o.toGlobal != nil || o.origin != nil {
					t.Errorf("fact of %s refers to SSA: %v", obj.Name(), o)
				}
			}
		}
	}
}

// addDir analyses the files of a folder of testdata as one package.
func (p *program) addDir(tb testing.TB, name string) *Package {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", name, "*.go"))
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no files in testdata/%s (%v)", name, err)
	}
	var files []string
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		files = append(files, path, string(src))
	}
	return p.add(tb, "example.com/"+name, files...)
}

// TestSummaries compares the facts about the functions of testdata with the
// lines "effects(...)" in the comments above them.
func TestSummaries(t *testing.T) {
	p := newProgram()
	for _, dir := range []string{"summary", "exported", "caller"} {
		pkg := p.addDir(t, dir)
		for _, file := range pkg.IR.Pass.Files {
			for _, decl := range file.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				text := strings.TrimSpace(fn.Doc.Text())
				i := strings.LastIndex(text, "effects(")
				if i < 0 {
					continue
				}
				sum := new(Summary)
				if !p.importFact(pkg.IR.Pass.TypesInfo.Defs[fn.Name], sum) {
					t.Errorf("%s: no fact", p.fset.Position(fn.Pos()))
				} else if got := sum.String(); got != text[i:] {
					t.Errorf("%s: %s\n got %s\nwant %s", p.fset.Position(fn.Pos()), fn.Name.Name, got, text[i:])
				}
			}
		}
	}
}

// TestRepeatable checks that the calls of functions named once are in once
// code, and those of functions named often in repeatable code.
func TestRepeatable(t *testing.T) {
	p := newProgram()
	for _, dir := range []string{"phase", "command"} {
		pkg := p.addDir(t, dir)
		calls := 0
		for _, fn := range pkg.IR.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					call, ok := instr.(*ssa.Call)
					if !ok || call.Call.StaticCallee() == nil {
						continue
					}
					name := call.Call.StaticCallee().Name()
					if name != "once" && name != "often" {
						continue
					}
					calls++
					if got := pkg.Repeatable(call); got != (name == "often") {
						t.Errorf("%s: a call of %s; repeatable is %t", p.fset.Position(call.Pos()), name, got)
					}
				}
			}
		}
		if calls == 0 {
			t.Errorf("no calls in %s", dir)
		}
	}
}

// TestStd checks std.txt against the standard library of the toolchain: the
// functions exist, with the parameters and results that their effects name.
func TestStd(t *testing.T) {
	funcs, pure := stdTable()
	imp := importer.ForCompiler(token.NewFileSet(), "gc", nil)
	byName := make(map[string]*types.Func)
	imported := make(map[string]bool)
	load := func(path string) {
		if imported[path] {
			return
		}
		imported[path] = true
		pkg, err := imp.Import(path)
		if err != nil {
			t.Error(err)
			return
		}
		for _, name := range pkg.Scope().Names() {
			switch obj := pkg.Scope().Lookup(name).(type) {
			case *types.Func:
				byName[obj.FullName()] = obj
			case *types.TypeName:
				for _, sel := range typeutil.IntuitiveMethodSet(obj.Type(), nil) {
					fn := sel.Obj().(*types.Func)
					byName[fn.FullName()] = fn
				}
			}
		}
	}
	for path := range pure {
		load(path)
	}
	for _, name := range slices.Sorted(maps.Keys(funcs)) {
		path := strings.TrimLeft(name, "(*")
		path = path[:strings.LastIndexByte(path, '/')+1] + strings.SplitN(path[strings.LastIndexByte(path, '/')+1:], ".", 2)[0]
		load(path)
		fn := byName[name]
		if fn == nil {
			t.Errorf("%s does not exist", name)
			continue
		}
		var params []types.Type
		if recv := fn.Signature().Recv(); recv != nil {
			params = append(params, recv.Type())
		}
		for p := range fn.Signature().Params().Variables() {
			params = append(params, p.Type())
		}
		results := fn.Signature().Results().Len()
		for _, op := range funcs[name].Ops {
			toResult := op.Kind == Return || op.Kind == Fill
			switch {
			case op.Param >= len(params) || op.Key >= len(params), op.Kind == Store && op.To >= len(params):
				t.Errorf("%s: %s: it has %d parameters", name, op, len(params))
			case toResult && op.To >= results:
				t.Errorf("%s: %s: it has %d results", name, op, results)
			case op.Kind == Call:
				if _, ok := params[op.Param].Underlying().(*types.Signature); !ok {
					t.Errorf("%s: %s: p%d is no function", name, op, op.Param)
				}
			}
		}
	}
}

// Effects read as they are written.
func TestParseOp(t *testing.T) {
	funcs, _ := stdTable()
	for name, sum := range funcs {
		for _, op := range sum.Ops {
			text := op.String()
			if subject, holder, ok := strings.Cut(text, " -> @"); ok {
				text = subject + " -> @" + strings.ReplaceAll(holder, " ", "_")
			}
			if got := parseOp(text); got != op {
				t.Errorf("%s: %s reads as %s", name, op, got)
			}
		}
	}
}

// Nothing is said twice in std.txt: the later line would win.
func TestStdOnce(t *testing.T) {
	seen := make(map[string]bool)
	for line := range strings.Lines(stdText) {
		name, _, ok := strings.Cut(line, ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, n := range expand(name) {
			if seen[n] {
				t.Errorf("%s is there twice", n)
			}
			seen[n] = true
		}
	}
}

// Facts are the same in every run: drivers compare them.
func TestDeterministic(t *testing.T) {
	var runs []string
	for range 3 {
		p := newProgram()
		var facts []string
		for _, dir := range []string{"summary", "exported", "caller"} {
			p.addDir(t, dir)
		}
		for obj, fs := range p.facts {
			for _, f := range fs {
				facts = append(facts, fmt.Sprint(p.fset.Position(obj.Pos()), " ", obj.Name(), " ", f))
			}
		}
		slices.Sort(facts)
		runs = append(runs, strings.Join(facts, "\n"))
	}
	if runs[0] != runs[1] || runs[1] != runs[2] {
		t.Error("two runs have different facts")
	}
}

// Facts about what a package declares are the same whether its tests are
// analysed with it or not, whatever tests do to it: set its variables, release
// its fields, call into a cycle of functions from elsewhere.
func TestFactsWithoutTests(t *testing.T) {
	const code = `package a

import "io"

type Conn struct {
	feed io.Closer
	all  []io.Closer
	by   map[string]int
}

func (c *Conn) Add(x io.Closer) { c.all = append(c.all, x) }

var names = []string{"a", "b"}

func (c *Conn) Count() {
	for _, name := range names {
		c.by[name]++
	}
}

type sink interface{ put(io.Closer) }

type nowhere struct{}

func (nowhere) put(io.Closer) {}

var out sink = nowhere{}

func Give(x io.Closer) { out.put(x) }

func Even(c *Conn, n int) { odd(c, n-1) }
func odd(c *Conn, n int)  { Even(c, n-1); c.all = append(c.all, c.feed) }
`
	const tests = `package a

import (
	"io"
	"testing"
)

type keeper struct{ kept []io.Closer }

func (k *keeper) put(x io.Closer) { k.kept = append(k.kept, x) }

var first = func() int { odd(new(Conn), 3); return 0 }()

func TestConn(t *testing.T) {
	out = &keeper{}
	names = append(names, t.Name())
	c := new(Conn)
	c.Count()
	c.feed.Close()
	c.all = nil
}
`
	facts := func(files ...string) string {
		p := newProgram()
		p.add(t, "example.com/a", files...)
		var lines []string
		for obj, facts := range p.facts {
			if strings.HasSuffix(p.fset.File(obj.Pos()).Name(), "_test.go") {
				continue
			}
			for _, fact := range facts {
				lines = append(lines, fmt.Sprintf("%s: %s", obj, fact))
			}
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	without, with := facts("a.go", code), facts("a.go", code, "a_test.go", tests)
	if without != with {
		t.Errorf("without tests:\n%s\nwith tests:\n%s", without, with)
	}
	for _, want := range []string{"Conn).Count(): effects()", "Give(x io.Closer): effects()", "shrinks", "released(Close)"} {
		if has, should := strings.Contains(without, want), strings.HasSuffix(want, "effects()"); has != should {
			t.Errorf("%q is in the facts: %t, want %t\n%s", want, has, should, without)
		}
	}
}
