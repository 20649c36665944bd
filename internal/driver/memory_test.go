package driver

import (
	"context"
	"go/token"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"golang.org/x/tools/go/analysis"
)

// TestMemory checks that what is in memory does not grow with the number of
// packages: the syntax of one is let go when it is done, and the types that a
// group imports with the last of the group.
func TestMemory(t *testing.T) {
	var packages, groups atomic.Int64 // in memory
	isMost := func(n *atomic.Int64, most int64) bool {
		for range 100 {
			runtime.GC()
			if n.Load() <= most {
				return true
			}
			time.Sleep(10 * time.Millisecond) // cleanups run beside
		}
		return false
	}
	analysed := 0
	seen := make(map[weak.Pointer[token.FileSet]]bool) // groups have one each
	a := &analysis.Analyzer{Name: "counts", Doc: "counts", Run: func(pass *analysis.Pass) (any, error) {
		minus := func(n *atomic.Int64) { n.Add(-1) }
		if group := weak.Make(pass.Fset); !seen[group] {
			seen[group] = true
			groups.Add(1)
			runtime.AddCleanup(pass.Fset, minus, &groups)
		}
		packages.Add(1)
		runtime.AddCleanup(pass.Files[0], minus, &packages)
		if analysed++; analysed%50 == 0 {
			if !isMost(&packages, 2) {
				t.Errorf("after %d packages, %d are in memory", analysed, packages.Load())
			}
			if !isMost(&groups, 1) {
				t.Errorf("after %d packages, the imports of %d groups are in memory", analysed, groups.Load())
			}
		}
		return nil, nil
	}}
	result, err := Run(context.Background(), Options{Analyzers: []*analysis.Analyzer{a}, Patterns: []string{"std"}, Workers: 1})
	if err != nil || len(result.Problems) > 0 {
		t.Fatal(result, err)
	}
	if len(seen) < 2 || analysed < 100 {
		t.Errorf("%d packages in %d groups are too few", analysed, len(seen))
	}
}
