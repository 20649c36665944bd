package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// builds are the versions of gopls that memlint is built into.
var builds = []*build{
	{version: "v0.23.0", folder: "."},
	{version: "v0.24.0", folder: "v0.24"},
}

type build struct {
	version, folder string
	once            sync.Once
	file            string
	err             error
}

// program returns the file of the program, which it builds as users do.
func (b *build) program(t testing.TB) string {
	t.Helper()
	// The go command keeps the result of the test until a file that the test looked
	// at changes, and does not see what the build looks at.
	if _, err := os.ReadDir(b.folder); err != nil {
		t.Fatal(err)
	}
	b.once.Do(func() {
		b.file = filepath.Join(work, "gopls-"+b.version)
		b.err = compile(b.folder, b.file, ".")
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.file
}

func compile(dir, file, pkg string) error {
	cmd := exec.Command("go", "build", "-o", file, pkg)
	cmd.Dir = dir
	// A gopls may ask for a newer Go than the one that runs the test.
	cmd.Env = append(cmd.Environ(), "GOTOOLCHAIN=auto")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v in %s: %v\n%s", cmd, dir, err, out)
	}
	return nil
}

// work is a folder for what tests build, and for what gopls keeps.
var work string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		flag.Parse()
		dir, err := os.MkdirTemp("", "memlint-gopls")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		work = dir
		os.Setenv("GOPLSCACHE", filepath.Join(work, "cache"))
		return m.Run()
	}())
}

// each runs a test with each build.
func each(t *testing.T, test func(t *testing.T, b *build)) {
	for _, b := range builds {
		t.Run(b.version, func(t *testing.T) { test(t, b) })
	}
}

// files returns the files of a folder of the repository by their names with
// slashes.
func files(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	root := filepath.Join("..", filepath.FromSlash(folder))
	err := filepath.WalkDir(root, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		all[filepath.ToSlash(rel)], err = os.ReadFile(file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// The examples import a package of memlint, which is not beside their copies.
	memlint, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	all["go.mod"] = bytes.Replace(all["go.mod"], []byte("=> ../..\n"), []byte("=> "+memlint+"\n"), 1)
	return all
}

// run runs the program in a new copy of examples/leaky and returns what it
// prints to standard output.
func run(t *testing.T, b *build, args ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir()) // gopls prints where links lead
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "leaky"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), files(t, "examples/leaky")["go.mod"], 0o666); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(b.program(t), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("gopls %q: %v\n%s", args, err, stderr.String())
	}
	return strings.ReplaceAll(stdout.String(), dir+string(filepath.Separator), "")
}

// TestVersion checks that people see what they run.
func TestVersion(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		if got, want := run(t, b, "version"), "/gopls-memlint "+b.version+"+memlint\n"; !strings.HasSuffix(got, want) {
			t.Errorf("gopls version prints %q, want %q at the end", got, want)
		}
	})
}

// TestPage checks that docs/gopls.md has the versions that are built.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "gopls.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range builds {
		folder := filepath.ToSlash(filepath.Join("memlint", "gopls", b.folder))
		line := regexp.MustCompile(`(?m)^go -C ` + regexp.QuoteMeta(folder) + ` install \. +# gopls ` + regexp.QuoteMeta(b.version) + `\b`)
		if !line.Match(page) {
			t.Errorf("docs/gopls.md does not show how to build gopls %s in %s", b.version, folder)
		}
	}
}

// TestCheck checks that `gopls check` tells what memlint does.
func TestCheck(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("..", "examples", "leaky.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(golden)) {
		if !strings.HasPrefix(line, "\t") {
			want = append(want, strings.TrimSpace(line))
		}
	}
	args := []string{"check"}
	for name := range files(t, "examples/leaky") {
		if strings.HasSuffix(name, ".go") {
			args = append(args, filepath.FromSlash(name))
		}
	}
	each(t, func(t *testing.T, b *build) {
		var got []string
		for line := range strings.Lines(run(t, b, args...)) {
			// The position has an end, and other places of a finding come after it.
			line = position.ReplaceAllString(filepath.ToSlash(strings.TrimSpace(line)), "$1: ")
			if !strings.Contains(line, ": - ") {
				got = append(got, line)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("gopls check finds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

var position = regexp.MustCompile(`^(\S+:\d+:\d+)(-[\d:]+)?: `)

// TestCodeAction applies a fix from the command line.
func TestCodeAction(t *testing.T) {
	each(t, func(t *testing.T, b *build) {
		args := []string{"codeaction", "-kind=quickfix", "-exec", "-diff", filepath.FromSlash("internal/server/server.go") + ":71:2"}
		if got := run(t, b, args...); !strings.Contains(got, "\n+\tdefer signal.Stop(end)\n") {
			t.Errorf("gopls %s prints\n%s", strings.Join(args, " "), got)
		}
	})
}
