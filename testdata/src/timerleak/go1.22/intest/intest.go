// Package intest helps tests, which end.
package intest

import (
	"testing"
	"time"
)

func InTest(tb testing.TB) <-chan time.Time {
	t := time.NewTicker(time.Second)
	tb.Cleanup(t.Stop)
	return t.C
}
