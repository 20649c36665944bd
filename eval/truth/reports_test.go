//go:build go1.26

package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The comments say what memlint reports; memlint itself needs this Go.
var comment = regexp.MustCompile(`// (leak|missed): ([a-z-]+/[a-z-]+(?: [a-z-]+/[a-z-]+)*)$`)

// TestReports checks that memlint reports what the comments of package leaks
// say, nothing in the fixes, and that each leak of the table has a comment of
// its category.
func TestReports(t *testing.T) {
	reported := memlint(t)
	said := make(map[string]bool)     // place and category of a comment
	category := make(map[string]bool) // those of comments
	files, err := filepath.Glob("leaks/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range f.Comments {
			m := comment.FindStringSubmatch(group.List[0].Text)
			if m == nil {
				continue
			}
			p := fset.Position(group.Pos())
			at := fmt.Sprintf("%s:%d", filepath.Base(name), p.Line)
			for _, found := range strings.Fields(m[2]) {
				place := at + " " + found
				said[place] = true
				category[found] = true
				switch {
				case m[1] == "leak" && !reported[place]:
					t.Errorf("not reported: %s", place)
				case m[1] == "missed" && reported[place]:
					t.Errorf("reported by now, so say leak: %s", place)
				}
			}
			for _, d := range f.Decls {
				if d, ok := d.(*ast.FuncDecl); ok && d.Pos() <= group.Pos() && group.Pos() < d.End() && strings.HasSuffix(d.Name.Name, "Fixed") {
					t.Errorf("%s is in %s", at, d.Name.Name)
				}
			}
		}
	}
	for place := range reported {
		if !said[place] {
			t.Errorf("reported, and no comment says so: %s", place)
		}
	}
	for _, c := range cases {
		if !category[c.category] {
			t.Errorf("no comment says %s, the category of %s", c.category, c.name())
		}
	}
}

// memlint returns what memlint reports, also as latent, about package leaks, as places with
// categories.
func memlint(t *testing.T) map[string]bool {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "memlint")
	build := exec.Command("go", "build", "-o", bin, "./cmd/memlint")
	build.Dir = filepath.Join("..", "..")
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	run := exec.Command(bin, "-latent", "-json", "./leaks")
	run.Env = build.Env
	out, err := run.Output()
	if err != nil {
		t.Fatalf("memlint: %v", err)
	}
	var packages map[string]map[string][]struct{ Category, Posn string }
	if err := json.Unmarshal(out, &packages); err != nil {
		t.Fatal(err)
	}
	reported := make(map[string]bool)
	for _, analyzers := range packages {
		for analyzer, findings := range analyzers {
			for _, f := range findings {
				place := f.Posn[:strings.LastIndexByte(f.Posn, ':')]
				reported[fmt.Sprintf("%s %s/%s", filepath.Base(place), analyzer, f.Category)] = true
			}
		}
	}
	return reported
}
