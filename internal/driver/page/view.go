package page

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// A view is a report in the words in which the template shows it. What is not
// known is "" or 0 in it.
type view struct {
	Module, Version string
	Summary         string
	Figures         []figure
	Problems        listed[string]
	Measured        bool // by profiles
	Profiles        listed[string]
	Charts          []chart
	Sections        []section
	Analyzers       []string // of findings
	Detailed        int      // if not all findings are shown in detail, how many are
	Sites           listed[site]
	Rules           []rule
}

// A figure is a number of the head.
type figure struct{ Value, Label, Note string }

// A section is a list of findings under a heading.
type section struct {
	ID, Heading, Note string
	Findings          []finding
}

type finding struct {
	Rank                   int
	Text, Holder, At, Decl string
	Analyzer, Rule, URL    string
	Evidence               *evidence
	Unmeasured             bool // while others are measured
	Open                   bool // shows its source
	Source                 []codeLine
	Path                   listed[step]
	Fixes                  []string
}

// A step is a line that a finding names besides its own.
type step struct {
	Text, At string
	Source   []codeLine
}

type rule struct {
	ID, URL, Count string
	Text           []paragraph
}

type paragraph struct {
	Text string
	Code bool
}

// listed is the beginning of a list, and how much there is besides.
type listed[T any] struct {
	Shown []T
	More  int
}

func first[T any](list []T, n int) listed[T] {
	n = min(n, len(list))
	return listed[T]{list[:n], len(list) - n}
}

// A printer makes the parts of a view.
type printer struct{ Report }

func newView(r Report) view {
	p := printer{r}
	v := view{
		Module:   cmp.Or(r.Module, "this run"),
		Version:  r.Version,
		Problems: first(r.Problems, maxNames),
		Sections: p.sections(),
		Rules:    p.rules(),
	}
	for _, f := range r.Findings {
		if !slices.Contains(v.Analyzers, f.Analyzer) {
			v.Analyzers = append(v.Analyzers, f.Analyzer)
		}
	}
	slices.Sort(v.Analyzers)
	if len(r.Findings) > maxDetailed {
		v.Detailed = maxDetailed
	}
	v.Summary = p.summary()
	if m := r.Measured; m != nil {
		v.Measured = true
		v.Figures = p.figures(m)
		v.Profiles = first(m.Profiles, maxNames)
		v.Charts = charts(m)
		v.Sites = p.sites(m.Sites)
	}
	return v
}

func (p printer) sections() []section {
	findings, latent := report.Divide(p.Findings)
	heading, note, _ := strings.Cut(report.LatentHeading, ": ")
	all := []section{
		{ID: "findings", Heading: "Findings", Findings: p.ranked(findings, 1)},
		{ID: "latent", Heading: heading, Note: note, Findings: p.ranked(latent, 1+len(findings))},
	}
	return slices.DeleteFunc(all, func(s section) bool { return len(s.Findings) == 0 })
}

// ranked returns findings, of which the first has the given rank.
func (p printer) ranked(findings []report.Finding, rank int) []finding {
	var list []finding
	for _, f := range findings {
		list = append(list, p.finding(f, rank))
		rank++
	}
	return list
}

func (p printer) finding(f report.Finding, rank int) finding {
	detailed := rank <= maxDetailed
	text, holder, _ := strings.Cut(strings.TrimSuffix(report.OneLine(f.Message), f.Tail()), "; held by ")
	x := finding{
		Rank: rank, Text: text, Holder: holder, At: p.at(f.Pos), Decl: f.Decl,
		Analyzer: f.Analyzer, Rule: f.Rule(), URL: web(f.URL),
		Evidence:   p.evidence(f.Evidence, detailed),
		Unmeasured: f.Evidence == nil && p.Measured != nil,
		Open:       rank <= maxOpen && !f.Latent,
	}
	if detailed {
		x.Source = p.excerpt(f.Pos, f.End, around)
	}
	related := first(f.Related, maxPath)
	x.Path.More = related.More
	for _, r := range related.Shown {
		s := step{Text: report.OneLine(r.Message), At: p.at(r.Pos)}
		if detailed {
			s.Source = p.excerpt(r.Pos, r.End, 0)
		}
		x.Path.Shown = append(x.Path.Shown, s)
	}
	for _, fix := range f.Fixes {
		x.Fixes = append(x.Fixes, report.OneLine(fix.Title))
	}
	return x
}

// at returns where pos is, "" if it is nowhere.
func (p printer) at(pos token.Position) string {
	if !pos.IsValid() && pos.Filename == "" {
		return ""
	}
	return report.Position(pos, p.Dir)
}

func (p printer) excerpt(pos, end token.Position, around int) []codeLine {
	if p.Source == nil || !pos.IsValid() {
		return nil
	}
	return excerpt(p.Source(pos.Filename), pos, end, around)
}

// rules returns those that have findings, in the order of the documentation;
// after these, those that it does not have, in the order of their findings.
func (p printer) rules() []rule {
	counts := make(map[string]int)
	for _, f := range p.Findings {
		counts[f.Rule()]++
	}
	var list []rule
	add := func(id, url, text string) {
		if n := counts[id]; n > 0 {
			list = append(list, rule{ID: id, URL: web(url), Count: count(n, "finding"), Text: paragraphs(text)})
			delete(counts, id)
		}
	}
	for _, r := range p.Rules {
		add(r.ID(), r.URL, r.Text)
	}
	for _, f := range p.Findings {
		add(f.Rule(), f.URL, "")
	}
	return list
}

// web returns an address if it is on the web: that of an analyzer which has none is
// but a fragment.
func web(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

// paragraphs returns those of a text that is written like a Go doc comment, but
// has no headings and lists.
func paragraphs(text string) []paragraph {
	var list []paragraph
	for text := range strings.SplitSeq(text, "\n\n") {
		code, ok := strings.CutPrefix(text, "\t")
		if ok {
			text = strings.ReplaceAll(code, "\n\t", "\n")
		}
		list = append(list, paragraph{text, ok})
	}
	return list
}

// summary returns the first sentences of the page.
func (p printer) summary() string {
	findings, latent := report.Divide(p.Findings)
	var parts []string
	if n := len(findings); n > 0 {
		parts = append(parts, count(n, "finding"))
	}
	if n := len(latent); n > 0 {
		parts = append(parts, count(n, "latent leak"))
	}
	if m := p.Measured; m != nil && len(m.Sites) > 0 {
		parts = append(parts, count(len(m.Sites), "place")+" that only profiles show")
	}
	text := cmp.Or(strings.Join(parts, ", "), "Nothing was found") + "."
	if len(p.Problems) > 0 {
		text += " Not all could be analysed."
	}
	if m := p.Measured; m != nil && len(m.Profiles) > 0 {
		text += " " + count(len(m.Profiles), "profile")
		series := m.Heap
		if len(series) == 0 {
			series = m.Goroutines
		}
		if from, span := extent(series); span > 0 {
			text += ", " + period(from, from.Add(span))
		}
		text += "."
	}
	return text
}

// figures returns what profiles say, in numbers.
func (p printer) figures(m *report.Measured) []figure {
	measured, growing := 0, 0
	for _, f := range p.Findings {
		if f.Evidence != nil {
			measured++
			if t := f.Evidence.Trend; t != nil && t.Verdict.Grows() {
				growing++
			}
		}
	}
	list := []figure{{
		Value: fmt.Sprintf("%d of %d", measured, len(p.Findings)), Label: "findings measured", Note: fmt.Sprintf("%d growing", growing),
	}}
	if n := len(m.Heap); n > 0 {
		f := figure{Value: size(m.Heap[n-1].Value), Label: "heap in use"}
		if m.Elsewhere > 0 {
			f.Note = size(float64(m.Elsewhere)) + " outside of the module"
		}
		list = append(list, f)
	}
	if t := m.Growth; t != nil {
		list = append(list, figure{Value: cmp.Or(slope(t), "none"), Label: "heap trend", Note: string(t.Verdict)})
	}
	if n := len(m.Goroutines); n > 0 {
		list = append(list, figure{Value: amount(m.Goroutines[n-1].Value), Label: "goroutines"})
	}
	return list
}
