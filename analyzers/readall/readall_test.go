package readall_test

import (
	"testing"

	"github.com/memlint/memlint/analyzers/readall"
	"github.com/memlint/memlint/internal/finding/findingtest"
)

func Test(t *testing.T) {
	if err := readall.Analyzer.Flags.Set("on", "true"); err != nil {
		t.Fatal(err)
	}
	defer readall.Analyzer.Flags.Set("on", "false")
	findingtest.Run(t, "../../testdata/src/readall", readall.Analyzer)
}
