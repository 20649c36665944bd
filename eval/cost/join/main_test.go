package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// TestGenerate checks that the lines of the profile are lines of the module on which
// something is allocated or called.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	if err := generate(dir, 3, 100); err != nil {
		t.Fatal(err)
	}
	_, heap := places(dir)
	f, err := os.Open(heap)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sample) != 100 {
		t.Errorf("%d stacks, want 100", len(p.Sample))
	}
	for _, l := range p.Location {
		at := l.Line[0]
		text, err := os.ReadFile(at.Function.Filename)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		name := at.Function.Name[strings.LastIndex(at.Function.Name, ".")+1:]
		if start := lines[at.Function.StartLine-1]; !strings.HasPrefix(start, "func "+name+"(") {
			t.Fatalf("%s does not begin with %q", name, start)
		}
		if line := lines[at.Line-1]; !strings.Contains(line, "make(") && !strings.Contains(line, "append(") {
			t.Fatalf("%s: nothing happens in %q", name, line)
		}
	}
}
