package ir

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// IsError reports whether a type is error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// IsNil reports whether the program says that a value is nil.
func IsNil(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.IsNil()
}

// Fails reports whether a return statement may return an error.
func Fails(ret *ssa.Return) bool {
	return slices.ContainsFunc(ret.Results, func(r ssa.Value) bool { return IsError(r.Type()) && !IsNil(r) })
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
