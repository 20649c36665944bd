package effects

import (
	"cmp"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// An scc is a set of declared functions that call each other.
type scc struct {
	fns       []*ssa.Function
	recursive bool
}

// bottomUp returns the declared functions of the package, callees first
// (Tarjan's algorithm, with an explicit stack: call chains can be long).
func (t *table) bottomUp() []scc {
	type state struct {
		fn      *ssa.Function
		callees []*ssa.Function
		next    int
	}
	order := make(map[*ssa.Function]int) // whatever function of an scc was met first
	for i, fn := range t.ir.Funcs {
		order[fn] = i
	}
	callees := make(map[*ssa.Function][]*ssa.Function)
	index := make(map[*ssa.Function]int)
	low := make(map[*ssa.Function]int)
	onStack := make(map[*ssa.Function]bool)
	var stack []*ssa.Function
	var out []scc
	visit := func(root *ssa.Function) {
		var work []state
		push := func(fn *ssa.Function) {
			index[fn] = len(index) + 1
			low[fn] = index[fn]
			stack = append(stack, fn)
			onStack[fn] = true
			callees[fn] = t.callees(fn)
			work = append(work, state{fn: fn, callees: callees[fn]})
		}
		push(root)
		for len(work) > 0 {
			s := &work[len(work)-1]
			if s.next < len(s.callees) {
				c := s.callees[s.next]
				s.next++
				if index[c] == 0 {
					push(c)
				} else if onStack[c] {
					low[s.fn] = min(low[s.fn], index[c])
				}
				continue
			}
			fn := s.fn
			work = work[:len(work)-1]
			if len(work) > 0 {
				up := work[len(work)-1].fn
				low[up] = min(low[up], low[fn])
			}
			if low[fn] != index[fn] {
				continue
			}
			var c scc
			for {
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				onStack[top] = false
				c.fns = append(c.fns, top)
				if top == fn {
					break
				}
			}
			slices.SortFunc(c.fns, func(a, b *ssa.Function) int { return cmp.Compare(order[a], order[b]) })
			c.recursive = len(c.fns) > 1 || slices.Contains(callees[fn], fn)
			out = append(out, c)
		}
	}
	for _, fn := range t.ir.Funcs {
		if fn.Parent() == nil && index[fn] == 0 {
			visit(fn)
		}
	}
	return out
}

// callees returns the declared functions that fn calls, or whose methods it has
// as values: what gets these may call them.
func (t *table) callees(fn *ssa.Function) []*ssa.Function {
	var out []*ssa.Function
	add := func(callee *ssa.Function) {
		if callee != nil && callee.Parent() == nil && !slices.Contains(out, callee) {
			out = append(out, callee)
		}
	}
	method := func(obj *types.Func) {
		if obj != nil {
			add(t.ir.Source(t.ir.SSA.Prog.FuncValue(obj)))
		}
	}
	for _, f := range tree(fn) {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.MakeClosure:
					method(ir.BoundMethod(instr))
				case ssa.CallInstruction:
					common := instr.Common()
					switch callee := t.ir.Static(common); {
					case callee != nil:
						add(callee)
					case common.IsInvoke():
						method(t.implementation(common))
					default:
						method(ir.Callee(common))
					}
				}
			}
		}
	}
	return out
}
