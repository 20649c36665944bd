package ir_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// build returns the SSA of a package without imports.
func build(t *testing.T, src string) *ir.Package {
	t.Helper()
	return buildFile(t, "a.go", src)
}

func buildFile(t *testing.T, name, src string) *ir.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		Instances:    make(map[*ast.Ident]types.Instance),
		FileVersions: make(map[*ast.File]string),
	}
	conf := types.Config{}
	pkg, err := conf.Check("example.com/a", fset, []*ast.File{f}, info)
	if err != nil {
		t.Fatal(err)
	}
	pass := &analysis.Pass{Fset: fset, Files: []*ast.File{f}, Pkg: pkg, TypesInfo: info}
	return ir.Build(pass, func(fn *types.Func) bool { return fn.Name() == "exit" })
}

// fn returns the function f of a package with that body.
func fn(t *testing.T, body string) (*ir.Package, *ssa.Function) {
	t.Helper()
	p := build(t, "package a\n\n"+body)
	f := p.SSA.Func("f")
	if f == nil {
		t.Fatal("no function f")
	}
	return p, f
}

// Bounded loops end after a number of rounds that is fixed when they are
// entered; Constant ones after a number that the program's text says.
func TestLoops(t *testing.T) {
	tests := []struct {
		src               string
		bounded, constant bool
	}{
		{`func f() { for { g() } }`, false, false},
		{`func f() { for i := 0; i < 3; i++ { g() } }`, true, true},
		{`func f() { for i := 3; i > 0; i-- { g() } }`, true, true},
		{`func f() { for i := 0; 3 > i; i += 2 { g() } }`, true, true},
		{`func f() { for range 3 { g() } }`, true, true},
		{`func f(n int) { for range n { g() } }`, true, false},
		{`func f(n int) { for i := 0; i < n; i++ { g() } }`, true, false},
		{`func f(s []int) { for range s { g() } }`, true, false},
		{`func f(s []int) { for i := 0; i < len(s); i++ { s = append(s, i) } }`, false, false},
		{`func f(a [4]int) { for range a { g() } }`, true, true},
		{`func f(a *[4]int) { for range a { g() } }`, true, true},
		{`func f(m map[int]int) { for range m { g() } }`, true, false},
		{`func f(s string) { for range s { g() } }`, true, false},
		{`func f(c chan int) { for range c { g() } }`, false, false},
		{`func f() { for ok() { g() } }`, false, false},
		{`func f() { for i := 0; ok(); i++ { g() } }`, false, false},
		{`func f(n int) { for i := 0; i < n; i++ { g(); n++ } }`, false, false}, // the limit runs away
		{`func f(n int) { for i := 0; i < n; { g(); if ok() { i++ } } }`, false, false},
		{`func f() { for i := 0; i < 100; i++ { if ok() { break } } }`, true, true},
		{`func f() { for i := 1; i < 100; i *= 2 { g() } }`, false, false}, // not by a constant
		{`func f() { more := true; again: g(); if ok() && more { more = false; goto again } }`, true, false},
		{`func f() { more := true; again: g(); if ok() && more { more = ok(); goto again } }`, false, false},
		{`func f() { done := false; for !done { g(); done = true } }`, true, false},
		{`func f() { done := false; for !done { g(); if ok() { done = true } } }`, false, false},
	}
	for _, test := range tests {
		p, f := fn(t, test.src+"\n\nfunc g() {}\nfunc ok() bool { return true }\n")
		loops := p.Graph(f).Loops
		if len(loops) != 1 {
			t.Errorf("%s: %d loops, want 1", test.src, len(loops))
			continue
		}
		if got := loops[0].Bounded(); got != test.bounded {
			t.Errorf("%s: bounded is %t, want %t", test.src, got, test.bounded)
		}
		if got := loops[0].Constant(); got != test.constant {
			t.Errorf("%s: constant is %t, want %t", test.src, got, test.constant)
		}
	}
}

// Loops know the loops around them; a block belongs to its innermost loop.
func TestNesting(t *testing.T) {
	p, f := fn(t, `
func f(m [][]int) {
	before()
	for _, row := range m {
		outer()
		for range row {
			inner()
		}
		for {
			if second() {
				break
			}
		}
	}
	after()
}

func before() {}
func after()  {}
func outer()  {}
func inner()  {}
func second() bool { return true }
`)
	g := p.Graph(f)
	if len(g.Loops) != 3 {
		t.Fatalf("%d loops, want 3", len(g.Loops))
	}
	for name, depth := range map[string]int{"before": 0, "outer": 1, "inner": 2, "second": 2, "after": 0} {
		got := 0
		for l := g.Innermost(call(t, f, name).Block()); l != nil; l = l.Outer {
			got++
		}
		if got != depth {
			t.Errorf("%s is in %d loops, want %d", name, got, depth)
		}
	}
	if outer := g.Loops[0]; outer.Outer != nil || g.Loops[1].Outer != outer || g.Loops[2].Outer != outer {
		t.Error("the first loop is not the one around the others")
	}
	if g != p.Graph(f) {
		t.Error("the graph is computed again")
	}
}

// Every edge that leaves a loop is one of its exits: break, return, goto and
// the end of the condition.
func TestExits(t *testing.T) {
	tests := []struct {
		src  string
		want int
	}{
		{`func f() { for { g() } }`, 0},
		{`func f() { for ok() { g() } }`, 1},
		{`func f() { for { if ok() { return } } }`, 1},
		{`func f() { for { if ok() { break } ; if ok() { goto end } } ; end: g() }`, 2},
		{`func f() { for { switch { case ok(): break; default: g() } } }`, 0}, // out of the switch
		{`func f() { for { if ok() { exit() } } }`, 1},                        // by a call that never returns
	}
	for _, test := range tests {
		p, f := fn(t, test.src+"\n\nfunc g() {}\nfunc ok() bool { return true }\nfunc exit() { panic(0) }\n")
		if got := len(p.Graph(f).Loops[0].Exits()); got != test.want {
			t.Errorf("%s: %d exits, want %d", test.src, got, test.want)
		}
	}
}

// CaseEdge leads to the body of a case of a select, NoCaseEdge to where a
// blocking select never goes.
func TestCaseEdge(t *testing.T) {
	tests := []struct {
		name, body string
		cases      []string // the function that each case calls first
		noCase     bool
	}{
		{"two receives", "select { case <-c: one(); case <-d: two() }", []string{"one", "two"}, true},
		{"a send", "select { case c <- 1: one(); case v := <-d: two(); _ = v }", []string{"one", "two"}, true},
		{"with default", "select { case <-c: one(); case d <- 1: two(); default: three() }", []string{"one", "two"}, false},
		{"one and default", "select { case <-c: one(); default: three() }", []string{"one"}, false},
		{"three", "select { case <-c: one(); case <-d: two(); case c <- 2: three() }", []string{"one", "two", "three"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, f := fn(t, "func f(c, d chan int) { "+test.body+" }\n\nfunc one() {}\nfunc two() {}\nfunc three() {}\n")
			sel := first[*ssa.Select](t, f)
			if n := len(ir.Comms(sel)); n != len(test.cases) {
				t.Errorf("%d operations, want %d", n, len(test.cases))
			}
			for i, name := range test.cases {
				edge, ok := ir.CaseEdge(sel, i)
				if !ok || edge.To() != call(t, f, name).Block() {
					t.Errorf("case %d does not lead to the call of %s", i, name)
				}
			}
			edge, ok := ir.NoCaseEdge(sel)
			if ok != test.noCase {
				t.Errorf("an edge for no case is there: %t, want %t", ok, test.noCase)
			}
			if ok {
				for i := range test.cases {
					if taken, _ := ir.CaseEdge(sel, i); taken == edge {
						t.Errorf("case %d has the edge of no case", i)
					}
				}
			}
		})
	}
}

// A select with a single case is a plain operation.
func TestSingleCase(t *testing.T) {
	_, f := fn(t, "func f(c chan int) { select { case <-c: one() } }\n\nfunc one() {}\n")
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			if _, ok := instr.(*ssa.Select); ok {
				t.Error("there is a select")
			}
			for _, comm := range ir.Comms(instr) {
				if !comm.Recv || comm.Case != -1 {
					t.Errorf("got %+v, want a plain receive", comm)
				}
			}
		}
	}
}

// ClosedEdge is where a receive goes that found the channel closed.
func TestClosedEdge(t *testing.T) {
	tests := []struct {
		body string
		want string // the function called behind the edge; "" if there is no edge
	}{
		{"for range c { open() }; closed()", "closed"},
		{"for v := range c { open(); _ = v }; closed()", "closed"},
		{"v, ok := <-c; if ok { open() } else { closed() }; _ = v", "closed"},
		{"if _, ok := <-c; !ok { closed() } else { open() }", "closed"},
		{"<-c; open()", ""},
		{"v := <-c; if v > 0 { open() }", ""},
	}
	for _, test := range tests {
		_, f := fn(t, "func f(c chan int) { "+test.body+" }\n\nfunc open() {}\nfunc closed() {}\n")
		var recv *ssa.UnOp
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if op, ok := instr.(*ssa.UnOp); ok && op.Op == token.ARROW {
					recv = op
				}
			}
		}
		edge, ok := ir.ClosedEdge(recv)
		if ok != (test.want != "") {
			t.Errorf("%s: there is an edge: %t", test.body, ok)
		} else if ok && edge.To() != call(t, f, test.want).Block() {
			t.Errorf("%s: the edge does not lead to the call of %s", test.body, test.want)
		}
	}
}

// NilEdge is where a value that is compared with nil is nil.
func TestNilEdge(t *testing.T) {
	for _, cond := range []string{"p == nil", "nil == p", "!(p != nil)"} {
		_, f := fn(t, "func f(p *int) { if "+cond+" { isNil() } else { notNil() } }\n\nfunc isNil() {}\nfunc notNil() {}\n")
		v, edge, ok := ir.NilEdge(f.Blocks[0])
		if !ok || v != ssa.Value(f.Params[0]) || edge.To() != call(t, f, "isNil").Block() {
			t.Errorf("%s: no edge, or not that to isNil", cond)
		}
	}
	_, f := fn(t, "func f(p, q *int) { if p == q { isNil() } }\n\nfunc isNil() {}\n")
	if _, _, ok := ir.NilEdge(f.Blocks[0]); ok {
		t.Error("p == q has an edge on which p is nil")
	}
}

// A call names its callee and arguments alike, however it is written.
func TestCallee(t *testing.T) {
	const decls = `

type T struct{ n int }

func (t *T) M(int)      {}
func (t T) V(int)       {}
func G[P any](p P)      {}

type List[P any] struct{ head P }

func (l *List[P]) Push(p P) {}

type I interface{ M(int) }
`
	tests := []struct {
		src    string
		callee string // "" if it is not known
		args   int
	}{
		{"func f(t *T) { t.M(1) }", "(*example.com/a.T).M", 2},
		{"func f(t T) { t.V(1) }", "(example.com/a.T).V", 2},
		{"func f(i I) { i.M(1) }", "(example.com/a.I).M", 2},
		{"func f(t *T) { defer t.M(1) }", "(*example.com/a.T).M", 2},
		{"func f(t *T) { go t.M(1) }", "(*example.com/a.T).M", 2},
		{"func f(t *T) { m := t.M; m(1) }", "(*example.com/a.T).M", 2},
		{"func f(t *T) { (*T).M(t, 1) }", "(*example.com/a.T).M", 2},
		{"func f() { G(1) }", "example.com/a.G", 1},
		{"func f(l *List[int]) { l.Push(1) }", "(*example.com/a.List[P]).Push", 2},
		{"func f(g func(int)) { g(1) }", "", 1},
		{"func f() { func(int) {}(1) }", "", 1},
		{"func f(s []int) { clear(s) }", "", 1},
	}
	for _, test := range tests {
		_, f := fn(t, test.src+decls)
		common := first[ssa.CallInstruction](t, f).Common()
		got := ""
		if callee := ir.Callee(common); callee != nil {
			got = callee.FullName()
		}
		if got != test.callee {
			t.Errorf("%s: calls %q, want %q", test.src, got, test.callee)
		}
		if n := len(ir.Args(common)); n != test.args {
			t.Errorf("%s: %d arguments, want %d", test.src, n, test.args)
		}
	}
}

// Funcs are the declared functions in source order, each before its literals.
func TestFuncs(t *testing.T) {
	p := build(t, `package a

var v = func() int { return 1 }()

func b() { func() { func() {}() }() }

type T int

func (T) m() {}

func a() {}

func external()
`)
	var got []string
	for _, f := range p.Funcs {
		got = append(got, f.Name())
	}
	want := []string{"init", "init$1", "b", "b$1", "b$1$1", "m", "a"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("function %d is %s, want %s", i, got[i], want[i])
		}
	}
	if inner := p.Funcs[4]; ir.Outermost(inner) != p.Funcs[2] || !ir.Within(inner, p.Funcs[2]) || ir.Within(p.Funcs[2], inner) {
		t.Error("the literals of b are not within b")
	}
}

// Range is the place in the source that a reader looks for.
func TestRange(t *testing.T) {
	const src = "package a\n\nfunc f(c func(...int)) {\n\tc(\n\t\t1)\n\tg(func() {})\n}\n\nfunc g(func()) {}\n"
	p := build(t, src)
	f := p.SSA.Func("f")
	text := func(instr ssa.Instruction) string {
		pos, end := p.Range(instr)
		base := p.Pass.Files[0].FileStart
		return src[pos-base : end-base]
	}
	if got, want := text(first[ssa.CallInstruction](t, f)), "c(\n\t\t1)"; got != want {
		t.Errorf("call at %q, want %q", got, want)
	}
	if got, want := text(call(t, f, "g")), "g(func() {})"; got != want {
		t.Errorf("call at %q, want %q", got, want)
	}
	if got, want := text(first[*ssa.Return](t, f)), "}"; got != want {
		t.Errorf("fall-through return at %q, want the brace", got)
	}
}

// first returns the first instruction of a kind.
func first[I ssa.Instruction](t *testing.T, f *ssa.Function) I {
	t.Helper()
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			if i, ok := instr.(I); ok {
				return i
			}
		}
	}
	t.Fatalf("%s has no such instruction", f)
	panic("unreachable")
}

// call returns the first call of a function by name.
func call(t *testing.T, f *ssa.Function, name string) ssa.CallInstruction {
	t.Helper()
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			if c, ok := instr.(ssa.CallInstruction); ok {
				if callee := c.Common().StaticCallee(); callee != nil && callee.Name() == name {
					return c
				}
			}
		}
	}
	t.Fatalf("%s does not call %s", f, name)
	return nil
}

// Under looks through type parameters if all types that they stand for are alike.
func TestUnder(t *testing.T) {
	p := build(t, `package a

type (
	list   []int
	record struct{ list }
	method interface{ M() }
	either interface{ ~[]int | ~string }
)

func f[
	Any any, Method method, Either either,
	List ~[]int, Lists list | []int, Record interface { method; record }, Nested interface { interface { ~[]int } },
	Chan ~chan int | ~<-chan int, Chans ~chan int | ~chan string,
](named list) {
}
`)
	sig := p.SSA.Func("f").Signature
	want := map[string]string{
		"Any": "any", "Method": "interface{M()}", "Either": "interface{~[]int | ~string}",
		"List": "[]int", "Lists": "[]int", "Record": "struct{example.com/a.list}", "Nested": "[]int",
		"Chan": "chan int", "Chans": "~chan int | ~chan string",
	}
	for param := range sig.TypeParams().TypeParams() {
		if got := ir.Under(param).String(); got != want[param.Obj().Name()] {
			t.Errorf("%s is a %s, want %s", param, got, want[param.Obj().Name()])
		}
	}
	if got := ir.Under(sig.Params().At(0).Type()).String(); got != "[]int" {
		t.Errorf("a list is a %s", got)
	}
}
