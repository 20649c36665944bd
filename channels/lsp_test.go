package channels

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/memlint/memlint/internal/lsp/lsptest"
	"github.com/memlint/memlint/internal/lsp/protocol"
)

// goplsVersion is what docs/editors.md says was tried. It is the newest one that
// Go 1.26 can build.
const goplsVersion = "v0.23.0"

// theGopls is an unmodified gopls, as people install it.
var theGopls = sync.OnceValues(func() (string, error) {
	return install("gopls", "golang.org/x/tools/gopls@"+goplsVersion)
})

// editor runs the language server, and opens each file of a module in it.
func editor(t *testing.T, dir string) []string {
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	c := lsptest.Start(t, dir, nil, memlint, "lsp")
	c.Initialize(nil)
	var files, list []string
	err = fs.WalkDir(os.DirFS(dir), ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(file) == ".go" {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		c.Open(file)
	}
	for _, file := range files {
		text := protocol.NewText([]byte(c.Text(file)), protocol.UTF16)
		for _, d := range c.Pull(file) {
			offset, err := text.Offset(d.Range.Start)
			if err != nil {
				t.Fatal(err)
			}
			start, err := text.Offset(protocol.Position{Line: d.Range.Start.Line})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprintf("%s:%d:%d: %s", file, d.Range.Start.Line+1, offset-start+1, d.Code))
		}
	}
	c.Shutdown()
	return unique(list)
}

const (
	goMod = "module example.com/m\n\ngo 1.22\n"
	main  = `package main

import (
	"fmt"
	"time"
)

func main() {
	go poll(make(chan int))
	fmt.Printf("%d\n", "not a number")
}

func poll(c chan int) {
	for {
		wait(c)
	}
}

func wait(c chan int) {
	t := time.NewTicker(time.Second)
	select {
	case <-c:
	case <-t.C:
	}
}
`
	ofGopls   = "printf default 10:14"
	ofMemlint = "memlint timerleak/ticker-not-stopped 20:7"
)

// proxied starts gopls behind memlint, or alone.
func proxied(t *testing.T, alone bool) *lsptest.Client {
	t.Helper()
	gopls, err := theGopls()
	if err != nil {
		t.Fatal(err)
	}
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "go.mod", goMod)
	write(t, dir, "main.go", main)
	command := []string{memlint, "lsp", "-proxy", gopls, "-mode=stdio"}
	if alone {
		command = command[3:]
	}
	return lsptest.Start(t, dir, []string{"MEMLINT_CACHE=" + t.TempDir()}, command...)
}

// TestProxy edits with an editor that is told of diagnostics.
func TestProxy(t *testing.T) {
	c := proxied(t, false)
	got := c.Initialize(nil)
	alone := proxied(t, true)
	if want := alone.Initialize(nil); !reflect.DeepEqual(got, want) {
		t.Errorf("capabilities are %v, those of gopls are %v", got, want)
	}
	alone.Shutdown()

	c.Open("main.go")
	diagnostics := c.Wait("main.go", ofGopls, ofMemlint)
	i := slices.IndexFunc(diagnostics, func(d protocol.Diagnostic) bool { return d.Source == "memlint" })

	t.Log("what gopls has to offer comes first")
	if actions := c.Actions("main.go", diagnostics[1-i]); len(actions) > 0 {
		t.Errorf("actions for %s: %v", ofGopls, actions)
	}
	actions := c.Actions("main.go", diagnostics[i])
	if len(actions) != 1 || actions[0].Title != "Defer Stop after the ticker is created" {
		t.Fatalf("actions for %s: %v", ofMemlint, actions)
	}
	var same protocol.CodeAction
	if err := c.Call("codeAction/resolve", actions[0], &same); err != nil || !reflect.DeepEqual(same, actions[0]) {
		t.Errorf("resolved, it is %+v, error %v", same, err)
	}
	c.Apply(actions[0])
	c.Wait("main.go", ofGopls)

	t.Log("each server says its own")
	c.Replace("main.go", `"not a number"`, "42")
	c.Wait("main.go")
	c.Replace("main.go", "\tdefer t.Stop()\n", "")
	c.Wait("main.go", ofMemlint)
	c.Replace("main.go", "42", `"not a number"`)
	c.Wait("main.go", ofMemlint, ofGopls)

	t.Log("gopls answers other requests")
	var hover struct{ Contents struct{ Value string } }
	if err := c.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]any{"uri": protocol.FileURI(c.File("main.go"))},
		"position":     protocol.Position{Line: 19, Character: 12},
	}, &hover); err != nil || !strings.Contains(hover.Contents.Value, "func time.NewTicker(d time.Duration) *time.Ticker") {
		t.Errorf("hover: %+v, error %v", hover, err)
	}
	c.Shutdown()
	if code := c.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestProxyPull edits with an editor that asks for diagnostics.
func TestProxyPull(t *testing.T) {
	c := proxied(t, false)
	capabilities := c.Initialize(map[string]any{
		"initializationOptions":                map[string]any{"pullDiagnostics": true},
		"textDocument.diagnostic":              map[string]any{},
		"workspace.diagnostics.refreshSupport": true,
	})
	if capabilities["diagnosticProvider"] == nil {
		t.Fatal("gopls cannot be asked for diagnostics")
	}
	c.Open("main.go")
	// The first time, the answer may come before memlint has looked; it then asks
	// the editor to ask again.
	for refreshes := 0; ; refreshes++ {
		got := lsptest.Brief(c.Pull("main.go"))
		if slices.Equal(got, []string{ofMemlint, ofGopls}) {
			break
		}
		if !slices.Equal(got, []string{ofGopls}) {
			t.Fatalf("asked, the servers say %q", got)
		}
		c.WaitRefresh(refreshes + 1)
	}
	t.Log("and nothing is told twice")
	c.Replace("main.go", "time.NewTicker(time.Second)", "time.NewTicker(time.Minute)")
	if got := lsptest.Brief(c.Pull("main.go")); !slices.Equal(got, []string{ofMemlint, ofGopls}) {
		t.Errorf("after an edit, the servers say %q", got)
	}
	if published, _ := c.Published("main.go"); slices.Contains(lsptest.Brief(published), ofMemlint) {
		t.Errorf("published besides: %q", lsptest.Brief(published))
	}
	c.Replace("main.go", "time.NewTicker(time.Minute)\n", "time.NewTicker(time.Minute)\n\tdefer t.Stop()\n")
	if got := lsptest.Brief(c.Pull("main.go")); !slices.Equal(got, []string{ofGopls}) {
		t.Errorf("fixed, the servers say %q", got)
	}
	c.Shutdown()
	if code := c.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestProxyCommands checks commands of gopls that are no sessions, as editors run
// them.
func TestProxyCommands(t *testing.T) {
	gopls, err := theGopls()
	if err != nil {
		t.Fatal(err)
	}
	memlint, err := theMemlint()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"version"}, {"api-json"}, {"no-such-command"}, {"-no-such-flag"}} {
		wantOut, wantErr, wantCode := run(t, ".", nil, gopls, args...)
		stdout, stderr, code := run(t, ".", nil, memlint, append([]string{"lsp", "-proxy", gopls}, args...)...)
		if stdout != wantOut || stderr != wantErr || code != wantCode {
			t.Errorf("gopls %s: exit code %d, gopls has %d; standard error\n%s\ngopls has\n%s", args, code, wantCode, stderr, wantErr)
		}
	}
}
