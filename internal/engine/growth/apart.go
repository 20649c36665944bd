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
	for at := c.path; at != nil; at = at.Parent() {
		if typ := typeAt(container{c.global, at}); typ != nil && isBasic(typ) {
			return false // a text has no elements
		}
	}
	if s, ok := c.global.Type().(*types.Pointer).Elem().Underlying().(*types.Struct); ok && !first.IsElem() && !f.exported(c.global) {
		field := slices.IndexFunc(slices.Collect(s.Fields()), func(of *types.Var) bool { return of.Origin() == first.Field() })
		if !f.holds()[part{c.global, field}] && !f.holds()[part{c.global, whole}] {
			return false
		}
	}
	return first.IsElem() || f.mayHave(c.global, func(typ types.Type) bool {
		s, ok := typ.Underlying().(*types.Struct)
		return ok && slices.ContainsFunc(slices.Collect(s.Fields()), func(of *types.Var) bool { return of.Name() == c.path.Fields()[0] })
	})
}

// A part is a field of the struct that is a package variable.
type part struct {
	global *ssa.Global
	field  int // or whole
}

const (
	whole = -1
	none  = -2
)

// indexHolds finds the parts of package variables that something is put into, or may be: they are
// set to more than a zero value, or their address is used for more than to load. What else has
// such a struct got a copy, and what that gets is not in the variable.
func (f *finder) indexHolds() map[part]bool {
	holds := make(map[part]bool)
	var operands []*ssa.Value
	for _, fn := range f.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				for _, op := range operands {
					g, ok := (*op).(*ssa.Global)
					if !ok {
						continue
					}
					if lit := literalAt(instr); lit != nil {
						for _, use := range *lit.Referrers() {
							holds[part{g, filledBy(use, lit)}] = true
						}
						continue
					}
					holds[part{g, filledBy(instr, g)}] = true
				}
			}
		}
	}
	return holds
}

// literalAt returns the variable in which a struct was made that a store copies, or nil.
func literalAt(instr ssa.Instruction) *ssa.Alloc {
	st, ok := instr.(*ssa.Store)
	if !ok {
		return nil
	}
	load, ok := st.Val.(*ssa.UnOp)
	if !ok {
		return nil
	}
	lit, _ := load.X.(*ssa.Alloc)
	return lit
}

// filledBy returns the field of a struct that the use of its address may put something into.
func filledBy(use ssa.Instruction, addr ssa.Value) int {
	switch use := use.(type) {
	case *ssa.UnOp, *ssa.DebugRef:
		return none
	case *ssa.Store:
		if zero, ok := use.Val.(*ssa.Const); ok && zero.Value == nil && use.Addr == addr {
			return none
		}
	case *ssa.FieldAddr:
		if !slices.ContainsFunc(*use.Referrers(), func(inner ssa.Instruction) bool { return filledBy(inner, use) != none }) {
			return none
		}
		return use.Field
	}
	return whole
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
