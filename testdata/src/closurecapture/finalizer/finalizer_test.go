package finalizer

import (
	"runtime"
	"testing"
)

// Leaks: in a test, too, a finalizer that never runs is a mistake.
func TestRelease(t *testing.T) {
	h := &handle{t: new(table)}
	runtime.SetFinalizer(h, func(*handle) { h.release() }) // want `finalizer keeps the object that it waits for`
}
