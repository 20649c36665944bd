package report

import "testing"

// TestSiteDecl checks that a place has the name of its function as findings have it.
func TestSiteDecl(t *testing.T) {
	for name, want := range map[string]string{
		"main.main":                                           "main",
		"example.com/a/store.(*Store).Put.func1":              "(*Store).Put.func1",
		"example.com/a.b/store.Map[...]":                      "Map[...]",
		"example.com/a/store.Map[go.shape.example.com/b.T].F": "Map[go.shape.example.com/b.T].F",
		"0x401234": "",
	} {
		if got := (Site{Func: name}).Finding().Decl; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
