// Package report holds what a run found in the form that output formats read:
// plain positions and strings, no syntax and no types, so that a finding
// outlives the memory of the package it was found in.
package report

import (
	"cmp"
	"go/token"
	"slices"
)

// A Finding is one diagnostic of one analyzer.
type Finding struct {
	Package  string // path, also of a test variant, as go vet has it
	Analyzer string
	Category string
	Message  string
	URL      string
	Pos, End token.Position // as //line directives have it; End is valid
	Related  []Related
	Fixes    []Fix
}

// A Related is a secondary position of a finding with its own words.
type Related struct {
	Pos, End token.Position
	Message  string
}

// A Fix is one way to mend what a finding tells.
type Fix struct {
	Title string
	Edits []Edit
}

// An Edit replaces the bytes [Start, End) of File, which is a real file,
// whatever //line directives say.
type Edit struct {
	File       string
	Start, End int
	New        string
	Sum        [32]byte // SHA-256 of the file as it was analysed
}

// Sort orders findings by file, line, column and analyzer, and returns them
// without those that repeat an earlier one.
func Sort(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Analyzer, b.Analyzer),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Package, b.Package),
		)
	})
	return slices.CompactFunc(findings, func(a, b Finding) bool {
		return a.Pos.Filename == b.Pos.Filename && a.Pos.Line == b.Pos.Line && a.Pos.Column == b.Pos.Column &&
			a.Analyzer == b.Analyzer && a.Message == b.Message
	})
}
