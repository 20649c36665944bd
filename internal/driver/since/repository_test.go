package since

import (
	"bytes"
	"context"
	"errors"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

// TestHas asks of findings that tell of several lines.
func TestHas(t *testing.T) {
	dir := repository(t)
	write(t, dir, "-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n\tx.Close()\n}\n\nvar y int\n")
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "before")
	write(t, dir, "-- a.go --\npackage a\n\nfunc f() {\n\tx := open()\n}\n\nvar y int // is another\n")
	c, err := Find(context.Background(), dir, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	at := func(line int) token.Position { return token.Position{Filename: filepath.Join(dir, "a.go"), Line: line} }
	const same, declared, changed = 1, 4, 7
	for _, tt := range []struct {
		name string
		f    report.Finding
		want bool
	}{
		{"nothing of it changed", report.Finding{Pos: at(same), End: at(same)}, false},
		{"its line", report.Finding{Pos: at(changed), End: at(changed)}, true},
		{"its last line", report.Finding{Pos: at(changed - 1), End: at(changed)}, true},
		{"the end is before it", report.Finding{Pos: at(changed + 1), End: at(same)}, false},
		{"the end is in another file", report.Finding{Pos: at(changed - 1), End: token.Position{Filename: "b.go", Line: changed}}, false},
		{"its declaration", report.Finding{Pos: at(declared)}, true},
		{"its origin", report.Finding{Pos: at(same), Origin: at(changed)}, true},
		{"the declaration of its origin", report.Finding{Pos: at(same), Origin: at(declared)}, true},
		{"another line", report.Finding{Pos: at(same), Related: []report.Related{{Pos: at(same)}, {Pos: at(changed)}}}, true},
		{"the declaration of another line", report.Finding{Pos: at(same), Related: []report.Related{{Pos: at(declared)}}}, false},
		{"it is not in a file", report.Finding{}, false},
	} {
		if got := c.Has(tt.f); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
}

// TestWhere looks at changes from folders, work trees and repositories inside of others.
func TestWhere(t *testing.T) {
	const before, after = "-- a/a.go --\npackage a\n-- b.go --\npackage b\n", "-- a/a.go --\npackage a\nvar x int\n-- a/b/c.go --\npackage c\n"
	const want = "a/a.go:2 a/b/c.go:1"
	dir := repository(t)
	write(t, dir, before)
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "before")

	t.Run("work tree", func(t *testing.T) {
		tree := filepath.Join(t.TempDir(), "tree")
		runGit(t, dir, "worktree", "add", "-q", "--detach", tree)
		write(t, tree, after)
		for _, folder := range []string{"", "a", "a/b"} {
			if got := linesOf(t, tree, "main", folder); got != want {
				t.Errorf("in folder %q: got %q", folder, got)
			}
		}
	})
	t.Run("submodule", func(t *testing.T) {
		outer := repository(t)
		runGit(t, outer, "config", "diff.submodule", "log")
		runGit(t, outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", dir, "sub")
		runGit(t, outer, "commit", "-qm", "outer")
		sub := filepath.Join(outer, "sub")
		write(t, sub, after)
		if got := linesOf(t, sub, "HEAD", "a"); got != want {
			t.Errorf("inside: got %q", got)
		}
		if got := linesOf(t, outer, "HEAD", ""); got != "" {
			t.Errorf("outside: got %q", got)
		}
		runGit(t, sub, "add", ".")
		runGit(t, sub, "commit", "-qm", "after")
		if got := linesOf(t, outer, "HEAD", ""); got != "sub/a/a.go:1-2 sub/a/b/c.go:1 sub/b.go:1" {
			t.Errorf("outside, with another commit: got %q", got)
		}
	})
	t.Run("repository that is not tracked", func(t *testing.T) {
		outer := repository(t)
		runGit(t, outer, "commit", "-qm", "outer", "--allow-empty")
		runGit(t, outer, "clone", "-q", dir, "inner")
		if got := linesOf(t, outer, "HEAD", ""); got != "inner/a/a.go:1 inner/b.go:1" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("links", func(t *testing.T) {
		tree := filepath.Join(t.TempDir(), "tree")
		runGit(t, dir, "worktree", "add", "-q", "--detach", tree)
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(tree, link); err != nil {
			t.Skip(err)
		}
		write(t, tree, after)
		if got := linesOf(t, link, "main", "."); got != want {
			t.Errorf("to the repository: got %q", got)
		}
		if err := os.Symlink("../b.go", filepath.Join(tree, "a", "link.go")); err != nil {
			t.Fatal(err)
		}
		if got := linesOf(t, link, "main", "."); got != "a/a.go:2 a/b/c.go:1 a/link.go:1 b.go:1" {
			t.Errorf("to a file: got %q", got)
		}
	})
	t.Run("hook", func(t *testing.T) { // as git runs it
		tree := filepath.Join(t.TempDir(), "tree")
		runGit(t, dir, "worktree", "add", "-q", "--detach", tree)
		write(t, tree, after)
		t.Setenv("GIT_DIR", filepath.Join(dir, ".git"))
		t.Setenv("GIT_INDEX_FILE", ".git/index")
		t.Setenv("GIT_DIFF_OPTS", "-u9")
		if got := linesOf(t, tree, "main", "a"); got != want {
			t.Errorf("got %q", got)
		}
	})
}

// TestMergeBase compares with the commit at which a branch began, not with where the
// other one is now.
func TestMergeBase(t *testing.T) {
	dir := repository(t)
	write(t, dir, "-- a.go --\npackage a\n-- b.go --\npackage a\n")
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "before")
	runGit(t, dir, "checkout", "-q", "-b", "branch")
	write(t, dir, "-- a.go --\npackage a\nvar x int\n")
	runGit(t, dir, "commit", "-qam", "on the branch")
	runGit(t, dir, "checkout", "-q", "main")
	write(t, dir, "-- b.go --\npackage b\n")
	runGit(t, dir, "commit", "-qam", "on main")
	runGit(t, dir, "checkout", "-q", "branch")
	if got := linesOf(t, dir, "main", ""); got != "a.go:2" {
		t.Errorf("got %q", got)
	}
	runGit(t, dir, "merge", "-q", "main")
	if got := linesOf(t, dir, "main", ""); got != "a.go:2" {
		t.Errorf("with main: got %q", got)
	}
}

// TestConflict looks at files that are in conflict.
func TestConflict(t *testing.T) {
	dir := repository(t)
	write(t, dir, "-- a.go --\npackage a\n")
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "before")
	runGit(t, dir, "checkout", "-q", "-b", "branch")
	write(t, dir, "-- a.go --\npackage a\nvar x int\n")
	runGit(t, dir, "commit", "-qam", "change it")
	runGit(t, dir, "checkout", "-q", "-b", "other", "main")
	runGit(t, dir, "rm", "-q", "a.go")
	runGit(t, dir, "commit", "-qm", "remove it")
	if _, err := os.Stat(filepath.Join(dir, "a.go")); err == nil {
		t.Fatal("a.go is still there")
	}
	merge := exec.Command("git", "merge", "-q", "branch")
	merge.Dir = dir
	if out, err := merge.CombinedOutput(); err == nil {
		t.Fatalf("there is no conflict: %s", out)
	}
	if got := linesOf(t, dir, "HEAD", ""); got != "a.go:1-2" {
		t.Errorf("got %q", got)
	}
}

// TestHostile has a repository name programs, in all settings that have git run some.
func TestHostile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are scripts")
	}
	dir := repository(t)
	write(t, dir, "-- .gitattributes --\n*.go diff=evil filter=evil\n-- a.go --\npackage a\n\nvar y int\n-- ä/a.go --\npackage a // moves\n-- c.go --\npackage a // stays\n")
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "before")
	runGit(t, dir, "mv", "ä/a.go", "ä/é.go")
	hooks := t.TempDir()
	ran := filepath.Join(hooks, "ran")
	evil := filepath.Join(hooks, "evil")
	if err := os.WriteFile(evil, []byte("#!/bin/sh\necho \"$0 $*\" >> "+ran+"\ncat\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(evil, filepath.Join(hooks, "post-index-change")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"core.fsmonitor", "core.pager", "pager.diff", "diff.external", "diff.evil.command",
		"diff.evil.textconv", "filter.evil.clean", "filter.evil.process"} {
		runGit(t, dir, "config", name, evil)
	}
	for name, value := range map[string]string{"core.hooksPath": hooks, "filter.evil.required": "true",
		"diff.context": "5", "diff.interHunkContext": "5", "diff.mnemonicPrefix": "true", "diff.renames": "false",
		"diff.relative": "true", "diff.submodule": "log", "diff.orderFile": "missing", "color.ui": "always", "core.quotePath": "false",
		"diff.colorMoved": "zebra", "status.showUntrackedFiles": "no"} {
		runGit(t, dir, "config", name, value)
	}
	t.Setenv("GIT_EXTERNAL_DIFF", evil)
	t.Setenv("GIT_PAGER", evil)
	write(t, dir, "-- a.go --\npackage b\n\nvar z int\n-- ä/b.go --\npackage b\n")
	if err := os.Chtimes(filepath.Join(dir, "c.go"), time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := linesOf(t, dir, "HEAD", "ä"); got != "a.go:1 a.go:3 ä/b.go:1" {
		t.Errorf("got %q", got)
	}
	if text, err := os.ReadFile(ran); err == nil {
		t.Errorf("git ran programs:\n%s", text)
	}
}

func TestErrors(t *testing.T) {
	dir := repository(t)
	write(t, dir, "-- a.go --\npackage a\n")
	runGit(t, dir, "add", ".")
	runGit(t, dir, "commit", "-qm", "one")
	runGit(t, dir, "commit", "-qm", "two", "--allow-empty")
	runGit(t, dir, "checkout", "-q", "--orphan", "other")
	runGit(t, dir, "commit", "-qm", "other")
	runGit(t, dir, "checkout", "-q", "main")
	shallow := filepath.Join(t.TempDir(), "shallow")
	runGit(t, dir, "clone", "-q", "--depth=1", "--no-single-branch", "file://"+filepath.ToSlash(dir), shallow)
	bare := filepath.Join(t.TempDir(), "bare")
	runGit(t, dir, "clone", "-q", "--bare", dir, bare)
	const hint = "; the clone is shallow: fetch more of its history, as `git fetch --unshallow` does"
	for _, tt := range []struct{ name, dir, rev, want string }{
		{"no repository", t.TempDir(), "main", "git: not a git repository (or any of the parent directories): .git"},
		{"no work tree", bare, "main", "git: this operation must be run in a work tree"},
		{"no such revision", dir, "nowhere", "no such revision"},
		{"a flag", dir, "--output=x", "no such revision"},
		{"a file", dir, "HEAD:a.go", "no such revision"},
		{"no commit in common", dir, "other", "HEAD has no commit in common with it"},
		{"no such commit in a shallow clone", shallow, "HEAD~1", "no such revision" + hint},
		{"no commit by hash", shallow, "0123456789012345678901234567890123456789", "no such revision" + hint},
		{"no history in a shallow clone", shallow, "origin/other", "HEAD has no commit in common with it" + hint},
	} {
		if _, err := Find(context.Background(), tt.dir, tt.rev); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	t.Run("no commit at all", func(t *testing.T) {
		if _, err := Find(context.Background(), repository(t), "HEAD"); err == nil || err.Error() != "no such revision" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := Find(context.Background(), dir, "main"); err == nil || err.Error() != "there is no git in PATH" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Find(ctx, dir, "main"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestRead reads what no git prints, and lines that are longer than what is kept of them.
func TestRead(t *testing.T) {
	const head = "diff --git a/a.go b/a.go\n"
	for _, text := range []string{"@@ -1 1 @@\n", "@@ -1 +1 @@\n", "@@ -1 +1 @@\nx\n", "@@ -1 +1,x @@\n", "@@ -1 +1 @@\n\n", "@@ -1 +1,9 @@\n-\n+\n"} {
		if err := newDiff("").read(strings.NewReader(head + text)); !errors.Is(err, errUnreadable) {
			t.Errorf("%q: %v", text, err)
		}
	}
	d := newDiff("")
	long := strings.Repeat("x", 3*maxText)
	if err := d.read(strings.NewReader(head + "@@ -1,2 +1,2 @@\n-" + long + "\n-y\n+" + long + "\n+" + long + "\n@@ -9 +9 @@\n-x\n+x\n")); err != nil {
		t.Fatal(err)
	}
	if got := d.files["a.go"]; len(got.added) != 2 || got.added[0] != (span{1, 2}) || got.added[1] != (span{9, 9}) {
		t.Errorf("got %v", got)
	}
	endless := io.MultiReader(strings.NewReader(head+"@@ -0,0 +1,999999999 @@\n"), new(endless))
	if err := newDiff("").read(endless); err == nil || err.Error() != "more than 4194304 lines changed" {
		t.Errorf("of an endless change: %v", err)
	}
}

// endless is lines that are added.
type endless struct{}

func (*endless) Read(p []byte) (int, error) {
	line := []byte("+int\n")
	return copy(p, bytes.Repeat(line, max(1, len(p)/len(line)))), nil
}
