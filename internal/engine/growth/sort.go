package growth

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Sort says what sort of container grows.
type Sort uint8

const (
	Map Sort = iota
	Slice
	Chan
	Labels // label values of a metric
	Chain  // a value that has the one before in it
	Other  // a list, a heap, a buffer, a type with methods
)

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// typeAt returns the type of what a path leads to, as far as it is known.
func typeAt(c container) types.Type {
	typ := c.global.Type().(*types.Pointer).Elem()
	if c.path == nil {
		return typ
	}
	return c.path.Type(typ)
}

// writes reports whether the growth of something of a type is that of a writer, which need not be a
// container: most writers are files.
func writes(e *effects.Event, typ types.Type) bool {
	if isBuffer(typ) {
		return false
	}
	if typ != nil && types.IsInterface(typ) {
		if m, _, _ := types.LookupFieldOrMethod(typ, false, nil, "Write"); m != nil {
			return true
		}
	}
	call, ok := e.Origin.(ssa.CallInstruction)
	if !ok {
		return false
	}
	callee := ir.Callee(call.Common())
	return callee != nil && callee.Pkg() != nil && (callee.Pkg().Path() == "fmt" || callee.Pkg().Path() == "io")
}

func isBuffer(typ types.Type) bool {
	if typ == nil {
		return false
	}
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && (n.Obj().Pkg().Path() == "bytes" || n.Obj().Pkg().Path() == "strings")
}

// sortOf classifies the growth at a place of a container of type typ; own says
// that the variable is that container, and not an object with methods.
func sortOf(at Way, typ types.Type, own bool) Sort {
	origin := at.Event.Origin
	if origin == nil || at.Instr == at.Event.Instr {
		origin = at.Instr
	}
	switch origin.(type) {
	case *ssa.MapUpdate:
		if isSlice(typ) {
			return Slice // a list in the map
		}
		return Map
	case *ssa.Store:
		return Slice
	case *ssa.Send:
		return Chan
	case ssa.CallInstruction:
		if !own || typ == nil {
			break
		}
		switch types.Unalias(typ).(type) {
		case *types.Map:
			return Map
		case *types.Slice:
			return Slice
		case *types.Chan:
			return Chan
		}
	}
	return Other
}

// isListeners reports whether a container keeps functions, channels or
// listener values.
func isListeners(typ types.Type) bool {
	for range 3 {
		if typ == nil {
			return false
		}
		switch u := typ.Underlying().(type) {
		case *types.Map:
			if listener(u.Key()) && effects.TeardownOf(u.Key()) == nil {
				return true
			}
			typ = u.Elem()
		case *types.Slice:
			typ = u.Elem()
		default:
			return listener(typ)
		}
	}
	return false
}

func listener(typ types.Type) bool {
	if convention.IsConnection(typ) {
		return false
	}
	switch t := typ.Underlying().(type) {
	case *types.Signature, *types.Chan:
		return true
	case *types.Interface:
		return t.NumMethods() > 0
	case *types.Struct:
		for f := range t.Fields() {
			switch f.Type().Underlying().(type) {
			case *types.Signature, *types.Chan:
				return true
			}
		}
	}
	return false
}
