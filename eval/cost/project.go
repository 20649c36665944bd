package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A project is what programs analyse.
type project struct {
	name    string
	dir     string
	pattern string // of its packages
	leaf    string // file that is edited, "" if none can be
	text    []byte // of leaf
	edits   int
}

// std is the project that is the standard library, which is not edited: it
// belongs to the Go that is installed.
const std = "std"

// newProject has export data of a project built. A file of it will be edited.
func newProject(ctx context.Context, arg string) (*project, error) {
	if arg == std {
		out, err := goCommand(ctx, "", "env", "GOROOT")
		if err != nil {
			return nil, err
		}
		p := &project{name: std, dir: filepath.Join(strings.TrimSpace(string(out)), "src"), pattern: std}
		_, err = p.list(ctx)
		return p, err
	}
	dir, err := filepath.Abs(arg)
	if err != nil {
		return nil, err
	}
	p := &project{name: filepath.Base(dir), dir: dir, pattern: "./..."}
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

// restore makes the leaf what it was.
func (p *project) restore() error {
	if p.edits == 0 {
		return nil
	}
	return os.WriteFile(p.leaf, p.text, 0o666)
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
