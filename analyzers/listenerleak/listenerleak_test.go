package listenerleak_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/listenerleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/listenerleak", listenerleak.Analyzer)
}
