package driver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

const sessionModule = `
-- go.mod --
module m

go 1.24
-- a/a.go --
package a

func zero() {}

func A() { zero() }
-- p/p.go --
package p

import (
	"fmt"
	"m/a"
)

func P() { a.A(); fmt.Println() }
-- p/q.go --
package p

func Q() { P() }
-- p/p_test.go --
package p

import "testing"

func Test(*testing.T) { println() }
-- x/x.go --
package x

func X() {}
-- x/x_test.go --
package x_test

import (
	"m/x"
	"testing"
)

func Test(*testing.T) { x.X(); println() }
`

// An editing is a session and the module that it is about.
type editing struct {
	t       *testing.T
	dir     string
	session *Session
	buffers map[string][]byte
	clock   time.Time // of files, which are older than the session
}

func newEditing(t *testing.T, args ...string) *editing {
	t.Helper()
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	t.Setenv("MEMLINT_CACHE", t.TempDir())
	e := &editing{t: t, dir: t.TempDir(), buffers: make(map[string][]byte), clock: time.Now().Add(-time.Hour)}
	for _, f := range txtar.Parse([]byte(sessionModule)).Files {
		e.save(f.Name, string(f.Data))
	}
	var err error
	if e.session, err = NewSession(Suite{Analyzers: toys()}, args); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *editing) file(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// save writes a file at the next second.
func (e *editing) save(name, text string) {
	e.t.Helper()
	file := e.file(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		e.t.Fatal(err)
	}
	e.settle(file)
}

// remove deletes a file at the next second.
func (e *editing) remove(name string) {
	e.t.Helper()
	if err := os.Remove(e.file(name)); err != nil {
		e.t.Fatal(err)
	}
	e.settle(filepath.Dir(e.file(name)))
}

// settle makes a file or folder, and the folder that it is in, look as if it had
// changed a second after the last one.
func (e *editing) settle(name string) {
	e.t.Helper()
	e.clock = e.clock.Add(time.Second)
	for _, name := range []string{name, filepath.Dir(name)} {
		if err := os.Chtimes(name, e.clock, e.clock); err != nil {
			e.t.Fatal(err)
		}
	}
}

// typed sets the buffer of a file that is there, with words replaced.
func (e *editing) typed(name, old, new string) {
	e.t.Helper()
	text, ok := e.buffers[e.file(name)]
	if !ok {
		var err error
		if text, err = os.ReadFile(e.file(name)); err != nil {
			e.t.Fatal(err)
		}
	}
	if !strings.Contains(string(text), old) {
		e.t.Fatalf("%s has no %q", name, old)
	}
	e.buffers[e.file(name)] = []byte(strings.Replace(string(text), old, new, 1))
}

func (e *editing) check(dir string) []string {
	e.t.Helper()
	r, err := e.session.Check(e.t.Context(), e.file(dir), e.buffers)
	if err != nil {
		e.t.Fatal(err)
	}
	return brief(r, e.dir)
}

func brief(r *Result, dir string) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, strings.ReplaceAll(fmt.Sprintf("%s: %s", f.Pos, f.Message), dir+string(filepath.Separator), ""))
	}
	for _, p := range r.Problems {
		list = append(list, strings.ReplaceAll(p.Text, dir+string(filepath.Separator), ""))
	}
	return list
}

// commanded returns what the command finds if buffers are saved.
func (e *editing) commanded(dir string) []string {
	e.t.Helper()
	copied := e.t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(e.dir)); err != nil {
		e.t.Fatal(err)
	}
	for name, text := range e.buffers {
		rel, err := filepath.Rel(e.dir, name)
		if err != nil {
			e.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, rel), text, 0o666); err != nil {
			e.t.Fatal(err)
		}
	}
	r, err := Run(e.t.Context(), Options{Analyzers: toys(), Dir: filepath.Join(copied, dir), Tests: true})
	if err != nil {
		e.t.Fatal(err)
	}
	return brief(r, copied)
}
