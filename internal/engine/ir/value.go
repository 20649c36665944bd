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
