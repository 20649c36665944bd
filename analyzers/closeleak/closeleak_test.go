package closeleak_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/closeleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/closeleak", closeleak.Analyzer)
}
