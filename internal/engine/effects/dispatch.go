package effects

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A package variable of interface type that only ever holds one type is a
// name for a value of that type: calls through it are no calls of unknown
// code. Singletons are often written so.

// indexDynamic finds the one type whose values each package variable of
// interface type holds. Exported variables may get others elsewhere; what tests
// put there is not what the program has.
func (t *table) indexDynamic() {
	t.dynamic = make(map[*ssa.Global]types.Type)
	for _, fn := range t.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				g, ok := st.Addr.(*ssa.Global)
				if !ok || token.IsExported(g.Name()) || !types.IsInterface(st.Val.Type()) || t.byTest(st, g.Pos()) {
					continue
				}
				var typ types.Type // nil for more than one
				if made, ok := st.Val.(*ssa.MakeInterface); ok {
					typ = made.X.Type()
				}
				if have, known := t.dynamic[g]; known && (have == nil || typ == nil || !types.Identical(have, typ)) {
					typ = nil
				}
				t.dynamic[g] = typ
			}
		}
	}
}

// implementation returns the method that a call through an interface runs if
// the interface value is that of a package variable that holds values of one
// type, else nil.
func (t *table) implementation(call *ssa.CallCommon) *types.Func {
	load, ok := call.Value.(*ssa.UnOp)
	if !ok || !isLoad(load) {
		return nil
	}
	g, ok := load.X.(*ssa.Global)
	if !ok || t.dynamic[g] == nil {
		return nil
	}
	sel := types.NewMethodSet(t.dynamic[g]).Lookup(call.Method.Pkg(), call.Method.Name())
	if sel == nil || len(sel.Index()) > 1 {
		return nil // a promoted method has another receiver
	}
	fn, _ := sel.Obj().(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}
