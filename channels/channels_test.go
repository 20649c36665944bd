package channels

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write table.md instead of comparing with it")

// corpus holds the modules that each channel analyses: what all analyzers find,
// findings that need facts of other packages, and timers of old versions of Go.
var corpus = []string{
	"examples/leaky",
	"examples/fixed",
	"testdata/src/closeleak/current",
	"testdata/src/fieldgrowth/current",
	"testdata/src/closurecapture/finalizer",
	"testdata/src/closurecapture/partial",
	"testdata/src/globalgrowth/grows",
	"testdata/src/goroutineleak/current",
	"testdata/src/listenerleak/current",
	"testdata/src/poolleak/current",
	"testdata/src/subsliceleak/current",
	"testdata/src/timerleak/asynctimerchan",
	"testdata/src/timerleak/current",
	"testdata/src/timerleak/go1.22",
}

// A channel finds leaks in the module in dir, of which it may write what it
// likes. Findings are "file:line:column: analyzer/category", the file relative
// to dir.
type channel struct {
	name string
	find func(t *testing.T, dir string) []string
}

var channels = []channel{
	{"memlint", command},
	{"memlint lsp", editor},
	{"go vet", vet},
	{"golangci-lint", golangci},
	{"gopls", gopls},
	{"nogo", nogo},
}

// TestAgree compares table.md with what the channels find.
func TestAgree(t *testing.T) {
	var head, rows, differences strings.Builder
	for _, c := range channels {
		fmt.Fprintf(&head, " %s |", c.name)
	}
	for _, module := range corpus {
		found := make(map[string][]bool) // by channel
		none := make([]bool, len(channels))
		fmt.Fprintf(&rows, "| %s |", module)
		for i, c := range channels {
			list := c.find(t, clone(t, module))
			none[i] = len(list) == 0
			for _, f := range list {
				if found[f] == nil {
					found[f] = make([]bool, len(channels))
				}
				found[f][i] = true
			}
			fmt.Fprintf(&rows, " %d |", len(list))
		}
		rows.WriteByte('\n')
		for _, f := range slices.Sorted(maps.Keys(found)) {
			missing := false
			for i, yes := range found[f] {
				missing = missing || !yes && !none[i]
			}
			if !missing {
				continue
			}
			fmt.Fprintf(&differences, "| %s/%s |", module, f)
			for _, yes := range found[f] {
				differences.WriteString(map[bool]string{true: " yes |", false: " |"}[yes])
			}
			differences.WriteByte('\n')
		}
	}
	line := strings.Repeat("---|", 1+len(channels))
	got := "<!-- Written by go test . -update in this folder. -->\n\n" +
		"Findings in the same code:\n\n| |" + head.String() + "\n|" + line + "\n" + rows.String()
	if differences.Len() > 0 {
		got += "\nWhat not all of them find where they find anything; docs/channels.md says why:\n\n| |" + head.String() + "\n|" + line + "\n" + differences.String()
	}
	const golden = "table.md"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("findings are (go test . -update writes them)\n%s", got)
	}
}

// binaries is a folder for what tests build.
var binaries string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		flag.Parse()
		dir, err := os.MkdirTemp("", "memlint-channels")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binaries = dir
		return m.Run()
	}())
}

var theMemlint = sync.OnceValues(func() (string, error) {
	return build("..", "memlint", "./cmd/memlint")
})

var theGolangci = sync.OnceValues(func() (string, error) {
	return build(".", "golangci-lint", "./golangci-lint")
})

// build builds a program in the module in dir, and returns its file.
func build(dir, name string, args ...string) (string, error) {
	file := filepath.Join(binaries, name)
	cmd := exec.Command("go", append([]string{"build", "-o", file}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %v\n%s", cmd, err, out)
	}
	return file, nil
}

// install builds a program of another module, and returns its file.
func install(name, pkg string) (string, error) {
	cmd := exec.Command("go", "install", pkg)
	cmd.Env = append(cmd.Environ(), "GOBIN="+binaries)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %v\n%s", cmd, err, out)
	}
	return filepath.Join(binaries, name), nil
}

// run runs a program in dir and returns what it prints and its exit code.
func run(t testing.TB, dir string, env []string, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	stdout, stderr, state := execute(t, dir, env, name, args...)
	return stdout, stderr, state.ExitCode()
}

func execute(t testing.TB, dir string, env []string, name string, args ...string) (stdout, stderr string, state *os.ProcessState) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState
}

// clone copies a folder of the repository. To walk it is also what makes the
// go command run the test again when a file has changed.
func clone(t *testing.T, folder string) string {
	t.Helper()
	visit(t)
	// Some programs print the name that a link leads to.
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", folder))); err != nil {
		t.Fatal(err)
	}
	// The examples import a package of memlint, which is no longer beside them.
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "go.mod", strings.Replace(string(mod), "=> ../..\n", "=> "+root+"\n", 1))
	return dir
}

// visit looks at all files of memlint: the go command caches the result of a
// test for as long as the files that the test itself looked at stay the same.
func visit(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == ".git" {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var rule = regexp.MustCompile(`\((\w+/[a-z-]+(?:, latent)?)\)$`)

// finding returns a finding in the form that all channels have in common.
func finding(t *testing.T, dir, position, message string) string {
	t.Helper()
	m := rule.FindStringSubmatch(message)
	if m == nil {
		t.Fatalf("%s: %s: no category", position, message)
	}
	position = strings.TrimPrefix(position, dir+string(filepath.Separator))
	return filepath.ToSlash(position) + ": " + m[1]
}

// unique returns findings in order. Some channels tell twice of what a package
// has in common with its tests.
func unique(findings []string) []string {
	slices.Sort(findings)
	return slices.Compact(findings)
}
