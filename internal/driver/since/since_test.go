package since

import (
	"context"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/memlint/memlint/internal/driver/report"
)

// TestLines changes repositories and asks of each line of what is there then whether a
// finding on it is of the change.
func TestLines(t *testing.T) {
	const store = `-- store.go --
package store

type store struct{ seen, sent map[string]int }

func (s *store) add(k string) {
	s.seen[k] = len(k)
	s.sent[k] = len(k)
}

func (s *store) remove(k string) {
	delete(s.seen, k)
	delete(s.sent, k)
}
`
	for _, tt := range []struct {
		name, before, after string // txtar
		want                string // lines
	}{
		{"nothing", store, "", ""},
		{"a line is added", "-- a.go --\npackage a\n", "-- a.go --\npackage a\n\nvar x int\n", "a.go:2-3"},
		{"a line is another", "-- a.go --\npackage a\n\nvar x int\nvar y int\n", "-- a.go --\npackage a\n\nvar x int8\nvar y int\n", "a.go:3"},
		{"a file is new", "-- a.go --\npackage a\n", "-- b.go --\npackage a\n", "b.go:1"},

		// What was removed made the leak: in its own declaration,
		{"a Close is removed", "-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Close()\n}\n\nfunc g() {\n\tx := open()\n}\n",
			"-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n}\n\nfunc g() {\n\tx := open()\n}\n", "a.go:3-5"},
		{"another takes its place", "-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Close()\n}\n",
			"-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Flush()\n}\n", "a.go:3-6"},
		{"all that it names stays", "-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Close()\n}\n",
			"-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Close(1)\n}\n", "a.go:5"},
		{"a comment is removed", "-- a.go --\npackage a\n\nfunc f() {\n\t// open it\n\tx := open()\n}\n",
			"-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n}\n", ""},
		{"the first line is removed", "-- a.go --\nvar x int\npackage a\n", "-- a.go --\npackage a\n", ""},
		// or elsewhere in the package, where it names what keeps.
		{"a delete is removed", store, strings.Replace(store, "\tdelete(s.seen, k)\n", "", 1), "store.go:3 store.go:6 store.go:10-12"},
		{"it moves", store, strings.Replace(store, "\tdelete(s.seen, k)\n", "", 1) +
			"-- b.go --\npackage store\n\nfunc (s *store) drop(k string) {\n\tdelete(s.seen, k)\n}\n", "b.go:1-5 store.go:10-12"},
		{"a function is removed", store, store[:strings.Index(store, "\nfunc (s *store) remove")], "store.go:3 store.go:6-7"},
		{"its file is removed", "-- a.go --\npackage a\n\nvar seen = make(map[string]int)\n\nfunc add(k string) {\n\tseen[k]++\n}\n-- b.go --\npackage a\n\nfunc remove(k string) { delete(seen, k) }\n",
			"-- b.go --\n", "a.go:3 a.go:6"},
		{"a local variable is called so, too", "-- a.go --\npackage a\n\nfunc f(seen map[string]int) {\n\tseen[\"\"]++\n\tx.seen()\n}\n-- b.go --\npackage a\n\nfunc remove(k string) { delete(seen, k) }\n-- c.go --\npackage a\n\nvar seen map[string]int\n",
			"-- b.go --\n", "a.go:5 c.go:3"},
		{"another package declares it", "-- a.go --\npackage a\n\nfunc f(x *b.X) {\n\tx.seen++\n}\n\nfunc g(x *b.X) { x.seen = 0 }\n",
			"-- a.go --\npackage a\n\nfunc f(x *b.X) {\n\tx.seen++\n}\n", ""},
		{"a test is removed", store + "-- store_test.go --\npackage store\n\nfunc test(s *store) { s.seen = nil }\n", "-- store_test.go --\n", ""},

		// Files with names.
		{"a file has another folder", "-- a/a.go --\npackage a\n\nvar a, b int\n\nvar c, d int\n", "-- a/a.go --\n-- b/b.go --\npackage a\n\nvar a, b int\n\nvar c, d int\nvar e int\n", "b/b.go:6"},
		{"names are odd", "-- sp ace/b and b.go --\npackage a\n-- q\"é\\t.go --\npackage a\n", "-- sp ace/b and b.go --\npackage a\nvar x int\n-- q\"é\\t.go --\npackage a\nvar x int\n-- ü.go --\npackage a\n",
			"q\"é\\t.go:2 sp ace/b and b.go:2 ü.go:1"},
		{"no text, for git", "-- .gitattributes --\n*.go -diff\n-- sp ace.go --\npackage a\n\nvar x int\n-- ä.go --\npackage a\n", "-- sp ace.go --\npackage a\n\nvar y int\n-- ä.go --\npackage b\n", "sp ace.go:1-3 ä.go:1"},
		{"git ignores it", "-- .gitignore --\nout\n", "-- out/a.go --\npackage a\n", ""},
		{"no newline ends it", "-- a.go --\npackage a\n", "-- a.go --\npackage a // no newline", "a.go:1"},

		// Findings are where //line directives say.
		{"lines have other names", "-- a.go --\npackage a\n\n//line b.go:1\nvar x int\n-- b.go --\n\n\n", "-- a.go --\npackage a\n\n//line b.go:1\nvar x int8\n", "a.go:4 b.go:1"},
		{"within a line", "-- a.go --\npackage a\n\nvar x int /*line b.go:2:1*/ ; var y int\n-- b.go --\n\n\n", "-- a.go --\npackage a\n\nvar x int /*line b.go:2:1*/ ; var y int8\n", "a.go:3 b.go:2"},
		{"a new file has lines of another", "-- b.go --\n\n\n", "-- a.go --\npackage a\n\n//line b.go:2\nvar x int\n", "a.go:1-4 b.go:2"},
		{"a declaration has other names", "-- a.go --\npackage a\n\n//line b.go:1\nfunc f() {\n\tg()\n}\n-- b.go --\n\n\n\n", "-- a.go --\npackage a\n\n//line b.go:1\nfunc f() {\n}\n", "a.go:4-5 b.go:1-2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := repository(t)
			write(t, dir, tt.before)
			runGit(t, dir, "add", ".")
			runGit(t, dir, "commit", "-qm", "before", "--allow-empty")
			write(t, dir, tt.after)
			untracked := linesOf(t, dir, "HEAD", "")
			if untracked != tt.want && tt.name != "a file has another folder" { // which is another file until it is added
				t.Errorf("in the work tree: got %q, want %q", untracked, tt.want)
			}
			runGit(t, dir, "add", "-A")
			if got := linesOf(t, dir, "HEAD", ""); got != tt.want {
				t.Errorf("in the index: got %q, want %q", got, tt.want)
			}
			runGit(t, dir, "commit", "-qm", "after", "--allow-empty")
			if got := linesOf(t, dir, "HEAD~1", ""); got != tt.want {
				t.Errorf("in a commit: got %q, want %q", got, tt.want)
			}
			if got := linesOf(t, dir, "HEAD", ""); got != "" {
				t.Errorf("got %q since it was committed", got)
			}
		})
	}
}

// linesOf returns the lines of Go files below a folder of a repository on which findings
// are of the change since a revision.
func linesOf(t *testing.T, dir, rev, folder string) string {
	t.Helper()
	c, err := Find(context.Background(), filepath.Join(dir, folder), rev)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	err = filepath.WalkDir(dir+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		first := 0
		n := strings.Count(strings.TrimSuffix(string(text), "\n"), "\n") + 1
		for line := 1; line <= n+1; line++ {
			has := line <= n && len(text) > 0 && c.Has(report.Finding{Pos: token.Position{Filename: name, Line: line}})
			switch {
			case has && first == 0:
				first = line
			case !has && first > 0:
				if at := fmt.Sprintf("%s:%d", filepath.ToSlash(rel), first); first == line-1 {
					list = append(list, at)
				} else {
					list = append(list, fmt.Sprintf("%s-%d", at, line-1))
				}
				first = 0
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

// repository returns the folder of a new repository.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "somebody")
		t.Setenv("GIT_"+who+"_EMAIL", "somebody@example.com")
	}
	runGit(t, dir, "init", "-q", "-b", "main")
	return dir
}

func runGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// write writes files; those that are empty are removed, but for other lines.
func write(t *testing.T, dir, archive string) {
	t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if len(f.Data) == 0 {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(string(f.Data), " // no newline\n") // txtar ends all files with one
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
