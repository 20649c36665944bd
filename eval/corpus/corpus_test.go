package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// leaky and its fix are two commits of a project: at the fix, the ticker of
// watch is stopped, and idle still has its own.
const (
	leaky = `package poll

import "time"

func Watch(done chan bool) {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
		case <-done:
			return
		}
	}
}

type Idle struct{ done chan bool }

func (i *Idle) Run() {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
		case <-i.done:
			return
		}
	}
}
`
	watchAt, idleAt = 6, 19
)

var fixed = strings.Replace(leaky, "\tfor {", "\tdefer t.Stop()\n\tfor {", 1)

// A project is a git repository that tests commit to.
type project struct {
	t   *testing.T
	dir string
}

func newProject(t *testing.T) project {
	p := project{t, t.TempDir()}
	p.git("init", "-q")
	return p
}

func (p project) git(args ...string) string {
	p.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
	cmd.Dir = p.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("git %s: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit replaces all files and returns the commit. The arguments are names
// and contents.
func (p project) commit(files ...string) string {
	p.t.Helper()
	p.git("rm", "-rqf", "--ignore-unmatch", ".")
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(p.dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			p.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o666); err != nil {
			p.t.Fatal(err)
		}
	}
	p.git("add", "-f", ".")
	p.git("commit", "-qm", "x")
	return p.git("rev-parse", "HEAD")
}

func newLinter(t *testing.T) linter {
	t.Helper()
	memlint := filepath.Join(t.TempDir(), "memlint")
	cmd := exec.Command("go", "build", "-o", memlint, "./cmd/memlint")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return linter{memlint, t.TempDir(), time.Minute}
}

func TestJudge(t *testing.T) {
	lint := newLinter(t)
	p := newProject(t)
	const old, young = "module example.com/poll\n\ngo 1.20\n", "module example.com/poll\n\ngo 1.24\n"
	clean := "package poll\n"

	tests := []struct {
		name        string
		parent, fix string
		row         Row
		want        string
		collectable bool
	}{
		{
			name:   "function",
			parent: p.commit("go.mod", old, "poll.go", leaky),
			fix:    p.commit("go.mod", old, "poll.go", fixed),
			row:    Row{File: "poll.go", Line: 5, Func: "Watch"},
			want:   Caught,
		},
		{
			name:   "method that the fix forgets",
			parent: p.commit("go.mod", old, "poll.go", leaky),
			fix:    p.commit("go.mod", old, "poll.go", fixed),
			row:    Row{File: "poll.go", Line: idleAt, Func: "(*Idle).Run"},
			want:   NotSilent,
		},
		{
			name:   "nothing there",
			parent: p.commit("go.mod", old, "poll.go", leaky),
			fix:    p.commit("go.mod", old, "poll.go", fixed),
			row:    Row{File: "poll.go", Line: 16, Func: "Idle"},
			want:   Missed,
		},
		{
			name:   "line in no function",
			parent: p.commit("go.mod", old, "poll.go", leaky),
			fix:    p.commit("go.mod", old, "poll.go", clean),
			row:    Row{File: "poll.go", Line: watchAt, Func: "(package level)"},
			want:   Caught,
		},
		{
			name:        "timers that are collected",
			parent:      p.commit("go.mod", young, "a/b/poll.go", leaky),
			fix:         p.commit("go.mod", young, "a/b/poll.go", fixed),
			row:         Row{File: "a/b/poll.go", Line: watchAt, Func: "Watch"},
			want:        Caught,
			collectable: true,
		},
		{
			name: "before modules",
			parent: p.commit("poll/poll.go", leaky, "vendor/example.net/dep/dep.go", "package dep\n",
				"main.go", "package main\n\nimport (\n\t_ \"example.org/old/name/poll\"\n\t_ \"example.net/dep\"\n)\n\nfunc main() {}\n"),
			fix:         p.commit("poll/poll.go", fixed),
			row:         Row{File: "poll/poll.go", Line: watchAt, Func: "Watch"},
			want:        Caught,
			collectable: true,
		},
		{
			name:   "another platform",
			parent: p.commit("go.mod", old, "poll_wasm.go", leaky),
			fix:    p.commit("go.mod", old, "poll_wasm.go", fixed),
			row:    Row{File: "poll_wasm.go", Line: watchAt, Func: "Watch"},
			want:   Caught,
		},
		{
			name:   "file that the fix removes",
			parent: p.commit("go.mod", old, "poll.go", leaky),
			fix:    p.commit("go.mod", old, "other.go", clean),
			row:    Row{File: "poll.go", Line: watchAt, Func: "Watch"},
			want:   Caught,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.row.Parent, test.row.Fix = test.parent, test.fix
			v, err := lint.judge(t.Context(), filepath.Join(p.dir, ".git"), test.row)
			if err != nil {
				t.Fatal(err)
			}
			if v.Word != test.want || v.Collectable != test.collectable {
				t.Errorf("got %+v, want %s, collectable %t", v, test.want, test.collectable)
			}
		})
	}

	t.Run("does not compile", func(t *testing.T) {
		broken := p.commit("go.mod", old, "poll.go", "package poll\n\nvar x int = true\n")
		_, err := lint.judge(t.Context(), filepath.Join(p.dir, ".git"), Row{Parent: broken, Fix: broken, File: "poll.go", Line: 3, Func: "f"})
		if err == nil || !strings.HasPrefix(err.Error(), "poll.go:3:") {
			t.Errorf("got %v, want an error at poll.go:3", err)
		}
	})
	t.Run("no such commit", func(t *testing.T) {
		_, err := lint.judge(t.Context(), filepath.Join(p.dir, ".git"), Row{Parent: strings.Repeat("1", 40), File: "poll.go"})
		if err == nil || !strings.HasPrefix(err.Error(), "git: ") {
			t.Errorf("got %v, want an error of git", err)
		}
	})
}

func TestImportPath(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/a.go", "package a\n\nimport _ \"example.org/moved/project/b\"\n")
	write(t, dir, "b/b.go", "package b\n\nimport _ \"example.net/some/thing/c\"\n")
	write(t, dir, "vendor/v/v.go", "package v\n\nimport _ \"example.net/some/thing/a\"\n")
	got, err := (&tree{root: dir}).importPath()
	if want := "example.org/moved/project"; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	write(t, dir, "b/x.go", "package b\n\nimport (\n\t_ \"example.io/x/a\"\n\t_ \"example.io/x/b\"\n)\n")
	got, err = (&tree{root: dir}).importPath()
	if want := "example.io/x"; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	write(t, dir, "a/x.go", "package a // import \"example.com/x/a\"\n")
	got, err = (&tree{root: dir}).importPath()
	if want := "example.com/x"; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestGone(t *testing.T) {
	at := func(lines ...int) (all []finding) {
		for _, line := range lines {
			all = append(all, finding{"x.go", line, "a/b"})
		}
		return all
	}
	other := finding{"x.go", 5, "a/c"}
	for _, test := range []struct {
		before, after []finding
		line          int
		want          bool
	}{
		{at(5), nil, 5, true},
		{at(5), at(7), 5, false},
		{at(5, 9), at(9), 5, true},
		{append(at(9), other), []finding{other}, 5, false}, // what stays is on the line
		{append(at(9), other), []finding{other}, 6, true},
	} {
		if got := gone(test.before, test.after, test.line); got != test.want {
			t.Errorf("gone(%v, %v, %d) = %t", test.before, test.after, test.line, got)
		}
	}
}

// TestFindings checks that the other places of a leak count as found, and what
// explains it does not.
func TestFindings(t *testing.T) {
	var d diagnostic
	err := json.Unmarshal([]byte(`{"category": "b", "posn": "/x.go:5:2", "related": [
		{"posn": "/x.go:3:1", "message": "each request gets here"},
		{"posn": "/x.go:9:2", "message": "here, too"}
	]}`), &d)
	if err != nil {
		t.Fatal(err)
	}
	want := []finding{{"/x.go", 5, "a/b"}, {"/x.go", 9, "a/b"}}
	if got := d.findings("a"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRun checks that rows are chosen, that results are kept, and what the
// table says.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "rows.jsonl", `{"repo":"o/n","fix":"0123456789ab","parent":"1","file":"a.go","line":3,"func":"f","category":"ticker","scope":"intra-function","detect":"A Ticker"}
{"repo":"o/n","fix":"223456789abc","parent":"1","file":"a.go","line":3,"func":"f","category":"ticker","scope":"intra-package","detect":"x"}
{"repo":"o/n","fix":"323456789abc","parent":"1","file":"a.go","line":3,"func":"f","category":"listener","scope":"intra-package","detect":"x"}
`)
	write(t, dir, "results.jsonl", `{"repo":"o/n","fix":"0123456789ab","file":"a.go","line":3,"func":"f","category":"ticker","scope":"intra-function","verdict":"missed","collectable":true}
`)
	write(t, dir, "reasons.txt", "# place\treason\n\n012345678 a.go:3\tno rule\n")
	c := config{
		rows:       filepath.Join(dir, "rows.jsonl"),
		repos:      dir, // without clones, so that what is judged is not buildable
		categories: "ticker",
		results:    filepath.Join(dir, "results.jsonl"),
		table:      filepath.Join(dir, "table.md"),
		reasons:    filepath.Join(dir, "reasons.txt"),
	}
	if err := c.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	results, err := readLines[Result](c.results)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, r := range results {
		words = append(words, r.Fix+" "+r.Word)
	}
	if want := []string{"0123456789ab missed", "223456789abc not buildable"}; !slices.Equal(words, want) {
		t.Errorf("results are %q, want %q", words, want)
	}
	table, err := os.ReadFile(c.table)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| ticker | 2 | 0 / 1 |\n",
		"| together | 2 | 0 / 1 |\n",
		"| o/n | 012345678 | a.go:3 | ticker | intra-function | yes | missed | no rule |\n",
		"| o/n | 223456789 | a.go:3 | ticker | intra-package |  | not buildable | there is no clone |",
	} {
		if !strings.Contains(string(table), want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestChosen(t *testing.T) {
	row := Row{Category: "goroutine-no-exit", Detect: "waits on a Ticker"}
	for list, want := range map[string]bool{
		"":                                 true,
		"ticker":                           false,
		"ticker,goroutine-no-exit":         true,
		"ticker,goroutine-no-exit:ticker":  true,
		"ticker,goroutine-no-exit:channel": false,
	} {
		if got := chosen(list, row); got != want {
			t.Errorf("chosen(%q) = %t", list, got)
		}
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestProblem checks that a problem names neither folders of the machine nor servers.
func TestProblem(t *testing.T) {
	tree := &tree{root: filepath.FromSlash("/tmp/x")}
	for stderr, want := range map[string]string{
		filepath.FromSlash("/tmp/x/a.go") + ":1:2: undefined: f\nb.go:1:2: undefined: g":   "a.go:1:2: undefined: f",
		"a.go:1:2: /home/me/go/pkg/mod/example.com/c@v1.0.0/c.go:3:4: no such file":        "a.go:1:2: example.com/c@v1.0.0/c.go:3:4: no such file",
		"a.go:1:2: module example.com/m: reading https://proxy.example.com/m/@v/list: 403": "a.go:1:2: module example.com/m is no more to be had",
	} {
		if got := tree.problem(stderr); got != want {
			t.Errorf("problem(%q) = %q, want %q", stderr, got, want)
		}
	}
}
