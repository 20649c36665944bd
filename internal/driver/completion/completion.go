// Package completion writes scripts by which shells complete the arguments of memlint.
package completion

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

// A Command is what there is to complete.
type Command struct {
	Commands  []Subcommand
	Flags     []Flag
	Analyzers []string
	Rules     []string // analyzer/category
}

// A Subcommand is what the first word may be. Its flags are all that it has.
type Subcommand struct {
	Name  string
	Flags []Flag
}

// A Flag is one of the command.
type Flag struct {
	Name  string
	Usage string // on one line
	Value string // what follows it: one of the constants below is completed; "" if nothing does
}

// What flags take that can be completed.
const (
	Dir     = "dir"
	File    = "file"
	Names   = "names"   // of analyzers and rules, separated by commas
	When    = "when"    // auto, always or never
	Program = "command" // and its arguments
)

// Shells are those that there is a script for.
var Shells = []string{"bash", "fish", "zsh"}

//go:embed bash.tmpl
var bash string

//go:embed fish.tmpl
var fish string

//go:embed zsh.tmpl
var zsh string

var scripts = map[string]*template.Template{
	"bash": parse("bash", bash),
	"fish": parse("fish", fish),
	"zsh":  parse("zsh", zsh),
}

func parse(shell, text string) *template.Template {
	return template.Must(template.New(shell).Funcs(template.FuncMap{
		"words": func(list []string) string { return strings.Join(list, " ") },
		"fish":  func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" },
		"zsh": func(s string) string {
			return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `'`, `'\''`).Replace(s)
		},
		"shells": func() []string { return Shells },
		"names": func(commands []Subcommand) (names []string) {
			for _, c := range commands {
				names = append(names, c.Name)
			}
			return names
		},
	}).Parse(text))
}

// Script returns the script for a shell. The error is one line.
func Script(shell string, c Command) ([]byte, error) {
	script, ok := scripts[shell]
	if !ok {
		return nil, fmt.Errorf("no completion for %q; there is one for %s", shell, strings.Join(Shells, ", "))
	}
	var out bytes.Buffer
	err := script.Execute(&out, c)
	return out.Bytes(), err
}
