package goroutineleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A goroutine that only waits for the end of something ends with that. Those that are started
// for one thing after the other, and wait for the end of what was there before, pile up.

// outlives reports a goroutine that ends only with a context, or with what the function that
// starts it looks at as well, if that outlives what it is started for.
func (c *checker) outlives(start *ssa.Go) {
	body := c.IR.Static(&start.Call)
	if body == nil || len(body.Blocks) == 0 || c.told[start] {
		return
	}
	var of []effects.Ref
	var at ssa.Instruction
	waits := make(map[ssa.Instruction]bool)
	shut := make(map[ir.Edge]bool)
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			ends, comms := 0, ir.Comms(instr)
			for _, comm := range comms {
				refs := c.endsOf(start, body, comm)
				if len(refs) == 0 {
					continue
				}
				if slices.ContainsFunc(refs, func(r effects.Ref) bool { return r.Root != refs[0].Root || len(of) > 0 && r.Root != of[0].Root }) {
					return // one of them may end first
				}
				if of = append(of, refs...); at == nil {
					at = instr
				}
				ends++
				if sel, ok := instr.(*ssa.Select); ok {
					if edge, ok := ir.CaseEdge(sel, comm.Case); ok {
						shut[edge] = true
					}
				}
			}
			if sel, ok := instr.(*ssa.Select); ends > 0 && ends == len(comms) && (!ok || sel.Blocking) {
				waits[instr] = true
			}
		}
	}
	if at == nil || !c.worksFor(start, of) || exitWithout(body, nil, true) == nil || leavesBut(body.Blocks[0], waits, shut) || c.together(start, of) {
		return
	}
	leak := c.found("never-ends", start, "goroutine outlives what it is started for: it waits for what was there before")
	leak.note(c, at, "waits here")
	leak.quiet = true
	c.add(start, leak, evidence.Needs{Again: true, Proof: true, Of: of})
}

// worksFor reports whether a goroutine has something else to work with than the receiver of the
// function that starts it, and what it waits for: a second one that has no more than the first
// would do the same.
func (c *checker) worksFor(start *ssa.Go, of []effects.Ref) bool {
	vals := slices.Clone(ir.Args(&start.Call))
	if mc, ok := start.Call.Value.(*ssa.MakeClosure); ok {
		vals = append(vals, mc.Bindings...)
	}
	for _, v := range vals {
		if cell, ok := v.(*ssa.Alloc); ok && isVariable(v) {
			for _, st := range c.IR.Graph(cell.Parent()).Stores(cell) {
				vals = append(vals, st.Val)
			}
		}
	}
	return slices.ContainsFunc(vals, func(v ssa.Value) bool {
		return slices.ContainsFunc(c.Refs(v), func(r effects.Ref) bool {
			if isVariable(r.Root) || slices.ContainsFunc(of, func(o effects.Ref) bool { return o.Root == r.Root }) {
				return false
			}
			switch root := r.Root.(type) {
			case *ssa.Parameter:
				return root.Parent().Signature.Recv() == nil || root != root.Parent().Params[0]
			case *ssa.Const, *ssa.Global, *ssa.Function:
				return false
			}
			return true
		})
	})
}

// together reports whether the function that starts a goroutine, once, returns only with the end
// of what that waits for.
func (c *checker) together(start *ssa.Go, of []effects.Ref) bool {
	fn := start.Parent()
	if c.IR.Graph(fn).Innermost(start.Block()) != nil {
		return false
	}
	shut := c.caseEdges(fn, func(ch ssa.Value) bool {
		if call, ok := ch.(*ssa.Call); ok {
			if ctx := effects.EndOf(&call.Call); ctx != nil {
				ch = ctx
			}
		}
		return slices.ContainsFunc(c.Refs(ch), func(r effects.Ref) bool { return slices.Contains(of, r) })
	})
	return len(shut) > 0 && !leavesBut(start.Block(), nil, shut)
}

// caseEdges returns where the select statements of a function go on when they have received from
// some channels.
func (c *checker) caseEdges(fn *ssa.Function, from func(ch ssa.Value) bool) map[ir.Edge]bool {
	edges := make(map[ir.Edge]bool)
	for _, sel := range c.waits[fn] {
		for i, state := range sel.States {
			if edge, ok := ir.CaseEdge(sel, i); ok && state.Send == nil && from(state.Chan) {
				edges[edge] = true
			}
		}
	}
	return edges
}

// leavesBut reports whether a function may return from a block on without having come to one of
// some instructions, or taken one of some edges.
func leavesBut(from *ssa.BasicBlock, waits map[ssa.Instruction]bool, shut map[ir.Edge]bool) bool {
	seen := make([]bool, len(from.Parent().Blocks))
	seen[from.Index] = true
next:
	for work := []*ssa.BasicBlock{from}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, instr := range b.Instrs {
			if waits[instr] {
				continue next
			}
			if _, ok := instr.(*ssa.Return); ok {
				return true
			}
		}
		for i, s := range b.Succs {
			if !seen[s.Index] && !shut[ir.Edge{From: b, Succ: i}] {
				seen[s.Index] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// endsOf returns the contexts and channels with whose end a goroutine goes on after a receive, in
// terms of the function that starts it; none if it may go on for another reason.
func (c *checker) endsOf(start *ssa.Go, body *ssa.Function, comm ir.Comm) (of []effects.Ref) {
	if !comm.Recv {
		return nil
	}
	v := comm.Chan
	if call, ok := v.(*ssa.Call); ok {
		if v = effects.EndOf(&call.Call); v == nil {
			return nil
		}
	} else if !isToken(v) && !c.closedOnly(v) || !c.looksAt(start.Parent(), v) && !c.endsTwice(start, body) {
		return nil
	}
	return c.outside(start, body, v, 0)
}

// closedOnly reports whether a channel in a field of the package is closed, and nothing is ever
// sent on it.
func (c *checker) closedOnly(ch ssa.Value) bool {
	if fieldOf(ch) == nil {
		return false
	}
	p := c.port(ch)
	return p != nil && p.closed && !p.handed && len(p.sends) == 0
}

// endsTwice reports whether a function gives back, when it returns, what a goroutine of it waits
// to give back as well.
func (c *checker) endsTwice(start *ssa.Go, body *ssa.Function) bool {
	fn := start.Parent()
	ended, known := c.ended[fn]
	if !known {
		ended = make(map[effects.Ref]bool)
		for _, e := range c.In(ir.Outermost(fn)) {
			if _, deferred := e.Instr.(*ssa.Defer); deferred && e.Ends() && !e.Via && e.Func() == fn {
				ended[e.Ref] = true
			}
		}
		c.ended[fn] = ended
	}
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ir.Callee(&call.Call)
			if callee != nil && convention.IsTeardown(callee) && slices.ContainsFunc(c.Refs(ir.Args(&call.Call)[0]), func(r effects.Ref) bool { return ended[r] }) {
				return true
			}
		}
	}
	return false
}

// outside returns what a value in a goroutine's body is in terms of the function that starts it;
// for a context that the body derives, what it is derived from, unless it ends by the clock.
func (c *checker) outside(start *ssa.Go, body *ssa.Function, v ssa.Value, depth int) (of []effects.Ref) {
	const deep = 4
	if depth > deep {
		return nil
	}
	for _, r := range c.Refs(v) {
		if isVariable(r.Root) {
			continue // it holds the other one
		}
		if f := r.Path.Field(); f != nil && slices.ContainsFunc(c.StoredIn(f), func(e *effects.Event) bool {
			return e.Kind == effects.Store && !e.Via && !effects.Fresh(e.To.Root)
		}) {
			return nil // there is another one from time to time
		}
		var more []effects.Ref
		switch root := r.Root.(type) {
		case *ssa.Parameter:
			if root.Parent() == body {
				more = c.outside(start, nil, ir.Args(&start.Call)[slices.Index(body.Params, root)], depth+1)
			} else {
				more = []effects.Ref{r}
			}
		case *ssa.Extract:
			call, ok := root.Tuple.(*ssa.Call)
			if ok && root.Parent() == body {
				if callee := ir.Callee(&call.Call); callee != nil && callee.FullName() == "context.WithCancel" {
					more = c.outside(start, body, call.Call.Args[0], depth+1)
				}
			} else {
				more = []effects.Ref{r}
			}
		default:
			more = []effects.Ref{r}
		}
		if len(more) == 0 {
			return nil
		}
		of = append(of, more...)
	}
	return of
}

// looksAt reports whether a function leaves by a case of a select statement that receives
// from a channel.
func (c *checker) looksAt(fn *ssa.Function, ch ssa.Value) bool {
	refs := c.Refs(ch)
	return slices.ContainsFunc(c.waits[fn], func(sel *ssa.Select) bool {
		return slices.ContainsFunc(c.alternatives(sel, -1), func(i int) bool {
			return slices.ContainsFunc(c.Refs(sel.States[i].Chan), func(r effects.Ref) bool { return slices.Contains(refs, r) })
		})
	})
}

// isVariable reports whether a root is a variable of something else than a struct.
func isVariable(root ssa.Value) bool {
	cell, ok := root.(*ssa.Alloc)
	if !ok {
		return false
	}
	_, isStruct := ir.Under(cell.Type().(*types.Pointer).Elem()).(*types.Struct)
	return !isStruct
}
