package driver

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/completion"
	"github.com/memlint/memlint/internal/driver/report"
)

// complete returns what `memlint completion` prints for a shell. The error is one line.
func complete(suite Suite, shells []string) ([]byte, error) {
	if len(shells) != 1 {
		return nil, fmt.Errorf("completion for which shell? one of %s", strings.Join(completion.Shells, ", "))
	}
	c, err := parse(suite, nil)
	if err != nil {
		return nil, err
	}
	command := completion.Command{
		Flags: completed(c.flags),
		Commands: []completion.Subcommand{
			{Name: "help", Flags: []completion.Flag{{Name: "man", Usage: "print help as a page for man"}}},
			{Name: "explain"},
			{Name: "completion"},
		},
	}
	for _, s := range suite.Commands {
		flags, err := s.Flags(suite)
		if err != nil {
			return nil, err
		}
		command.Commands = append(command.Commands, completion.Subcommand{Name: s.Name, Flags: completed(flags)})
	}
	for _, a := range suite.Analyzers {
		command.Analyzers = append(command.Analyzers, a.Name)
	}
	for _, r := range rules(suite.Analyzers) {
		command.Rules = append(command.Rules, r.ID())
	}
	return completion.Script(shells[0], command)
}

// completed returns flags as completion has them.
func completed(flags *flag.FlagSet) []completion.Flag {
	var all []completion.Flag
	flags.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		all = append(all, completion.Flag{Name: f.Name, Usage: report.OneLine(usage), Value: value})
	})
	return all
}

// manual returns the page for man of which the text is that of help.
func manual(analyzers []*analysis.Analyzer, names []string) ([]byte, error) {
	if len(names) > 0 {
		return nil, errors.New("the page is about memlint as a whole; `memlint help NAME` describes an analyzer")
	}
	text, err := help(analyzers, nil)
	if err != nil {
		return nil, err
	}
	return roff(string(text), Version()), nil
}

// headings are those of help as pages for man have them.
var headings = map[string]string{"Usage:": "SYNOPSIS", "Analyzers:": "ANALYZERS", "Flags:": "OPTIONS"}

// roff makes of a text as help prints it a page for man. A line that begins with a tab is
// as it is, and one that begins with two blanks is a flag, with what it does behind a tab,
// there or in the next line.
func roff(text, version string) []byte {
	var out bytes.Buffer
	escape := strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`).Replace
	title, text, _ := strings.Cut(text, "\n")
	name, what, _ := strings.Cut(strings.TrimSuffix(title, "."), " ")
	fmt.Fprintf(&out, ".TH %s 1 \"\" \"%s\"\n.SH NAME\n%s \\- %s\n", strings.ToUpper(name), escape(strings.TrimSpace(name+" "+version)), escape(name), escape(what))
	verbatim, alone, described := false, true, false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if isVerbatim := strings.HasPrefix(line, "\t"); isVerbatim != verbatim {
			verbatim = isVerbatim
			out.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[verbatim])
		}
		flag, isFlag := strings.CutPrefix(line, "  -")
		switch {
		case line == "":
			alone = true
			continue
		case isFlag:
			flag, does, _ := strings.Cut(flag, "\t")
			flag, value, _ := strings.Cut(flag, " ")
			if value != "" {
				value = ` \fI` + escape(value) + `\fR`
			}
			fmt.Fprintf(&out, ".TP\n\\fB\\-%s\\fR%s\n", escape(flag), value)
			if does != "" {
				out.WriteString(escape(does) + "\n")
			}
		case headings[line] != "":
			out.WriteString(".SH " + headings[line] + "\n")
		case verbatim:
			out.WriteString(escape(line[1:]) + "\n")
		default:
			if line = strings.TrimSpace(line); alone && !described {
				out.WriteString(".SH DESCRIPTION\n")
				described = true
			} else if alone {
				out.WriteString(".PP\n")
			}
			if strings.HasPrefix(line, ".") {
				out.WriteString(`\&`)
			}
			out.WriteString(escape(line) + "\n")
		}
		alone = false
	}
	return out.Bytes()
}
