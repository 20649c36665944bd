package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f, err := Parse("m.yml", []byte(`# how we are analysed
tests: false
latent: true
enable:
  - timerleak
  - listenerleak/no-way-out
disable: timerleak/ticker-field
exclude: [ "internal/gen/**", "**/*_mock.go" ]
analyzers:
  closurecapture:
    min-bytes: 131072
  listenerleak:
    pairs: &pairs
      - a.Add=a.Remove
      - b.On=b.Off
  other:
    same: *pairs
    none: []
    yes: true
  empty:
`))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	values := func(what string, list []Value) {
		for _, v := range list {
			fmt.Fprintf(&got, "%d:%d %s %s\n", v.Pos.Line, v.Pos.Column, what, v.Text)
		}
	}
	fmt.Fprintln(&got, "tests", *f.Tests, "latent", *f.Latent)
	values("enable", f.Enable)
	values("disable", f.Disable)
	values("exclude", f.Exclude)
	for _, s := range f.Settings {
		fmt.Fprintf(&got, "%d:%d %s.%s=%s\n", s.Value.Pos.Line, s.Value.Pos.Column, s.Analyzer.Text, s.Flag.Text, s.Value.Text)
	}
	const want = `tests false latent true
5:5 enable timerleak
6:5 enable listenerleak/no-way-out
7:10 disable timerleak/ticker-field
8:12 exclude internal/gen/**
8:31 exclude **/*_mock.go
11:16 closurecapture.min-bytes=131072
13:12 listenerleak.pairs=a.Add=a.Remove,b.On=b.Off
13:12 other.same=a.Add=a.Remove,b.On=b.Off
18:11 other.none=
19:10 other.yes=true
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestParseNothing(t *testing.T) {
	for _, data := range []string{"", "# nothing\n", "---\n", "enable:\nanalyzers:\n"} {
		f, err := Parse("m.yml", []byte(data))
		if err != nil || f.Tests != nil || f.Latent != nil || f.Enable != nil || f.Settings != nil {
			t.Errorf("%q: %+v, %v", data, f, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for data, want := range map[string]string{
		"tests: false\nignore: a\n":              `m.yml:2:1: unknown key "ignore"; want tests, latent, enable, disable, exclude or analyzers`,
		"latent: 1\n":                            "m.yml:1:9: latent is not true or false",
		"tests: maybe\n":                         "m.yml:1:8: tests is not true or false",
		"tests: \"true\"\n":                      "m.yml:1:8: tests is not true or false",
		"enable: {a: b}\n":                       "m.yml:1:9: enable is not a list of words",
		"enable:\n  - [a]\n":                     "m.yml:2:5: enable is not a list of words",
		"enable: a\nenable: b\n":                 `m.yml:2:1: key "enable" is there twice`,
		"- a\n":                                  "m.yml:1:1: the file is not a list of keys with values",
		"analyzers: a\n":                         "m.yml:1:12: analyzers is not a list of keys with values",
		"analyzers:\n  a: 1\n":                   "m.yml:2:6: a is not a list of keys with values",
		"analyzers:\n  a:\n    b:\n":             "m.yml:3:7: b has no value",
		"analyzers:\n  a:\n    b: {c: d}\n":      "m.yml:3:8: b is not a list of words",
		"? [a]\n: b\n":                           "m.yml:1:3: a key of the file is not a word",
		"exclude: [/a]\n":                        `m.yml:1:11: pattern "/a" is not relative to the file, with slashes`,
		"exclude: [../a]\n":                      `m.yml:1:11: pattern "../a" is not relative to the file, with slashes`,
		"exclude:\n  - a\n  - \"b/[c\"\n":        `m.yml:3:5: pattern "b/[c" does not parse`,
		"tests: true\n---\ntests: false\n":       "m.yml:2:1: a second document",
		"tests: true\nenable: [a\ntests: false ": "m.yml:2:1: did not find expected ',' or ']'",
		"tests: [\n":                             "m.yml:2:1: did not find expected node content",
		"tests: true\nenable: @a\n":              "m.yml:2:1: found character that cannot start any token",
		"tests: *nothing\n":                      "m.yml:1:1: unknown anchor 'nothing' referenced",
		"\ttests: true\n":                        "m.yml:1:1: found character that cannot start any token",
	} {
		_, err := Parse("m.yml", []byte(data))
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", data, err, want)
		}
	}
}

func TestExcludes(t *testing.T) {
	for _, test := range []struct {
		pattern, file string
		want          bool
	}{
		{"a.go", "a.go", true},
		{"a.go", "b/a.go", false},
		{"b", "b/a.go", true},
		{"b/", "b/c/a.go", true},
		{"./b", "b/a.go", true},
		{"b/**", "b/c/a.go", true},
		{"b/**", "bb/a.go", false},
		{"*.go", "b/a.go", false},
		{"**/*_mock.go", "a_mock.go", true},
		{"**/*_mock.go", "b/c/a_mock.go", true},
		{"**/*_mock.go", "b/c/a.go", false},
		{"**/gen/**", "b/gen/c/a.go", true},
		{"b/*/a.go", "b/c/a.go", true},
		{"b/*/a.go", "b/c/d/a.go", false},
		{"b/**/a.go", "b/a.go", true},
		{"b/c", "b", false},
	} {
		if got := Excludes(test.pattern, test.file); got != test.want {
			t.Errorf("Excludes(%s, %s) = %t", test.pattern, test.file, got)
		}
	}
}
