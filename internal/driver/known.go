package driver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	data, err := readSettings(c.inDir(c.baseline))
	if err != nil {
		return nil, err
	}
	known, err := baseline.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.baseline, err)
	}
	return known, nil
}

// gone returns a function that reports whether this run would have found an entry of the
// baseline, so that there is no such leak any more if it did not.
func (c *commandLine) gone(result *Result) func(baseline.Entry) bool {
	analysed := make(map[string]bool) // files
	folders := make(map[string]bool)  // whether all of their packages are complete
	for _, p := range result.Sources {
		for _, file := range p.Files {
			analysed[file] = true
			dir := filepath.Dir(file)
			complete, other := folders[dir]
			folders[dir] = result.Complete[p.Path] && (complete || !other)
		}
	}
	root, err := filepath.Abs(filepath.Dir(c.inDir(c.baseline)))
	return func(e baseline.Entry) bool {
		analyzer, category, _ := strings.Cut(e.Rule, "/")
		ran := slices.ContainsFunc(c.options.Analyzers, func(a *analysis.Analyzer) bool { return a.Name == analyzer })
		test := strings.HasSuffix(e.File, "_test.go")
		if err != nil || !ran || !c.selection.Reported(analyzer, category) || test && !c.options.Tests {
			return false
		}
		file := absolute(e.File, root)
		if !analysed[file] && isFile(file) {
			return false // flags, tags or constraints leave it out
		}
		if complete, ok := result.Complete[e.Package]; ok {
			return complete
		}
		// The package has another path now, or it is no more.
		dir := filepath.Dir(file)
		complete, ok := folders[dir]
		return complete || !ok && !hasGo(dir)
	}
}

// hasGo reports whether a folder has Go files, or cannot be read.
func hasGo(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return filepath.Ext(e.Name()) == ".go" })
}

// pruneKnown takes out of the baseline the entries that are found no more.
func (c *commandLine) pruneKnown(result *Result, stderr io.Writer) error {
	if len(result.Stale) > 0 {
		name := c.inDir(c.baseline)
		data, err := readSettings(name)
		if err != nil {
			return err
		}
		known, err := baseline.Parse(data)
		if err != nil {
			return fmt.Errorf("%s: %w", c.baseline, err)
		}
		stale := make(map[baseline.Entry]bool)
		for _, e := range result.Stale {
			stale[e] = true
		}
		data = known.Without(func(e baseline.Entry) bool { return stale[e] })
		if err := (change{file: name, after: data}).write(); err != nil {
			return fmt.Errorf("%s: not written: %w", c.baseline, err)
		}
	}
	c.note(stderr, "took %s out of %s", count(len(result.Stale), "stale finding"), c.baseline)
	return nil
}

// writeKnown writes the baseline.
func (c *commandLine) writeKnown(result *Result) error {
	file, err := filepath.Abs(c.inDir(c.writeBaseline))
	if err != nil {
		return err
	}
	data := baseline.Format(slices.Concat(result.Findings, result.Latent), filepath.Dir(file))
	if err := writeReport(file, data); err != nil {
		return fmt.Errorf("%s: not written: %w", c.writeBaseline, err)
	}
	return nil
}
