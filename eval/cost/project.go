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
	"slices"
	"strings"
)

// A project is what programs analyse.
type project struct {
	name    string
	dir     string
	pattern string        // of its packages
	edits   map[int]*file // what is edited in a state, nil if nothing can be
}

// A file is one that is edited.
type file struct {
	name  string
	text  []byte // as it was
	added func(n int) (before, after string)
	n     int // edits
}

// std is the project that is the standard library, which is not edited: it
// belongs to the Go that is installed.
const std = "std"

// newProject has export data of a project built. Files of it will be edited.
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
	leaf, core := choose(packages)
	if leaf == "" {
		return nil, fmt.Errorf("%s: each package is imported by another", arg)
	}
	p.edits = map[int]*file{
		edited: {name: leaf, added: func(n int) (before, after string) {
			return "", fmt.Sprintf("\nfunc _() { println(%d) }\n", n)
		}},
	}
	if core != "" {
		p.edits[root] = &file{name: core, added: func(n int) (before, after string) {
			return strings.Repeat("// edit\n", n) + "\n", ""
		}}
	}
	for _, f := range p.edits {
		if f.text, err = os.ReadFile(f.name); err != nil {
			return nil, err
		}
	}
	return p, nil
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

// choose returns a file of the first package that nothing imports, and one of the
// first of those that most packages of the project import, "" if there is none.
func choose(packages []listed) (leaf, core string) {
	users := make(map[string]int)
	for _, p := range packages {
		if !p.isOurs() {
			continue
		}
		for _, path := range p.Imports {
			path, _, _ := strings.Cut(path, " ") // its variant for a test
			users[path]++
		}
	}
	most := 0
	for _, p := range packages {
		if !p.isOurs() || p.DepOnly || len(p.GoFiles) == 0 || filepath.IsAbs(p.GoFiles[0]) {
			continue
		}
		name := filepath.Join(p.Dir, p.GoFiles[0])
		n := users[p.ImportPath]
		if n == 0 && leaf == "" {
			leaf = name
		}
		if n > most {
			core, most = name, n
		}
	}
	return leaf, core
}

func (l *listed) isOurs() bool { return l.Module != nil && l.Module.Main }

// edit makes the file what it never was.
func (f *file) edit() error {
	f.n++
	before, after := f.added(f.n)
	return os.WriteFile(f.name, slices.Concat([]byte(before), f.text, []byte(after)), 0o666)
}

// restore makes files what they were.
func (p *project) restore() error {
	var errs []error
	for _, f := range p.edits {
		if f.n > 0 {
			errs = append(errs, os.WriteFile(f.name, f.text, 0o666))
		}
	}
	return errors.Join(errs...)
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
