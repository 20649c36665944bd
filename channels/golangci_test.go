package channels

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// suite is the plugin without settings.
const suite = `version: "2"
linters:
  default: none
  enable: [memlint]
  settings:
    custom:
      memlint:
        type: module
issues:
  max-issues-per-linter: 0
  max-same-issues: 0
  uniq-by-line: false
`

// golangci runs golangci-lint with the plugin.
func golangci(t *testing.T, dir string) []string {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	return issues(t, program, t.TempDir(), dir, suite)
}

// issues returns what golangci-lint finds.
func issues(t *testing.T, program, cache, dir, config string) []string {
	t.Helper()
	var list []string
	for _, i := range lint(t, program, cache, dir, config) {
		position := fmt.Sprintf("%s:%d:%d", i.Pos.Filename, i.Pos.Line, i.Pos.Column)
		list = append(list, finding(t, dir, position, i.Text))
	}
	return unique(list)
}

type issue struct {
	FromLinter, Text string
	Pos              struct {
		Filename     string
		Line, Column int
	}
}

// lint runs golangci-lint on a module, which gets the configuration.
func lint(t *testing.T, program, cache, dir, config string, args ...string) []issue {
	t.Helper()
	stdout, stderr, code := tryLint(t, program, cache, dir, config, append(args, "--output.json.path=stdout")...)
	if code > 1 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var result struct{ Issues []issue }
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v in\n%s", err, stdout)
	}
	return result.Issues
}

func tryLint(t *testing.T, program, cache, dir, config string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, ".golangci.yml"), []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"run", "--show-stats=false", "--allow-parallel-runners"}, args...)
	return run(t, dir, []string{"GOLANGCI_LINT_CACHE=" + cache}, program, append(args, "./...")...)
}

// TestExamples runs the configurations that users copy.
func TestExamples(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		config string
		linter string // of findings of timerleak
	}{
		{".golangci.yml", "memlint"},
		{"analyzers.golangci.yml", "timerleak"},
	} {
		config, err := os.ReadFile(filepath.Join("..", "golangci", "example", test.config))
		if err != nil {
			t.Fatal(err)
		}
		dir := clone(t, "examples/leaky")
		found := false
		for _, i := range lint(t, program, t.TempDir(), dir, string(config)) {
			found = found || i.FromLinter == test.linter && strings.Contains(i.Text, "(timerleak/ticker-goroutine)")
		}
		if !found {
			t.Errorf("%s: no finding of %s", test.config, test.linter)
		}
	}
}

// TestNolint silences findings by the name of the linter: that of the plugin.
func TestNolint(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	alone := strings.ReplaceAll(suite, "memlint", "timerleak")
	for _, test := range []struct {
		config, comment string
		want            int
	}{
		{suite, "", 1},
		{suite, "//nolint:memlint // for as long as the process", 0},
		{suite, "//nolint:timerleak", 1},
		{alone, "//nolint:timerleak", 0},
		{alone, "//nolint", 0},
		{suite, "//memlint:ignore timerleak/ticker-goroutine for as long as the process", 0},
	} {
		dir := t.TempDir()
		write(t, dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
		write(t, dir, "m.go", `package m

import "time"

func Start(beat func()) {
	t := time.NewTicker(time.Second) `+test.comment+`
	go func() {
		for range t.C {
			beat()
		}
	}()
}
`)
		if got := issues(t, program, t.TempDir(), dir, test.config); len(got) != test.want {
			t.Errorf("%q: found %q, want %d", test.comment, got, test.want)
		}
	}
}

// TestGolangciFix checks that --fix does what -fix of the command does.
func TestGolangciFix(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	const module = "testdata/src/timerleak/go1.22"
	want, got := clone(t, module), clone(t, module)
	before := sources(t, want)
	if _, stderr, code := run(t, want, nil, memlint, "-fix", "./..."); code > 1 {
		t.Fatal(stderr)
	}
	if _, stderr, code := tryLint(t, program, t.TempDir(), got, suite, "--fix"); code > 1 {
		t.Fatal(stderr)
	}
	files := sources(t, want)
	if maps.Equal(files, before) {
		t.Error("nothing was fixed")
	}
	for file, text := range sources(t, got) {
		if files[file] != text {
			t.Errorf("%s is\n%s\nmemlint -fix makes it\n%s", file, text, files[file])
		}
	}
}

// sources returns the text of each Go file in dir.
func sources(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, file))
		files[file] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestSettings checks that golangci-lint tells of settings that mean nothing.
func TestSettings(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	for settings, want := range map[string]string{
		"enabled: [timerleak]":                         `unknown field "enabled"`,
		"enable: [timer]":                              `enable: no analyzer is named "timer"`,
		"analyzers: {timerleak: {collect: true}}":      `timerleak has no flag "collect"`,
		"analyzers: {closurecapture: {min-bytes: 1x}}": `invalid value "1x" for closurecapture.min-bytes`,
	} {
		dir := clone(t, "examples/fixed")
		config := strings.Replace(suite, "type: module\n", "type: module\n        settings: {"+settings+"}\n", 1)
		_, stderr, code := tryLint(t, program, t.TempDir(), dir, config)
		if code != 3 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d\n%s", settings, code, stderr)
		}
	}
}

// TestThreshold checks that settings get to the analyzers, and that
// golangci-lint does not answer from its cache when they change.
func TestThreshold(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	dir, cache := clone(t, "testdata/src/timerleak/flags/collectable"), t.TempDir()
	shown := strings.Replace(suite, "type: module\n", "type: module\n        settings: {analyzers: {timerleak: {collectable: true}}}\n", 1)
	if got := issues(t, program, cache, dir, suite); len(got) > 0 {
		t.Errorf("without settings: %q", got)
	}
	if got := issues(t, program, cache, dir, shown); len(got) == 0 {
		t.Error("no findings with timerleak.collectable")
	}
}

// TestLatent checks that golangci-lint shows latent leaks if settings ask for them.
func TestLatent(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	for settings, want := range map[string]string{
		"":                         "[]",
		"settings: {latent: true}": "[m.go:5:43: globalgrowth/map-only-grows, latent]",
	} {
		dir := t.TempDir()
		write(t, dir, "go.mod", "module example.com/m\n\ngo 1.26\n")
		write(t, dir, "m.go", "package m\n\nvar hooks = make(map[string]func())\n\nfunc Register(name string, hook func()) { hooks[name] = hook }\n\nfunc Run(name string) { hooks[name]() }\n")
		config := strings.Replace(suite, "type: module\n", "type: module\n        "+settings+"\n", 1)
		if got := fmt.Sprint(issues(t, program, t.TempDir(), dir, config)); got != want {
			t.Errorf("with %q it finds %s, want %s", settings, got, want)
		}
	}
}

// TestStale checks that what golangci-lint keeps does not outlive a change of
// the plugin.
func TestStale(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs(filepath.Join("..", "golangci", "plugin.go"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	const before, after = `"line %d"`, `"row %d"`
	if strings.Count(string(text), before) != 1 {
		t.Fatalf("the plugin does not write %s", before)
	}
	work := t.TempDir()
	write(t, work, "plugin.go", strings.Replace(string(text), before, after, 1))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: filepath.Join(work, "plugin.go")}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, work, "overlay.json", string(overlay))
	changed, err := build(".", "golangci-lint-changed", "-overlay", filepath.Join(work, "overlay.json"), "./golangci-lint")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(changed)
	dir, cache := clone(t, "examples/leaky"), t.TempDir()
	lint(t, program, cache, dir, suite)
	for _, i := range lint(t, changed, cache, dir, suite) {
		if strings.Contains(i.Text, "; line ") {
			t.Errorf("from before the change: %s", i.Text)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestCustom has `golangci-lint custom` build what users build, from the
// configuration that they copy. It clones golangci-lint; the clone is of the
// source in the module cache.
func TestCustom(t *testing.T) {
	program, err := theGolangci()
	if err != nil {
		t.Fatal(err)
	}
	const golangciModule = "github.com/golangci/golangci-lint/v2"
	stdout, stderr, code := run(t, ".", nil, "go", "list", "-m", "-f", "{{.Dir}} {{.Version}}", golangciModule)
	if code != 0 {
		t.Fatal(stderr)
	}
	source, version, _ := strings.Cut(strings.TrimSpace(stdout), " ")
	config, err := os.ReadFile(filepath.Join("..", "golangci", "example", ".custom-gcl.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(config), "version: "+version+"\n") {
		t.Errorf("the configuration is not for %s", version)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	local := regexp.MustCompile(`( import: .*\n +)version: .*`).ReplaceAllString(string(config), "${1}path: "+root)

	repository, dir := t.TempDir(), t.TempDir()
	if err := os.CopyFS(repository, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "--quiet"},
		{"add", "--all", "--force"},
		{"-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--no-gpg-sign", "-m", version},
		{"tag", "--no-sign", version},
	} {
		if _, stderr, code := run(t, repository, nil, "git", args...); code != 0 {
			t.Fatalf("git %s: %s", args, stderr)
		}
	}
	write(t, dir, ".custom-gcl.yml", local)
	env := []string{
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url." + repository + ".insteadOf",
		"GIT_CONFIG_VALUE_0=https://github.com/golangci/golangci-lint.git",
	}
	if stdout, stderr, code := run(t, dir, env, program, "custom", "-v"); code != 0 {
		t.Fatalf("golangci-lint custom: exit code %d\n%s%s", code, stdout, stderr)
	}
	found := issues(t, filepath.Join(dir, "custom-gcl"), t.TempDir(), clone(t, "examples/leaky"), suite)
	if want := golangci(t, clone(t, "examples/leaky")); !slices.Equal(found, want) {
		t.Errorf("it finds %q, want %q", found, want)
	}
}
