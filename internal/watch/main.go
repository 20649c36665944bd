package watch

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
)

// Command is the command `memlint watch`.
var Command = driver.Subcommand{Name: "watch", Flags: allFlags, Main: start}

// start runs the command and returns the exit code.
func start(suite driver.Suite, args []string) int {
	ctx, hurry := signals()
	return command(ctx, hurry, suite, args, os.Stdout, os.Stderr)
}

// signals returns contexts that are done with the first and the second signal that
// asks to end. The third one ends the process, whatever it waits for.
func signals() (first, second context.Context) {
	first, end := context.WithCancel(context.Background())
	second, hurry := context.WithCancel(context.Background())
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-c
		end()
		<-c
		hurry()
		signal.Stop(c)
	}()
	return first, second
}

// command does what args ask and returns the exit code.
func command(ctx, hurry context.Context, suite driver.Suite, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintf(stderr, "memlint: watch: %s\n", report.OneLine(err.Error()))
		return exitFailed
	}
	o, err := parse(suite, args)
	if errors.Is(err, flag.ErrHelp) {
		help(stdout)
		return exitDone
	}
	if err != nil {
		return fail(err)
	}
	if o.dir != "" {
		if err := os.MkdirAll(o.dir, 0o777); err != nil {
			return fail(fmt.Errorf("-o: %w", err))
		}
	}
	return o.newRun(stdout, stderr).watch(ctx, hurry)
}

// newRun returns a run that tells what happens in the way that is asked for.
func (o *options) newRun(stdout, stderr io.Writer) *run {
	r := &run{options: o, poller: &poller{options: o}, stderr: stderr}
	if o.json {
		r.display = &programs{stdout, o.quiet}
		return r
	}
	p := &people{out: stdout, quiet: o.quiet}
	if _, _, isTerminal := driver.Terminal(stdout); isTerminal && driver.Obeys() && !o.quiet {
		p.screen = &screen{out: stdout, other: stderr}
		r.stderr = p.screen
	}
	r.display = p
	return r
}
