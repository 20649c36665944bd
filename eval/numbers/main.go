// Numbers prints those tables of README.md and docs/numbers.md that can be counted from
// what is kept beside it: verdicts on findings, and what the command corpus wrote.
//
//	go -C eval run ./numbers
//
// A comment in front of each table names it. A test in docs fails if the pages show
// anything else; `go test ./docs -update` writes the tables into them.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/memlint/memlint/eval/internal/readings"
)

func main() { os.Exit(run(".", os.Stdout, os.Stderr)) }

func run(dir string, stdout, stderr io.Writer) int {
	k, err := read(dir)
	if err != nil {
		fmt.Fprintln(stderr, "numbers:", err)
		return 2
	}
	for _, t := range []struct {
		name, text string
	}{
		{"together", k.together()},
		{"first readings", k.byReading()},
		{"analyzers", k.byAnalyzer()},
		{"corpus", k.byCategory()},
	} {
		fmt.Fprintf(stdout, "<!-- numbers: %s -->\n%s\n", t.name, t.text)
	}
	return 0
}

// A group is a corpus of leaks that projects fixed, and the analyzers that look for these.
type group struct {
	page      string
	analyzers []string
}

var groups = []group{
	{"corpus.md", []string{"timerleak", "goroutineleak", "listenerleak", "globalgrowth", "closurecapture"}},
	{"corpus-closeleak.md", []string{"closeleak"}},
	{"corpus-growth.md", []string{"fieldgrowth", "poolleak", "subsliceleak"}},
}

// A reading is a file of verdicts; batch is the number in its name.
type reading struct {
	batch int
	*readings.File
}

// A row is one of the table by category of a corpus. Its last row is "together".
type row struct {
	category               string
	rows, caught, analysed int
}

// What is kept.
type kept struct {
	readings []reading
	corpora  [][]row // one for each group
}

func read(dir string) (*kept, error) {
	k := new(kept)
	names, err := filepath.Glob(filepath.Join(dir, "verdicts", "batch*.tsv"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no verdicts/batch*.tsv in %s", dir)
	}
	for _, name := range names {
		file, err := readings.Read(name)
		if err != nil {
			return nil, err
		}
		number := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "batch"), ".tsv")
		batch, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%s: no number behind batch", name)
		}
		for _, v := range file.Verdicts {
			if !slices.ContainsFunc(groups, func(g group) bool { return slices.Contains(g.analyzers, v.Analyzer()) }) {
				return nil, fmt.Errorf("%s: no group has analyzer %s", name, v.Analyzer())
			}
		}
		k.readings = append(k.readings, reading{batch, file})
	}
	slices.SortFunc(k.readings, func(a, b reading) int { return a.batch - b.batch })
	for _, g := range groups {
		rows, err := readCorpus(filepath.Join(dir, g.page))
		if err != nil {
			return nil, err
		}
		k.corpora = append(k.corpora, rows)
	}
	return k, nil
}

// readCorpus returns the table by category of a page that the command corpus wrote.
func readCorpus(name string) ([]row, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	_, table, _ := strings.Cut(string(text), "\n| category | rows | caught / analysed |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var rows []row
	for line := range strings.Lines(table) {
		var r row
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) == 3 {
			r.category = cells[0]
			r.rows, err = strconv.Atoi(cells[1])
			if err == nil {
				_, err = fmt.Sscanf(cells[2], "%d / %d", &r.caught, &r.analysed)
			}
		}
		if len(cells) != 3 || err != nil {
			return nil, fmt.Errorf("%s: cannot read the row %q", name, strings.TrimSpace(line))
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 || rows[len(rows)-1].category != "together" {
		return nil, fmt.Errorf("%s: no table by category with a row for all together", name)
	}
	return rows, nil
}
