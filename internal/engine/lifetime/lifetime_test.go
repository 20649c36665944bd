package lifetime_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// decls is what the functions under test work with. Functions without a body
// are not known: they may keep what they get.
const decls = `package p

type handle struct{ n int }

func (h *handle) Close()     {}
func (h *handle) Use() error { return nil }
func (h *handle) Spent()     {}
func (h *handle) C() chan int

func open() *handle
func unopened() *handle
func try() (*handle, error)
func two() (*handle, int)
func with() (*handle, *owner)
func ok() bool
func unknown(*handle)
func within(func())
func other() (int, error)

func closes(h *handle)       { h.Close() }
func reads(h *handle) int    { return h.n }
func fatal()                 { panic("fatal") }
func wraps(h *handle) *owner { return &owner{h} }

type owner struct{ h *handle }

func (o *owner) Close() { o.h.Close() }

var global *handle

`

// spec gives handles back by Close; Spent leaves nothing to give back, and C is
// closed when nothing is left.
var spec = lifetime.Spec{
	Releases: func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == "Close" && e.Ref.Path == nil
	},
	Spends: func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == "Spent" && e.Ref.Path == nil
	},
	Feeds: func(ch ssa.Value) bool {
		call, ok := ch.(*ssa.Call)
		return ok && ir.Callee(&call.Call) != nil && ir.Callee(&call.Call).Name() == "C"
	},
}

// check returns the outcome for the handle that function f opens first.
func check(t *testing.T, src string) (*effects.Package, lifetime.Outcome) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", decls+src, parser.SkipObjectResolution)
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
	conf := types.Config{GoVersion: "go1.26"}
	pkg, err := conf.Check("example.com/p", fset, []*ast.File{file}, info)
	if err != nil {
		t.Fatal(err)
	}
	pass := &analysis.Pass{
		Analyzer: effects.Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info,
		ImportObjectFact: func(types.Object, analysis.Fact) bool { return false },
		ExportObjectFact: func(types.Object, analysis.Fact) {},
		ResultOf:         make(map[*analysis.Analyzer]any),
	}
	result, err := effects.Analyzer.Run(pass)
	if err != nil {
		t.Fatal(err)
	}
	pass.ResultOf[effects.Analyzer] = result
	p := effects.Of(pass)
	v := opened(p)
	if v == nil {
		t.Fatal("f opens nothing")
	}
	return p, lifetime.Check(p, v, v.(ssa.Instruction), spec)
}

// opened returns the first handle that comes from open, try or two in f.
func opened(p *effects.Package) ssa.Value {
	for _, fn := range p.IR.Funcs {
		if ir.Outermost(fn).Name() != "f" {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok || ir.Callee(&call.Call) == nil {
					continue
				}
				switch ir.Callee(&call.Call).Name() {
				case "open":
					return call
				case "try", "two", "with":
					for _, ref := range *call.Referrers() {
						if ext, ok := ref.(*ssa.Extract); ok && ext.Index == 0 {
							return ext
						}
					}
				}
			}
		}
	}
	return nil
}

// accuses returns what an outcome accuses of: a way out, a way round.
func accuses(o lifetime.Outcome) string {
	var words []string
	if o.Exit != nil {
		words = append(words, "exit")
	}
	if o.Again {
		words = append(words, "again")
	}
	if len(words) == 0 {
		return "fine"
	}
	return strings.Join(words, " ")
}

func TestPaths(t *testing.T) {
	tests := []struct {
		name, src, want string
	}{
		// Straight on.
		{"closed", `func f() { h := open(); h.Use(); h.Close() }`, "fine"},
		{"not closed", `func f() { h := open(); h.Use() }`, "exit"},
		{"deferred", `func f() error { h := open(); defer h.Close(); return h.Use() }`, "fine"},
		{"spent", `func f() { h := open(); h.Spent() }`, "fine"},
		{"dropped", `func f() { open() }`, "exit"},

		// Returns before it is closed.
		{"early return", `func f() { h := open(); if ok() { return }; h.Close() }`, "exit"},
		{"error of its use", `func f() error { h := open(); if err := h.Use(); err != nil { return err }; h.Close(); return nil }`, "exit"},
		{"closed on both", `func f() { h := open(); if ok() { h.Close(); return }; h.Close() }`, "fine"},
		{"defer comes too late", `func f() { h := open(); if ok() { return }; defer h.Close() }`, "exit"},
		{"defer under a condition", `func f() { h := open(); if ok() { defer h.Close() } }`, "exit"},

		// It failed to open: there is nothing to close.
		{"error", `func f() error { h, err := try(); if err != nil { return err }; h.Close(); return nil }`, "fine"},
		{"error of something else", `func f() error {
			h, err := try()
			if err != nil { return err }
			_, err = other()
			if err != nil { return err }
			h.Close()
			return nil
		}`, "exit"},
		{"named result", `func f() (err error) { h, err := try(); if err != nil { return }; h.Close(); return }`, "fine"},
		{"captured error", `func f() (err error) {
			defer func() { err = nil }()
			h, err := try()
			if err != nil { return err }
			h.Close()
			return err
		}`, "fine"},
		{"error not looked at", `func f() bool { h, _ := try(); if ok() { return false }; h.Close(); return true }`, "exit"},
		{"nothing came with it", `func f() { h, o := with(); if o == nil { return }; h.Close() }`, "fine"},
		{"something came with it", `func f() { h, o := with(); if o != nil { return }; h.Close() }`, "exit"},
		{"error in the other branch", `func f() error { h, err := try(); if err == nil { h.Close() }; return err }`, "fine"},
		{"nil", `func f() { h := open(); if h == nil { return }; h.Close() }`, "fine"},
		{"nil in a deferred literal", `func f() { h := open(); defer func() { if h != nil { h.Close() } }(); h.Use() }`, "fine"},
		{"count with it", `func f() { h, n := two(); if n == 0 { return }; h.Close() }`, "exit"},

		// It is opened and closed under one condition.
		{"flag", `func f(on bool) { var h *handle; if on { h = open() }; ok(); if on { h.Close() } }`, "fine"},
		{"not the flag", `func f(on bool) { var h *handle; if on { h = open() }; ok(); if !on { h.Close() } }`, "exit"},
		{"another flag", `func f(on, off bool) { var h *handle; if on { h = open() }; ok(); if off { h.Close() } }`, "exit"},
		{"comparison", `func f(n int) { var h *handle; if n > 0 { h = open() }; ok(); if n > 0 { h.Close() } }`, "fine"},
		{"other comparison", `func f(n int) { var h *handle; if n > 0 { h = open() }; ok(); if n > 1 { h.Close() } }`, "exit"},
		{"length", `func f(s []int) { var h *handle; if len(s) > 0 { h = open() }; ok(); if len(s) > 0 { h.Close() } }`, "fine"},
		{"field", `func f(o *struct{ on bool }) { var h *handle; if o.on { h = open() }; ok(); if o.on { h.Close() } }`, "fine"},
		{"a call is new each time", `func f() { var h *handle; if ok() { h = open() }; if ok() { h.Close() } }`, "exit"},
		{"nil check", `func f() { var h *handle; if ok() { h = open() }; if h != nil { h.Close() } }`, "fine"},

		// The variable that is closed may hold another one by then.
		{"overwritten", `func f() { h := open(); if ok() { h = unopened() }; h.Close() }`, "exit"},
		{"closed before", `func f() { h := open(); if ok() { h.Close(); h = unopened() }; h.Close() }`, "fine"},
		{"closed by the helper", `func f() { h := open(); if ok() { h = unopened() }; closes(h) }`, "exit"},
		{"old one closed", `func f() { h := open(); if ok() { old := h; h = unopened(); old.Close() }; h.Close() }`, "fine"},
		{"overwritten in a loop", `func f() { h := open(); for ok() { h = unopened() }; h.Close() }`, "exit"},
		{"one of two", `func f() { var h *handle; if ok() { h = open() } else { h = unopened() }; h.Close() }`, "fine"},
		{"overwritten by nil", `func f() { h := open(); if ok() { h = nil }; if h != nil { h.Close() } }`, "exit"},
		{"closed and nil", `func f() { var h *handle; for ok() { if h != nil { h.Close(); h = nil }; if ok() { h = open() } }; if h != nil { h.Close() } }`, "fine"},
		{"deferred for the first", `func f() { h := open(); defer h.Close(); if ok() { h = unopened() } }`, "fine"},
		{"deferred literal sees the last", `func f() { h := open(); defer func() { h.Close() }(); if ok() { h = unopened() } }`, "exit"},
		{"deferred literal, closed before", `func f() { h := open(); defer func() { h.Close() }(); if ok() { h.Close(); h = unopened() } }`, "fine"},
		{"deferred literal per iteration", `func f() { for ok() { h := open(); defer func() { h.Close() }() } }`, "fine"},
		{"called literal sees the last", `func f() { h := open(); end := func() { h.Close() }; if ok() { h = unopened() }; end() }`, "exit"},
		{"set by a literal", `func f() { h := open(); set := func() { h.Close(); h = unopened() }; set(); h.Close() }`, "fine"},

		// A range over a channel that was closed ends.
		{"closes its channel", `func f(c chan int) { for range c { h := open(); if ok() { close(c); continue }; h.Close() } }`, "exit"},
		{"closes another one", `func f(c, d chan int) { for range c { h := open(); if ok() { close(d); continue }; h.Close() } }`, "exit again"},

		// Loops open the next one.
		{"closed in the loop", `func f() { for ok() { h := open(); h.Close() } }`, "fine"},
		{"continue", `func f() { for ok() { h := open(); if ok() { continue }; h.Close() } }`, "exit again"},
		{"break", `func f() { for { h := open(); if ok() { break }; h.Close() } }`, "exit"},
		{"endless", `func f() { for { h := open(); h.Use() } }`, "again"},
		{"closed behind the loop", `func f() { var h *handle; for ok() { h = open() }; h.Close() }`, "again"},
		{"closed in the next round", `func f() { var h *handle; for ok() { if h != nil { h.Close() }; h = open() }; if h != nil { h.Close() } }`, "fine"},
		{"return from the loop", `func f() { for ok() { h := open(); if ok() { return }; h.Close() } }`, "exit"},
		{"opened before the loop", `func f() { h := open(); for ok() { h.Use() }; h.Close() }`, "fine"},

		// Ways that are none.
		{"panic", `func f() { h := open(); if ok() { panic("x") }; h.Close() }`, "fine"},
		{"function that panics", `func f() { h := open(); if ok() { fatal() }; h.Close() }`, "fine"},
		{"endless loop", `func f() { h := open(); for { h.Use() } }`, "fine"},
		{"select without cases", `func f() { open(); select {} }`, "fine"},

		// Literals.
		{"literal", `func f() { h := open(); func() { h.Close() }() }`, "fine"},
		{"deferred literal", `func f() { h := open(); defer func() { h.Use(); h.Close() }(); ok() }`, "fine"},
		{"literal in a variable", `func f() { h := open(); done := func() { h.Close() }; if ok() { done(); return }; done() }`, "fine"},
		{"literal not called on a path", `func f() { h := open(); done := func() { h.Close() }; if ok() { return }; done() }`, "exit"},
		{"literal never called", `func f() { h := open(); _ = func() { h.Close() } }`, "exit"},
		{"literal in a literal", `func f() { h := open(); func() { func() { h.Close() }() }() }`, "fine"},
		{"returned literal", `func f() func() { h := open(); return func() { h.Close() } }`, "fine"},
		{"method value", `func f() { h := open(); done := h.Close; defer done() }`, "fine"},
		{"opened in a literal", `func f() { func() { h := open(); if ok() { return }; h.Close() }() }`, "exit"},

		// A goroutine takes it over: its paths count.
		{"goroutine", `func f() { h := open(); go func() { defer h.Close(); h.Use() }() }`, "fine"},
		{"goroutine with a way out", `func f() { h := open(); go func() { if ok() { return }; h.Close() }() }`, "exit"},
		{"goroutine that never ends", `func f() { h := open(); go func() { for { if ok() { h.Close() } } }() }`, "fine"},
		{"return before the goroutine", `func f() { h := open(); if ok() { return }; go func() { h.Close() }() }`, "exit"},
		{"goroutine of a method", `func f() { h := open(); go h.Close() }`, "fine"},
		{"goroutine that only uses it", `func f() { h := open(); go func() { h.Use() }() }`, "exit"},

		// Somebody else gets it.
		{"returned", `func f() *handle { return open() }`, "fine"},
		{"returned on one path", `func f() *handle { h := open(); if ok() { return nil }; return h }`, "exit"},
		{"unknown function", `func f() { unknown(open()) }`, "fine"},
		{"unknown function value", `func f(g func(*handle)) { g(open()) }`, "fine"},
		{"helper that closes", `func f() { h := open(); closes(h) }`, "fine"},
		{"helper that closes, deferred", `func f() { h := open(); defer closes(h); ok() }`, "fine"},
		{"helper that reads", `func f() { h := open(); reads(h) }`, "exit"},
		{"package variable", `func f() { global = open() }`, "fine"},
		{"field of a parameter", `func f(o *owner) { o.h = open() }`, "fine"},
		{"channel", `func f(c chan *handle) { c <- open() }`, "fine"},
		{"map of a parameter", `func f(m map[int]*handle) { m[1] = open() }`, "fine"},

		// Local objects hold it.
		{"local struct", `func f() { o := owner{open()}; o.h.Close() }`, "fine"},
		{"local struct, not closed", `func f() { o := owner{open()}; o.h.Use() }`, "exit"},
		{"local owner", `func f() { o := &owner{open()}; defer o.Close(); ok() }`, "fine"},
		{"wrapped by a helper", `func f() { o := wraps(open()); defer o.Close(); ok() }`, "fine"},
		{"wrapped and returned", `func f() *owner { h := open(); return wraps(h) }`, "fine"},
		{"local slice", `func f() { hs := []*handle{open()}; hs[0].Close() }`, "fine"},
		{"until it is closed", `func f() { h := open(); for range h.C() {} }`, "fine"},
		{"until it is closed, or not", `func f() { h := open(); for range h.C() { if ok() { return } } }`, "exit"},
		{"found closed", `func f() { h := open(); for { if _, more := <-h.C(); !more { return } } }`, "fine"},
		{"opened for the function around", `func f() { var h *handle; within(func() { h = open() }); if h != nil { h.Close() } }`, "fine"},
		{"opened for nobody around", `func f() { var h *handle; within(func() { h = open(); h.Use() }); _ = h }`, "exit"},
		{"local slice, not closed", `func f() { hs := []*handle{open()}; for _, h := range hs { h.Use() } }`, "exit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, out := check(t, test.src)
			if got := accuses(out); got != test.want {
				t.Errorf("%s\ngot %s, want %s", test.src, got, test.want)
			}
		})
	}
}

// The exit that is told is the first one in source order.
func TestFirstExit(t *testing.T) {
	p, out := check(t, `func f() error {
	h := open()
	if ok() {
		h.Close()
		return nil
	}
	if err := h.Use(); err != nil {
		return err // first
	}
	if ok() {
		return nil
	}
	h.Close()
	return nil
}`)
	if out.Exit == nil {
		t.Fatal("no exit")
	}
	pos, _ := p.IR.Range(out.Exit)
	line := strings.Split(decls, "\n")
	if got := p.IR.Pass.Fset.Position(pos).Line - len(line) + 1; got != 8 {
		t.Errorf("exit on line %d of f, want 8", got)
	}
}

// An outcome names what it excuses: releases, keepers, defer statements.
func TestOutcome(t *testing.T) {
	tests := []struct {
		src                    string
		releases, kept, defers int
		dropped                bool
	}{
		{`func f() { h := open(); h.Use() }`, 0, 0, 0, true},
		{`func f() { h := open(); h.Close() }`, 1, 0, 0, false},
		{`func f() { h := open(); defer h.Close() }`, 1, 0, 1, false},
		{`func f() { h := open(); defer func() { h.Close() }() }`, 1, 0, 1, false},
		{`func f() { h := open(); if ok() { h.Close(); return }; h.Close() }`, 2, 0, 0, false},
		{`func f() { global = open() }`, 0, 1, 0, false},
		{`func f() { unknown(open()) }`, 0, 1, 0, false},
	}
	for _, test := range tests {
		_, out := check(t, test.src)
		if len(out.Releases) != test.releases || len(out.Kept) != test.kept || len(out.Defers) != test.defers || out.Dropped() != test.dropped {
			t.Errorf("%s\n%d releases, %d keepers, %d defers, dropped %t; want %d, %d, %d, %t", test.src,
				len(out.Releases), len(out.Kept), len(out.Defers), out.Dropped(), test.releases, test.kept, test.defers, test.dropped)
		}
	}
}

// A field is released if some function of the package gives back what is in
// it, or hands it to somebody who may.
func TestFieldReleased(t *testing.T) {
	tests := []struct {
		src  string
		want bool
	}{
		{`type box struct{ h *handle }; func f() *box { return &box{open()} }`, false},
		{`type box struct{ h *handle }; func f() *box { return &box{open()} }; func (b *box) end() { b.h.Close() }`, true},
		{`type box struct{ h *handle }; func f() *box { return &box{open()} }; func (b *box) end() { closes(b.h) }`, true},
		{`type box struct{ h *handle }; func f() *box { return &box{open()} }; func (b *box) get() *handle { return b.h }`, true},
		{`type box struct{ h *handle }; func f() *box { return &box{open()} }; func (b *box) use() error { return b.h.Use() }`, false},
		{`type box struct{ h, o *handle }; func f() *box { return &box{h: open()} }; func (b *box) end() { b.o.Close() }`, false},
		{`type box[T any] struct{ h *handle; v T }; func f() *box[int] { return &box[int]{h: open()} }; func (b *box[T]) end() { b.h.Close() }`, true},
	}
	for _, test := range tests {
		p, _ := check(t, test.src)
		box := p.IR.Pass.Pkg.Scope().Lookup("box").Type().Underlying().(*types.Struct)
		if got := lifetime.FieldReleased(p, box.Field(0), func(m string) bool { return m == "Close" }); got != test.want {
			t.Errorf("%s\nreleased is %t, want %t", test.src, got, test.want)
		}
	}
}
