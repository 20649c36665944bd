package driver

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/memlint/memlint/internal/driver/github"
	"github.com/memlint/memlint/internal/driver/page"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/driver/sarif"
	"github.com/memlint/memlint/internal/driver/terminal"
	"github.com/memlint/memlint/internal/driver/text"
	"github.com/memlint/memlint/internal/driver/vetjson"
)

// note prints a line that -q leaves out.
func (c *commandLine) note(stderr io.Writer, format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(stderr, "memlint: %s\n", report.OneLine(fmt.Sprintf(format, args...)))
	}
}

// printProblems prints what could not be analysed and returns an exit code.
func (c *commandLine) printProblems(result *Result, stderr io.Writer) (code int) {
	for _, p := range result.Problems {
		fmt.Fprintln(stderr, report.OneLine(p.Text))
		code = exitFailed
	}
	return code
}

// print prints a result and returns the exit code.
func (c *commandLine) print(result *Result, stdout, stderr io.Writer) int {
	code := c.printProblems(result, stderr)
	findings := result.Findings
	if c.diff {
		// Standard output is a patch and nothing else.
		x := fixes(findings, os.ReadFile)
		var patch []byte
		for _, ch := range x.changes {
			patch = append(patch, ch.unified(result.Dir)...)
		}
		if err := show(stdout, patch); err != nil {
			x.errs = append(x.errs, err)
		}
		for _, err := range x.errs {
			fmt.Fprintf(stderr, "memlint: %s\n", report.OneLine(err.Error()))
			code = exitFailed
		}
		if len(findings) > 0 && code == exitClean {
			code = exitFindings
		}
		return code
	}
	if err := show(stdout, c.format(result, stdout)); err != nil {
		fmt.Fprintf(stderr, "memlint: %v\n", err)
		code = exitFailed
	}
	if c.html != "" {
		if err := writeReport(c.inDir(c.html), c.page(result)); err != nil {
			fmt.Fprintf(stderr, "memlint: %s\n", report.OneLine(fmt.Sprintf("-html: %s: not written: %v", c.html, err)))
			code = exitFailed
		}
	}
	if len(findings) > 0 && code == exitClean && !c.json && !c.sarif {
		code = exitFindings
	}
	if what := tally(result, ""); what != "" {
		packages := make(map[string]bool)
		for _, f := range slices.Concat(findings, result.Latent) {
			packages[f.Package] = true
		}
		c.note(stderr, "%s in %s", what, count(len(packages), "package"))
	}
	c.noteMeasured(result, stderr)
	if result.Known > 0 {
		c.note(stderr, "%s in %s", count(result.Known, "known finding"), c.baseline)
	}
	if n := len(result.Stale); n > 0 && !c.prune {
		c.note(stderr, "%s in %s; take out with -prune-baseline", count(n, "stale finding"), c.baseline)
	}
	if result.Unchanged > 0 {
		c.note(stderr, "%s that no change since %s has to do with", count(result.Unchanged, "finding"), c.since)
	}
	for _, w := range result.Withheld {
		what := w.What
		if rest, ok := strings.CutPrefix(what, "findings"); ok && w.N == 1 {
			what = "finding" + rest
		}
		c.note(stderr, "held back %d %s; show with %s", w.N, what, w.Flag)
	}
	if result.Hidden > 0 {
		subject := "they repeat"
		if result.Hidden == 1 {
			subject = "it repeats"
		}
		c.note(stderr, "%s: nothing in sight shows that %s; show with -%s", count(result.Hidden, "latent leak"), subject, latentFlag)
	}
	return code
}

// tally says how many findings and latent leaks there are; none if there are none.
func tally(result *Result, none string) string {
	var parts []string
	if n := len(result.Findings); n > 0 {
		parts = append(parts, count(n, "finding"))
	}
	if n := len(result.Latent); n > 0 {
		parts = append(parts, count(n, "latent leak"))
	}
	return cmp.Or(strings.Join(parts, " and "), none)
}

// format returns the findings in the form that flags ask for.
func (c *commandLine) format(result *Result, stdout io.Writer) []byte {
	all := slices.Concat(result.Findings, result.Latent, result.Sites())
	switch {
	case c.json:
		return vetjson.Format(all)
	case c.sarif:
		run := sarif.Run{
			Findings: all,
			Rules:    c.rulesOf(result),
			Dir:      repository(result.Dir),
			Version:  Version(),
			Source:   result.excerpts(),
		}
		for _, p := range result.Problems {
			run.Problems = append(run.Problems, p.Text)
		}
		return sarif.Format(run)
	case c.github:
		return github.Format(all, cmp.Or(os.Getenv("GITHUB_WORKSPACE"), result.Dir))
	}
	if source, colour := c.look(stdout); source {
		width, _ := isTerminal(stdout)
		return terminal.Format(all, result.Dir, terminal.Style{Colour: colour, Width: width, Source: result.excerpts()})
	}
	return text.Format(all, result.Dir)
}

// rulesOf returns the rules that a result may have.
func (c *commandLine) rulesOf(result *Result) []report.Rule {
	if result.Measured != nil {
		return allRules(c.analyzers)
	}
	return rules(c.analyzers)
}

// page returns the result as a page for browsers.
func (c *commandLine) page(result *Result) []byte {
	r := page.Report{
		Findings: slices.Concat(result.Findings, result.Latent),
		Measured: result.Measured,
		Rules:    c.rulesOf(result),
		Module:   moduleOf(result.Dir),
		Dir:      result.Dir,
		Version:  Version(),
		Source:   result.excerpts(),
	}
	for _, p := range result.Problems {
		r.Problems = append(r.Problems, p.Text)
	}
	return page.Format(r)
}

// moduleOf returns the path of the module that a folder belongs to, "" if there is none.
func moduleOf(dir string) string {
	for dir := range ancestors(dir) {
		if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			return modfile.ModulePath(data)
		}
	}
	return ""
}

// repository returns the root of the repository that dir is in: code scanning
// takes names of files for relative to it, wherever memlint ran. Without a
// repository it is dir.
func repository(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil { // a file in a work tree or submodule
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// excerpts returns the function that reads files to show lines of them: those of the
// packages, and of the repository that they are in. It returns nil for others, since a
// //line directive may name whatever there is on the machine.
func (r *Result) excerpts() func(name string) []byte {
	ours := make(map[string]bool)
	for _, p := range r.Sources {
		for _, name := range p.Files {
			ours[name] = true
		}
	}
	root := repository(r.Dir)
	return func(name string) []byte {
		open := os.Open
		if !ours[name] {
			rel, err := filepath.Rel(root, name)
			if err != nil || !filepath.IsLocal(rel) {
				return nil
			}
			name = rel
			open = func(name string) (*os.File, error) { return openRegular(root, name) }
		}
		f, err := open(name)
		if err != nil {
			return nil
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if err != nil {
			return nil
		}
		return data
	}
}

// count returns n with a noun in singular or plural.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
