package driver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
)

// TestSession edits a package. After each step the session has to find what the
// command would, and it must not ask the go command where nothing that it reads
// has changed.
func TestSession(t *testing.T) {
	const (
		p3      = "p/p.go:8:6: P is 3 calls deep (chain/deep)"
		q4      = "p/q.go:3:6: Q is 4 calls deep (chain/deep)"
		q4below = "p/q.go:7:6: Q is 4 calls deep (chain/deep)"
		q3below = "p/q.go:7:6: Q is 3 calls deep (chain/deep)"
		test    = "p/p_test.go:5:25: println is for debugging (prints/println)"
	)
	e := newEditing(t)
	for _, step := range []struct {
		name string
		do   func()
		dir  string
		asks bool
		want []string // nil is a problem of p/q.go
	}{
		{"open", func() {}, "p", true, []string{p3, test, q4}},
		{"nothing changed", func() {}, "p", false, []string{p3, test, q4}},
		{"function", func() { e.typed("p/q.go", "P()", "println()") }, "p", false, []string{p3, test, "p/q.go:3:12: println is for debugging (prints/println)"}},
		{"comment", func() { e.typed("p/q.go", "package p\n", "// Package p.\npackage p // p\n") }, "p", false, []string{p3, test, "p/q.go:4:12: println is for debugging (prints/println)"}},
		{"import that is known", func() {
			e.typed("p/q.go", "\n\nfunc Q() { println() }", "\n\nimport \"os\"\n\nfunc Q() { os.Exit(1) }")
		}, "p", false, []string{p3, test}},
		{"type error", func() { e.typed("p/q.go", "os.Exit(1)", "os.Exit(x)") }, "p", false, nil},
		{"syntax error", func() { e.typed("p/q.go", "os.Exit(x)", "os.Exit(") }, "p", false, nil},
		{"mended", func() { delete(e.buffers, e.file("p/q.go")) }, "p", false, []string{p3, test, q4}},
		{"import that is not known", func() {
			e.typed("p/q.go", "package p\n", "package p\n\nimport \"net/mail\"\n\nvar _ mail.Address\n")
		}, "p", true, []string{p3, test, q4below}},
		{"saved", func() { e.save("p/q.go", string(e.buffers[e.file("p/q.go")])) }, "p", false, []string{p3, test, q4below}},
		{"new buffer", func() { e.buffers[e.file("p/new.go")] = []byte("package p\n\nfunc New() { println() }\n") }, "p", true, []string{"p/new.go:3:14: println is for debugging (prints/println)", p3, test, q4below}},
		{"build constraint", func() { e.typed("p/new.go", "package p\n", "//go:build never\n\npackage p\n") }, "p", true, []string{p3, test, q4below}},
		{"buffer gone", func() { delete(e.buffers, e.file("p/new.go")) }, "p", true, []string{p3, test, q4below}},
		{"dependency saved", func() { e.save("a/a.go", "package a\n\nfunc A() {}\n") }, "p", true, []string{test, q3below}},
		{"file of dependency", func() { e.save("a/b.go", "package a\n\nfunc init() {}\n") }, "p", true, []string{test, q3below}},
		{"no file of dependency", func() { e.remove("a/b.go") }, "p", true, []string{test, q3below}},
		{"go.mod", func() { e.save("go.mod", "module m\n\ngo 1.25\n") }, "p", true, []string{test, q3below}},
		{"external test", func() {}, "x", true, []string{"x/x_test.go:8:32: println is for debugging (prints/println)"}},
		{"external test typed", func() { e.typed("x/x_test.go", "println()", "println(); println()") }, "x", false, []string{"x/x_test.go:8:32: println is for debugging (prints/println)", "x/x_test.go:8:43: println is for debugging (prints/println)"}},
		{"what it tests is saved", func() { e.save("x/x.go", "package x\n\nfunc X() { println() }\n") }, "x", false, []string{"x/x.go:3:12: println is for debugging (prints/println)", "x/x_test.go:8:32: println is for debugging (prints/println)", "x/x_test.go:8:43: println is for debugging (prints/println)"}},
		{"no file at all", func() {
			delete(e.buffers, e.file("x/x_test.go"))
			e.remove("x/x.go")
			e.remove("x/x_test.go")
			e.buffers[e.file("x/x.go")] = []byte("package x\n\nfunc X() { println() }\n")
		}, "x", true, []string{"x/x.go:3:12: println is for debugging (prints/println)"}},
	} {
		step.do()
		before := e.session.views[e.file(step.dir)]
		got := e.check(step.dir)
		if asks := e.session.views[e.file(step.dir)] != before; asks != step.asks {
			t.Errorf("%s: asks the go command: %t, want %t", step.name, asks, step.asks)
		}
		if step.want == nil {
			if len(got) != 1 || !strings.HasPrefix(got[0], "q.go:") {
				t.Errorf("%s: found %q, want a problem of p/q.go", step.name, got)
			}
			continue
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: found\n%s", step.name, strings.Join(got, "\n"))
		}
		if want := e.commanded(step.dir); !slices.Equal(got, want) {
			t.Errorf("%s: the command finds\n%s", step.name, strings.Join(want, "\n"))
		}
	}
}

// TestSessionYoung checks that what changed while the go command looked is looked
// at again.
func TestSessionYoung(t *testing.T) {
	e := newEditing(t)
	soon := time.Now().Add(time.Minute)
	if err := os.Chtimes(e.file("a/a.go"), soon, soon); err != nil {
		t.Fatal(err)
	}
	e.check("p")
	before := e.session.views[e.file("p")]
	e.check("p")
	if e.session.views[e.file("p")] == before {
		t.Error("the go command was not asked again")
	}
}

// TestSessionBroken checks a package that does not compile on disk, and what
// imports it.
func TestSessionBroken(t *testing.T) {
	e := newEditing(t)
	e.save("a/a.go", "package a\n\nfunc A() { undefined() }\n")
	if got := e.check("a"); len(got) != 1 || !strings.Contains(got[0], "undefined") {
		t.Errorf("broken: %q", got)
	}
	e.typed("a/a.go", "undefined", "println")
	before := e.session.views[e.file("a")]
	if got := e.check("a"); !slices.Equal(got, []string{"a/a.go:3:12: println is for debugging (prints/println)"}) {
		t.Errorf("mended and not saved: %q", got)
	}
	if e.session.views[e.file("a")] != before {
		t.Error("the go command was asked again")
	}
	if got := e.check("p"); len(got) != 2 || !strings.HasSuffix(got[1], "p.go:5:2: not analysed: imports m/a, which has errors") {
		t.Errorf("what imports it: %q", got)
	}
}

// TestSessionExternal checks that tests in a package of their own see what is not
// saved of the package that they test.
func TestSessionExternal(t *testing.T) {
	e := newEditing(t)
	want := []string{"x/x_test.go:8:32: println is for debugging (prints/println)"}
	if got := e.check("x"); !slices.Equal(got, want) {
		t.Errorf("at first: %q", got)
	}
	e.typed("x/x_test.go", "x.X()", "x.Y()")
	if got := e.check("x"); len(got) != 1 || !strings.Contains(got[0], "undefined: x.Y") {
		t.Errorf("there is no Y: %q", got)
	}
	e.typed("x/x.go", "func X() {}", "func X() {}\n\nfunc Y() {}")
	if got := e.check("x"); !slices.Equal(got, want) {
		t.Errorf("there is one: %q", got)
	}
}

// TestSessionOutline checks that what is wrong in code that no analyzer reads hides
// nothing in the rest, be it typed, saved, or there from the start.
func TestSessionOutline(t *testing.T) {
	reader := &analysis.Analyzer{
		Name: "reader", Doc: "reader: read outlines", ResultType: reflect.TypeFor[headless](),
		Run: func(*analysis.Pass) (any, error) { return headless{}, nil },
	}
	prints := toys()[1]
	prints.Requires = append(prints.Requires, reader)
	e := newEditing(t)
	restart := func() {
		var err error
		if e.session, err = NewSession(Suite{Analyzers: []*analysis.Analyzer{prints}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	restart()
	e.save("p/p_test.go", "package p\n\nimport \"testing\"\n\nfunc TestX(*testing.T) { P() }\n\nfunc helper() { println() }\n")
	e.save("x/x_test.go", "package x_test\n\nimport (\n\t\"m/x\"\n\t\"testing\"\n)\n\nfunc TestX(*testing.T) { x.X() }\n\nfunc helper() { println() }\n")
	inP := []string{"p/p_test.go:7:17: println is for debugging (prints/println)"}
	inX := []string{"x/x_test.go:10:17: println is for debugging (prints/println)"}
	for _, step := range []struct {
		name string
		do   func()
		dir  string
		want []string // nil is a problem of a test
	}{
		{"test", func() {}, "p", inP},
		{"error in its body", func() { e.typed("p/p_test.go", "P()", "undefined()") }, "p", inP},
		{"saved", func() { e.save("p/p_test.go", string(e.buffers[e.file("p/p_test.go")])) }, "p", inP},
		{"from the start", restart, "p", inP},
		{"outside of the body", func() { e.typed("p/p_test.go", "println()", "undefined()") }, "p", nil},
		{"mended", func() { delete(e.buffers, e.file("p/p_test.go")) }, "p", inP},
		{"external test", func() {}, "x", inX},
		{"error in its body", func() { e.typed("x/x_test.go", "x.X()", "x.Y()") }, "x", inX},
		{"saved", func() { e.save("x/x_test.go", string(e.buffers[e.file("x/x_test.go")])) }, "x", inX},
		{"from the start", restart, "x", inX},
		{"external test of it", func() {
			e.save("p/x_test.go", "package p_test\n\nimport (\n\t\"m/p\"\n\t\"testing\"\n)\n\nfunc TestX(*testing.T) { p.P() }\n")
		}, "p", inP},
		{"import for the body alone", func() { e.typed("x/x_test.go", "x.Y()", "") }, "x", inX},
	} {
		step.do()
		got := e.check(step.dir)
		if step.want == nil {
			if len(got) != 1 || !strings.HasPrefix(got[0], "p_test.go:") {
				t.Errorf("%s: found %q, want a problem of the test", step.name, got)
			}
			continue
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: found\n%s", step.name, strings.Join(got, "\n"))
		}
	}
}

// TestSessionCgo checks a package that the go command has to write files for.
func TestSessionCgo(t *testing.T) {
	needCgo(t)
	e := newEditing(t)
	e.save("c/c.go", "package c\n\n// int one(void) { return 1; }\nimport \"C\"\n\nfunc F() { println(C.one()) }\n")
	e.save("c/d.go", "package c\n\nfunc G() { println() }\n")
	c, d := "c/c.go:6:12: println is for debugging (prints/println)", "c/d.go:3:12: println is for debugging (prints/println)"
	if got := e.check("c"); !slices.Equal(got, []string{c, d}) {
		t.Errorf("found %q", got)
	}
	before := e.session.views[e.file("c")]
	e.typed("c/d.go", "println()", "")
	if got := e.check("c"); !slices.Equal(got, []string{c}) || e.session.views[e.file("c")] != before {
		t.Errorf("after an edit of the other file: %q", got)
	}
	e.typed("c/c.go", "func F() { ", "func F() {\n\t")
	if got := e.check("c"); !slices.Equal(got, []string{"c/c.go:7:2: println is for debugging (prints/println)"}) {
		t.Errorf("after an edit of the file that imports C: %q", got)
	}
	e.typed("c/c.go", "C.one", "C.two")
	if got := e.check("c"); len(got) != 1 || !strings.Contains(got[0], "two") {
		t.Errorf("broken: %q", got)
	}
}

// TestSessionSettings checks that settings of one module are not those of
// another, that they may change, and what is said if they make no sense.
func TestSessionSettings(t *testing.T) {
	e := newEditing(t, "-disable", "prints")
	other := newEditing(t)
	deep := "p/q.go:3:6: Q is 4 calls deep (chain/deep)"
	both := []string{"p/p.go:8:6: P is 3 calls deep (chain/deep)", deep}
	e.save(".memlint.yml", "analyzers: {chain: {most: 3}}\n")
	for range 2 {
		if got := e.check("p"); !slices.Equal(got, []string{deep}) {
			t.Errorf("with settings: %q", got)
		}
		r, err := e.session.Check(t.Context(), other.file("p"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := brief(r, other.dir); !slices.Equal(got, both) {
			t.Errorf("without: %q", got)
		}
	}
	e.save(".memlint.yml", "exclude: [p/q.go]\n")
	if got := e.check("p"); !slices.Equal(got, both[:1]) {
		t.Errorf("other settings: %q", got)
	}
	e.save(".memlint.yml", "excludes: [p/q.go]\n")
	_, err := e.session.Check(t.Context(), e.file("p"), nil)
	if !errors.As(err, new(SettingsError)) || !strings.Contains(err.Error(), ".memlint.yml:1:1: ") {
		t.Errorf("broken settings: error %v", err)
	}
}

// TestSessionLatent checks that latent leaks are told if flags or settings ask for
// them, and that neither outlives its change.
func TestSessionLatent(t *testing.T) {
	quiet, asking := newEditing(t), newEditing(t, "-latent")
	const text = "package q\n\nfunc Keep() {}\n\nfunc KeepAll() {}\n"
	for _, step := range []struct {
		e      *editing
		config string
		want   int
	}{
		{quiet, "", 0},
		{asking, "", 1},
		{quiet, "latent: true\n", 1},
		{asking, "latent: false\n", 1},
		{quiet, "latent: false\n", 0},
		{quiet, "analyzers: {keeps: {latent: true}}\n", 1},
		{quiet, "latent: true\nexclude: [q]\n", 0},
		{quiet, "latent: true\ndisable: keeps/kept\n", 0},
	} {
		step.e.save("q/q.go", text)
		step.e.save(".memlint.yml", step.config)
		for range 2 {
			r, err := step.e.session.Check(t.Context(), step.e.file("q"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Latent) != step.want {
				t.Errorf("with %q and the flags %q: %d latent leaks, want %d", step.config, step.e.session.args, len(r.Latent), step.want)
			}
		}
	}
}

// TestSessionKeeps checks that nothing is kept of text that is not saved, and
// that what the command keeps is taken.
func TestSessionKeeps(t *testing.T) {
	e := newEditing(t)
	e.check("p")
	files := func() (n int) {
		filepath.WalkDir(os.Getenv("MEMLINT_CACHE"), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		})
		return n
	}
	before := files()
	if before == 0 {
		t.Error("nothing is kept")
	}
	e.typed("p/q.go", "P()", "println()")
	e.check("p")
	if n := files(); n != before {
		t.Errorf("%d files are kept, %d before text that is not saved", n, before)
	}
}

// TestSessionCancel checks that a check that is outdated still finds out what the
// next one needs, and that one that is cancelled does not.
func TestSessionCancel(t *testing.T) {
	for _, test := range []struct {
		cause error
		known bool
	}{{ErrOutdated, true}, {context.Canceled, false}} {
		e := newEditing(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(test.cause)
		if _, err := e.session.Check(ctx, e.file("p"), nil); err == nil {
			t.Errorf("%v: no error", test.cause)
		}
		if known := e.session.views[e.file("p")] != nil; known != test.known {
			t.Errorf("%v: the session knows what the package imports: %t", test.cause, known)
		}
		e.session.Forget(e.file("p"))
		if len(e.session.views) > 0 {
			t.Error("it does not forget")
		}
	}
}

// TestSessionFlags checks what of the command line makes no sense.
func TestSessionFlags(t *testing.T) {
	for arg, want := range map[string]string{
		"-fix":           "-fix means nothing to an editor",
		"-C=x":           "-C means nothing to an editor",
		"-chain.most=1":  "<nil>",
		"-chain=false":   "<nil>",
		"-latent":        "<nil>",
		"-tags=x":        "<nil>",
		"-tests=false":   "<nil>",
		"-no-such-flag":  "flag provided but not defined: -no-such-flag",
		"-disable=chian": "-disable: no analyzer is named \"chian\"; `memlint help` lists them",
		"./...":          `unexpected argument "./...": the editor says which packages`,
	} {
		_, err := NewSession(Suite{Analyzers: toys()}, []string{arg})
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s: %s, want %s", arg, got, want)
		}
	}
}

// TestSessionForeignCgo checks that what only cgo knows of a package of others is
// known after an edit, too, of the text as it is.
func TestSessionForeignCgo(t *testing.T) {
	needCgo(t)
	e := newEditing(t)
	e.save("dep/go.mod", "module dep\n\ngo 1.24\n")
	e.save("dep/dep.go", "package dep\n\n// #define SIZE 3\nimport \"C\"\n\nconst Size = C.SIZE\n")
	e.save("go.mod", "module m\n\ngo 1.24\n\nrequire dep v0.0.0\n\nreplace dep => ./dep\n")
	e.save("s/s.go", "package s\n\nimport \"dep\"\n\nvar table [dep.Size]int\n\nfunc S() { println(table[dep.Size-1]) }\n")
	if got, want := e.check("s"), []string{"s/s.go:7:12: println is for debugging (prints/println)"}; !slices.Equal(got, want) {
		t.Errorf("found %q", got)
	}
	e.typed("s/s.go", "\nfunc S()", "\n\nfunc S()")
	if got, want := e.check("s"), []string{"s/s.go:8:12: println is for debugging (prints/println)"}; !slices.Equal(got, want) {
		t.Errorf("after an edit: %q", got)
	}
	e.typed("s/s.go", "table[dep.Size-1]", "table[dep.Size]")
	if got := e.check("s"); len(got) != 1 || !strings.Contains(got[0], "out of bounds") {
		t.Errorf("beyond the end: %q", got)
	}
}

// TestSessionProfile checks that findings get what profiles measured, as they are now, and
// that a package of which they have nothing is none the worse for it.
func TestSessionProfile(t *testing.T) {
	e := newEditing(t)
	goroutines := func(n int, at string) string {
		return strings.Repeat("goroutine 7 [chan receive, 5 minutes]:\n"+at+" +0x1d\n\n", n)
	}
	const inP = "m/p.P()\n\t/build/m/p/p.go:8"
	profile := e.file("goroutines.txt")
	e.save("goroutines.txt", goroutines(2, inP))
	var err error
	if e.session, err = NewSession(Suite{Analyzers: toys()}, []string{"-profile", profile}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name, dir string
		save      string // of the profile, if not ""
		want      string
		problem   string
	}{
		{"measured", "p", "", "2 goroutines for up to 5 min", ""},
		{"measured again since", "p", goroutines(3, inP), "3 goroutines for up to 5 min", ""},
		{"of another package", "x", "", "", ""},
		{"another program", "p", goroutines(1, "n/o.F()\n\t/build/n/o/o.go:3"), "", ""},
		{"broken", "p", "nothing", "", profile + ": "},
	} {
		if step.save != "" {
			e.save("goroutines.txt", step.save)
		}
		r, err := e.session.Check(t.Context(), e.file(step.dir), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, problem := "", ""
		for _, f := range r.Findings {
			got += f.Measured()
		}
		for _, p := range r.Problems {
			problem += p.Text
		}
		if got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
		if (problem == "") != (step.problem == "") || !strings.Contains(problem, step.problem) {
			t.Errorf("%s: problem %q, want %q", step.name, problem, step.problem)
		}
	}
}
