package fieldgrowth_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/fieldgrowth"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/fieldgrowth", fieldgrowth.Analyzer)
}
