package recycle

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Grows returns a statement that adds data of unbounded size to a part of the object, or
// nil if none is in sight. It is the put itself if the package lends the buffer to others
// and does not use it.
func (p *Put) Grows(part Part) ssa.Instruction {
	g := &growing{put: p, whole: part.Field == nil || p.limitedBySiblings(part), seen: make(map[ssa.Value]bool)}
	var at ssa.Instruction
	p.content(part, func(e *effects.Event) {
		if at != nil || p.f.HelpsTests(e.Func()) {
			return
		}
		switch {
		case part.Kind == Buffer:
			at = g.written(e)
		case e.Kind == effects.Grow || e.Kind == effects.Shrink || e.Kind == effects.Replace || e.Kind == effects.Lazy:
			if st, ok := e.Origin.(*ssa.Store); ok {
				at = g.unbounded(st.Val)
			}
		}
	})
	switch {
	case at != nil:
	case part.Kind == Slice && part.Path == "":
		if _, ok := p.Value.Type().Underlying().(*types.Slice); ok {
			at = g.unbounded(p.Value)
		}
	case part.Kind == Buffer && p.lends() && (part.Field == nil || part.Field.Exported()):
		at = p.Call // others write to it
	}
	return at
}

// lends reports whether nobody but code of other modules may have had the object.
func (p *Put) lends() bool {
	return p.Open && len(p.origins) == 1 && convention.Importable(p.f.IR.Pass.Pkg)
}

// content calls see for each event on a part of the object, with those of any instance
// if it is a buffer in a field: most have something else that writes to them.
func (p *Put) content(part Part, see func(e *effects.Event)) {
	if part.Field != nil && part.Kind == Buffer {
		for _, e := range p.f.OfField(part.Field) {
			if !e.Ref.Path.IsElem() {
				see(e)
			}
		}
		return
	}
	p.events(func(e *effects.Event, path string) {
		if path == part.Path {
			see(e)
		}
	})
}

// growing finds what makes a value larger than anything in sight bounds.
type growing struct {
	put   *Put
	whole bool // the object is the slice, or its limit shows that much is put in; other fields get pieces that are few
	seen  map[ssa.Value]bool
}

// unbounded returns what makes a slice, derived from that of the object, larger than
// anything in sight bounds, or nil.
func (g *growing) unbounded(v ssa.Value) ssa.Instruction {
	if g.seen[v] {
		return nil
	}
	g.seen[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		for _, e := range v.Edges {
			if at := g.unbounded(e); at != nil {
				return at
			}
		}
	case *ssa.ChangeType:
		return g.unbounded(v.X)
	case *ssa.Slice:
		return g.unbounded(v.X)
	case *ssa.UnOp:
		cell, ok := v.X.(*ssa.Alloc)
		if !ok {
			return nil
		}
		for _, ref := range *cell.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == ssa.Value(cell) {
				if at := g.unbounded(st.Val); at != nil {
					return at
				}
			}
		}
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return g.made(call)
		}
	case *ssa.Call:
		return g.made(v)
	}
	return nil
}

// made is unbounded for the result of a call.
func (g *growing) made(call *ssa.Call) ssa.Instruction {
	args := ir.Args(&call.Call)
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		if b.Name() != "append" {
			return nil
		}
		if len(args) > 1 && (g.long(args[1]) || g.accumulates(args[0], call)) {
			return call
		}
		return g.unbounded(args[0])
	}
	to := slices.IndexFunc(args, func(a ssa.Value) bool { return isSlice(a.Type()) })
	if to < 0 || !types.Identical(args[to].Type().Underlying(), result(call).Underlying()) {
		return nil
	}
	more := slices.ContainsFunc(args, func(a ssa.Value) bool {
		basic, ok := a.Type().Underlying().(*types.Basic)
		return a != args[to] && (!ok || basic.Info()&types.IsNumeric == 0)
	})
	if more && (g.accumulates(args[to], call) || g.put.f.encodes(call)) {
		return call
	}
	if fn := g.put.f.IR.Static(&call.Call); fn != nil && g.whole {
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && g.unbounded(ret.Results[0]) != nil {
				return call
			}
		}
	}
	return g.unbounded(args[to])
}

// encodes reports whether a function of another module that is given a slice returns it, or
// an error: it encodes, compresses or decompresses what is as long as somebody likes.
func (f *Finder) encodes(call *ssa.Call) bool {
	callee := ir.Callee(&call.Call)
	t, ok := call.Type().(*types.Tuple)
	return ok && t.Len() == 2 && ir.IsError(t.At(1).Type()) && f.IR.Static(&call.Call) == nil &&
		callee != nil && callee.Pkg() != nil && !convention.IsStd(callee.Pkg().Path()) && f.SummaryOf(callee) == nil
}

func result(call *ssa.Call) types.Type {
	if t, ok := call.Type().(*types.Tuple); ok {
		if t.Len() == 0 {
			return types.Typ[types.Invalid]
		}
		return t.At(0).Type()
	}
	return call.Type()
}

// long reports whether what is appended is as long as what was read or made elsewhere.
func (g *growing) long(v ssa.Value) bool {
	_, ok := g.put.f.Unbounded(v)
	return ok
}

// accumulates reports whether a loop adds to a slice as often as what the program is given
// is long, and does not begin anew each time.
func (g *growing) accumulates(base ssa.Value, at ssa.Instruction) bool {
	for l := g.put.f.IR.Graph(at.Parent()).Innermost(at.Block()); g.whole && l != nil; l = l.Outer {
		if !l.Constant() && carried(base, l, make(map[ssa.Value]bool)) {
			return true
		}
	}
	return false
}

// carried reports whether a slice comes from the iteration of a loop before.
func carried(v ssa.Value, l *ir.Loop, seen map[ssa.Value]bool) bool {
	if in, ok := v.(ssa.Instruction); seen[v] || !ok || !l.Contains(in.Block()) {
		return false
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Phi:
		return v.Block() == l.Header || slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return carried(e, l, seen) })
	case *ssa.Slice:
		return v.High == nil && carried(v.X, l, seen)
	case *ssa.ChangeType:
		return carried(v.X, l, seen)
	case *ssa.Extract:
		return carried(v.Tuple, l, seen)
	case *ssa.Call:
		return slices.ContainsFunc(ir.Args(&v.Call), func(a ssa.Value) bool { return isSlice(a.Type()) && carried(a, l, seen) })
	case *ssa.UnOp:
		return !resets(v.X, l)
	}
	return false
}

// resets reports whether a loop sets a variable to something that is empty.
func resets(addr ssa.Value, l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || st.Addr != addr && (variable(addr) == nil || variable(st.Addr) != variable(addr)) {
				continue
			}
			if begins(st.Val, 0) {
				return true
			}
		}
	}
	return false
}

// begins reports whether a slice begins empty.
func begins(v ssa.Value, depth int) bool {
	const deep = 8
	if depth == deep {
		return false
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.MakeSlice:
		return true
	case *ssa.Slice:
		return v.High != nil || begins(v.X, depth+1)
	case *ssa.ChangeType:
		return begins(v.X, depth+1)
	case *ssa.Extract:
		return begins(v.Tuple, depth+1)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return begins(e, depth+1) })
	case *ssa.Call:
		return slices.ContainsFunc(ir.Args(&v.Call), func(a ssa.Value) bool { return isSlice(a.Type()) && begins(a, depth+1) })
	}
	return false
}

// loops reports whether an instruction runs as often as what the program is given is
// long.
func (g *growing) loops(at ssa.Instruction) bool {
	for l := g.put.f.IR.Graph(at.Parent()).Innermost(at.Block()); l != nil; l = l.Outer {
		if !l.Constant() {
			return true
		}
	}
	return false
}

// written returns the statement at which an event writes data of unbounded size into a
// buffer, or nil.
func (g *growing) written(e *effects.Event) ssa.Instruction {
	call, ok := e.Origin.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	args := ir.Args(call.Common())
	callee := ir.Callee(call.Common())
	switch e.Kind {
	case effects.Grow:
		if callee == nil {
			return nil
		}
		if callee.Pkg() == nil || !convention.IsStd(callee.Pkg().Path()) {
			return call
		}
		switch name := callee.Name(); {
		case name == "WriteByte" || name == "WriteRune":
			if !g.loops(call) {
				return nil
			}
		case strings.HasPrefix(name, "Write") && len(args) > 1 && !g.loops(call) && !g.long(args[len(args)-1]):
			return nil
		case strings.HasPrefix(name, "Fprint") && !g.loops(call) && prints(args[1:]):
			return nil
		}
		return call
	case effects.Arg:
		i := e.Index
		if callee == nil || i < 0 || i >= len(args) || e.Via {
			return nil
		}
		if sig := callee.Signature(); sig.Recv() != nil {
			i--
		}
		if i < 0 || i >= callee.Signature().Params().Len() || !writable(callee.Signature().Params().At(i).Type()) || g.put.f.Callee(call.Common()) != nil && !wraps(callee) {
			return nil
		}
		return call
	case effects.Escape:
		if e.Via || callee != nil {
			return nil
		}
		return call
	}
	return nil
}

// wraps reports whether a function returns what writes to its parameter later.
func wraps(fn *types.Func) bool {
	r := fn.Signature().Results()
	if r.Len() == 0 {
		return false
	}
	_, pointer := r.At(0).Type().Underlying().(*types.Pointer)
	return pointer || types.IsInterface(r.At(0).Type()) && !ir.IsError(r.At(0).Type())
}

// writable reports whether a parameter of a type is written to.
func writable(typ types.Type) bool {
	m, _, _ := types.LookupFieldOrMethod(typ, true, nil, "Write")
	_, ok := m.(*types.Func)
	return ok
}

// prints reports whether all that is printed is short: numbers and constants.
func prints(args []ssa.Value) bool {
	for _, a := range args {
		s, ok := a.(*ssa.Slice)
		if !ok {
			continue // the format
		}
		cell, ok := s.X.(*ssa.Alloc)
		if !ok {
			return false
		}
		for _, ref := range *cell.Referrers() {
			elem, ok := ref.(*ssa.IndexAddr)
			if !ok {
				continue
			}
			for _, use := range *elem.Referrers() {
				st, ok := use.(*ssa.Store)
				if !ok {
					continue
				}
				v := ir.Unwrap(st.Val)
				if basic, ok := v.Type().Underlying().(*types.Basic); !isConst(v) && (!ok || basic.Info()&types.IsString != 0) {
					return false
				}
			}
		}
	}
	return true
}

func isSlice(typ types.Type) bool {
	_, ok := typ.Underlying().(*types.Slice)
	return ok
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}
