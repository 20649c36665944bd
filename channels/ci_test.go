package channels

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestAction runs the script of action.yml as GitHub does: for a push, all is told, for a
// pull request, of which one commit is checked out, what it adds.
func TestAction(t *testing.T) {
	module := clone(t, "examples/leaky")
	all := len(command(t, module))
	if got := len(action(t, module, "")); got != all {
		t.Errorf("for a push: %d results, want %d", got, all)
	}

	commit(t, module)
	base, _, _ := run(t, module, nil, "git", "rev-parse", "HEAD")
	addLeak(t, module)
	commit(t, module)
	checkout := filepath.Join(t.TempDir(), "checkout")
	if _, stderr, code := run(t, module, nil, "git", "clone", "-q", "--depth=1", "file://"+filepath.ToSlash(module), checkout); code != 0 {
		t.Fatal(stderr)
	}
	if got := len(action(t, checkout, strings.TrimSpace(base))); got != 1 {
		t.Errorf("for a pull request: %d results, want 1", got)
	}
}

// actionRef is the version of the action that a job uses.
const actionRef = "v1.2.3"

// action runs the script of action.yml in a folder, for a pull request if it has a base,
// and returns the results that it writes.
func action(t *testing.T, dir, base string) []any {
	t.Helper()
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	decode(t, "action.yml", &action)
	step := action.Runs.Steps[0]
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	env := []string{"GITHUB_ACTION_PATH=" + root, "RUNNER_TEMP=" + temp, "GITHUB_OUTPUT=" + filepath.Join(temp, "output")}
	for name, value := range step.Env {
		for input, i := range action.Inputs {
			value = strings.ReplaceAll(value, "${{ inputs."+input+" }}", i.Default)
		}
		value = strings.ReplaceAll(value, "${{ github.event.pull_request.base.sha }}", base)
		env = append(env, name+"="+strings.ReplaceAll(value, "${{ github.action_ref }}", actionRef))
	}
	if _, stderr, code := run(t, dir, env, "bash", "-e", "-o", "pipefail", "-c", step.Run); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	output, err := os.ReadFile(filepath.Join(temp, "output"))
	if err != nil {
		t.Fatal(err)
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(string(output)), "sarif=")
	if !ok {
		t.Fatalf("the output is %q", output)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct {
			Results []any
			Tool    struct{ Driver struct{ Version string } }
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("there is not one run in\n%s", data)
	}
	if v := log.Runs[0].Tool.Driver.Version; v != actionRef {
		t.Errorf("the action %s is memlint %q", actionRef, v)
	}
	return log.Runs[0].Results
}

// commit commits all that there is in a folder, to a repository that it makes of it.
func commit(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=somebody", "-c", "user.email=somebody@example.com", "commit", "-qm", "commit"}} {
		if _, stderr, code := run(t, dir, nil, "git", args...); code != 0 {
			t.Fatal(stderr)
		}
	}
}

// addLeak adds a package with one leak.
func addLeak(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "added"), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "added/added.go", `package added

import "os"

func Size(name string) int64 {
	f, err := os.Open(name)
	if err != nil {
		return 0
	}
	info, _ := f.Stat()
	return info.Size()
}
`)
}

// TestHook runs the hooks as pre-commit does: what `go install ./...` installs
// is all that is in PATH.
func TestHook(t *testing.T) {
	var hooks []struct{ ID, Entry string }
	decode(t, ".pre-commit-hooks.yaml", &hooks)
	bin := t.TempDir()
	if _, stderr, code := run(t, "..", []string{"GOBIN=" + bin}, "go", "install", "./..."); code != 0 {
		t.Fatal(stderr)
	}
	for _, hook := range hooks {
		isNew := hook.ID == "memlint-new"
		words := strings.Fields(hook.Entry)
		check := func(what, module string, want int) {
			t.Helper()
			stdout, stderr, code := run(t, module, nil, filepath.Join(bin, words[0]), words[1:]...)
			if code != want {
				t.Errorf("%s: %s: exit code %d, want %d\n%s%s", hook.ID, what, code, want, stdout, stderr)
			}
		}
		leaky, fixed := clone(t, "examples/leaky"), clone(t, "examples/fixed")
		commit(t, leaky)
		commit(t, fixed)
		check("leaks that are there", leaky, map[bool]int{false: 1, true: 0}[isNew])
		check("no leak", fixed, 0)
		addLeak(t, fixed)
		check("a leak is added", fixed, 1)
	}
}

// TestPages checks that what pages tell users to copy is what the tests here run.
func TestPages(t *testing.T) {
	page := func(name string) string {
		text, err := os.ReadFile(filepath.Join("..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, file := range map[string]string{
		"nogo.md":          filepath.Join("testdata", "nogo.json"),
		"golangci-lint.md": filepath.Join("..", "golangci", "example", ".golangci.yml"),
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text := regexp.MustCompile(`(?m)\A#.*\n`).ReplaceAllString(string(text), ""); !strings.Contains(page(name), "\n"+text+"```\n") {
			t.Errorf("docs/%s does not show %s", name, file)
		}
	}
}

// decode reads a file of the repository.
func decode(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}
