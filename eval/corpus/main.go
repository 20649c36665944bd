// Corpus measures memlint on leaks that public projects had and fixed.
//
// A row of the file of rows names a commit that fixed a leak, its parent, and
// the place of the leak in the parent. memlint has caught the leak if it
// reports something in that function, or on that line, at the parent, and no
// longer at the fix.
//
//	go run ./corpus -rows rows.jsonl -repos clones -memlint memlint -o results.jsonl
//
// Results are written as they come, one JSON object a line. Rows that have a
// result are not analysed again: a run that was interrupted goes on, and to
// judge a row anew its line has to go. The table that -table names is written
// from all results, with the words that -reasons has for rows that are missed.
//
// The projects are built with the Go that is installed, not with that of their
// time, and with the newest versions of dependencies if a commit does not say
// which; so some rows cannot be judged, and the table says why.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("corpus: ")
	var c config
	flag.StringVar(&c.rows, "rows", "", "`file` of rows, one JSON object a line")
	flag.StringVar(&c.repos, "repos", "", "`folder` of bare clones, OWNER+NAME/repo each")
	flag.StringVar(&c.lint.memlint, "memlint", "memlint", "the `binary` to measure")
	flag.StringVar(&c.categories, "categories", "", "`list` of categories of rows, separated by commas; all if empty.\n"+
		"A category and a word, as in goroutine-no-exit:ticker, takes rows whose detect has the word")
	flag.StringVar(&c.only, "only", "", "`regexp` that \"repo fix func\" of a row has to match")
	flag.StringVar(&c.results, "o", "results.jsonl", "`file` of results")
	flag.StringVar(&c.table, "table", "", "markdown `file` to write; none if empty")
	flag.StringVar(&c.reasons, "reasons", "", "`file` of reasons; none if empty")
	flag.StringVar(&c.lint.work, "work", "", "`folder` to build in, whose content goes; a temporary one if empty")
	flag.DurationVar(&c.lint.timeout, "timeout", 10*time.Minute, "time for one run of memlint")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := c.run(ctx)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

type config struct {
	rows, repos, categories, only, results, table, reasons string

	lint linter
}

func (c *config) run(ctx context.Context) error {
	only, err := regexp.Compile(c.only)
	if err != nil {
		return err
	}
	rows, err := readLines[Row](c.rows)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return !chosen(c.categories, r) })
	old, err := readLines[Result](c.results)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	results := make(map[string]Result)
	for _, r := range old {
		results[r.key()] = r
	}
	if c.lint.memlint, err = filepath.Abs(c.lint.memlint); err != nil {
		return err
	}
	if c.lint.work == "" {
		if c.lint.work, err = os.MkdirTemp("", "corpus"); err != nil {
			return err
		}
	}
	defer os.RemoveAll(c.lint.work)
	out, err := os.OpenFile(c.results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer out.Close()
	enc := json.NewEncoder(out)
	for _, row := range rows {
		if _, ok := results[row.key()]; ok || !only.MatchString(row.Repo+" "+row.Fix+" "+row.Func) {
			continue
		}
		result := Result{Row: row}
		dir := filepath.Join(c.repos, strings.ReplaceAll(row.Repo, "/", "+"), "repo")
		result.Verdict, err = c.lint.judge(ctx, dir, row)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			result.Verdict = Verdict{Word: NotBuildable, Why: strings.ReplaceAll(err.Error(), c.lint.work+string(filepath.Separator), "")}
		}
		if err := enc.Encode(result); err != nil {
			return err
		}
		log.Printf("%s %.9s %s: %s %s", row.Repo, row.Fix, row.Func, result.Word, result.Why)
		results[row.key()] = result
	}
	if err := out.Close(); err != nil {
		return err
	}
	if c.table == "" {
		return nil
	}
	reasons, err := readReasons(c.reasons)
	if err != nil {
		return err
	}
	var judged []Result
	for _, row := range rows {
		if r, ok := results[row.key()]; ok {
			judged = append(judged, r)
		}
	}
	return os.WriteFile(c.table, markdown(judged, reasons), 0o666)
}

// chosen reports whether the list of categories has that of the row.
func chosen(list string, row Row) bool {
	if list == "" {
		return true
	}
	for item := range strings.SplitSeq(list, ",") {
		category, word, _ := strings.Cut(item, ":")
		if category == row.Category && strings.Contains(strings.ToLower(row.Detect), word) {
			return true
		}
	}
	return false
}

// readLines returns the JSON objects of a file, one a line.
func readLines[T any](name string) ([]T, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all []T
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %v", name, n, err)
		}
		all = append(all, v)
	}
	return all, nil
}
