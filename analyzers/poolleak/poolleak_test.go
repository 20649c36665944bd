package poolleak_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/poolleak"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/poolleak", poolleak.Analyzer)
}
