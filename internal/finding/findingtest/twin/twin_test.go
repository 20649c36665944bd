package twin_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/finding/findingtest/cases"
	"github.com/memlint/memlint/internal/finding/findingtest/twin"
)

const root = "../../../.."

// foreign reports whether a package of the cases stands for one of another
// module.
func foreign(pkg string) bool {
	return slices.Contains(strings.Split(pkg, "/"), "stub") || pkg == "github.com/cenkalti/backoff/twin"
}

// TestNames runs all analyzers on the cases and examples, and on their twins:
// names are no evidence, so they find the same.
func TestNames(t *testing.T) {
	for _, a := range memlint.Analyzers() {
		for _, name := range []string{"collectable", "on"} {
			if f := a.Flags.Lookup(name); f != nil {
				if err := f.Value.Set("true"); err != nil {
					t.Fatal(err)
				}
				defer f.Value.Set(f.DefValue)
			}
		}
	}
	dirs, err := cases.Modules(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		t.Run(dir, func(t *testing.T) {
			dir, to := filepath.Join(root, dir), t.TempDir()
			files, err := twin.Write(to, dir, foreign, cases.Env())
			if err != nil {
				t.Fatal(err)
			}
			original := find(t, dir, func(file string) string { return file })
			renamed := find(t, to, func(file string) string { return files[file] })
			for _, f := range cases.Subtract(original, renamed) {
				t.Errorf("found only with names that speak: %s", f)
			}
			for _, f := range cases.Subtract(renamed, original) {
				t.Errorf("found only with names that do not: %s", f)
			}
		})
	}
}

// find returns what is found in a module, in files that go by other names.
func find(t *testing.T, dir string, name func(file string) string) []cases.Found {
	t.Helper()
	all, err := cases.Find(dir, memlint.Analyzers(), func(file string, f report.Finding) string {
		return fmt.Sprintf("%s:%d", name(file), f.Pos.Line)
	})
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return all
}

var update = flag.Bool("update", false, "write what the twins of testdata/*.txtar are into them")

// TestWrite compares the twins of modules with golden ones. Each file has a
// module, and under want the Go files of its twin.
func TestWrite(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			module := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if module < 0 {
				t.Fatal("the archive wants nothing")
			}
			given := &txtar.Archive{Files: archive.Files[:module]}
			fsys, err := txtar.FS(given)
			if err != nil {
				t.Fatal(err)
			}
			dir, to := t.TempDir(), t.TempDir()
			if err := os.CopyFS(dir, fsys); err != nil {
				t.Fatal(err)
			}
			files, err := twin.Write(to, dir, foreign, cases.Env())
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: archive.Comment, Files: slices.Clip(archive.Files[:module+1])}
			for _, file := range slices.Sorted(maps.Keys(files)) {
				data, err := os.ReadFile(filepath.Join(to, file))
				if err != nil {
					t.Fatal(err)
				}
				got.Files = append(got.Files, txtar.File{Name: "twin/" + file, Data: data})
				original, err := fs.ReadFile(fsys, files[file])
				if err != nil {
					t.Fatal(err)
				}
				if a, b := bytes.Count(data, []byte("\n")), bytes.Count(original, []byte("\n")); a != b {
					t.Errorf("%s has %d lines, and its twin %d", files[file], b, a)
				}
			}
			find(t, to, func(file string) string { return file }) // it builds
			text := txtar.Format(got)
			if *update {
				if err := os.WriteFile(name, text, 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); !bytes.Equal(text, want) {
				t.Errorf("the twin is another; run with -update and read the difference:\n%s", text)
			}
		})
	}
}

func TestWriteBroken(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/broken\n\ngo 1.26\n", "broken.go": "package broken\n\nvar x = y\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, err := twin.Write(t.TempDir(), dir, foreign, cases.Env())
	if err == nil || !strings.Contains(err.Error(), "does not build") || !strings.Contains(err.Error(), "broken.go:3:9: undefined: y") {
		t.Errorf("error %v", err)
	}
}
