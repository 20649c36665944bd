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
func accessOf(v ssa.Value) (a access, ok bool) { return accessAt(v, 0) }

func accessAt(v ssa.Value, depth int) (a access, ok bool) {
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
			if of := written(x); of != nil {
				v = of
				continue
			}
			args := ir.Args(&x.Call)
			callee := ir.Callee(&x.Call)
			if callee == nil || len(args) == 0 || callee.Signature().Recv() != nil && len(args) > 1 || !isBasic(x.Type()) && callee.Signature().Recv() == nil {
				return a, false
			}
			switch path, known := partGiven(x.Call.StaticCallee(), depth); {
			case !known:
				pass("."+callee.Name()+"()", args[0])
			case path == "":
				v = args[0]
			default:
				pass(path, args[0])
			}
		case *ssa.Alloc:
			if stored := soleStore(x); stored != nil {
				v = stored
				continue
			}
			a.root = x
			return a, isStruct(plain(x.Type()))
		default:
			return a, false
		}
	}
	return a, false
}

// partGiven returns the path to the part of its receiver that a method returns; known is
// false if it returns something else.
func partGiven(fn *ssa.Function, depth int) (path string, known bool) {
	if fn == nil || fn.Signature.Recv() == nil || depth == maxUp {
		return "", false
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		a, ok := accessAt(ret.Results[0], depth+1)
		if !ok || a.root != fn.Params[0] || known && path != a.path {
			return "", false
		}
		path, known = a.path, true
	}
	return path, known
}

// written returns the one thing of which a call writes a text, as it does a number; nil if
// it does something else, or there are several.
func written(call *ssa.Call) (of ssa.Value) {
	callee := ir.Callee(&call.Call)
	if callee == nil || !writesText[callee.FullName()] {
		return nil
	}
	for _, arg := range call.Call.Args {
		given := []ssa.Value{arg}
		if list, ok := ir.Variadic(arg); ok {
			given = list
		}
		for _, v := range given {
			if _, constant := ir.Unwrap(v).(*ssa.Const); constant {
				continue
			}
			if of != nil {
				return nil
			}
			of = v
		}
	}
	return of
}

var writesText = map[string]bool{
	"fmt.Sprint": true, "fmt.Sprintf": true, "strconv.Itoa": true, "strconv.FormatInt": true, "strconv.FormatUint": true,
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
		return i >= 0 && take.by[i].path != put.path && f.apart(put, access{root: take.root, path: take.by[i].path})
	}
	// The texts need not be the same: callers that are in sight say what they are.
	return types.Identical(put.root.Type(), take.root.Type()) && put.path != take.path &&
		f.fromOutside(put.root, 0) && f.fromOutside(take.root, 0) && (put.path == "" || take.path == "") && !f.tellsAbsent(out, del)
}

// apart reports whether two parts of values of one type are not known to be the same. Of what
// a function makes both have to be in sight: a message names another one by what that
// does not have, and who reads one does not tell which it is.
func (f *fields) apart(put, take access) bool {
	if made, ok := put.root.(*ssa.Alloc); ok {
		key, other := setTo(made, put.path), setTo(made, take.path)
		if key == nil || other == nil || f.sameKey(key, other) {
			return false
		}
	}
	if made, ok := take.root.(*ssa.Alloc); ok && setTo(made, take.path) == nil {
		return false
	}
	of := plain(put.root.Type())
	return !f.bornSame(of, put.path, take.path) && !f.bornSame(of, take.path, put.path)
}

// bornSame reports whether the package sets a field of a struct to what it sets another one
// to, or to that as a text.
func (f *fields) bornSame(of types.Type, path, other string) bool {
	field, twin := fieldAt(of, path), fieldAt(of, other)
	if field == nil || twin == nil {
		return false
	}
	pair := [2]*types.Var{field.Origin(), twin.Origin()}
	same, known := f.born[pair]
	if !known {
		same = f.setAlike(of, field, other)
		f.born[pair] = same
	}
	return same
}

func (f *fields) setAlike(of types.Type, field *types.Var, other string) bool {
	for _, e := range f.StoredIn(field) {
		st, ok := e.Instr.(*ssa.Store)
		if !ok {
			continue
		}
		v := unwritten(st.Val)
		if a, ok := accessOf(v); ok && a.path == other && types.Identical(plain(a.root.Type()), of) {
			return true
		}
		at, ok := st.Addr.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		if made, ok := at.X.(*ssa.Alloc); ok {
			if w := setTo(made, other); w != nil && f.sameKey(v, unwritten(w)) {
				return true
			}
		}
	}
	return false
}

// unwritten returns what a text is written of, or the value itself.
func unwritten(v ssa.Value) ssa.Value {
	if call, ok := ir.Unwrap(v).(*ssa.Call); ok {
		if of := written(call); of != nil {
			return ir.Unwrap(of)
		}
	}
	return v
}

// fieldAt returns the field of a struct to which a path leads, or nil.
func fieldAt(of types.Type, path string) *types.Var {
	s, ok := of.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for field := range s.Fields() {
		if "."+field.Name() == path {
			return field
		}
	}
	return nil
}

// setTo returns what a field of a struct that a function makes is set to, if that is one
// value, or nil.
func setTo(made *ssa.Alloc, path string) (v ssa.Value) {
	for _, use := range *made.Referrers() {
		at, ok := use.(*ssa.FieldAddr)
		if !ok || "."+effects.FieldOf(at.X, at.Field).Name() != path {
			continue
		}
		for _, use := range *at.Referrers() {
			if st, ok := use.(*ssa.Store); ok && st.Addr == at {
				if v != nil {
					return nil
				}
				v = st.Val
			}
		}
	}
	return v
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
