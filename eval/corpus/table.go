package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// markdown returns the page of results, with why rows are missed.
func markdown(results []Result, reasons map[string]string) []byte {
	var out bytes.Buffer
	out.WriteString(`<!-- Written by the command corpus; do not edit. -->

# Leaks that were fixed, and what memlint makes of them

Each row is a leak that a public project fixed. It is caught when memlint, run on
the package before the fix, reports something in the function or on the line of the
leak, and no longer after the fix. Numbers are caught of analysed; rows that do not
build with today's Go count as neither. Not all that is missed was a leak: the
reason says so.

`)
	summary(&out, "category", results, func(r Result) string { return r.Category })
	summary(&out, "scope", results, func(r Result) string { return r.Scope })
	out.WriteString(`Scope is how much of the program one has to see. A collectable row has a go line of
1.23 or later, or no go.mod, and is judged with ` + "`-timerleak.collectable`" + `, because memlint
holds findings about timers back where the garbage collector takes them.

| repository | fix | place | category | scope | collectable | verdict | reason |
|---|---|---|---|---|---|---|---|
`)
	for _, r := range results {
		collectable := ""
		if r.Collectable && timed(r.Category) {
			collectable = "yes"
		}
		reason := cmp.Or(reasons[r.key()], r.Why)
		if r.Word == Caught {
			reason = strings.Join(slices.Compact(slices.Clone(r.Findings)), ", ")
		}
		fmt.Fprintf(&out, "| %s | %.9s | %s:%d | %s | %s | %s | %s | %s |\n",
			r.Repo, r.Fix, r.File, r.Line, r.Category, r.Scope, collectable, r.Word, reason)
	}
	return out.Bytes()
}

// timed reports whether rows of the category are about timers.
func timed(category string) bool {
	return category == "ticker" || category == "timer" || category == "after-in-loop"
}

// summary writes how many rows were caught, by what key tells of them.
func summary(out *bytes.Buffer, title string, results []Result, key func(Result) string) {
	type count struct{ caught, analysed, all int }
	counts := make(map[string]*count)
	var keys []string
	for _, r := range results {
		for _, k := range []string{key(r), "together"} {
			c := counts[k]
			if c == nil {
				c = new(count)
				counts[k] = c
				if k != "together" {
					keys = append(keys, k)
				}
			}
			c.all++
			if r.Word != NotBuildable {
				c.analysed++
			}
			if r.Word == Caught {
				c.caught++
			}
		}
	}
	slices.Sort(keys)
	fmt.Fprintf(out, "| %s | rows | caught / analysed |\n|---|---|---|\n", title)
	for _, k := range append(keys, "together") {
		if c := counts[k]; c != nil {
			fmt.Fprintf(out, "| %s | %d | %d / %d |\n", k, c.all, c.caught, c.analysed)
		}
	}
	out.WriteString("\n")
}
