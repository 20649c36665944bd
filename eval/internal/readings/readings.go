// Package readings reads files of verdicts on what memlint found in public projects.
//
// A file has one line per finding that somebody has read, with tabs between the columns:
// project, commit, file:line, analyzer/category, verdict, reason. Lines that begin with #
// are comments; the first ones say what was read. The verdict is one of
//
//	true   who maintains the project would fix it, or say that it is right and accepted
//	weak   right as a statement, and not worth anybody's time
//	false  not so
package readings

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A Finding is a place, as file:line, and a category, as analyzer/category.
type Finding struct{ Place, Category string }

// Analyzer returns the name of the analyzer.
func (f Finding) Analyzer() string {
	analyzer, _, _ := strings.Cut(f.Category, "/")
	return analyzer
}

// A Verdict is what somebody who read a finding says of it.
type Verdict struct {
	Project, Commit string
	Finding
	Word, Reason string
}

// Words are what a verdict may be.
var Words = []string{"true", "weak", "false"}

// A File has the verdicts of one reading.
type File struct {
	Title    string // its first comment, up to the names of the columns
	Verdicts []Verdict
}

// Read returns what a file says. Errors name the line.
func Read(name string) (*File, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f := new(File)
	var comment []string
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "#"); ok {
			if f.Verdicts == nil {
				comment = append(comment, strings.TrimSpace(text))
			}
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		cols := strings.Split(line, "\t")
		if len(cols) != 6 {
			return nil, fmt.Errorf("%s:%d: %d columns, want project, commit, file:line, analyzer/category, verdict, reason", name, n, len(cols))
		}
		v := Verdict{cols[0], cols[1], Finding{cols[2], cols[3]}, cols[4], cols[5]}
		if !slices.Contains(Words, v.Word) {
			return nil, fmt.Errorf("%s:%d: verdict %q, want true, weak or false", name, n, v.Word)
		}
		if slices.ContainsFunc(f.Verdicts, func(have Verdict) bool { return have.Project == v.Project && have.Finding == v.Finding }) {
			return nil, fmt.Errorf("%s:%d: second verdict on %s %s", name, n, v.Place, v.Category)
		}
		f.Verdicts = append(f.Verdicts, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	f.Title, _, _ = strings.Cut(strings.Join(comment, " "), ": project, ")
	return f, nil
}
