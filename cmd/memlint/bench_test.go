package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
)

// A shape is how bodies of functions look that may have any size.
type shape struct {
	name string
	size int
	body func(n int) string
}

// shapes make bodies of functions of a size in which there is something to say
// for each analyzer. Generated code has such functions.
var shapes = []shape{
	{"statements", 20000, func(n int) string {
		return repeat(n/4, "\tm[in.id+%d] = in\n\tlist = append(list, in)\n\tin = in.next\n\tuse(in)\n")
	}},
	{"closures", 2000, func(n int) string {
		return repeat(n, "\tbus.On(func() { use(in); m[%d] = in })\n")
	}},
	{"blocks", 5000, func(n int) string {
		return repeat(n, "\tif in.id == %d {\n\t\tin = in.next\n\t}\n")
	}},
	{"timers", 1000, func(n int) string {
		return repeat(n, "\tt%[1]d := time.NewTicker(time.Second)\n\tif in.id == %[1]d {\n\t\tt%[1]d.Stop()\n\t}\n")
	}},
	{"goroutines", 2000, func(n int) string {
		return repeat(n, "\tc%[1]d := make(chan int)\n\tgo func() { c%[1]d <- 1 }()\n\tif in.id != %[1]d {\n\t\t<-c%[1]d\n\t}\n")
	}},
	{"loops", 2000, func(n int) string {
		return "\tc := make(chan int)\n\tgo func() { c <- 1 }()\n" + repeat(n, "\tfor in.id != %[1]d {\n\t\tselect {\n\t\tcase <-c:\n\t\tdefault:\n\t\t}\n\t}\n")
	}},
	{"literals", 400, func(n int) string {
		var b strings.Builder
		b.WriteString("\tt := time.NewTicker(time.Second)\n\tf0 := func() { t.Stop() }\n")
		for i := range n {
			fmt.Fprintf(&b, "\tf%d := func() { f%d(); f%[2]d(); f%[3]d() }\n", i+1, i, max(i-1, 0))
		}
		fmt.Fprintf(&b, "\tf%d()\n", n)
		return b.String()
	}},
	{"files", 2000, func(n int) string {
		return repeat(n, "\tf%[1]d, err := os.Open(name)\n\tif err != nil {\n\t\treturn\n\t}\n\tif in.id == %[1]d {\n\t\tf%[1]d.Close()\n\t}\n")
	}},
	{"variables", 2000, func(n int) string {
		return repeat(n, "\tv%d[in.id] = in\n") + "}\n" + repeat(n, "var v%d = map[int]*node{}\n") + "func rest() {\n"
	}},
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

const around = `package p

import (
	"os"
	"time"
)

type node struct {
	id   int
	next *node
}

type hub struct{ all []func() }

func (h *hub) On(f func()) { h.all = append(h.all, f) }

var (
	_    time.Duration
	_    os.FileMode
	name string
	m    = map[int]*node{}
	list []*node
	bus  = new(hub)
)

func use(n *node) { n.id++ }

func F(in *node) {
%s}
`

// generate writes a module with a function of a shape, and returns its folder.
func (s shape) generate(t testing.TB, n int) (dir string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir = t.TempDir()
	write(t, dir, "go.mod", "module m\n\ngo 1.22\n")
	write(t, dir, "p.go", fmt.Sprintf(around, s.body(n)))
	return dir
}

// BenchmarkShapes analyses generated functions of growing size: ns/op grows as
// they do, so that ns/line stays.
func BenchmarkShapes(b *testing.B) {
	for _, s := range shapes {
		for _, n := range []int{s.size / 4, s.size / 2, s.size} {
			b.Run(fmt.Sprintf("%s/%d", s.name, n), func(b *testing.B) {
				dir := s.generate(b, n)
				analyze := func() {
					result, err := driver.Run(context.Background(), driver.Options{Analyzers: memlint.Analyzers(), Dir: dir})
					if err != nil || len(result.Problems) > 0 || result.Packages != 1 {
						b.Fatalf("%+v, %v", result, err)
					}
				}
				analyze() // has the go command compile it, which takes longer
				for b.Loop() {
					analyze()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/line")
			})
		}
	}
}

// TestShapes checks that the largest of them are analysed at all. A tool of go
// vet does not need them compiled.
func TestShapes(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			cmd := exec.Command("go", "vet", "-json", "-vettool="+memlintPath(t))
			cmd.Dir = s.generate(t, s.size)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}
