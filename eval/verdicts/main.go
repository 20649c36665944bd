// Verdicts counts how many of memlint's findings on real code are worth a fix.
//
// Package readings says what a file of verdicts is. Precision is true of all. By itself
// the command counts the files:
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
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/memlint/memlint/eval/internal/readings"
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
	var verdicts []readings.Verdict
	for _, name := range flags.Args() {
		file, err := readings.Read(name)
		if err != nil {
			return fail(err)
		}
		verdicts = append(verdicts, file.Verdicts...)
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

// match tells the verdicts on what was found, the findings that have none, and
// the verdicts on what was not found any more.
func match(findings []readings.Finding, verdicts []readings.Verdict, project string) (known []readings.Verdict, unread []readings.Finding, gone []readings.Verdict) {
	has := make(map[readings.Finding]bool)
	for _, f := range findings {
		i := slices.IndexFunc(verdicts, func(v readings.Verdict) bool { return v.Project == project && v.Finding == f })
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
