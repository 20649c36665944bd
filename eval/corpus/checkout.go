package main

import (
	"context"
	"errors"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// A tree is a commit on disk, laid out so that the go command can build it.
type tree struct {
	root string   // the folder of the commit
	pkg  string   // the folder of the package
	goes string   // version of the go line that the package is under, "" if there is none
	env  []string // for the go command
}

// A checkout writes commits into one folder, one after the other, always in
// the same place: the go command would build packages again that only moved.
type checkout struct {
	git  string // bare repository
	work string
}

// at writes a commit and finds out how the package of a file is built.
func (c checkout) at(ctx context.Context, commit, file string) (*tree, error) {
	if err := os.RemoveAll(c.work); err != nil {
		return nil, err
	}
	root := filepath.Join(c.work, "tree")
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, err
	}
	env := append(os.Environ(),
		"GIT_DIR="+c.git,
		"GIT_WORK_TREE="+root,
		"GIT_INDEX_FILE="+filepath.Join(c.work, "index"),
		"GIT_NO_LAZY_FETCH=1", // what a clone does not have is left out
	)
	if _, err := os.Stat(c.git); err != nil {
		return nil, errors.New("there is no clone")
	}
	if _, err := command(ctx, root, env, "git", "read-tree", commit); err != nil {
		return nil, err
	}
	// Clones may lack large files, and then this fails after it has written
	// the others.
	_, missing := command(ctx, root, env, "git", "checkout-index", "-a", "-q", "-f")
	pkg := filepath.Join(root, filepath.FromSlash(path.Dir(file)))
	if _, err := os.Stat(pkg); err != nil {
		return nil, missing
	}
	t := &tree{root: root, pkg: pkg}
	if err := t.layout(ctx, c.work); err != nil {
		return nil, err
	}
	t.platform(path.Base(file))
	return t, nil
}

// layout finds out whether the package is part of a module, or older than modules.
func (t *tree) layout(ctx context.Context, work string) error {
	t.env = append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=local")
	for dir := t.pkg; len(dir) >= len(t.root); dir = filepath.Dir(dir) {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			continue
		}
		if m := goLine.FindSubmatch(data); m != nil {
			t.goes = string(m[1])
		}
		mode := "mod"
		if _, err := os.Stat(filepath.Join(dir, "vendor", "modules.txt")); err == nil {
			mode = "vendor"
		}
		t.env = append(t.env, "GOFLAGS=-buildvcs=false -mod="+mode)
		return nil
	}

	name, err := t.importPath()
	if err != nil {
		return err
	}
	vendor := filepath.Join(t.root, "vendor")
	if _, err := os.Stat(vendor); err != nil {
		// Some projects kept their dependencies below cmd, so that others
		// could import them without.
		vendor = filepath.Join(t.root, "cmd", "vendor")
		if os.Rename(vendor, filepath.Join(t.root, "vendor")) != nil {
			t.env = append(t.env, "GOFLAGS=-buildvcs=false -mod=mod")
			_, err := command(ctx, t.root, t.env, "go", "mod", "init", name)
			return err
		}
	}
	root := filepath.Join(work, "gopath", "src", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(root), 0o777); err != nil {
		return err
	}
	if err := os.Rename(t.root, root); err != nil {
		return err
	}
	t.pkg = root + strings.TrimPrefix(t.pkg, t.root)
	t.root = root
	t.env = append(t.env, "GO111MODULE=off", "GOFLAGS=-buildvcs=false", "GOPATH="+filepath.Join(work, "gopath"))
	return nil
}

// platform chooses one for which the file is built.
func (t *tree) platform(file string) {
	for _, p := range []struct{ os, arch string }{{runtime.GOOS, runtime.GOARCH}, {"js", "wasm"}, {"windows", "amd64"}, {"darwin", "arm64"}} {
		c := build.Default
		c.GOOS, c.GOARCH = p.os, p.arch
		if ok, err := c.MatchFile(t.pkg, file); ok && err == nil {
			t.env = append(t.env, "GOOS="+p.os, "GOARCH="+p.arch)
			return
		}
	}
}

var (
	goLine        = regexp.MustCompile(`(?m)^go[ \t]+([0-9.]+)`)
	importComment = regexp.MustCompile(`^// import "([^"]+)"$`)
)

// importPath returns the import path of the root of a project without a
// go.mod. Repositories move, so what counts is how the packages of the project
// import each other.
func (t *tree) importPath() (string, error) {
	votes := make(map[string]int)
	err := filepath.WalkDir(t.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "vendor" || d.Name() == "Godeps" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return nil // of a generator, or meant to be wrong
		}
		for _, c := range f.Comments {
			// The go command insists on it outside of modules.
			if m := importComment.FindStringSubmatch(c.List[0].Text); m != nil {
				dir, _ := filepath.Rel(t.root, filepath.Dir(name))
				votes[strings.TrimSuffix(strings.TrimSuffix(m[1], filepath.ToSlash(dir)), "/")] += 1000
			}
		}
		for _, spec := range f.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if host, _, _ := strings.Cut(imported, "/"); !strings.Contains(host, ".") {
				continue
			}
			parts := strings.Split(imported, "/")
			for n := 1; n < len(parts) && n <= 3; n++ {
				if info, err := os.Stat(filepath.Join(t.root, path.Join(parts[n:]...))); err == nil && info.IsDir() {
					votes[path.Join(parts[:n]...)]++
				}
			}
		}
		return nil
	})
	best := ""
	for p, n := range votes {
		if n > votes[best] || n == votes[best] && p < best {
			best = p
		}
	}
	if best == "" && err == nil {
		best = "example.com/project" // of one package: nothing imports it
	}
	return best, err
}

// command runs a command and returns its standard output. The error has the
// first line that it printed as an error.
func command(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok {
		line, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		err = fmt.Errorf("%s: %s", name, line)
	}
	return out, err
}
