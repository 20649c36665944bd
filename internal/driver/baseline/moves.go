package baseline

import "github.com/memlint/memlint/internal/driver/report"

// A kind is what a leak keeps wherever it moves.
type kind struct{ pkg, rule, message string }

// moves pairs new findings with entries that are no more where they were.
type moves struct {
	stale    []Entry
	gone     func(Entry) bool
	paired   map[int]bool      // entries, by number, as below
	of       map[kind][]int    // entries
	number   map[string]int    // by fingerprint
	known    map[kind]int      // how many of a kind there are, with those that are met
	packages map[kind][]string // of entries, by their kind without a package
}

func newMoves(all, stale []Entry, gone func(Entry) bool) *moves {
	m := &moves{
		stale:    stale,
		gone:     gone,
		paired:   make(map[int]bool),
		of:       make(map[kind][]int),
		number:   make(map[string]int),
		known:    make(map[kind]int),
		packages: make(map[kind][]string),
	}
	for _, e := range all {
		m.known[kind{e.Package, e.Rule, e.Message}]++
	}
	for i, e := range stale {
		k := kind{e.Package, e.Rule, e.Message}
		m.of[k] = append(m.of[k], i)
		m.number[e.Fingerprint] = i
	}
	for k := range m.of {
		anywhere := kind{"", k.rule, k.message}
		m.packages[anywhere] = append(m.packages[anywhere], k.pkg)
	}
	return m
}

// elsewhere returns the entries of which the finding would have the fingerprint if it were
// in their package.
func (m *moves) elsewhere(f report.Finding) []int {
	var list []int
	for _, pkg := range m.packages[kind{"", f.Rule(), f.Text()}] {
		if pkg == f.Package {
			continue
		}
		for n := range m.known[kind{pkg, f.Rule(), f.Text()}] {
			if i, ok := m.number[f.FingerprintIn(pkg, n)]; ok {
				list = append(list, i)
			}
		}
	}
	return list
}

// renamed returns the entries of the package that only the declaration tells from the finding.
func (m *moves) renamed(f report.Finding) []int {
	return m.of[kind{f.Package, f.Rule(), f.Text()}]
}

// take returns the findings without those that make a pair with an entry: each is all that
// the other may be.
func (m *moves) take(fresh []report.Finding, candidates func(report.Finding) []int) []report.Finding {
	list := make([][]int, len(fresh)) // entries that a finding may be
	rivals := make(map[int]int)       // findings that an entry may be
	for i, f := range fresh {
		for _, e := range candidates(f) {
			if !m.paired[e] && m.gone(m.stale[e]) {
				list[i] = append(list[i], e)
				rivals[e]++
			}
		}
	}
	var rest []report.Finding
	for i, f := range fresh {
		if len(list[i]) == 1 && rivals[list[i][0]] == 1 {
			m.paired[list[i][0]] = true
			continue
		}
		rest = append(rest, f)
	}
	return rest
}

// left returns the entries that are part of no pair.
func (m *moves) left() []Entry {
	var list []Entry
	for i, e := range m.stale {
		if !m.paired[i] {
			list = append(list, e)
		}
	}
	return list
}
