package growth

import (
	"go/token"
	"go/types"

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
