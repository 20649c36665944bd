package growth

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// indexConsulted finds the lists that the package reads to do its work: a loop goes
// over data in them, or over functions and stops at one that answers; or a function
// is given list and question, and says yes or no. What adds to such a list sets the
// package up, as a rule: were there ever more, all would get ever slower. What is
// only put aside is read elsewhere or never, and functions that are all called in
// turn may be one of each object.
func (f *finder) indexConsulted() map[container]bool {
	lists := make(map[container]bool)
	add := func(list ssa.Value) {
		for _, r := range f.Refs(list) {
			if g, ok := r.Root.(*ssa.Global); ok {
				lists[container{g, r.Path}] = true
			}
		}
	}
	for _, fn := range f.IR.Funcs {
		if f.inTest(fn.Pos()) {
			continue
		}
		for _, l := range f.IR.Graph(fn).Loops {
			if over := l.Ranged(); over != nil && (isData(over.Type()) || len(l.Exits()) > 1) {
				add(over)
			}
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok && isBool(call.Type()) && len(call.Call.Args) == 2 {
					for _, arg := range call.Call.Args {
						if isData(arg.Type()) {
							add(arg)
						}
					}
				}
			}
		}
	}
	return lists
}

// isData reports whether a type is a list of texts, numbers or structs.
func isData(typ types.Type) bool {
	list, ok := typ.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	switch list.Elem().Underlying().(type) {
	case *types.Basic, *types.Struct:
		return true
	}
	return false
}

func isBool(typ types.Type) bool {
	b, ok := typ.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Bool
}
