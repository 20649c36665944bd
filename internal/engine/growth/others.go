package growth

import (
	"go/types"
	"slices"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// forOthers returns the method in which something is taken out, if it is for other packages
// of the module, which alone can call it; else nil. The object has to be one that several
// goroutines share: a set or list may have what its users do not need, and go with them.
// What a type with parameters keeps is for who makes one to say.
func (f *fields) forOthers(out *effects.Event) *types.Func {
	fn := out.Func()
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Signature.Recv() == nil || !obj.Exported() || out.Origin != out.Instr || len(f.Uses(fn)) > 0 || f.IR.Tested(obj.Name()) {
		return nil
	}
	n, pkg := ir.Named(fn.Signature.Recv().Type()), f.IR.Pass.Pkg
	if n == nil || !n.Obj().Exported() || n.TypeParams().Len() > 0 || !shared(n) || pkg.Name() == "main" || convention.Importable(pkg) || f.atTheEnd(out) || slices.ContainsFunc(f.Converted(n), func(typ types.Type) bool {
		m, _, _ := types.LookupFieldOrMethod(typ, false, f.IR.Pass.Pkg, fn.Name())
		return m != nil
	}) {
		return nil
	}
	return obj.Origin()
}

// shared reports whether a struct has something to be shared by: a lock or a channel.
func shared(n *types.Named) bool {
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	return slices.ContainsFunc(slices.Collect(s.Fields()), func(f *types.Var) bool {
		if isChan(f.Type()) {
			return true
		}
		t := ir.Named(f.Type())
		return t != nil && t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == "sync"
	})
}
