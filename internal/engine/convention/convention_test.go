package convention

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// stubs are packages that look like those of their paths.
var stubs = map[string]string{
	"context":                       `package context; type Context interface{ Done() <-chan struct{} }`,
	"net/http":                      `package http; type ResponseWriter interface{ Write([]byte) (int, error) }; type Request struct{}; type Handler interface{ ServeHTTP(ResponseWriter, *Request) }`,
	"net/rpc":                       `package rpc; type Server struct{}`,
	"github.com/gin-gonic/gin":      `package gin; type Context struct{}`,
	"github.com/labstack/echo/v4":   `package echo; type Context interface{ Path() string }`,
	"github.com/segmentio/kafka-go": `package kafka; type Message struct{ Key []byte }`,
	"example.com/pb":                `package pb; type message struct{}; type Request struct{}; func (*Request) ProtoReflect() message; type Reply struct{}; func (*Reply) ProtoReflect() message`,
	"github.com/spf13/cobra":        `package cobra; type Command struct{ RunE func(*Command, []string) error }`,
}

type importer map[string]*types.Package

func (im importer) Import(path string) (*types.Package, error) {
	if pkg := im[path]; pkg != nil {
		return pkg, nil
	}
	source, ok := stubs[path]
	if !ok {
		return nil, fmt.Errorf("no stub of %s", path)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "stub.go", source, 0)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: im, Error: func(error) {}} // functions without bodies
	pkg, _ := conf.Check(path, fset, []*ast.File{file}, nil)
	im[path] = pkg
	return pkg, nil
}

// check returns the package that source is.
func check(t *testing.T, source string) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: make(importer)}
	pkg, err := conf.Check("example.com/a", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func TestHandlerOf(t *testing.T) {
	for _, test := range []struct {
		imports, decl string
		want          string // per and what carries; "" if it handles nothing
	}{
		{"net/http", "func f(w http.ResponseWriter, r *http.Request) {}", "request [1]"},
		{"net/http", "func f(n int, w http.ResponseWriter, r *http.Request) {}", "request [2]"},
		{"net/http", "func f(r *http.Request) {}", ""},
		{"net/http", "func f(next http.Handler) http.Handler { return next }", ""},
		{"github.com/gin-gonic/gin", "func f(c *gin.Context) {}", "request [0]"},
		{"github.com/gin-gonic/gin", "func f() func(*gin.Context) { return nil }", ""},
		{"github.com/gin-gonic/gin", "func f(c *gin.Context) *gin.Context { return c }", ""},
		{"github.com/labstack/echo/v4", "func f(c echo.Context) error { return nil }", "request [0]"},
		{"github.com/segmentio/kafka-go", "func f(m kafka.Message) error { return nil }", "message [0]"},
		{"context example.com/pb", "type s struct{}; func (s) f(ctx context.Context, r *pb.Request) (*pb.Reply, error) { return nil, nil }", "request [1]"},
		{"context example.com/pb", "func f(ctx context.Context, r *pb.Request) (*pb.Reply, error) { return nil, nil }", ""},
		{"context example.com/pb", "type s struct{}; func (s) f(ctx context.Context, r *pb.Request) error { return nil }", ""},
		{"net/rpc", "var _ rpc.Server; type s struct{}; func (s) F(args int, reply *string) error { return nil }", "call [0]"},
		{"net/rpc", "var _ rpc.Server; type s struct{}; func (s) f(args int, reply *string) error { return nil }", ""},
		{"", "type s struct{}; func (s) F(args int, reply *string) error { return nil }", ""},
		{"", "type Request struct{}; func handle(r *Request) {}", ""},
	} {
		source := "package a\n"
		for path := range strings.FieldsSeq(test.imports) {
			source += fmt.Sprintf("import %q\n", path)
		}
		pkg := check(t, source+test.decl)
		var fn *types.Func
		for _, name := range pkg.Scope().Names() {
			switch obj := pkg.Scope().Lookup(name).(type) {
			case *types.Func:
				fn = obj
			case *types.TypeName:
				if n := obj.Type().(*types.Named); n.NumMethods() > 0 {
					fn = n.Method(0)
				}
			}
		}
		h, ok := HandlerOf(fn, fn.Signature(), func(path string) bool { return strings.Contains(test.imports, path) })
		got := ""
		if ok {
			got = fmt.Sprint(h.Per, " ", h.Carries)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.decl, got, test.want)
		}
	}
}

func TestPath(t *testing.T) {
	for path, want := range map[string]string{
		"github.com/labstack/echo/v4":            "github.com/labstack/echo",
		"example.com/a/vendor/github.com/x/y/v2": "github.com/x/y",
		"gopkg.in/yaml.v3":                       "gopkg.in/yaml",
		"github.com/nats-io/nats.go":             "github.com/nats-io/nats.go",
		"github.com/twmb/franz-go/pkg/kgo":       "github.com/twmb/franz-go/pkg/kgo",
		"github.com/x/y/v5/z":                    "github.com/x/y/z",
	} {
		if got := Path(types.NewPackage(path, "p")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestImportable(t *testing.T) {
	for path, want := range map[string]bool{
		"example.com/a":            true,
		"example.com/a/internal/b": false,
		"example.com/internal":     false,
	} {
		if got := Importable(types.NewPackage(path, "p")); got != want {
			t.Errorf("%s: %t, want %t", path, got, want)
		}
	}
	if Importable(types.NewPackage("example.com/cmd", "main")) {
		t.Error("package main is importable")
	}
}

func TestEnds(t *testing.T) {
	for _, test := range []struct {
		decl                   string
		ends, undoes, teardown bool
	}{
		{"func (t) Close() error { return nil }", true, true, true},
		{"func (t) Close(code int, why string) error { return nil }", true, false, false},
		{"func (t) Close() (int, error) { return 0, nil }", true, false, true},
		{"func (t) Close(x int) *t { return nil }", false, false, false},
		{"func Close(x *t) {}", false, false, false},
		{"func (t) stop() {}", true, true, true},
		{"func (t) stopped() bool { return true }", false, false, false},
		{"func (t) Stopping() {}", false, false, false},
		{"func (t) closeAll() {}", false, false, false},
		{"func (t) RemoveListener(x *t) bool { return true }", false, true, false},
		{"func (t) Removed(x *t) bool { return true }", false, false, false},
		{"func (t) Remove(x *t) *t { return x }", false, false, false},
		{"func (t) DeleteOldest() *t { return nil }", false, false, false},
		{"func Off(x *t) {}", false, true, false},
		{"func Offer(x *t) {}", false, false, false},
	} {
		pkg := check(t, "package a\ntype t struct{}\n"+test.decl)
		fn, _ := pkg.Scope().Lookup("Close").(*types.Func)
		for _, name := range pkg.Scope().Names() {
			if f, ok := pkg.Scope().Lookup(name).(*types.Func); ok {
				fn = f
			}
		}
		if n := pkg.Scope().Lookup("t").Type().(*types.Named); n.NumMethods() > 0 {
			fn = n.Method(0)
		}
		if got := Ends(fn); got != test.ends {
			t.Errorf("%s: ends %t", test.decl, got)
		}
		if got := Undoes(fn); got != test.undoes {
			t.Errorf("%s: undoes %t", test.decl, got)
		}
		if got := IsTeardown(fn); got != test.teardown {
			t.Errorf("%s: teardown %t", test.decl, got)
		}
	}
}

func TestMayEnd(t *testing.T) {
	for decl, want := range map[string]bool{
		"type i interface{ Finish() error }":                      true,
		"type i interface{ Finish() }":                            true,
		"type i interface{ Finish(x int) }":                       false,
		"type i interface{ Next() string }":                       false,
		"type i interface{ Flush() error; Close() error }":        false,
		"type i struct{}; func (i) Finish() error { return nil }": false,
	} {
		n := check(t, "package a\n"+decl).Scope().Lookup("i").Type().(*types.Named)
		fn := (*types.Func)(nil)
		if u, ok := n.Underlying().(*types.Interface); ok {
			for m := range u.Methods() {
				if m.Name() != "Close" {
					fn = m
				}
			}
		} else {
			fn = n.Method(0)
		}
		if got := MayEnd(fn); got != want {
			t.Errorf("%s: %t", decl, got)
		}
	}
}

func TestRunsCommand(t *testing.T) {
	const flags = "type flags struct{}; func (flags) Flag(name, help string) *int { return nil }; "
	for _, test := range []struct {
		decl, member string
		want         bool
	}{
		{flags + "func (flags) Arg(name, help string) *int { return nil }; type T struct{ flags }", "Action", true},
		{flags + "func (flags) Arg(name, help string) *int { return nil }; type T struct{ flags }", "Flag", false},
		{flags + "func (flags) Arg(n int) *int { return nil }; type T struct{ flags }", "Action", false},
		{flags + "type T struct{ flags }", "Action", false},
		{"type T struct{ Name, Usage string; Action func() error; Commands []*T }", "Action", true},
		{"type T struct{ Name, Usage string; Action func() error; Commands []*T }", "Before", true},
		{"type T struct{ Name string; Action func() error }", "Action", false},
	} {
		pkg := check(t, "package a\n"+test.decl)
		if got := RunsCommand(pkg.Scope().Lookup("T").Type(), test.member); got != test.want {
			t.Errorf("%s of %s: %t, want %t", test.member, test.decl, got, test.want)
		}
	}
}
