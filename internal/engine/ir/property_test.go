package ir_test

import (
	"math/rand/v2"
	"testing"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A property of nodes of graphs that holds if it does for all that a node leads
// to, so that those that lead to a bad one do not have it.
func TestProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := 1 + rng.IntN(8)
		to := make([][]int, n)
		bad := make([]bool, n)
		for i := range to {
			bad[i] = rng.IntN(6) == 0
			for range rng.IntN(4) {
				to[i] = append(to[i], rng.IntN(n))
			}
		}
		want := make([]bool, n)
		for i := range want {
			want[i] = !bad[i]
		}
		for range n {
			for i := range to {
				for _, j := range to[i] {
					want[i] = want[i] && want[j]
				}
			}
		}
		var p *ir.Property[int]
		p = ir.NewProperty(func(i int) bool {
			for _, j := range to[i] {
				if !p.Of(j) {
					return false
				}
			}
			return !bad[i]
		})
		for _, i := range rng.Perm(n) {
			if got := p.Of(i); got != want[i] {
				t.Fatalf("%v, bad %v: %d is %t", to, bad, i, got)
			}
		}
		for i := range n {
			if got := p.Of(i); got != want[i] {
				t.Fatalf("%v, bad %v: %d is %t when asked for again", to, bad, i, got)
			}
		}
	}
}
