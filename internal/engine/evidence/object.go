package evidence

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// pointers reports whether what has to have many values is a pointer that the
// caller gives: to what he made.
func (j *judge) pointers(fn *ssa.Function, n needs) bool {
	return j.leak.Needs.Least <= Pointer && slices.ContainsFunc(n.many, func(pl place) bool {
		param, ok := pl.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || pl.path != "" || pl.apart || isReceiver(param) {
			return false
		}
		_, pointer := param.Type().Underlying().(*types.Pointer)
		n := ir.Named(param.Type())
		return pointer && !Describes(param.Type()) && (n == nil || n.Obj().Exported())
	})
}

// perObject meets what an object that comes and goes shows.
func (j *judge) perObject(fn *ssa.Function, n *needs, w *way, r Reason, at *reach) {
	other := w.reason.Kind == Object && w.reason.of != r.of // a part of this one, perhaps
	if n.again {
		n.again, w.reason = false, r
	}
	if n.askStays && slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || endsWithCall(s) || other {
			return false
		}
		if isReceiver(param) {
			return s.path != "" && !j.ownsPart(param.Type(), s.path)
		}
		// What makes objects is given what others have, too, unless call sites show
		// something else. Of what a method is given nothing is known.
		return len(at.sites) == 0 && fn.Signature.Recv() == nil
	}) {
		n.askStays, n.stays = false, nil
	}
}

// ofKeeper reports whether what has to stay is a part of what keeps the objects that show that
// the leak repeats, and lets them go: of the receiver of fn, or of something that this has.
func (j *judge) ofKeeper(fn *ssa.Function, n needs, r Reason) bool {
	if r.Kind != Object || r.of == nil {
		return false
	}
	keeps := func(typ types.Type) bool {
		return slices.ContainsFunc(j.containersOf(r.of), func(h holder) bool {
			return h.field != nil && hasField(typ, h.field) && j.losesElements(h, anyDepth)
		})
	}
	return slices.ContainsFunc(n.stays, func(s place) bool {
		param, ok := s.root.(*ssa.Parameter)
		if !ok || param.Parent() != fn || !isReceiver(param) || j.allLocal(param.Type()) {
			return false
		}
		fields := fieldsOn(param.Type(), s.path)
		return keeps(param.Type()) || len(fields) > 0 && slices.ContainsFunc(fields[:len(fields)-1], func(f *types.Var) bool { return keeps(f.Type()) })
	})
}

// allLocal reports whether all values of a type go with the function that makes them, or with one that
// calls that: what such a one keeps and lets go again is its own.
func (p *Package) allLocal(typ types.Type) bool {
	n := ir.Named(typ)
	if n == nil {
		return false
	}
	obj := n.Origin().Obj()
	all, known := p.locals[obj]
	if !known {
		made := p.makes()[obj]
		all = len(made) > 0 && !slices.ContainsFunc(made, func(v *ssa.Alloc) bool { return !p.local(v, 0) })
		p.locals[obj] = all
	}
	return all
}

func (p *Package) local(v ssa.Value, depth int) bool {
	return depth <= maxDepth && !slices.ContainsFunc(p.Of(v), func(e *effects.Event) bool {
		if e.Ref.Path != nil {
			return false
		}
		switch e.Kind {
		case effects.Store, effects.Send, effects.Escape:
			return true
		case effects.Return:
			fn := e.Func()
			obj, ok := fn.Object().(*types.Func)
			return !ok || obj.Exported() || e.Via || fn.Signature.Results().Len() > 1 || slices.ContainsFunc(p.Uses(fn), func(use ssa.Instruction) bool {
				call, ok := use.(*ssa.Call)
				return !ok || p.IR.Static(&call.Call) != fn || !p.local(call, depth+1)
			})
		}
		return e.Mode == effects.Spawned
	})
}

// hasField reports whether a struct, or one that is pointed to, has a field, perhaps in a struct
// without a name in it.
func hasField(typ types.Type, field *types.Var) bool {
	if ptr, ok := typ.Underlying().(*types.Pointer); ok {
		typ = ptr.Elem()
	}
	s, ok := typ.Underlying().(*types.Struct)
	return ok && slices.ContainsFunc(slices.Collect(s.Fields()), func(f *types.Var) bool {
		_, unnamed := f.Type().(*types.Struct)
		return f == field || unnamed && hasField(f.Type(), field)
	})
}

// ownsPart reports whether what a path from an object leads to goes with it, or
// with another one on the way: it is a part of its memory, or one of the fields is
// filled by who has it.
func (p *Package) ownsPart(typ types.Type, path string) bool {
	fields := fieldsOn(typ, path)
	return slices.ContainsFunc(fields, p.OwnField) || len(fields) > 0 && !slices.ContainsFunc(fields, func(f *types.Var) bool {
		_, is := f.Type().Underlying().(*types.Struct)
		return !is
	})
}

// fieldsOn returns the fields on a path from a value of a type, as far as they are
// known.
func fieldsOn(typ types.Type, path string) (fields []*types.Var) {
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		f := fieldNamed(typ, name)
		if f == nil {
			return fields
		}
		fields = append(fields, f)
		typ = f.Type()
	}
	return fields
}

// indexEmptied returns the fields that something sets to nil which is not the end
// of their owner: what is in them goes sooner.
func (p *Package) indexEmptied() map[*types.Var]bool {
	emptied := make(map[*types.Var]bool)
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) || p.InTeardown(ir.Outermost(fn)) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				k, ok := st.Val.(*ssa.Const)
				addr, isField := st.Addr.(*ssa.FieldAddr)
				if !ok || !isField || !k.IsNil() {
					continue
				}
				if _, making := addr.X.(*ssa.Alloc); !making {
					emptied[effects.FieldOf(addr.X, addr.Field).Origin()] = true
				}
			}
		}
	}
	return emptied
}

// Passing reports whether something on a path is set to nil before its owner ends, or is an
// object in a map that loses elements.
func (p *Package) Passing(path *effects.Path) bool {
	field := path.Field()
	for ; path != nil; path = path.Parent() {
		f := path.Field()
		if f == nil {
			continue
		}
		if p.emptied()[f.Origin()] || f != field && path.IsElem() && p.losesElements(holder{field: f.Origin()}, path.Elems()-1) {
			return true
		}
	}
	return false
}

// OwnField reports whether the package fills a field with nothing it was given:
// what is in it goes with the object.
func (p *Package) OwnField(f *types.Var) bool {
	own, known := p.ownFields[f.Origin()]
	if !known {
		own = p.isOwnField(f)
		p.ownFields[f.Origin()] = own
	}
	return own
}

func (p *Package) isOwnField(f *types.Var) bool {
	made := false
	for _, e := range p.StoredIn(f) {
		if e.Via {
			continue
		}
		switch e.Ref.Root.(type) {
		case *ssa.Parameter, *ssa.Global:
			return false
		}
		made = true
	}
	return made
}

func isReceiver(p *ssa.Parameter) bool {
	fn := p.Parent()
	return fn.Signature.Recv() != nil && len(fn.Params) > 0 && p == fn.Params[0]
}
