package watch

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/driver"
)

const usage = `memlint watch asks a running server for profiles of its memory, and tells which
places of the code have more and more, beside what memlint finds there.

Usage:

	memlint watch [flags] http://host:port/debug/pprof [packages]

The server has to import net/http/pprof. Packages are those of its module, in the
current folder; none means ./... . Flags that decide what memlint finds, such as
-tags and -config, mean what they mean without watch.

It ends after -for, or with Ctrl-C; a second one ends it at once. On a terminal it
shows a table, otherwise a line for each poll, and the table at the end. Exit code:
0, 1 if a limit of -fail-on-... was passed, 2 if there was no profile, or too few
to judge growth, or if files could not be written.

What is in use is as of the last collection of garbage that the server did by
itself, which costs it nothing. Where it collects seldom, as with a large GOGC, the
heap that is told is an old one; -gc has it collect at each poll. A server that has
the profile of leaked goroutines collects at each poll anyway, to make it.

A server that starts again between polls starts a new series, known by having
allocated less in its life than before.
`

// defaults of what a poll is.
const (
	defaultInterval = 30 * time.Second
	defaultTimeout  = 10 * time.Second
	minInterval     = 100 * time.Millisecond
)

// options is what arguments ask for.
type options struct {
	server   *server
	patterns []string
	find     func(ctx context.Context, patterns []string) (*driver.Result, error)

	interval time.Duration
	timeout  time.Duration
	length   time.Duration // of the run; 0 means until it is interrupted
	collect  bool
	dir      string // of snapshots; "" if there are to be none

	growth  growthLimit
	heap    heapLimit
	command []string // of -exec, the command and its arguments; nil if there is none

	json  bool
	quiet bool
}

// parse reads arguments. The error is one line, or flag.ErrHelp.
func parse(suite driver.Suite, args []string) (*options, error) {
	o := new(options)
	flags, command, shell := o.flags()
	var err error
	if o.find, err = driver.Finder(suite, flags); err != nil {
		return nil, err
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() == 0:
		return nil, errors.New("which server? give the URL of its profiles, such as http://localhost:6060/debug/pprof")
	case o.interval < minInterval:
		return nil, fmt.Errorf("-interval %v is less than %v", o.interval, minInterval)
	case o.timeout <= 0:
		return nil, fmt.Errorf("-timeout %v: want more than nothing", o.timeout)
	case o.length < 0:
		return nil, fmt.Errorf("-for %v: want more than nothing", o.length)
	case *shell && *command == "":
		return nil, errors.New("-shell is of no use without -exec")
	case *command != "" && o.heap == 0 && !o.growth.set:
		return nil, errors.New("-exec is of no use without -fail-on-growth or -fail-on-heap")
	}
	if o.patterns = flags.Args()[1:]; len(o.patterns) == 0 {
		o.patterns = []string{"./..."}
	}
	if strings.HasPrefix(o.patterns[0], "-") {
		return nil, fmt.Errorf("%s has to stand before the URL", o.patterns[0])
	}
	if o.server, err = newServer(flags.Arg(0), o.timeout); err != nil {
		return nil, err
	}
	o.command, err = hookOf(*command, *shell)
	return o, err
}

// flags returns the flags of watch itself, two of which say what hook is.
func (o *options) flags() (flags *flag.FlagSet, command *string, shell *bool) {
	flags = flag.NewFlagSet("memlint watch", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are one line, printed by the caller
	flags.DurationVar(&o.interval, "interval", defaultInterval, "`time` from poll to poll")
	flags.DurationVar(&o.timeout, "timeout", defaultTimeout, "`time` that the server has for an answer")
	flags.DurationVar(&o.length, "for", 0, "`time` after which to end; 0 means not by itself")
	flags.BoolVar(&o.collect, "gc", false, "have the server collect garbage before each heap profile, so that it is of now; takes its time")
	flags.StringVar(&o.dir, "o", "", "write the profiles to files in `dir`, which is made if need be")
	flags.Var(&o.growth, "fail-on-growth", "exit with 1 if the heap grows by more than `amount`, such as 5%/h or 10MB/h")
	flags.Var(&o.heap, "fail-on-heap", "exit with 1 if more is in use than `amount`, such as 500MB, at any poll")
	command = flags.String("exec", "", "run `command` when a limit is passed for the first time; words are separated by spaces, and in quotes if they have some, as in GOFLAGS")
	shell = flags.Bool("shell", false, "give what is behind -exec to sh -c")
	flags.BoolVar(&o.json, "json", false, "print an object for each poll and one at the end, on a line each")
	flags.BoolVar(&o.quiet, "q", false, "print what was found at the end and errors only")
	return flags, command, shell
}

// allFlags returns the flags of watch and those of what memlint finds.
func allFlags(suite driver.Suite) (*flag.FlagSet, error) {
	flags, _, _ := new(options).flags()
	_, err := driver.Finder(suite, flags)
	return flags, err
}

// help writes what -h prints.
func help(out io.Writer) {
	io.WriteString(out, usage+"\nFlags:\n\n")
	flags, _, _ := new(options).flags()
	flags.SetOutput(out)
	flags.PrintDefaults()
}

// hookOf returns the command that -exec names, nil if it names none.
func hookOf(command string, shell bool) ([]string, error) {
	if command == "" {
		return nil, nil
	}
	hook := []string{"sh", "-c", command}
	if !shell {
		var err error
		if hook, err = words(command); err != nil {
			return nil, fmt.Errorf("-exec: %w", err)
		}
	}
	if len(hook) == 0 {
		return nil, errors.New("-exec names no command")
	}
	if _, err := exec.LookPath(hook[0]); err != nil {
		return nil, fmt.Errorf("-exec: %w", err)
	}
	return hook, nil
}
