package driver

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/config"
	"github.com/memlint/memlint/internal/driver/selection"
)

// A commandLine is what the arguments ask for.
type commandLine struct {
	options Options
	json    bool
	sarif   bool
	github  bool
	fix     bool
	diff    bool
	quiet   bool
	stats   bool
	version bool
	clean   bool   // the cache
	color   string // auto, always or never

	baseline      string // file of findings that are known
	writeBaseline string // file to write them to
	prune         bool   // take out of the baseline what is no more

	since string // revision; only what changed since is reported

	profiles *profiles
	html     string // file to write a page to

	config    string // file, if given
	selection selection.Selection
	allLatent bool // leaks are told, whatever flags say
	excluded  func(file string) bool

	analyzers []*analysis.Analyzer
	keepers   *analysis.Analyzer
	enabled   map[*analysis.Analyzer]*triState
	names     selection.Names
	flags     *flag.FlagSet
}

// parse reads arguments. Flags of analyzers have the names they have as a tool
// of go vet: -NAME, -NAME=false and -NAME.FLAG. The error is one line, or
// flag.ErrHelp.
func parse(suite Suite, args []string) (*commandLine, error) {
	analyzers := suite.Analyzers
	c := &commandLine{
		analyzers: analyzers,
		keepers:   suite.Keepers,
		profiles:  new(profiles),
		enabled:   make(map[*analysis.Analyzer]*triState),
		flags:     flag.NewFlagSet("memlint", flag.ContinueOnError),
		excluded:  func(string) bool { return false },
	}
	c.flags.SetOutput(io.Discard) // errors are one line, printed by the caller
	c.flags.BoolVar(&c.json, "json", false, "print findings as JSON in the form of go vet -json; exit 0 even with findings")
	c.flags.BoolVar(&c.sarif, "sarif", false, "print findings as SARIF 2.1.0; exit 0 even with findings")
	c.flags.BoolVar(&c.github, "github", false, "print findings as annotations of GitHub Actions")
	c.flags.BoolVar(&c.fix, "fix", false, "apply the first fix of each finding, until none is left")
	c.flags.BoolVar(&c.diff, "diff", false, "print what -fix would change as a unified diff, and change nothing")
	c.flags.BoolVar(&c.quiet, "q", false, "print findings and errors only, no summary and no progress")
	c.flags.BoolVar(&c.stats, "stats", false, "say at the end where the time went")
	c.flags.Var((*colorFlag)(&c.color), "color", "`when` to print in colour: auto, always or never")
	c.flags.StringVar(&c.baseline, "baseline", "", "report only what is not in `file`")
	c.flags.StringVar(&c.writeBaseline, "write-baseline", "", "write findings to `file` for -baseline, and report none")
	c.flags.BoolVar(&c.prune, "prune-baseline", false, "take out of the file of -baseline what is found no more")
	c.flags.StringVar(&c.since, "since", "", "report only what has to do with changes since the merge base of HEAD and the `revision` of git, also with those that are not committed")
	c.flags.Func("profile", "join findings with the profiles in `file`, or in a folder: of the heap, of goroutines; again for more", func(name string) error {
		c.profiles.names = append(c.profiles.names, name)
		return nil
	})
	c.flags.StringVar(&c.html, "html", "", "also write findings, and what profiles say, to `file` as a page for browsers")
	c.flags.StringVar(&c.config, "config", "", "read settings from `file`, not from "+config.Name+" beside go.mod; from none if empty")
	c.flags.BoolVar(&c.options.Tests, "tests", true, "analyse test files, too")
	c.flags.BoolVar(&c.options.Tests, "test", true, "the same as -tests, as other drivers of analyzers call it")
	c.flags.StringVar(&c.options.Tags, "tags", "", "build `tags`, separated by commas")
	c.flags.StringVar(&c.options.Dir, "C", "", "change to `dir` first")
	c.flags.BoolVar(&c.clean, "cache-clean", false, "remove what is kept of earlier runs, and do nothing else")
	c.flags.BoolVar(&c.version, "V", false, "print the version; -V=full for the go command")
	nameFlags(c.flags, &c.names)
	addLatentFlag(c.flags, analyzers)

	for _, a := range analyzers {
		c.enabled[a] = new(triState)
		c.flags.Var(c.enabled[a], a.Name, "run "+a.Name+"; if false, all others")
		a.Flags.VisitAll(func(f *flag.Flag) {
			c.flags.Var(f.Value, a.Name+"."+f.Name, f.Usage)
		})
	}
	if err := c.flags.Parse(args); err != nil {
		return nil, err
	}
	c.options.Patterns = c.flags.Args()
	return c, c.agree()
}

// nameFlags adds the flags that select analyzers and categories.
func nameFlags(flags *flag.FlagSet, names *selection.Names) {
	flags.Var((*listFlag)(&names.Enable), "enable", "report only the `names`, separated by commas: analyzers and analyzer/category")
	flags.Var((*listFlag)(&names.Disable), "disable", "do not report the `names`, separated by commas: analyzers and analyzer/category")
}

// latentFlag is the name of a flag that analyzers have, and of the one that sets it
// for all of them.
const latentFlag = "latent"

func addLatentFlag(flags *flag.FlagSet, analyzers []*analysis.Analyzer) {
	flags.BoolFunc(latentFlag, "also report latent leaks: what is kept although nothing in sight shows that it happens again and again", func(value string) error {
		for _, a := range analyzers {
			if f := a.Flags.Lookup(latentFlag); f != nil {
				if err := f.Value.Set(value); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// showsLatent reports whether latent leaks of an analyzer are to be told.
func (c *commandLine) showsLatent(analyzer string) bool {
	f := c.flags.Lookup(analyzer + "." + latentFlag)
	return f != nil && f.Value.String() == "true"
}

// agree returns an error if two flags cannot be had together.
func (c *commandLine) agree() error {
	const fix = "fix"
	set := map[string]bool{
		"json": c.json, "sarif": c.sarif, "github": c.github, "diff": c.diff,
		"write-baseline": c.writeBaseline != "", "baseline": c.baseline != "", "since": c.since != "", fix: c.fix,
	}
	if c.prune && c.baseline == "" {
		return errors.New("-prune-baseline needs -baseline")
	}
	// Each of these decides what is printed; the first ones what is told at all.
	for _, group := range [][]string{
		{"write-baseline", "baseline"}, {"write-baseline", "since"},
		{"json", "sarif", "github", "diff", "write-baseline"},
		{"json", fix}, {"sarif", fix}, {"github", fix}, {"write-baseline", fix},
	} {
		first := ""
		for _, name := range group {
			if set[name] && first != "" {
				return fmt.Errorf("-%s cannot be combined with -%s", first, name)
			}
			if set[name] {
				first = name
			}
		}
	}
	return nil
}

// choose decides which analyzers run and what of their findings is reported,
// by the flags and by what a file says.
func (c *commandLine) choose(file selection.Names) error {
	names := c.names
	for _, a := range c.analyzers {
		switch *c.enabled[a] {
		case setTrue:
			names.Enable = append(names.Enable, a.Name)
		case setFalse:
			names.Disable = append(names.Disable, a.Name)
		}
	}
	known := categories(c.analyzers)
	if err := selection.Check(c.names.Enable, known); err != nil {
		return fmt.Errorf("-enable: %w", err)
	}
	if err := selection.Check(c.names.Disable, known); err != nil {
		return fmt.Errorf("-disable: %w", err)
	}
	c.selection = selection.Selection{names, file}
	c.options.Analyzers = nil
	for _, a := range c.analyzers {
		if c.selection.SwitchedOn(a) && c.selection.Needed(a.Name, known[a.Name]) {
			c.options.Analyzers = append(c.options.Analyzers, a)
		}
	}
	if (len(c.profiles.names) > 0 || c.allLatent) && c.keepers != nil {
		c.options.Analyzers = append(c.options.Analyzers, c.keepers)
	}
	return nil
}

// categories returns the categories of each analyzer that are documented, and of what only
// profiles tell.
func categories(analyzers []*analysis.Analyzer) map[string][]string {
	known := make(map[string][]string)
	for _, a := range analyzers {
		known[a.Name] = nil
	}
	for _, r := range allRules(analyzers) {
		known[r.Analyzer] = append(known[r.Analyzer], r.Category)
	}
	return known
}

// A listFlag is words with commas between them; used twice, it adds.
type listFlag []string

// Set adds words.
func (l *listFlag) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*l = append(*l, word)
		}
	}
	return nil
}

// String returns the value as a flag is set to it.
func (l *listFlag) String() string {
	if l == nil {
		return ""
	}
	return strings.Join(*l, ",")
}

// A colorFlag is when to print in colour.
type colorFlag string

// Set takes one of three words.
func (f *colorFlag) Set(s string) error {
	if s != "auto" && s != "always" && s != "never" {
		return errors.New("want auto, always or never")
	}
	*f = colorFlag(s)
	return nil
}

// String returns the value as a flag is set to it.
func (f *colorFlag) String() string {
	if f == nil || *f == "" {
		return "auto"
	}
	return string(*f)
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
