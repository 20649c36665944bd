package skeleton

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestStrip(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"body", "func f() { g() }", "func f() {     }"},
		{"lines", "func f() {\n\tg()\n}\n", "func f() {\n    \n}\n"},
		{"method", "func (t *T[P]) f(x struct{ a int }) interface{ M() } { return nil }", "func (t *T[P]) f(x struct{ a int }) interface{ M() } {            }"},
		{"braces in literals", "func f() { _ = \"}\"; _ = '}'; _ = `}` /* } */ } // }", "func f() {                                   } // }"},
		{"quotes", "func f() { _ = \"\\\"}\"; _ = '\\'' }; var x = 1", "func f() {                     }; var x = 1"},
		{"no body", "func f()\n\nvar x = T{1}\n", "func f()\n\nvar x = T{1}\n"},
		{"type", "type F func()\n\nvar x = T{1}\n", "type F func()\n\nvar x = T{1}\n"},
		{"literal", "var f = func() { g() }", "var f = func() { g() }"},
		{"in a list", "var (\n\tx = T{\n\tfunc() {},\n}\n)", "var (\n\tx = T{\n\tfunc() {},\n}\n)"},
		{"parameters in lines", "func f(\n\ta int,\n) (\n\tb int,\n) { return 1 }", "func f(\n\ta int,\n) (\n\tb int,\n) {          }"},
		{"generic", "func f[T interface{ ~int | struct{} }](t T) { g() }", "func f[T interface{ ~int | struct{} }](t T) {     }"},
		{"no end", "func f() { g(", "func f() {   "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(Strip([]byte(test.src))); got != test.want {
				t.Errorf("got\n%q, want\n%q", got, test.want)
			}
		})
	}
}

func TestSum(t *testing.T) {
	const src = "//go:build go1.22\n\n// Doc.\npackage p\n\nimport \"fmt\"\n\n// F prints.\nfunc F(a, b int) error { fmt.Println(a, b); return nil }\n\nvar x, y = 1, 2\n"
	sum := Sum([]byte(src))
	for _, test := range []struct {
		name, old, new string
		same           bool
	}{
		{"body", "fmt.Println(a, b)", "if a > b {\n\tpanic(1)\n}", true},
		{"comment", "// F prints.", "// F prints\n// more.", true},
		{"lines", "var x", "\n\n\nvar x", true},
		{"layout", "x, y = 1, 2", "x,   y\t=  1, 2", true},
		{"line instead of blank", "var x, y =", "var x, y\n=", false},
		{"signature", "b int", "b int64", false},
		{"name of a parameter", "a, b int", "a, c int", false},
		{"order", "var x, y", "var y, x", false},
		{"import", "\"fmt\"", "fmt \"log\"", false},
		{"version", "go1.22", "go1.21", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			edited := strings.Replace(src, test.old, test.new, 1)
			if got := Sum([]byte(edited)) == sum; got != test.same || edited == src {
				t.Errorf("%q instead of %q: same is %v", test.new, test.old, got)
			}
		})
	}
}

// TestLibrary checks that in the standard library what is left out are the bodies of
// declared functions, no more and no less.
func TestLibrary(t *testing.T) {
	src := library(t)
	n := 0
	err := filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if n++; filepath.Ext(name) != ".go" || testing.Short() && n%10 != 0 {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil
		}
		want := make(map[int]int)
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				want[fset.Position(fn.Body.Lbrace).Offset+1] = fset.Position(fn.Body.Rbrace).Offset
			}
		}
		for start, end := range bodies(text) {
			if at, ok := want[start]; !ok || at != end {
				t.Errorf("%s: left out %q, which is no body", name, text[start:end])
			}
			delete(want, start)
		}
		for start, end := range want {
			t.Errorf("%s: %q is not left out", name, text[start:end])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// library returns the folder of the standard library.
func library(t testing.TB) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(root)), "src")
}

func BenchmarkSum(b *testing.B) {
	text, err := os.ReadFile(filepath.Join(library(b), "net/http/server.go"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Sum(text)
	}
}
