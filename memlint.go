// Package memlint is a suite of analyzers that find memory leaks in Go
// programs before they ship.
//
// Three words are the architecture. An engine (internal/engine) finds: it
// turns the SSA of a package into answers about values. A finding
// (internal/finding) tells: message, path, notes, fix, suppression. A driver
// (internal/driver, or go vet, gopls, golangci-lint, nogo) runs. An analyzer
// in between declares one leak pattern: which functions acquire and release,
// which question to ask of which engine, and the words.
package memlint

import (
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/analyzers/closeleak"
	"github.com/memlint/memlint/analyzers/closurecapture"
	"github.com/memlint/memlint/analyzers/fieldgrowth"
	"github.com/memlint/memlint/analyzers/globalgrowth"
	"github.com/memlint/memlint/analyzers/goroutineleak"
	"github.com/memlint/memlint/analyzers/listenerleak"
	"github.com/memlint/memlint/analyzers/poolleak"
	"github.com/memlint/memlint/analyzers/readall"
	"github.com/memlint/memlint/analyzers/subsliceleak"
	"github.com/memlint/memlint/analyzers/timerleak"
)

// Analyzers returns the analyzers of the suite in the order of their names.
func Analyzers() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		closeleak.Analyzer,
		closurecapture.Analyzer,
		fieldgrowth.Analyzer,
		globalgrowth.Analyzer,
		goroutineleak.Analyzer,
		listenerleak.Analyzer,
		poolleak.Analyzer,
		readall.Analyzer,
		subsliceleak.Analyzer,
		timerleak.Analyzer,
	}
}
