package driver

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/cache"
)

func TestGoVersion(t *testing.T) {
	std := listPackage{ImportPath: "fmt", Standard: true}
	for _, test := range []struct {
		pkg       listPackage
		toolchain string
		want      string
	}{
		{listPackage{Module: &analysis.Module{GoVersion: "1.22"}}, "go1.26.8", "go1.22"},
		{listPackage{Module: &analysis.Module{}}, "go1.26.8", "go1.16"},
		{std, "go1.26.8", "go1.26.8"},
		{std, "go1.27.1-custom X:loopvar", "go1.27.1"},
		{std, "devel go1.28-abcdef", ""},
		{listPackage{ImportPath: "command-line-arguments"}, "go1.26.8", "go1.26.8"},
		{listPackage{ImportPath: "below/gopath"}, "go1.26.8", ""},
	} {
		if got := goVersion(&test.pkg, test.toolchain); got != test.want {
			t.Errorf("goVersion(%s, %q) = %q, want %q", test.pkg.ImportPath, test.toolchain, got, test.want)
		}
	}
}

func TestSkew(t *testing.T) {
	if got := skew("go1.26.8", "go1.26.1"); got != "" {
		t.Errorf("a newer patch: %q", got)
	}
	if got := skew("go1.25.0", "go1.26.1"); got != "" {
		t.Errorf("an older toolchain: %q", got)
	}
	want := "memlint: built with go1.26, cannot read all of go1.27; build it again with go1.27"
	if got := skew("go1.27.1", "go1.26.1"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFactsAreDeterministic checks that the same facts are the same bytes,
// and that objects that others cannot name are left out.
func TestFactsAreDeterministic(t *testing.T) {
	encode := func() ([]byte, *factSet) {
		pkg := types.NewPackage("p", "p")
		s := &factSet{pkg: pkg, own: make(map[ownKey]analysis.Fact)}
		for _, name := range []string{"A", "B", "C", "D", "unexported"} {
			obj := types.NewVar(0, pkg, name, types.Typ[types.Int])
			pkg.Scope().Insert(obj)
			s.exportObjectFact(obj, &depth{len(name)})
			s.exportObjectFact(obj, &deepest{2})
		}
		s.exportObjectFact(types.NewVar(0, pkg, "local", types.Typ[types.Int]), &depth{3})
		s.exportPackageFact(&deepest{4})
		data, err := s.encode(func(types.Object) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		return data, s
	}
	register(toys())
	first, _ := encode()
	for range 20 {
		if again, _ := encode(); !bytes.Equal(first, again) {
			t.Fatal("facts are encoded in different ways")
		}
	}
	if got, want := len((&unitFacts{encoded: first}).get()), 4*2+1; got != want {
		t.Errorf("%d facts, want %d", got, want)
	}
}

// TestRunSettings checks what an analyzer is told of the package.
func TestRunSettings(t *testing.T) {
	a := &analysis.Analyzer{Name: "settings", Doc: "settings", Run: func(pass *analysis.Pass) (any, error) {
		if pass.Module == nil || pass.Module.Path == "" || pass.Module.GoVersion == "" {
			t.Errorf("module is %+v", pass.Module)
		}
		if v := pass.Pkg.GoVersion(); v != "go"+pass.Module.GoVersion {
			t.Errorf("version is %q", v)
		}
		for _, f := range pass.Files {
			name := pass.Fset.File(f.FileStart).Name()
			src, err := pass.ReadFile(name)
			if err != nil || !bytes.Contains(src, []byte("package text")) {
				t.Errorf("ReadFile(%s) = %q, %v", name, src, err)
			}
			if pass.TypesInfo.FileVersions[f] == "" {
				t.Errorf("no version for %s", name)
			}
		}
		if _, err := pass.ReadFile("unit_test.go"); err == nil {
			t.Error("ReadFile reads files of other packages")
		}
		return nil, nil
	}}
	result, err := Run(context.Background(), Options{Analyzers: []*analysis.Analyzer{a}, Patterns: []string{"./text"}, Tests: true})
	if err != nil || len(result.Problems) > 0 || result.Packages != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
}

// TestRunCancelled checks that a run ends when it is told to.
func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	a := &analysis.Analyzer{Name: "cancels", Doc: "cancels", Run: func(pass *analysis.Pass) (any, error) {
		cancel()
		return nil, nil
	}}
	if _, err := Run(ctx, Options{Analyzers: []*analysis.Analyzer{a}, Patterns: []string{"./..."}}); err == nil {
		t.Error("no error")
	}
}

// TestDeclaration checks the names that findings are told apart by when lines
// move.
func TestDeclaration(t *testing.T) {
	const src = `package a

import "fmt"

type T[E any] struct{ e1 E }

var v1, v2 = 1, func() { f1() }

const (
	c1 = 2
)

func f1() { f2() }

func (t *T[E]) m1() { m2() }

func (t (T[E])) m3() { m4() }
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "a.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &analysisRun{fset: fset, files: []*ast.File{f}}
	for at, want := range map[string]string{
		"package": "", "fmt": "", "e1": "T", "f1() }": "v1, v2", "c1": "c1", "f2": "f1", "m2": "(*T).m1", "m4": "(T).m3",
	} {
		if got := r.declaration(f.FileStart + token.Pos(strings.Index(src, at))); got != want {
			t.Errorf("at %s: got %q, want %q", at, got, want)
		}
	}
}

// TestProgress checks what a run tells of itself.
func TestProgress(t *testing.T) {
	a := &analysis.Analyzer{Name: "nothing", Doc: "nothing", Run: func(*analysis.Pass) (any, error) { return nil, nil }}
	var steps []string
	_, err := Run(context.Background(), Options{
		Analyzers: []*analysis.Analyzer{a}, Patterns: []string{"./report", "./text"}, Workers: 1,
		Progress: func(done, total int, current string) {
			steps = append(steps, fmt.Sprintf("%d of %d, %s", done, total, current[strings.LastIndex(current, "/")+1:]))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(steps, "; "), "0 of 2, report; 1 of 2, text"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestChanged changes a file while it is analysed: analyzers are told, and
// nothing is kept of it.
func TestChanged(t *testing.T) {
	dir := newModule(t, "-- go.mod --\nmodule m\n\ngo 1.26\n-- m.go --\npackage m\n")
	ran := 0
	a := &analysis.Analyzer{Name: "edits", Doc: "edits", Run: func(pass *analysis.Pass) (any, error) {
		ran++
		name := pass.Fset.File(pass.Files[0].FileStart).Name()
		if src, err := pass.ReadFile(name); err != nil || string(src) != "package m\n" {
			t.Errorf("ReadFile = %q, %v", src, err)
		}
		for _, text := range []string{"package m // edited\n", "package m\n"} {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := pass.ReadFile(name)
			if edited := text != "package m\n"; (err != nil) != edited {
				t.Errorf("ReadFile after writing %q: %v", text, err)
			}
		}
		return nil, os.WriteFile(name, []byte("package m // last\n"), 0o666)
	}}
	c := cache.Open(t.TempDir())
	for range 2 {
		if err := os.WriteFile(filepath.Join(dir, "m.go"), []byte("package m\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Run(context.Background(), Options{Analyzers: []*analysis.Analyzer{a}, Dir: dir, Cache: c}); err != nil {
			t.Fatal(err)
		}
	}
	if ran != 2 {
		t.Errorf("analysed %d times, want 2", ran)
	}
}

// A panic is told with the place where it began, also if it went through package sync.
func TestPanicSite(t *testing.T) {
	once := sync.OnceFunc(func() { panic("a bug") })
	for _, run := range []func(){func() { panic("a bug") }, once} {
		_, err := call(&analysis.Analyzer{Run: func(*analysis.Pass) (any, error) { run(); return nil, nil }}, nil)
		if want := "panic: a bug (at unit_test.go:"; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
