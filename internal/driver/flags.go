package driver

import (
	"flag"
	"fmt"
	"io"
	"strconv"

	"golang.org/x/tools/go/analysis"
)

// A commandLine is what the arguments ask for.
type commandLine struct {
	options Options
	json    bool
	fix     bool
	diff    bool
	quiet   bool
	version bool

	flags *flag.FlagSet
}

// parse reads arguments. Flags of analyzers have the names they have as a tool
// of go vet: -NAME, -NAME=false and -NAME.FLAG. The error is one line, or
// flag.ErrHelp.
func parse(analyzers []*analysis.Analyzer, args []string) (*commandLine, error) {
	c := &commandLine{flags: flag.NewFlagSet("memlint", flag.ContinueOnError)}
	c.flags.SetOutput(io.Discard) // errors are one line, printed by the caller
	c.flags.BoolVar(&c.json, "json", false, "print findings as JSON in the form of go vet -json; exit 0 even with findings")
	c.flags.BoolVar(&c.fix, "fix", false, "apply the first fix of each finding")
	c.flags.BoolVar(&c.diff, "diff", false, "print what -fix would change as a unified diff, and change nothing")
	c.flags.BoolVar(&c.quiet, "q", false, "print findings and errors only, no summary")
	c.flags.BoolVar(&c.options.Tests, "test", true, "analyse test files, too")
	c.flags.StringVar(&c.options.Tags, "tags", "", "build `tags`, separated by commas")
	c.flags.StringVar(&c.options.Dir, "C", "", "change to `dir` first")
	c.flags.BoolVar(&c.version, "V", false, "print the version; -V=full for the go command")

	enabled := make(map[*analysis.Analyzer]*triState)
	for _, a := range analyzers {
		enabled[a] = new(triState)
		c.flags.Var(enabled[a], a.Name, "run "+a.Name+"; if false, all others")
		a.Flags.VisitAll(func(f *flag.Flag) {
			c.flags.Var(f.Value, a.Name+"."+f.Name, f.Usage)
		})
	}
	if err := c.flags.Parse(args); err != nil {
		return nil, err
	}
	if c.json && (c.fix || c.diff) {
		return nil, fmt.Errorf("-json cannot be combined with -fix or -diff")
	}
	c.options.Analyzers = selected(analyzers, enabled)
	c.options.Patterns = c.flags.Args()
	return c, nil
}

// selected returns the analyzers that flags ask for: those set to true if there
// are any, otherwise all that are not set to false.
func selected(analyzers []*analysis.Analyzer, enabled map[*analysis.Analyzer]*triState) []*analysis.Analyzer {
	var on, rest []*analysis.Analyzer
	for _, a := range analyzers {
		switch *enabled[a] {
		case setTrue:
			on = append(on, a)
		case unset:
			rest = append(rest, a)
		}
	}
	if on != nil {
		return on
	}
	return rest
}

// A triState is a boolean flag that knows whether it was set.
type triState int

const (
	unset triState = iota
	setTrue
	setFalse
)

// Set parses a boolean.
func (t *triState) Set(s string) error {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("want true or false")
	}
	*t = setFalse
	if b {
		*t = setTrue
	}
	return nil
}

// String returns the value as a flag is set to it.
func (t *triState) String() string { return strconv.FormatBool(t == nil || *t != setFalse) }

// IsBoolFlag says that -NAME means -NAME=true.
func (*triState) IsBoolFlag() bool { return true }
