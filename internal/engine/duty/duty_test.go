package duty

import (
	"go/importer"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/types/typeutil"
)

// TestStd checks std.txt against the standard library of the toolchain: the functions exist,
// with the values that they owe, and the methods that give those back.
func TestStd(t *testing.T) {
	imp := importer.ForCompiler(token.NewFileSet(), "gc", nil)
	byName := make(map[string]*types.Func)
	imported := make(map[string]bool)
	load := func(path string) {
		if imported[path] {
			return
		}
		imported[path] = true
		pkg, err := imp.Import(path)
		if err != nil {
			t.Error(err)
			return
		}
		for _, name := range pkg.Scope().Names() {
			switch obj := pkg.Scope().Lookup(name).(type) {
			case *types.Func:
				byName[obj.FullName()] = obj
			case *types.TypeName:
				for _, sel := range typeutil.IntuitiveMethodSet(obj.Type(), nil) {
					fn := sel.Obj().(*types.Func)
					byName[fn.FullName()] = fn
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(stdTable())) {
		path := strings.TrimLeft(name, "(*")
		slash := strings.LastIndexByte(path, '/') + 1
		pkg, _, _ := strings.Cut(path[slash:], ".")
		load(path[:slash] + pkg)
		fn := byName[name]
		if fn == nil {
			t.Errorf("%s does not exist", name)
			continue
		}
		for _, d := range stdTable()[name] {
			typ := owing(fn.Signature(), d)
			if typ == nil {
				t.Errorf("%s: nothing is at %s", name, d)
				continue
			}
			if _, fun := typ.Underlying().(*types.Signature); fun != (d.Ends == nil) {
				t.Errorf("%s: %s is of type %s", name, d, typ)
			}
			for _, end := range d.Ends {
				// What ends a process may be a method of its part Process.
				if m, _, _ := types.LookupFieldOrMethod(typ, true, fn.Pkg(), end); m == nil && d.Behind != Process {
					t.Errorf("%s: %s has no method %s", name, typ, end)
				}
			}
			if d.Parent >= 0 && fn.Signature().Params().At(d.Parent).Type().String() != "context.Context" {
				t.Errorf("%s: parameter %d is no context", name, d.Parent)
			}
		}
	}
}

// owing returns the type of what a debt is about, or nil if there is nothing.
func owing(sig *types.Signature, d Debt) types.Type {
	if d.Param >= 0 {
		return sig.Recv().Type() // all that there are so far
	}
	if d.Result >= sig.Results().Len() {
		return nil
	}
	typ := sig.Results().At(d.Result).Type()
	for _, name := range strings.Split(d.Path, ".")[1:] {
		obj, _, _ := types.LookupFieldOrMethod(typ, true, nil, name)
		if obj == nil {
			return nil
		}
		typ = obj.Type()
	}
	return typ
}

// TestText checks that a debt is read as it is written.
func TestText(t *testing.T) {
	for _, table := range []map[string][]Debt{stdTable(), modulesTable()} {
		for name, debts := range table {
			for _, d := range debts {
				if got := parseDebt(d.String()); got.String() != d.String() || got.Parent != d.Parent || got.Path != d.Path {
					t.Errorf("%s: %q is read as %q", name, d, got)
				}
			}
		}
	}
	if len(modulesTable()) == 0 {
		t.Error("no function of another module is known")
	}
}
