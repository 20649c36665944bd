package growth

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// What takes elements out of a container is a way out for what it takes out. Where
// every one misses what a way in puts in, the code itself shows that this was meant to
// go: that is more than evidence of how often it comes.

// flaw returns what is wrong with a way in, and what shows it; ok is false if
// something takes out what comes in by it.
func (f *fields) flaw(c kept, in *effects.Event, typ types.Type) (_ Flaw, witness ssa.Instruction, ok bool) {
	flaw := NoWayOut
	outs := f.outs(c)
	delete(f.unless, in)
	if len(outs) > maxWays {
		return 0, nil, false
	}
	if at := f.leftOnFailure(c, in, outs); at != nil {
		return Failed, at, true
	}
	for _, out := range outs {
		var miss Flaw
		switch {
		case f.uncalled(out) && ir.Outermost(out.Func()) != ir.Outermost(in.Func()):
			miss = NeverCalls
		case f.forOthers(out) != nil:
			miss = NeverCalls
			f.unless[in] = append(f.unless[in], f.forOthers(out))
		case f.otherKey(out, in):
			miss = OtherKey
		case f.undoes(out, in):
			miss = Rollback
		case f.whenRead(out):
			miss = WhenRead
		default:
			at := cmp.Or(f.leftBehind(c, in, outs), f.leftHere(c, in))
			return Sibling, at, at != nil
		}
		if witness == nil {
			flaw, witness = miss, out.Instr
		}
	}
	if witness != nil {
		return flaw, witness, true
	}
	if keyed(typ) {
		if out := f.emptied(c, in); out != nil {
			return EmptyInner, out, true
		}
	}
	if out := cmp.Or(f.sibling(c, in), f.forgotten(c)); out != nil {
		return Sibling, out, true
	}
	if at := f.beside(c, in); at != nil {
		return Beside, at, true
	}
	if at := f.walked(c, in, typ); at != nil {
		return NotReset, at, true
	}
	if f.resetBetween(c, in) {
		return 0, nil, false
	}
	if at := f.dead(c); at != nil {
		return Dead, at, true
	}
	return NoWayOut, nil, true
}

// uncalled reports whether what takes out is in a method that nobody calls.
func (f *fields) uncalled(out *effects.Event) bool {
	return f.neverRuns(ir.Outermost(out.Func()), 0)
}

// neverRuns reports whether a function is a method that nobody calls, or is called by such
// alone.
func (f *fields) neverRuns(fn *ssa.Function, depth int) bool {
	if fn.Signature.Recv() != nil && f.Uncalled(fn) {
		return true
	}
	uses := f.Uses(fn)
	return depth < maxUp && len(uses) > 0 && !token.IsExported(fn.Name()) && f.onlyCalled(fn) &&
		!slices.ContainsFunc(uses, func(use ssa.Instruction) bool { return !f.neverRuns(ir.Outermost(use.Parent()), depth+1) })
}

// deletes returns the key under which an event takes something out, as its function
// has it, or nil.
func (f *fields) deletes(out *effects.Event) ssa.Value {
	if del := deleted(out); del != nil {
		return del
	}
	call, ok := out.Instr.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	if callee := ir.Callee(call.Common()); callee != nil && syncMapTakes[callee.FullName()] {
		return call.Common().Args[1]
	}
	return nil
}

var syncMapTakes = map[string]bool{"(*sync.Map).Delete": true, "(*sync.Map).LoadAndDelete": true}

// undoes reports whether a delete takes out what the same function has put in, and only
// where that failed.
func (f *fields) undoes(out, in *effects.Event) bool {
	key, callee := keyOf(in)
	del := f.deletes(out)
	if key == nil || callee || del == nil || ir.Outermost(out.Func()) != ir.Outermost(in.Func()) || !f.sameKey(del, key) {
		return false
	}
	if out.Func() == in.Func() {
		if _, now := out.Instr.(*ssa.Call); !now || follows(in.Instr, out.Instr) || !follows(out.Instr, in.Instr) {
			return false
		}
	} else if !f.runsAtReturn(out.Func()) {
		return false
	}
	return onFailure(out.Instr, in.Instr)
}

// runsAtReturn reports whether a literal is deferred by the function around it.
func (f *fields) runsAtReturn(lit *ssa.Function) bool {
	made := f.Literal(lit)
	return len(made) > 0 && !slices.ContainsFunc(made, func(v ssa.Value) bool {
		mc, ok := v.(*ssa.MakeClosure)
		return !ok || slices.ContainsFunc(*mc.Referrers(), func(use ssa.Instruction) bool {
			_, deferred := use.(*ssa.Defer)
			return !deferred
		})
	})
}

// sameKey reports whether two values of a function and the literals in it are one.
func (f *fields) sameKey(a, b ssa.Value) bool {
	return sameValue(f.captured(a), f.captured(b))
}

// captured returns what a variable of a literal is in the function around it.
func (f *fields) captured(v ssa.Value) ssa.Value {
	v = ir.Unconvert(v)
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		cell := f.captured(load.X)
		if cell, ok := cell.(*ssa.Alloc); ok {
			if stored := soleStore(cell); stored != nil {
				return f.captured(stored)
			}
		}
		return v
	}
	free, ok := v.(*ssa.FreeVar)
	if !ok {
		return v
	}
	for _, made := range f.Literal(free.Parent()) {
		if mc, ok := made.(*ssa.MakeClosure); ok {
			return f.captured(mc.Bindings[slices.Index(free.Parent().FreeVars, free)])
		}
	}
	return v
}

// onFailure reports whether control comes to an instruction only where an error was
// found, and that was not known before it came to another one.
func onFailure(instr, after ssa.Instruction) bool {
	for b := range ir.Dominators(instr.Block()) {
		if b.Parent() == after.Parent() && b.Dominates(after.Block()) {
			break
		}
		if len(b.Preds) != 1 {
			continue
		}
		if x, isNil, ok := ir.NilEdge(b.Preds[0]); ok && isNil.To() != b && ir.IsError(x.Type()) {
			return true
		}
	}
	return false
}

// whenRead reports whether an element is taken out where it was asked for, and found to
// be too old.
func (f *fields) whenRead(out *effects.Event) bool {
	is, known := f.reads[out]
	if !known {
		is = f.asksFirst(out) && asksTime(out.Instr)
		f.reads[out] = is
	}
	return is
}

// asksFirst reports whether control comes to what takes out from a look at the same key.
func (f *fields) asksFirst(out *effects.Event) bool {
	del := f.deletes(out)
	if del == nil || f.fromRange(del) || f.fromOwner(del, out) {
		return false
	}
	for _, b := range out.Func().Blocks {
		if !b.Dominates(out.Instr.Block()) {
			continue
		}
		for _, instr := range b.Instrs {
			var key, at ssa.Value
			switch instr := instr.(type) {
			case *ssa.Lookup:
				key, at = instr.Index, instr.X
			case *ssa.Call:
				if callee := ir.Callee(&instr.Call); callee != nil && callee.FullName() == "(*sync.Map).Load" {
					key, at = instr.Call.Args[1], instr.Call.Args[0]
				}
			}
			if key != nil && sameValue(key, del) && slices.ContainsFunc(f.Refs(at), func(r effects.Ref) bool { return r.Path.Field() != nil }) {
				return true
			}
		}
	}
	return false
}

// fromOwner reports whether the object from which something is taken out says itself under which
// key, as one does that has its keys in the order in which they expire.
func (f *fields) fromOwner(key ssa.Value, out *effects.Event) bool {
	of := func(v ssa.Value) bool {
		return slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool { return r.Root == out.Ref.Root && r.Path != nil })
	}
	const deep = 8
	for range deep {
		switch v := ir.Unconvert(key).(type) {
		case *ssa.UnOp:
			key = v.X
		case *ssa.FieldAddr:
			key = v.X
		case *ssa.Field:
			key = v.X
		case *ssa.TypeAssert:
			key = v.X
		case *ssa.Call:
			return slices.ContainsFunc(ir.Args(&v.Call), of)
		default:
			return of(key)
		}
	}
	return false
}

// fromRange reports whether a value, or what its callers give for it, is a key that a
// loop goes over.
func (f *fields) fromRange(v ssa.Value) bool {
	switch v := ir.Unconvert(v).(type) {
	case *ssa.Extract:
		_, next := v.Tuple.(*ssa.Next)
		return next
	case *ssa.Parameter:
		fn := v.Parent()
		i := slices.Index(fn.Params, v)
		return slices.ContainsFunc(f.Uses(fn), func(use ssa.Instruction) bool {
			call, ok := use.(ssa.CallInstruction)
			if !ok || f.IR.Static(call.Common()) != fn || i >= len(call.Common().Args) {
				return true
			}
			ext, ok := ir.Unconvert(call.Common().Args[i]).(*ssa.Extract)
			if !ok {
				return false
			}
			_, next := ext.Tuple.(*ssa.Next)
			return next
		})
	}
	return false
}

// asksTime reports whether the clock decides if control comes to an instruction.
func asksTime(instr ssa.Instruction) bool {
	for b := range ir.Dominators(instr.Block().Idom()) {
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if ok && ofClock(br.Cond, 0) && slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool {
			return s != instr.Block() && !follows(instr, s.Instrs[0])
		}) {
			return true
		}
	}
	return false
}

// ofClock reports whether a condition is made of what package time says.
func ofClock(v ssa.Value, depth int) bool {
	const deep = 4
	if depth == deep {
		return false
	}
	switch v := v.(type) {
	case *ssa.BinOp:
		return ofClock(v.X, depth+1) || ofClock(v.Y, depth+1)
	case *ssa.UnOp:
		return v.Op == token.NOT && ofClock(v.X, depth+1)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return ofClock(e, depth+1) })
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		if callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "time" {
			return true
		}
	}
	return false
}

// emptied returns what takes elements out of the elements of a container, which are containers
// themselves, in another function than a way in, if one is given, or deferred there; nil if
// nothing does.
func (f *fields) emptied(c kept, in *effects.Event) ssa.Instruction {
	for _, e := range f.under(c.field) {
		if !f.empties(c, e) || f.inTest(e.Func().Pos()) || f.atTheEnd(e) || !f.Repeatable(e.Instr) || e.Origin != e.Instr || f.fromRange(outerKey(e.Instr)) && !f.fromEach(e) {
			continue
		}
		if in == nil || ir.Outermost(e.Func()) != ir.Outermost(in.Func()) || e.Func() != in.Func() && f.runsAtReturn(e.Func()) {
			return e.Instr
		}
	}
	return nil
}

// empties reports whether an event takes elements out of an element of a container.
func (f *fields) empties(c kept, e *effects.Event) bool {
	at, _ := f.keptAt(e.Ref.Path)
	if at == c {
		return setsEmpty(e.Instr)
	}
	return at.within(c) && !strings.Contains(at.rest[len(c.rest):], ".") && (e.Kind == effects.Shrink || e.Kind == effects.Replace && setsEmpty(e.Instr))
}

// setsEmpty reports whether an instruction puts an empty list or map in the place of one that
// its function has looked up. Where there was none, or nobody asked, a key is put in by that.
func setsEmpty(instr ssa.Instruction) bool {
	put, ok := instr.(*ssa.MapUpdate)
	if !ok || !ir.IsNil(put.Value) {
		return false
	}
	switch put.Value.Type().Underlying().(type) {
	case *types.Slice, *types.Map:
	default:
		return false
	}
	if key := onlyIfAbsent(put); key != nil && sameValue(key, put.Key) {
		return false
	}
	for b := range ir.Dominators(put.Block()) {
		for _, at := range b.Instrs {
			if look, ok := at.(*ssa.Lookup); ok && sameValue(look.Index, put.Key) && sameValue(look.X, put.Map) {
				return true
			}
		}
	}
	return false
}

// fromEach reports whether an event takes one and the same key out of all that a loop goes
// over: what it stands for goes, and not they.
func (f *fields) fromEach(e *effects.Event) bool {
	l := f.IR.Graph(e.Func()).Innermost(e.Instr.Block())
	a, ok := accessOf(deleted(e))
	if l == nil || !ok {
		return false
	}
	from, made := a.root.(ssa.Instruction)
	return !made || !l.Contains(from.Block())
}

// outerKey returns the key of the container whose elements an instruction empties, or nil.
func outerKey(instr ssa.Instruction) ssa.Value {
	switch instr := instr.(type) {
	case *ssa.MapUpdate:
		return instr.Key
	case ssa.CallInstruction:
		if args := instr.Common().Args; len(args) > 0 {
			v := args[0]
			if ext, ok := v.(*ssa.Extract); ok {
				if _, next := ext.Tuple.(*ssa.Next); next {
					return ext
				}
				v = ext.Tuple
			}
			if look, ok := v.(*ssa.Lookup); ok {
				return look.Index
			}
		}
	}
	return nil
}

// sibling returns what takes a key out of another container of the same owner, which
// gets it together with c; nil if nothing does.
func (f *fields) sibling(c kept, in *effects.Event) ssa.Instruction {
	key, callee := keyOf(in)
	if key == nil || callee {
		return nil
	}
	if at := f.among(in); at != nil {
		o, ok := f.keptAt(at.Path)
		if !ok || slices.ContainsFunc(f.outs(o), func(out *effects.Event) bool { return ir.Outermost(out.Func()) == ir.Outermost(in.Func()) }) {
			return nil // it goes from there to here
		}
		return f.outlasts(o, in, in)
	}
	for _, e := range f.In(ir.Outermost(in.Func())) {
		o, ok := f.keptAt(e.Ref.Path)
		if !ok || e.Kind != effects.Grow || e.Via || o.field == c.field || o.ofOther() || e.Ref.Root != in.Ref.Root || !together(e.Instr, in.Instr) {
			continue
		}
		other, callee := keyOf(e)
		if other == nil || callee || !f.sameKey(other, key) || f.filledAlone(o, c) {
			continue
		}
		if at := f.outlasts(o, e, in); at != nil {
			return at
		}
	}
	return nil
}

// outlasts returns what takes a key out of a container that gets it at one event, and at
// another one stays elsewhere; nil if nothing does.
func (f *fields) outlasts(o kept, e, in *effects.Event) ssa.Instruction {
	for _, out := range f.outs(o) {
		apart := ir.Outermost(out.Func()) != ir.Outermost(in.Func()) || f.sweeps(out)
		if out.Kind == effects.Shrink && !f.emptiesAll(out) && apart && !f.uncalled(out) && !f.otherKey(out, e) && !f.undoes(out, e) {
			return out.Instr
		}
	}
	return nil
}

// emptiesAll reports whether an event takes out all that a loop over the container comes to:
// then it is a queue that is emptied, and no end of what a key stands for.
func (f *fields) emptiesAll(out *effects.Event) bool {
	switch key := ir.Unconvert(f.deletes(out)).(type) {
	case *ssa.Extract:
		_, next := key.Tuple.(*ssa.Next)
		return next && !f.sweeps(out)
	case *ssa.Parameter: // of the function for Range
		return key.Parent().Parent() != nil
	}
	return false
}

// sweeps reports whether an event takes out some of the keys that a loop comes to, and
// leaves others.
func (f *fields) sweeps(out *effects.Event) bool {
	key, ok := ir.Unconvert(f.deletes(out)).(*ssa.Extract)
	if !ok {
		return false
	}
	next, ok := key.Tuple.(*ssa.Next)
	if !ok || next.Parent() != out.Func() {
		return false
	}
	round := next.Block()
	return slices.ContainsFunc(round.Preds, func(latch *ssa.BasicBlock) bool {
		return round.Dominates(latch) && !out.Instr.Block().Dominates(latch)
	})
}

// filledAlone reports whether some function puts into a container and not into c: then
// it says what state something is in, perhaps, and not whether it is there.
func (f *fields) filledAlone(o, c kept) bool {
	also := f.fillers(c)
	for fn := range f.fillers(o) {
		if !also[fn] {
			return true
		}
	}
	return false
}

// fillers returns the functions that put into a container.
func (f *fields) fillers(c kept) map[*ssa.Function]bool {
	fns := f.filled[c]
	if fns == nil {
		fns = make(map[*ssa.Function]bool)
		for _, in := range f.ins[c] {
			fns[ir.Outermost(in.Func())] = true
		}
		f.filled[c] = fns
	}
	return fns
}
