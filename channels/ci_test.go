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

// TestAction runs the script of action.yml as GitHub does.
func TestAction(t *testing.T) {
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
	module := clone(t, "examples/leaky")
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
		env = append(env, name+"="+value)
	}
	if _, stderr, code := run(t, module, env, "bash", "-e", "-o", "pipefail", "-c", step.Run); code != 0 {
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
	var log struct{ Runs []struct{ Results []any } }
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	if want := len(command(t, module)); len(log.Runs) != 1 || len(log.Runs[0].Results) != want {
		t.Errorf("not %d results in\n%s", want, data)
	}
}

// TestHook runs the hook as pre-commit does: what `go install ./...` installs
// is all that is in PATH.
func TestHook(t *testing.T) {
	var hooks []struct{ Entry string }
	decode(t, ".pre-commit-hooks.yaml", &hooks)
	bin := t.TempDir()
	if _, stderr, code := run(t, "..", []string{"GOBIN=" + bin}, "go", "install", "./..."); code != 0 {
		t.Fatal(stderr)
	}
	for _, hook := range hooks {
		words := strings.Fields(hook.Entry)
		for module, want := range map[string]int{"examples/leaky": 1, "examples/fixed": 0} {
			stdout, stderr, code := run(t, clone(t, module), nil, filepath.Join(bin, words[0]), words[1:]...)
			if code != want {
				t.Errorf("%s: exit code %d, want %d\n%s%s", module, code, want, stdout, stderr)
			}
		}
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
	nogo := page("nogo.md")
	for _, a := range analyzers {
		if label := `"@com_github_memlint_memlint//analyzers/` + a + `",`; !strings.Contains(nogo, label) {
			t.Errorf("docs/nogo.md does not have %s", label)
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
