package driver

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"golang.org/x/tools/go/analysis"

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
	if len(args) > 0 && args[0] == "help" {
		out, err := help(analyzers, args[1:])
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
	result, err := Run(ctx, c.options)
	if err != nil {
		return fail(err)
	}
	if c.fix && !c.diff {
		// What remains is where it is after the fixes, so look again.
		failed, changed := c.applyFixes(result, stderr)
		if changed {
			if result, err = Run(ctx, c.options); err != nil {
				return fail(err)
			}
		}
		return max(c.print(result, stdout, stderr), failed)
	}
	return c.print(result, stdout, stderr)
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

// print prints a result and returns the exit code.
func (c *commandLine) print(result *Result, stdout, stderr io.Writer) int {
	code := exitClean
	for _, p := range result.Problems {
		fmt.Fprintln(stderr, p.Text)
		code = exitFailed
	}
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
	if c.json {
		stdout.Write(vetjson.Format(findings))
	} else {
		stdout.Write(text.Format(findings, result.Dir))
		if len(findings) > 0 && code == exitClean {
			code = exitFindings
		}
	}
	if len(findings) > 0 {
		packages := make(map[string]bool)
		for _, f := range findings {
			packages[f.Package] = true
		}
		c.note(stderr, "%s in %s", count(len(findings), "finding"), count(len(packages), "package"))
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

// count returns n with a noun in singular or plural.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// buildVersion returns the version of the module that the command was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	return fmt.Sprintf("%s %s", info.Main.Version, info.GoVersion)
}
