package listenerleak

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/engine/ir"
)

// declared holds the pairs that the user names.
var declared pairs

func init() {
	Analyzer.Flags.Var(&declared, "pairs",
		"further `pairs` of a registering function and what undoes it, path.(*T).M:N or path.F:N, separated by commas")
}

// pairs is the value of a flag: registering functions, by their [keyOf], and
// the names of what undoes them.
type pairs struct {
	undo map[string][]string
	text string
}

// String returns the text that was set.
func (p *pairs) String() string { return p.text }

// Set reads "path.(*T).M:N" or "path.F:N", separated by commas.
func (p *pairs) Set(text string) error {
	undo := make(map[string][]string)
	for _, pair := range strings.Split(text, ",") {
		pair = strings.TrimSpace(pair)
		if pair == "" && strings.TrimSpace(text) == "" {
			continue // no pairs
		}
		add, remove, ok := strings.Cut(pair, ":")
		if !ok {
			return fmt.Errorf("%q has no colon: want FUNCTION:NAME", pair)
		}
		if !token.IsIdentifier(remove) {
			return fmt.Errorf("%q is not the name of a function or method", remove)
		}
		key, ok := parseKey(add)
		if !ok {
			return fmt.Errorf("%q is not a function: want path.F or path.(*T).M", add)
		}
		undo[key] = append(undo[key], remove)
	}
	p.undo, p.text = undo, text
	return nil
}

// parseKey returns the key of the function that is written path.F,
// path.(*T).M, path.(T).M, (*path.T).M or (path.T).M.
func parseKey(s string) (string, bool) {
	path, recv, fn := "", "", ""
	switch open, end := strings.IndexByte(s, '('), strings.LastIndexByte(s, ')'); {
	case open < 0 && end < 0:
		path, fn = cutLast(s)
	case open == 0 && end > 0:
		path, recv = cutLast(strings.TrimPrefix(s[1:end], "*"))
		fn = strings.TrimPrefix(s[end+1:], ".")
	case open > 1 && end > open && s[open-1] == '.':
		path, recv = s[:open-1], strings.TrimPrefix(s[open+1:end], "*")
		fn = strings.TrimPrefix(s[end+1:], ".")
	}
	recv, _, _ = strings.Cut(recv, "[") // type parameters
	if path == "" || strings.ContainsAny(path, " *()[]") || !token.IsIdentifier(fn) {
		return "", false
	}
	if recv == "" {
		return path + "." + fn, !strings.ContainsAny(s, "()")
	}
	return path + ".(" + recv + ")." + fn, token.IsIdentifier(recv)
}

// cutLast cuts a qualified name at the dot before the name.
func cutLast(s string) (path, name string) {
	s, params, _ := strings.Cut(s, "[")
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s
	}
	if params != "" {
		params = "[" + params
	}
	return s[:i], s[i+1:] + params
}

// keyOf returns the name of a function as path.F or path.(T).M: without the
// star and the type parameters of the receiver, of which there is only one
// kind for each T.
func keyOf(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ir.ImportPath(fn.Pkg()) + "." + fn.Name()
	}
	return ir.ImportPath(fn.Pkg()) + ".(" + typeName(recv.Type()) + ")." + fn.Name()
}

// unknown returns an error for the first declared pair whose package is pkg
// and has no such function, so that a typing error does not pass for silence.
func (p *pairs) unknown(pkg *types.Package) error {
	for _, key := range slices.Sorted(maps.Keys(p.undo)) {
		rest, ok := strings.CutPrefix(key, pkg.Path()+".")
		if !ok {
			continue
		}
		if strings.Contains(rest, ".") != strings.HasPrefix(rest, "(") {
			continue // of a package whose path begins like this one
		}
		fn := function(pkg, rest)
		if fn == nil {
			return fmt.Errorf("-listenerleak.pairs: package %s has no function %s", pkg.Path(), rest)
		}
		if own := keyOf(fn); own != key {
			return fmt.Errorf("-listenerleak.pairs: %s is promoted: the method is %s", key, own)
		}
		for _, name := range p.undo[key] {
			if _, ok := named(fn, []string{name}); !ok {
				return fmt.Errorf("-listenerleak.pairs: %s has no other half %s", key, name)
			}
		}
	}
	return nil
}

// function returns what "F" or "(T).M" names in a package, or nil.
func function(pkg *types.Package, name string) *types.Func {
	recv, method, ok := strings.Cut(strings.TrimPrefix(name, "("), ").")
	if !ok {
		fn, _ := pkg.Scope().Lookup(name).(*types.Func)
		return fn
	}
	tn, ok := pkg.Scope().Lookup(recv).(*types.TypeName)
	if !ok {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(tn.Type(), true, pkg, method)
	fn, _ := obj.(*types.Func)
	return fn
}
