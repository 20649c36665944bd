package residue

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Passing knows which objects go when the function returns that makes them.
type Passing struct {
	*evidence.Package
	types  map[*types.TypeName]bool
	owners map[*types.Var]*types.Named
}

// NewPassing returns what is known of the objects of a package.
func NewPassing(p *evidence.Package) *Passing {
	return &Passing{Package: p, types: make(map[*types.TypeName]bool)}
}

// Holds reports whether a place goes with an object that passes: it is a field of one, or
// what a pointer to one points to.
func (p *Passing) Holds(at effects.Ref) bool {
	if _, variable := at.Root.(*ssa.Global); variable {
		return false
	}
	if f := at.Path.Field(); f != nil {
		owner := p.owner(f)
		return owner != nil && p.Type(owner)
	}
	n := ir.Named(at.Root.Type())
	return n != nil && p.Type(n)
}

// owner returns the named struct type of the package that has the field, or nil.
func (p *Passing) owner(field *types.Var) *types.Named {
	if p.owners == nil {
		p.owners = make(map[*types.Var]*types.Named)
		scope := p.IR.Pass.Pkg.Scope()
		for _, name := range scope.Names() {
			if tn, ok := scope.Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
				if n, ok := tn.Type().(*types.Named); ok {
					if s, ok := n.Underlying().(*types.Struct); ok {
						for f := range s.Fields() {
							if p.owners[f] == nil {
								p.owners[f] = n
							}
						}
					}
				}
			}
		}
	}
	return p.owners[field.Origin()]
}

// Type reports whether values of a type go when the function returns that makes them:
// the type is not for others, and no function lets one out of sight.
func (p *Passing) Type(n *types.Named) bool {
	t := n.Origin().Obj()
	if is, known := p.types[t]; known {
		return is
	}
	p.types[t] = false // while it is worked out
	if t.Pkg() != p.IR.Pass.Pkg || t.Exported() && t.Pkg().Name() != "main" || p.hasGlobal(t) {
		return false
	}
	var makes []*ssa.Alloc
	within := false
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if made, ok := instr.(*ssa.Alloc); ok && isOf(made.Type().(*types.Pointer).Elem(), t) {
					makes = append(makes, made)
				}
			}
		}
	}
	scope := t.Pkg().Scope()
	for _, name := range scope.Names() {
		outer, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || outer.IsAlias() || outer == t {
			continue
		}
		s, ok := outer.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range s.Fields() {
			switch {
			case isOf(f.Type(), t):
				if o, ok := outer.Type().(*types.Named); !ok || !p.Type(o) {
					return false
				}
				within = true
			case hasElems(f.Type(), t):
				return false
			}
		}
	}
	p.types[t] = (within || len(makes) > 0) && !slices.ContainsFunc(makes, func(v *ssa.Alloc) bool { return !p.local(v, 0) })
	return p.types[t]
}

// isOf reports whether values of a type are of the type t.
func isOf(typ types.Type, t *types.TypeName) bool {
	n, ok := types.Unalias(typ).(*types.Named)
	return ok && n.Origin().Obj() == t
}

// hasElems reports whether values of a type have elements of the type t.
func hasElems(typ types.Type, t *types.TypeName) bool {
	switch u := typ.Underlying().(type) {
	case *types.Slice:
		return isOf(u.Elem(), t)
	case *types.Array:
		return isOf(u.Elem(), t)
	case *types.Map:
		return isOf(u.Elem(), t)
	}
	return false
}

func (p *Passing) hasGlobal(t *types.TypeName) bool {
	scope := t.Pkg().Scope()
	for _, name := range scope.Names() {
		if v, ok := scope.Lookup(name).(*types.Var); ok {
			if n := ir.Named(v.Type()); n != nil && n.Origin().Obj() == t {
				return true
			}
		}
	}
	return false
}

// local reports whether a value does not leave the function that made it, or only to
// callers that do not let it out of sight.
func (p *Passing) local(v ssa.Value, depth int) bool {
	const deep = 4
	if depth > deep {
		return false
	}
	for _, e := range p.Of(v) {
		if e.Ref.Path != nil {
			continue
		}
		switch {
		case e.Mode == effects.Spawned, e.Kind == effects.Send:
			return false
		case e.Kind == effects.Store:
			if e.Holder != "" || !effects.Fresh(e.To.Root) {
				return false
			}
		case e.Kind == effects.Return:
			if !p.returned(e, depth) {
				return false
			}
		case e.Kind == effects.Arg && e.Callee != nil && e.Callee.FullName() == "(*sync.Pool).Put":
			return false
		}
	}
	return true
}

// returned reports whether the callers of a function do not let out of sight what it
// returns.
func (p *Passing) returned(e *effects.Event, depth int) bool {
	fn := e.Func()
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Parent() != nil || obj.Exported() && obj.Pkg().Name() != "main" {
		return false
	}
	for _, use := range p.Uses(fn) {
		call, ok := use.(*ssa.Call)
		switch {
		case p.HelpsTests(use.Parent()):
			continue
		case !ok:
			return false
		case call.Call.Signature().Results().Len() == 1:
			if !p.local(call, depth+1) {
				return false
			}
		default:
			for _, ref := range *call.Referrers() {
				if ext, ok := ref.(*ssa.Extract); ok && ext.Index == e.Index && !p.local(ext, depth+1) {
					return false
				}
			}
		}
	}
	return true
}
