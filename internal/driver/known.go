package driver

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/baseline"
)

// readKnown returns the baseline, nil if none is wanted.
func (c *commandLine) readKnown() (*baseline.Baseline, error) {
	if c.baseline == "" {
		return nil, nil
	}
	data, err := os.ReadFile(c.inDir(c.baseline))
	if err != nil {
		return nil, err
	}
	known, err := baseline.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.baseline, err)
	}
	return known, nil
}

// gone counts the entries of the baseline that this run would have found again.
func (c *commandLine) gone(stale []baseline.Entry, result *Result) int {
	n := 0
	for _, e := range stale {
		analyzer, category, _ := strings.Cut(e.Rule, "/")
		ran := slices.ContainsFunc(c.options.Analyzers, func(a *analysis.Analyzer) bool { return a.Name == analyzer })
		test := strings.HasSuffix(e.File, "_test.go")
		if result.Complete[e.Package] && ran && c.selection.Reported(analyzer, category) && (c.options.Tests || !test) {
			n++
		}
	}
	return n
}

// writeKnown writes the baseline. One that is there is replaced at once or not
// at all.
func (c *commandLine) writeKnown(result *Result) error {
	file, err := filepath.Abs(c.inDir(c.writeBaseline))
	if err != nil {
		return err
	}
	data := baseline.Format(slices.Concat(result.Findings, result.Latent), filepath.Dir(file))
	if _, err := os.Lstat(file); err != nil {
		return os.WriteFile(file, data, 0o666)
	}
	if err := (change{file: file, after: data}).write(); err != nil {
		return fmt.Errorf("%s: not written: %w", c.writeBaseline, err)
	}
	return nil
}
