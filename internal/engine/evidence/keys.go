package evidence

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Some keys come and go by what they are, wherever they come from.

// isKey reports whether a value may be a key itself, and not only what it is made from.
func (l *Leak) isKey(v ssa.Value) bool {
	return l.Needs.Path == "" && slices.ContainsFunc(l.Needs.Many, func(key ssa.Value) bool {
		return types.Identical(ir.Unconvert(key).Type(), ir.Unconvert(v).Type())
	})
}

// ends reports whether a key is an object that has an end, such as a connection: it is another
// one each time.
func (p *Package) ends(key ssa.Value) bool {
	typ := ir.Unconvert(key).Type()
	switch u := typ.Underlying().(type) {
	case *types.Pointer:
		if n := ir.Named(typ); n == nil || !isStruct(n) {
			return false
		}
	case *types.Interface:
		if u.NumMethods() == 0 {
			return false
		}
	default:
		return false
	}
	return effects.TeardownOf(typ) != nil
}

func isStruct(n *types.Named) bool {
	_, is := n.Underlying().(*types.Struct)
	return is
}

// comeAndGo reports whether a key is of a type that the package has defined, or has from
// another one, and of which it takes the keys out of two maps or more, and of half of those that get them: of what
// that names there comes always more.
func (p *Package) comeAndGo(key ssa.Value) bool {
	n, ok := types.Unalias(ir.Unconvert(key).Type()).(*types.Named)
	return ok && p.goingKeys()[n.Origin().Obj()]
}

// indexGoingKeys finds the types that comeAndGo is true of.
func (p *Package) indexGoingKeys() map[*types.TypeName]bool {
	type maps struct{ grow, lose map[*types.Var]bool }
	of := make(map[*types.TypeName]maps)
	for _, e := range p.Events() {
		f := e.Ref.Path.Field()
		if f == nil || f.Pkg() != p.pass.Pkg || e.Ref.Path.IsElem() || e.Kind != effects.Grow && e.Kind != effects.Shrink || p.inTest(e.Func()) {
			continue
		}
		m, ok := f.Type().Underlying().(*types.Map)
		if !ok {
			continue
		}
		n, ok := types.Unalias(m.Key()).(*types.Named)
		if !ok {
			continue
		}
		switch n.Underlying().(type) {
		case *types.Pointer, *types.Interface:
			continue
		}
		t := n.Origin().Obj()
		if of[t].grow == nil {
			of[t] = maps{make(map[*types.Var]bool), make(map[*types.Var]bool)}
		}
		switch {
		case e.Kind == effects.Grow:
			of[t].grow[f.Origin()] = true
		case p.takesOut(e) && !p.InTeardown(ir.Outermost(e.Func())):
			of[t].lose[f.Origin()] = true
		}
	}
	going := make(map[*types.TypeName]bool)
	for t, m := range of {
		going[t] = len(m.lose) >= 2 && 2*len(m.lose) >= len(m.grow)
	}
	return going
}
