package finding_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/finding"
)

// A file is a package of one file and what an analyzer called "leak" reports
// of it.
type file struct {
	pass  *analysis.Pass
	src   string
	found []analysis.Diagnostic
}

func parse(t *testing.T, src string) *file {
	t.Helper()
	f := &file{src: src}
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, "a.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object)}
	conf := types.Config{Error: func(error) {}}
	pkg, _ := conf.Check("example.com/a", fset, []*ast.File{syntax}, info)
	f.pass = &analysis.Pass{
		Analyzer:  &analysis.Analyzer{Name: "leak", URL: "https://example.com/leak"},
		Fset:      fset,
		Files:     []*ast.File{syntax},
		Pkg:       pkg,
		TypesInfo: info,
		ReadFile:  func(string) ([]byte, error) { return []byte(src), nil },
		Report:    func(d analysis.Diagnostic) { f.found = append(f.found, d) },
	}
	return f
}

// at returns the position of the first occurrence of text.
func (f *file) at(t *testing.T, text string) token.Pos {
	t.Helper()
	i := strings.Index(f.src, text)
	if i < 0 {
		t.Fatalf("no %q in the source", text)
	}
	return f.pass.Files[0].FileStart + token.Pos(i)
}

// text returns the source from pos to end.
func (f *file) text(pos, end token.Pos) string {
	start := f.pass.Files[0].FileStart
	return f.src[pos-start : end-start]
}

// apply returns the source with the edits of a fix made.
func (f *file) apply(fix *finding.Fix) string {
	out, last := "", 0
	for _, e := range fix.Edits {
		from, to := int(e.Pos-f.pass.Files[0].FileStart), int(e.End-f.pass.Files[0].FileStart)
		out += f.src[last:from] + string(e.NewText)
		last = to
	}
	return out + f.src[last:]
}

// A message says what leaks, then what holds it, root first, then its
// category, in 120 bytes: the path loses its middle first, then disappears.
func TestMessage(t *testing.T) {
	long := strings.Repeat("x", 40)
	tests := []struct {
		name   string
		what   string
		heldBy []string
		want   string
	}{
		{"no path", "ticker stays", nil, "ticker stays (leak/kind)"},
		{"path", "ticker stays", []string{"cache", "mu"}, "ticker stays; held by cache -> mu (leak/kind)"},
		{"three names", "ticker stays", []string{"a", "b", "c"}, "ticker stays; held by a -> b -> c (leak/kind)"},
		{"more names", "ticker stays", []string{"a", "b", "c", "d", "e"}, "ticker stays; held by a -> d -> e (leak/kind)"},
		{"too long for three", "ticker stays", []string{long, long, "end"}, "ticker stays; held by " + long + " -> end (leak/kind)"},
		{"too long for two", "ticker stays", []string{"root", long, long + long}, "ticker stays; held by root (leak/kind)"},
		{"too long for one", "ticker stays", []string{long + long + long}, "ticker stays (leak/kind)"},
		{"fits exactly", "ticker stays", []string{strings.Repeat("x", 86)}, "ticker stays; held by " + strings.Repeat("x", 86) + " (leak/kind)"},
		{"one too many", "ticker stays", []string{strings.Repeat("x", 87)}, "ticker stays (leak/kind)"},
		{"letters of other scripts", "größe stays", []string{"größe"}, "gr??e stays; held by gr??e (leak/kind)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := parse(t, "package a\n\nvar v int\n")
			r := finding.NewReporter(f.pass)
			r.Add(finding.Leak{Pos: f.at(t, "v int"), Category: "kind", What: test.what, HeldBy: test.heldBy})
			r.Flush()
			if len(f.found) != 1 {
				t.Fatalf("%d findings, want 1", len(f.found))
			}
			got := f.found[0].Message
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if len(got) > 120 {
				t.Errorf("message of %d bytes", len(got))
			}
		})
	}
}

// The path that a message shows is cut, the caller's slice is not.
func TestPathIsKept(t *testing.T) {
	f := parse(t, "package a\n\nvar v int\n")
	path := []string{"a", "b", strings.Repeat("c", 100), "d"}
	r := finding.NewReporter(f.pass)
	r.Add(finding.Leak{Pos: f.at(t, "v int"), Category: "kind", What: "ticker stays", HeldBy: path})
	r.Flush()
	if strings.Join(path[:2], "") != "ab" || path[3] != "d" {
		t.Errorf("path is now %q", path)
	}
}

// A comment silences a category, or an analyzer, on its own line and the next.
func TestSuppression(t *testing.T) {
	const src = `package a

var before int
var sameLine int //memlint:ignore leak/kind a reason

//memlint:ignore leak/kind a reason
var lineAbove int

//memlint:ignore leak all of its categories
var analyzer int

//memlint:ignore leak/other not this one
var otherCategory int

//memlint:ignore leaky/kind not this one
var otherAnalyzer int

//memlint:ignore leak/kind a reason

var twoLinesBelow int

// memlint:ignore leak/kind a space makes it prose
var prose int

//memlint:ignored leak/kind another word
var otherWord int

//memlint:ignore
var noWord int

/* //memlint:ignore leak/kind in a block comment */
var block int

var two int //memlint:ignore leak/other a reason //memlint:ignore leak/kind part of the reason

//memlint:ignore	leak/kind	a reason behind tabs
var tabs int

//memlint:ignore leak/kind for the same line as the one below
//memlint:ignore leak/other a reason
var stacked int

//memlint:ignore leak/kind not for the second line of words
// that are no directive
var interrupted int

var end int //memlint:ignore leak/kind this line and the next
var next int //memlint:ignore leak/other a reason
var afterNext int
`
	f := parse(t, src)
	r := finding.NewReporter(f.pass)
	for name, shown := range map[string]bool{
		"before": true, "sameLine": false, "lineAbove": false, "analyzer": false, "otherCategory": true, "otherAnalyzer": true,
		"twoLinesBelow": true, "prose": true, "otherWord": true, "noWord": true, "block": true, "two": true,
		"tabs": false, "stacked": false, "interrupted": true, "end": false, "next": false, "afterNext": true,
	} {
		if got := r.Shown(f.at(t, name+" int"), "kind"); got != shown {
			t.Errorf("%s: shown is %t, want %t", name, got, shown)
		}
	}
}

// A directive that silences nothing, or does not say why, is told; what is for
// other analyzers is theirs to tell.
func TestIdleDirectives(t *testing.T) {
	const src = `package a

var used int //memlint:ignore leak/kind a reason

var noReason int //memlint:ignore leak/kind

//memlint:ignore leak
var allNoReason int

//memlint:ignore leak/kind fixed long ago
var unused int

//memlint:ignore leak/kind
var unusedNoReason int

//memlint:ignore leak/knid spelt wrong
var spelt int

//memlint:ignore other/kind for another analyzer
var other int

//memlint:ignore leaky
var longer int

var bare int //memlint:ignore kind because of this

var nothing int //memlint:ignore

//memlint:ignore kind where nothing is found

var withheld int //memlint:ignore leak/kind asked for, and not told
`
	f := parse(t, src)
	r := finding.NewReporter(f.pass)
	for _, name := range []string{"used", "noReason", "allNoReason", "spelt", "bare", "nothing"} {
		r.Add(finding.Leak{Pos: f.at(t, name+" int"), Category: "kind", What: name + " stays"})
	}
	r.Shown(f.at(t, "withheld int"), "kind")
	r.Flush()
	r.Flush()
	var got []string
	for _, d := range f.found {
		got = append(got, fmt.Sprintf("%d: %s", f.pass.Fset.Position(d.Pos).Line, d.Message))
		if d.Category != "kind" && f.text(d.Pos, d.End)[:len("//memlint")] != "//memlint" {
			t.Errorf("%s: range is %q", d.Message, f.text(d.Pos, d.End))
		}
	}
	want := []string{
		"5: directive for leak/kind does not say why (leak/ignore-without-reason)",
		"7: directive for leak does not say why (leak/ignore-without-reason)",
		"10: directive for leak/kind silences nothing (leak/unused-ignore)",
		"13: directive for leak/kind silences nothing (leak/unused-ignore)",
		"16: directive for leak/knid silences nothing (leak/unused-ignore)",
		"17: spelt stays (leak/kind)",
		"25: bare stays (leak/kind)",
		"25: directive names no analyzer; want leak/kind (leak/unused-ignore)",
		"27: nothing stays (leak/kind)",
		"27: directive names no analyzer; want leak/kind (leak/unused-ignore)",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A latent leak is no finding, and reported only if the flag asks for it: marked
// as such, and without a fix.
func TestLatent(t *testing.T) {
	const src = `package a

var one, both, twice int

var quiet int //memlint:ignore leak/kind a reason

var long int
`
	long := strings.Repeat("x", 80) // the most that fits
	for _, shown := range []bool{false, true} {
		f := parse(t, src)
		f.pass.Analyzer.Flags = finding.Flags()
		if err := f.pass.Analyzer.Flags.Set("latent", fmt.Sprint(shown)); err != nil {
			t.Fatal(err)
		}
		r := finding.NewReporter(f.pass)
		leak := func(name string, heldBy ...string) finding.Leak {
			return finding.Leak{
				Pos: f.at(t, name), Category: "kind", What: name + " stays", HeldBy: heldBy,
				Notes: []finding.Note{{Pos: f.at(t, name), Text: "here"}}, Fix: &finding.Fix{Title: "Drop it"},
			}
		}
		r.AddLatent(leak("long", long))
		r.AddLatent(leak("both"))
		r.Add(leak("both"))
		r.AddLatent(leak("both"))
		r.AddLatent(leak("twice"))
		r.AddLatent(leak("twice"))
		r.AddLatent(leak("quiet"))
		r.AddLatent(leak("one", "cache"))
		result := r.Flush()

		var reported, latent []string
		for _, d := range f.found {
			reported = append(reported, d.Message)
		}
		for _, d := range result.Latent() {
			latent = append(latent, d.Message)
			if d.Category != "kind" || d.URL != "https://example.com/leak#kind" || len(d.Related) != 1 || len(d.SuggestedFixes) != 0 || len(d.Message) > 120 {
				t.Errorf("it is %+v", d)
			}
		}
		const both = "both stays (leak/kind)"
		want := []string{
			"one stays; held by cache (leak/kind, latent)",
			"twice stays (leak/kind, latent)",
			"long stays; held by " + long + " (leak/kind, latent)",
		}
		if !slices.Equal(latent, want) {
			t.Errorf("latent are\n%s\nwant\n%s", strings.Join(latent, "\n"), strings.Join(want, "\n"))
		}
		want = slices.Insert(want, 1, both)
		if !shown {
			want = []string{both}
		}
		if !slices.Equal(reported, want) {
			t.Errorf("with the flag %t, it reports\n%s\nwant\n%s", shown, strings.Join(reported, "\n"), strings.Join(want, "\n"))
		}
		if again := r.Flush(); len(again.Latent()) > 0 {
			t.Errorf("then latent are %v", again.Latent())
		}
	}
}

// What is withheld is counted, but for what comments silence.
func TestWithhold(t *testing.T) {
	f := parse(t, "package a\n\nvar v, w int\n\nvar quiet int //memlint:ignore leak/kind a reason\n")
	r := finding.NewReporter(f.pass)
	for _, name := range []string{"v,", "w int", "quiet"} {
		r.Withhold(finding.Leak{Pos: f.at(t, name), Category: "kind"}, "findings about variables", "-leak.all")
	}
	if n, what, flag := r.Flush().Withheld(); n != 2 || what != "findings about variables" || flag != "-leak.all" {
		t.Errorf("withheld are %d %s, shown by %s", n, what, flag)
	}
	if len(f.found) > 0 {
		t.Errorf("it reports %v", f.found)
	}
}

// Generated files are silent, by the comment that go/ast knows.
func TestGenerated(t *testing.T) {
	for header, want := range map[string]int{
		"// Code generated by stringer. DO NOT EDIT.\n\npackage a\n\nvar v int\n": 0,
		"// Code written by hand. DO EDIT.\n\npackage a\n\nvar v int\n":           1,
		"package a\n\n// Code generated by x. DO NOT EDIT.\n\nvar v int\n":        1, // too late: behind the package clause
	} {
		f := parse(t, header)
		r := finding.NewReporter(f.pass)
		r.Add(finding.Leak{Pos: f.at(t, "v int"), Category: "kind", What: "v stays"})
		r.Flush()
		if len(f.found) != want {
			t.Errorf("%d findings, want %d, in\n%s", len(f.found), want, header)
		}
	}
}

// One leak is told once, in source order, with a link to its category.
func TestReport(t *testing.T) {
	f := parse(t, "package a\n\nvar v, w, x int\n")
	v, w, x := f.at(t, "v, w"), f.at(t, "w, x"), f.at(t, "x int")
	r := finding.NewReporter(f.pass)
	for _, l := range []finding.Leak{
		{Pos: x, End: x + 1, Category: "kind", What: "x stays"},
		{Pos: v, Category: "kind", What: "v stays"},
		{Pos: v, Category: "kind", What: "v stays, told again"},
		{Pos: v, Category: "a-kind", What: "v stays for another reason"},
		{Pos: token.NoPos, Category: "kind", What: "nowhere"},
		{Pos: w, Category: "kind", What: "w stays", Notes: []finding.Note{
			{Pos: v, Text: "kept here"}, {Text: "kept nowhere"},
		}, Fix: &finding.Fix{Title: "Drop w", Edits: []analysis.TextEdit{{Pos: w, End: x}}}},
	} {
		r.Add(l)
	}
	r.Flush()
	var got []string
	for _, d := range f.found {
		got = append(got, d.Message)
		if want := "https://example.com/leak#" + d.Category; d.URL != want {
			t.Errorf("link %s, want %s", d.URL, want)
		}
	}
	want := []string{"v stays for another reason (leak/a-kind)", "v stays (leak/kind)", "w stays (leak/kind)", "x stays (leak/kind)"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d := f.found[2]; len(d.Related) != 1 || d.Related[0].Message != "kept here" || len(d.SuggestedFixes) != 1 || d.SuggestedFixes[0].Message != "Drop w" {
		t.Errorf("notes %v and fixes %v of w", d.Related, d.SuggestedFixes)
	}
	if d := f.found[3]; d.Pos != x || d.End != x+1 {
		t.Errorf("x is at %d-%d, want %d-%d", d.Pos, d.End, x, x+1)
	}
	r.Flush()
	if len(f.found) != 4 {
		t.Error("the second Flush tells them again")
	}
}

func callAt(file *ast.File, pos token.Pos) *ast.CallExpr {
	var found *ast.CallExpr
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() == pos {
			found = call // the innermost
		}
		return true
	})
	return found
}

// DeferAfter puts the deferred call on a line of its own behind the statement
// that makes the value, and nowhere else.
func TestDeferAfter(t *testing.T) {
	tests := []struct {
		name, method, body string
		want               string // the body after the fix; "" if there is none
	}{
		{"declared", "Stop", "\tx := make1()\n\t_ = x\n", "\tx := make1()\n\tdefer x.Stop()\n\t_ = x\n"},
		{"a function is called", "", "\tx := make1()\n\t_ = x\n", "\tx := make1()\n\tdefer x()\n\t_ = x\n"},
		{"with an error that is checked later", "Stop", "\tx, err := make1()\n\t_, _ = x, err\n", ""},
		{"part of the call's result", "Stop", "\tx := make1().C\n\t_ = x\n", ""},
		{"behind a comment", "Stop", "\tx := make1() // one\n\t_ = x\n", "\tx := make1() // one\n\tdefer x.Stop()\n\t_ = x\n"},
		{"over several lines", "Stop", "\tx := make1(\n\t\t1,\n\t)\n\t_ = x\n", "\tx := make1(\n\t\t1,\n\t)\n\tdefer x.Stop()\n\t_ = x\n"},
		{"in a nested block", "Stop", "\tif true {\n\t\tx := make1()\n\t\t_ = x\n\t}\n", "\tif true {\n\t\tx := make1()\n\t\tdefer x.Stop()\n\t\t_ = x\n\t}\n"},
		{"in a case", "Stop", "\tswitch {\n\tdefault:\n\t\tx := make1()\n\t\t_ = x\n\t}\n", "\tswitch {\n\tdefault:\n\t\tx := make1()\n\t\tdefer x.Stop()\n\t\t_ = x\n\t}\n"},
		{"assigned", "Stop", "\tvar x any\n\tx = make1()\n\t_ = x\n", "\tvar x any\n\tx = make1()\n\tdefer x.Stop()\n\t_ = x\n"},
		{"assigned twice", "Stop", "\tx := make1()\n\tx = nil\n", ""},
		{"dropped", "Stop", "\t_ = make1()\n", ""},
		{"a statement of its own", "Stop", "\tmake1()\n", ""},
		{"in a field", "Stop", "\tvar s struct{ x any }\n\ts.x = make1()\n", ""},
		{"in the head of an if", "Stop", "\tif x := make1(); x != nil {\n\t}\n", ""},
		{"another statement on the line", "Stop", "\tx := make1(); _ = x\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := func(body string) string { return "package a\n\nfunc f() {\n" + body + "}\n" }
			f := parse(t, src(test.body))
			call := callAt(f.pass.Files[0], f.at(t, "make1("))
			fix := finding.DeferAfter(f.pass, call.Pos(), call.End(), test.method, "Defer it")
			switch {
			case fix == nil && test.want != "":
				t.Error("no fix")
			case fix != nil && test.want == "":
				t.Errorf("fixed to\n%s", f.apply(fix))
			case fix != nil:
				if got := f.apply(fix); got != src(test.want) {
					t.Errorf("got\n%s\nwant\n%s", got, src(test.want))
				}
			}
		})
	}
}

// The text of an analyzer's help is the part of its package comment under the
// heading with its name.
func TestDoc(t *testing.T) {
	const src = "// Package x does things.\n//\n// # Analyzer leak\n//\n// leak: report leaks\n//\n// More words.\npackage x\n"
	got := finding.Doc(src, "leak")
	if want := "report leaks\n\nMore words.\n\n# unused-ignore\n\n"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := "\n\n# ignore-without-reason\n\nA comment \"//memlint:ignore leak/category\""; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for an analyzer without a heading")
		}
	}()
	finding.Doc(src, "other")
}
