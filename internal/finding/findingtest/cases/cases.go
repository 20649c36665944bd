// Package cases finds the modules that analyzers have findings in, writes
// modules that are almost like them, and compares what is found.
package cases

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
)

// Modules returns the folders of the modules that there are findings in, relative to
// root, which is the folder of memlint, with slashes: the cases and the examples.
func Modules(root string) ([]string, error) {
	var dirs []string
	for _, top := range []string{"examples", "testdata/src"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err != nil {
				return nil
			}
			rel, err := filepath.Rel(root, name)
			dirs = append(dirs, filepath.ToSlash(rel))
			if err != nil {
				return err
			}
			return filepath.SkipDir // modules inside stand for others
		})
		if err != nil {
			return nil, err
		}
	}
	if len(dirs) < 2 {
		return nil, fmt.Errorf("there are no modules in %s", root)
	}
	return dirs, nil
}

// Env returns the environment of the go command for modules of cases.
func Env() []string { return append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off") }

// CopyRest copies from dir, a module, to the folder to all but the Go files of the
// module; and the modules inside as they are.
func CopyRest(to, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err != nil || path == dir {
				return nil
			}
			if err := os.CopyFS(filepath.Join(to, rel), os.DirFS(path)); err != nil {
				return err
			}
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() || strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".golden") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil && rel == "go.mod" {
			data, err = anchor(dir, data)
		}
		if err != nil {
			return err
		}
		return Write(filepath.Join(to, rel), data)
	})
}

// anchor returns a go.mod in which folders beside that of the module, which are not
// copied, are named from the root.
func anchor(dir string, gomod []byte) ([]byte, error) {
	f, err := modfile.Parse(filepath.Join(dir, "go.mod"), gomod, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range f.Replace {
		if strings.HasPrefix(r.New.Path, "../") {
			if err := f.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(dir, r.New.Path), ""); err != nil {
				return nil, err
			}
		}
	}
	return f.Format()
}

// Write writes a file and the folders that it is in.
func Write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o666)
}

// A Found is where a finding is, and what it says.
type Found struct {
	Place   string // file:line: analyzer/category
	Message string
}

func (f Found) String() string { return f.Place + ": " + f.Message }

// Find returns what analyzers find in the module in dir, latent leaks as well; where
// returns the file and line of a finding as they are to be compared. The error says that
// something could not be analysed.
func Find(dir string, analyzers []*analysis.Analyzer, where func(file string, f report.Finding) string) ([]Found, error) {
	result, err := driver.Run(context.Background(), driver.Options{
		Analyzers: analyzers, Patterns: []string{"./..."}, Dir: dir, Env: Env(), Tests: true,
	})
	if err != nil {
		return nil, err
	}
	for _, p := range result.Problems {
		return nil, fmt.Errorf("%s: %s", p.Package, p.Text)
	}
	var all []Found
	for _, f := range append(result.Findings, result.Latent...) {
		file, err := filepath.Rel(result.Dir, f.Pos.Filename)
		if err != nil {
			return nil, err
		}
		rule := f.Rule()
		if f.Latent {
			rule += ", latent"
		}
		all = append(all, Found{fmt.Sprintf("%s: %s", where(filepath.ToSlash(file), f), rule), f.Message})
	}
	return all, nil
}

// Subtract returns what is in a more often than in b, whatever it says.
func Subtract(a, b []Found) []Found {
	rest := make(map[string]int)
	for _, f := range b {
		rest[f.Place]++
	}
	var more []Found
	for _, f := range a {
		if rest[f.Place]--; rest[f.Place] < 0 {
			more = append(more, f)
		}
	}
	return more
}
