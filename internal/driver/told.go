package driver

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/report"
)

// A keeperer is the result of an analyzer that knows what keeps what lines allocate: see
// [report.Keeper].
type keeperer interface {
	Keepers(yield func(at token.Pos, slot, words string, from token.Pos))
}

// A withholder is the result of an analyzer that does not report all findings.
type withholder interface {
	Withheld() (n int, what, flag string)
}

// A presumer is the result of an analyzer of which leaks may rest on who calls
// functions of an API.
type presumer interface {
	Origin(analysis.Diagnostic) token.Position
	Presumed(analysis.Diagnostic) []string
	OnlyBy(analysis.Diagnostic) []string
	Told() []analysis.Diagnostic
	Pending() []analysis.Diagnostic
	Unless(analysis.Diagnostic) []string
	Uses(yield func(fn string, by []string, again, test bool))
}

// latentOf returns the latent leaks that are in the result of an analyzer. With
// its flag latent, the analyzer reports them, too; that they are latent is told
// by the result alone. At a place and in a category, there is a latent leak or
// findings, not both.
func latentOf(result any) []analysis.Diagnostic {
	if l, ok := result.(interface{ Latent() []analysis.Diagnostic }); ok {
		return l.Latent()
	}
	return nil
}

// collect adds to the outcome what an analyzer reported, and what its result says besides.
func (r *analysisRun) collect(a *analysis.Analyzer, result any, diagnostics []analysis.Diagnostic) {
	latent := latentOf(result)
	known := make(map[place]bool)
	for _, d := range latent {
		known[place{d.Pos, d.Category}] = true
	}
	for _, d := range diagnostics {
		if !known[place{d.Pos, d.Category}] {
			r.tell(a, d, report.Finding{})
		}
	}
	for _, d := range latent {
		r.tell(a, d, report.Finding{Latent: true})
	}
	if p, ok := result.(presumer); ok {
		for _, d := range p.Told() {
			r.tell(a, d, report.Finding{Told: true})
		}
		for _, d := range p.Pending() {
			r.tell(a, d, report.Finding{Unless: p.Unless(d)})
		}
		if len(r.outcome.uses) == 0 {
			p.Uses(func(fn string, by []string, again, test bool) { // all analyzers know the same
				r.outcome.uses = append(r.outcome.uses, report.Use{Func: fn, By: by, Again: again, Test: test})
			})
		}
	}
	if k, ok := result.(keeperer); ok {
		k.Keepers(func(at token.Pos, slot, words string, from token.Pos) {
			// Profiles, too, have lines as //line directives have them.
			if at, ok := r.line(at); ok {
				from, _ := r.line(from)
				r.outcome.keepers = append(r.outcome.keepers, report.Keeper{At: at, Slot: slot, Words: words, From: from})
			}
		})
	}
	if s, ok := result.(interface{ Silenced() []token.Pos }); ok {
		for _, pos := range s.Silenced() {
			if at, ok := r.line(pos); ok {
				r.outcome.silenced = append(r.outcome.silenced, at)
			}
		}
	}
	if w, ok := result.(withholder); ok {
		if n, what, flag := w.Withheld(); n > 0 {
			r.outcome.withheld = append(r.outcome.withheld, Withheld{n, what, flag})
		}
	}
}

// A place is that of a diagnostic.
type place struct {
	pos      token.Pos
	category string
}

// tell keeps a diagnostic of an analyzer, of the kind that like is of.
func (r *analysisRun) tell(a *analysis.Analyzer, d analysis.Diagnostic, like report.Finding) {
	f, err := r.finding(a, d)
	if err != nil {
		r.problem("%s: %s", r.where(), prefixInternal(a, r.unit, err))
		return
	}
	f.Latent, f.Told, f.Unless = like.Latent, like.Told, like.Unless
	if p, ok := r.results[a].(presumer); ok {
		f.Origin, f.Presumed, f.OnlyBy = p.Origin(d), p.Presumed(d), p.OnlyBy(d)
	}
	r.outcome.findings = append(r.outcome.findings, f)
}

// where returns the position of the package clause, for errors that have none.
func (r *analysisRun) where() string {
	return report.Position(r.fset.Position(r.files[0].Package), r.dir)
}

// prefixInternal tells err as the bug that it is.
func prefixInternal(a *analysis.Analyzer, u *unit, err error) string {
	return internal(a, u.ImportPath, err).Error()
}

// internal tells err of an analyzer as the bug that it is, and asks for a report.
func internal(a *analysis.Analyzer, pkg string, err error) error {
	return fmt.Errorf("internal error: analyzer %s on package %s: %v; please report it: %s", a.Name, pkg, err, issues)
}

const issues = "https://github.com/memlint/memlint/issues"

// A bug is an error of an analyzer itself.
type bug struct{ error }

// call runs a on pass. A panic is a bug that names where it came from.
func call(a *analysis.Analyzer, pass *analysis.Pass) (result any, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = bug{fmt.Errorf("panic: %v%s", x, panicSite())}
		}
	}()
	return a.Run(pass)
}

// panicSite returns " (at file:line)" of the function that panicked. With
// MEMLINT_DEBUG set, the stack goes to standard error. To be called from a
// deferred function.
func panicSite() string {
	if os.Getenv("MEMLINT_DEBUG") != "" {
		os.Stderr.Write(debug.Stack())
	}
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicked := false
	for {
		frame, more := frames.Next()
		// A sync.OnceFunc panics again with what its function panicked with.
		inRuntime := strings.HasPrefix(frame.Function, "runtime.") || strings.HasSuffix(frame.File, "sync/oncefunc.go")
		if panicked && !inRuntime {
			return fmt.Sprintf(" (at %s:%d)", frame.File[strings.LastIndex(frame.File, "/")+1:], frame.Line)
		}
		panicked = panicked || inRuntime && strings.Contains(frame.Function, "panic")
		if !more {
			return ""
		}
	}
}

// finding turns a diagnostic into what is kept of it.
func (r *analysisRun) finding(a *analysis.Analyzer, d analysis.Diagnostic) (report.Finding, error) {
	if !d.Pos.IsValid() {
		return report.Finding{}, fmt.Errorf("no position for %q", d.Message)
	}
	f := report.Finding{
		Package:  r.unit.path(),
		Analyzer: a.Name,
		Category: d.Category,
		Message:  d.Message,
		Decl:     r.declaration(d.Pos),
		Pos:      r.fset.Position(d.Pos),
		End:      r.end(d.Pos, d.End),
	}
	var err error
	if f.URL, err = resolveURL(a, d); err != nil {
		return f, err
	}
	for _, rel := range d.Related {
		f.Related = append(f.Related, report.Related{
			Pos: r.fset.Position(rel.Pos), End: r.end(rel.Pos, rel.End), Message: rel.Message,
		})
	}
	for _, fix := range d.SuggestedFixes {
		g, ok, err := r.fix(fix)
		if err != nil {
			return f, fmt.Errorf("fix %q: %v", fix.Message, err)
		}
		if ok {
			f.Fixes = append(f.Fixes, g)
		}
	}
	return f, nil
}

// declaration returns the name of the top-level declaration around pos:
// "(*Store).Add" for a method, "Add", "clients" or "Store" for what else has a
// name, "" if there is none.
func (r *analysisRun) declaration(pos token.Pos) string {
	for _, f := range r.files {
		if pos < f.FileStart || pos >= f.FileEnd {
			continue
		}
		decl, _ := around(f.Decls, pos)
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			return functionName(decl)
		case *ast.GenDecl:
			if spec, ok := around(decl.Specs, pos); ok {
				return specName(spec)
			}
		}
	}
	return ""
}

// around returns the node around pos, one of some that follow each other. There are
// files with very many.
func around[N ast.Node](nodes []N, pos token.Pos) (node N, ok bool) {
	i := sort.Search(len(nodes), func(i int) bool { return nodes[i].Pos() > pos }) - 1
	if i < 0 || pos >= nodes[i].End() {
		return node, false
	}
	return nodes[i], true
}

func functionName(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return decl.Name.Name
	}
	star := ""
	recv := ast.Unparen(decl.Recv.List[0].Type)
	if p, ok := recv.(*ast.StarExpr); ok {
		star, recv = "*", ast.Unparen(p.X)
	}
	switch x := recv.(type) {
	case *ast.IndexExpr:
		recv = x.X
	case *ast.IndexListExpr:
		recv = x.X
	}
	return fmt.Sprintf("(%s%s).%s", star, types.ExprString(recv), decl.Name.Name)
}

func specName(spec ast.Spec) string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		var names []string
		for _, name := range spec.Names {
			names = append(names, name.Name)
		}
		return strings.Join(names, ", ")
	}
	return ""
}

func (r *analysisRun) end(pos, end token.Pos) token.Position {
	return r.fset.Position(cmp.Or(end, pos))
}

// resolveURL returns where d is documented: its own URL or, if it has none,
// that of the analyzer with the category as the anchor.
func resolveURL(a *analysis.Analyzer, d analysis.Diagnostic) (string, error) {
	raw := d.URL
	if raw == "" && d.Category != "" {
		raw = "#" + d.Category
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		return "", err
	}
	u, err := base.Parse(raw)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// fix turns a suggested fix into edits of files. It is not ok if a file is
// generated, by cgo or otherwise: what is generated again loses the fix.
// The error tells of edits that make no sense.
func (r *analysisRun) fix(fix analysis.SuggestedFix) (_ report.Fix, ok bool, _ error) {
	g := report.Fix{Title: fix.Message}
	ok = true
	for _, e := range fix.TextEdits {
		file := r.fset.File(e.Pos)
		if file == nil {
			return g, false, errors.New("edit has no position")
		}
		end := cmp.Or(e.End, e.Pos)
		// An end computed from a node that lacks its last token may lie beyond the file.
		end = min(end, token.Pos(file.Base()+file.Size()))
		if end < e.Pos {
			return g, false, errors.New("edit ends before it begins")
		}
		sum, own := r.sums[file.Name()]
		if !own {
			return g, false, fmt.Errorf("edit of %s, which is no file of the package", file.Name())
		}
		syntax := r.files[slices.IndexFunc(r.files, func(f *ast.File) bool { return r.fset.File(f.FileStart) == file })]
		if ast.IsGenerated(syntax) || r.fset.Position(e.Pos).Filename != file.Name() {
			ok = false
		}
		g.Edits = append(g.Edits, report.Edit{
			File:  file.Name(),
			Start: file.Offset(e.Pos),
			End:   file.Offset(end),
			New:   string(e.NewText),
			Sum:   sum,
		})
	}
	slices.SortStableFunc(g.Edits, func(x, y report.Edit) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End))
	})
	for i := 1; i < len(g.Edits); i++ {
		if x, y := g.Edits[i-1], g.Edits[i]; x.File == y.File && y.Start < x.End {
			return g, false, errors.New("edits overlap")
		}
	}
	return g, ok && len(g.Edits) > 0, nil
}

// forgetFiles drops files from a file set, which lives on.
func forgetFiles(fset *token.FileSet, files []*ast.File) {
	for _, f := range files {
		if file := fset.File(f.FileStart); file != nil {
			fset.RemoveFile(file)
		}
	}
}

// isAbout reports whether an error is about the text of a package.
func isAbout(err error) bool {
	switch err.(type) {
	case scanner.ErrorList, *scanner.Error, types.Error:
		return true
	}
	return false
}

// lineOf returns what is wrong with a package as one line that begins with a
// position if err has one.
func lineOf(err error, dir, pkg string) string {
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		err = list[0]
	}
	line := fmt.Sprintf("%s: %v", pkg, err)
	switch err := err.(type) {
	case *scanner.Error:
		line = fmt.Sprintf("%s: syntax error: %s", report.Position(err.Pos, dir), syntax(err.Msg))
	case types.Error:
		msg, _, _ := strings.Cut(err.Msg, "\n") // more tells of details
		line = fmt.Sprintf("%s: %s", report.Position(err.Fset.Position(err.Pos), dir), msg)
	}
	return report.OneLine(line)
}

// syntax says what the parser found in the words of the compiler.
func syntax(msg string) string {
	expected, ok := strings.CutPrefix(msg, "expected ")
	expected, found, both := strings.Cut(expected, ", found ")
	if !ok || !both {
		return msg
	}
	return fmt.Sprintf("unexpected %s, expected %s", strings.Trim(found, "'"), strings.Trim(expected, "'"))
}
