package driver

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the runs of testdata/*.txtar print into them")

// TestRuns runs the command on each module in testdata. A file there has the
// arguments in its first lines, one line for each run, and what the runs print
// in the last section.
func TestRuns(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			file, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(archive.Comment), "needs cgo") {
				needCgo(t)
			}
			t.Setenv("GOPROXY", "off")
			t.Setenv("GOFLAGS", "")
			t.Setenv("GOWORK", "")
			t.Setenv("MEMLINT_CACHE", t.TempDir())
			dir := t.TempDir()
			var want *txtar.File
			for i := range archive.Files {
				f := &archive.Files[i]
				if f.Name == "want" {
					want = f
					continue
				}
				name := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			var got bytes.Buffer
			for line := range strings.Lines(string(archive.Comment)) {
				args, ok := strings.CutPrefix(strings.TrimSpace(line), "memlint")
				if name, ok := strings.CutPrefix(strings.TrimSpace(line), "cat "); ok {
					data, err := os.ReadFile(filepath.Join(dir, name))
					fmt.Fprintf(&got, "$ cat %s\n%s", name, data)
					if err != nil {
						t.Error(err)
					}
				}
				if !ok {
					continue
				}
				fmt.Fprintf(&got, "$ memlint%s\n", args)
				var stdout, stderr bytes.Buffer
				t.Chdir(dir)
				code := command(context.Background(), Suite{Analyzers: toys()}, strings.Fields(args), &stdout, &stderr)
				if !strings.Contains(args, "-fix") && !strings.Contains(args, "-write-baseline") {
					var stdout2, stderr2 bytes.Buffer
					code2 := command(context.Background(), Suite{Analyzers: toys()}, strings.Fields(args), &stdout2, &stderr2)
					if code != code2 || stdout.String() != stdout2.String() || stderr.String() != stderr2.String() {
						t.Errorf("memlint%s tells something else from the cache: exit %d\n%s%s", args, code2, &stdout2, &stderr2)
					}
				}
				got.Write(stdout.Bytes())
				for line := range strings.Lines(stderr.String()) {
					got.WriteString("2> " + line)
				}
				fmt.Fprintf(&got, "exit %d\n", code)
			}
			text := strings.ReplaceAll(got.String(), dir, "$DIR")
			if want == nil {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				want = &archive.Files[len(archive.Files)-1]
			}
			if *update {
				want.Data = []byte(text)
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if text != string(want.Data) {
				t.Errorf("got:\n%s\nwant:\n%s", text, want.Data)
			}
		})
	}
}

func needCgo(t *testing.T) {
	out, err := exec.Command("go", "env", "CGO_ENABLED").Output()
	if err != nil || strings.TrimSpace(string(out)) != "1" {
		t.Skip("cgo is off")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		if _, err := exec.LookPath("clang"); err != nil {
			t.Skip("no C compiler")
		}
	}
}

// toys are analyzers that show what the driver does. They are made anew for
// each run, since flags of analyzers stay set.
func toys() []*analysis.Analyzer {
	chain := &analysis.Analyzer{
		Name: "chain",
		Doc:  "chain: report functions that call many others in turn\n\nThe depth crosses packages.\n\n# deep\n\nThe function is deeper than -chain.most.",
		URL:  "https://example.com/chain",
		// As most analyzers do.
		Requires:  []*analysis.Analyzer{inspect.Analyzer},
		FactTypes: []analysis.Fact{new(depth), new(deepest)},
	}
	most := chain.Flags.Int("most", 2, "report functions deeper than `n`")
	keeps := &analysis.Analyzer{
		Name:       "keeps",
		Doc:        "keeps: report functions named Keep, of which others may be latent\n\n# kept\n\nA function that keeps.",
		ResultType: reflect.TypeFor[kept](),
	}
	shown := keeps.Flags.Bool("latent", false, "also report functions whose names begin with Keep")
	keeps.Run = func(pass *analysis.Pass) (any, error) { return runKeeps(pass, *shown) }
	chain.Run = func(pass *analysis.Pass) (any, error) { return runChain(pass, *most) }
	return []*analysis.Analyzer{
		chain,
		{Name: "prints", Doc: "prints: report calls of println\n\n# println\n\nA call of println.", Run: runPrints},
		{Name: "panics", Doc: "panics: panic on functions named Panic", Run: runPanics},
		keeps,
		{Name: "held", Doc: "held: hold back functions named Held", Run: runHeld, ResultType: reflect.TypeFor[heldBack]()},
	}
}

// depth is how many calls deep a function is.
type depth struct{ N int }

func (*depth) AFact()           {}
func (d *depth) String() string { return fmt.Sprint("depth ", d.N) }

// deepest is the depth of the deepest function of a package.
type deepest struct{ N int }

func (*deepest) AFact()           {}
func (d *deepest) String() string { return fmt.Sprint("deepest ", d.N) }

func runChain(pass *analysis.Pass, most int) (any, error) {
	of := make(map[types.Object]int)
	for _, f := range pass.Files {
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			n := 1
			var via *ast.Ident
			ast.Inspect(fn.Body, func(node ast.Node) bool {
				if id, ok := node.(*ast.Ident); ok {
					callee, _ := pass.TypesInfo.Uses[id].(*types.Func)
					var d depth
					if callee == nil {
						return true
					}
					d.N = of[callee]
					if d.N == 0 {
						pass.ImportObjectFact(callee.Origin(), &d)
					}
					if d.N >= n && d.N > 0 {
						n, via = d.N+1, id
					}
				}
				return true
			})
			obj := pass.TypesInfo.Defs[fn.Name]
			of[obj] = n
			if fn.Name.Name == "Census" {
				var all []string
				for _, f := range pass.AllObjectFacts() {
					all = append(all, fmt.Sprint(f.Object.Pkg().Path(), ".", f.Object.Name(), " ", f.Fact))
				}
				for _, f := range pass.AllPackageFacts() {
					all = append(all, fmt.Sprint(f.Package.Path(), " ", f.Fact))
				}
				pass.Report(analysis.Diagnostic{Pos: fn.Name.Pos(), Message: strings.Join(all, "; ")})
			}
			pass.ExportObjectFact(obj, &depth{n})
			var d deepest
			pass.ImportPackageFact(pass.Pkg, &d)
			pass.ExportPackageFact(&deepest{max(n, d.N)})
			if n > most {
				pass.Report(analysis.Diagnostic{
					Pos: fn.Name.Pos(), End: fn.Name.End(), Category: "deep",
					Message: fmt.Sprintf("%s is %d calls deep (chain/deep)", fn.Name.Name, n),
					Related: []analysis.RelatedInformation{{Pos: via.Pos(), Message: "by way of " + via.Name}},
				})
			}
		}
	}
	return nil, nil
}

func runPrints(pass *analysis.Pass) (any, error) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(node ast.Node) bool {
			stmt, ok := node.(*ast.ExprStmt)
			if !ok {
				return true
			}
			if call, ok := stmt.X.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "println" {
					d := analysis.Diagnostic{Pos: call.Pos(), Category: "println", Message: "println is for debugging (prints/println)"}
					if len(call.Args) > 0 {
						d.SuggestedFixes = []analysis.SuggestedFix{{
							Message:   "Remove the call",
							TextEdits: []analysis.TextEdit{{Pos: stmt.Pos(), End: stmt.End()}},
						}}
					}
					pass.Report(d)
				}
			}
			return true
		})
	}
	return nil, nil
}

func runPanics(pass *analysis.Pass) (any, error) {
	if pass.Pkg.Scope().Lookup("Panic") != nil {
		panic("a bug\nof two lines")
	}
	return nil, nil
}

// kept is what is latent in a package.
type kept []analysis.Diagnostic

func (k kept) Latent() []analysis.Diagnostic { return k }

func runKeeps(pass *analysis.Pass, shown bool) (any, error) {
	var latent kept
	for _, f := range pass.Files {
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "Keep") {
				continue
			}
			d := analysis.Diagnostic{Pos: fn.Name.Pos(), End: fn.Name.End(), Category: "kept", Message: fn.Name.Name + " keeps (keeps/kept)"}
			if fn.Name.Name != "Keep" {
				d.Message = fn.Name.Name + " keeps (keeps/kept, latent)"
				latent = append(latent, d)
			}
			if fn.Name.Name == "Keep" || shown {
				pass.Report(d)
			}
		}
	}
	return latent, nil
}

type heldBack int

func (n heldBack) Withheld() (int, string, string) {
	return int(n), "findings about functions named Held", "-held.all"
}

func runHeld(pass *analysis.Pass) (any, error) {
	if pass.Pkg.Scope().Lookup("Held") != nil {
		return heldBack(1), nil
	}
	return heldBack(0), nil
}
