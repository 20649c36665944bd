package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const labelled = `package runtime_test

func list() {
	makeTest("One",
		` + "`One\\.func1\\(.* \\[chan send\\]`" + `,
		` + "`\\(\\*worker\\)\\.run\\(.* \\[select\\]`" + `,
	)
	makeFlakyTest("None")
}
`

const programs = `package main

type worker struct{}

func (w *worker) run() {
	select {}
}

func One() {
	go func() {
		ch := make(chan int)
		ch <- 1
	}()
	go new(worker).run()
}

func None() {
}
`

// TestReport counts what a run of memlint found of labelled programs.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"labels.go": labelled, "src/programs.go": programs} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	labels, err := readLabels(filepath.Join(dir, "labels.go"))
	if err != nil {
		t.Fatal(err)
	}
	funcs, err := readFunctions(filepath.Join(dir, "src"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, out, want string }{
		{"nothing", "", "found 0 of 2 goroutines (0 %), 0 of 2 labels, 0 findings without a label"},
		{"in the literal", "programs.go:12:6: m (goroutineleak/blocked-send)\n", "found 1 of 2 goroutines (50 %), 1 of 2 labels, 0 findings without a label"},
		{"at a note", "programs.go:16:1: m (goroutineleak/never-ends)\n\tprograms.go:6:2: waits here\n", "found 1 of 2 goroutines (50 %), 1 of 2 labels, 0 findings without a label"},
		{"at the start", "programs.go:14:5: m (goroutineleak/never-ends)\n", "found 1 of 2 goroutines (50 %), 1 of 2 labels, 0 findings without a label"},
		{"elsewhere", "programs.go:17:1: m (goroutineleak/never-ends)\n", "found 0 of 2 goroutines (0 %), 0 of 2 labels, 1 findings without a label"},
		{"of another analyzer", "programs.go:12:6: m (timerleak/tick)\n", "found 0 of 2 goroutines (0 %), 0 of 2 labels, 0 findings without a label"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			report(&out, labels, funcs, readFindings(test.out, filepath.Join(dir, "src")))
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if got := lines[len(lines)-1]; got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
