package driver

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
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
	unitchecker.Main(analyzers...)
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
				err = fmt.Errorf("internal error: analyzer %s on package %s: %v", a.Name, pass.Pkg.Path(), err)
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
