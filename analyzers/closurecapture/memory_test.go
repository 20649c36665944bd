package closurecapture_test

import (
	"runtime"
	"testing"
	"time"
	"weak"
)

// What the analyzer reports is what the compiler and the runtime do: these
// run a finding of each category next to its fixed twin.

type record struct {
	size int
	body [1 << 20]byte
}

func (r *record) bytes() int { return len(r.body) }

var kept []func() int

//go:noinline
func partial() weak.Pointer[record] {
	r := &record{size: 3}
	kept = append(kept, func() int { return r.size })
	return weak.Make(r)
}

//go:noinline
func partialFixed() weak.Pointer[record] {
	r := &record{size: 3}
	size := r.size
	kept = append(kept, func() int { return size })
	return weak.Make(r)
}

//go:noinline
func methodValue() weak.Pointer[record] {
	r := &record{size: 3}
	kept = append(kept, r.bytes)
	return weak.Make(r)
}

//go:noinline
func methodValueFixed() weak.Pointer[record] {
	w := methodValue()
	kept = nil
	return w
}

//go:noinline
func finalizer() weak.Pointer[record] {
	r := &record{size: 3}
	//memlint:ignore closurecapture/self-reference that it keeps r is what is measured
	runtime.SetFinalizer(r, func(*record) { runtime.KeepAlive(r.size) })
	return weak.Make(r)
}

//go:noinline
func finalizerFixed() weak.Pointer[record] {
	r := &record{size: 3}
	runtime.SetFinalizer(r, func(r *record) { runtime.KeepAlive(r.size) })
	return weak.Make(r)
}

var events = make(chan int)

//go:noinline
func goroutine() weak.Pointer[record] {
	r := &record{size: 3}
	go func() {
		for n := range events {
			r.size += n
		}
	}()
	return weak.Make(r)
}

//go:noinline
func goroutineFixed() weak.Pointer[record] {
	r := &record{size: 3}
	go func() {
		size := r.size
		for n := range events {
			size += n
		}
	}()
	return weak.Make(r)
}

func TestMemory(t *testing.T) {
	for _, tt := range []struct {
		name        string
		leak, fixed func() weak.Pointer[record]
	}{
		{"partial-use", partial, partialFixed},
		{"large-capture", methodValue, methodValueFixed},
		{"large-capture on a goroutine", goroutine, goroutineFixed},
		{"self-reference", finalizer, finalizerFixed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kept = nil
			leaked := tt.leak()
			collect(func() bool { return false }, 3)
			if leaked.Value() == nil {
				t.Error("the collector took what the analyzer reports as kept")
			}
			fixed := tt.fixed()
			if !collect(func() bool { return fixed.Value() == nil }, 100) {
				t.Error("the fixed twin keeps it, too")
			}
			runtime.KeepAlive(kept)
		})
	}
}

// collect runs the collector until done or too often.
func collect(done func() bool, times int) bool {
	for range times {
		runtime.GC()
		if done() {
			return true
		}
		time.Sleep(time.Millisecond) // goroutines begin to wait, finalizers run
	}
	return false
}
