package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// The states of what a program remembers.
const (
	cold = iota
	warm
	edited // a file of a package that no other imports
	root   // a file of the package that most others import has more lines
	fresh  // as cold, and nothing is compiled
	states
)

// A usage is what one run took. That of a run that there was not is zero.
type usage struct {
	user, wall time.Duration
	memory     int64 // bytes
}

// A program is what is measured.
type program struct {
	name   string
	args   []string // packages come after
	env    []string
	forget func() error // makes the next run cold
	failed int          // exit code from which on it could not analyse; 0 if that does not tell
	always bool         // it remembers nothing, every run is cold
}

// newPrograms returns the programs of the given names. What they remember is in
// folders in work, except for what the go command does.
func newPrograms(names []string, memlint, staticcheck, work string) ([]*program, error) {
	var programs []*program
	for _, name := range names {
		p := &program{name: name}
		cache := filepath.Join(work, "cache-"+name)
		p.forget = func() error { return os.RemoveAll(cache) }
		var err error
		switch name {
		case "null", "floor":
			var self string
			self, err = os.Executable()
			p.args = []string{self}
			p.env = []string{idleEnv + "=" + name, "MEMLINT_CACHE=off"}
			p.failed = 1
			p.always = true
		case "memlint":
			p.args = []string{memlint}
			p.env = []string{"MEMLINT_CACHE=" + cache}
			p.failed = 2
		case "staticcheck":
			p.args = []string{staticcheck}
			p.env = []string{"STATICCHECK_CACHE=" + cache}
			p.failed = 2
			// It wants the folder.
			p.forget = func() error { return errors.Join(os.RemoveAll(cache), os.Mkdir(cache, 0o777)) }
		case "vet":
			p.args = []string{"go", "vet", ""}
			p.forget = func() error {
				// To the go command, who asks with other flags has vetted
				// nothing yet. Nobody has a function of this name.
				p.args[2] = fmt.Sprintf("-printf.funcs=cost%d", time.Now().UnixNano())
				return nil
			}
		default:
			err = fmt.Errorf("no program %q; want null, floor, memlint, vet or staticcheck", name)
		}
		if err != nil {
			return nil, err
		}
		if p.args[0], err = exec.LookPath(p.args[0]); err != nil {
			return nil, err
		}
		if p.args[0], err = filepath.Abs(p.args[0]); err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return programs, nil
}

// measure runs the program in all states; with a build cache in which there is
// nothing, which takes minutes, only if wanted.
func (prog *program) measure(ctx context.Context, p *project, wantFresh bool) (used [states]usage, err error) {
	for state := range states {
		if prog.always && (state == warm || state == edited || state == root) {
			continue
		}
		var env []string
		switch state {
		case cold:
			err = prog.forget()
		case edited, root:
			f := p.edits[state]
			if f == nil {
				continue
			}
			err = f.edit()
		case fresh:
			if !wantFresh {
				continue
			}
			var dir string
			if dir, err = os.MkdirTemp("", "cost-gocache"); err != nil {
				return used, err
			}
			defer os.RemoveAll(dir)
			env = []string{"GOCACHE=" + dir}
			err = prog.forget()
		}
		if err != nil {
			return used, err
		}
		if used[state], err = prog.run(ctx, p, env); err != nil {
			return used, err
		}
	}
	return used, nil
}

// isVerdict reports whether the error of a run says that the program found
// something, not that it failed.
func (prog *program) isVerdict(err error) bool {
	exit := (*exec.ExitError)(nil)
	return errors.As(err, &exit) && exit.Exited() && (prog.failed == 0 || exit.ExitCode() < prog.failed)
}

// run runs the program once, in an environment with some more variables.
func (prog *program) run(ctx context.Context, p *project, env []string) (usage, error) {
	cmd := exec.CommandContext(ctx, prog.args[0], append(prog.args[1:len(prog.args):len(prog.args)], p.pattern)...)
	cmd.Dir = p.dir
	cmd.Env = slices.Concat(os.Environ(), prog.env, env)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr // all of it is read; what goes nowhere costs nothing to print
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if ctx.Err() != nil || err != nil && !prog.isVerdict(err) {
		return usage{}, fmt.Errorf("%s on %s: %w: %s", prog.name, p.name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS != "darwin" {
		memory <<= 10
	}
	return usage{cmd.ProcessState.UserTime(), wall, memory}, nil
}
