package effects

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// waitsForever reports whether instr is in a loop that never ends, or ends only
// when the channel that instr receives from is closed, which the caller who
// gave it may know never to happen.
func (t *table) waitsForever(instr ssa.Instruction) bool {
	f := t.flows[ir.Outermost(instr.Parent())]
	g := t.ir.Graph(instr.Parent())
	for l := g.Innermost(instr.Block()); l != nil; l = l.Outer {
		if t.neverEnds(l, func(recv *ssa.UnOp) bool { return recv != instr && !timerChan(f.of(recv.X)) }) {
			return true
		}
	}
	// The body of such a loop may be a literal, to recover from panics.
	return slices.ContainsFunc(t.calledAt[instr.Parent()], func(call *ssa.Call) bool { return t.waitsForever(call) })
}

// NeverEnds reports whether no path leads out of the loop: no edge, and no
// call that never returns. closes says whether the channel that a receive
// takes from can be closed, so that a range over it ends; timers' never are.
func (p *Package) NeverEnds(l *ir.Loop, closes func(recv *ssa.UnOp) bool) bool {
	return p.neverEnds(l, func(recv *ssa.UnOp) bool { return !timerChan(p.Refs(recv.X)) && closes(recv) })
}

func (t *table) neverEnds(l *ir.Loop, closes func(recv *ssa.UnOp) bool) bool {
	dead := make(map[ir.Edge]bool)
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if e, ok := ir.ClosedEdge(instr); ok && isRecv(instr) && !closes(instr) {
					dead[e] = true
				}
			case *ssa.Select:
				if e, ok := ir.NoCaseEdge(instr); ok {
					dead[e] = true
				}
			case *ssa.Call:
				if t.NeverReturns(&instr.Call) {
					return false
				}
			}
		}
	}
	for _, e := range l.Exits() {
		if !dead[e] {
			return false
		}
	}
	return true
}

// timerChan reports whether refs name nothing but channels of tickers and
// timers, which nobody closes.
func timerChan(refs []Ref) bool {
	if len(refs) == 0 {
		return false
	}
	for _, r := range refs {
		if f := r.Path.Field(); f != nil && f.Name() == "C" && f.Pkg() != nil && f.Pkg().Path() == "time" {
			continue
		}
		if call, ok := r.Root.(*ssa.Call); ok && r.Path == nil {
			if fn := ir.Callee(call.Common()); fn != nil && (fn.FullName() == "time.Tick" || fn.FullName() == "time.After") {
				continue
			}
		}
		if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil && isChanVar(cell) {
			continue // the variable that holds it
		}
		return false
	}
	return true
}

// OfTimer reports whether a ref names the channel of a ticker or timer.
func (p *Package) OfTimer(r Ref) bool { return timerChan([]Ref{r}) }

// Ticks reports whether a channel is that of a ticker, also where all callers of a function that other
// packages cannot call give one.
func (p *Package) Ticks(ch ssa.Value) bool { return p.ticks(ch, 0) }

func (p *Package) ticks(ch ssa.Value, depth int) bool {
	if !convention.IsTime(ir.Received(ch)) {
		return false
	}
	refs := p.Refs(ch)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r Ref) bool {
		if param, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil {
			return !p.givenTicks(param, depth)
		}
		if !p.OfTimer(r) {
			return true
		}
		if call, ok := r.Root.(*ssa.Call); ok && r.Path == nil {
			return ir.Callee(&call.Call).Name() == "After"
		}
		n := ir.Named(r.Path.Parent().Type(r.Root.Type()))
		return n != nil && n.Obj().Name() == "Timer"
	})
}

// givenTicks reports whether all that call a function give it a ticker's channel as a parameter.
func (p *Package) givenTicks(param *ssa.Parameter, depth int) bool {
	const deep = 3
	fn := param.Parent()
	index, uses := slices.Index(fn.Params, param), p.Uses(fn)
	return depth < deep && !token.IsExported(fn.Name()) && len(uses) > 0 && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || p.IR.Static(call.Common()) != fn || !p.ticks(ir.Args(call.Common())[index], depth+1)
	})
}

func isChanVar(cell *ssa.Alloc) bool {
	_, ok := cell.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Chan)
	return ok
}

// NeverReturns reports whether a call panics or ends the goroutine or process.
func (t *table) NeverReturns(call *ssa.CallCommon) bool {
	if fn := t.ir.Static(call); fn != nil {
		if sum := t.summaries[fn]; sum != nil {
			return sum.NoReturn
		}
		return fn.Parent() != nil && t.neverReturns(fn)
	}
	sum := t.summaryOf(call)
	return sum != nil && sum.NoReturn
}

func (t *table) neverReturns(fn *ssa.Function) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	seen := make([]bool, len(fn.Blocks))
	work := []*ssa.BasicBlock{fn.Blocks[0]}
	seen[0] = true
	ends := false
	never := make(map[*ssa.BasicBlock]bool) // where a select would go without a case
next:
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Return:
				return false
			case *ssa.Select:
				if e, ok := ir.NoCaseEdge(instr); ok {
					never[e.To()] = true
				}
			case *ssa.Panic:
				if never[b] {
					continue next
				}
				if fn.Recover != nil {
					return false // a deferred call may recover
				}
				ends = true
			case *ssa.Call:
				if fn != t.ir.Source(t.ir.Static(&instr.Call)) && t.NeverReturns(&instr.Call) {
					ends = true
					continue next
				}
			}
		}
		for _, s := range b.Succs {
			if !seen[s.Index] {
				seen[s.Index] = true
				work = append(work, s)
			}
		}
	}
	return ends
}
