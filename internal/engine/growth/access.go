package growth

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// An access is how a key is made from something: by fields, methods and functions.
type access struct {
	root ssa.Value
	path string
	by   []step // from the key to the root
}

// A step is a value on the way from a root to a key.
type step struct {
	typ  types.Type
	path string // from the value to the key
}

// maxAccess bounds how many steps of an access are followed.
const maxAccess = 12

// accessOf returns how a key is made; ok is false if it is made of several things, or in
// a way that is not followed.
func accessOf(v ssa.Value) (a access, ok bool) {
	pass := func(name string, x ssa.Value) {
		a.path = name + a.path
		a.by = append(a.by, step{plain(x.Type()), a.path})
		v = x
	}
	for range maxAccess {
		switch x := v.(type) {
		case *ssa.Parameter, *ssa.Lookup, *ssa.Extract, *ssa.TypeAssert:
			a.root = x
			return a, true
		case *ssa.Convert:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.UnOp:
			if x.Op != token.MUL {
				return a, false
			}
			v = x.X
		case *ssa.FieldAddr:
			pass("."+effects.FieldOf(x.X, x.Field).Name(), x.X)
		case *ssa.Field:
			pass("."+effects.FieldOf(x.X, x.Field).Name(), x.X)
		case *ssa.IndexAddr:
			if _, fixed := x.Index.(*ssa.Const); !fixed {
				a.root = x // one element or another
				return a, true
			}
			pass("[]", x.X)
		case *ssa.Call:
			args := ir.Args(&x.Call)
			callee := ir.Callee(&x.Call)
			if callee == nil || len(args) == 0 || callee.Signature().Recv() != nil && len(args) > 1 || !isBasic(x.Type()) && callee.Signature().Recv() == nil {
				return a, false
			}
			pass("."+callee.Name()+"()", args[0])
		case *ssa.Alloc:
			stored := soleStore(x)
			if stored == nil {
				return a, false
			}
			v = stored
		default:
			return a, false
		}
	}
	return a, false
}

// otherKey reports whether a delete takes out under another key than the one under
// which a way in puts in: another part of a value of the same type.
func (f *fields) otherKey(out, in *effects.Event) bool {
	key, callee := keyOf(in)
	del := f.deletes(out)
	if key == nil || callee || del == nil {
		return false
	}
	put, ok1 := accessOf(key)
	take, ok2 := accessOf(del)
	if !ok1 || !ok2 {
		return false
	}
	if of := plain(put.root.Type()); !isBasic(of) {
		// The same struct may be a part of what the delete has.
		i := slices.IndexFunc(take.by, func(s step) bool { return types.Identical(s.typ, of) })
		return i >= 0 && take.by[i].path != put.path
	}
	// The texts need not be the same: callers that are in sight say what they are.
	return types.Identical(put.root.Type(), take.root.Type()) && put.path != take.path &&
		f.fromOutside(put.root, 0) && f.fromOutside(take.root, 0) && (put.path == "" || take.path == "") && !f.tellsAbsent(out, del)
}

// tellsAbsent reports whether a function that deletes a key has looked for it before, itself or by
// another one that knows the container, and may fail: it says so if nothing is there under the key.
func (f *fields) tellsAbsent(out *effects.Event, del ssa.Value) bool {
	results := out.Func().Signature.Results()
	c, ok := f.keptAt(out.Ref.Path)
	if !ok || results.Len() == 0 || !ir.IsError(results.At(results.Len()-1).Type()) {
		return false
	}
	if f.asksFirst(out) {
		return true
	}
	for b := range ir.Dominators(out.Instr.Block()) {
		for _, instr := range b.Instrs {
			if instr == out.Instr {
				break
			}
			call, ok := instr.(*ssa.Call)
			if ok && f.IR.Static(&call.Call) != nil && slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool { return sameValue(arg, del) }) && f.loads(f.IR.Static(&call.Call), c) {
				return true
			}
		}
	}
	return false
}

// plain returns the type that a pointer points to, or typ itself.
func plain(typ types.Type) types.Type {
	if ptr, ok := typ.Underlying().(*types.Pointer); ok {
		return ptr.Elem()
	}
	return typ
}

// fromOutside reports whether a value is a parameter that only other packages give.
func (f *fields) fromOutside(v ssa.Value, depth int) bool {
	param, ok := v.(*ssa.Parameter)
	if !ok || depth > maxUp || param.Parent().Parent() != nil {
		return false
	}
	fn := param.Parent()
	uses := f.Uses(fn)
	if token.IsExported(fn.Name()) {
		return len(uses) == 0
	}
	i := slices.Index(fn.Params, param)
	return len(uses) > 0 && f.onlyCalled(fn) && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		return !f.fromOutside(ir.Args(use.(ssa.CallInstruction).Common())[i], depth+1)
	})
}

func isBasic(typ types.Type) bool {
	_, basic := typ.Underlying().(*types.Basic)
	return basic
}

// soleStore returns what a variable is set to, if that is one value.
func soleStore(cell *ssa.Alloc) (v ssa.Value) {
	for _, use := range *cell.Referrers() {
		if st, ok := use.(*ssa.Store); ok && st.Addr == cell {
			if v != nil {
				return nil
			}
			v = st.Val
		}
	}
	return v
}
