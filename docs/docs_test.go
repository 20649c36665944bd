// Package docs_test keeps the documentation true: pages are what doc.go of
// each analyzer says, numbers are those of eval, links lead somewhere, and the
// packages import each other as architecture.md allows.
package docs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/doc/comment"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint"
)

var update = flag.Bool("update", false, "write the pages instead of comparing with them")

func TestPages(t *testing.T) {
	for _, a := range memlint.Analyzers() {
		file := a.Name + ".md"
		if path.Base(a.URL) != file {
			t.Errorf("the page of %s is %s, but its URL is %s", a.Name, file, a.URL)
		}
		want := page(a)
		if *update {
			if err := os.WriteFile(file, want, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what analyzers/%s/doc.go says: run go test ./docs -update", file, a.Name)
		}
	}
}

// page returns the page of an analyzer. Its headings are the categories, so
// that the URL of a finding leads to them.
func page(a *analysis.Analyzer) []byte {
	title, rest, _ := strings.Cut(a.Doc, "\n")
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- Written by go test ./docs -update from analyzers/%s/doc.go. -->\n\n", a.Name)
	fmt.Fprintf(&out, "# %s\n\n%s.\n\n", a.Name, strings.ToUpper(title[:1])+title[1:])
	printer := comment.Printer{
		HeadingLevel: 2,
		HeadingID:    func(*comment.Heading) string { return "" },
	}
	out.Write(printer.Markdown(new(comment.Parser).Parse(rest)))

	header := "\n## Flags\n\n"
	a.Flags.VisitAll(func(f *flag.Flag) {
		_, usage := flag.UnquoteUsage(f)
		value := f.DefValue
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(&out, "%s- `-%s.%s` (default %s): %s\n", header, a.Name, f.Name, value, usage)
		header = ""
	})
	return out.Bytes()
}

var finding = regexp.MustCompile(`(?m)^\S+\.go:\d.*\((\w+)/([a-z-]+)\)$`)

// TestReadme checks that the findings that pages show are what memlint prints on
// examples/leaky, that analyzers.md shows each analyzer, and that README.md leads to all pages.
func TestReadme(t *testing.T) {
	output := read(t, "../examples/leaky.txt")
	for _, page := range []string{"../README.md", "analyzers.md", "architecture.md", "profiles.md"} {
		for _, m := range finding.FindAllStringSubmatch(read(t, page), -1) {
			if line := m[0]; m[1] != "profile" && !strings.Contains(output, line+"\n") {
				t.Errorf("%s shows a finding that examples/leaky.txt does not have:\n%s", page, line)
			}
		}
	}
	analyzers := read(t, "analyzers.md")
	for _, a := range memlint.Analyzers() {
		if !strings.Contains(analyzers, "\n## "+a.Name+"\n") {
			t.Errorf("analyzers.md does not show %s", a.Name)
		}
	}
	readme := read(t, "../README.md")
	if n := len(strings.Fields(readme)); n > 900 {
		t.Errorf("README.md has %d words; it is for two minutes, which are 900", n)
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if !strings.Contains(readme, "(docs/"+page+")") {
			t.Errorf("README.md has no link to docs/%s", page)
		}
	}
}

// TestLists checks that what users copy has all analyzers.
func TestLists(t *testing.T) {
	nogo, golangci := read(t, "nogo.md"), read(t, "../golangci/example/analyzers.golangci.yml")
	for _, a := range memlint.Analyzers() {
		if line := "\"@com_github_memlint_memlint//analyzers/" + a.Name + "\",\n"; !strings.Contains(nogo, line) {
			t.Errorf("nogo.md has no line %s", line)
		}
		if a.Flags.Lookup("on") != nil {
			continue // off unless asked for
		}
		for _, line := range []string{"\n    - " + a.Name + "\n", "\n      " + a.Name + ":\n"} {
			if !strings.Contains(golangci, line) {
				t.Errorf("analyzers.golangci.yml has no line %s", strings.TrimSpace(line))
			}
		}
	}
}

// TestExample compiles the analyzer that CONTRIBUTING.md shows, as if it were there.
func TestExample(t *testing.T) {
	page := read(t, "../CONTRIBUTING.md")
	var files []string
	for _, m := range regexp.MustCompile("(?ms)^   ```go\n(.*?)^   ```$").FindAllStringSubmatch(page, -1) {
		files = append(files, strings.ReplaceAll(m[1], "\n   ", "\n"))
	}
	if len(files) != 3 {
		t.Fatalf("CONTRIBUTING.md has %d pieces of Go, want documentation, case and analyzer", len(files))
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := make(map[string]string)
	for name, text := range map[string]string{
		"doc.go": files[0],
		"pluginleak.go": "package pluginleak\nimport (_ \"embed\"; \"golang.org/x/tools/go/ssa\"\n" +
			"\"github.com/memlint/memlint/internal/engine/evidence\"; \"github.com/memlint/memlint/internal/engine/ir\"; \"github.com/memlint/memlint/internal/finding/account\")\n" + files[2],
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, "analyzers", "pluginleak", name)] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "./analyzers/pluginleak")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDependencies checks that architecture.md says why there is each dependency.
func TestDependencies(t *testing.T) {
	page := read(t, "architecture.md")
	mod, err := modfile.Parse("go.mod", []byte(read(t, "../go.mod")), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if !r.Indirect && !strings.Contains(page, "`"+r.Mod.Path+"`") {
			t.Errorf("architecture.md does not say why memlint depends on %s", r.Mod.Path)
		}
	}
}

// TestCategories checks that each finding in golden files has its anchor.
func TestCategories(t *testing.T) {
	golden := []string{"../examples/leaky.txt"}
	err := filepath.WalkDir("../testdata/src", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "report.golden" {
			golden = append(golden, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range golden {
		for _, m := range finding.FindAllStringSubmatch(read(t, file), -1) {
			if heading := "\n## " + m[2] + "\n"; !strings.Contains(read(t, m[1]+".md"), heading) {
				t.Errorf("%s has a finding %s/%s, but %s.md has no heading %q", file, m[1], m[2], m[1], strings.TrimSpace(heading))
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
