package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A project is what programs analyse.
type project struct {
	name    string
	dir     string // of the copy
	pattern string // of its packages
	leaf    string // file that is edited, "" if none can be
	text    []byte // of leaf
	edits   int
}

// std is the project that is the standard library, which is not edited: it
// belongs to the Go that is installed.
const std = "std"

// newProject copies a project into a folder in work and has export data built.
func newProject(ctx context.Context, arg, work string) (*project, error) {
	if arg == std {
		out, err := goCommand(ctx, "", "env", "GOROOT")
		if err != nil {
			return nil, err
		}
		p := &project{name: std, dir: filepath.Join(strings.TrimSpace(string(out)), "src"), pattern: std}
		_, err = p.list(ctx)
		return p, err
	}
	from, err := filepath.Abs(arg)
	if err != nil {
		return nil, err
	}
	p := &project{name: filepath.Base(from), dir: filepath.Join(work, filepath.Base(from)), pattern: "./..."}
	if err := copyTree(p.dir, from); err != nil {
		return nil, fmt.Errorf("copying %s: %w", arg, err)
	}
	packages, err := p.list(ctx)
	if err != nil {
		return nil, err
	}
	if p.leaf = leaf(packages); p.leaf == "" {
		return nil, fmt.Errorf("%s: each package is imported by another", arg)
	}
	p.text, err = os.ReadFile(p.leaf)
	return p, err
}

// copyTree copies files and links, but no repository.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		copied := filepath.Join(to, rel)
		switch {
		case d.Name() == ".git" && d.IsDir():
			return fs.SkipDir
		case d.Name() == ".git":
			return nil
		case d.IsDir():
			return os.MkdirAll(copied, 0o777)
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(target, copied)
		case d.Type().IsRegular():
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return os.WriteFile(copied, data, 0o666)
		}
		return nil
	})
}

// A listed is what `go list` says of a package.
type listed struct {
	ImportPath, Dir string
	DepOnly         bool
	GoFiles         []string
	Imports         []string
	Module          *struct{ Main bool }
}

// list returns the packages of the project and has the go command build export
// data of what they import.
func (p *project) list(ctx context.Context) ([]listed, error) {
	out, err := goCommand(ctx, p.dir, "list", "-e", "-deps", "-export", "-test", "-json=ImportPath,Dir,DepOnly,GoFiles,Imports,Module", p.pattern)
	if err != nil {
		return nil, err
	}
	var packages []listed
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, l)
	}
}

// leaf returns a file of the first package that nothing imports.
func leaf(packages []listed) string {
	imported := make(map[string]bool)
	for _, p := range packages {
		for _, path := range p.Imports {
			path, _, _ := strings.Cut(path, " ") // its variant for a test
			imported[path] = true
		}
	}
	for _, p := range packages {
		if !p.DepOnly && p.Module != nil && p.Module.Main && !imported[p.ImportPath] && len(p.GoFiles) > 0 && !filepath.IsAbs(p.GoFiles[0]) {
			return filepath.Join(p.Dir, p.GoFiles[0])
		}
	}
	return ""
}

// edit makes the leaf what it never was.
func (p *project) edit() error {
	p.edits++
	text := fmt.Appendf(p.text[:len(p.text):len(p.text)], "\nfunc _() { println(%d) }\n", p.edits)
	return os.WriteFile(p.leaf, text, 0o666)
}

func (p *project) remove() error {
	if p.name == std {
		return nil
	}
	return os.RemoveAll(p.dir)
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}
