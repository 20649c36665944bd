package completion

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var command = Command{
	Commands: []Subcommand{
		{Name: "help", Flags: []Flag{{Name: "man", Usage: "as a page for man"}}},
		{Name: "explain"},
		{Name: "completion"},
		{Name: "watch", Flags: []Flag{
			{Name: "C", Usage: "the config", Value: File},
			{Name: "exec", Usage: "run command", Value: Program},
			{Name: "enable", Usage: "report the names", Value: Names},
			{Name: "for", Usage: "time after which to end", Value: "time"},
			{Name: "gc", Usage: "collect garbage"},
		}},
	},
	Flags: []Flag{
		{Name: "C", Usage: "change to dir", Value: Dir},
		{Name: "baseline", Usage: "what's [known]: in file", Value: File},
		{Name: "color", Usage: "when to print in colour", Value: When},
		{Name: "enable", Usage: "report the names", Value: Names},
		{Name: "json", Usage: `print \n as JSON`},
		{Name: "json.size", Usage: "how large", Value: "int"},
	},
	Analyzers: []string{"poolleak", "timerleak"},
	Rules:     []string{"timerleak/ticker-field", "timerleak/ticker-goroutine"},
}

// TestBash has bash complete lines, of which it has made words.
func TestBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script := write(t, "bash")
	for _, tt := range []struct{ line, want string }{
		{"memlint ", "help explain completion watch"},
		{"memlint e", "explain"},
		{"memlint -", "-C -baseline -color -enable -json -json.size"},
		{"memlint -js", "-json -json.size"},
		{"memlint ./... -en", "-enable"},
		{"memlint -enable t", "timerleak timerleak/ticker-field timerleak/ticker-goroutine"},
		{"memlint --enable p", "poolleak"},
		{"memlint -enable timerleak/ticker-g", "timerleak/ticker-goroutine"},
		{"memlint -enable timerleak/ticker-field,p", "timerleak/ticker-field,poolleak"},
		{"memlint -enable = ", "poolleak timerleak timerleak/ticker-field timerleak/ticker-goroutine"},
		{"memlint -enable = a,b,po", "a,b,poolleak"},
		{"memlint -color a", "auto always"},
		{"memlint -color = n", "never"},
		{"memlint -baseline t", ""}, // a file
		{"memlint -C t", ""},
		{"memlint -json -c", "-color"},
		{"memlint help t", "timerleak"},
		{"memlint explain ti", "timerleak timerleak/ticker-field timerleak/ticker-goroutine"},
		{"memlint completion ", "bash fish zsh"},
		{"memlint ./", ""},
		{"memlint watch -", "-C -exec -enable -for -gc"},
		{"memlint watch -gc -e", "-exec -enable"},
		{"memlint watch -enable po", "poolleak"},
		{"memlint watch -enable = po", "poolleak"},
		{"memlint watch -for 1", ""},
		{"memlint watch ", ""},
		{"memlint -json watch -g", ""}, // is no command any more
		{"memlint help -", "-man"},
		{"memlint explain -", ""},
		{"memlint -json he", ""}, // is no command any more
	} {
		words := strings.Split(tt.line, " ")
		out, err := exec.Command(bash, append([]string{"--norc", "-c", `
			source "$0" || exit
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			[[ ${COMP_WORDS[COMP_CWORD]} == "" && ${COMP_WORDS[COMP_CWORD - 1]} == = ]] && unset "COMP_WORDS[COMP_CWORD]" && ((COMP_CWORD--))
			_memlint
			echo "${COMPREPLY[*]}"`, script}, words...)...).CombinedOutput()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != tt.want {
			t.Errorf("%q: got %q, want %q (%v)", tt.line, got, tt.want, err)
		}
	}
}

// TestZsh has zsh say which flags, and what behind a word, it would complete.
func TestZsh(t *testing.T) {
	zsh, err := exec.LookPath("zsh")
	if err != nil {
		t.Skip("there is no zsh")
	}
	script := write(t, "zsh")
	for line, want := range map[string]string{
		"memlint -":           "-C= -baseline= -color= -enable= -json -json.size=",
		"memlint watch -":     "-C= -exec= -enable= -for= -gc",
		"memlint help -":      "timerleak -man",
		"memlint explain t":   "timerleak/ticker-goroutine",
		"memlint completion ": "zsh",
	} {
		out, err := exec.Command(zsh, append([]string{"-f", "-c", `
			compdef() { }
			compadd() { if [[ $1 == -a ]]; then print -r -- ${${(P)2}[-1]}; else print -r -- $@[-1]; fi; }
			_arguments() { for a in "$@"; do [[ $a == '*-'* ]] && print -r -- ${${a#\*}%%\[*}; done; }
			source "$0"
			words=("$@") CURRENT=$#
			_memlint`, script}, strings.Split(line, " ")...)...).CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), " "); got != want {
			t.Errorf("%q: got %q, want %q (%v)", line, got, want, err)
		}
	}
}

// TestOthers has other shells read their scripts, as far as there are any, and fish
// complete.
func TestOthers(t *testing.T) {
	for _, shell := range []string{"fish", "zsh"} {
		t.Run(shell, func(t *testing.T) {
			script := write(t, shell)
			program, err := exec.LookPath(shell)
			if err != nil {
				t.Skip("there is no", shell)
			}
			if out, err := exec.Command(program, "-n", script).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
			if shell != "fish" {
				return
			}
			for line, want := range map[string]string{
				"memlint -js":                 "-json -json.size",
				"memlint -enable p":           "poolleak",
				"memlint -enable poolleak,ti": "poolleak,timerleak poolleak,timerleak/ticker-field poolleak,timerleak/ticker-goroutine",
				"memlint -color n":            "never",
				"memlint completion b":        "bash",
				"memlint help p":              "poolleak",
				"memlint exp":                 "explain",
				"memlint watch -e":            "-enable -exec",
				"memlint watch -enable po":    "poolleak",
				"memlint watch -js":           "",
				"memlint -g":                  "",
				"memlint help -":              "-man",
			} {
				out, err := exec.Command(program, "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line).Output()
				var got []string
				for line := range strings.Lines(string(out)) {
					word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
					got = append(got, word)
				}
				if got := strings.Join(got, " "); err != nil || got != want {
					t.Errorf("%q: got %q, want %q (%v)", line, got, want, err)
				}
			}
		})
	}
}

// TestQuotes looks at words that shells would take apart.
func TestQuotes(t *testing.T) {
	for shell, want := range map[string]string{
		"fish": `-o baseline -d 'what\'s [known]: in file' -r`,
		"zsh":  `'*-baseline=[what'\''s \[known\]: in file]:file:_files'`,
	} {
		script, err := Script(shell, command)
		if err != nil || !strings.Contains(string(script), want+"\n") && !strings.Contains(string(script), want+" \\\n") {
			t.Errorf("%s: no %s in\n%s (%v)", shell, want, script, err)
		}
	}
	if _, err := Script("csh", command); err == nil || err.Error() != `no completion for "csh"; there is one for bash, fish, zsh` {
		t.Errorf("got %v", err)
	}
}

// write writes the script for a shell to a file, and returns its name.
func write(t *testing.T, shell string) string {
	t.Helper()
	script, err := Script(shell, command)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), shell)
	if err := os.WriteFile(name, script, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}
