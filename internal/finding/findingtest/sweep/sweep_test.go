// Package sweep_test runs all analyzers, with all that their flags can add, over
// much code that nobody wrote for them: the standard library, the programs that
// Go and its tools for SSA are tested with, and the modules that this one depends on.
//
// It does not look at what is found. It checks that nothing panics or hangs, and
// that findings and facts are the same whatever the order of packages and however
// many are analysed at a time.
//
// By itself the test takes a sample. All is swept with
//
//	go test ./internal/finding/findingtest/sweep -long
package sweep_test

import (
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/memlint/memlint"
	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/engine/retention"
)

var long = flag.Bool("long", false, "sweep over all packages, not over a sample")

// sample is how many packages of each kind are swept without -long.
const sample = 12

// A corpus is packages to sweep.
type corpus struct {
	dir      string   // to be in
	env      []string // of the go command, besides that of the process
	packages []string // paths
}

func TestSweep(t *testing.T) {
	for _, test := range []struct {
		name string
		of   func(*testing.T) corpus
		most float64 // share of all packages that cannot be analysed
	}{
		{"standard library", standard, 0.1},
		{"tests of Go", testsOfGo, 0.1},
		{"tests of x/tools", testsOfTools, 0.3},
		{"modules", modules, 0.1},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := test.of(t)
			most := test.most
			if !*long {
				c.packages = thin(c.packages, sample)
				most = 0.5 // by chance
			}
			result := sweep(t, c, 0)
			for _, p := range result.Problems {
				if p.IsBug() {
					t.Errorf("%s: %s", p.Package, p.Text)
				}
			}
			if n, all := result.Packages, len(c.packages); float64(n) < float64(all)*(1-most) {
				t.Errorf("only %d of %d packages were analysed: %q", n, all, result.Problems)
			}

			rand.New(rand.NewPCG(1, 2)).Shuffle(len(c.packages), func(i, j int) {
				c.packages[i], c.packages[j] = c.packages[j], c.packages[i]
			})
			again := sweep(t, c, 3)
			if result.text != again.text {
				t.Errorf("another order of packages makes a difference:\n%s", diff.Diff("in order", []byte(result.text), "shuffled", []byte(again.text)))
			}
			for key, sum := range result.facts {
				if again.facts[key] != sum {
					t.Errorf("facts of %s on %s are other ones in another order of packages", key.analyzer, key.pkg)
				}
			}
			if len(again.facts) != len(result.facts) {
				t.Errorf("facts were made %d times, and %d times in another order of packages", len(result.facts), len(again.facts))
			}
		})
	}
}

// thin returns n of the packages, or all if there are fewer, from here and there.
func thin(packages []string, n int) []string {
	if len(packages) <= n {
		return packages
	}
	var some []string
	for i := range n {
		some = append(some, packages[i*len(packages)/n])
	}
	return some
}

// A swept is what comes of a sweep.
type swept struct {
	*driver.Result
	facts map[factsKey]factsSum
	text  string // of all that the result says, one line for each
}

// sweep runs all analyzers over the packages.
func sweep(t *testing.T, c corpus, workers int) swept {
	t.Helper()
	analyzers := append(memlint.Analyzers(), retention.Keepers)
	allFlags(t, analyzers)
	m := newMeter(t, analyzers)
	result, err := driver.Run(context.Background(), driver.Options{
		Analyzers: analyzers, Patterns: c.packages, Dir: c.dir, Workers: workers,
		Env: slices.Concat(os.Environ(), []string{"GOWORK=off", "GOPROXY=off"}, c.env),
	})
	facts := m.stop()
	if err != nil {
		t.Fatal(err)
	}
	// Problems that are none of memlint are in the words of the go command, which tells
	// them of the package that it meets first.
	slices.SortFunc(result.Sources, func(a, b report.Package) int { return strings.Compare(a.Path, b.Path) })
	var text strings.Builder
	lines := json.NewEncoder(&text)
	for _, list := range []any{result.Findings, result.Latent, result.Withheld, result.Sources} {
		for _, x := range reflect.ValueOf(list).Seq2() {
			if err := lines.Encode(x.Interface()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return swept{result, facts, text.String()}
}
