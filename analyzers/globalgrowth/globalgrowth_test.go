package globalgrowth_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/globalgrowth"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/globalgrowth", globalgrowth.Analyzer)
}
