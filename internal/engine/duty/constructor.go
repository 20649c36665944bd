package duty

import (
	"go/token"
	"go/types"
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// busy returns what a new object of a type owes for which its constructor has started a goroutine, of
// which only is known that it goes on for as long as it likes: it has a loop of rounds that nothing
// counts, and asks others in it. The object has an end that stops something. What else ends the goroutine
// (a connection that breaks) nobody relies on who has such an end.
func (d *Duties) busy(fn *ssa.Function, n *types.Named, ends []end) (Debt, bool) {
	if fn.Signature.Recv() != nil {
		return Debt{}, false // what an object does for its user comes to an end by itself more often
	}
	parent := -1
	for i, p := range fn.Params {
		if ir.IsContext(p.Type()) {
			parent = i
		} else if effects.TeardownOf(p.Type()) != nil {
			return Debt{}, false // who has that ends it, and what goes on with it
		}
	}
	if !slices.ContainsFunc(ends, func(by end) bool { return by.prefix == "" && by.method.Exported() && d.stops(by) }) || !d.keeps(fn, n, make(map[*ssa.Function]bool)) {
		return Debt{}, false
	}
	return d.ended(Debt{Behind: Goroutine, Parent: parent}, ends[0], ends), true
}

// stops reports whether a method stops something: it closes a channel or sends on one, or calls a cancel
// function or what ends the life of something else.
func (d *Duties) stops(by end) bool {
	if by.method.Pkg() != d.pass.Pkg {
		return false
	}
	seen := make(map[*ssa.Function]bool)
	var look func(fn *ssa.Function, depth int) bool
	look = func(fn *ssa.Function, depth int) bool {
		if fn == nil || seen[fn] || depth > maxStarting {
			return false
		}
		seen[fn] = true
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Send:
					return true
				case ssa.CallInstruction:
					call := instr.Common()
					if b, ok := call.Value.(*ssa.Builtin); ok && b.Name() == "close" {
						return true
					}
					if own := d.p.IR.Static(call); own != nil {
						if look(own, depth+1) {
							return true
						}
						continue
					}
					if callee := ir.Callee(call); callee != nil && convention.IsTeardown(callee) || callee == nil && isFunc(call.Value.Type()) {
						return true
					}
				}
			}
		}
		return slices.ContainsFunc(fn.AnonFuncs, func(lit *ssa.Function) bool { return look(lit, depth) })
	}
	return look(d.p.IR.SSA.Prog.FuncValue(by.method.Origin()), 0)
}

// isFunc reports whether a type is that of functions without parameters and results, such as those that cancel.
func isFunc(typ types.Type) bool {
	sig, ok := typ.Underlying().(*types.Signature)
	return ok && sig.Params().Len()+sig.Results().Len() == 0
}

// keeps reports whether a function surely starts a goroutine that goes on and has an object of a type,
// unless it fails. It may be one of those that it calls with such an object.
func (d *Duties) keeps(fn *ssa.Function, n *types.Named, seen map[*ssa.Function]bool) bool {
	if seen[fn] {
		return false
	}
	seen[fn] = true
	for b := range always(fn) {
		for _, instr := range b.Instrs {
			if slices.ContainsFunc(d.started(instr, &frame{fn: fn}), func(body *frame) bool {
				return has(body, n) && d.goesOn(body.fn)
			}) {
				return true
			}
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if callee := d.p.IR.Static(&call.Call); callee != nil && slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool { return ir.Named(arg.Type()) == n }) && d.keeps(callee, n, seen) {
				return true
			}
		}
	}
	return false
}

// always yields the blocks to which a function comes that does not fail. Where that is not certain of any
// of its return statements, those are meant that are not known to return an error, or all.
func always(fn *ssa.Function) iter.Seq[*ssa.BasicBlock] {
	for _, meant := range []func(*ssa.Return) bool{
		func(ret *ssa.Return) bool { return !ir.Fails(ret) },
		func(ret *ssa.Return) bool { return !failed(ret) },
		func(*ssa.Return) bool { return true },
	} {
		var last *ssa.BasicBlock // of those that are on all ways
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); !ok || b == fn.Recover || !meant(ret) {
				continue
			}
			if last == nil {
				last = b
			}
			for !last.Dominates(b) {
				last = last.Idom()
			}
		}
		if last != nil {
			return ir.Dominators(last)
		}
	}
	return func(func(*ssa.BasicBlock) bool) {}
}

// failed reports whether a return statement returns an error for certain.
func failed(ret *ssa.Return) bool {
	for err := range ir.Errors(ret.Block()) {
		if slices.Contains(ret.Results, err) {
			return true
		}
	}
	return slices.ContainsFunc(ret.Results, ir.IsNewError)
}

// has reports whether a function has an object of a type: as a parameter, or captured.
func has(f *frame, n *types.Named) bool {
	is := func(typ types.Type) bool {
		return ir.Named(typ) == n || ir.Named(deref(typ)) == n
	}
	return slices.ContainsFunc(f.fn.Params, func(p *ssa.Parameter) bool { return is(p.Type()) }) ||
		slices.ContainsFunc(f.fn.FreeVars, func(v *ssa.FreeVar) bool { return is(v.Type()) })
}

// goesOn reports whether a function, or one of the package that it calls, goes round without a bound
// and waits for others or calls them in that.
func (d *Duties) goesOn(fn *ssa.Function) bool {
	goes, known := d.turns[fn]
	if known {
		return goes
	}
	d.turns[fn] = false // while it is worked out
	waits := func(instr ssa.Instruction) bool {
		switch instr := instr.(type) {
		case *ssa.Select:
			return instr.Blocking
		case *ssa.UnOp:
			return instr.Op == token.ARROW
		case *ssa.Call:
			_, builtin := instr.Call.Value.(*ssa.Builtin)
			return !builtin
		}
		return false
	}
	goes = slices.ContainsFunc(d.p.IR.Graph(fn).Loops, func(l *ir.Loop) bool {
		return !l.Bounded() && slices.ContainsFunc(l.Blocks, func(b *ssa.BasicBlock) bool { return slices.ContainsFunc(b.Instrs, waits) })
	}) || slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool {
			call, ok := instr.(*ssa.Call)
			if !ok {
				return false
			}
			callee := d.p.IR.Static(&call.Call)
			return callee != nil && d.goesOn(callee)
		})
	})
	d.turns[fn] = goes
	return goes
}
