package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/memlint/memlint/eval/internal/readings"
)

// A count is how many verdicts there are, by their word.
type count map[string]int

func (k *kept) count(of func(readings.Verdict) bool) count {
	n := make(count)
	for _, r := range k.readings {
		for _, v := range r.Verdicts {
			if of(v) {
				n[v.Word]++
			}
		}
	}
	return n
}

// cells returns a column for each word.
func (n count) cells() string {
	var cells []string
	for _, word := range readings.Words {
		cells = append(cells, fmt.Sprint(n[word]))
	}
	return strings.Join(cells, " | ")
}

// precision returns what part of all is true.
func (n count) precision() string {
	all := 0
	for _, m := range n {
		all += m
	}
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(n["true"])/float64(all))
}

func all(readings.Verdict) bool { return true }

// together returns the table of README.md.
func (k *kept) together() string {
	var b strings.Builder
	b.WriteString("| analyzers | known leaks caught | new findings: true | weak | false |\n|---|---|---|---|---|\n")
	caught, analysed := 0, 0
	for i, g := range groups {
		last := k.corpora[i][len(k.corpora[i])-1]
		caught += last.caught
		analysed += last.analysed
		n := k.count(func(v readings.Verdict) bool { return slices.Contains(g.analyzers, v.Analyzer()) })
		fmt.Fprintf(&b, "| %s | %d of %d | %s |\n", strings.Join(g.analyzers, ", "), last.caught, last.analysed, n.cells())
	}
	fmt.Fprintf(&b, "| together | %d of %d | %s |\n", caught, analysed, k.count(all).cells())
	return b.String()
}

// byReading returns a row for each first reading.
func (k *kept) byReading() string {
	var b strings.Builder
	b.WriteString("| file | first reading of | projects with findings | true | weak | false |\n|---|---|---|---|---|---|\n")
	for _, r := range k.readings {
		n := make(count)
		projects := make(map[string]bool)
		for _, v := range r.Verdicts {
			n[v.Word]++
			projects[v.Project] = true
		}
		what := strings.TrimPrefix(r.Title, "First reading of ")
		fmt.Fprintf(&b, "| [%d](../eval/verdicts/batch%[1]d.tsv) | %s | %d | %s |\n", r.batch, what, len(projects), n.cells())
	}
	fmt.Fprintf(&b, "| together | | | %s |\n", k.count(all).cells())
	return b.String()
}

// byAnalyzer returns a row for each analyzer, with its precision.
func (k *kept) byAnalyzer() string {
	var b strings.Builder
	b.WriteString("| analyzer | true | weak | false | precision |\n|---|---|---|---|---|\n")
	var names []string
	for _, g := range groups {
		names = append(names, g.analyzers...)
	}
	slices.Sort(names)
	for _, name := range names {
		n := k.count(func(v readings.Verdict) bool { return v.Analyzer() == name })
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, n.cells(), n.precision())
	}
	n := k.count(all)
	fmt.Fprintf(&b, "| together | %s | %s |\n", n.cells(), n.precision())
	return b.String()
}

// byCategory returns the tables of all corpora as one.
func (k *kept) byCategory() string {
	var b strings.Builder
	b.WriteString("| corpus | category | rows | analysed | caught |\n|---|---|---|---|---|\n")
	var sum row
	for i, g := range groups {
		link := fmt.Sprintf("[%s](../eval/%[1]s)", g.page)
		for _, r := range k.corpora[i] {
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", link, r.category, r.rows, r.analysed, r.caught)
			link = ""
		}
		last := k.corpora[i][len(k.corpora[i])-1]
		sum.rows += last.rows
		sum.analysed += last.analysed
		sum.caught += last.caught
	}
	fmt.Fprintf(&b, "| all | together | %d | %d | %d |\n", sum.rows, sum.analysed, sum.caught)
	return b.String()
}
