package main

import (
	"fmt"
	"os"
	"strings"
)

// A Row is a leak that a public project fixed.
type Row struct {
	Repo     string `json:"repo"`   // owner/name
	Fix      string `json:"fix"`    // the commit
	Parent   string `json:"parent"` // the commit before, which has the leak
	File     string `json:"file"`   // where it leaks in the parent
	Line     int    `json:"line"`
	Func     string `json:"func"` // as f, T.m or (*T).m
	Category string `json:"category"`
	Scope    string `json:"scope"`  // how much of the program an analysis has to see
	Detect   string `json:"detect"` // what there is to see, in words
}

// key tells rows apart. One fix can mend many places, some on the same line of
// different files.
func (r Row) key() string { return fmt.Sprintf("%.9s %s:%d", r.Fix, r.File, r.Line) }

// Words of a verdict.
const (
	Caught       = "caught"
	Missed       = "missed"
	NotSilent    = "not silent at fix"
	NotBuildable = "not buildable"
)

// A Verdict says what memlint makes of a row.
type Verdict struct {
	Word        string   `json:"verdict"`
	Why         string   `json:"why,omitempty"`         // why it could not be judged
	Findings    []string `json:"findings,omitempty"`    // in the place of the leak, as analyzer/category
	Elsewhere   []string `json:"elsewhere,omitempty"`   // other findings in the package
	Go          string   `json:"go,omitempty"`          // go line of the parent; "" if it has none
	Collectable bool     `json:"collectable,omitempty"` // judged with -timerleak.collectable
}

// A Result is a row with its verdict.
type Result struct {
	Row
	Verdict
}

// readReasons returns why rows are missed, by the key of the row. A line of the
// file is a key, a tab, and the reason; others begin with #.
func readReasons(name string) (map[string]string, error) {
	reasons := make(map[string]string)
	if name == "" {
		return reasons, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, reason, ok := strings.Cut(line, "\t")
		if !ok {
			return nil, fmt.Errorf("%s:%d: no tab between the place and the reason", name, n)
		}
		reasons[key] = reason
	}
	return reasons, nil
}
