package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/lsp/lsptest"
)

// sessions is a module whose go line brings findings with fixes. The emoji are
// one character, two columns of an editor and four bytes.
const sessions = `
-- go.mod --
module example.com/m

go 1.22
-- poll/poll.go --
package poll

import "time"

// Poll works on "süß 😀" days, too.
func Poll(done chan struct{}, work func()) {
	/* 😀 */ t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
			work()
		case <-done:
			return
		}
	}
}
-- poll/more.go --
package poll

func more() int { return 1 }
-- poll/poll_test.go --
package poll_test

import (
	"testing"

	"example.com/m/poll"
)

func TestPoll(t *testing.T) {
	done := make(chan struct{})
	close(done)
	poll.Poll(done, func() {})
}
-- user/user.go --
package user

import "example.com/m/bus"

// greet says hello for as long as the session lives.
func greet(b *bus.Bus, words chan string) {
	b.Subscribe(func(s string) { words <- s })
}
-- bus/bus.go --
package bus

// A Bus hands on words.
type Bus struct {
	next int
	subs map[int]func(string)
}

// Subscribe calls f for each word until the result is called.
func (b *Bus) Subscribe(f func(string)) (cancel func()) {
	b.next++
	id := b.next
	b.subs[id] = f
	return func() { delete(b.subs, id) }
}
-- testdata/src/old/old.go --
package old

import "time"

// Wait leaks when there is nothing to wait for.
func Wait(c chan int) int {
	t := time.NewTimer(time.Hour)
	select {
	case n := <-c:
		return n
	case <-t.C:
		return 0
	}
}
-- broken/broken.go --
package broken

import "time"

// Start does not compile.
func Start() {
	t := time.NewTicker(time.Second)
	for range t.C {
		undefined()
	}
}
`

const (
	notStopped = "memlint timerleak/ticker-not-stopped"
	discarded  = "memlint listenerleak/handle-discarded"
)

// memlintPath returns the command: this binary, as TestMain names it.
func memlintPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("memlint")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// unpack writes an archive to a new folder.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, dir, f.Name, string(f.Data))
	}
	return dir
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// edit starts `memlint lsp` with an editor that has nothing open yet.
func edit(t *testing.T, dir string, args ...string) *lsptest.Client {
	t.Helper()
	env := []string{"MEMLINT_CACHE=" + t.TempDir(), "GOPROXY=off", "GOFLAGS=", "GOWORK="}
	return lsptest.Start(t, dir, env, append([]string{memlintPath(t), "lsp"}, args...)...)
}

// TestEditing is a day at work.
func TestEditing(t *testing.T) {
	dir := unpack(t, sessions)
	c := edit(t, dir)
	capabilities := c.Initialize(nil)
	if got := capabilities["positionEncoding"]; got != "utf-16" {
		t.Errorf("columns count in %v", got)
	}

	const file = "poll/poll.go"
	c.Open(file)
	d := c.Wait(file, notStopped+" 7:16")[0]
	if d.Severity != 2 || d.CodeDescription == nil || !strings.HasSuffix(d.CodeDescription.Href, "timerleak.md#ticker-not-stopped") {
		t.Errorf("severity %d, %+v", d.Severity, d.CodeDescription)
	}
	if len(d.RelatedInformation) != 1 || d.RelatedInformation[0].Location.Range.Start.Line != 12 {
		t.Errorf("related: %+v", d.RelatedInformation)
	}
	if _, version := c.Published(file); version == nil || *version != 1 {
		t.Errorf("diagnostics are for version %v", version)
	}

	t.Log("an edit without saving moves the finding")
	c.Replace(file, "// Poll works", "// Words.\n\n// Poll works")
	d = c.Wait(file, notStopped+" 9:16")[0]

	t.Log("and the fix is for the text as it is")
	actions := c.Actions(file, d)
	if len(actions) != 1 || actions[0].Title != "Defer Stop after the ticker is created" || actions[0].Kind != "quickfix" || !actions[0].IsPreferred {
		t.Fatalf("actions: %+v", actions)
	}
	c.Apply(actions[0])
	if want := "NewTicker(time.Second)\n\tdefer t.Stop()\n\tfor {"; !strings.Contains(c.Text(file), want) {
		t.Errorf("fixed, it is\n%s", c.Text(file))
	}
	c.Wait(file)
	c.Save(file)

	t.Log("an edit brings a finding")
	c.Replace(file, "\tdefer t.Stop()\n", "")
	c.Wait(file, notStopped+" 9:16")

	t.Log("while code does not compile there is nothing to tell")
	c.Replace(file, "\tfor {", "\tfor if {")
	c.Wait(file)
	c.Replace(file, "\tfor if {", "\tfor {")
	c.Wait(file, notStopped+" 9:16")

	t.Log("but not in the body of a test, which nobody analyses")
	c.Open("poll/poll_test.go")
	c.Replace("poll/poll_test.go", "poll.Poll(done", "undefined(done")
	c.Replace(file, "// Words.\n\n", "")
	c.Wait(file, notStopped+" 7:16")
	c.Close("poll/poll_test.go")

	t.Log("what is closed is as it is on disk, and nobody looks at it")
	c.Close(file)
	c.Wait(file)
	c.Shutdown()
	if code := c.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if got := c.Messages(); len(got) > 0 {
		t.Errorf("messages: %q", got)
	}
}

// TestImports checks edits of what the go command looks at.
func TestImports(t *testing.T) {
	c := edit(t, unpack(t, sessions))
	c.Initialize(nil)
	const file = "poll/more.go"
	c.Open(file)
	c.Wait("poll/poll.go", notStopped+" 7:16")

	t.Log("an import that the package has anyway")
	c.Replace(file, "package poll\n", "package poll\n\nimport \"time\"\n")
	c.Replace(file, "return 1", "t := time.NewTicker(1); <-t.C; return 1")
	c.Wait(file, notStopped+" 5:24")

	t.Log("one that it does not have, and the module has")
	c.Replace(file, "import \"time\"\n", "import (\n\t\"example.com/m/bus\"\n\t\"time\"\n)\n")
	c.Replace(file, "func more() int { t := time.NewTicker(1); <-t.C;", "func more(b *bus.Bus) int { b.Subscribe(func(string) { time.Sleep(1) });")
	c.Wait(file, discarded+" 8:29")

	t.Log("a file that is not saved yet")
	c.OpenText("poll/new.go", "package poll\n\nimport \"time\"\n\nfunc New() {\n\tt := time.NewTicker(1)\n\t<-t.C\n}\n")
	c.Wait("poll/new.go", notStopped+" 6:7")
	c.Close("poll/new.go")
	c.Wait("poll/new.go")

	t.Log("a build constraint")
	c.Replace(file, "package poll\n", "//go:build never\n\npackage poll\n")
	c.Wait(file)
	c.Wait("poll/poll.go", notStopped+" 7:16")
	c.Shutdown()
}

// TestDependency checks that a package sees what others have saved.
func TestDependency(t *testing.T) {
	c := edit(t, unpack(t, sessions))
	c.Initialize(nil)
	c.Open("user/user.go")
	c.Open("bus/bus.go")
	c.Wait("user/user.go", discarded+" 7:2")

	c.Replace("bus/bus.go", "func (b *Bus) Subscribe(f func(string)) (cancel func()) {", "func (b *Bus) Subscribe(f func(string)) {")
	c.Replace("bus/bus.go", "b.subs[id] = f\n\treturn func() { delete(b.subs, id) }", "delete(b.subs, id)\n\tf(\"\")")
	c.Save("bus/bus.go")
	c.Wait("user/user.go")
	c.Shutdown()
}

// TestOutside checks files that are not like others.
func TestOutside(t *testing.T) {
	dir := unpack(t, sessions)
	c := edit(t, dir)
	c.Initialize(map[string]any{"workspace.didChangeWatchedFiles.dynamicRegistration": true})

	t.Log("in testdata")
	const old = "testdata/src/old/old.go"
	c.Open(old)
	c.Wait(old, "memlint timerleak/timer-not-stopped 7:7")

	t.Log("outside of a module")
	stray := filepath.Join(t.TempDir(), "stray.go")
	write(t, filepath.Dir(stray), "stray.go", "package stray\n")
	c.Open(stray)
	c.WaitMessage("go.mod file not found")

	t.Log("deleted while it is open, and on disk")
	file := c.File("poll/poll.go")
	c.Open("poll/poll.go")
	c.Wait("poll/poll.go", notStopped+" 7:16")
	if err := os.RemoveAll(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	c.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": "file://" + file, "type": 3}}})
	c.Close("poll/poll.go")
	c.Wait("poll/poll.go")

	t.Log("in another workspace folder, with settings of its own")
	other := unpack(t, sessions)
	write(t, other, ".memlint.yml", "disable: [timerleak/ticker-not-stopped]\n")
	c.Open(filepath.Join(other, "poll/poll.go"))
	c.Open(filepath.Join(other, "user/user.go"))
	c.Wait(filepath.Join(other, "user/user.go"), discarded+" 7:2")
	c.Wait(filepath.Join(other, "poll/poll.go"))

	t.Log("a buffer that has no file")
	c.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "untitled:1.go", "languageId": "go", "version": 1, "text": "package x"}})
	c.Shutdown()
	if code := c.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !slices.Contains(c.Requested(), "client/registerCapability") {
		t.Error("it does not ask to be told of changed files")
	}
}

// TestBrokenSettings checks that a config file that makes no sense is told to
// the person, once, and that mending it helps.
func TestBrokenSettings(t *testing.T) {
	dir := unpack(t, sessions)
	write(t, dir, ".memlint.yml", "disabled: [timerleak]\n")
	c := edit(t, dir)
	c.Initialize(nil)
	c.Open("poll/poll.go")
	c.Open("user/user.go")
	message := c.WaitMessage(".memlint.yml:1:1")
	if !strings.Contains(message, "disabled") {
		t.Errorf("message %q", message)
	}
	write(t, dir, ".memlint.yml", "disable: [listenerleak]\n")
	c.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{}})
	c.Wait("poll/poll.go", notStopped+" 7:16")
	c.Shutdown()
	if got := c.Messages(); len(got) != 1 {
		t.Errorf("messages: %q", got)
	}
}

// TestFlagsOfEditing checks flags of the command line.
func TestFlagsOfEditing(t *testing.T) {
	c := edit(t, unpack(t, sessions), "-disable", "timerleak/ticker-not-stopped")
	c.Initialize(map[string]any{"general.positionEncodings": []string{"utf-8", "utf-16"}})
	c.Open("poll/poll.go")
	c.Open("user/user.go")
	c.Wait("user/user.go", discarded+" 7:2")
	c.Wait("poll/poll.go")
	c.Shutdown()
}

// TestLatentOfEditing checks that latent leaks are told when somebody asks.
func TestLatentOfEditing(t *testing.T) {
	dir := unpack(t, sessions)
	write(t, dir, "hook/hook.go", "package hook\n\nvar hooks = make(map[string]func())\n\n"+
		"func Register(name string, hook func()) { hooks[name] = hook }\n\nfunc Run(name string) { hooks[name]() }\n")
	const (
		latent      = "memlint globalgrowth/map-only-grows 5:43"
		information = 3 // as the protocol has it
	)
	c := edit(t, dir, "-latent")
	c.Initialize(nil)
	c.Open("hook/hook.go")
	if d := c.Wait("hook/hook.go", latent)[0]; d.Severity != information || !strings.HasSuffix(d.Message, " (latent)") {
		t.Errorf("it is told as %+v", d)
	}
	c.Shutdown()

	c = edit(t, dir)
	c.Initialize(nil)
	c.Open("hook/hook.go")
	c.Wait("hook/hook.go")
	write(t, dir, ".memlint.yml", "latent: true\n")
	c.Notify("workspace/didChangeWatchedFiles", nil)
	c.Wait("hook/hook.go", latent)
	c.Shutdown()
}

// TestBaselineOfEditing checks that what is known is not told.
func TestBaselineOfEditing(t *testing.T) {
	dir := unpack(t, sessions)
	cmd := exec.Command(memlintPath(t), "-write-baseline", "known.json", "./poll", "./user")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "MEMLINT_CACHE=off", "GOFLAGS=", "GOWORK=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := edit(t, dir, "-baseline", "known.json")
	c.Initialize(nil)
	c.Open("poll/poll.go")
	c.Replace("poll/poll.go", "\tfor {", "\tnext := time.NewTicker(1)\n\t<-next.C\n\tfor {")
	c.Wait("poll/poll.go", notStopped+" 8:10")
	c.Shutdown()
}

// TestEnds checks how a session can end besides well, and what ends at once.
func TestEnds(t *testing.T) {
	t.Run("editor dies", func(t *testing.T) {
		c := edit(t, unpack(t, sessions))
		c.Initialize(nil)
		c.Open("poll/poll.go") // it is busy
		c.HangUp()
		if code := c.ExitCode(); code != 1 {
			t.Errorf("exit code %d", code)
		}
	})
	for _, test := range []struct {
		args   []string
		stdin  string
		code   int
		stderr string
	}{
		{nil, "", 1, ""},
		{nil, "hello\n", 2, `memlint: lsp: message of the editor: malformed MIME header: missing colon: "hello"`},
		{nil, "Content-Length: x\r\n\r\n", 2, `memlint: lsp: message of the editor: message with Content-Length "x"`},
		{nil, "Content-Length: 3\r\n\r\n{x}", 2, "memlint: lsp: message of the editor: invalid character 'x' looking for beginning of object key string"},
		{[]string{"./..."}, "", 2, `memlint: lsp: unexpected argument "./...": the editor says which packages`},
		{[]string{"-json"}, "", 2, "memlint: lsp: -json means nothing to an editor"},
		{[]string{"-enable=x"}, "", 2, "memlint: lsp: -enable: no analyzer is named \"x\"; `memlint help` lists them"},
		{[]string{"-proxy"}, "", 2, "memlint: lsp: -proxy needs a command, such as gopls"},
		{[]string{"-proxy", "no-such-program"}, "", 2, `memlint: lsp: cannot start no-such-program: exec: "no-such-program": executable file not found in $PATH`},
		{[]string{"-proxy=go", "tool", "no-such-tool"}, "", 2, `go: no such tool "no-such-tool"`},
	} {
		cmd := exec.Command(memlintPath(t), append([]string{"lsp"}, test.args...)...)
		cmd.Stdin = strings.NewReader(test.stdin)
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run() // the error is the exit code
		if code := cmd.ProcessState.ExitCode(); code != test.code || strings.TrimSpace(stderr.String()) != test.stderr || stdout.Len() > 0 {
			t.Errorf("%q with %q: exit code %d, standard output %q and error\n%s", test.args, test.stdin, code, stdout.String(), stderr.String())
		}
	}
}

var editFile = flag.String("edit.file", "../../internal/driver/run.go", "file that BenchmarkEdit edits")

// BenchmarkEdit is what a check costs after an edit of a function, when nothing
// but the package itself has to be looked at; first-s is the seconds of the check
// when the file is opened, with what earlier runs have kept.
func BenchmarkEdit(b *testing.B) {
	file, err := filepath.Abs(*editFile)
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	session, err := driver.NewSession(driver.Suite{Analyzers: memlint.Analyzers()}, nil)
	if err != nil {
		b.Fatal(err)
	}
	check := func(i int) {
		buffer := fmt.Appendf(slices.Clone(text), "\nfunc edit() int { return %d }\n", i)
		result, err := session.Check(b.Context(), filepath.Dir(file), map[string][]byte{file: buffer})
		if err != nil {
			b.Fatal(err)
		}
		if len(result.Problems) > 0 {
			b.Fatal(result.Problems)
		}
	}
	start := time.Now()
	check(0)
	first := time.Since(start).Seconds()
	i := 0
	for b.Loop() {
		i++
		check(i)
	}
	b.ReportMetric(first, "first-s")
}
