package account

import (
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/finding"
)

// Analyzer returns the analyzer of a name, with the documentation in doc, that reports
// what find finds and evidence does not refuse. What a leak tells of is its
// *finding.Leak, as [Leak] makes it.
func Analyzer(name, doc string, find evidence.Finder) *analysis.Analyzer {
	evidence.Register(name, find)
	return &analysis.Analyzer{
		Name: name,
		Doc:  finding.Doc(doc, name),
		URL:  finding.URL(name),
		Run: effects.Alone(func(pass *analysis.Pass) (any, error) {
			report := finding.NewReporter(pass)
			Report(evidence.Of(pass), report, name, func(l *evidence.Leak) finding.Leak { return *l.Tell.(*finding.Leak) })
			return report.Flush(), nil
		}),
		Requires:   []*analysis.Analyzer{effects.Analyzer, evidence.Analyzer},
		Flags:      finding.Flags(),
		ResultType: finding.ResultType,
	}
}
