// Package report holds what a run found in the form that output formats read:
// plain positions and strings, no syntax and no types, so that a finding
// outlives the memory of the package it was found in.
package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Finding is one diagnostic of one analyzer.
type Finding struct {
	Package  string // path, also of a test variant, as go vet has it
	Analyzer string
	Category string
	Message  string // ends with Tail, as a rule
	Latent   bool   // nothing in sight shows that it happens again and again: it is told behind findings, and fails nothing
	URL      string
	Decl     string         // the top-level declaration around Pos: "(*Store).Add", "clients"; "" if none
	Pos, End token.Position // as //line directives have it; End is valid
	Related  []Related
	Fixes    []Fix
	Origin   token.Position // where another package keeps it; invalid if none does
	Presumed []string       // functions that everybody may call, if only that shows that it is a leak
	OnlyBy   []string       // functions by which alone other packages get there, if it owes something and nothing else in its own runs it
	Unless   []string       // functions of which one has to be called if it is to be none
	Told     bool           // by a finding that is presumed, which this one confirms

	Evidence *Evidence // what profiles measured there; nil if they do not know of it

	// Fingerprint names the finding when lines have moved and files have
	// other names. Identify fills it in.
	Fingerprint string
}

// Rule returns the words by which people name the kind of finding:
// "analyzer/category", or the analyzer if there is no category.
func (f Finding) Rule() string {
	if f.Category == "" {
		return f.Analyzer
	}
	return f.Analyzer + "/" + f.Category
}

// Tail returns what a message ends with that names the rule in it.
func (f Finding) Tail() string {
	if f.Latent {
		return " (" + f.Rule() + ", latent)"
	}
	return " (" + f.Rule() + ")"
}

// Text returns the message on one line for where the rule has a place of its
// own: without its tail, of which nothing is left but that the leak is latent.
func (f Finding) Text() string {
	text := strings.TrimSuffix(OneLine(f.Message), f.Tail())
	if f.Latent {
		text += " (latent)"
	}
	return text
}

// A Related is a secondary position of a finding with its own words.
type Related struct {
	Pos, End token.Position
	Message  string
}

// IsSource reports whether the words are about where a key, label or name comes from, and
// not about what is kept; package account words that so.
func (r Related) IsSource() bool { return strings.Contains(r.Message, " comes from ") }

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

// Sort orders findings by file, line, column and analyzer, latent ones behind
// all others, and returns them without those that repeat an earlier one.
func Sort(findings []Finding) []Finding {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			latentLast(a, b),
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

// A line is where findings of a rule stand.
type line struct {
	file string
	line int
	rule string
}

// Fold makes one of the findings of one origin, since one fix there mends them
// all: the first, with the others as related positions. What is latent at the
// origin is told by such a finding. Findings have to be sorted, and stay so.
func Fold(findings []Finding) []Finding {
	first := make(map[line]int) // by origin and rule
	origins := make(map[line]bool)
	var out []Finding
	for _, f := range findings {
		at := line{f.Pos.Filename, f.Pos.Line, ""}
		if f.Latent && origins[at] {
			continue
		}
		if f.Origin.IsValid() && !f.Latent {
			from := line{f.Origin.Filename, f.Origin.Line, f.Rule()}
			if i, ok := first[from]; ok {
				out[i].Related = append(slices.Clip(out[i].Related), Related{f.Pos, f.End, "here, too"})
				continue
			}
			first[from] = len(out)
			origins[line{f.Origin.Filename, f.Origin.Line, ""}] = true
		}
		out = append(out, f)
	}
	return out
}

func latentLast(a, b Finding) int {
	switch {
	case a.Latent == b.Latent:
		return 0
	case b.Latent:
		return -1
	}
	return 1
}

// Divide returns those that are not latent, and those that are.
func Divide(all []Finding) (findings, latent []Finding) {
	for _, f := range all {
		if f.Latent {
			latent = append(latent, f)
		} else {
			findings = append(findings, f)
		}
	}
	return findings, latent
}

// Identify gives each finding its fingerprint. It is made of what an edit
// elsewhere does not change: package, declaration, rule and message, which has
// no line numbers; the second of two that have all of these in common is told
// from the first by its place in the order of Sort.
func Identify(findings []Finding) {
	seen := make(map[string]int)
	for i := range findings {
		f := &findings[i]
		key := f.identity(f.Package)
		f.Fingerprint = fingerprint(key, seen[key])
		seen[key]++
	}
}

// identity is what findings have in common that are told apart by their order only.
func (f Finding) identity(pkg string) string {
	return strings.Join([]string{pkg, f.Decl, f.Rule(), f.Message}, "\x00")
}

func fingerprint(identity string, n int) string {
	sum := sha256.Sum256([]byte(identity + "\x00" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:16])
}

// FingerprintIn returns the fingerprint that the finding would have as the n-th of its
// kind, from 0, if its declaration were in another package.
func (f Finding) FingerprintIn(pkg string, n int) string { return fingerprint(f.identity(pkg), n) }

// Position returns pos as file:line:column, the file relative to dir if below it.
func Position(pos token.Position, dir string) string {
	pos.Filename = Path(pos.Filename, dir)
	return OneLine(pos.String())
}

// Path returns file relative to dir if it is below dir, otherwise as it is.
func Path(file, dir string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}

// OneLine returns text as it may be printed: a stray newline must not look like a finding, and
// nothing that code or files are called may be a command to a terminal.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r':
			return ' '
		case r != '\t' && unicode.IsControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Aside reports whether the finding is none that fails a run: it is latent, or only
// profiles tell of it.
func (f Finding) Aside() bool { return f.Latent || f.Analyzer == Profiled }

// Measured returns on one line what profiles measured of a finding, "" if nothing or if
// its message says that.
func (f Finding) Measured() string {
	if f.Evidence == nil || f.Analyzer == Profiled {
		return ""
	}
	return f.Evidence.Text()
}

// Heading returns what stands over the i-th of findings where people read them: over the
// first of those that are latent, and of those that only profiles tell of.
func Heading(findings []Finding, i int) string {
	kind := func(f Finding) string {
		switch {
		case f.Analyzer == Profiled:
			return SiteHeading
		case f.Latent:
			return LatentHeading
		}
		return ""
	}
	heading := kind(findings[i])
	if i > 0 && kind(findings[i-1]) == heading {
		return ""
	}
	return heading
}

// LatentHeading is what stands over latent leaks where people read them.
const LatentHeading = "latent: kept, but nothing in sight shows that it happens again and again"

// A Rule is one kind of finding as its documentation has it.
type Rule struct {
	Analyzer string
	Category string
	Text     string // what is reported, plain
	Markdown string // the same
	URL      string
}

// ID returns the words by which people name the rule, as Finding.Rule does.
func (r Rule) ID() string { return r.Analyzer + "/" + r.Category }
