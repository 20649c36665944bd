package docs_test

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/memlint/memlint"

// everyTest is what the tests of any package may import.
var everyTest = []string{"internal/finding/findingtest", "internal/lsp/lsptest"}

// A row of the table of imports: patterns of packages, relative to the module.
type row struct {
	packages string
	imports  []string
	used     bool
}

func TestImports(t *testing.T) {
	rows := table(t, read(t, "architecture.md"))
	for _, p := range packages(t) {
		i := slices.IndexFunc(rows, func(r *row) bool { return matches(r.packages, p.path) })
		if i < 0 {
			t.Errorf("package %s has no row in the table of architecture.md", p.path)
			continue
		}
		r := rows[i]
		r.used = true
		for _, imported := range own(p.Imports) {
			if !allows(r, imported) {
				t.Errorf("%s must not import %s", p.path, imported)
			}
		}
		for _, imported := range own(p.TestImports, p.XTestImports) {
			if !allows(r, imported) && imported != p.path && !slices.Contains(everyTest, imported) {
				t.Errorf("a test of %s must not import %s", p.path, imported)
			}
		}
	}
	for _, r := range rows {
		if !r.used {
			t.Errorf("no package needs the row of %s in the table of architecture.md", r.packages)
		}
	}
}

func allows(r *row, imported string) bool {
	return slices.ContainsFunc(r.imports, func(pattern string) bool { return matches(pattern, imported) })
}

func matches(pattern, pkg string) bool {
	ok, err := path.Match(pattern, pkg)
	return ok && err == nil
}

// TestFolders checks that architecture.md says of each package what it answers, and of
// nothing else, and that the package says it, too: that it has a comment.
func TestFolders(t *testing.T) {
	_, rest, ok := strings.Cut(read(t, "architecture.md"), "\n| folder | what it answers |\n|---|---|\n")
	if !ok {
		t.Fatal("architecture.md has no table of folders")
	}
	named := make(map[string]bool)
	for line := range strings.Lines(rest) {
		cell, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !ok {
			break
		}
		folder := ""
		for name := range strings.SplitSeq(cell, ", ") {
			name = strings.Trim(name, "`")
			if folder != "" { // others beside the first one
				name = path.Join(folder, name)
			}
			folder = path.Dir(name)
			named[name] = true
			if strings.ToLower(name) != name {
				continue // stands for many
			}
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(name))); err != nil {
				t.Errorf("architecture.md has a row of %s: %v", name, err)
			}
		}
	}
	for _, p := range packages(t) {
		name := p.path
		switch {
		case name == ".":
			name = "memlint.go"
		case path.Dir(name) == "analyzers":
			name = "analyzers/NAME"
		}
		if !named[name] {
			t.Errorf("architecture.md does not say what package %s answers", p.path)
		}
		if !commented(t, p) {
			t.Errorf("package %s has no comment that begins with its name", p.path)
		}
	}
}

// commented reports whether a package, or its test if there is nothing else, has a comment
// that begins as those of packages do.
func commented(t *testing.T, p *pkg) bool {
	t.Helper()
	for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		begins := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" {
			begins = "Command " + path.Base(p.path) + " "
		}
		if strings.HasPrefix(f.Doc.Text(), begins) {
			return true
		}
	}
	return false
}

// fileName is that of a Go file where a comment or page names it alone.
var fileName = regexp.MustCompile(`(^|[\s(` + "`" + `])([a-z0-9_]+\.go)([^:\w]|$)`)

// TestFiles checks that files are there which the comments of packages and architecture.md
// name, and that a comment which lists the files of its package lists all.
func TestFiles(t *testing.T) {
	everywhere := map[string]bool{}
	for _, p := range packages(t) {
		have := slices.Concat(p.GoFiles, p.IgnoredGoFiles)
		for _, name := range have {
			everywhere[name] = true
		}
		comment := ""
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			comment += f.Doc.Text()
		}
		var named []string
		for _, m := range fileName.FindAllStringSubmatch(comment, -1) {
			named = append(named, m[2])
			if !slices.Contains(have, m[2]) && !slices.Contains(p.TestGoFiles, m[2]) {
				t.Errorf("the comment of package %s names %s, which it does not have", p.path, m[2])
			}
		}
		if !strings.Contains(comment, "\nFiles: ") {
			continue
		}
		for _, name := range p.GoFiles {
			if name != "doc.go" && !slices.Contains(named, name) {
				t.Errorf("the comment of package %s does not say what %s does", p.path, name)
			}
		}
	}
	for _, m := range fileName.FindAllStringSubmatch(read(t, "architecture.md"), -1) {
		if name := m[2]; !everywhere[name] && name != "server.go" { // of the example
			t.Errorf("architecture.md names %s, which no package has", name)
		}
	}
}

// factual are the packages that declare facts.
var factual = []string{"internal/engine/comm", "internal/engine/duty", "internal/engine/effects", "internal/engine/evidence"}

// TestSoleOwners checks what belongs to few packages only: facts to engines,
// reporting to finding.
func TestSoleOwners(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "FactTypes" && !slices.Contains(factual, p.path) {
						t.Errorf("%s/%s declares FactTypes; internal/engine/comm, duty, effects and evidence do", p.path, name)
					}
				case *ast.CallExpr:
					if sel, ok := n.Fun.(*ast.SelectorExpr); ok && reports(sel) && p.path != "internal/finding" {
						t.Errorf("%s/%s calls %s of a pass; internal/finding does", p.path, name, sel.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// reports reports whether a call is pass.Report or one like it. It goes by the
// names that analyzers use: nothing else here is called so.
func reports(sel *ast.SelectorExpr) bool {
	if sel.Sel.Name != "Report" && sel.Sel.Name != "Reportf" && sel.Sel.Name != "ReportRangef" {
		return false
	}
	switch x := sel.X.(type) {
	case *ast.Ident:
		return strings.EqualFold(x.Name, "pass")
	case *ast.SelectorExpr:
		return strings.EqualFold(x.Sel.Name, "pass")
	}
	return false
}

// table returns the rows of the table of imports.
func table(t *testing.T, page string) []*row {
	t.Helper()
	_, rest, ok := strings.Cut(page, "\n| package | may import from this module |\n|---|---|\n")
	if !ok {
		t.Fatal("architecture.md has no table of imports")
	}
	var rows []*row
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 2 {
			break
		}
		r := &row{packages: strings.Trim(cells[0], "| `")}
		for imported := range strings.SplitSeq(strings.Trim(cells[1], "| "), ", ") {
			if imported != "nothing" {
				r.imports = append(r.imports, strings.Trim(imported, "`"))
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// A pkg is a package of this module; path is relative to it, and so are imports
// of others.
type pkg struct {
	path string
	*build.Package
}

// packages returns the packages of the module. It reads files instead of
// running the go command, so that the result of the test is cached only as long
// as they stay the same.
func packages(t *testing.T) []*pkg {
	t.Helper()
	const root = ".."
	var all []*pkg
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if dir != root {
			_, err := os.Stat(filepath.Join(dir, "go.mod"))
			if name := d.Name(); err == nil || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
				return filepath.SkipDir
			}
		}
		p, err := build.ImportDir(dir, 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, dir)
		all = append(all, &pkg{filepath.ToSlash(rel), p})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// own returns the paths of imports that are packages of this module.
func own(imports ...[]string) []string {
	var rel []string
	for _, path := range slices.Concat(imports...) {
		if path == module {
			rel = append(rel, ".")
		} else if path, ok := strings.CutPrefix(path, module+"/"); ok {
			rel = append(rel, path)
		}
	}
	return rel
}
