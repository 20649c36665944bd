package mutate_test

import (
	"context"
	"fmt"
	"go/build"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/finding/findingtest/cases"
	"github.com/memlint/memlint/internal/finding/findingtest/mutate"
)

const root = "../../../.."

const (
	patience  = time.Minute // for one program
	maxLoaded = 24          // packages in memory
	maxFixing = 10          // times that fixes are applied until none is left
)

// cacheOf is a variable of the environment by which processes that fuzz share a cache.
const cacheOf = "MEMLINT_FUZZ_CACHE"

// standard are packages of the standard library that hold on to things, and are small: the
// fuzzer, which makes all code slower, allows ten seconds for a program.
var standard = []string{
	"archive/zip", "bufio", "container/list", "context", "log", "net/textproto", "os/signal", "sync", "testing/synctest", "time", "unique",
}

// folders returns the folders of the packages that programs are made from.
func folders(t testing.TB) []string {
	t.Helper()
	modules, err := cases.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, module := range modules {
		if strings.HasPrefix(module, "examples") {
			continue // these are large
		}
		err := filepath.WalkDir(filepath.Join(root, module), func(name string, d os.DirEntry, err error) error {
			if filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
				seen[filepath.Dir(name)] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for dir := range seen {
		dir, err := filepath.Abs(dir)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dir)
	}
	slices.Sort(all)
	for _, pkg := range standard {
		all = append(all, filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(pkg)))
	}
	return all
}

// FuzzMutants runs all analyzers and fixes on programs that nobody wrote. Nothing
// panics or hangs, what fixes make compiles, and then there is nothing left to fix.
func FuzzMutants(f *testing.F) {
	for _, v := range []string{"GOWORK=off", "GOFLAGS=", "GOPROXY=off"} {
		name, value, _ := strings.Cut(v, "=")
		f.Setenv(name, value)
	}
	if os.Getenv(cacheOf) == "" { // in the first process
		dir := f.TempDir()
		f.Setenv(cacheOf, dir)
		f.Setenv("MEMLINT_CACHE", dir)
	}
	dirs := folders(f)
	for i := 0; i < len(dirs); i += 7 { // the rest is for the fuzzer to find
		f.Add(uint(i), uint(i), []byte{byte(i), byte(40 * i), byte(7 * i), byte(i + 3), byte(90 * i), byte(11 * i), byte(i + 5), byte(70 * i), byte(13 * i)})
	}
	session, err := driver.NewSession(driver.Suite{Analyzers: memlint.Analyzers()}, []string{
		"-latent", "-config=", "-tests=false", "-readall.on", "-timerleak.collectable", "-closurecapture.min-bytes=1", "-subsliceleak.min-bytes=1",
	})
	if err != nil {
		f.Fatal(err)
	}
	// In ten seconds there is no time to begin with nothing.
	if _, err := session.Check(context.Background(), filepath.Join(build.Default.GOROOT, "src", "net", "rpc"), nil); err != nil {
		f.Fatal(err)
	}
	loaded := make(map[string]*mutate.Package)
	f.Fuzz(func(t *testing.T, folder, file uint, choices []byte) {
		dir := dirs[folder%uint(len(dirs))]
		pkg := loaded[dir]
		if pkg == nil {
			if len(loaded) == maxLoaded {
				for other := range loaded {
					session.Forget(other)
				}
				clear(loaded)
			}
			if pkg, err = mutate.Load(dir, os.Environ()); err != nil {
				t.Fatal(err)
			}
			loaded[dir] = pkg
		}
		name := pkg.Files[file%uint(len(pkg.Files))]
		src := pkg.Mutant(name, choices[:min(len(choices), 24)])
		stop := time.AfterFunc(patience, func() { panic(fmt.Sprintf("%s takes longer than %v:\n%s", name, patience, src)) })
		defer stop.Stop()
		if problem := fix(session, dir, map[string][]byte{name: src}); problem != "" {
			t.Fatalf("%s: %s\nbefore fixes:\n%s", name, problem, src)
		}
	})
}

// fix applies fixes to a package until none is left, and says what is wrong with that.
func fix(session *driver.Session, dir string, buffers map[string][]byte) (problem string) {
	read := func(name string) ([]byte, error) {
		if text, ok := buffers[name]; ok {
			return text, nil
		}
		return os.ReadFile(name)
	}
	for range maxFixing {
		result, err := session.Check(context.Background(), dir, buffers)
		if err != nil {
			return err.Error()
		}
		if len(result.Problems) > 0 {
			return result.Problems[0].Text + texts(buffers)
		}
		files, n, err := driver.Fixed(result.Findings, read)
		if err != nil {
			return err.Error() + texts(buffers)
		}
		if len(files) == 0 && n == 0 {
			return ""
		}
		if len(files) == 0 {
			return fmt.Sprintf("%d fixes change nothing%s", n, texts(buffers))
		}
		maps.Copy(buffers, files)
	}
	return fmt.Sprintf("there is something to fix after %d times%s", maxFixing, texts(buffers))
}

func texts(buffers map[string][]byte) string {
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(buffers)) {
		fmt.Fprintf(&all, "\n%s:\n%s", name, buffers[name])
	}
	return all.String()
}
