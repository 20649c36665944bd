// Verdicts counts how many of memlint's findings on real code are worth a fix.
//
// A file of verdicts has one line per finding that somebody has read, with tabs
// between the columns: project, commit, file:line, analyzer/category, verdict,
// reason. Lines that begin with # are comments. The verdict is one of
//
//	true   who maintains the project would fix it, or say that it is right and accepted
//	weak   right as a statement, and not worth anybody's time
//	false  not so
//
// Precision is true of all. By itself the command counts the files:
//
//	go run ./verdicts verdicts/*.tsv
//
// With the JSON of a run on one of the projects it counts what that run found,
// and lists the findings that nobody has read, and those that are gone:
//
//	memlint -json ./... > found.json
//	go run ./verdicts -json found.json -project OWNER/NAME -root CHECKOUT verdicts/*.tsv
//
// Its exit code is 2 if it cannot read something, and 1 if findings are unread.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("verdicts", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: verdicts [-json file -project owner/name -root folder] file.tsv...")
		flags.PrintDefaults()
	}
	found := flags.String("json", "", "`file` that memlint -json wrote; - is standard input")
	project := flags.String("project", "", "the `project` that it is about, as the verdicts have it")
	root := flags.String("root", "", "the `folder` of the project, if names of files are absolute")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	fail := func(err error) int {
		fmt.Fprintln(stderr, "verdicts:", err)
		return 2
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return 2
	}
	var verdicts []Verdict
	for _, name := range flags.Args() {
		more, err := readVerdicts(name)
		if err != nil {
			return fail(err)
		}
		verdicts = append(verdicts, more...)
	}
	if *found == "" {
		fmt.Fprint(stdout, table(verdicts))
		return 0
	}
	if *project == "" {
		return fail(fmt.Errorf("-json needs -project"))
	}
	findings, err := readFindings(*found, stdin, *root)
	if err != nil {
		return fail(err)
	}
	known, unread, gone := match(findings, verdicts, *project)
	fmt.Fprint(stdout, table(known))
	for _, f := range unread {
		fmt.Fprintf(stdout, "unread: %s %s\n", f.Place, f.Category)
	}
	for _, v := range gone {
		fmt.Fprintf(stdout, "gone: %s %s (%s: %s)\n", v.Place, v.Category, v.Word, v.Reason)
	}
	if len(unread) > 0 {
		return 1
	}
	return 0
}

// A Finding is a place, as file:line, and a category, as analyzer/category.
type Finding struct{ Place, Category string }

// A Verdict is what somebody who read a finding says of it.
type Verdict struct {
	Project, Commit string
	Finding
	Word, Reason string
}

var words = []string{"true", "weak", "false"}

// readVerdicts returns the verdicts of a file. Errors name the line.
func readVerdicts(name string) ([]Verdict, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var verdicts []Verdict
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cols := strings.Split(line, "\t")
		if len(cols) != 6 {
			return nil, fmt.Errorf("%s:%d: %d columns, want project, commit, file:line, analyzer/category, verdict, reason", name, n, len(cols))
		}
		v := Verdict{cols[0], cols[1], Finding{cols[2], cols[3]}, cols[4], cols[5]}
		if !slices.Contains(words, v.Word) {
			return nil, fmt.Errorf("%s:%d: verdict %q, want true, weak or false", name, n, v.Word)
		}
		if slices.ContainsFunc(verdicts, func(have Verdict) bool { return have.Project == v.Project && have.Finding == v.Finding }) {
			return nil, fmt.Errorf("%s:%d: second verdict on %s %s", name, n, v.Place, v.Category)
		}
		verdicts = append(verdicts, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return verdicts, nil
}

// match tells the verdicts on what was found, the findings that have none, and
// the verdicts on what was not found any more.
func match(findings []Finding, verdicts []Verdict, project string) (known []Verdict, unread []Finding, gone []Verdict) {
	has := make(map[Finding]bool)
	for _, f := range findings {
		i := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.Project == project && v.Finding == f })
		if i < 0 {
			unread = append(unread, f)
			continue
		}
		has[f] = true
		known = append(known, verdicts[i])
	}
	for _, v := range verdicts {
		if v.Project == project && !has[v.Finding] {
			gone = append(gone, v)
		}
	}
	return known, unread, gone
}
