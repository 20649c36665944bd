package effects

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A Share is what a string or slice has in common with what it was cut from.
type Share struct {
	// Of is the whole: a parameter, the result of a call that gives data of unbounded
	// size, a make of a length that is not constant, or an array.
	Of   ssa.Value
	Much Much
}

// Much is how much of the whole a share is.
type Much uint8

const (
	Whole Much = iota // all of it, or nearly
	Some              // nobody knows how much
	Small             // a line, word or match, or a number of elements that is constant
)

// muches are the names of these in facts; a part is a small one if nothing else is said.
var muches = [...]string{Whole: "all", Some: "some", Small: ""}

// maxCut bounds how many values are looked at on the way to the whole, and maxFew how
// many elements are few.
const (
	maxCut = 64
	maxFew = 1 << 10
)

// Shares returns what a string or slice is cut from. A conversion between the two copies:
// what comes of a part does not keep the whole.
func (p *Package) Shares(v ssa.Value) []Share {
	fn := parentOf(v)
	if fn == nil || p.flow(fn) == nil {
		return nil
	}
	return p.shares(p.flow(fn), v)
}

func (t *table) shares(f *flow, v ssa.Value) []Share {
	s := &sharer{t: t, f: f, seen: make(map[ssa.Value]bool)}
	return s.of(v)
}

type sharer struct {
	t    *table
	f    *flow
	seen map[ssa.Value]bool
}

func (s *sharer) of(v ssa.Value) []Share {
	if s.seen[v] || len(s.seen) > maxCut {
		return nil
	}
	s.seen[v] = true
	switch v := v.(type) {
	case *ssa.Parameter:
		if of := s.t.yielded(v); of != nil {
			return s.of(of)
		}
		return []Share{{Of: v}}
	case *ssa.Phi:
		var all []Share
		for _, e := range v.Edges {
			all = append(all, s.of(e)...)
		}
		return all
	case *ssa.ChangeType:
		return s.of(v.X)
	case *ssa.MakeInterface:
		return s.of(v.X)
	case *ssa.TypeAssert:
		return s.of(v.X)
	case *ssa.Convert:
		if isData(v.Type()) && isData(v.X.Type()) {
			return slices.DeleteFunc(s.of(v.X), func(h Share) bool { return h.Much != Whole })
		}
	case *ssa.Slice:
		if array, ok := v.X.(*ssa.Alloc); ok && array.Comment == "makeslice" {
			return []Share{{Of: array}}
		}
		if v.High != nil && isZero(v.High) {
			return nil
		}
		return cutOff(s.whole(v.X), muchOf(v))
	case *ssa.MakeSlice:
		if !isConst(v.Len) {
			return []Share{{Of: v}}
		}
	case *ssa.UnOp:
		return s.loaded(v)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return s.result(call, v.Index, v)
		}
	case *ssa.Call:
		return s.result(v, 0, v)
	}
	return nil
}

// whole is of for what is sliced, which may be an array.
func (s *sharer) whole(v ssa.Value) []Share {
	if array, ok := v.(*ssa.Alloc); ok {
		if _, ok := array.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array); ok && array.Comment != "varargs" {
			return []Share{{Of: array}}
		}
	}
	return s.of(v)
}

// loaded returns what a variable or an element of a list of parts is cut from.
func (s *sharer) loaded(v *ssa.UnOp) (all []Share) {
	if !isLoad(v) {
		return nil
	}
	var cells []*ssa.Alloc
	switch at := v.X.(type) {
	case *ssa.Alloc:
		cells = []*ssa.Alloc{at}
	case *ssa.FreeVar:
		for _, r := range s.f.of(at) {
			if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil {
				cells = append(cells, cell)
			}
		}
	case *ssa.IndexAddr:
		if isData(v.Type()) {
			return s.of(at.X)
		}
	}
	for _, cell := range cells {
		for _, ref := range *cell.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == cell {
				all = append(all, s.of(st.Val)...)
			}
		}
	}
	return all
}

// result returns what a result of a call is cut from.
func (s *sharer) result(call *ssa.Call, index int, v ssa.Value) (all []Share) {
	if _, ok := call.Call.Value.(*ssa.Builtin); ok {
		return nil // append copies, but into what is there
	}
	sum := s.t.summaryOf(&call.Call)
	if sum == nil {
		return nil
	}
	args := ir.Args(&call.Call)
	for _, op := range sum.Ops {
		switch {
		case op.To != index:
		case op.Kind == Fill:
			all = append(all, Share{Of: v})
		case op.Kind == Part && op.Param < len(args):
			all = append(all, cutOff(s.of(args[op.Param]), Much(slices.Index(muches[:], op.Name)))...)
		}
	}
	return all
}

// cutOff returns the shares of a part of what has those given.
func cutOff(of []Share, much Much) []Share {
	for i := range of {
		of[i].Much = max(of[i].Much, much)
	}
	return of
}

// yielded returns the sequence that gives the parameter of a loop body, or nil.
func (t *table) yielded(param *ssa.Parameter) ssa.Value {
	fn := param.Parent()
	if fn.Parent() == nil || !ir.IsLoopBody(fn) {
		return nil
	}
	for _, v := range append([]ssa.Value{fn}, t.made[fn]...) {
		if v.Referrers() == nil {
			continue
		}
		for _, ref := range *v.Referrers() {
			if call, ok := ref.(*ssa.Call); ok && len(call.Call.Args) == 1 && call.Call.Args[0] == v {
				return call.Call.Value
			}
		}
	}
	return nil
}

// muchOf returns how much a slice expression leaves: little if that is a constant number of
// elements, or those up to a place that was looked for.
func muchOf(v *ssa.Slice) Much {
	if v.High == nil {
		if v.Low == nil || isFew(v.Low) {
			return Whole
		}
		return Some
	}
	if few(v.High) {
		return Small
	}
	switch high := v.High.(type) {
	case *ssa.Call:
		if fn := ir.Callee(&high.Call); fn != nil && fn.Pkg() != nil && (fn.Pkg().Path() == "strings" || fn.Pkg().Path() == "bytes") && strings.HasPrefix(fn.Name(), "Index") {
			return Small
		}
		if b, ok := high.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" && (v.Low == nil || isFew(v.Low)) {
			return Whole
		}
	case *ssa.BinOp:
		if high.Op == token.SUB && isFew(high.Y) && (v.Low == nil || isFew(v.Low)) {
			return Whole
		}
	}
	return Some
}

// few reports whether a number is a small constant, or no more than one.
func few(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		n, ok := constant.Int64Val(constant.ToInt(v.Value))
		return ok && n <= maxFew
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "min" && slices.ContainsFunc(v.Call.Args, isFew)
	case *ssa.Phi:
		return !slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return !isFew(e) })
	}
	return false
}

// isFew reports whether a number is a small constant.
func isFew(v ssa.Value) bool { return isConst(v) && few(v) }
