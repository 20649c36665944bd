package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/version"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A linter runs memlint on commits.
type linter struct {
	memlint string
	work    string
	timeout time.Duration
}

// A finding is one of memlint.
type finding struct {
	file     string
	line     int
	category string // analyzer/category
}

// judge runs memlint on the package of a row before and after the fix. The
// error says why that cannot be done.
func (l linter) judge(ctx context.Context, git string, row Row) (Verdict, error) {
	var v Verdict
	c := checkout{git, l.work}
	t, err := c.at(ctx, row.Parent, row.File)
	if err != nil {
		return v, err
	}
	v.Go = t.goes
	// Before 1.23 the timers of the row leaked. Later ones leak no more, but
	// whether memlint sees that they are not stopped can still be measured.
	v.Collectable = t.goes == "" || version.Compare("go"+t.goes, "go1.23") >= 0
	all, err := l.run(ctx, t, v.Collectable)
	before, elsewhere := split(t, row, all, row.Line)
	for _, f := range before {
		v.Findings = append(v.Findings, f.category)
	}
	for _, f := range elsewhere {
		v.Elsewhere = append(v.Elsewhere, fmt.Sprintf("%s:%d %s", filepath.Base(f.file), f.line, f.category))
	}
	if len(before) == 0 {
		v.Word = Missed
		return v, err
	}

	if t, err = c.at(ctx, row.Fix, row.File); err != nil {
		return v, fmt.Errorf("at the fix: %w", err)
	}
	all, err = l.run(ctx, t, v.Collectable)
	after, _ := split(t, row, all, 0)
	if err != nil && len(after) == 0 {
		return v, fmt.Errorf("at the fix: %w", err)
	}
	v.Word = Caught
	if !gone(before, after, row.Line) {
		v.Word = NotSilent
	}
	return v, nil
}

// gone reports whether the finding for a leak is no more. Lines change with a
// fix, and a function may have another leak of the same kind; so it is gone if
// there are fewer findings of its category.
func gone(before, after []finding, line int) bool {
	count := func(all []finding, category string) (n int) {
		for _, f := range all {
			if f.category == category {
				n++
			}
		}
		return n
	}
	exact := slices.ContainsFunc(before, func(f finding) bool { return f.line == line })
	for _, f := range before {
		if (!exact || f.line == line) && count(after, f.category) < count(before, f.category) {
			return true
		}
	}
	return false
}

// split returns the findings in the function of a row, or on the line if it is
// not 0, and the other ones.
func split(t *tree, row Row, all []finding, line int) (in, out []finding) {
	file := filepath.Join(t.pkg, path.Base(row.File))
	first, last := function(file, row.Func)
	for _, f := range all {
		if f.file == file && (f.line == line || first <= f.line && f.line <= last) {
			in = append(in, f)
		} else {
			out = append(out, f)
		}
	}
	return in, out
}

// function returns the lines of a function that is named f, T.m or (*T).m; 1
// and 0 if there is none.
func function(file, name string) (first, last int) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return 1, 0
	}
	want := strings.NewReplacer("(", "", ")", "", "*", "").Replace(name)
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && declared(d) == want {
			return fset.Position(d.Pos()).Line, fset.Position(d.End()).Line
		}
	}
	return 1, 0
}

// declared returns the name of a function as f or T.m.
func declared(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// run returns what memlint finds in a package.
func (l linter) run(ctx context.Context, t *tree, collectable bool) ([]finding, error) {
	// Without cgo there is less to build, and most packages do not need it.
	found, err := l.runWith(ctx, t, collectable, append(slices.Clip(t.env), "CGO_ENABLED=0"))
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		found, err = l.runWith(ctx, t, collectable, append(slices.Clip(t.env), "CGO_ENABLED=1"))
	}
	return found, err
}

func (l linter) runWith(ctx context.Context, t *tree, collectable bool, env []string) ([]finding, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.memlint, "-json", "-q", "-test=false", fmt.Sprintf("-timerleak.collectable=%t", collectable), "-C", t.pkg, ".")
	cmd.Env = env
	// Interrupted, memlint ends the go command that it runs; killed, it cannot.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); ctx.Err() != nil {
		return nil, fmt.Errorf("longer than %v: %w", l.timeout, ctx.Err())
	} else if err != nil && stderr.Len() == 0 {
		return nil, err
	}
	if stderr.Len() > 0 {
		return nil, errors.New(t.problem(stderr.String()))
	}
	var packages map[string]map[string][]diagnostic
	if err := json.Unmarshal(stdout.Bytes(), &packages); err != nil {
		return nil, fmt.Errorf("memlint prints %q: %v", stdout.String(), err)
	}
	var found []finding
	for _, analyzers := range packages {
		for analyzer, diagnostics := range analyzers {
			for _, d := range diagnostics {
				found = append(found, d.findings(analyzer)...)
			}
		}
	}
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line), strings.Compare(a.category, b.category))
	})
	return found, nil
}

// A diagnostic is a finding as memlint writes it.
type diagnostic struct {
	Category, Posn string
	Related        []struct{ Posn, Message string }
}

// findings returns the finding, and one for each other place that it names as
// one of the same leak.
func (d diagnostic) findings(analyzer string) []finding {
	at := func(posn string) finding {
		f := finding{category: analyzer + "/" + d.Category}
		position := strings.Split(posn, ":")
		f.file = position[0]
		if len(position) > 1 {
			f.line, _ = strconv.Atoi(position[1])
		}
		return f
	}
	found := []finding{at(d.Posn)}
	for _, r := range d.Related {
		if r.Message == "here, too" {
			found = append(found, at(r.Posn))
		}
	}
	return found
}

// modules matches the folder of the module cache, download what the go command says of
// the server that it asked for a module.
var (
	modules  = regexp.MustCompile(`\S*/pkg/mod/`)
	download = regexp.MustCompile(`: reading https?://.*`)
)

// problem returns the first of what memlint could not analyse, which has the
// cause, as one line without the names of folders of this machine, and of servers.
func (t *tree) problem(stderr string) string {
	stderr = strings.ReplaceAll(strings.TrimSpace(stderr), "\n\t", " ")
	line, _, _ := strings.Cut(stderr, "\n")
	line = strings.ReplaceAll(line, t.root+string(filepath.Separator), "")
	line = modules.ReplaceAllString(line, "")
	line = download.ReplaceAllString(line, " is no more to be had")
	return strings.ReplaceAll(line, "|", "/")
}
