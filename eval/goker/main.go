// Goker measures goroutineleak on the programs with which Go tests its profile of
// leaked goroutines: real bugs of GoKer (Yuan and others, CGO 2021) and patterns from
// Saioc and others (CGO 2024), 82 in all, each with the goroutines that leak. Programs
// and labels are read from GOROOT, Go 1.26 or later.
//
//	go run ./goker -memlint path/to/memlint
//
// A label names the function that a leaked goroutine runs. It is found if memlint has a
// finding of goroutineleak, or a note of one, in that function or where that is started.
// The table lists the programs with what was missed and what was found without a label.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("goker", flag.ContinueOnError)
	flags.SetOutput(stderr)
	memlint := flags.String("memlint", "memlint", "the command")
	root := flags.String("goroot", "", "where Go is (default: that of the go command)")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *root == "" {
		out, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			fmt.Fprintf(stderr, "goker: finding GOROOT: %v\n", err)
			return 2
		}
		*root = strings.TrimSpace(string(out))
	}
	src := filepath.Join(*root, "src")
	labels, err := readLabels(filepath.Join(src, "runtime", "goroutineleakprofile_test.go"))
	if err != nil {
		fmt.Fprintf(stderr, "goker: reading the labels of %s: %v\n", runtime.Version(), err)
		return 2
	}
	dirs := []string{"runtime/testdata/testgoroutineleakprofile", "runtime/testdata/testgoroutineleakprofile/goker"}
	var funcs []function
	for _, dir := range dirs {
		fs, err := readFunctions(filepath.Join(src, dir))
		if err != nil {
			fmt.Fprintf(stderr, "goker: %v\n", err)
			return 2
		}
		funcs = append(funcs, fs...)
	}
	cmd := exec.Command(*memlint, "-C", src, "./"+dirs[0], "./"+dirs[1])
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 { // 1: there are findings
		fmt.Fprintf(stderr, "goker: running %s: %v\n", *memlint, err)
		return 2
	}
	report(stdout, labels, funcs, readFindings(string(out), src))
	return 0
}

// report writes what was found of each program.
func report(w io.Writer, programs []program, funcs []function, findings []finding) {
	labelled, hit, all, hitAll := 0, 0, 0, 0
	used := make([]bool, len(findings))
	for _, p := range programs {
		var missed []string
		seen := make(map[string]bool)
		for _, name := range p.leaks {
			found := false
			for i, f := range findings {
				if slices.ContainsFunc(f.places, func(at place) bool { return shows(funcs, at, name) }) {
					found, used[i] = true, true
				}
			}
			all++
			if found {
				hitAll++
			}
			if seen[name] {
				continue // the same goroutine, waiting for something else
			}
			seen[name] = true
			labelled++
			if found {
				hit++
			} else {
				missed = append(missed, name)
			}
		}
		fmt.Fprintf(w, "%-28s %d of %d", p.name, len(seen)-len(missed), len(seen))
		if len(missed) > 0 {
			fmt.Fprintf(w, "  missed %s", strings.Join(missed, ", "))
		}
		fmt.Fprintln(w)
	}
	unlabelled := 0
	for i, f := range findings {
		if !used[i] {
			unlabelled++
			fmt.Fprintf(w, "without a label: %s\n", f.text)
		}
	}
	fmt.Fprintf(w, "found %d of %d goroutines (%.0f %%), %d of %d labels, %d findings without a label\n",
		hit, labelled, 100*float64(hit)/float64(max(labelled, 1)), hitAll, all, unlabelled)
}
