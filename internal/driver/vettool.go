package driver

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/memlint/memlint/internal/driver/selection"
)

// isVetCall reports whether arguments come from the go command, which runs
// the tool of -vettool once to learn its flags, once for its version, and then
// per package.
func isVetCall(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return len(args) == 1 && (args[0] == "-V=full" || args[0] == "--V=full" || args[0] == "-flags" || args[0] == "--flags") ||
		strings.HasSuffix(args[len(args)-1], ".cfg")
}

// vet does what the go command asks, and exits.
func vet(analyzers []*analysis.Analyzer, args []string) {
	if file := args[len(args)-1]; strings.HasSuffix(file, ".cfg") && isDependency(file) {
		// Without analyzers, only types are handed on.
		unitchecker.Run(file, nil)
	}
	guard(analyzers, make(map[*analysis.Analyzer]bool))
	filter(analyzers, flag.CommandLine)
	unitchecker.Main(analyzers...)
}

// filter gives the tool the flags that select categories, of which what they
// leave out is not reported, and latent leaks, which analyzers then report as any
// other. Flags that name analyzers are unitchecker's own. There is no
// config file: the go command keeps what a tool said until flags or packages
// change, and knows nothing of other files.
func filter(analyzers []*analysis.Analyzer, flags *flag.FlagSet) {
	names := new(selection.Names)
	nameFlags(flags, names)
	addLatentFlag(flags, analyzers)
	known := categories(analyzers)
	check := sync.OnceValue(func() error {
		return selection.Check(slices.Concat(names.Enable, names.Disable), known)
	})
	for _, a := range analyzers {
		run := a.Run
		a.Run = func(pass *analysis.Pass) (any, error) {
			if err := check(); err != nil {
				return nil, err
			}
			asked := selection.Selection{*names}
			// The text of unitchecker's flag is "true" also if nobody has set it.
			if f := flags.Lookup(a.Name); f != nil {
				if v, ok := f.Value.(flag.Getter); ok && v.Get() == true {
					asked = append(asked, selection.Names{Enable: []string{a.Name}})
				}
			}
			asked.SwitchedOn(a)
			tell := pass.Report
			pass.Report = func(d analysis.Diagnostic) {
				if (selection.Selection{*names}).Reported(a.Name, d.Category) {
					tell(d)
				}
			}
			return run(pass)
		}
	}
}

// guard makes an error of a panic in an analyzer or in one that it requires.
// The go command prints the error; it knows no better for a tool that panics
// than to leave out what depends on the package.
func guard(analyzers []*analysis.Analyzer, seen map[*analysis.Analyzer]bool) {
	for _, a := range analyzers {
		if seen[a] {
			continue
		}
		seen[a] = true
		guard(a.Requires, seen)
		run := *a // Run as it is now
		a.Run = func(pass *analysis.Pass) (any, error) {
			result, err := call(&run, pass)
			if err != nil {
				err = internal(&run, pass.Pkg.Path(), err)
				if len(pass.Files) > 0 {
					err = fmt.Errorf("%s: %w", pass.Fset.Position(pass.Files[0].Package), err)
				}
			}
			return result, err
		}
	}
}

// isDependency reports whether the package that the go command describes in a
// file is wanted for its facts only and not of the main module: facts exist for
// packages of the main module, as in a run without the go command.
func isDependency(file string) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		return false // unitchecker tells
	}
	var cfg unitchecker.Config
	if json.Unmarshal(data, &cfg) != nil {
		return false
	}
	// The standard library has no module; those of dependencies have a version.
	return cfg.VetxOnly && (cfg.ModulePath == "" && cfg.Module == nil || cfg.ModuleVersion != "" ||
		cfg.Module != nil && cfg.Module.Version != "")
}
