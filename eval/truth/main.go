// Truth measures what memlint claims: that a pattern which it reports keeps
// memory, and that the same code with its fix does not.
//
// Each case of the table in cases.go runs in a process of its own, with the
// leak and with the fix, so many times that what stays can be told from noise;
// then the garbage collector runs, and the rest of the heap is what was kept.
//
//	go run . -n 1000                                    # the Go that is installed
//	go run . -toolchains go1.22.12,go1.26.8 -o truth.md # one column each
//
// It exits with 1 if a case that should keep memory does not, or its fix does.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"sort"
	"strings"
)

func main() {
	if child() {
		return
	}
	log.SetFlags(0)
	log.SetPrefix("truth: ")
	n := flag.Int("n", 1000, "repetitions of each case, at least")
	toolchains := flag.String("toolchains", "", "`list` of Go versions, separated by commas, to build and run this with;\nthe one that is running if empty. They have to be installed, or to be had from the module proxy")
	asJSON := flag.Bool("json", false, "print measurements as JSON instead of a table")
	out := flag.String("o", "", "`file` for the table; standard output if empty")
	flag.Parse()

	columns, err := measureAll(*toolchains, *n)
	if err != nil {
		log.Fatal(err)
	}
	text := markdown(columns)
	if *asJSON {
		if text, err = json.Marshal(columns); err != nil {
			log.Fatal(err)
		}
	}
	if *out == "" {
		os.Stdout.Write(text)
	} else if err := os.WriteFile(*out, text, 0o666); err != nil {
		log.Fatal(err)
	}
	if *asJSON {
		return // who reads it, judges
	}
	failed := false
	for _, c := range columns {
		for _, r := range c.Results {
			for _, problem := range r.Problems {
				log.Printf("%s: %s: %s", c.Go, r.Name, problem)
				failed = true
			}
		}
	}
	if failed {
		os.Exit(1)
	}
}

// A column is what one version of Go makes of the cases.
type column struct {
	Go      string
	Results []result
}

func measureAll(toolchains string, n int) ([]column, error) {
	if toolchains == "" {
		c, err := measureCases(n)
		return []column{c}, err
	}
	var columns []column
	for _, toolchain := range strings.Split(toolchains, ",") {
		cmd := exec.Command("go", "run", ".", "-json", fmt.Sprintf("-n=%d", n))
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain, "GOWORK=off")
		cmd.Stderr = os.Stderr
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %v", toolchain, err)
		}
		var one []column
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("%s: %v", toolchain, err)
		}
		columns = append(columns, one...)
	}
	return columns, nil
}

const head = `<!-- Written by the command truth; do not edit. -->

# What leaks, measured

Each cell has what one repetition keeps, without the fix and with it, in bytes of
live heap after the garbage collector has run; goroutines that stay are g, and their
stacks come on top. Timers are those that a go line of 1.23 or later gives from
Go 1.23 on. An HTTP connection has both of its ends in the process: of its goroutines
two are the client's.

`

// markdown returns the page of the table.
func markdown(columns []column) []byte {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("| category | case |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.Go)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
	// Cases that old versions cannot build are missing in their columns.
	names := make(map[string]bool)
	var rows []result
	for _, c := range columns {
		for _, r := range c.Results {
			if !names[r.Name] {
				names[r.Name] = true
				rows = append(rows, r)
			}
		}
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Category < rows[j].Category })
	for _, row := range rows {
		fmt.Fprintf(&b, "| %s | %s |", row.Category, row.Name)
		for _, c := range columns {
			cell := "not there"
			for _, r := range c.Results {
				if r.Name == row.Name {
					cell = r.Leak.String() + " / " + r.Fixed.String()
				}
			}
			fmt.Fprintf(&b, " %s |", cell)
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}
