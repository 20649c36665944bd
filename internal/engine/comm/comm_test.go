package comm_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/memlint/memlint/internal/engine/comm"
	"github.com/memlint/memlint/internal/engine/effects"
)

var reasons = map[comm.Reason]string{
	comm.Sends: "sends", comm.Locks: "locks", comm.Receives: "receives", comm.Waits: "waits", comm.Runs: "runs",
}

// TestStuck runs each function of a module and says why its goroutines are stuck.
func TestStuck(t *testing.T) {
	analysistest.Run(t, analysistest.TestData()+"/machine", &analysis.Analyzer{
		Name:     "stuck",
		Doc:      "says why goroutines never end",
		Requires: []*analysis.Analyzer{effects.Analyzer, comm.Analyzer},
		Run: effects.Alone(func(pass *analysis.Pass) (any, error) {
			prog := comm.Of(pass)
			for _, fn := range effects.Of(pass).IR.Funcs {
				if fn.Parent() != nil || !prog.Starts(fn) {
					continue
				}
				var why []string
				for _, s := range prog.Stuck(fn) {
					why = append(why, reasons[s.Why])
				}
				if len(why) > 0 {
					pass.Reportf(fn.Pos(), "stuck: %s", strings.Join(why, ", "))
				}
			}
			return nil, nil
		}),
	}, "./...")
}
