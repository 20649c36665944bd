package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTable makes the rows of some modules anew.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("../modules.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"github.com/fsnotify/fsnotify", "github.com/miekg/dns"} {
		version, want := kept(string(text), path)
		got, err := table(path, version, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s %s:\n%s\nand modules.txt has\n%s", path, version, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestList checks that the table has the modules of the list.
func TestList(t *testing.T) {
	text, err := os.ReadFile("../modules.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(list) {
		module := strings.Join(strings.Fields(line)[:2], " ")
		if !strings.Contains(string(text), "\n# "+module+"\n") {
			t.Errorf("modules.txt has no %s", line)
		}
	}
}

// kept returns the version and the rows of a module in the table.
func kept(text, path string) (version string, rows []string) {
	_, rest, _ := strings.Cut(text, "\n# "+path+" ")
	version, rest, _ = strings.Cut(rest, "\n")
	block, _, _ := strings.Cut(rest, "\n#")
	return version, strings.Split(strings.TrimSpace(block), "\n")
}
