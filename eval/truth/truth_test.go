package main

import (
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	os.Exit(m.Run())
}

// TestCases measures all cases with the Go that runs the test.
func TestCases(t *testing.T) {
	c, err := measureCases(200)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Results {
		for _, problem := range r.Problems {
			t.Errorf("%s %s: %s", r.Category, r.Name, problem)
		}
	}
}

// TestNames checks that the twin of a function has its name.
func TestNames(t *testing.T) {
	for _, c := range cases {
		if got, want := funcName(c.fixed), c.name()+"Fixed"; got != want {
			t.Errorf("the fix of %s is %s, want %s", c.name(), got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	plain := test{bytes: 100, goroutines: 1}
	collected := test{bytes: 100, until: 23}
	panics := test{bytes: 100, panics: 26}
	none, all := kept{}, kept{Live: 110, Objects: 105, Goroutines: 1}
	panicked := kept{Panic: "p"}
	for _, test := range []struct {
		test
		minor       int
		leak, fixed kept
		want        string
	}{
		{plain, 22, all, none, ""},
		{plain, 22, none, none, "the leak keeps 0 bytes, not 100; the leak keeps 0.0 goroutines, not 1"},
		{plain, 22, all, all, "the fix keeps 110 bytes; the fix keeps 1.0 goroutines"},
		{plain, 22, panicked, panicked, "the leak panics: p; the leak keeps 0 bytes, not 100; the leak keeps 0.0 goroutines, not 1; the fix panics: p"},
		{collected, 22, all, none, ""},
		{collected, 22, none, none, "the leak keeps 0 bytes, not 100"},
		{collected, 23, none, none, ""},
		{collected, 23, all, none, "the leak keeps 110 bytes"},
		{panics, 25, all, none, ""},
		{panics, 26, panicked, none, ""},
		{panics, 26, all, none, "the leak does not panic"},
	} {
		if got := strings.Join(test.judge(test.minor, test.leak, test.fixed), "; "); got != test.want {
			t.Errorf("judge(%d, %+v, %+v) = %q, want %q", test.minor, test.leak, test.fixed, got, test.want)
		}
	}
}

func TestMinor(t *testing.T) {
	for version, want := range map[string]int{"go1.22.12": 22, "go1.26": 26, "go1.27rc1": 27} {
		if got := minor(version); got != want {
			t.Errorf("minor(%q) = %d, want %d", version, got, want)
		}
	}
	if got := minor("devel go1.28-abc"); got < 28 {
		t.Errorf("minor of a development version is %d", got)
	}
}

func TestMarkdown(t *testing.T) {
	leak := kept{Live: 269.6, Goroutines: 1}
	got := string(markdown([]column{
		{"go1.22.1", []result{{Category: "a/b", Name: "F", Leak: leak}}},
		{"go1.26.1", []result{{Category: "a/b", Name: "F"}, {Category: "a/c", Name: "G", Leak: kept{Panic: "p"}}}},
	}))
	want := head + `| category | case | go1.22.1 | go1.26.1 |
|---|---|---|---|
| a/b | F | 270 + 1 g / 0 | 0 / 0 |
| a/c | G | not there | panics / 0 |
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
