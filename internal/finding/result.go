package finding

import (
	"flag"
	"go/token"
	"reflect"

	"golang.org/x/tools/go/analysis"
)

// A Result is what an analyzer found that is no finding. Drivers that show it
// find it by its methods, so that they need not know this package.
type Result struct {
	held   withheld
	latent []analysis.Diagnostic
	told   []analysis.Diagnostic
	uses   []Use
	// pending are those that it takes all callers of a module to decide on.
	pending []analysis.Diagnostic

	silenced []token.Pos
	origins  map[place]token.Position
	presumed map[place][]string
	onlyBy   map[place][]string
	unless   map[place][]string
}

// ResultType is the result type of every analyzer of the suite.
var ResultType = reflect.TypeFor[*Result]()

// A withheld says how many findings a flag of the analyzer would show.
type withheld struct {
	n          int
	what, flag string
}

// Withheld returns how many findings were held back, what they are and which
// flag shows them.
func (r *Result) Withheld() (n int, what, flag string) { return r.held.n, r.held.what, r.held.flag }

// Latent returns the latent leaks in source order, also those that the flag had
// reported. Their messages end with ", latent)".
func (r *Result) Latent() []analysis.Diagnostic { return r.latent }

// Silenced returns where the leaks are that comments silence, in source order.
func (r *Result) Silenced() []token.Pos { return r.silenced }

// Origin returns the file and line of another package where the leak of a
// diagnostic is kept; an invalid position if it is kept in this one, or that is
// not known. Leaks of one origin are one leak, whatever packages they are found in.
func (r *Result) Origin(d analysis.Diagnostic) token.Position {
	return r.origins[place{d.Pos, d.Category}]
}

// Presumed returns the full names of functions of an API if only that everybody
// may call them shows that a diagnostic is a leak. A driver that sees other
// packages use one takes it for latent, unless one of them confirms it: see Told.
func (r *Result) Presumed(d analysis.Diagnostic) []string {
	return r.presumed[place{d.Pos, d.Category}]
}

// Told returns what confirms leaks that are presumed in other packages of the
// module, in source order: diagnostics that are not reported, since these are.
func (r *Result) Told() []analysis.Diagnostic { return r.told }

// OnlyBy returns the full names of functions by which alone other packages get to where a
// diagnostic is. A driver that sees that all their callers are once code takes it for
// latent.
func (r *Result) OnlyBy(d analysis.Diagnostic) []string {
	return r.onlyBy[place{d.Pos, d.Category}]
}

// Uses yields how the package uses functions of other packages that decide on leaks there:
// the full names of the function and of those of the package that alone run it, none if only
// once code does, whether something else may run it, any number of times, and whether only
// tests use it.
func (r *Result) Uses(yield func(fn string, by []string, again, test bool)) {
	for _, use := range r.uses {
		yield(use.Func, use.By, use.Again, use.Test)
	}
}

// Pending returns diagnostics that are not reported, in source order: they are leaks if
// nobody calls functions that other packages of the module can call.
func (r *Result) Pending() []analysis.Diagnostic { return r.pending }

// Unless returns the full names of these functions for a diagnostic that is pending.
func (r *Result) Unless(d analysis.Diagnostic) []string { return r.unless[place{d.Pos, d.Category}] }

// latentFlag is what the flag is called that has latent leaks reported.
const latentFlag = "latent"

// Flags returns the flags that every analyzer of the suite has. Each has its own,
// since some drivers know no flags but those of one analyzer.
func Flags() flag.FlagSet {
	var flags flag.FlagSet
	flags.Bool(latentFlag, false, "also report latent leaks: what is kept although nothing in sight shows that it happens again and again")
	return flags
}

func showsLatent(a *analysis.Analyzer) bool {
	f := a.Flags.Lookup(latentFlag)
	return f != nil && f.Value.String() == "true"
}

// onFlag is what the flag is called that switches an analyzer on which is off by default.
const onFlag = "on"

// OptionalFlags returns the flags of an analyzer that reports nothing unless somebody asks
// for it. Drivers know it by the flag, and set it where people name the analyzer.
func OptionalFlags() flag.FlagSet {
	flags := Flags()
	flags.Bool(onFlag, false, "report findings; this analyzer is off unless somebody asks for it")
	return flags
}

// On reports whether somebody has asked for an analyzer with optional flags.
func On(a *analysis.Analyzer) bool {
	f := a.Flags.Lookup(onFlag)
	return f == nil || f.Value.String() == "true"
}
