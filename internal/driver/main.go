package driver

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/baseline"
	"github.com/memlint/memlint/internal/driver/github"
	"github.com/memlint/memlint/internal/driver/progress"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/driver/sarif"
	"github.com/memlint/memlint/internal/driver/stats"
	"github.com/memlint/memlint/internal/driver/terminal"
	"github.com/memlint/memlint/internal/driver/text"
	"github.com/memlint/memlint/internal/driver/vetjson"
)

// Exit codes.
const (
	exitClean    = 0
	exitFindings = 1
	exitFailed   = 2 // something could not be analysed
)

// Main is the command: it runs analyzers as the arguments of the process ask,
// and exits.
func Main(analyzers []*analysis.Analyzer) {
	args := os.Args[1:]
	if isVetCall(args) {
		vet(analyzers, args)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := command(ctx, analyzers, args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command does what args ask and returns the exit code.
func command(ctx context.Context, analyzers []*analysis.Analyzer, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintf(stderr, "memlint: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		return exitFailed
	}
	if len(args) > 0 && (args[0] == "help" || args[0] == "explain") {
		describe := help
		if args[0] == "explain" {
			describe = explain
		}
		out, err := describe(analyzers, args[1:])
		if err != nil {
			return fail(err)
		}
		stdout.Write(out)
		return exitClean
	}
	c, err := parse(analyzers, args)
	if errors.Is(err, flag.ErrHelp) {
		return command(ctx, analyzers, []string{"help"}, stdout, stderr)
	}
	if err != nil {
		return fail(err)
	}
	if c.version {
		fmt.Fprintln(stdout, "memlint", buildVersion())
		return exitClean
	}
	if err := c.configure(); err != nil {
		return fail(err)
	}
	code, err := c.run(ctx, stdout, stderr)
	if err != nil {
		return fail(err)
	}
	return code
}

// run analyses, fixes and prints, and returns the exit code. The error means
// that nothing could be analysed.
func (c *commandLine) run(ctx context.Context, stdout, stderr io.Writer) (code int, err error) {
	start := time.Now()
	if c.stats {
		c.options.Stats = stats.New(phaseList, phaseParse, phaseImport, phaseCheck)
	}
	result, err := c.analyze(ctx, stderr)
	if err != nil {
		return 0, err
	}
	if c.fix && !c.diff {
		// What remains is where it is after the fixes, so look again.
		failed, changed := c.applyFixes(result, stderr)
		if changed {
			if result, err = c.analyze(ctx, stderr); err != nil {
				return 0, err
			}
		}
		code = failed
	}
	if c.writeBaseline != "" {
		code = max(code, c.printProblems(result, stderr))
		if err := c.writeKnown(result); err != nil {
			return 0, err
		}
		c.note(stderr, "wrote %s to %s", count(len(result.Findings), "finding"), c.writeBaseline)
	} else {
		code = max(code, c.print(result, stdout, stderr))
	}
	if c.stats {
		stderr.Write(c.options.Stats.Format(time.Since(start), runtime.GOMAXPROCS(0)))
	}
	return code, nil
}

// analyze runs the analyzers and leaves out of the result what the command
// line, the config file and the baseline leave out.
func (c *commandLine) analyze(ctx context.Context, stderr io.Writer) (*Result, error) {
	known, err := c.readKnown()
	if err != nil {
		return nil, err
	}
	opts := c.options
	if width, ok := isTerminal(stderr); ok && obeys() && !c.quiet {
		line := progress.Start(stderr, width, progress.Delay)
		defer line.Stop()
		opts.Progress = line.Step
	}
	result, err := Run(ctx, opts)
	if err != nil {
		return nil, err
	}
	result.Findings = slices.DeleteFunc(result.Findings, func(f report.Finding) bool {
		return !c.selection.Reported(f.Analyzer, f.Category) || c.excluded(f.Pos.Filename)
	})
	if known != nil {
		fresh, stale := known.Split(result.Findings)
		result.Known = len(result.Findings) - len(fresh)
		result.Findings = fresh
		result.Stale = c.gone(stale, result)
	}
	return result, nil
}

// readKnown returns the baseline, nil if none is wanted.
func (c *commandLine) readKnown() (*baseline.Baseline, error) {
	if c.baseline == "" {
		return nil, nil
	}
	data, err := os.ReadFile(c.inDir(c.baseline))
	if err != nil {
		return nil, err
	}
	known, err := baseline.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.baseline, err)
	}
	return known, nil
}

// gone counts the entries of the baseline that this run would have found again.
func (c *commandLine) gone(stale []baseline.Entry, result *Result) int {
	n := 0
	for _, e := range stale {
		analyzer, category, _ := strings.Cut(e.Rule, "/")
		ran := slices.ContainsFunc(c.options.Analyzers, func(a *analysis.Analyzer) bool { return a.Name == analyzer })
		test := strings.HasSuffix(e.File, "_test.go")
		if result.Complete[e.Package] && ran && c.selection.Reported(analyzer, category) && (c.options.Tests || !test) {
			n++
		}
	}
	return n
}

// writeKnown writes the baseline, at once or not at all.
func (c *commandLine) writeKnown(result *Result) error {
	file, err := filepath.Abs(c.inDir(c.writeBaseline))
	if err != nil {
		return err
	}
	data := baseline.Format(result.Findings, filepath.Dir(file))
	if _, err := os.Lstat(file); err != nil {
		return os.WriteFile(file, data, 0o666)
	}
	return change{file: file, after: data}.write()
}

// applyFixes writes the fixes of a result, and returns an exit code and whether
// files changed.
func (c *commandLine) applyFixes(result *Result, stderr io.Writer) (code int, changed bool) {
	x := fixes(result.Findings)
	for _, ch := range x.changes {
		if err := ch.write(); err != nil {
			x.errs = append(x.errs, err)
			continue
		}
		changed = true
	}
	for _, err := range x.errs {
		fmt.Fprintf(stderr, "memlint: %v\n", err)
		code = exitFailed
	}
	if changed {
		c.note(stderr, "fixed %s in %s", count(x.fixed, "finding"), count(len(x.changes), "file"))
	}
	return code, changed
}

// note prints a line that -q leaves out.
func (c *commandLine) note(stderr io.Writer, format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(stderr, "memlint: "+format+"\n", args...)
	}
}

// printProblems prints what could not be analysed and returns an exit code.
func (c *commandLine) printProblems(result *Result, stderr io.Writer) (code int) {
	for _, p := range result.Problems {
		fmt.Fprintln(stderr, p.Text)
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
		x := fixes(findings)
		for _, ch := range x.changes {
			stdout.Write(ch.unified(result.Dir))
		}
		for _, err := range x.errs {
			fmt.Fprintf(stderr, "memlint: %v\n", err)
			code = exitFailed
		}
		if len(findings) > 0 && code == exitClean {
			code = exitFindings
		}
		return code
	}
	stdout.Write(c.format(result, stdout))
	if len(findings) > 0 && code == exitClean && !c.json && !c.sarif {
		code = exitFindings
	}
	if len(findings) > 0 {
		packages := make(map[string]bool)
		for _, f := range findings {
			packages[f.Package] = true
		}
		c.note(stderr, "%s in %s", count(len(findings), "finding"), count(len(packages), "package"))
	}
	if result.Known > 0 {
		c.note(stderr, "%s in %s", count(result.Known, "known finding"), c.baseline)
	}
	if result.Stale > 0 {
		c.note(stderr, "%s in %s; write it again with -write-baseline", count(result.Stale, "stale finding"), c.baseline)
	}
	for _, w := range result.Withheld {
		what := w.What
		if rest, ok := strings.CutPrefix(what, "findings"); ok && w.N == 1 {
			what = "finding" + rest
		}
		c.note(stderr, "held back %d %s; show with %s", w.N, what, w.Flag)
	}
	return code
}

// format returns the findings in the form that flags ask for.
func (c *commandLine) format(result *Result, stdout io.Writer) []byte {
	switch {
	case c.json:
		return vetjson.Format(result.Findings)
	case c.sarif:
		run := sarif.Run{
			Findings: result.Findings,
			Rules:    rules(c.analyzers),
			Dir:      result.Dir,
			Version:  moduleVersion(),
			Source:   readFile,
		}
		for _, p := range result.Problems {
			run.Problems = append(run.Problems, p.Text)
		}
		return sarif.Format(run)
	case c.github:
		return github.Format(result.Findings, cmp.Or(os.Getenv("GITHUB_WORKSPACE"), result.Dir))
	}
	if source, colour := c.look(stdout); source {
		return terminal.Format(result.Findings, result.Dir, terminal.Style{Colour: colour, Source: readFile})
	}
	return text.Format(result.Findings, result.Dir)
}

// readFile returns the text of a file, nil if there is none: positions are
// also those of //line directives.
func readFile(name string) []byte {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return data
}

// count returns n with a noun in singular or plural.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// buildVersion returns the version of the module that the command was built
// from, and that of Go.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	return fmt.Sprintf("%s %s", info.Main.Version, info.GoVersion)
}

// moduleVersion returns the version of the module, "" if it has none.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}
