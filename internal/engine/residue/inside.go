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
		part := Piece{At: s.at, For: s.at, Val: s.val, Of: r.Root, Slot: retention.Slot{Ref: s.slot}, Inside: true}
		switch root := r.Root.(type) {
		case *ssa.Alloc, *ssa.Call, *ssa.Extract:
			part.Size = retention.Size{Bytes: f.sizeOf(root), Bulk: true}
			switch {
			case r.Path == nil && part.Size.Bytes >= f.limit && retention.Sizeof(f.Package.Package, pointee(s.val.Type()))*2 <= part.Size.Bytes:
			case f.picksReceived(s, base):
				part.Size, part.Source = retention.Size{}, "make"
			default:
				continue
			}
		case *ssa.MakeSlice:
			if _, plain := pointee(s.val.Type()).Underlying().(*types.Basic); plain || isConst(root.Len) || r.Path != nil {
				continue // a pointer to the first of some numbers stands for all of them
			}
			part.Source = "make"
		default:
			continue
		}
		if !f.keptWhole(r) && !f.gathers(s, r.Root) && !inTurn(s) {
			return []Piece{part}
		}
	}
	return nil
}

// sizeOf returns the size of an object that the function, or one of the package that it calls
// for it, makes; 0 if it may be another one.
func (f *pieceFinder) sizeOf(object ssa.Value) int64 {
	if made, ok := object.(*ssa.Alloc); ok {
		return retention.Sizeof(f.Package.Package, pointee(made.Type()))
	}
	call, index := resultOf(object)
	if call == nil {
		return 0
	}
	callee := f.IR.Static(&call.Call)
	if callee == nil {
		return 0
	}
	least := int64(0)
	for _, b := range callee.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || ir.IsNil(ret.Results[index]) {
			continue
		}
		for _, r := range f.Refs(ret.Results[index]) {
			made, ok := r.Root.(*ssa.Alloc)
			if !ok || r.Path != nil || f.storedWhole(r) {
				return 0
			}
			if size := f.sizeOf(made); least == 0 || size < least {
				least = size
			}
		}
	}
	return least
}

// resultOf returns the call that a value is a result of, and which one; nil if it is none.
func resultOf(v ssa.Value) (*ssa.Call, int) {
	switch v := v.(type) {
	case *ssa.Call:
		return v, 0
	case *ssa.Extract:
		call, _ := v.Tuple.(*ssa.Call)
		return call, v.Index
	}
	return nil, 0
}

// picksReceived reports whether a sink keeps a pointer to one element of a list that was
// decoded: which one, the data says. The only one that somebody asks for is all of them.
func (f *pieceFinder) picksReceived(s *sink, list ssa.Value) bool {
	at, ok := ir.Unwrap(s.val).(*ssa.IndexAddr)
	if !ok || at.X != list || isConst(at.Index) {
		return false
	}
	_, is := list.Type().Underlying().(*types.Slice)
	_, plain := pointee(at.Type()).Underlying().(*types.Basic)
	return is && !plain && f.Received(list)
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
func (f *pieceFinder) keptWhole(object effects.Ref) bool {
	return f.storedWhole(object) || slices.ContainsFunc(f.Of(object.Root), func(e *effects.Event) bool {
		return e.Ref.Path == nil && e.Kind == effects.Return
	})
}

// storedWhole reports whether an object as such is stored or sent where it may stay.
func (f *pieceFinder) storedWhole(object effects.Ref) bool {
	return slices.ContainsFunc(f.Of(object.Root), func(e *effects.Event) bool {
		return (e.Ref.Path == nil || e.Ref == object) && (e.Kind == effects.Send || e.Kind == effects.Store && (e.Holder != "" || !effects.Fresh(e.To.Root)))
	})
}
