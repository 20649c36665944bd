package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets this binary be what it measures.
func TestMain(m *testing.M) {
	idle()
	os.Exit(m.Run())
}

// TestRun measures programs on a module.
func TestRun(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	dir := filepath.Join(t.TempDir(), "toy")
	write(t, dir, "go.mod", "module toy\n\ngo 1.26\n")
	write(t, dir, "toy.go", "package main\n\nimport \"toy/core\"\n\nfunc main() { core.F() }\n")
	write(t, filepath.Join(dir, "core"), "core.go", "package core\n\nfunc F() {}\n")
	text, err := run(context.Background(), []string{"null", "floor", "vet"}, "", "", 2, false, t.TempDir(), []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	var cells [][]string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| toy | ") && strings.Contains(line, "GB") {
			cells = append(cells, strings.Split(strings.TrimSpace(line), "|"))
		}
	}
	var order []string
	for _, row := range cells {
		name := strings.TrimSpace(row[2])
		order = append(order, name)
		for state := range states {
			remembers := name == "vet"
			if got := strings.Contains(row[3+state], "GB"); got != (remembers && state != fresh || state == cold) {
				t.Errorf("%s is measured in state %d: %t", name, state, got)
			}
		}
	}
	if got := strings.Join(order, " "); got != "null floor vet" {
		t.Fatalf("rows for %s:\n%s", got, text)
	}
	for _, name := range []string{"toy.go", "core/core.go"} {
		if left, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.HasPrefix(string(left), "package") || strings.Contains(string(left), "println") {
			t.Errorf("%s was not put back: %v", name, err)
		}
	}
}

// TestFails checks that a program that cannot analyse a project is an error.
func TestFails(t *testing.T) {
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	dir := t.TempDir()
	write(t, dir, "go.mod", "module toy\n\ngo 1.26\n")
	write(t, dir, "toy.go", "package toy\n\nvar x int = false\n")
	for _, name := range []string{"null", "floor"} {
		_, err := run(context.Background(), []string{name}, "", "", 1, false, t.TempDir(), []string{dir})
		if err == nil || !strings.Contains(err.Error(), "toy.go:3") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestChoose(t *testing.T) {
	main := &struct{ Main bool }{true}
	leaf, core := choose([]listed{
		{ImportPath: "other", Dir: "d", GoFiles: []string{"other.go"}, DepOnly: true},
		{ImportPath: "m/a", Dir: "a", GoFiles: []string{"a.go"}, Imports: []string{"other", "m/c"}, Module: main},
		{ImportPath: "m/c", Dir: "c", GoFiles: []string{"c.go"}, Imports: []string{"other"}, Module: main},
		{ImportPath: "m/b", Dir: "b", GoFiles: []string{"b.go"}, Imports: []string{"m/a [m/b.test]", "m/c"}, Module: main},
		{ImportPath: "m/b.test", Dir: "b", GoFiles: []string{"/cache/main.go"}, Imports: []string{"testing"}, Module: main},
	})
	if want := filepath.Join("b", "b.go"); leaf != want {
		t.Errorf("leaf is %q, want %q", leaf, want)
	}
	if want := filepath.Join("c", "c.go"); core != want {
		t.Errorf("core is %q, want %q", core, want)
	}
}

// TestTable checks that numbers are medians, and ratios those of rounds.
func TestTable(t *testing.T) {
	one := func(user, wall time.Duration) usage { return usage{user * time.Second, wall * time.Second, 5e8} }
	m := measured{project: "p", programs: []string{"null", "floor", "memlint"}}
	for _, slow := range []time.Duration{1, 10, 2} { // the machine was busy in the second round
		m.rounds = append(m.rounds, map[string][states]usage{
			"null":    {one(2*slow, slow)},
			"floor":   {one(slow, slow)},
			"memlint": {one(3*slow, 2*slow), one(1, 1), one(1, 2)},
		})
	}
	got := string(markdown([]measured{m}))
	for _, want := range []string{
		"| p | null | 4.0 s, 2.0 s, 0.50 GB |  |  |  |  |\n",
		"| p | memlint | 6.0 s, 4.0 s, 0.50 GB | 1.0 s, 1.0 s, 0.50 GB | 1.0 s, 2.0 s, 0.50 GB |  |  |\n",
		"| p | 1.50 | 3.00 |  |  |  |  |  |  |  |  |  |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
