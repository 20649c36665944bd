package report

import (
	"fmt"
	"go/token"
	"slices"
	"testing"
)

func TestSort(t *testing.T) {
	at := func(file string, line int, analyzer, message string) Finding {
		return Finding{Analyzer: analyzer, Message: message, Pos: token.Position{Filename: file, Line: line, Column: 1}}
	}
	latent := func(file string, line int) Finding {
		f := at(file, line, "x", "m (x, latent)")
		f.Latent = true
		return f
	}
	got := Sort([]Finding{
		at("b.go", 1, "x", "m"),
		at("a.go", 10, "x", "m"),
		at("a.go", 9, "y", "m"),
		at("a.go", 9, "x", "m"),
		at("a.go", 9, "x", "other"),
		at("a.go", 10, "x", "m"), // again
		latent("b.go", 1),
		latent("a.go", 1),
		latent("b.go", 1),
	})
	want := []Finding{
		at("a.go", 9, "x", "m"),
		at("a.go", 9, "x", "other"),
		at("a.go", 9, "y", "m"),
		at("a.go", 10, "x", "m"),
		at("b.go", 1, "x", "m"),
		latent("a.go", 1),
		latent("b.go", 1),
	}
	if len(got) != len(want) {
		t.Fatalf("got %d findings, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i].Pos != want[i].Pos || got[i].Analyzer != want[i].Analyzer || got[i].Message != want[i].Message {
			t.Errorf("%d: got %v, want %v", i, got[i], want[i])
		}
	}
	findings, latents := Divide(got)
	if len(findings) != 5 || len(latents) != 2 || findings[4].Latent || !latents[0].Latent {
		t.Errorf("divided: %v and %v", findings, latents)
	}
}

func TestSettle(t *testing.T) {
	at := func(file string, line int) token.Position { return token.Position{Filename: file, Line: line} }
	presumed := func(line int, by string) Finding {
		return Finding{Analyzer: "growth", Pos: at("lib.go", line), Message: "grows (growth)", Presumed: []string{by}, Fixes: []Fix{{}}}
	}
	told := func(line, origin int, by ...string) Finding {
		return Finding{Analyzer: "growth", Pos: at("app.go", line), Origin: at("lib.go", origin), Told: true, Presumed: by}
	}
	settled := Settle([]Finding{
		presumed(1, "lib.Unused"),
		presumed(2, "lib.UsedOnce"),
		presumed(3, "lib.UsedByHandler"),
		presumed(4, "lib.Wrapped"),
		presumed(5, "lib.WrappedAndUsed"),
		told(3, 3),
		told(4, 4, "app.Unused"),
		told(5, 5, "app.Used"),
	}, []Use{{Func: "lib.UsedOnce"}, {Func: "lib.UsedByHandler"}, {Func: "lib.Wrapped"}, {Func: "lib.WrappedAndUsed"}, {Func: "app.Used"}, {Func: "lib.Unused", Test: true}}, nil)
	var got []string
	for _, f := range settled {
		line := fmt.Sprintf("%d %s %t", f.Pos.Line, f.Message, len(f.Fixes) > 0)
		for _, r := range f.Related {
			line += fmt.Sprintf(", %s %d", r.Message, r.Pos.Line)
		}
		got = append(got, line)
	}
	want := []string{
		"1 grows (growth) true",
		"2 grows (growth, latent) false",
		"3 grows (growth) true, called again and again here 3",
		"4 grows (growth) true, called again and again here 4",
		"5 grows (growth, latent) false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSettleOnceCode(t *testing.T) {
	uses := []Use{
		{Func: "lib.ByMain"},
		{Func: "lib.ByLoop", Again: true},
		{Func: "lib.ByMainAndLoop"},
		{Func: "lib.ByMainAndLoop", Again: true},
		{Func: "lib.Through", By: []string{"app.Run"}},
		{Func: "lib.ThroughBoth", By: []string{"app.Run", "app.Serve"}},
		{Func: "lib.ThroughUnused", By: []string{"app.Unused"}},
		{Func: "lib.Each", By: []string{"app.Other"}},
		{Func: "app.Other", By: []string{"lib.Each"}},
		{Func: "lib.ByTest", Test: true},
		{Func: "lib.ByTestAndLoop", Test: true},
		{Func: "lib.ByTestAndLoop", Again: true},
		{Func: "lib.Far", By: []string{"lib.ThroughBoth"}},
		{Func: "app.Run"},
		{Func: "app.Serve", Again: true},
	}
	for fn, want := range map[string]bool{
		"lib.Unused":        false,
		"lib.ByMain":        true,
		"lib.ByLoop":        false,
		"lib.ByMainAndLoop": false,
		"lib.Through":       true,
		"lib.ThroughBoth":   false,
		"lib.ThroughUnused": false,
		"lib.Each":          true,
		"lib.Far":           false,
		"lib.ByTest":        true,
		"lib.ByTestAndLoop": false,
	} {
		if got := Settle([]Finding{{OnlyBy: []string{fn}}}, uses, nil)[0].Latent; got != want {
			t.Errorf("%s: latent is %t, want %t", fn, got, want)
		}
	}
	if Settle([]Finding{{OnlyBy: []string{"lib.ByMain", "lib.ByLoop"}}}, uses, nil)[0].Latent {
		t.Error("latent although one of two runs it again")
	}
}

// TestSettleUnless checks that what nobody ends is told only where all are seen who could.
func TestSettleUnless(t *testing.T) {
	unless := func(line int, fns ...string) Finding {
		return Finding{Pos: token.Position{Filename: "lib.go", Line: line}, Unless: fns}
	}
	settled := Settle([]Finding{
		unless(1, "lib.Unused"),
		unless(2, "lib.Used"),
		unless(3, "lib.Unused", "lib.Used"),
		unless(4, "lib.Unused"),
	}, []Use{{Func: "lib.Used"}, {Func: "lib.Unused", Test: true}}, func(f Finding) bool { return f.Pos.Line != 4 })
	if len(settled) != 1 || settled[0].Pos.Line != 1 {
		t.Errorf("got %v, want that of line 1", settled)
	}
}

func TestFold(t *testing.T) {
	at := func(file string, line int) token.Position { return token.Position{Filename: file, Line: line} }
	call := func(file, category string) Finding {
		return Finding{Analyzer: "growth", Category: category, Pos: at(file, 7), Origin: at("origin.go", 3)}
	}
	folded := Fold([]Finding{
		call("a.go", "map"),
		call("b.go", "map"),
		call("b.go", "slice"),
		{Analyzer: "growth", Category: "map", Pos: at("c.go", 1)},
		{Analyzer: "growth", Category: "map", Pos: at("c.go", 2)},
		{Analyzer: "growth", Category: "map", Pos: at("origin.go", 3), Latent: true},
		{Analyzer: "growth", Category: "map", Pos: at("origin.go", 4), Latent: true},
	})
	var got []string
	for _, f := range folded {
		line := fmt.Sprintf("%s:%d %s", f.Pos.Filename, f.Pos.Line, f.Category)
		for _, r := range f.Related {
			line += ", " + r.Message + " " + r.Pos.Filename
		}
		got = append(got, line)
	}
	want := []string{"a.go:7 map, here, too b.go", "b.go:7 slice", "c.go:1 map", "c.go:2 map", "origin.go:4 map"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestIdentify checks that a fingerprint stays when lines and files change, and
// changes with all that makes another finding.
func TestIdentify(t *testing.T) {
	base := Finding{
		Package: "example.com/a", Decl: "(*S).f", Analyzer: "x", Category: "kind", Message: "m",
		Pos: token.Position{Filename: "/m/a.go", Line: 3, Column: 1},
	}
	id := func(edit func(*Finding)) string {
		f := base
		edit(&f)
		list := []Finding{f}
		Identify(list)
		return list[0].Fingerprint
	}
	want := id(func(*Finding) {})
	if len(want) != 32 {
		t.Errorf("fingerprint %q", want)
	}
	same := map[string]func(*Finding){
		"moved down":       func(f *Finding) { f.Pos.Line += 7 },
		"in another file":  func(f *Finding) { f.Pos.Filename = "/m/b.go" },
		"with other notes": func(f *Finding) { f.Related = []Related{{Message: "here"}} },
		"with a fix":       func(f *Finding) { f.Fixes = []Fix{{Title: "Mend it"}} },
	}
	for name, edit := range same {
		if got := id(edit); got != want {
			t.Errorf("%s: another fingerprint", name)
		}
	}
	other := map[string]func(*Finding){
		"package":     func(f *Finding) { f.Package = "example.com/b" },
		"declaration": func(f *Finding) { f.Decl = "g" },
		"analyzer":    func(f *Finding) { f.Analyzer = "y" },
		"category":    func(f *Finding) { f.Category = "sort" },
		"message":     func(f *Finding) { f.Message = "n" },
	}
	for name, edit := range other {
		if got := id(edit); got == want {
			t.Errorf("another %s: the same fingerprint", name)
		}
	}
	twins := []Finding{base, base}
	Identify(twins)
	if twins[0].Fingerprint != want || twins[1].Fingerprint == want {
		t.Errorf("two of the same: %s and %s, want %s and another", twins[0].Fingerprint, twins[1].Fingerprint, want)
	}
}

func TestRule(t *testing.T) {
	if got := (Finding{Analyzer: "a", Category: "b"}).Rule(); got != "a/b" {
		t.Errorf("got %s", got)
	}
	if got := (Finding{Analyzer: "a"}).Rule(); got != "a" {
		t.Errorf("got %s", got)
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		f          Finding
		text, tail string
	}{
		{Finding{Analyzer: "a", Category: "b", Message: "m\nn (a/b)"}, "m n", " (a/b)"},
		{Finding{Analyzer: "a", Message: "m (a)"}, "m", " (a)"},
		{Finding{Analyzer: "a", Category: "b", Message: "m"}, "m", " (a/b)"},
		{Finding{Analyzer: "a", Category: "b", Message: "m (a/b, latent)"}, "m (a/b, latent)", " (a/b)"},
		{Finding{Analyzer: "a", Category: "b", Message: "m (a/b, latent)", Latent: true}, "m (latent)", " (a/b, latent)"},
	} {
		if text, tail := test.f.Text(), test.f.Tail(); text != test.text || tail != test.tail {
			t.Errorf("%+v: text %q, tail %q; want %q, %q", test.f, text, tail, test.text, test.tail)
		}
	}
}

func TestPath(t *testing.T) {
	for file, want := range map[string]string{
		"/m/a.go":    "a.go",
		"/m/in/a.go": "in/a.go",
		"/mm/a.go":   "/mm/a.go",
		"/m/..a.go":  "..a.go",
		"a.go":       "a.go",
	} {
		if got := Path(file, "/m"); got != want {
			t.Errorf("Path(%s) = %s, want %s", file, got, want)
		}
	}
}
