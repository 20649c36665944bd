package driver

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A package with tests is there twice: as its tests see it, which is what gets
// reported, and as other packages see it, of which only facts are wanted. The
// first has all that the second has. To load and analyse the files that both
// have only once, the second takes its facts from the first: those about what
// the other files declare. (Analyzers see to it that tests make no difference
// to these.)
//
// It cannot where the tests import a package that waits for the facts, since
// the one has to be done before the other; where test files declare methods of
// types of other files, since then objects do not have the same paths; and where
// a fact is about the package as a whole.

// share finds the units that take their facts from a test variant, and puts the
// units in an order in which each comes after those it waits for.
func (pl *plan) share() {
	variants := make(map[string]*unit)
	for _, u := range pl.units {
		if u.ForTest != "" && u.path() == u.ForTest {
			variants[u.ForTest] = u
		}
	}
	for _, u := range pl.units {
		if !u.reported {
			u.source = variants[u.ImportPath]
		}
	}
	cycle := cycles(pl.units)
	for _, u := range pl.units {
		switch v := u.source; {
		case v == nil:
		case cycle[u] == cycle[v]:
			u.source = nil
		default:
			v.lends = true
			v.users = append(v.users, u)
			u.waiting++
		}
	}

	var order []*unit
	placed := make(map[*unit]bool)
	var place func(u *unit)
	place = func(u *unit) {
		if !placed[u] {
			placed[u] = true
			u.eachBefore(place)
			order = append(order, u)
		}
	}
	for _, u := range pl.units {
		place(u)
	}
	pl.units = order
	for i, u := range pl.units {
		u.index = i
	}
}

// eachBefore calls f for each unit that u waits for.
func (u *unit) eachBefore(f func(*unit)) {
	for _, d := range u.deps {
		f(d)
	}
	if u.source != nil {
		f(u.source)
	}
}

// cycles returns the same number for units that wait for each other, directly or
// not, and different ones for others (Tarjan's algorithm).
func cycles(units []*unit) map[*unit]int {
	cycle := make(map[*unit]int)
	order := make(map[*unit]int) // in which they were met, from 1
	first := make(map[*unit]int) // the order of the first unit found to be waited for
	var open []*unit             // not yet known to be in a cycle or in none
	var visit func(u *unit)
	visit = func(u *unit) {
		order[u] = len(order) + 1
		first[u] = order[u]
		open = append(open, u)
		u.eachBefore(func(d *unit) {
			if order[d] == 0 {
				visit(d)
				first[u] = min(first[u], first[d])
			} else if cycle[d] == 0 {
				first[u] = min(first[u], order[d])
			}
		})
		for first[u] == order[u] && cycle[u] == 0 {
			last := open[len(open)-1]
			open = open[:len(open)-1]
			cycle[last] = order[u]
		}
	}
	for _, u := range units {
		if order[u] == 0 {
			visit(u)
		}
	}
	return cycle
}

// taken returns the outcome of a unit that takes its facts from another, nil if
// it has to be analysed itself.
func (u *unit) taken() *outcome {
	if u.source == nil || u.source.lent == nil {
		return nil
	}
	return &outcome{facts: *u.source.lent}
}

// lend returns the facts for those who see the package without its tests, nil
// if there is nobody or the facts do not fit.
func (r *analysisRun) lend() (*[]byte, error) {
	if !r.unit.lends || r.facts.ofPackage() || r.addsMethods() {
		return nil, nil
	}
	facts, err := r.facts.encode(func(obj types.Object) bool { return !r.ofTest(obj.Pos()) })
	return &facts, err
}

func (r *analysisRun) ofTest(pos token.Pos) bool {
	file := r.fset.File(pos)
	return file != nil && strings.HasSuffix(file.Name(), "_test.go")
}

// addsMethods reports whether a test file declares a method of a type that
// another file declares.
func (r *analysisRun) addsMethods() bool {
	for _, f := range r.files {
		if !r.ofTest(f.FileStart) {
			continue
		}
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			obj, ok := r.info.Defs[fn.Name].(*types.Func)
			if !ok {
				continue
			}
			typ := types.Unalias(obj.Signature().Recv().Type())
			if p, ok := typ.(*types.Pointer); ok {
				typ = types.Unalias(p.Elem())
			}
			if n, ok := typ.(*types.Named); !ok || !r.ofTest(n.Obj().Pos()) {
				return true
			}
		}
	}
	return false
}
