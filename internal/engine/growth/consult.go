package growth

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// isRules reports whether a container is a list of what may be a rule: texts,
// numbers or functions.
func isRules(typ types.Type) bool {
	if typ == nil {
		return false
	}
	list, ok := typ.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	switch list.Elem().Underlying().(type) {
	case *types.Basic, *types.Signature:
		return true
	}
	return false
}

// indexConsulted finds the lists in which the package looks for the one element
// that answers a question: a loop over them can end early, or a function is given
// list and question and says yes or no. What adds to such a list sets it up: a list
// that grew without end would answer ever more slowly.
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
			if over := l.Ranged(); over != nil && isRules(over.Type()) && len(l.Exits()) > 1 {
				add(over)
			}
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok && isBool(call.Type()) && len(call.Call.Args) == 2 {
					for _, arg := range call.Call.Args {
						if isRules(arg.Type()) {
							add(arg)
						}
					}
				}
			}
		}
	}
	return lists
}

func isBool(typ types.Type) bool {
	b, ok := typ.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Bool
}
