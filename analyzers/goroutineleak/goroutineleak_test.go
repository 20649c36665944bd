package goroutineleak_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/goroutineleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/goroutineleak", goroutineleak.Analyzer)
}
