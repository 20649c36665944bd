package driver

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// roomy is how large the heap may be before the collector works.
const roomy = 400 << 20

// tuneGC lets the heap grow to roomy before anything is collected, whatever is
// alive, and by half of what is alive beyond that: time where memory is cheap,
// memory where it is not. (A memory limit would do the first, but make a
// package that needs more than the limit take for ever.) Settings of the
// environment count before it.
func tuneGC() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(percent(4 << 20)) // of the least heap there is
	afterGC(func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if live[0].Value.Kind() == metrics.KindUint64 {
			debug.SetGCPercent(percent(live[0].Value.Uint64()))
		}
	})
}

// percent returns by how much the heap may grow of which so much is alive.
func percent(live uint64) int {
	target := max(roomy, live+live/2)
	return int((target - live) * 100 / max(live, 1<<20))
}

// afterGC calls f after each collection.
func afterGC(f func()) {
	type sentinel struct{ _ *byte } // not a tiny object, which others share
	var arm func()
	arm = func() {
		runtime.SetFinalizer(new(sentinel), func(*sentinel) {
			f()
			arm()
		})
	}
	arm()
}
