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
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/baseline"
	"github.com/memlint/memlint/internal/driver/progress"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/driver/since"
	"github.com/memlint/memlint/internal/driver/stats"
)

// Exit codes.
const (
	exitClean    = 0
	exitFindings = 1
	exitFailed   = 2 // something could not be analysed
)

// A Suite is what there is to run.
type Suite struct {
	Analyzers []*analysis.Analyzer
	Keepers   *analysis.Analyzer // says what keeps what lines allocate, where there are profiles; see keeperer
	Commands  []Subcommand
}

// A Subcommand is a program of its own, which the first argument names.
type Subcommand struct {
	Name  string
	Flags func(Suite) (*flag.FlagSet, error)          // that it takes
	Main  func(suite Suite, args []string) (code int) // runs it with the arguments behind the name
}

// Main is the command: it runs analyzers as the arguments of the process ask,
// and exits.
func Main(suite Suite) {
	args := os.Args[1:]
	if isVetCall(args) {
		vet(suite.Analyzers, args)
	}
	for _, c := range suite.Commands {
		if len(args) > 0 && args[0] == c.Name {
			os.Exit(c.Main(suite, args[1:]))
		}
	}
	tuneGC()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := command(ctx, suite, args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command does what args ask and returns the exit code.
func command(ctx context.Context, suite Suite, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintf(stderr, "memlint: %s\n", report.OneLine(err.Error()))
		return exitFailed
	}
	if text := printer(args); text != nil {
		out, err := text(suite, args[1:])
		if err == nil {
			err = show(stdout, out)
		}
		if err != nil {
			return fail(err)
		}
		return exitClean
	}
	c, err := parse(suite, args)
	if errors.Is(err, flag.ErrHelp) {
		return command(ctx, suite, []string{"help"}, stdout, stderr)
	}
	if err != nil {
		return fail(err)
	}
	if c.version {
		if err := show(stdout, fmt.Appendln(nil, "memlint", cmp.Or(Version(), "(devel)"), runtime.Version())); err != nil {
			return fail(err)
		}
		return exitClean
	}
	if c.options.Cache, err = openCache(); err != nil {
		return fail(err)
	}
	if c.clean {
		if c.options.Cache == nil {
			return exitClean
		}
		if err := c.options.Cache.Clean(); err != nil {
			return fail(err)
		}
		return exitClean
	}
	if err := c.configure(); err != nil {
		return fail(err)
	}
	code, err := c.run(ctx, stdout, stderr)
	if err != nil && ctx.Err() != nil {
		return fail(errors.New("interrupted"))
	}
	if err != nil {
		return fail(err)
	}
	return code
}

// printer returns the function that prints what args ask for, if that is a text about
// analyzers; nil otherwise.
func printer(args []string) func(Suite, []string) ([]byte, error) {
	if len(args) == 0 {
		return nil
	}
	about := func(text func([]*analysis.Analyzer, []string) ([]byte, error)) func(Suite, []string) ([]byte, error) {
		return func(suite Suite, names []string) ([]byte, error) { return text(suite.Analyzers, names) }
	}
	switch args[0] {
	case "help":
		return about(help)
	case "explain":
		return about(explain)
	case "completion":
		return complete
	}
	return nil
}

// run analyses, fixes and prints, and returns the exit code. The error means
// that nothing could be analysed.
func (c *commandLine) run(ctx context.Context, stdout, stderr io.Writer) (code int, err error) {
	start := time.Now()
	if c.stats {
		c.options.Stats = stats.New(phaseList, phaseDepKept, phaseDepBorrow, phaseDepParse, phaseDepCheck, phaseDepWrite, phaseParse, phaseImport, phaseCheck)
	}
	result, err := c.analyze(ctx, stderr)
	if err != nil {
		return 0, err
	}
	if c.fix && !c.diff {
		if result, code, err = c.applyFixes(ctx, result, stderr); err != nil {
			return 0, err
		}
	}
	if c.writeBaseline != "" {
		code = max(code, c.printProblems(result, stderr))
		if err := c.writeKnown(result); err != nil {
			return 0, err
		}
		c.note(stderr, "wrote %s to %s", tally(result, "0 findings"), c.writeBaseline)
	} else {
		code = max(code, c.print(result, stdout, stderr))
		if c.prune {
			if err := c.pruneKnown(result, stderr); err != nil {
				return 0, err
			}
		}
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
	changes, err := c.changes(ctx)
	if err != nil {
		return nil, err
	}
	opts := c.options
	if width, ok := isTerminal(stderr); ok && Obeys() && !c.quiet {
		line := progress.Start(stderr, width, progress.Delay)
		defer line.Stop()
		opts.Progress = line.Step
	}
	result, err := Run(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := c.measure(result); err != nil {
		result.Problems = append(result.Problems, unprofiled(err))
	}
	c.leaveOut(result, known, changes)
	return result, nil
}

// changes returns what changed since the revision that is asked for, nil if none is.
func (c *commandLine) changes(ctx context.Context) (*since.Changes, error) {
	if c.since == "" {
		return nil, nil
	}
	changes, err := since.Find(ctx, c.options.Dir, c.since)
	if err != nil {
		return nil, fmt.Errorf("-since %s: %w", c.since, err)
	}
	return changes, nil
}

// leaveOut takes from the result what is not to be reported: what is known, and what no
// changes have to do with, unless these are nil.
func (c *commandLine) leaveOut(result *Result, known *baseline.Baseline, changes *since.Changes) {
	all := slices.DeleteFunc(slices.Concat(result.Findings, result.Latent), func(f report.Finding) bool {
		return !c.selection.Reported(f.Analyzer, f.Category) || c.excluded(f.Pos.Filename)
	})
	if m := result.Measured; m != nil {
		m.Sites = slices.DeleteFunc(m.Sites, func(s report.Site) bool {
			return !c.selection.Reported(report.Profiled, s.Category()) || c.excluded(s.Pos.Filename)
		})
	}
	told := func(f report.Finding) bool { return !f.Latent || c.allLatent || c.showsLatent(f.Analyzer) }
	if known != nil {
		gone := c.gone(result)
		fresh, stale := known.Split(all, gone)
		result.Known = len(selected(all, told)) - len(selected(fresh, told))
		result.Stale = slices.DeleteFunc(stale, func(e baseline.Entry) bool { return !gone(e) })
		all = fresh
	}
	if changes != nil {
		of := selected(all, changes.Has)
		result.Unchanged = len(selected(all, told)) - len(selected(of, told))
		all = of
		if m := result.Measured; m != nil {
			m.Sites = slices.DeleteFunc(m.Sites, func(s report.Site) bool { return !changes.Has(s.Finding()) })
		}
	}
	shown := selected(all, told)
	result.Hidden = len(all) - len(shown)
	result.Findings, result.Latent = report.Divide(shown)
}

func selected(findings []report.Finding, by func(report.Finding) bool) []report.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f report.Finding) bool { return !by(f) })
}

// maxFixing bounds how often fixes are applied to what fixes have made.
const maxFixing = 10

// applyFixes writes the fixes of a result, and then those of what remains, which may
// have overlapped them or tell of another place, until there is none. With a baseline
// it does so once: those that it knows are not told apart when others are gone. It
// returns what remains, where it is then, and an exit code.
func (c *commandLine) applyFixes(ctx context.Context, result *Result, stderr io.Writer) (_ *Result, code int, err error) {
	fixed, files := 0, make(map[string]bool)
	for range maxFixing {
		x := fixes(result.Findings, os.ReadFile)
		changed := false
		for _, ch := range x.changes {
			if err := ch.write(); err != nil {
				x.errs = append(x.errs, fmt.Errorf("%s: not fixed: %w", report.Path(ch.file, result.Dir), err))
				x.fixed -= ch.fixed
				continue
			}
			changed, files[ch.file] = true, true
		}
		for _, err := range x.errs {
			fmt.Fprintf(stderr, "memlint: %s\n", report.OneLine(err.Error()))
			code = exitFailed
		}
		fixed += x.fixed
		if changed {
			if result, err = c.analyze(ctx, stderr); err != nil {
				return nil, 0, err
			}
		}
		if !changed || code == exitFailed || c.baseline != "" {
			break
		}
	}
	if len(files) > 0 {
		c.note(stderr, "fixed %s in %s", count(fixed, "finding"), count(len(files), "file"))
	}
	return result, code, nil
}

// linked is the version that the linker may be told, by -X, where the go command cannot know it: the
// image and the action build from sources without their history.
var linked string

// Version returns the version of the module that the command was built from, "" if nobody
// knows it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return linked
}
