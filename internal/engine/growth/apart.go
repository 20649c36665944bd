package growth

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// mayBe reports whether the types of a package variable allow what an event says of a
// container: values in one list are not told apart, and what happens to one of them seems to
// happen to all.
func (f *finder) mayBe(c container, e *effects.Event) bool {
	if st, ok := e.Instr.(*ssa.Store); ok && c.path == nil && !e.Via {
		_, list := st.Val.Type().Underlying().(*types.Slice)
		return !list || f.mayHave(c.global, func(typ types.Type) bool { return mayHold(typ, st.Val.Type(), make(map[types.Type]bool)) })
	}
	if c.path == nil {
		return true
	}
	first := c.path
	for first.Parent() != nil {
		first = first.Parent()
	}
	return first.IsElem() || f.mayHave(c.global, func(typ types.Type) bool {
		s, ok := typ.Underlying().(*types.Struct)
		return ok && slices.ContainsFunc(slices.Collect(s.Fields()), func(of *types.Var) bool { return of.Name() == c.path.Fields()[0] })
	})
}

// mayHave reports whether a package variable may have, or point to, a value of a type that is
// like that. An interface has what is stored in it, if all of that is in sight.
func (f *finder) mayHave(g *ssa.Global, like func(types.Type) bool) bool {
	typ := g.Type().(*types.Pointer).Elem()
	if !types.IsInterface(typ) {
		return like(pointee(typ))
	}
	if f.exported(g) {
		return true
	}
	sets := f.Sets(g)
	return len(sets) == 0 || slices.ContainsFunc(sets, func(st *ssa.Store) bool {
		val := ir.Unwrap(st.Val).Type()
		return types.IsInterface(val) || like(pointee(val))
	})
}

func pointee(typ types.Type) types.Type {
	if ptr, ok := typ.Underlying().(*types.Pointer); ok {
		return ptr.Elem()
	}
	return typ
}
