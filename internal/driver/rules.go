package driver

import (
	"fmt"
	"go/doc/comment"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/report"
)

// rules returns what the documentation of analyzers says of each category: the
// section under the heading with its name.
func rules(analyzers []*analysis.Analyzer) []report.Rule {
	var list []report.Rule
	for _, a := range analyzers {
		for _, s := range sections(a.Doc) {
			doc := new(comment.Parser).Parse(s.text)
			var printer comment.Printer
			list = append(list, report.Rule{
				Analyzer: a.Name,
				Category: s.heading,
				Text:     strings.TrimSpace(s.text),
				Markdown: string(printer.Markdown(doc)),
				URL:      a.URL + "#" + s.heading,
			})
		}
	}
	return list
}

// allRules returns the rules of analyzers and those of what only profiles tell.
func allRules(analyzers []*analysis.Analyzer) []report.Rule {
	return append(rules(analyzers), rules([]*analysis.Analyzer{{
		Name: report.Profiled,
		Doc:  placesDoc,
		URL:  "https://github.com/memlint/memlint/blob/main/docs/profiles.md",
	}})...)
}

const placesDoc = `profile: places that profiles show, and that no finding tells of

# grows

What is allocated on this line is more and more, or goroutines wait here that nothing
can wake any more, and memlint does not know why. What keeps it is named where that is
known: the variable, field or goroutine in which it most likely ends up.

# large

What is allocated on this line is at least five percent of the heap and a megabyte, or
at least 100 goroutines wait here. It does not grow, or there are too few profiles to
tell: a cache, a pool of workers.
`

type section struct{ heading, text string }

// sections splits documentation at its headings; what is in front of the first
// is no section.
func sections(doc string) []section {
	var list []section
	for line := range strings.Lines(doc) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			list = append(list, section{heading: strings.TrimSpace(heading)})
		} else if n := len(list); n > 0 {
			list[n-1].text += line
		}
	}
	return list
}

// explain returns what `memlint explain` prints about each name: the section
// of a category, with its analyzer or without, or all that help says of an
// analyzer. The error is one line.
func explain(analyzers []*analysis.Analyzer, names []string) ([]byte, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("explain what? `memlint explain analyzer/category`, as at the end of a finding")
	}
	known := allRules(analyzers)
	var texts []string
	for _, name := range names {
		name = strings.Trim(name, "()") // as copied
		found := false
		for _, r := range known {
			if name == r.ID() || name == r.Category {
				found = true
				texts = append(texts, describeRule(r))
			}
		}
		if found {
			continue
		}
		if analyzer, category, ok := strings.Cut(name, "/"); ok {
			return nil, unknownCategory(known, analyzer, category)
		}
		text, err := help(analyzers, []string{name})
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return []byte(strings.Join(texts, "\n")), nil
}

// describeRule returns the section of a category and where it is on the web.
func describeRule(r report.Rule) string {
	text := fmt.Sprintf("%s\n\n%s\n", r.ID(), r.Text)
	if !strings.HasPrefix(r.URL, "#") {
		text += "\n" + r.URL + "\n"
	}
	return text
}

// unknownCategory returns the error for a category that no documentation has.
func unknownCategory(known []report.Rule, analyzer, category string) error {
	var others []string
	for _, r := range known {
		if r.Analyzer == analyzer {
			others = append(others, r.Category)
		}
	}
	if others == nil {
		return fmt.Errorf("no analyzer is named %q; `memlint help` lists them", analyzer)
	}
	return fmt.Errorf("%s has no category %q; it has %s", analyzer, category, strings.Join(others, ", "))
}
