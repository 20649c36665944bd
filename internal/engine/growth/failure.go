package growth

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// An attempt is a function that puts something under a key and goes on with what that is there
// for. If it gives up and returns, nobody else knows that the entry has to go.
type attempt struct {
	*fields
	put    ssa.Instruction
	out    map[ssa.Instruction]bool // takes the entry out, or ends what has the container
	answer ssa.Value                // the channel in the entry that the function waits for, or nil
	alone  bool                     // nothing else takes out
	seen   map[passage]bool
}

// A passage is a block, and whether something has failed on the way there.
type passage struct {
	block  *ssa.BasicBlock
	failed bool
}

// leftOnFailure returns where a function returns and leaves an entry that it has put into a
// container and that nobody needs any more: it has given up to wait for the channel in the
// entry, which it made for itself; or it has failed, as it does elsewhere, where it takes the
// entry out again. It is nil if there is no such place.
func (f *fields) leftOnFailure(c kept, in *effects.Event, outs []*effects.Event) ssa.Instruction {
	key, callee := keyOf(in)
	if key == nil || callee || in.Origin != in.Instr {
		return nil
	}
	a := &attempt{fields: f, put: in.Instr, answer: f.awaited(in), alone: len(outs) == 0, out: make(map[ssa.Instruction]bool), seen: make(map[passage]bool)}
	if a.answer == nil && !slices.ContainsFunc(outs, func(out *effects.Event) bool { return f.undoes(out, in) }) || slices.ContainsFunc(outs, f.sweeps) {
		return nil
	}
	for _, e := range f.under(c.field) {
		if at, _ := f.keptAt(e.Ref.Path); !c.within(at) || !takes(e) || ir.Outermost(e.Func()) != ir.Outermost(in.Func()) {
			continue
		}
		if _, deferred := e.Instr.(*ssa.Defer); deferred || e.Func() != in.Func() {
			return nil // when the function returns, or when somebody calls what it gives
		}
		a.out[e.Instr] = true
	}
	for _, put := range f.puts(in.Func()) {
		if put != in.Instr && f.sameKey(put.Key, key) && slices.ContainsFunc(f.Refs(put.Map), func(r effects.Ref) bool { return r.Path.Field() == c.field }) {
			a.out[put] = true // it puts back what was there before
		}
	}
	b := in.Instr.Block()
	return a.from(b, slices.Index(b.Instrs, in.Instr)+1, false)
}

// from returns where control gets from an instruction to a return after a failure.
func (a *attempt) from(b *ssa.BasicBlock, i int, failed bool) ssa.Instruction {
	for _, instr := range b.Instrs[i:] {
		if a.out[instr] || instr == a.put || a.ends(instr) {
			return nil
		}
		switch instr := instr.(type) {
		case *ssa.Return:
			if failed && (a.answer != nil || returnsError(instr)) || a.alone {
				return instr
			}
		case *ssa.Select:
			waits := a.answers(instr)
			for i, s := range instr.States {
				if edge, ok := ir.CaseEdge(instr, i); ok && s.Send == nil && a.givesUp(s.Chan) {
					if at := a.to(edge.To(), true); at != nil {
						return at
					}
				}
			}
			if waits && !a.alone {
				return nil // there is the answer
			}
		default:
			if a.answers(instr) && !a.alone {
				return nil
			}
		}
	}
	for _, next := range b.Succs {
		if a.ruledOut(b, next) {
			continue
		}
		x, isNil, ok := ir.NilEdge(b)
		if at := a.to(next, failed || ok && ir.IsError(x.Type()) && isNil.To() != next); at != nil {
			return at
		}
	}
	return nil
}

func (a *attempt) to(b *ssa.BasicBlock, failed bool) ssa.Instruction {
	if a.seen[passage{b, failed}] {
		return nil
	}
	a.seen[passage{b, failed}] = true
	return a.from(b, 0, failed)
}

// ruledOut reports whether a branch asks what was asked before the entry was put in, and goes the
// other way.
func (a *attempt) ruledOut(from, to *ssa.BasicBlock) bool {
	again, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	for b := range ir.Dominators(a.put.Block()) {
		if len(b.Preds) != 1 || b.Preds[0] == from {
			continue
		}
		pred := b.Preds[0]
		first, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if ok && sameTest(first.Cond, again.Cond) {
			return slices.Index(pred.Succs, b) != slices.Index(from.Succs, to)
		}
	}
	return false
}

// sameTest reports whether two conditions are one, or compare the same.
func sameTest(a, b ssa.Value) bool {
	x, ok1 := a.(*ssa.BinOp)
	y, ok2 := b.(*ssa.BinOp)
	if ok1 && ok2 {
		return x.Op == y.Op && sameValue(x.X, y.X) && sameValue(x.Y, y.Y)
	}
	return sameValue(a, b)
}

// answers reports whether an instruction, or a function that it calls, receives from the channel
// that the function waits for.
func (a *attempt) answers(instr ssa.Instruction) bool {
	return a.answer != nil && slices.ContainsFunc(a.Of(a.answer), func(e *effects.Event) bool {
		return e.Instr == instr && e.Ref.Path == nil && (e.Kind == effects.Recv || e.Kind == effects.Wait)
	})
}

// givesUp reports whether a channel says that time is up, or that the caller has gone.
func (a *attempt) givesUp(ch ssa.Value) bool {
	call, ok := ch.(*ssa.Call)
	if !ok || ir.Callee(&call.Call) == nil || ir.Callee(&call.Call).FullName() != "(context.Context).Done" {
		refs := a.Refs(ch)
		return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
			_, made := r.Root.(*ssa.Call)
			return !made || !a.OfTimer(r)
		})
	}
	return !slices.ContainsFunc(a.Refs(call.Call.Value), func(r effects.Ref) bool { return r.Path != nil || a.OfPackage(r.Root) })
}

// ends reports whether an instruction ends something that was there before: what has the
// container, perhaps.
func (a *attempt) ends(instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && convention.IsTeardown(callee) && slices.ContainsFunc(a.Refs(ir.Args(&call.Call)[0]), func(r effects.Ref) bool { return !effects.Fresh(r.Root) })
}

// awaited returns the channel that a function makes and puts into a container, alone or in
// something that it makes as well, and from which it receives itself; nil if there is none, or
// others may wait for it, too.
func (f *fields) awaited(in *effects.Event) ssa.Value {
	var entry ssa.Value
	switch put := in.Instr.(type) {
	case *ssa.MapUpdate:
		entry = put.Value
	case ssa.CallInstruction:
		if args := put.Common().Args; len(args) > 2 {
			entry = args[2]
		}
	}
	if entry == nil {
		return nil
	}
	refs := f.Refs(entry)
	if slices.ContainsFunc(refs, func(r effects.Ref) bool { return r.Path != nil || !madeIn(r.Root, in.Func()) }) {
		return nil // others may have it, too
	}
	for _, r := range append(slices.Clone(refs), f.Held(refs)...) {
		made, ok := r.Root.(*ssa.MakeChan)
		if !ok || r.Path != nil || made.Parent() != in.Func() {
			continue
		}
		waits, shared := false, false
		for _, e := range f.Of(made) {
			if e.Ref.Path != nil {
				continue
			}
			switch e.Kind {
			case effects.Recv, effects.Wait:
				waits, shared = waits || e.Func() == in.Func() && e.Mode == effects.Now, shared || e.Func() != in.Func() || e.Mode != effects.Now
			case effects.Return:
				shared = true
			}
		}
		if waits && !shared {
			return made
		}
	}
	return nil
}

// madeIn reports whether a function makes a value by itself.
func madeIn(v ssa.Value, fn *ssa.Function) bool {
	switch v := v.(type) {
	case *ssa.Alloc:
		return v.Parent() == fn
	case *ssa.MakeChan:
		return v.Parent() == fn
	}
	return false
}

// returnsError reports whether the last result of a return is an error, and not nil.
func returnsError(ret *ssa.Return) bool {
	if len(ret.Results) == 0 {
		return false
	}
	last := ret.Results[len(ret.Results)-1]
	k, constant := last.(*ssa.Const)
	return ir.IsError(last.Type()) && !(constant && k.IsNil())
}
