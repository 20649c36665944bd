package finding_test

import (
	"go/token"
	"testing"

	"github.com/memlint/memlint/internal/finding"
)

// DeferBehind adds a line behind a statement that is nothing but the call.
func TestDeferBehind(t *testing.T) {
	undone(t, []undoTest{
		{"a statement", "\tmake1()\n", "\tmake1()\n\tdefer stop(c)\n"},
		{"behind a comment", "\tmake1() // one\n\tg()\n", "\tmake1() // one\n\tdefer stop(c)\n\tg()\n"},
		{"in a case", "\tswitch {\n\tdefault:\n\t\tmake1()\n\t}\n", "\tswitch {\n\tdefault:\n\t\tmake1()\n\t\tdefer stop(c)\n\t}\n"},
		{"assigned", "\tx := make1()\n\t_ = x\n", ""},
		{"part of a call", "\tg(make1())\n", ""},
		{"deferred", "\tdefer make1()\n", ""},
		{"in the head of an if", "\tif make1(); true {\n\t}\n", ""},
		{"another statement on the line", "\tmake1(); g()\n", ""},
	}, func(f *file, pos, end token.Pos) *finding.Fix {
		return finding.DeferBehind(f.pass, pos, end, "stop(c)", "Defer it")
	})
}

// DeferDropped names what was dropped, and nothing that has a name already.
func TestDeferDropped(t *testing.T) {
	undone(t, []undoTest{
		{"a statement", "\tmake1()\n", "\tstop := make1()\n\tdefer stop()\n"},
		{"a blank", "\tx, _ := make1()\n\tg(x)\n", "\tx, stop := make1()\n\tdefer stop()\n\tg(x)\n"},
		{"over several lines", "\tmake1(\n\t\t1,\n\t)\n", "\tstop := make1(\n\t\t1,\n\t)\n\tdefer stop()\n"},
		{"the name is taken", "\tstop := 1\n\tmake1()\n\tg(stop)\n", "\tstop := 1\n\tundo := make1()\n\tdefer undo()\n\tg(stop)\n"},
		{"the name is of the package", "\tx, _ := make1()\n\tg(x, stop)\n", "\tx, undo := make1()\n\tdefer undo()\n\tg(x, stop)\n"},
		{"all names are taken", "\tstop, undo := 1, 2\n\tmake1()\n\tg(stop, undo)\n", ""},
		{"a variable of another statement", "\tvar x any\n\tx, _ = make1()\n\tg(x)\n", ""},
		{"named", "\tx, s := make1()\n\tg(x, s)\n", ""},
		{"in the head of an if", "\tif x, _ := make1(); x {\n\t}\n", ""},
		{"part of a call", "\tg(make1())\n", ""},
		{"another statement on the line", "\tmake1(); g()\n", ""},
	}, func(f *file, pos, end token.Pos) *finding.Fix {
		return finding.DeferDropped(f.pass, pos, end, []string{"stop", "undo"}, "Defer it")
	})
}

type undoTest struct {
	name, body string
	want       string // the body after the fix; "" if there is none
}

func undone(t *testing.T, tests []undoTest, fixed func(f *file, pos, end token.Pos) *finding.Fix) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := func(body string) string { return "package a\n\nfunc f() {\n" + body + "}\n" }
			f := parse(t, src(test.body))
			call := callAt(f.pass.Files[0], f.at(t, "make1("))
			fix := fixed(f, call.Pos(), call.End())
			switch {
			case fix == nil && test.want != "":
				t.Error("no fix")
			case fix != nil && test.want == "":
				t.Errorf("fixed to\n%s", f.apply(fix))
			case fix != nil:
				if got := f.apply(fix); got != src(test.want) {
					t.Errorf("got\n%s\nwant\n%s", got, src(test.want))
				}
			}
		})
	}
}
