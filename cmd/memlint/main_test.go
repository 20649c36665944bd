package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver"
)

// TestMain lets scripts run this binary as the command memlint, as one that takes
// its time, and as one that stands in for compilers.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"memlint": main, "slowlint": slow, "nocompiler": noCompiler})
}

// slow is memlint with an analyzer that sleeps in each package for longer than
// a run may take before it has to say how far it is.
func slow() {
	driver.Main(driver.Suite{Analyzers: []*analysis.Analyzer{{
		Name: "slow",
		Doc:  "slow: sleep",
		Run: func(*analysis.Pass) (any, error) {
			time.Sleep(progressDelay * 3 / 2)
			return nil, nil
		},
	}}})
}

const progressDelay = time.Second

// TestScripts runs testdata/script/*.txtar. A script sees an empty home, but
// the build cache of the machine, since to build the standard library for each
// would take minutes.
func TestScripts(t *testing.T) {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	memlint, err := exec.LookPath("memlint") // put in PATH by testscript.Main
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"heap": heap, "serve": serve},
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOFLAGS", "")
			env.Setenv("MEMLINT", memlint)
			env.Setenv("MEMLINT_CACHE", filepath.Join(env.WorkDir, ".cache"))
			return nil
		},
	})
}
