package subsliceleak_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/subsliceleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/subsliceleak", subsliceleak.Analyzer)
}
