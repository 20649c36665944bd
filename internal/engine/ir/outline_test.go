package ir_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/memlint/memlint/internal/engine/ir"
)

func TestOutline(t *testing.T) {
	tests := []struct {
		file, decl string
		read       bool
	}{
		{"a_test.go", `func TestX(t *testing.T) { f() }`, false},
		{"a_test.go", `func Test(t *testing.T) { f() }`, false},
		{"a_test.go", `func TestMain(m *testing.M) { f() }`, false},
		{"a_test.go", `func Test_x(t *testing.T) { f() }`, false},
		{"a_test.go", `func BenchmarkX(b *testing.B) { f() }`, false},
		{"a_test.go", `func FuzzX(f *testing.F) { f() }`, false},
		{"a_test.go", `func ExampleX() { f() }`, false},
		{"a_test.go", `func (s *suite) TestX() { f() }`, false},
		{"a_test.go", `func (s *suite) TestX(c *check.C) { f() }`, false},
		{"a_test.go", `func Testify() { f() }`, true},
		{"a_test.go", `func TestName(name string, t *testing.T) { f() }`, true},
		{"a_test.go", `func TestDir() string { return f() }`, true},
		{"a_test.go", `func TestOf[T any](t *testing.T) { f() }`, true}, // Go wants a body
		{"a_test.go", `func helper(t *testing.T) { f() }`, true},
		{"a_test.go", `func init() { f() }`, true},
		{"a_test.go", `func TestX(t *testing.T) { x := f(); runtime.SetFinalizer(x, x.Close) }`, true},
		{"a_test.go", `func TestX(t *testing.T) { x := f(); runtime.AddCleanup(x, g, 1) }`, true},
		{"a.go", `func TestX(t *testing.T) { f() }`, true},
		{"a.go", `func main() { f() }`, true},
	}
	for _, test := range tests {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, test.file, "package a\n"+test.decl, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		outline := ir.Outline(fset, file)
		if read := outline.Decls[0].(*ast.FuncDecl).Body != nil; read != test.read {
			t.Errorf("%s: %s: the outline has a body: %t", test.file, test.decl, read)
		}
		if file.Decls[0].(*ast.FuncDecl).Body == nil {
			t.Errorf("%s: the file has lost a body", test.decl)
		}
		if test.read && outline != file {
			t.Errorf("%s: copied although it is read", test.decl)
		}
	}
}

// What tests do is known by the names they use.
func TestTested(t *testing.T) {
	p := buildFile(t, "a_test.go", `package a

func helper() { unseen() }
func unseen() {}

func TestX() { x := table{}; x.helped.Close() }

type table struct{ helped closer }
type closer struct{}

func (closer) Close() {}
`)
	for name, want := range map[string]bool{"helped": true, "Close": true, "table": true, "TestX": false, "helper": false, "unseen": false} {
		if got := p.Tested(name); got != want {
			t.Errorf("Tested(%q) = %t", name, got)
		}
	}
	for _, fn := range p.Funcs {
		if fn.Name() == "TestX" {
			t.Error("the test is read")
		}
	}
}
