package closurecapture_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/closurecapture"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	findingtest.Run(t, "../../testdata/src/closurecapture", closurecapture.Analyzer)
}
