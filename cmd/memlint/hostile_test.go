package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

const goMod = "module example.com/m\n\ngo 1.26\n"

// leak is a package with a finding in line 5.
const leak = "package a\n\nimport \"os\"\n\nfunc F(n string) { f, err := os.Open(n); if err == nil { println(f.Name()) } }\n"

// found is how the finding begins, behind the name of the file.
const found = ":5:30: file is never closed"

// files are texts by name; one that begins with "-> " is a link.
type files map[string]string

// TestHostile checks that whatever there is under the names of sources, modules and
// settings, a run ends soon, with findings or with one line that tells the file and the
// cause, tells the same each time, and sends no commands to a terminal.
func TestHostile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("most of these names cannot be")
	}
	cache := filepath.Join(t.TempDir(), "cache")
	for _, test := range []struct {
		name  string
		files files
		args  []string
		want  string // in what is printed
		fails bool   // with one line, of which want is a part, on standard error
	}{
		// Sources.
		{name: "NUL", files: files{"a.go": "package a\n\nvar x = \x00\n"}, want: "a.go:3:9: ", fails: true},
		{name: "NUL in a comment", files: files{"a.go": "package a\n\n// \x00\n"}, want: "a.go: unexpected NUL", fails: true},
		{name: "no UTF-8", files: files{"a.go": "package a\n\nvar x = \"\xff\"\n"}, want: "a.go:3:10: syntax error: illegal UTF-8 encoding", fails: true},
		{name: "no UTF-8 in a comment", files: files{"a.go": "package a\n\n// \xff\n"}, want: "a.go:3:4: illegal UTF-8 encoding", fails: true},
		{name: "UTF-16", files: files{"a.go": "\xff\xfep\x00a\x00"}, want: "a.go:1:1: illegal UTF-8 encoding", fails: true},
		{name: "BOM", files: files{"a.go": "\ufeff" + leak}, want: "a.go" + found},
		{name: "BOM at the end", files: files{"a.go": leak + "\ufeff"}, want: "a.go:6:1: syntax error: illegal byte order mark", fails: true},
		{name: "CRLF", files: files{"a.go": strings.ReplaceAll(leak, "\n", "\r\n")}, want: "a.go" + found},
		{name: "CR", files: files{"a.go": strings.ReplaceAll(leak, "\n", "\r")}, want: "a.go:1:", fails: true},
		{name: "empty", files: files{"a.go": ""}, want: "a.go:1:1: expected 'package'", fails: true},
		{name: "escape in code", files: files{"a.go": "package a\n\n\x1b[31m\n"}, want: "a.go:3:1: syntax error: illegal character U+001B", fails: true},
		{name: "escape in a comment", files: files{"a.go": leak + "//memlint:ignore closeleak/\x1b[31m x\n"}, want: "a.go" + found},
		{name: "direction of text", files: files{"a.go": "package a\n\nvar \u202e = 1\n"}, want: "a.go:3:5: syntax error: illegal character U+202E", fails: true},
		{name: "import with an escape", files: files{"a.go": "package a\n\nimport _ \"a\\x1b[31mb\"\n"}, want: "a.go:3:8: invalid import path", fails: true},
		{name: "import of two lines", files: files{"a.go": "package a\n\nimport _ \"a\\nb\"\n"}, want: "a.go:3:8: invalid import path", fails: true},
		{name: "import cycle", files: files{"a.go": "package a\n\nimport _ \"example.com/m\"\n"}, want: "example.com/m: import cycle not allowed", fails: true},
		{name: "two packages", files: files{"a.go": leak, "b.go": "package b\n"}, want: "found packages a (a.go) and b (b.go)", fails: true},
		{name: "many errors", files: files{"a.go": "package a\n\n" + strings.Repeat("var _ = nothing\n", 1000)}, want: "a.go:3:9: undefined: nothing", fails: true},
		{name: "lines too far", files: files{"a.go": "package a\n\n//line b.go:99999999999\nvar x = 1\n"}, want: "a.go:3:13: invalid line number: 99999999999", fails: true},
		{name: "lines of devices", files: files{"a.go": strings.Replace(leak, "func F", "//line /dev/zero:5\nfunc F", 1)}, args: []string{"-color=always"}, want: "/dev/zero:5"},

		// Names of files.
		{name: "name with a newline", files: files{"a\nb.go": leak}, want: "a b.go" + found},
		{name: "name with quotes", files: files{"a\"b'.go": leak}, want: "a\"b'.go" + found},
		{name: "name with an escape", files: files{"a\x1b[31m.go": leak}, want: "a\ufffd[31m.go" + found},
		{name: "name beyond ASCII", files: files{"ä €.go": leak}, want: "ä €.go" + found},
		{name: "folder with an escape", files: files{"a.go": leak, "b\x1b[31m/b.go": leak}, want: "a.go" + found},
		{name: "folder with an escape alone", files: files{"b\x1b[31m/b.go": leak}, want: "malformed import path", fails: true},
		{name: "folder with a newline", files: files{"b\nb/b.go": leak}, want: "malformed import path", fails: true},
		{name: "folder with a blank", files: files{"b b/b.go": leak}, want: "malformed import path", fails: true},
		{name: "link to nothing", files: files{"a.go": "-> nowhere"}, want: "a.go: no such file", fails: true},
		{name: "link to itself", files: files{"a.go": "-> a.go"}, want: "a.go: too many levels", fails: true},
		{name: "link to no end", files: files{"a.go": "-> /dev/zero", "b.go": leak}, want: "a.go: unexpected NUL", fails: true},
		{name: "folders in a circle", files: files{"a.go": leak, "loop": "-> ."}, want: "a.go" + found},

		// Modules.
		{name: "no module", files: files{"go.mod": "\x1b[31m\n", "a.go": leak}, want: "go.mod:1:", fails: true},
		{name: "module with a NUL", files: files{"go.mod": goMod + "\x00\n", "a.go": leak}, want: "go.mod:4: unexpected input character", fails: true},
		{name: "module without a name", files: files{"go.mod": "go 1.26\n", "a.go": leak}, want: "go.mod: missing module declaration", fails: true},
		{name: "module with an escape", files: files{"go.mod": "module \"example.com/\\x1b[31m\"\n", "a.go": leak}, want: "malformed module path", fails: true},
		{name: "no version of Go", files: files{"go.mod": "module m\n\ngo banana\n", "a.go": leak}, want: "go.mod:3: invalid go version 'banana'", fails: true},
		{name: "Go of the future", files: files{"go.mod": "module m\n\ngo 1.999\n", "a.go": leak}, want: "go.mod requires go >= 1.999", fails: true},
		{name: "toolchain of the future", files: files{"go.mod": goMod + "toolchain go1.999.1\n", "a.go": leak}, want: "a.go" + found},
		{name: "replaced by nothing", files: files{"go.mod": goMod + "require example.com/x v1.0.0\nreplace example.com/x => ./nowhere\n", "a.go": leak}, want: "a.go" + found},
		{name: "huge module", files: files{"go.mod": goMod + "//" + strings.Repeat("x", 4<<20) + "\n", "a.go": leak}, want: "a.go" + found},
		{name: "workspace with an escape", files: files{"go.work": "go 1.26\nuse \"./a\x1b[31mb\"\n", "a.go": leak}, want: "listed in go.work file", fails: true},

		// Settings.
		{name: "settings with an escape", files: files{"a.go": leak, ".memlint.yml": "\"\\e[31m\": 1\n"}, want: ".memlint.yml:1:1: unknown key", fails: true},
		{name: "deep settings", files: files{"a.go": leak, ".memlint.yml": "enable: " + strings.Repeat("[", 100_000)}, want: ".memlint.yml:1:1: exceeded max depth", fails: true},
		{name: "settings with a bomb", files: files{"a.go": leak, ".memlint.yml": bomb()}, want: ".memlint.yml:1:1: unknown key", fails: true},
		{name: "settings of itself", files: files{"a.go": leak, ".memlint.yml": "enable: &a [*a]\n"}, want: ".memlint.yml:1:9: enable is not a list of words", fails: true},
		{name: "long settings", files: files{"a.go": leak, ".memlint.yml": "#" + strings.Repeat("x", 4<<20) + "\n"}, want: "a.go" + found},
		{name: "settings without an end", files: files{"a.go": leak, ".memlint.yml": "-> /dev/zero"}, want: ".memlint.yml: not a regular file", fails: true},
		{name: "settings that are a link to nothing", files: files{"a.go": leak, ".memlint.yml": "-> nowhere"}, want: ".memlint.yml: not a regular file", fails: true},
		{name: "pattern that takes for ever", files: files{strings.Repeat("a/", 40) + "a.go": leak, ".memlint.yml": "exclude: [\"" + strings.Repeat("**/a/", 20) + "b\"]\n"}, want: "a.go" + found},

		// What flags name.
		{name: "baseline of another kind", files: files{"a.go": leak, "b": `{"version":1,"findings":[{"fingerprint":1}]}`}, args: []string{"-baseline", "b"}, want: "b: no baseline of memlint: json: ", fails: true},
		{name: "baseline with an escape", files: files{"a.go": leak, "b": `{"version":1,"\u001b[31m":1}`}, args: []string{"-baseline", "b"}, want: "b: no baseline of memlint: json: unknown field", fails: true},
		{name: "deep baseline", files: files{"a.go": leak, "b": `{"version":1,"findings":` + strings.Repeat("[", 1_000_000)}, args: []string{"-baseline", "b"}, want: "b: no baseline of memlint: ", fails: true},
		{name: "baseline without an end", files: files{"a.go": leak}, args: []string{"-baseline", "/dev/zero"}, want: "/dev/zero: larger than 64 MB", fails: true},
		{name: "settings named without an end", files: files{"a.go": leak}, args: []string{"-config", "/dev/zero"}, want: "/dev/zero: larger than 64 MB", fails: true},
		{name: "empty profile", files: files{"a.go": leak, "p": ""}, args: []string{"-profile", "p"}, want: "p: empty"},
		{name: "half a profile", files: files{"a.go": leak, "p": "\x1f\x8b"}, args: []string{"-profile", "p"}, want: "p: cut off"},
		{name: "profile of no kind", files: files{"a.go": leak, "p": "\x1b[31m" + strings.Repeat("\xff", 10_000)}, args: []string{"-profile", "p"}, want: "p: a text without goroutines"},
		{name: "folder with an escape that is none", files: files{"a.go": leak}, args: []string{"-C", "no\x1b[31m"}, want: "no\ufffd[31m is no folder", fails: true},
		{name: "flag with an escape", files: files{"a.go": leak}, args: []string{"-no\x1b[31m"}, want: "not defined: -no\ufffd[31m", fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := &machine{t, t.TempDir(), cache}
			if _, ok := test.files["go.mod"]; !ok {
				write(t, m.dir, "go.mod", goMod)
			}
			for name, text := range test.files {
				if to, ok := strings.CutPrefix(text, "-> "); ok {
					if err := os.Symlink(to, filepath.Join(m.dir, name)); err != nil {
						t.Fatal(err)
					}
					continue
				}
				write(t, m.dir, name, text)
			}
			check := func() (stdout, stderr string) {
				cmd := m.command(append(test.args, "./...")...)
				cmd.Env = append(cmd.Env, "GOWORK=", "GOTOOLCHAIN=local", "GOPROXY=off")
				var out, errs bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &errs
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
				cmd.Wait()
				if !timer.Stop() {
					t.Fatal("it does not end")
				}
				code := cmd.ProcessState.ExitCode()
				if test.fails {
					if n := strings.Count(errs.String(), "\n"); n != 1 || code != 2 || out.Len() > 0 || !strings.Contains(errs.String(), test.want) {
						t.Errorf("exit code %d, it prints\n%.1000q\nand on standard error\n%.1000q\nwant a line with %q", code, &out, &errs, test.want)
					}
				} else if all := out.String() + errs.String(); code < 1 || code > 2 || !strings.Contains(all, test.want) || !strings.Contains(all, "file is never closed") {
					t.Errorf("exit code %d, it prints\n%.1000q\nwant a finding, and %q", code, all, test.want)
				}
				return out.String(), errs.String()
			}
			stdout, stderr := check()
			if out, errs := check(); out != stdout || errs != stderr {
				t.Errorf("it prints\n%q %q\nand then\n%q %q", stdout, stderr, out, errs)
			}
			clean := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\n", "", "\t", "").Replace
			if strings.Contains(strings.Join(test.args, " "), "-color=always") {
				clean = func(string) string { return "" }
			}
			if i := strings.IndexFunc(clean(stdout+stderr), unicode.IsControl); i >= 0 {
				t.Errorf("it prints control characters: %q", stdout+stderr)
			}
		})
	}
}

// bomb returns a list that is 9^9 words long when aliases are followed.
func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a [x]\n")
	for c := 'b'; c < 'k'; c++ {
		fmt.Fprintf(&b, "%c: &%[1]c [%s]\n", c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	b.WriteString("enable: *j\n")
	return b.String()
}

// TestUntrusted checks that with the variables that SECURITY.md has for code that nobody
// trusts, the go command runs no program that it would run otherwise.
func TestUntrusted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell scripts")
	}
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(.*) memlint \./\.\.\.$`).FindSubmatch(text)
	if line == nil {
		t.Fatal("SECURITY.md says nothing")
	}
	m := newMachine(t)
	write(t, m.dir, "b.go", leak)
	started := filepath.Join(t.TempDir(), "started")
	program := filepath.Join(m.dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\" >>"+started+"\nexit 1\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, variable, source string }{
		{name: "C compiler", variable: "CC=" + program, source: "package a\n\n// int x;\nimport \"C\"\n\nvar X = C.x\n"},
		{name: "toolexec", variable: "GOFLAGS=-toolexec=" + program, source: "package a\n"},
		{name: "build cache", variable: "GOCACHEPROG=" + program, source: "package a\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			write(t, m.dir, "a.go", test.source)
			// As `go env -w` does.
			write(t, m.dir, "goenv", test.variable+"\n")
			run := func(env ...string) (out string, ran bool) {
				os.Remove(started)
				cmd := m.command("./...")
				cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "GOFLAGS=") })
				cmd.Env = append(cmd.Env, "GOENV="+filepath.Join(m.dir, "goenv"), "GOCACHE="+t.TempDir(), "MEMLINT_CACHE="+t.TempDir())
				cmd.Env = append(cmd.Env, env...)
				out = printed(cmd)
				_, err := os.Stat(started)
				return out, err == nil
			}
			if out, ran := run("CGO_ENABLED=1"); !ran {
				t.Errorf("the program is not started at all:\n%s", out)
			}
			if out, ran := run(strings.Fields(string(line[1]))...); ran {
				t.Errorf("the program is started:\n%s", out)
			} else if !strings.Contains(out, "b.go"+found) {
				t.Errorf("nothing is found:\n%s", out)
			}
		})
	}
}
