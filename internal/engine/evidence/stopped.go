package evidence

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// untilStopped reports whether a loop goes on until somebody else puts an end to it: all
// ways out of it are taken when a context has ended, a channel is closed, or a flag is set that
// goroutines share.
func (p *Package) untilStopped(l *ir.Loop) bool {
	exits := l.Exits()
	return len(exits) > 0 && !slices.ContainsFunc(exits, func(e ir.Edge) bool {
		cond, ok := lastCondition(e.From)
		return !ok || !p.isStop(cond, false, 0)
	})
}

// maxStops bounds how far functions are followed to the flag that they look at.
const maxStops = 2

// isStop reports whether a condition asks whether somebody has put an end to something. A plain
// flag counts if it is looked at under a lock.
func (p *Package) isStop(cond ssa.Value, locked bool, depth int) bool {
	switch cond := cond.(type) {
	case *ssa.UnOp:
		switch cond.Op {
		case token.NOT:
			return p.isStop(cond.X, locked, depth)
		case token.MUL:
			_, field := cond.X.(*ssa.FieldAddr)
			return field && locked
		}
	case *ssa.BinOp:
		return p.isEnd(cond) || isFlag(cond.X) || isFlag(cond.Y)
	case *ssa.Call:
		return isFlag(cond) || p.asksStop(p.IR.Static(&cond.Call), depth+1)
	}
	return false
}

// isEnd reports whether a comparison tells that a context has ended, or that there is something to
// receive from a channel of which nobody wants to know what.
func (p *Package) isEnd(cmp *ssa.BinOp) bool {
	if call, ok := cmp.X.(*ssa.Call); ok {
		return effects.EndOf(&call.Call) != nil
	}
	index, ok := cmp.X.(*ssa.Extract)
	if !ok || index.Index != 0 {
		return false
	}
	sel, ok := index.Tuple.(*ssa.Select)
	chosen, isConst := cmp.Y.(*ssa.Const)
	if !ok || !isConst || int(chosen.Int64()) >= len(sel.States) || sel.States[chosen.Int64()].Send != nil {
		return false
	}
	return !slices.ContainsFunc(*sel.Referrers(), func(use ssa.Instruction) bool {
		part, ok := use.(*ssa.Extract)
		return ok && part.Index > 1
	})
}

// isFlag reports whether a value is loaded from a variable that goroutines share, by package
// sync/atomic.
func isFlag(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "sync/atomic" && len(ir.Args(&call.Call)) == 1
}

// asksStop reports whether a function does no more than to ask whether somebody has put an end to
// something.
func (p *Package) asksStop(fn *ssa.Function, depth int) bool {
	if fn == nil || len(fn.Blocks) == 0 || depth > maxStops {
		return false
	}
	locks, asks := false, false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				callee := ir.Callee(&call.Call)
				locks = locks || callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "sync"
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			var asked []ssa.Value
			switch instr := instr.(type) {
			case *ssa.MapUpdate, *ssa.Send, *ssa.Go:
				return false
			case *ssa.Store:
				if _, result := instr.Addr.(*ssa.Alloc); !result {
					return false
				}
				asked = []ssa.Value{instr.Val}
			case *ssa.If:
				asked = []ssa.Value{instr.Cond}
			case *ssa.Return:
				asked = instr.Results
			}
			for _, v := range asked {
				if _, known := v.(*ssa.Const); known || isResult(v) {
					continue
				}
				if !p.isStop(v, locks, depth) {
					return false
				}
				asks = true
			}
		}
	}
	return asks
}

// isResult reports whether a value is loaded from the variable of a result, which a function with
// a deferred call has.
func isResult(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return false
	}
	_, ok = load.X.(*ssa.Alloc)
	return ok
}
