package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// licenses returns the licenses of all that a program is built from, besides its own: who
// hands on the program has to hand on these.
func licenses(src, program string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	args := []string{"list", "-mod=readonly", "-m", "-f", "{{.Path}} {{.Version}}\t{{.Dir}}"}
	for _, m := range info.Deps {
		args = append(args, m.Path)
	}
	listed, err := goOutput(src, args...)
	if err != nil {
		return nil, err
	}
	goroot, err := goOutput(src, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for line := range strings.Lines(info.GoVersion + ", the standard library\t" + goroot + "\n" + listed) {
		name, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		var texts []string
		for _, pattern := range []string{"LICENSE*", "NOTICE*"} {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return nil, err
			}
			texts = append(texts, found...)
		}
		if len(texts) == 0 {
			return nil, fmt.Errorf("no license of %s in %s", name, dir)
		}
		for _, file := range texts {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&out, "=== %s: %s\n\n%s\n\n", name, filepath.Base(file), bytes.TrimSpace(text))
		}
	}
	return out.Bytes(), nil
}

// goOutput runs the go command in a folder and returns what it prints.
func goOutput(dir string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
