package driver

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"
)

// An answerTest is a change between two runs. It would be missed by a run that
// gives the answer of the one before.
type answerTest struct {
	name   string
	files  string // besides keptModule, or instead of its files
	in     string // folder to be in
	before func(*keptRun)
	change func(*keptRun)
	flags  []string // of the run after the change

	// same says that the go command need not be asked after the change.
	same bool
	// never says that the go command is asked each time.
	never bool
}

var answerTests = []answerTest{
	{name: "nothing", same: true},
	{name: "text in a folder", files: "-- a/notes.txt --\n", change: func(r *keptRun) { r.write("a/notes.txt", "x") }, same: true},
	{name: "new file", change: func(r *keptRun) { r.write("d/new.go", "package d\n\nfunc E() { println() }\n") }},
	{name: "removed file", files: "-- d/old.go --\npackage d\n\nfunc E() { println() }\n", change: func(r *keptRun) { r.remove("d/old.go") }},
	{name: "new folder", change: func(r *keptRun) { r.write("d/e/e.go", "package e\n\nfunc E() { println() }\n") }},
	{name: "removed folder", change: func(r *keptRun) { r.remove("d") }},
	{name: "file in an empty folder", files: "-- e/f/README --\n", change: func(r *keptRun) {
		r.write("e/f/f.go", "package f\n\nfunc F() { println() }\n")
	}},
	{name: "new file of the only package", before: onlyC, change: func(r *keptRun) { r.write("c/new.go", "package c\n\nfunc E() { println() }\n") }},
	{name: "file of the only package", before: onlyC, change: func(r *keptRun) { r.edit("c/c.go", "b.B()", "b.B() + b.B()") }},
	{name: "file that the only package depends on", before: onlyC, change: func(r *keptRun) {
		r.edit("a/a.go", "func zero() {}", "func zero() { one() }; func one() {}")
	}},
	{name: "file that the only package does not depend on", before: onlyC, change: func(r *keptRun) { r.edit("d/d.go", `"d"`, `"e"`) }, same: true},
	{name: "folder becomes a module", change: func(r *keptRun) { r.write("d/go.mod", "module d\n") }},
	{name: "folder above becomes a module", files: "-- e/f/f.go --\npackage f\n\nimport _ \"m/a\"\n\nfunc F() { println() }\n",
		before: func(r *keptRun) { r.opts.Patterns = []string{"./e/f"} },
		change: func(r *keptRun) {
			r.write("e/go.mod", "module m/e\n\ngo 1.24\n\nrequire m v0.0.0\n\nreplace m => ../\n")
		}},
	{name: "touched", change: func(r *keptRun) { r.edit("d/d.go", "package", "package") }},
	{name: "same size and time", change: func(r *keptRun) {
		name := filepath.Join(r.dir, "d/d.go")
		info, err := os.Stat(name)
		if err != nil {
			r.t.Fatal(err)
		}
		r.edit("d/d.go", "println", "panic  ")
		if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
			r.t.Fatal(err)
		}
	}},
	{name: "build tag of a file that was ignored", files: "-- d/tag.go --\n//go:build never\n\npackage d\n\nfunc E() { println() }\n",
		change: func(r *keptRun) { r.edit("d/tag.go", "never", "!never") }},
	{name: "build tag of a package that was ignored", files: "-- e/tag.go --\n//go:build never\n\npackage e\n\nfunc E() { println() }\n",
		change: func(r *keptRun) { r.edit("e/tag.go", "never", "!never") }},
	{name: "test file", before: func(r *keptRun) { r.opts.Tests = true }, change: func(r *keptRun) { r.edit("a/a_test.go", "println()", "") }},
	{name: "tool", change: otherTool},
	{name: "tags", files: tagged, flags: []string{"-tags=tag"}},
	{name: "flag of an analyzer", flags: []string{"-chain.most=1"}},
	{name: "GOFLAGS", files: tagged,
		change: func(r *keptRun) { r.t.Setenv("GOFLAGS", "-tags=tag") }},
	{name: "GOOS", files: "-- d/d_plan9.go --\npackage d\n\nfunc E() { println() }\n", change: func(r *keptRun) { r.t.Setenv("GOOS", "plan9") }},
	{name: "settings of the go command", files: tagged + "-- env/env --\n",
		before: func(r *keptRun) {
			r.t.Setenv("GOENV", filepath.Join(r.dir, "env", "env"))
			os.Unsetenv("GOFLAGS") // which Setenv above restores
		},
		change: func(r *keptRun) { r.write("env/env", "GOFLAGS=-tags=tag\n") }},
	{name: "go line", change: func(r *keptRun) { r.edit("go.mod", "1.24", "1.23") }},
	{name: "toolchain line", change: func(r *keptRun) { r.edit("go.mod", "go 1.24", "go 1.24\n\ntoolchain go1.24.1") }},
	{name: "go.sum", change: func(r *keptRun) { r.write("go.sum", "") }},
	{name: "replaced module", files: replacing, change: func(r *keptRun) { r.edit("other/o.go", "func O() {}", "func O() { one() }; func one() {}") }},
	{name: "go.mod of a replaced module", files: replacing, change: func(r *keptRun) { r.edit("other/go.mod", "1.24", "1.23") }},
	{name: "target of a replacement", files: replacing, change: func(r *keptRun) { r.edit("go.mod", "./other", "./another") }},
	{name: "vendored package", files: vendoring, change: func(r *keptRun) {
		r.edit("vendor/o/o.go", "func O() {}", "func O() { one() }; func one() {}")
	}},
	{name: "vendor folder", files: replacing, change: func(r *keptRun) {
		r.write("vendor/modules.txt", "# o v0.0.0 => ./other\n## explicit; go 1.24\no\n# o => ./other\n")
		r.write("vendor/o/o.go", "package o\n\nfunc O() { one() }\n\nfunc one() {}\n")
	}},
	{name: "package of the workspace", files: working, before: inWorkspace, change: func(r *keptRun) {
		r.edit("other/o.go", "func O() {}", "func O() { one() }; func one() {}")
	}},
	{name: "go.work", files: working, before: inWorkspace, change: func(r *keptRun) { r.edit("go.work", "./other", "./another") }},
	{name: "new go.work", files: replacing + "-- inner/go.mod --\nmodule inner\n\ngo 1.24\n\nrequire o v0.0.0\n\nreplace o => ../other\n" +
		"-- inner/i.go --\npackage inner\n\nimport \"o\"\n\nfunc I() { o.O() }\n", in: "inner",
		before: inWorkspace, change: func(r *keptRun) { r.write("go.work", "go 1.24\n\nuse ./inner\n\nreplace o => ./another\n") }},
	{name: "folder of a package that another module has", files: replacing + "-- c/o.go --\npackage c\n\nimport _ \"m/x/o\"\n-- x/README --\n",
		before: func(r *keptRun) {
			r.edit("go.mod", "require o", "require m/x/o")
			r.edit("go.mod", "replace o", "replace m/x/o")
			r.edit("other/go.mod", "module o", "module m/x/o")
			r.opts.Patterns = []string{"./c"}
		},
		change: func(r *keptRun) { r.write("x/o/o.go", "package o\n") }},
	{name: "folder with another name", files: "-- real/e.go --\npackage e\n\nfunc E() { println() }\n",
		before: func(r *keptRun) {
			r.link("real", "link")
			r.opts.Patterns = []string{"./link/..."}
		},
		change: func(r *keptRun) { r.edit("real/e.go", "println()", "") }},
	{name: "link to another folder", files: "-- real/e.go --\npackage e\n\nfunc E() { println() }\n-- real2/e.go --\npackage e\n",
		before: func(r *keptRun) {
			r.link("real", "link")
			r.opts.Patterns = []string{"./link"}
		},
		change: func(r *keptRun) {
			r.remove("link")
			r.link("real2", "link")
		}},
	{name: "embedded file", files: embedding, change: func(r *keptRun) { r.write("e/testdata/x.txt", "y") }, same: true},
	{name: "no embedded file", files: embedding, change: func(r *keptRun) { r.remove("e/testdata/x.txt") }},
	{name: "file that would be embedded", files: embedding, change: func(r *keptRun) { r.link("x.txt", "e/testdata/y.txt") }},
	{name: "tests", change: func(r *keptRun) { r.opts.Tests = true }},
	{name: "patterns", change: func(r *keptRun) { r.opts.Patterns = []string{"./a"} }},
	{name: "folder", change: func(r *keptRun) { r.opts.Patterns, r.dir = []string{"."}, filepath.Join(r.dir, "d") }},
	{name: "go command", files: tagged,
		before: func(r *keptRun) {
			r.other = r.t.TempDir()
			r.t.Setenv("PATH", r.other+string(filepath.ListSeparator)+os.Getenv("PATH"))
		},
		change: func(r *keptRun) {
			script := "#!/bin/sh\nPATH=${PATH#*:}\nGOFLAGS=-tags=tag exec go \"$@\"\n"
			if err := os.WriteFile(filepath.Join(r.other, "go"), []byte(script), 0o777); err != nil {
				r.t.Fatal(err)
			}
		}},
	{name: "problem", before: func(r *keptRun) { r.edit("d/d.go", "func D", "func Panic") },
		change: func(r *keptRun) { r.edit("d/d.go", "func Panic", "func D") }, never: true},
	{name: "path of packages", before: func(r *keptRun) { r.opts.Patterns = []string{"m/..."} },
		change: func(r *keptRun) { r.write("e/e.go", "package e\n\nfunc E() { println() }\n") }, never: true},
	{name: "overlay", before: func(r *keptRun) {
		r.write("overlay.json", `{"Replace": {"`+filepath.Join(r.dir, "d/new.go")+`": "`+filepath.Join(r.dir, "new.txt")+`"}}`)
		r.write("new.txt", "package d\n\nfunc E() { println() }\n")
		r.t.Setenv("GOFLAGS", "-overlay="+filepath.Join(r.dir, "overlay.json"))
	}, change: func(r *keptRun) { r.edit("new.txt", "println()", "") }, never: true},
}

const tagged = `
-- d/tag.go --
//go:build tag

package d

func E() { println() }
`

const replacing = `
-- go.mod --
module m

go 1.24

require o v0.0.0

replace o => ./other
-- c/o.go --
package c

import "o"

func O() { o.O() }
-- other/go.mod --
module o

go 1.24
-- other/o.go --
package o

func O() {}
-- another/go.mod --
module o

go 1.24
-- another/o.go --
package o

func O() { one() }

func one() { two() }

func two() {}
`

const vendoring = `
-- go.mod --
module m

go 1.24

require o v0.0.0
-- c/o.go --
package c

import "o"

func O() { o.O() }
-- vendor/modules.txt --
# o v0.0.0
## explicit; go 1.24
o
-- vendor/o/o.go --
package o

func O() {}
`

const working = `
-- go.work --
go 1.24

use .

use ./other
-- go.mod --
module m

go 1.24
` + "-- c/o.go --" + `
package c

import "o"

func O() { o.O() }
-- other/go.mod --
module o

go 1.24
-- other/o.go --
package o

func O() {}
-- another/go.mod --
module o

go 1.24
-- another/o.go --
package o

func O() { one() }

func one() {}
`

const embedding = `
-- e/e.go --
package e

import "embed"

//go:embed testdata/*.txt
var FS embed.FS
-- e/testdata/x.txt --
x
`

func onlyC(r *keptRun) { r.opts.Patterns = []string{"./c"} }

func inWorkspace(r *keptRun) { r.t.Setenv("GOWORK", "") }

func (r *keptRun) remove(name string) {
	r.t.Helper()
	if err := os.RemoveAll(filepath.Join(r.dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *keptRun) link(target, name string) {
	r.t.Helper()
	if err := os.Symlink(target, filepath.Join(r.dir, name)); err != nil {
		r.t.Fatal(err)
	}
}

// settle waits until a change that comes now gives files another time.
func settle() { time.Sleep(150 * time.Millisecond) }

// TestAnswers checks that the answer of the last run is given if and only if it
// is that of this run.
func TestAnswers(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("no answers are kept here")
	}
	for _, test := range answerTests {
		t.Run(test.name, func(t *testing.T) {
			r := newKeptRun(t)
			r.extract(test.files)
			r.opts.Tests = false
			if test.before != nil {
				test.before(r)
			}
			r.dir = filepath.Join(r.dir, test.in)
			settle()
			first, _ := r.once(r.cache)
			if !r.asked {
				t.Error("at first: the go command was not asked")
			}
			again, _ := r.once(r.cache)
			if r.asked != test.never {
				t.Errorf("without a change: the go command was asked: %t", r.asked)
			}
			if !reflect.DeepEqual(again, first) {
				t.Errorf("without a change:\n%+v\nat first:\n%+v", again, first)
			}
			r.dir = filepath.Clean(r.dir[:len(r.dir)-len(test.in)])
			if test.change != nil {
				test.change(r)
				settle() // else no answer would be looked for
			}
			r.dir = filepath.Join(r.dir, test.in)
			got, _ := r.once(r.cache, test.flags...)
			if r.asked == test.same {
				t.Errorf("after the change: the go command was asked: %t", r.asked)
			}
			want, _ := r.once(nil, test.flags...)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after the change:\n%+v\nwithout the cache:\n%+v", got, want)
			}
		})
	}
}

// TestAnswersTogether checks that runs at the same time, of which some keep the
// answer and some find it, all give it.
func TestAnswersTogether(t *testing.T) {
	r := newKeptRun(t)
	settle()
	want, _ := r.once(nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				got, err := Run(context.Background(), Options{
					Analyzers: toys(), Patterns: []string{"./..."}, Dir: r.dir, Tests: true, Cache: r.cache,
				})
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, %v, want %+v", got, err, want)
				}
			}
		})
	}
	wg.Wait()
}

// TestAnswersYoung checks that no answer is kept of what may have changed while
// the go command looked.
func TestAnswersYoung(t *testing.T) {
	r := newKeptRun(t)
	settle()
	r.edit("d/d.go", `"d"`, `"e"`)
	for _, when := range []string{"first", "then"} {
		if r.once(r.cache); !r.asked {
			t.Errorf("the go command was not asked %s", when)
		}
		settle()
	}
	if r.once(r.cache); r.asked {
		t.Error("the go command was asked when all was settled")
	}
}

// TestAnswersUse checks that what is kept of packages counts as used as long as
// answers are given instead: the first edit in months is that of one package.
func TestAnswersUse(t *testing.T) {
	r := newKeptRun(t)
	settle()
	r.once(r.cache)
	long := time.Now().AddDate(0, -2, 0)
	r.eachEntry(func(name string) {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	})
	if r.once(r.cache); r.asked {
		t.Error("the go command was asked")
	}
	r.cache.Trim()
	r.edit("d/d.go", `"d"`, `"e"`)
	if ran := r.run(); ran != "d" {
		t.Errorf("analysed %q, want d", ran)
	}
}
