package measure

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/profile"
)

// TestShapes checks that each line of this file which the runtime tells of, under whatever
// name, is found where it is.
func TestShapes(t *testing.T) {
	rate := runtime.MemProfileRate
	runtime.MemProfileRate = 1
	defer func() { runtime.MemProfileRate, kept = rate, nil }()
	variables(3, [100]byte{})
	interfaces(wide{}, "text")
	counters(100)
	calls()
	literals(10)
	loops(&list[int]{items: []int{1000, 2000}})
	unreached()
	runtime.GC()

	var written bytes.Buffer
	if err := pprof.Lookup("heap").WriteTo(&written, 0); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Read("heap", &written)
	if err != nil {
		t.Fatal(err)
	}
	p.Kind = profile.Goroutines // of which all lines of a stack count
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if files[i], err = filepath.Abs(f); err != nil {
			t.Fatal(err)
		}
	}
	pkg := report.Package{Path: "github.com/memlint/memlint/internal/measure", Name: "measure", Files: files}
	spots := NewModule([]report.Package{pkg}, os.ReadFile).resolve([]*profile.Profile{p})
	lines := make(map[int]bool)
	for _, s := range p.Sites {
		for _, f := range s.Stack {
			if filepath.Base(f.File) != "shapes_test.go" {
				continue
			}
			lines[f.Line] = true
			if got := spots[f]; filepath.Base(got.file) != "shapes_test.go" || got.line != f.Line {
				t.Errorf("line %d of %s is found on line %d of %q", f.Line, f.Func, got.line, got.file)
			}
		}
	}
	text, err := os.ReadFile("shapes_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasSuffix(line, "// told") && !lines[i+1] {
			t.Errorf("the profile has nothing of line %d: %s", i+1, line)
		}
	}
}

var kept []any

func keep(x any) { kept = append(kept, x) }

func variables(n int, param [100]byte) (result *int) {
	var buffer bytes.Buffer // told
	var (
		array [1000]byte // told
		slice []byte
	)
	keep(&array)
	keep(&param)
	buffer.WriteString("text") // told
	keep(&buffer)
	slice = append(
		slice,
		make([]byte, 1000)...,
	)
	keep(&slice)
	result = &n
	keep(result)
	return
}

// wide is too large to share its memory with others.
type wide [4]int

//go:noinline
func interfaces(n wide, s string) {
	keep(
		n, // told
	)
	keep([]any{
		s,       // told
		wide(n), // told
	})
	var x any = n // told
	keep(x)
	switch x := x.(type) {
	case wide:
		keep(
			x) // told
	}
}

func counters(n int) {
	m := make(map[string]int)
	for i := range n {
		m[fmt.Sprint(i)]++ // told
	}
	keep(m)
	keep(strings.Repeat("a", n) +
		strings.Repeat("b", n) + // told
		strings.Repeat("c", n))
}

type inner struct{ data []byte }

func (b *inner) fill() { b.data = make([]byte, 1000) } // told

type outer struct{ *inner }

type filler interface{ fill() }

func small(n int) []byte { return make([]byte, n) } // told

func middle(n int) []byte { return small(n + 1) } // told

func calls() {
	o := outer{inner: new(inner)}
	o.fill()
	keep(o)
	f := filler(outer{inner: new(inner)})
	f.fill() // told
	keep(f)
	method := o.fill // told
	method()
	keep(method)
	keep(middle(1000)) // told
}

func visit(f func(int)) {
	for i := range 3 {
		f(i)
	}
}

func literals(n int) {
	for i := 0; i < n; i++ {
		keep(func() []byte { return make([]byte, i) }) // told
		j := i
		func() {
			func() {
				keep(make([]byte, 1000+j)) // told
			}()
			keep(func() { j++ }) // told
		}()
	}
	visit(func(i int) {
		keep(make([]byte, 2000+i)) // told
		visit(func(j int) {
			keep(make([]byte, 3000+j)) // told
		})
	})
}

type list[T any] struct{ items []T }

func (l *list[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range l.items {
			if !yield(v) { // told
				return
			}
		}
	}
}

func loops(l *list[int]) {
	for v := range l.all() {
		keep(make([]byte, 1000+v)) // told
		for w := range l.all() {
			func() {
				keep(make([]byte, 2000+w)) // told
			}()
		}
		defer func() {
			keep(make([]byte, 3000+v)) // told
		}()
	}
	func() {
		for v := range l.all() {
			keep(make([]byte, 4000+v)) // told
		}
	}()
}

const never = false

func unreached() {
	if never {
		func() {
			keep(1000)
		}()
	}
	f := func() {
		// Longer than the literal above.
		n := make([]byte, 1000)

		n[0]++
		keep(&n[0])
		keep(make([]byte, 1000)) // told
	}
	f()
}
