package closurecapture_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/memlint/memlint/analyzers/closurecapture"
)

func testdata(t *testing.T) string {
	dir, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func Test(t *testing.T) {
	analysistest.Run(t, testdata(t), closurecapture.Analyzer,
		"closurecapture/settled", "closurecapture/large", "closurecapture/goroutine", "closurecapture/finalizer")
}

func TestFix(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(t), closurecapture.Analyzer, "closurecapture/partial")
}
