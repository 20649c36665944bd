package effects

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
)

var shapes = []struct {
	name  string
	sizes []int
	body  func(n int) string
}{
	{"statements", []int{1000, 4000, 16000}, statements},
	{"closures", []int{125, 250, 500}, closures},
	{"blocks", []int{500, 1000, 2000}, blocks},
	{"table", []int{1000, 4000, 16000}, filling},
	{"appends", []int{125, 250, 500}, appends},
}

// BenchmarkEffects measures the analysis of one generated function of growing
// size: twice the size should take twice the time. ns/stmt says so at a
// glance.
func BenchmarkEffects(b *testing.B) {
	for _, shape := range shapes {
		for _, n := range shape.sizes {
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				pass := generate(b, shape.body(n))
				for b.Loop() {
					newPackage(pass)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/stmt")
			})
		}
	}
}

// TestLinear checks that the memory that the analysis of a function asks for
// grows as the function does, which does not depend on the machine as time does.
func TestLinear(t *testing.T) {
	for _, shape := range shapes {
		allocated := func(n int) (bytes uint64) {
			pass := generate(t, shape.body(n))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			newPackage(pass)
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		small, large := shape.sizes[0], shape.sizes[len(shape.sizes)-1]
		grows := float64(allocated(large)) / float64(allocated(small))
		if most := 1.5 * float64(large/small); grows > most {
			t.Errorf("%s: %d times the size take %.1f times the memory", shape.name, large/small, grows)
		}
	}
}

// generate returns the pass of a package with a function of that body.
func generate(b testing.TB, body string) *analysis.Pass {
	b.Helper()
	src := `package p

type node struct {
	next *node
	kids []*node
	by   map[int]*node
	f    func()
}

var root = &node{}

func use(n *node) *node { return n.next }
func keep(n *node)      { root.next = n }

func f(in *node, c chan *node, m map[int]*node, k int) {
` + body + `}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		b.Fatal(err)
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
		b.Fatal(err)
	}
	return &analysis.Pass{
		Analyzer: Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info,
		ImportObjectFact: func(types.Object, analysis.Fact) bool { return false },
		ExportObjectFact: func(types.Object, analysis.Fact) {},
	}
}

// repeat writes the text n times, with the number of the line for each %d.
func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// statements makes objects, links them and calls functions, one after another.
func statements(n int) string {
	return repeat(n/4, "\tn%d := &node{next: in}\n\tn%d.by = m\n\tkeep(use(n%d))\n\tm[k+%d] = n%d\n")
}

// closures makes functions that capture the same and their own variables.
func closures(n int) string {
	return "\tvar last *node\n" + repeat(n, "\tv%d := &node{}\n\tin.f = func() { v%d.next = last; last = v%d }\n")
}

// blocks branches again and again.
func blocks(n int) string {
	return "\tcur := in\n" + repeat(n/2, "\tif k > %d {\n\t\tcur = cur.next\n\t\tm[k] = cur\n\t}\n")
}

// filling sets the entries of a large table, under a check of its length.
func filling(n int) string {
	return "\tif len(m) > 100 {\n\t\treturn\n\t}\n" + repeat(n, "\tm[%d+k] = in\n")
}

// appends grows a list by objects of its own.
func appends(n int) string {
	return "\tvar list []*node\n" + repeat(n, "\tlist = append(list, &node{next: in})\n") + "\tin.kids = list\n"
}
