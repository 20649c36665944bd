package channels

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// theNogo builds Bazel's nogo with memlint as the rules for Go do it, from
// their own sources: their builder writes the main function.
var theNogo = sync.OnceValues(func() (string, error) {
	dir, err := nogoModule()
	if err != nil {
		return "", err
	}
	// What the rules set when they build their builder.
	prefix := "-X main.rulesGoStdlibPrefix=@io_bazel_rules_go//stdlib:"
	builder, err := build(filepath.Join(dir, "builder"), "builder", "-mod=mod", "-ldflags="+prefix, ".")
	if err != nil {
		return "", err
	}
	args := []string{"gennogomain", "-output", filepath.Join(dir, "nogo", "main.go"), "-config", filepath.Join("testdata", "nogo.json")}
	for _, a := range analyzers {
		args = append(args, "-analyzer_importpath", "github.com/memlint/memlint/analyzers/"+a)
	}
	if out, err := exec.Command(builder, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gennogomain: %v\n%s", err, out)
	}
	return build(filepath.Join(dir, "nogo"), "nogo-memlint", "-mod=mod", ".")
})

var analyzers = []string{"closurecapture", "globalgrowth", "listenerleak", "timerleak"}

// nogoModule makes a module with the sources of nogo and of its builder. Its
// name lets it import internal packages of x/tools, as nogo does. All else is
// as in this module.
func nogoModule() (string, error) {
	dir := filepath.Join(binaries, "src")
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/bazelbuild/rules_go").Output()
	if err != nil {
		return "", err
	}
	sources := filepath.Join(strings.TrimSpace(string(out)), "go", "tools", "builders")
	rules, err := os.ReadFile(filepath.Join(sources, "BUILD.bazel"))
	if err != nil {
		return "", err
	}
	for _, program := range []string{"nogo", "builder"} {
		list := regexp.MustCompile(`name = "` + program + `_srcs",\s*srcs = \[([^\]]*)\]`).FindSubmatch(rules)
		if list == nil {
			return "", fmt.Errorf("no %s_srcs in BUILD.bazel", program)
		}
		names := regexp.MustCompile(`\w+\.go`).FindAllString(string(list[1]), -1)
		if program == "builder" {
			names = append(names, map[bool]string{true: "path_windows.go", false: "path.go"}[runtime.GOOS == "windows"])
		}
		if err := os.MkdirAll(filepath.Join(dir, program), 0o777); err != nil {
			return "", err
		}
		for _, name := range names {
			src, err := os.ReadFile(filepath.Join(sources, name))
			if err != nil {
				return "", err
			}
			if err := os.WriteFile(filepath.Join(dir, program, name), src, 0o666); err != nil {
				return "", err
			}
		}
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return "", err
	}
	mod = bytes.Replace(mod, []byte("module github.com/memlint/memlint/channels"), []byte("module golang.org/x/tools/nogo"), 1)
	mod = bytes.Replace(mod, []byte("=> .."), fmt.Appendf(nil, "=> %q", root), 1)
	sum, err := os.ReadFile("go.sum")
	return dir, errors.Join(err,
		os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o666),
		os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o666))
}

// nogo analyses each package of a module in a process of its own, as Bazel
// does: in a folder that has the source files and nothing else, with the facts
// of imported packages in files.
func nogo(t *testing.T, dir string) []string {
	var list []string
	for _, a := range nogoActions(t, dir, os.Getenv("GOFLAGS")) {
		for _, m := range nogoFinding.FindAllStringSubmatch(a.stderr, -1) {
			list = append(list, finding(t, dir, m[1], m[2]))
		}
	}
	return unique(list)
}

// nogo adds the name of the analyzer to the message.
var nogoFinding = regexp.MustCompile(`(?m)^(\S+\.go:\d+:\d+): (.*) \(\w+\)$`)

// A nogoAction is what nogo did with one package.
type nogoAction struct {
	path   string
	deps   []string
	facts  int64 // bytes
	took   time.Duration
	stderr string
	patch  string // of fixes
}

// nogoActions runs nogo on the packages of a module, and on those it imports
// that are not of the standard library, in the order of imports.
func nogoActions(t *testing.T, dir, goflags string) []nogoAction {
	t.Helper()
	program, err := theNogo()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := run(t, dir, []string{"GOFLAGS=" + goflags}, "go", "list", "-export", "-deps", "-test", "-json=ImportPath,Name,Dir,GoFiles,Export,ImportMap,Deps,Standard,ForTest,DepOnly", "./...")
	if code != 0 {
		t.Fatal(stderr)
	}
	work, sandbox := t.TempDir(), t.TempDir()
	exports := make(map[string]string) // files by package
	facts := make(map[string]string)
	tested := make(map[string]bool)
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(stdout)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if !p.Standard && p.Name != "main_test" && !strings.HasSuffix(p.ImportPath, ".test") {
			packages = append(packages, p)
			if p.ForTest == plain(p.ImportPath) {
				tested[p.ForTest] = true
			}
		}
	}
	var actions []nogoAction
	for i, p := range packages {
		cfg := filepath.Join(work, fmt.Sprintf("%d.cfg", i))
		fixes := filepath.Join(work, fmt.Sprintf("%d.fixes", i))
		facts[p.ImportPath] = filepath.Join(work, fmt.Sprintf("%d.facts", i))
		args := []string{"-p", plain(p.ImportPath), "-importcfg", cfg, "-x", facts[p.ImportPath], "-fix_dir", fixes,
			"-go_version", strings.TrimPrefix(runtime.Version(), "go")}
		var lines []string
		for from, to := range p.ImportMap {
			if from != plain(to) {
				lines = append(lines, fmt.Sprintf("importmap %s=%s", from, plain(to)))
			}
		}
		for _, dep := range p.Deps {
			if file := exports[dep]; file != "" {
				lines = append(lines, fmt.Sprintf("packagefile %s=%s", plain(dep), file))
			}
			if file := facts[dep]; file != "" {
				args = append(args, "-fact", plain(dep)+"="+file)
			}
		}
		if err := errors.Join(os.Mkdir(fixes, 0o777), os.WriteFile(cfg, []byte(strings.Join(lines, "\n")), 0o666)); err != nil {
			t.Fatal(err)
		}
		for _, name := range p.GoFiles {
			rel, err := filepath.Rel(dir, filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if !filepath.IsLocal(rel) {
				rel = filepath.Join("external", fmt.Sprint(i), name)
			}
			if err := copyFile(filepath.Join(sandbox, rel), filepath.Join(p.Dir, name)); err != nil {
				t.Fatal(err)
			}
			args = append(args, rel)
		}
		start := time.Now()
		_, stderr, code := run(t, sandbox, []string{"GOARCH=" + runtime.GOARCH, "GOMAXPROCS=1"}, program, args...)
		a := nogoAction{path: p.ImportPath, deps: p.Deps, took: time.Since(start)}
		if code != 0 && code != 3 { // 3: findings
			t.Fatalf("nogo on %s: exit code %d\n%s", p.ImportPath, code, stderr)
		}
		if info, err := os.Stat(facts[p.ImportPath]); err == nil {
			a.facts = info.Size()
		}
		patch, err := os.ReadFile(filepath.Join(fixes, "nogo.patch"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		// A package with tests is reported with its tests.
		if !p.DepOnly && !(p.ForTest == "" && tested[p.ImportPath]) {
			a.stderr, a.patch = stderr, string(patch)
		}
		actions = append(actions, a)
	}
	return actions
}

// A listed is a package as go list prints it.
type listed struct {
	ImportPath, Name, Dir, Export, ForTest string
	GoFiles, Deps                          []string
	ImportMap                              map[string]string
	Standard, DepOnly                      bool
}

// plain returns the path of a package without the test that it is compiled for.
func plain(id string) string {
	path, _, _ := strings.Cut(id, " ")
	return path
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(to), 0o777), os.WriteFile(to, data, 0o666))
}
