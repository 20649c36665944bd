package docs_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNumbers checks that tables that can be counted from what is kept in eval are in the
// pages as the command numbers prints them.
func TestNumbers(t *testing.T) {
	visit(t, "../eval")
	cmd := exec.Command("go", "-C", "../eval", "run", "./numbers")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for table := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n\n") {
		name, _, _ := strings.Cut(table, "\n")
		shown := false
		for _, file := range []string{"../README.md", "numbers.md"} {
			page := read(t, file)
			i := strings.Index(page, name+"\n")
			if i < 0 {
				continue
			}
			shown = true
			have, _, _ := strings.Cut(page[i:], "\n\n")
			if *update {
				page = page[:i] + table + page[i+len(have):]
				if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if have != table {
				t.Errorf("%s shows\n%s\nbut eval has (or run go test ./docs -update)\n%s", file, have, table)
			}
		}
		if !shown {
			t.Errorf("no page shows the table %s", name)
		}
	}
}

// visit looks at all files in a folder: the go command caches the result of a test for as
// long as the files that the test itself looked at stay the same.
func visit(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err })
	if err != nil {
		t.Fatal(err)
	}
}
