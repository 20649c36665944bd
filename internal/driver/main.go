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
	return c.print(result, stdout, stderr)
}

// print prints a result and returns the exit code.
func (c *commandLine) print(result *Result, stdout, stderr io.Writer) int {
	code := exitClean
	for _, p := range result.Problems {
		fmt.Fprintln(stderr, p.Text)
		code = exitFailed
	}
	note := func(format string, args ...any) {
		if !c.quiet {
			fmt.Fprintf(stderr, "memlint: "+format+"\n", args...)
		}
	}
	findings := result.Findings
	if c.fix || c.diff {
		x := fixes(findings)
		findings = x.remaining
		for _, ch := range x.changes {
			if c.diff {
				stdout.Write(ch.unified(result.Dir))
			} else if err := ch.write(); err != nil {
				x.errs = append(x.errs, err)
			}
		}
		for _, err := range x.errs {
			fmt.Fprintf(stderr, "memlint: %v\n", err)
			code = exitFailed
		}
		if c.diff {
			// Standard output is a patch and nothing else.
			if len(result.Findings) > 0 && code == exitClean {
				code = exitFindings
			}
			return code
		}
		if x.fixed > 0 {
			note("fixed %s in %s", count(x.fixed, "finding"), count(len(x.changes), "file"))
		}
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
			packages[f.Unit] = true
		}
		note("%s in %s", count(len(findings), "finding"), count(len(packages), "package"))
	}
	for _, w := range result.Withheld {
		what := w.What
		if rest, ok := strings.CutPrefix(what, "findings"); ok && w.N == 1 {
			what = "finding" + rest
		}
		note("%d %s held back; show with %s", w.N, what, w.Flag)
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
