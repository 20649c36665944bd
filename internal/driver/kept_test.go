package driver

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/txtar"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/stats"
)

const keptModule = `
-- go.mod --
module m

go 1.24
-- a/a.go --
package a

//go:noinline
func A(n int) int { zero(); return n + 1 }

//go:noinline
func zero() {}
-- a/a_test.go --
package a

import "testing"

func Test(*testing.T) { println() }
-- b/b.go --
package b

import "m/a"

func B() int { return a.A(1) }
-- c/c.go --
package c

import "m/b"

func C() int { return b.B() }
-- d/d.go --
package d

func D() { println("d") }
`

// A keptRun is a module and what becomes of it.
type keptRun struct {
	t     *testing.T
	dir   string
	cache *cache.Cache
	kept  string // its folder
	opts  Options
	other string // a folder outside of the module

	mu    sync.Mutex
	ran   []string // packages that were analysed
	asked bool     // whether the go command was
}

func newKeptRun(t *testing.T) *keptRun {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	r := &keptRun{t: t, dir: t.TempDir(), kept: t.TempDir()}
	r.cache = cache.Open(r.kept)
	r.extract(keptModule)
	r.opts = Options{Patterns: []string{"./..."}, Tests: true}
	return r
}

// extract writes the files of an archive.
func (r *keptRun) extract(archive string) {
	r.t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		r.write(f.Name, string(f.Data))
	}
}

func (r *keptRun) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// edit replaces text in a file.
func (r *keptRun) edit(name, old, text string) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil || !bytes.Contains(data, []byte(old)) {
		r.t.Fatalf("%s has no %q: %v", name, old, err)
	}
	r.write(name, strings.Replace(string(data), old, text, 1))
}

// run runs toys with the cache and without, checks that both find the same, and
// returns which packages were analysed with the cache.
func (r *keptRun) run(flags ...string) string {
	r.t.Helper()
	result, ran := r.once(r.cache, flags...)
	want, _ := r.once(nil, flags...)
	if !reflect.DeepEqual(result, want) {
		r.t.Errorf("with the cache:\n%+v\nwithout:\n%+v", result, want)
	}
	return ran
}

func (r *keptRun) once(c *cache.Cache, flags ...string) (*Result, string) {
	r.t.Helper()
	r.ran = nil
	opts := r.opts
	opts.Dir, opts.Cache = r.dir, c
	opts.Analyzers = append(toys(), &analysis.Analyzer{Name: "records", Doc: "records", Run: func(pass *analysis.Pass) (any, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ran = append(r.ran, strings.TrimPrefix(pass.Pkg.Path(), "m/"))
		return nil, nil
	}})
	line, err := parse(Suite{Analyzers: opts.Analyzers}, flags)
	if err != nil {
		r.t.Fatal(err)
	}
	if line.options.Tags != "" {
		opts.Tags = line.options.Tags
	}
	opts.Stats = stats.New(phaseList)
	result, err := Run(context.Background(), opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.asked = !regexp.MustCompile(`(?m)^  go list .* 0$`).Match(opts.Stats.Format(0, 1))
	slices.Sort(r.ran)
	return result, strings.Join(r.ran, " ")
}

func TestKept(t *testing.T) {
	const all = "a b c d"
	for _, test := range []struct {
		name   string
		change func(*keptRun)
		flags  []string
		want   string // what is analysed after the change
	}{
		{"nothing", func(*keptRun) {}, nil, ""},
		{"touched", func(r *keptRun) { r.edit("a/a.go", "package", "package") }, nil, ""},
		// B has neither the declarations nor the facts of A to change for.
		{"body", func(r *keptRun) { r.edit("a/a.go", "n + 1", "n + 2") }, nil, "a"},
		{"lines above declarations", func(r *keptRun) { r.edit("a/a.go", "package a\n", "package a\n\n// Doc.\n\n") }, nil, "a"},
		{"test", func(r *keptRun) { r.edit("a/a_test.go", "println()", "println(1)") }, nil, "a"},
		{"fact", func(r *keptRun) {
			r.edit("a/a.go", "func zero() {}", "func zero() { func() { print() }() }; func one() { zero() }")
		}, nil, "a b c"},
		{"leaf", func(r *keptRun) { r.edit("d/d.go", `"d"`, `"e"`) }, nil, "d"},
		{"lines", func(r *keptRun) { r.edit("d/d.go", "func", "\n\nfunc") }, nil, "d"},
		{"declaration", func(r *keptRun) { r.edit("a/a.go", "func A(n int) int", "func A[T int](n T) T") }, nil, "a b c"},
		{"file", func(r *keptRun) { r.write("c/new.go", "package c\n\nfunc New() { println() }\n") }, nil, "c"},
		{"ignored file", func(r *keptRun) { r.write("d/new.go", "//go:build never\n\npackage d\n") }, nil, "d"},
		{"package", func(r *keptRun) { r.write("e/e.go", "package e\n") }, nil, "e"},
		{"removed", func(r *keptRun) { os.Remove(filepath.Join(r.dir, "a/a_test.go")) }, nil, "a"},
		{"go line", func(r *keptRun) { r.edit("go.mod", "1.24", "1.23") }, nil, all},
		{"godebug line", func(r *keptRun) { r.edit("go.mod", "go 1.24", "go 1.24\n\ngodebug asynctimerchan=1") }, nil, all},
		{"flag", func(*keptRun) {}, []string{"-chain.most=1"}, all},
		{"tags", func(r *keptRun) { r.write("d/tag.go", "//go:build tag\n\npackage d\n") }, []string{"-tags=tag"}, "d"},
		{"tool", otherTool, nil, all},
		{"moved", func(r *keptRun) {
			dir := filepath.Join(r.t.TempDir(), "moved")
			if err := os.Rename(r.dir, dir); err != nil {
				r.t.Fatal(err)
			}
			r.dir = dir
		}, nil, all},
		{"damaged", func(r *keptRun) {
			r.eachEntry(func(name string) {
				if err := os.WriteFile(name, []byte("damage"), 0o666); err != nil {
					r.t.Fatal(err)
				}
			})
		}, nil, all},
		{"cleaned", func(r *keptRun) {
			if err := r.cache.Clean(); err != nil {
				r.t.Fatal(err)
			}
		}, nil, all},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newKeptRun(t)
			if _, got := r.once(r.cache); got != all {
				t.Errorf("analysed at first: %s", got)
			}
			test.change(r)
			if got := r.run(test.flags...); got != test.want {
				t.Errorf("analysed %q, want %q", got, test.want)
			}
			if _, got := r.once(r.cache, test.flags...); got != "" {
				t.Errorf("analysed again: %q", got)
			}
		})
	}
}

// TestKeptToolchain checks that what one toolchain compiled does not stand for what
// another did, nor one system for another.
func TestKeptToolchain(t *testing.T) {
	u := &unit{listPackage: &listPackage{ImportPath: "p", Dir: t.TempDir()}}
	seen := make(map[cache.Key]goEnv)
	for _, env := range []goEnv{
		{GOVERSION: "go1.26.8", GOARCH: "amd64"},
		{GOVERSION: "go1.26.9", GOARCH: "amd64"},
		{GOVERSION: "go1.26.8", GOARCH: "arm"},
	} {
		key, err := newKeeper(cache.Open(t.TempDir()), &exports{listing: &listing{env: env}}, nil, nil).key(u, nil)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%v and %v have the same key", env, other)
		}
		seen[key] = env
	}
}

// otherTool makes the program that runs look like another.
func otherTool(r *keptRun) {
	old := executable
	r.t.Cleanup(func() { executable = old })
	executable = func() (sum [32]byte, _ error) { return sum, nil }
}

// TestKeptBounded checks that a run removes what no run has used for long.
func TestKeptBounded(t *testing.T) {
	r := newKeptRun(t)
	r.once(r.cache)
	long := time.Now().AddDate(0, -2, 0)
	var names []string
	r.eachEntry(func(name string) {
		names = append(names, name)
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	})
	otherTool(r)
	r.once(r.cache)
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.ModTime().Equal(long) {
			t.Errorf("%s was not used for months and is there", name)
		}
	}
}

func (r *keptRun) eachEntry(f func(name string)) {
	n := 0
	filepath.WalkDir(r.kept, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
			f(name)
		}
		return err
	})
	if n == 0 {
		r.t.Error("nothing is kept")
	}
}

// TestKeptProblems checks that what cannot be analysed is tried again.
func TestKeptProblems(t *testing.T) {
	r := newKeptRun(t)
	r.edit("d/d.go", "func D", "func Panic")
	for range 2 {
		if ran := r.run(); !strings.Contains(ran, "d") {
			t.Errorf("analysed %q", ran)
		}
	}
	r.edit("d/d.go", "func Panic", "func D")
	if ran := r.run(); ran != "d" {
		t.Errorf("analysed %q", ran)
	}
	if ran := r.run(); ran != "" {
		t.Errorf("analysed %q", ran)
	}
}

// TestKeptFacts checks that what is kept of a package of which facts are wanted
// does not stand for what it reports.
func TestKeptFacts(t *testing.T) {
	r := newKeptRun(t)
	r.opts.Tests = false
	r.opts.Patterns = []string{"./c"}
	r.run()
	r.opts.Patterns = []string{"./..."}
	if got, want := r.run(), "a b d"; got != want {
		t.Errorf("analysed %q, want %q", got, want)
	}
}

// TestKeptTogether checks that runs at the same time do not disturb each other.
func TestKeptTogether(t *testing.T) {
	r := newKeptRun(t)
	want, _ := r.once(nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := Run(context.Background(), Options{
				Analyzers: toys(), Patterns: []string{"./..."}, Dir: r.dir, Tests: true, Cache: r.cache,
			})
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
	wg.Wait()
}

// TestCacheFolder checks where the cache is.
func TestCacheFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("MEMLINT_CACHE", dir)
	c, err := openCache()
	c.Put(cache.Key{}, nil)
	if entries, _ := os.ReadDir(dir); err != nil || len(entries) == 0 {
		t.Errorf("nothing is kept: %v", err)
	}
	t.Setenv("MEMLINT_CACHE", "off")
	if c, err := openCache(); err != nil || c != nil {
		t.Errorf("got %v, %v", c, err)
	}
	t.Setenv("MEMLINT_CACHE", "a/b")
	if _, err := openCache(); err == nil {
		t.Error("a relative path is no error")
	}
}
