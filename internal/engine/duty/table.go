package duty

import (
	_ "embed"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/memlint/memlint/internal/engine/convention"
)

// TestStd checks that every name exists and every place fits.
//
//go:embed std.txt
var stdText string

// modules.txt says what results of functions of other modules owe, which are too many to
// read with every run. Command modules writes it from their sources.
//
//go:embed modules.txt
var modulesText string

var (
	stdTable     = sync.OnceValue(func() map[string][]Debt { return parseTable(stdText) })
	modulesTable = sync.OnceValue(func() map[string][]Debt { return parseTable(modulesText) })
)

func parseTable(text string) map[string][]Debt {
	table := make(map[string][]Debt)
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		name, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		var debts []Debt
		for _, text := range strings.Split(list, ", ") {
			debts = append(debts, parseDebt(text))
		}
		head, rest, several := strings.Cut(name, "{")
		alts, tail, _ := strings.Cut(rest, "}")
		if !several {
			table[name] = debts
			continue
		}
		for _, alt := range strings.Split(alts, ",") {
			table[head+alt+tail] = debts
		}
	}
	return table
}

// parseDebt reads a debt as std.txt has it.
func parseDebt(text string) Debt {
	words := strings.Fields(text)
	place, path, parts := strings.Cut(words[0], ".")
	index, err := strconv.Atoi(place[1:])
	if err != nil || len(words) < 3 {
		panic("std.txt: bad debt: " + text)
	}
	ends, of, derived := words[2:], 0, false
	if i := slices.Index(ends, "of"); i >= 0 {
		of, err = strconv.Atoi(ends[i+1][1:])
		ends, derived = ends[:i], err == nil
	}
	timed := ends[len(ends)-1] == "timed"
	if timed {
		ends = ends[:len(ends)-1]
	}
	d := Debt{Timed: timed, Result: index, Param: -1, Behind: strings.ReplaceAll(words[1], "_", " "), Ends: ends, Parent: -1}
	if parts {
		d.Path = "." + path
	}
	if place[0] == 'p' {
		d.Result, d.Param = -1, index
	}
	if d.Ends[0] == "call" {
		d.Ends = nil
	}
	if derived {
		d.Parent = of
	}
	return d
}

// tabled returns what the tables say of a function.
func tabled(fn *types.Func) []Debt {
	if fn.Pkg() == nil {
		return nil
	}
	if first, _, _ := strings.Cut(fn.Pkg().Path(), "/"); strings.Contains(first, ".") {
		path := fn.Pkg().Path()
		return modulesTable()[strings.Replace(fn.Origin().FullName(), path, convention.Unvendored(path), 1)]
	}
	return stdTable()[fn.FullName()]
}
