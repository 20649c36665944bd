package growth

import (
	"go/constant"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// guarded reports whether the growth runs once per container: as the body of
// a sync.Once, under a flag that is set beside it, or because the container, or the
// list of its slots that are free, was found to be empty.
func (f *finder) guarded(e *effects.Event) bool {
	return f.guard(e.Instr, e) || e.Origin != nil && e.Origin != e.Instr && e.Origin.Parent() != nil && f.guard(e.Origin, e)
}

func (f *finder) guard(instr ssa.Instruction, e *effects.Event) bool {
	for b := range ir.Dominators(instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		if x, edge, ok := ir.NilEdge(pred); ok {
			if edge.To() == b && f.samePlace(x, e) {
				return true
			}
			continue
		}
		if br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If); ok && (f.flag(br.Cond, pred.Succs[0] == b) || f.foundEmpty(br, b, e)) {
			return true
		}
	}
	fn := instr.Parent()
	return fn.Parent() != nil && f.underOnce(fn)
}

// among returns the place of another map of the same object in which the key of a growth was
// found: its keys are among those of that one, for as long as they are there. It is nil if
// there is none.
func (f *finder) among(e *effects.Event) *effects.Ref {
	put, ok := grows(e).(*ssa.MapUpdate)
	if !ok {
		return nil
	}
	for _, look := range effects.FoundBy(put, put.Key) {
		for _, a := range f.Refs(look.X) {
			for _, b := range f.Refs(put.Map) {
				if a.Root == b.Root && a.Path != b.Path && a.Path.Field() != nil && b.Path.Field() != nil && !a.Path.IsElem() && !b.Path.IsElem() && a.Path.Parent() == b.Path.Parent() {
					return &a
				}
			}
		}
	}
	return nil
}

// samePlace reports whether v is the container of an event, or what it is a
// part of, seen from the function of v.
func (f *finder) samePlace(v ssa.Value, e *effects.Event) bool {
	return slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool {
		if r.Root == e.Ref.Root {
			return e.Ref.Path.HasPrefix(r.Path)
		}
		field := r.Path.Field()
		return field != nil && !r.Path.IsElem() && field == e.Ref.Path.Field()
	})
}

// foundEmpty reports whether control comes from br to b when the length of
// the container, or of the list of its slots that are free, is zero.
func (f *finder) foundEmpty(br *ssa.If, b *ssa.BasicBlock, e *effects.Event) bool {
	cmp, ok := br.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ && cmp.Op != token.GTR {
		return false
	}
	call, isCall := cmp.X.(*ssa.Call)
	k, isConst := cmp.Y.(*ssa.Const)
	if !isCall || !isConst || k.Value == nil || k.Value.ExactString() != "0" {
		return false
	}
	empty := br.Block().Succs[0]
	if cmp.Op != token.EQL {
		empty = br.Block().Succs[1]
	}
	builtin, ok := call.Call.Value.(*ssa.Builtin)
	if !ok || builtin.Name() != "len" || empty != b {
		return false
	}
	list := call.Call.Args[0]
	return f.samePlace(list, e) || f.fillsFree(br.Parent(), list, e)
}

// fillsFree reports whether a function puts elements into slots of the container that are in
// use no more, whose numbers are in a list.
func (f *finder) fillsFree(fn *ssa.Function, list ssa.Value, e *effects.Event) bool {
	free := f.Refs(list)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			slot, ok := st.Addr.(*ssa.IndexAddr)
			if !ok || !f.samePlace(slot.X, e) {
				continue
			}
			number, ok := ir.Unconvert(slot.Index).(*ssa.UnOp)
			if !ok {
				continue
			}
			if from, ok := number.X.(*ssa.IndexAddr); ok && slices.ContainsFunc(f.Refs(from.X), func(r effects.Ref) bool { return slices.Contains(free, r) }) {
				return true
			}
		}
	}
	return false
}

// flag reports whether a condition, which holds or not, asks a variable that the same function
// sets to another constant, or swaps: only the first to come gets by.
func (f *finder) flag(cond ssa.Value, holds bool) bool {
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		cond, holds = not.X, !holds
	}
	switch cond := cond.(type) {
	case *ssa.Call:
		callee := ir.Callee(&cond.Call)
		return callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "sync/atomic" && callee.Name() != "Load"
	case *ssa.UnOp:
		if cond.Op != token.MUL {
			return false
		}
		refs := f.Refs(cond.X)
		for _, b := range cond.Parent().Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				if k, isConst := st.Val.(*ssa.Const); isConst && !says(k, holds) && slices.ContainsFunc(f.Refs(st.Addr), func(r effects.Ref) bool { return longLived(r.Root) && slices.Contains(refs, r) }) {
					return true
				}
			}
		}
	}
	return false
}

// says reports whether a constant is true, or is false.
func says(k *ssa.Const, is bool) bool {
	return k.Value != nil && k.Value.Kind() == constant.Bool && constant.BoolVal(k.Value) == is
}

func longLived(root ssa.Value) bool { return !effects.Fresh(root) }

// underOnce reports whether a literal, or the one that it is written in, only
// runs as the body of a sync.Once.
func (f *finder) underOnce(fn *ssa.Function) bool {
	for ; fn.Parent() != nil; fn = fn.Parent() {
		for _, v := range f.Literal(fn) {
			for _, e := range f.Of(v) {
				if e.Kind == effects.Arg && e.Callee != nil && onceBody[e.Callee.FullName()] {
					return true
				}
			}
		}
	}
	return false
}

var onceBody = map[string]bool{
	"(*sync.Once).Do": true, "sync.OnceFunc": true, "sync.OnceValue": true, "sync.OnceValues": true,
}
