package driver

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
)

// fixFile applies edits, each a fix of its own, to a file.
func fixFile(t *testing.T, src string, edits ...report.Edit) (*fixing, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(file, []byte(src), 0o640); err != nil {
		t.Fatal(err)
	}
	var findings []report.Finding
	for _, e := range edits {
		e.File, e.Sum = file, sha256.Sum256([]byte(src))
		findings = append(findings, report.Finding{Fixes: []report.Fix{{Edits: []report.Edit{e}}}})
	}
	return fixes(findings, os.ReadFile), file
}

func TestFixesMerge(t *testing.T) {
	const src = "package a\n\nvar x = 12345\n"
	at := strings.Index(src, "12345")
	for _, test := range []struct {
		name  string
		edits []report.Edit
		want  string // of x
		fixed int
	}{
		{"one", []report.Edit{{Start: at, End: at + 1, New: "9"}}, "92345", 1},
		{"apart, out of order", []report.Edit{{Start: at + 4, End: at + 5, New: "8"}, {Start: at, End: at + 1, New: "9"}}, "92348", 2},
		{"adjacent", []report.Edit{{Start: at, End: at + 1, New: "9"}, {Start: at + 1, End: at + 2, New: "8"}}, "98345", 2},
		{"overlapping", []report.Edit{{Start: at, End: at + 2, New: "9"}, {Start: at + 1, End: at + 3, New: "8"}}, "9345", 1},
		{"within", []report.Edit{{Start: at, End: at + 5, New: "9"}, {Start: at + 1, End: at + 1, New: "8"}}, "9", 1},
		{"around", []report.Edit{{Start: at + 1, End: at + 1, New: "8"}, {Start: at, End: at + 5, New: "9"}}, "182345", 1},
		{"inserted twice", []report.Edit{{Start: at, End: at, New: "9"}, {Start: at, End: at, New: "9"}}, "912345", 2},
		{"inserted at one place", []report.Edit{{Start: at, End: at, New: "9"}, {Start: at, End: at, New: "8"}}, "912345", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			x, _ := fixFile(t, src, test.edits...)
			if len(x.errs) > 0 || len(x.changes) != 1 {
				t.Fatalf("errors %v, %d changes", x.errs, len(x.changes))
			}
			want := strings.Replace(src, "12345", test.want, 1)
			if got := string(x.changes[0].after); got != want || x.fixed != test.fixed {
				t.Errorf("got %d fixed: %q; want %d: %q", x.fixed, got, test.fixed, want)
			}
		})
	}
}

func TestFixesAreRefused(t *testing.T) {
	x, _ := fixFile(t, "package a\n", report.Edit{Start: 0, End: 7, New: "pack"})
	if x.fixed != 0 || len(x.changes) != 0 || len(x.errs) != 1 {
		t.Errorf("a fix that breaks the file: %+v", x)
	}
	_, file := fixFile(t, "package a\n")
	f := report.Finding{Fixes: []report.Fix{{Edits: []report.Edit{{File: file, New: "// later\n", Sum: sha256.Sum256([]byte("before"))}}}}}
	x = fixes([]report.Finding{f, f}, os.ReadFile)
	if x.fixed != 0 || len(x.changes) != 0 || len(x.errs) != 1 {
		t.Errorf("a file that changed: %+v", x)
	}
}

func TestChangeWrite(t *testing.T) {
	x, file := fixFile(t, "package a\n", report.Edit{Start: 8, End: 9, New: "b"})
	link := filepath.Join(t.TempDir(), "link.go")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	x.changes[0].file = link
	if err := x.changes[0].write(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != "package b\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".memlint-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}
