package effects

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// TeardownOf returns the method of typ that ends the life of its values, such
// as Close, or nil. Only methods without parameters, or with a context alone,
// count. The types of package time and context are no owners of anything else.
func TeardownOf(typ types.Type) *types.Func {
	if n, ok := types.Unalias(typ).(*types.Named); ok && n.Obj().Pkg() != nil {
		switch n.Obj().Pkg().Path() {
		case "time", "context":
			return nil
		}
	}
	for _, sel := range typeutil.IntuitiveMethodSet(typ, nil) {
		if fn, ok := sel.Obj().(*types.Func); ok && convention.IsTeardown(fn) {
			return fn
		}
	}
	return nil
}

// maxEnding bounds how far callers of a method are followed that ends the life of its receiver.
const maxEnding = 3

// InTeardown reports whether a function is a method that ends the life of its receiver, also
// one that is told how long to wait for that, or one that only such methods of its type call.
func (p *Package) InTeardown(fn *ssa.Function) bool { return p.inTeardown(fn, 0) }

func (p *Package) inTeardown(fn *ssa.Function, depth int) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Signature.Recv() == nil {
		return false
	}
	if convention.IsTeardown(obj) || convention.EndsWithin(obj) {
		return true
	}
	uses := p.Uses(fn)
	if depth == maxEnding || len(uses) == 0 || obj.Exported() {
		return false
	}
	owner := ir.Named(fn.Signature.Recv().Type())
	return !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok || p.IR.Static(call.Common()) != fn {
			return true
		}
		by := ir.Outermost(use.Parent())
		return by.Signature.Recv() == nil || ir.Named(by.Signature.Recv().Type()) != owner || !p.inTeardown(by, depth+1)
	})
}

// Teardown returns the first type of the package, by name, that has the field,
// itself, through embedding or in a struct without a name of its own, and a method that ends its life; nil if none.
func (p *Package) Teardown(field *types.Var) (owner *types.TypeName, method *types.Func) {
	o := p.owners()[field.Origin()]
	return o.name, o.teardown
}

// An owner is a type with a method that ends its life.
type owner struct {
	name     *types.TypeName
	teardown *types.Func
}

// indexOwners returns the owner of each field that has one.
func (p *Package) indexOwners() map[*types.Var]owner {
	owners := make(map[*types.Var]owner)
	scope := p.IR.Pass.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		if m := TeardownOf(tn.Type()); m != nil {
			eachFieldOf(tn.Type(), 0, func(f *types.Var) {
				if _, ok := owners[f]; !ok {
					owners[f] = owner{tn, m}
				}
			})
		}
	}
	return owners
}

// eachFieldOf calls do for the fields of a struct, through embedding and in structs without
// a name.
func eachFieldOf(typ types.Type, depth int, do func(*types.Var)) {
	s := structOf(typ)
	if s == nil || depth > 3 {
		return
	}
	for f := range s.Fields() {
		do(f.Origin())
		if _, unnamed := f.Type().(*types.Struct); f.Embedded() || unnamed {
			eachFieldOf(f.Type(), depth+1, do)
		}
	}
}

// DoesNothing reports whether it is known of a method that it gives nothing back: at most it
// forgets what the object has.
func (p *Package) DoesNothing(method *types.Func) bool {
	if types.IsInterface(method.Signature().Recv().Type()) {
		return false
	}
	sum := p.SummaryOf(method.Origin())
	return sum != nil && !sum.Cut && !slices.ContainsFunc(sum.Ops, func(o Op) bool { return o.Kind != Replace && o.Kind != Return })
}
