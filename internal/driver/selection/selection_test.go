package selection

import (
	"strings"
	"testing"
)

func TestReported(t *testing.T) {
	names := func(enable, disable string) Names {
		return Names{strings.Fields(enable), strings.Fields(disable)}
	}
	for _, test := range []struct {
		name      string
		selection Selection
		want      string // of a/x, a/y and b/x, those that are reported
	}{
		{"nothing said", nil, "a/x a/y b/x"},
		{"nothing said twice", Selection{{}, {}}, "a/x a/y b/x"},
		{"an analyzer", Selection{names("a", "")}, "a/x a/y"},
		{"a category", Selection{names("a/x", "")}, "a/x"},
		{"a category and an analyzer", Selection{names("a/x b", "")}, "a/x b/x"},
		{"not an analyzer", Selection{names("", "a")}, "b/x"},
		{"not a category", Selection{names("", "a/x")}, "a/y b/x"},
		{"an analyzer but a category", Selection{names("a", "a/x")}, "a/y"},
		{"a category of an analyzer that is not", Selection{names("a/x", "a")}, "a/x"},
		{"both", Selection{names("a", "a")}, ""},
		{"all of a name", Selection{names("", "*/x")}, "a/y"},
		{"all analyzers but one category", Selection{names("*", "a/x")}, "a/y b/x"},

		{"the file says it", Selection{{}, names("", "a")}, "b/x"},
		{"the file disables an analyzer that is asked for", Selection{names("a", ""), names("", "a")}, "a/x a/y"},
		{"the file disables a category of it", Selection{names("a", ""), names("", "a/x")}, "a/y"},
		{"the category is asked for, too", Selection{names("a a/x", ""), names("", "a/x")}, "a/x a/y"},
		{"both disable", Selection{names("", "a/x"), names("", "b")}, "a/y"},
		{"the file enables what is disabled", Selection{names("", "a"), names("a", "")}, ""},
		{"the file enables another", Selection{names("a", ""), names("b", "")}, "a/x a/y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, rule := range []string{"a/x", "a/y", "b/x"} {
				a, c, _ := strings.Cut(rule, "/")
				if test.selection.Reported(a, c) {
					got = append(got, rule)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestNeeded(t *testing.T) {
	s := Selection{{Enable: []string{"a/x"}, Disable: []string{"b/x"}}}
	for _, test := range []struct {
		analyzer, categories string
		want                 bool
	}{
		{"a", "x y", true},
		{"a", "y", false},
		{"b", "x", false},
	} {
		if got := s.Needed(test.analyzer, strings.Fields(test.categories)); got != test.want {
			t.Errorf("%s with %s: %t", test.analyzer, test.categories, got)
		}
	}
	if !(Selection{}).Needed("a", nil) {
		t.Error("an analyzer without categories is not needed")
	}
}

func TestCheck(t *testing.T) {
	known := map[string][]string{"a": {"x", "y"}, "b": {"x"}}
	for name, want := range map[string]string{
		"a":    "",
		"a/y":  "",
		"*/y":  "",
		"a/*":  "",
		"c":    "no analyzer is named \"c\"; `memlint help` lists them",
		"c/x":  "no analyzer is named \"c\"; `memlint help` lists them",
		"b/y":  "b has no category \"y\"; `memlint explain b` lists them",
		"a/[":  "a has no category \"[\"; `memlint explain a` lists them",
		"[":    "no analyzer is named \"[\"; `memlint help` lists them",
		"":     "no analyzer is named \"\"; `memlint help` lists them",
		"a/":   "a has no category \"\"; `memlint explain a` lists them",
		"/x":   "no analyzer is named \"\"; `memlint help` lists them",
		"*":    "",
		"*/zz": "no category is named \"*/zz\"",
	} {
		got := ""
		if err := Check([]string{"a", name}, known); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
