package timerleak

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"go/version"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/tools/go/analysis"
)

func TestCollects(t *testing.T) {
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		return // always
	}
	for _, test := range []struct {
		name string
		lang string // as the driver says
		mod  string // go.mod
		head string // of the file
		want bool
	}{
		{"before", "go1.22", "module m\ngo 1.22\n", "", false},
		{"since", "go1.23", "module m\ngo 1.23\n", "", true},
		{"patch", "go1.23.4", "module m\ngo 1.23.4\n", "", true},
		{"no go.mod", "go1.26", "", "", true},
		{"unknown", "", "", "", false},
		{"unknown, in a module", "", "module m\ngo 1.26\n", "", false},
		{"standard library", "", "module std\ngo 1.26\n", "", true},
		{"old standard library", "", "module std\ngo 1.22\n", "", false},
		{"directive", "go1.26", "module m\ngo 1.26\n", "//go:debug asynctimerchan=1", false},
		{"directive for new timers", "go1.22", "module m\ngo 1.22\n", "//go:debug asynctimerchan=0", true},
		{"synchronous only", "go1.26", "module m\ngo 1.26\n", "//go:debug asynctimerchan=2", true},
		{"other directive", "go1.26", "module m\ngo 1.26\n", "//go:debug panicnil=1", true},
		{"line", "go1.26", "module m\ngo 1.26\ngodebug asynctimerchan=1\n", "", false},
		{"block", "go1.26", "module m\ngo 1.26\ngodebug (\n\tpanicnil=1\n\tasynctimerchan=1\n)\n", "", false},
		{"line for new timers", "go1.22", "module m\ngo 1.22\ngodebug asynctimerchan=0\n", "", true},
		{"default", "go1.26", "module m\ngo 1.26\ngodebug default=go1.21\n", "", false},
		{"new default", "go1.22", "module m\ngo 1.22\ngodebug default=go1.24\n", "", true},
		{"default and more", "go1.26", "module m\ngo 1.26\ngodebug (\n\tdefault=go1.21\n\tasynctimerchan=0\n)\n", "", true},
		{"directive before line", "go1.26", "module m\ngo 1.26\ngodebug asynctimerchan=1\n", "//go:debug asynctimerchan=0", true},
		{"default directive", "go1.26", "module m\ngo 1.26\n", "//go:debug default=go1.20", false},
		{"broken", "go1.26", "module m\ngo 1.26\ngodebug asynctimerchan\n", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.mod != "" {
				if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(test.mod), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(dir, "main.go"), test.head+"\n\npackage main", parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			conf := types.Config{GoVersion: test.lang}
			pkg, err := conf.Check("m", fset, []*ast.File{file}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := collects(&analysis.Pass{Fset: fset, Files: []*ast.File{file}, Pkg: pkg}); got != test.want {
				t.Errorf("collects = %t, want %t", got, test.want)
			}
		})
	}
}
