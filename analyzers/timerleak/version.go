package timerleak

import (
	"go/ast"
	"go/version"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	mod := module(pass)
	settings := moduleSettings(mod)
	for key, value := range debugDirectives(pass.Files) {
		settings[key] = value
	}
	if v, ok := settings["asynctimerchan"]; ok {
		return v != "1"
	}
	lang := pass.Pkg.GoVersion()
	if lang == "" && mod != nil && mod.Go != nil && mod.Module != nil && slices.Contains(distribution, mod.Module.Mod.Path) {
		lang = "go" + mod.Go.Version
	}
	if v, ok := settings["default"]; ok {
		lang = v // what the other settings are for
	}
	return lang != "" && version.Compare(lang, "go1.23") >= 0
}

// distribution holds the modules of the Go distribution. To the go command
// their packages belong to no module, so nobody says what version they are
// for; they run with the settings of the toolchain that they are a part of.
var distribution = []string{"std", "cmd"}

// debugDirectives returns the settings of //go:debug lines.
func debugDirectives(files []*ast.File) map[string]string {
	settings := make(map[string]string)
	for _, f := range files {
		for _, group := range f.Comments {
			if group.Pos() > f.Package {
				break
			}
			for _, c := range group.List {
				if text, ok := strings.CutPrefix(c.Text, "//go:debug "); ok {
					if key, value, ok := strings.Cut(strings.TrimSpace(text), "="); ok {
						settings[key] = value
					}
				}
			}
		}
	}
	return settings
}

// moduleSettings returns the settings of the godebug lines of a go.mod, which
// may be nil.
func moduleSettings(mod *modfile.File) map[string]string {
	settings := make(map[string]string)
	if mod != nil {
		for _, g := range mod.Godebug {
			settings[g.Key] = g.Value
		}
	}
	return settings
}

// module returns the go.mod that the package belongs to, or nil.
func module(pass *analysis.Pass) *modfile.File {
	if len(pass.Files) == 0 {
		return nil
	}
	dir := filepath.Dir(pass.Fset.File(pass.Files[0].FileStart).Name())
	for {
		file := filepath.Join(dir, "go.mod")
		if data, err := os.ReadFile(file); err == nil {
			mod, err := modfile.Parse(file, data, nil)
			if err != nil {
				return nil
			}
			return mod
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil
		}
		dir = up
	}
}
