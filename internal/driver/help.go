package driver

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/config"
)

const usage = `memlint finds memory leaks in Go programs.

Usage:

	memlint [flags] [packages]
	memlint help [-man | analyzer]
	memlint explain analyzer/category
	memlint lsp [flags] [-proxy gopls ...]
	memlint watch [flags] http://host:port/debug/pprof [packages]
	memlint completion bash|fish|zsh
	go vet -vettool=$(which memlint) [packages]

Packages are named as for the go command; none means the one in the current
folder. Findings go to standard output, all else to standard error. Exit code:
0 if there are no findings, 1 if there are, 2 if something could not be
analysed. With -json or -sarif, findings do not change the exit code.

A module can have its settings in %s beside its go.mod.
`

// help returns what `memlint help` prints about the named analyzers, or about
// the command if none is named, for man if the first name is -man. The error is one line.
func help(analyzers []*analysis.Analyzer, names []string) ([]byte, error) {
	if len(names) > 0 && names[0] == "-man" {
		return manual(analyzers, names[1:])
	}
	var out bytes.Buffer
	for i, name := range names {
		at := slices.IndexFunc(analyzers, func(a *analysis.Analyzer) bool { return a.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("no analyzer is named %q; `memlint help` lists them", name)
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		describe(&out, analyzers[at])
	}
	if len(names) > 0 {
		return out.Bytes(), nil
	}

	fmt.Fprintf(&out, usage, config.Name)
	out.WriteString("\nAnalyzers:\n\n")
	width := 0
	for _, a := range analyzers {
		width = max(width, len(a.Name))
	}
	for _, a := range analyzers {
		title, _, _ := strings.Cut(strings.TrimSpace(a.Doc), "\n")
		fmt.Fprintf(&out, "\t%-*s  %s\n", width, a.Name, strings.TrimPrefix(title, a.Name+": "))
	}
	out.WriteString("\nAll of them run, unless -NAME selects some or -NAME=false deselects one.\n" +
		"`memlint help NAME` describes one and its flags.\n\nFlags:\n\n")
	c, err := parse(Suite{Analyzers: analyzers}, nil)
	if err != nil {
		return nil, err
	}
	own := flag.NewFlagSet("memlint", flag.ContinueOnError)
	c.flags.VisitAll(func(f *flag.Flag) {
		if _, isSelection := f.Value.(*triState); !isSelection && !strings.Contains(f.Name, ".") {
			own.Var(f.Value, f.Name, f.Usage)
		}
	})
	own.SetOutput(&out)
	own.PrintDefaults()
	return out.Bytes(), nil
}

// describe prints the documentation of one analyzer, its flags and its page.
func describe(out *bytes.Buffer, a *analysis.Analyzer) {
	doc := strings.TrimSpace(a.Doc)
	if !strings.HasPrefix(doc, a.Name+":") {
		doc = a.Name + ": " + doc
	}
	out.WriteString(doc + "\n")
	flags := flag.NewFlagSet(a.Name, flag.ContinueOnError)
	has := false
	a.Flags.VisitAll(func(f *flag.Flag) {
		has = true
		flags.Var(f.Value, a.Name+"."+f.Name, f.Usage)
	})
	if has {
		out.WriteString("\nFlags:\n\n")
		flags.SetOutput(out)
		flags.PrintDefaults()
	}
	if a.URL != "" {
		fmt.Fprintf(out, "\n%s\n", a.URL)
	}
}
