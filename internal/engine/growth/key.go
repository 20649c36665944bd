package growth

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// onlyIfAbsent returns the key, or element, that a container was found not to have
// where an instruction runs, or nil: what is added then is added once per key.
func onlyIfAbsent(instr ssa.Instruction) ssa.Value {
	for b := range ir.Dominators(instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cond, absent := br.Cond, pred.Succs[1]
		if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
			cond, absent = not.X, pred.Succs[0]
		}
		if x, edge, ok := ir.NilEdge(pred); ok {
			cond, absent = x, edge.To()
		}
		if ext, ok := cond.(*ssa.Extract); ok {
			cond = ext.Tuple
		}
		if absent != b {
			continue
		}
		switch look := cond.(type) {
		case *ssa.Lookup:
			if _, isMap := look.X.Type().Underlying().(*types.Map); isMap {
				return look.Index
			}
		case *ssa.Call:
			if callee := ir.Callee(&look.Call); callee != nil && asksFor[callee.FullName()] {
				return look.Call.Args[1]
			}
		}
	}
	return nil
}

// searched reports whether an instruction runs only where a list was looked through for
// something: what is added is added once for each.
func (f *finder) searched(instr ssa.Instruction, e *effects.Event) bool {
	for b := range ir.Dominators(instr.Block().Idom()) {
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cond := br.Cond
		if cmp, ok := cond.(*ssa.BinOp); ok {
			cond = cmp.X
		}
		if call, ok := cond.(*ssa.Call); ok {
			callee := ir.Callee(&call.Call)
			if callee != nil && (callee.FullName() == "slices.IndexFunc" || callee.FullName() == "slices.ContainsFunc") && f.samePlace(call.Call.Args[0], e) {
				return true
			}
		}
	}
	return false
}

// asksFor are the functions that tell whether a container has their second
// argument.
var asksFor = map[string]bool{"(*sync.Map).Load": true, "(*sync.Map).LoadOrStore": true, "slices.Contains": true}

// keyed reports whether the elements of a container have keys.
func keyed(typ types.Type) bool {
	if typ == nil {
		return false
	}
	if n := ir.Named(typ); n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync" && n.Obj().Name() == "Map" {
		return true
	}
	_, is := typ.Underlying().(*types.Map)
	return is
}

// keyOf returns the key of a growth, nil if it is not in sight: as the function
// of the event has it or, if callee is set, the one that this calls.
func keyOf(e *effects.Event) (key ssa.Value, callee bool) {
	if e.Key != nil {
		return e.Key, false
	}
	put := grows(e)
	switch instr := put.(type) {
	case *ssa.MapUpdate:
		key = instr.Key
	case ssa.CallInstruction:
		if fn := ir.Callee(instr.Common()); fn != nil && syncMapPuts[fn.FullName()] {
			key = instr.Common().Args[1]
		}
	}
	if key == nil || put == e.Instr {
		return key, false
	}
	if calleeOf(e) != nil {
		return key, true
	}
	return nil, false
}

// calleeOf returns the call that runs the function which grows the container; nil
// if that is called by others in turn, whose values are not told apart.
func calleeOf(e *effects.Event) ssa.CallInstruction {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	if fn, ok := call.Common().Value.(*ssa.Function); ok && ir.Outermost(grows(e).Parent()).Object() == fn.Object() {
		return call
	}
	return nil
}

// leakingKey reports whether the keys of a map are of a kind that always comes
// anew: pointers and what may hold them.
func leakingKey(typ types.Type) bool {
	if typ == nil {
		return false
	}
	m, ok := typ.Underlying().(*types.Map)
	if !ok {
		return false
	}
	switch m.Key().Underlying().(type) {
	case *types.Pointer, *types.Chan, *types.Interface:
		return !evidence.Describes(m.Key())
	}
	return false
}

// mayHoldData reports whether what a container keeps are interface values or structs,
// which may be listeners or data.
func mayHoldData(typ types.Type) bool {
	for {
		switch u := typ.Underlying().(type) {
		case *types.Map:
			typ = u.Elem()
		case *types.Slice:
			typ = u.Elem()
		case *types.Interface, *types.Struct:
			return true
		default:
			return false
		}
	}
}
