package channels

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/memlint/memlint"
)

// theNogo is Bazel's nogo with memlint and without configuration.
var theNogo = sync.OnceValues(func() (string, error) { return buildNogo("nogo-memlint", "") })

// buildNogo builds nogo as the rules for Go do, from their own sources: their
// builder writes the main function, for a configuration if there is one.
func buildNogo(name, config string) (string, error) {
	dir, err := theNogoModule()
	if err != nil {
		return "", err
	}
	// What the rules set when they build their builder.
	prefix := "-X main.rulesGoStdlibPrefix=@io_bazel_rules_go//stdlib:"
	builder, err := build(filepath.Join(dir, "builder"), "builder", "-mod=mod", "-ldflags="+prefix, ".")
	if err != nil {
		return "", err
	}
	args := []string{"gennogomain", "-output", filepath.Join(dir, "nogo", "main.go")}
	if config != "" {
		args = append(args, "-config", config)
	}
	for _, a := range memlint.Analyzers() {
		args = append(args, "-analyzer_importpath", "github.com/memlint/memlint/analyzers/"+a.Name)
	}
	if out, err := exec.Command(builder, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gennogomain: %v\n%s", err, out)
	}
	return build(filepath.Join(dir, "nogo"), name, "-mod=mod", ".")
}

// theNogoModule is a module with the sources of nogo and of its builder. Its
// name lets it import internal packages of x/tools, as nogo does. All else is
// as in this module.
var theNogoModule = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(binaries, "src")
	out, err := exec.Command("go", "mod", "download", "-json", "github.com/bazelbuild/rules_go").Output()
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", err
	}
	sources := filepath.Join(module.Dir, "go", "tools", "builders")
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
})

// nogo analyses each package of a module in a process of its own, as Bazel
// does: in a folder that has the source files and nothing else, with the facts
// of imported packages in files.
func nogo(t *testing.T, dir string) []string {
	program, err := theNogo()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, a := range nogoActions(t, program, dir) {
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
	facts  int64         // bytes
	took   time.Duration // of processors
	stderr string
	patch  string // of fixes
}

// nogoActions runs nogo on the packages of a module, and on those it imports
// that are not of the standard library, in the order of imports.
func nogoActions(t testing.TB, program, dir string) []nogoAction {
	t.Helper()
	stdout, stderr, code := run(t, dir, nil, "go", "list", "-export", "-compiled", "-deps", "-test", "-json=ImportPath,Name,Dir,CompiledGoFiles,Export,ImportMap,Deps,Standard,ForTest,DepOnly", "./...")
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
		if main := strings.HasSuffix(p.ImportPath, ".test"); !p.Standard && !main {
			packages = append(packages, p)
			if p.ForTest == plain(p.ImportPath) {
				tested[p.ForTest] = true
			}
		}
	}
	var actions []nogoAction
	for i, p := range packages {
		if len(p.CompiledGoFiles) == 0 {
			continue
		}
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
		for _, name := range p.CompiledGoFiles {
			if !filepath.IsAbs(name) { // not written by cgo
				name = filepath.Join(p.Dir, name)
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			if !filepath.IsLocal(rel) {
				rel = filepath.Join("external", fmt.Sprint(i), filepath.Base(name))
			}
			if err := copyFile(filepath.Join(sandbox, rel), name); err != nil {
				t.Fatal(err)
			}
			args = append(args, rel)
		}
		if p.DepOnly {
			args = append([]string{"-facts_only"}, args...)
		}
		_, stderr, state := execute(t, sandbox, []string{"GOARCH=" + runtime.GOARCH}, program, args...)
		a := nogoAction{path: p.ImportPath, deps: p.Deps, took: state.UserTime() + state.SystemTime()}
		if code := state.ExitCode(); code != 0 && code != 3 { // 3: findings
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
	CompiledGoFiles, Deps                  []string
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

// TestNogoConfig checks that flags, file patterns and comments of nogo work on
// analyzers of memlint, and that its patches are those of -fix.
func TestNogoConfig(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
	const wait = `package m

import (
	"os"
	"os/signal"
)

func %s(done chan bool) bool {
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt)%s
	select {
	case <-end:
		return false
	case <-done:
		return true
	}
}
`
	write(t, dir, "a.go", fmt.Sprintf(wait, "A", ""))
	write(t, dir, "b.go", fmt.Sprintf(wait, "B", " //nolint:listenerleak"))
	write(t, dir, "c.pb.go", fmt.Sprintf(wait, "C", ""))
	write(t, dir, "d.go", fmt.Sprintf(wait, "D", " //memlint:ignore listenerleak/signal-not-stopped for as long as the process"))
	write(t, dir, "f.go", "package m\n\nvar hooks = make(map[string]func())\n\nfunc Register(name string, hook func()) { hooks[name] = hook }\n\nfunc Run(name string) { hooks[name]() }\n")
	write(t, dir, "e.go", "package m\n\nimport \"time\"\n\nfunc E() {\n\tt := time.Tick(time.Hour)\n\t<-t\n}\n")

	program, err := buildNogo("nogo-config", filepath.Join("testdata", "nogo.json"))
	if err != nil {
		t.Fatal(err)
	}
	actions := nogoActions(t, program, dir)
	if len(actions) != 1 {
		t.Fatalf("nogo ran on %d packages", len(actions))
	}
	stderr, patch := actions[0].stderr, actions[0].patch
	var got []string
	for _, m := range nogoFinding.FindAllStringSubmatch(stderr, -1) {
		got = append(got, finding(t, dir, m[1], m[2]))
	}
	want := []string{"a.go:10:2: listenerleak/signal-not-stopped", "e.go:6:7: timerleak/tick-in-repeatable", "f.go:5:43: globalgrowth/map-only-grows, latent"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q\n%s", got, want, stderr)
	}
	if !strings.Contains(patch, "+\tdefer signal.Stop(end)\n") || strings.Contains(patch, "b.go") {
		t.Errorf("the patch is\n%s", patch)
	}
}

// BenchmarkNogo says what nogo costs on the module of -nogo.dir: facts and
// processor time of packages, and what is left when each package is analysed as
// soon as those that it imports are, on as many machines as it takes.
func BenchmarkNogo(b *testing.B) {
	program, err := theNogo()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var sum, longest time.Duration
		var bytes, largest int64
		done := make(map[string]time.Duration)
		dir, err := filepath.Abs(*nogoDir)
		if err != nil {
			b.Fatal(err)
		}
		all := nogoActions(b, program, dir)
		for _, a := range all {
			var start time.Duration
			for _, dep := range a.deps {
				start = max(start, done[dep])
			}
			done[a.path] = start + a.took
			longest = max(longest, done[a.path])
			sum += a.took
			bytes += a.facts
			largest = max(largest, a.facts)
		}
		b.ReportMetric(float64(len(all)), "packages")
		b.ReportMetric(float64(bytes)/float64(len(all)), "factbytes/package")
		b.ReportMetric(float64(largest), "factbytes/largest")
		b.ReportMetric(sum.Seconds()*1000/float64(len(all)), "ms/package")
		b.ReportMetric(sum.Seconds(), "s/all")
		b.ReportMetric(longest.Seconds(), "s/longest-path")
	}
}

var nogoDir = flag.String("nogo.dir", filepath.Join("..", "examples", "leaky"), "module for BenchmarkNogo")
