package monitor

import (
	"fmt"
	"io"
	"math"
	"runtime/metrics"
	"runtime/pprof"
	"sync"
	"testing"
)

func BenchmarkSample(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		read()
	}
}

// BenchmarkGoroutines compares the profile of goroutines in the form of pprof (debug=0)
// with the text that says how long they wait (debug=2): besides the time that it takes,
// for how long the world stands still at once.
func BenchmarkGoroutines(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		end := make(chan bool)
		var all sync.WaitGroup
		for range n {
			all.Go(func() { <-end })
		}
		for _, debug := range []int{0, 2} {
			b.Run(fmt.Sprintf("n=%d/debug=%d", n, debug), func(b *testing.B) {
				b.ReportAllocs()
				before := pauses()
				for b.Loop() {
					if err := pprof.Lookup("goroutine").WriteTo(io.Discard, debug); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(longest(before, pauses())*1e6, "µs/longest-pause")
			})
		}
		close(end)
		all.Wait()
	}
}

func pauses() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/pauses/total/other:seconds"}}
	metrics.Read(s)
	return s[0].Value.Float64Histogram()
}

// longest returns the end of the last bucket that has more in it than before.
func longest(before, after *metrics.Float64Histogram) float64 {
	at := 0.0
	for i, n := range after.Counts {
		if n > before.Counts[i] && !math.IsInf(after.Buckets[i+1], 1) {
			at = after.Buckets[i+1]
		}
	}
	return at
}
