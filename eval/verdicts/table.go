package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/memlint/memlint/eval/internal/readings"
)

// table counts verdicts by analyzer and category.
func table(verdicts []readings.Verdict) string {
	counts := make(map[string]map[string]int)
	count := func(row, word string) {
		if counts[row] == nil {
			counts[row] = make(map[string]int)
		}
		counts[row][word]++
	}
	for _, v := range verdicts {
		count(v.Category, v.Word)
		count(v.Analyzer(), v.Word)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "true\tweak\tfalse\tprecision\t\t")
	row := func(name string, n map[string]int) {
		all := n["true"] + n["weak"] + n["false"]
		precision := "-"
		if all > 0 {
			precision = fmt.Sprintf("%.2f", float64(n["true"])/float64(all))
		}
		fmt.Fprintf(w, "%d\t%d\t%d\t%s\t  %s\n", n["true"], n["weak"], n["false"], precision, name)
	}
	together := make(map[string]int)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if analyzer, _, isCategory := strings.Cut(name, "/"); isCategory {
			row("  "+name[len(analyzer):], counts[name])
			continue
		}
		row(name, counts[name])
		for word, n := range counts[name] {
			together[word] += n
		}
	}
	row("together", together)
	w.Flush()
	return b.String()
}
