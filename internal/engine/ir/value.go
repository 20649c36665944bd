package ir

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// IsError reports whether a type is error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// IsErrno reports whether a type is of numbers that are errors, as syscall.Errno: 0 is none.
func IsErrno(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0 && types.Implements(t, types.Universe.Lookup("error").Type().Underlying().(*types.Interface))
}

// IsContext reports whether a type is context.Context.
func IsContext(t types.Type) bool { return ofContext(t) == "Context" }

// IsCancel reports whether a type is that of functions that end a context.
func IsCancel(t types.Type) bool {
	name := ofContext(t)
	return name == "CancelFunc" || name == "CancelCauseFunc"
}

// ofContext returns the name of a type of package context, or of the package that it was before
// Go 1.7; "" for others.
func ofContext(t types.Type) string {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return ""
	}
	if path := n.Obj().Pkg().Path(); path != "context" && !strings.HasSuffix("/"+path, "/golang.org/x/net/context") {
		return ""
	}
	return n.Obj().Name()
}

// Under returns the type that operations on values of a type go by: its underlying type, and
// for a type parameter the one that all types have in common which it stands for, if they do.
func Under(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		if u := common(p.Underlying().(*types.Interface)); u != nil {
			return u
		}
	}
	return t.Underlying()
}

// common returns the underlying type of all types that a constraint admits, nil if there is
// none. Channels may have different directions.
func common(constraint *types.Interface) types.Type {
	for t := range constraint.EmbeddedTypes() {
		var u types.Type
		switch t := types.Unalias(t).(type) {
		case *types.Union:
			for term := range t.Terms() {
				if x := term.Type().Underlying(); u == nil {
					u = x
				} else if !types.Identical(u, x) && !sameElem(u, x) {
					return nil
				}
			}
		default:
			u = t.Underlying()
		}
		if inner, ok := u.(*types.Interface); ok {
			u = common(inner)
		}
		if u != nil {
			return u
		}
	}
	return nil
}

func sameElem(t, u types.Type) bool {
	x, ok1 := t.(*types.Chan)
	y, ok2 := u.(*types.Chan)
	return ok1 && ok2 && types.Identical(x.Elem(), y.Elem())
}

// Received returns the type of what comes out of a channel, an invalid one if that is not
// known.
func Received(ch ssa.Value) types.Type {
	if c, ok := Under(ch.Type()).(*types.Chan); ok {
		return c.Elem()
	}
	return types.Typ[types.Invalid]
}

// IsNil reports whether the program says that a value is nil.
func IsNil(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.IsNil()
}

// CanFail reports whether a function returns an error.
func CanFail(sig *types.Signature) bool {
	return slices.ContainsFunc(slices.Collect(sig.Results().Variables()), func(r *types.Var) bool { return IsError(r.Type()) })
}

// Fails reports whether a return statement may return an error.
func Fails(ret *ssa.Return) bool {
	return slices.ContainsFunc(ret.Results, func(r ssa.Value) bool { return IsError(r.Type()) && !IsNil(r) })
}

// IsNewError reports whether a value is an error for certain: one that is made there, or declared.
func IsNewError(v ssa.Value) bool {
	if !IsError(v.Type()) {
		return false
	}
	switch v := v.(type) {
	case *ssa.MakeInterface:
		return true
	case *ssa.UnOp:
		_, global := v.X.(*ssa.Global)
		return global
	case *ssa.Call:
		callee := Callee(&v.Call)
		return callee != nil && (callee.FullName() == "errors.New" || callee.FullName() == "fmt.Errorf")
	}
	return false
}

// Variadic returns the values of which a call makes the list for a variadic parameter; ok is
// false if it is given a list as it is.
func Variadic(arg ssa.Value) (values []ssa.Value, ok bool) {
	slice, ok := arg.(*ssa.Slice)
	if !ok {
		return nil, false
	}
	list, ok := slice.X.(*ssa.Alloc)
	if !ok || list.Comment != "varargs" && list.Comment != "slicelit" {
		return nil, false // an array
	}
	for _, use := range *list.Referrers() {
		if elem, ok := use.(*ssa.IndexAddr); ok {
			for _, use := range *elem.Referrers() {
				if st, ok := use.(*ssa.Store); ok && st.Addr == elem {
					values = append(values, st.Val)
				}
			}
		}
	}
	return values, true
}
