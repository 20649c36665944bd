package effects

import (
	_ "embed"
	"fmt"
	"go/types"
	"strings"
	"sync"
)

// std.txt says what functions of the standard library do, one function a
// line in the form of [Op.String]: the part of it that the analyses need.
// TestStd checks that every name exists and every parameter index fits.
//
//go:embed std.txt
var stdText string

// pure holds the packages whose functions neither keep nor change what they
// get, where std.txt says nothing else.
var stdTable = sync.OnceValues(func() (funcs map[string]*Summary, pure map[string]bool) {
	funcs, pure = make(map[string]*Summary), make(map[string]bool)
	for line := range strings.Lines(stdText) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if pkgs, ok := strings.CutPrefix(line, "pure "); ok {
			for _, p := range strings.Fields(pkgs) {
				pure[p] = true
			}
			continue
		}
		name, ops, ok := strings.Cut(line, ": ")
		if !ok {
			panic("std.txt: no colon: " + line)
		}
		sum := new(Summary)
		for _, text := range strings.Split(ops, ", ") {
			if text == "noreturn" {
				sum.NoReturn = true
			} else if text != "none" {
				sum.Ops = append(sum.Ops, parseOp(text))
			}
		}
		for _, n := range expand(name) {
			funcs[n] = sum
		}
	}
	return funcs, pure
})

// expand returns the names that a{b,c}d{e,f} stands for.
func expand(name string) []string {
	head, rest, ok := strings.Cut(name, "{")
	if !ok {
		return []string{name}
	}
	alts, tail, _ := strings.Cut(rest, "}")
	var names []string
	for _, alt := range strings.Split(alts, ",") {
		names = append(names, expand(head+alt+tail)...)
	}
	return names
}

// parseOp is the inverse of [Op.String].
func parseOp(text string) Op {
	op := Op{Param: -1, To: -1, Key: -1}
	if rest, ok := strings.CutPrefix(text, "go "); ok {
		op.Mode, text = Spawned, rest
	}
	subject, to, _ := strings.Cut(text, " -> ")
	words := strings.Fields(subject)
	for k, name := range kindNames {
		if name == words[0] {
			op.Kind = Kind(k)
		}
	}
	if op.Kind == 0 || len(words) < 2 {
		panic("std.txt: bad effect: " + text)
	}
	if op.Kind == Fill {
		op.To = int(words[1][1] - '0')
		return op
	}
	op.Param, op.Path = parsePlace(words[1])
	switch {
	case op.Kind == Grow && len(words) > 3:
		op.Key, op.KeyPath = parsePlace(words[3])
	case len(words) > 2:
		op.Name = words[2]
	}
	if holder, ok := strings.CutPrefix(to, "@"); ok {
		op.Holder = strings.ReplaceAll(holder, "_", " ")
	} else if to != "" {
		op.To, op.ToPath = parsePlace(to)
	}
	return op
}

// parsePlace reads "p1.field" or "r0": an index and a path.
func parsePlace(s string) (int, string) {
	var index int
	if _, err := fmt.Sscanf(s[1:], "%d", &index); err != nil {
		panic("std.txt: bad place: " + s)
	}
	return index, strings.TrimLeft(s[1:], "0123456789")
}

// stdSummary returns what std.txt says of a function, or nil.
func stdSummary(fn *types.Func) *Summary {
	if fn.Pkg() == nil {
		return nil
	}
	path := fn.Pkg().Path()
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
		return nil
	}
	funcs, pure := stdTable()
	if sum := funcs[fn.FullName()]; sum != nil {
		return sum
	}
	if pure[path] {
		return &Summary{}
	}
	return nil
}
