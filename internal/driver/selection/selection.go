// Package selection decides which analyzers and categories are reported.
//
// People name them in two ways, "analyzer" and "analyzer/category", and in two
// places, a file and a command line. What names the category counts before what
// names its analyzer; the command line counts before the file; and what is
// named twice in one place, to be reported and not to be, is not.
package selection

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Names says in one place what to report. If Enable names an analyzer or a
// category, then what nobody enables is not reported. Parts of a name may have
// wildcards as in path.Match: "*/unused-ignore".
type Names struct {
	Enable, Disable []string
}

// A Selection is all that was said, what counts more first.
type Selection []Names

// Reported reports whether findings of a category are.
func (s Selection) Reported(analyzer, category string) bool {
	for i, n := range s {
		if on, ok := n.category(analyzer, category); ok {
			return on
		}
		if on, ok := n.analyzer(analyzer); ok {
			if !on {
				return false
			}
			// To ask for the analyzer is not to ask for all of its categories.
			for _, rest := range s[i+1:] {
				if on, ok := rest.category(analyzer, category); ok {
					return on
				}
			}
			return true
		}
	}
	return true
}

// Needed reports whether an analyzer has to run at all. Its categories may be
// incomplete.
func (s Selection) Needed(analyzer string, categories []string) bool {
	if s.Reported(analyzer, "") {
		return true
	}
	return slices.ContainsFunc(categories, func(c string) bool { return s.Reported(analyzer, c) })
}

// on is the name of a flag that analyzers have which report nothing unless it is set.
const on = "on"

// SwitchedOn reports whether an analyzer reports anything. One that is off by default does
// if its flag is set, as it is here where the analyzer, or a category of it, is named to be
// reported.
func (s Selection) SwitchedOn(a *analysis.Analyzer) bool {
	f := a.Flags.Lookup(on)
	if f == nil {
		return true
	}
	if slices.ContainsFunc(s, func(n Names) bool { return n.asks(a.Name) }) && f.Value.Set("true") != nil {
		return false
	}
	return f.Value.String() == "true"
}

// asks reports whether an analyzer, or a category of it, is named to be reported.
func (n Names) asks(analyzer string) bool {
	return slices.ContainsFunc(n.Enable, func(name string) bool {
		a, _, _ := strings.Cut(name, "/")
		return a == analyzer
	})
}

// category returns what is said of the category itself; not ok if nothing is.
func (n Names) category(analyzer, category string) (on, ok bool) {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool {
			a, c, both := strings.Cut(name, "/")
			return both && matches(a, analyzer) && matches(c, category)
		})
	}
	if names(n.Disable) {
		return false, true
	}
	return true, names(n.Enable)
}

// analyzer returns what is said of the analyzer; not ok if nothing is.
func (n Names) analyzer(analyzer string) (on, ok bool) {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool {
			return !strings.Contains(name, "/") && matches(name, analyzer)
		})
	}
	if names(n.Disable) {
		return false, true
	}
	if names(n.Enable) {
		return true, true
	}
	return false, len(n.Enable) > 0
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// Check returns an error for the first of the names that fits nothing.
// Categories maps each analyzer to its own.
func Check(names []string, categories map[string][]string) error {
	for _, name := range names {
		a, c, both := strings.Cut(name, "/")
		found, foundAnalyzer := false, false
		for analyzer, list := range categories {
			if matches(a, analyzer) {
				foundAnalyzer = true
				found = found || !both || slices.ContainsFunc(list, func(category string) bool { return matches(c, category) })
			}
		}
		if !foundAnalyzer {
			return fmt.Errorf("no analyzer is named %q; `memlint help` lists them", a)
		}
		if !found && strings.ContainsAny(a, `*?[\`) {
			return fmt.Errorf("no category is named %q", name)
		}
		if !found {
			return fmt.Errorf("%s has no category %q; `memlint explain %[1]s` lists them", a, c)
		}
	}
	return nil
}
