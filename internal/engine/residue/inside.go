package residue

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/retention"
)

// inside returns the pointer to a part of an object that a sink keeps.
func (f *pieceFinder) inside(s *sink, base ssa.Value) []Piece {
	for _, r := range f.Refs(base) {
		if r.Path != nil {
			continue
		}
		part := Piece{At: s.at, Val: s.val, Of: r.Root, Slot: retention.Slot{Ref: s.slot}, Inside: true}
		switch root := r.Root.(type) {
		case *ssa.Alloc:
			part.Size = retention.Size{Bytes: retention.Sizeof(f.Package.Package, pointee(root.Type())), Bulk: true}
			if part.Size.Bytes < f.limit || retention.Sizeof(f.Package.Package, pointee(s.val.Type()))*2 > part.Size.Bytes {
				continue
			}
		case *ssa.MakeSlice:
			if _, plain := pointee(s.val.Type()).Underlying().(*types.Basic); plain || isConst(root.Len) {
				continue // a pointer to the first of some numbers stands for all of them
			}
			part.Source = "make"
		default:
			continue
		}
		if !f.keptWhole(r.Root) && !f.gathers(s, r.Root) && !inTurn(s) {
			return []Piece{part}
		}
	}
	return nil
}

// inTurn reports whether a sink keeps one element after the other of a whole: the index goes
// on where one is kept, and nowhere else.
func inTurn(s *sink) bool {
	at, ok := ir.Unwrap(s.val).(*ssa.IndexAddr)
	if !ok {
		return false
	}
	index := at.Index
	if conv, ok := index.(*ssa.Convert); ok {
		index = conv.X
	}
	if _, ok := index.(*ssa.Phi); !ok {
		return false
	}
	on := false
	for _, ref := range *index.Referrers() {
		if sum, ok := ref.(*ssa.BinOp); ok && sum.Op == token.ADD {
			if !isNext(sum, index) || !s.at.Block().Dominates(sum.Block()) {
				return false
			}
			on = true
		}
	}
	return on
}

// keptWhole reports whether something else has an object as such.
func (f *pieceFinder) keptWhole(object ssa.Value) bool {
	return slices.ContainsFunc(f.Of(object), func(e *effects.Event) bool {
		return e.Ref.Path == nil && (e.Kind == effects.Return || e.Kind == effects.Send || e.Kind == effects.Store && (e.Holder != "" || !effects.Fresh(e.To.Root)))
	})
}
