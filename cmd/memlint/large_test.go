package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// each returns what f makes of the numbers below n.
func each(n int, f func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(f(i))
	}
	return b.String()
}

// nest returns n times before and after, with something in between.
func nest(n int, before, between, after string) string {
	return strings.Repeat(before, n) + between + strings.Repeat(after, n)
}

// deep are packages in which n of something are in each other.
var deep = map[string]func(n int) string{
	"parens":    func(n int) string { return "var X = " + nest(n, "(", "1", ")") },
	"blocks":    func(n int) string { return "func F() {" + nest(n, "{", "println()", "}") + "}" },
	"ifs":       func(n int) string { return "func F(x int) {" + nest(n, "if x > 1 {", "println()", "}") + "}" },
	"elses":     func(n int) string { return "func F(x int) {" + nest(n, "if x > 1 {} else ", "{}", "") + "}" },
	"loops":     func(n int) string { return "func F() {" + nest(n, "for {", "println()", "}") + "}" },
	"literals":  func(n int) string { return "func F() {" + nest(n, "func() {", "println()", "}()") + "}" },
	"processes": func(n int) string { return "func F(c chan int) {" + nest(n, "go func() {", "<-c", "}()") + "}" },
	"deferred":  func(n int) string { return "func F(c chan int) {" + nest(n, "defer func() {", "<-c", "}()") + "}" },
	"values":    func(n int) string { return "var F = " + nest(n, "func() any { return ", "1", "}") },
	"sums":      func(n int) string { return "func F(x int) int { return " + nest(n, "x + (", "x", ")") + "}" },
	"strings":   func(n int) string { return "func F(x string) string { return " + nest(n, "x + ", "x", "") + "}" },
	"conds":     func(n int) string { return "func F(x, y bool) bool { return " + nest(n, "x && ", "y", "") + "}" },
	"calls":     func(n int) string { return "func F(x int) int { return " + nest(n, "F(", "x", ")") + "}" },
	"fields": func(n int) string {
		return "type T struct{ n *T }\n\nfunc F(x *T) *T { return x" + nest(n, ".n", "", "") + "}"
	},
	"methods": func(n int) string {
		return "type T struct{}\n\nfunc (t *T) M() *T { return t }\n\nfunc F(x *T) *T { return x" + nest(n, ".M()", "", "") + "}"
	},
	"pointers":   func(n int) string { return "var X " + nest(n, "*", "int", "") },
	"maps":       func(n int) string { return "var X " + nest(n, "map[int]", "int", "") },
	"structs":    func(n int) string { return "var X " + nest(n, "struct { f ", "int", "}") },
	"composites": func(n int) string { return "type T []T\n\nvar X = " + nest(n, "T{", "", "}") },
	"addresses":  func(n int) string { return "type T struct{ n *T }\n\nvar X = " + nest(n, "&T{", "", "}") },
	"generics": func(n int) string {
		return "type T[P any] struct{ p P }\n\nvar X " + nest(min(n, 500), "T[", "int", "]")
	},
}

// wide are packages in which n of something follow each other.
var wide = map[string]func(n int) string{
	"bytes": func(n int) string { return "var X = []byte{" + each(n, func(i int) string { return "1, " }) + "}" },
	"table": func(n int) string {
		return "var X = map[string]int{" + each(n, func(i int) string { return fmt.Sprintf("\"%d\": 1,\n", i) }) + "}"
	},
	"records": func(n int) string {
		return "type T struct{ a int; x *T }\n\nvar X = []T{" + each(n, func(i int) string { return "{a: 1, x: &T{a: 2}},\n" }) + "}"
	},
	"inFunc": func(n int) string {
		return "func F() []int { return []int{" + each(n, func(i int) string { return "1, " }) + "} }"
	},
	"appends": func(n int) string {
		return "var X []int\n\nfunc F(x int) {\n" + strings.Repeat("X = append(X, x)\n", n) + "}"
	},
	"keys": func(n int) string {
		return "var X = map[int]int{}\n\nfunc F(x int) {\n" + strings.Repeat("X[x] = x\n", n) + "}"
	},
	"calls": func(n int) string {
		return "func g(x int) int { return x }\n\nfunc F(x int) {\n" + strings.Repeat("x = g(x)\n", n) + "}"
	},
	"locks": func(n int) string {
		return "import \"sync\"\n\ntype T struct{ mu sync.Mutex; n int }\n\nfunc (t *T) N() int { t.mu.Lock(); defer t.mu.Unlock(); return t.n }\n\nfunc (t *T) F() {\n" +
			strings.Repeat("t.mu.Lock()\nt.n++\nt.mu.Unlock()\nprintln(t.N())\n", n) + "}"
	},
	"likes": func(n int) string {
		return "type T struct{ parts []string }\n" + each(n, func(i int) string {
			return fmt.Sprintf("\ntype T%d T\n\nfunc (t T%d) With(s string) T%d { t.parts = append(t.parts, s); return t }\n", i, i, i)
		})
	},
	"opens": func(n int) string {
		return "import \"os\"\n\ntype T struct{ f *os.File }\n\nfunc (t *T) Open(s string) (err error) { t.f, err = os.Open(s); return err }\n\nfunc (t *T) Close() error { return t.f.Close() }\n\nfunc F(s string) {\n" +
			each(n, func(i int) string { return fmt.Sprintf("t%d := &T{}\nt%[1]d.Open(s)\nt%[1]d.Close()\n", i) }) + "}"
	},
	"waits": func(n int) string {
		return "type T struct{ m map[int]chan int; done chan int }\n\nfunc (t *T) Close() { close(t.done) }\n\nfunc (t *T) F(k int) {\nvar c chan int\n" +
			strings.Repeat("c = make(chan int)\nt.m[k] = c\nselect {\ncase <-c:\ncase <-t.done:\nreturn\n}\ndelete(t.m, k)\n", n) + "}"
	},
	"answers": func(n int) string {
		return "import \"context\"\n\ntype T struct{ m map[int]chan int }\n\nfunc (t *T) Tell(k int) { t.m[k] <- k }\n\nfunc (t *T) F(ctx context.Context, k int) {\nvar c chan int\n" +
			strings.Repeat("c = make(chan int)\nt.m[k] = c\nselect {\ncase <-c:\ncase <-ctx.Done():\nreturn\n}\ndelete(t.m, k)\n", n) + "}"
	},
	"receives": func(n int) string {
		return "type T struct{ c, d chan int; done chan bool }\n\nfunc New() *T { return &T{make(chan int), make(chan int), make(chan bool)} }\n\nfunc (t *T) Close() { close(t.done) }\n\nfunc (t *T) F() {\nlocal := make(chan int)\ngo func() { local <- 1 }()\n" +
			strings.Repeat("<-t.c\nt.d <- 1\n<-local\n", n) + "}\n\nfunc (t *T) G() {\n" + strings.Repeat("t.c <- 1\n<-t.d\n", n) + "}"
	},
	"stops": func(n int) string {
		return "type W interface{ Stop() }\n\ntype T struct{ exit chan bool }\n\nfunc (t *T) Close() { close(t.exit) }\n\nfunc (t *T) F(w W) {\ndefer w.Stop()\n" +
			strings.Repeat("go func() { <-t.exit; w.Stop() }()\n", n) + "}"
	},
	"undone": func(n int) string {
		return "import \"os\"\n\ntype T struct{ f *os.File }\n\nfunc (t *T) Close() error { return nil }\n\nfunc F(s string) (*T, error) {\nt := &T{}\n" +
			each(n, func(i int) string {
				return fmt.Sprintf("f%d, err := os.Open(s)\nif err != nil { return nil, err }\nt.f = f%[1]d\nif _, err := f%[1]d.Stat(); err != nil { f%[1]d.Close(); return nil, err }\n", i)
			}) + "return t, nil\n}"
	},
	"ended": func(n int) string {
		return "import \"os\"\n\ntype T struct{ m map[int]*os.File; list []int }\n\nfunc (t *T) Add(k int, f *os.File) { t.m[k] = f; t.list = append(t.list, k) }\n\nfunc (t *T) F(k int) {\n" +
			strings.Repeat("t.m[k].Close()\nt.list = t.list[1:]\n", n) + "}"
	},
	"round": func(n int) string {
		return "var X []int\n\nfunc F(c chan int) {\nfor x := range c {\n" + strings.Repeat("X = append(X, x)\nif x > 1 { println(x) }\n", n) + "}\n}"
	},
	"renewed": func(n int) string {
		return "import \"os\"\n\ntype T struct{ f *os.File; n int }\n\nfunc (t *T) Close() error { return t.f.Close() }\n\nfunc (t *T) F(s string) (err error) {\n" +
			strings.Repeat("if t.n > 100 {\nif t.f, err = os.Open(s); err != nil { return err }\n}\nif _, err := t.f.Stat(); err != nil { return err }\n", n) + "return nil\n}"
	},
	"gathered": func(n int) string {
		return "import \"os\"\n\nfunc F(s string) ([]*os.File, error) {\nvar list []*os.File\n" +
			each(n, func(i int) string {
				return fmt.Sprintf("f%d, err := os.Open(s)\nif err != nil { return nil, err }\nlist = append(list, f%[1]d)\n", i)
			}) + "return list, nil\n}"
	},
	"defers": func(n int) string { return "func F(x func()) {\n" + strings.Repeat("defer x()\n", n) + "}" },
	"globals": func(n int) string {
		return each(n, func(i int) string {
			return fmt.Sprintf("var v%d = map[string]int{}\n\nfunc F%[1]d(s string) { v%[1]d[s] = 1 }\n", i)
		})
	},
	"chain": func(n int) string {
		return each(n, func(i int) string { return fmt.Sprintf("func F%d(x int) int { return F%d(x) }\n", i, i/2) })
	},
	"owners": func(n int) string {
		return each(n, func(i int) string {
			return fmt.Sprintf("type T%d struct{ f []func() }\n\nfunc (t *T%[1]d) M(f func()) { t.f = append(t.f, f) }\n\nfunc (t *T%[1]d) Close() error { return nil }\n", i)
		})
	},
	"line": func(n int) string { return "var X = \"" + strings.Repeat("x", 100*n) + "\"" },
}

// TestLarge checks that sources that are nested deeply, or very long, are analysed as
// others are.
func TestLarge(t *testing.T) {
	m := newMachine(t)
	for name, text := range deep {
		write(t, m.dir, "deep/"+name+"/a.go", "package a\n\n"+text(often(300, 10_000))+"\n")
	}
	for name, text := range wide {
		write(t, m.dir, "wide/"+name+"/a.go", "package a\n\n"+text(often(500, 50_000))+"\n")
	}
	write(t, m.dir, "leak/a.go", leak)
	got := m.run("-q", "./...")
	if !strings.Contains(got, "leak/a.go"+found) || !strings.HasSuffix(got, "exit status 1") {
		t.Errorf("it prints\n%.2000s", got)
	}
}

// TestLinear checks that a source that is four times as long does not take more than ten
// times as long.
func TestLinear(t *testing.T) {
	if !*long {
		t.Skip("a measurement, with -long")
	}
	for name, text := range wide {
		t.Run(name, func(t *testing.T) {
			var took []time.Duration
			for _, n := range []int{10_000, 40_000} {
				m := newMachine(t)
				write(t, m.dir, "a.go", "package a\n\n"+text(n)+"\n")
				start := time.Now()
				if got := m.fresh("-q", "./..."); got != "" && !strings.Contains(got, "exit status 1") {
					t.Fatalf("it prints\n%.2000s", got)
				}
				took = append(took, time.Since(start))
			}
			t.Log(took)
			if took[1] > 10*took[0] && took[1] > 5*time.Second {
				t.Errorf("four times as much takes %v, not %v", took[1], took[0])
			}
		})
	}
}
