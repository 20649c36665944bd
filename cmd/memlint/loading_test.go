package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/lsp/lsptest"
)

// noCompiler is a -toolexec program: it lets the go command ask tools for their
// versions, and leaves a file behind if a compiler, an assembler or a linker of Go
// is to do more.
func noCompiler() {
	args := os.Args[1:]
	tool := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if slices.Contains([]string{"compile", "asm", "link"}, tool) && args[len(args)-1] != "-V=full" {
		os.WriteFile(os.Getenv("STARTED"), []byte(strings.Join(args, " ")), 0o666)
		os.Exit(1)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if cmd.Run() != nil {
		os.Exit(1)
	}
}

// TestNoCompilerInEditor checks that a server starts no compiler either, with a
// build cache in which there is nothing.
func TestNoCompilerInEditor(t *testing.T) {
	tool, err := exec.LookPath("nocompiler")
	if err != nil {
		t.Fatal(err)
	}
	started := filepath.Join(t.TempDir(), "started")
	t.Setenv("STARTED", started)
	t.Setenv("GOFLAGS", "-toolexec="+tool)
	t.Setenv("GOCACHE", t.TempDir())
	t.Setenv("MEMLINT_CACHE", t.TempDir())
	c := lsptest.Start(t, unpack(t, sessions), nil, memlintPath(t), "lsp")
	c.Initialize(nil)
	c.Open("poll/poll.go")
	c.Wait("poll/poll.go", notStopped+" 7:16")
	c.Replace("poll/poll.go", "// Poll", "\n// Poll")
	c.Save("poll/poll.go")
	c.Open("user/user.go")
	c.Wait("user/user.go", discarded+" 7:2")
	c.Shutdown()
	if text, err := os.ReadFile(started); err == nil {
		t.Errorf("started %s", text)
	}
}

// relayed is a module with a leak that shows in a package that does not import the
// one that it is in.
const relayed = `
-- go.mod --
module example.com/m

go 1.26
-- store/store.go --
package store

var whos = map[string]int{}

func Who(key string) {
	whos[key]++
}
-- relay/relay.go --
package relay

import "example.com/m/store"

func Record(who string) { store.Who("who/" + who) }
-- web/web.go --
package web

import (
	"net/http"

	"example.com/m/relay"
)

func Handle(w http.ResponseWriter, r *http.Request) { relay.Record(r.URL.Path) }
`

// TestLoading checks that the same is found whatever types are read from: export
// data that a compiler wrote, or sources.
func TestLoading(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	suites := []struct {
		name     string
		dir      string
		patterns []string
		long     bool
	}{
		{name: "relayed", dir: unpack(t, relayed), patterns: []string{"./..."}},
		{name: "leaky", dir: filepath.Join(root, "examples/leaky"), patterns: []string{"./..."}},
		{name: "fixed", dir: filepath.Join(root, "examples/fixed"), patterns: []string{"./..."}},
		{name: "memlint", dir: root, patterns: []string{"./..."}},
		{name: "standard library", dir: root, patterns: []string{"-test=false", "std"}, long: true},
		{name: "module cache", dir: root, patterns: []string{"-test=false", "all"}, long: true},
	}
	made := regexp.MustCompile(`(?m)^  dependencies: type-check .* ([0-9]+)$`)
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			if suite.long && testing.Short() {
				t.Skip("takes a minute")
			}
			// Types are in the build cache if all was compiled once.
			build := exec.Command("go", "list", "-e", "-deps", "-export", fmt.Sprintf("-test=%t", !suite.long), "-f", "{{if 0}}{{end}}", suite.patterns[len(suite.patterns)-1])
			build.Dir = suite.dir
			build.Env = append(build.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			run := func(env ...string) (stdout string, checked string) {
				cmd := exec.Command(memlintPath(t), append([]string{"-json", "-latent", "-stats"}, suite.patterns...)...)
				cmd.Dir = suite.dir
				cmd.Env = append(cmd.Environ(), append([]string{"GOFLAGS=", "GOWORK=off", "MEMLINT_CACHE=" + t.TempDir()}, env...)...)
				var out, stderr bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &stderr
				if err := cmd.Run(); errors.As(err, new(*exec.ExitError)) && cmd.ProcessState.ExitCode() > 1 || out.Len() == 0 {
					t.Fatalf("%v: %s", err, stderr.String())
				}
				m := made.FindStringSubmatch(stderr.String())
				if m == nil {
					t.Fatalf("no statistics: %s", stderr.String())
				}
				return out.String(), m[1]
			}
			compiled, n := run()
			if !suite.long && n != "0" {
				t.Errorf("%s packages were type-checked that were compiled before", n)
			}
			source, n := run("GOCACHE=" + t.TempDir())
			if n == "0" {
				t.Error("types were there without the build cache")
			}
			if compiled != source {
				t.Errorf("with export data of the compiler:\n%s\nfrom sources:\n%s", compiled, source)
			}
		})
	}
}
