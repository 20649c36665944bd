package goroutineleak

import (
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// detached reports a goroutine that makes a call under a context which never ends,
// while the function that waits for its result leaves when its own context ends.
func (c *checker) detached(start *ssa.Go) {
	mc, ok := start.Call.Value.(*ssa.MakeClosure)
	if !ok {
		return
	}
	body := mc.Fn.(*ssa.Function)
	for _, sel := range c.waits[start.Parent()] {
		if !slices.ContainsFunc(sel.States, func(s *ssa.SelectState) bool { return s.Send == nil && isDone(s.Chan) && c.Opens(s.Chan) }) {
			continue
		}
		call := c.endlessCall(body)
		if call == nil || !c.awaits(sel, body) {
			return
		}
		leak := c.found("detached-call", start, "goroutine goes on when the function has left with its context")
		leak.note(c, call, "this call is made under a context that never ends")
		leak.note(c, sel, "leaves here when its context ends")
		c.add(start, leak, account.Piles)
	}
}

// endlessCall returns a call in a goroutine's body that is given a context which never
// ends, and has a result to wait for.
func (c *checker) endlessCall(body *ssa.Function) ssa.Instruction {
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || call.Call.Signature().Results().Len() == 0 {
				continue
			}
			if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "context" {
				continue // it derives another
			}
			if slices.ContainsFunc(call.Call.Args, func(v ssa.Value) bool {
				return v.Type().String() == "context.Context" && !c.Ends(v)
			}) {
				return call
			}
		}
	}
	return nil
}

// isDone reports whether a channel is that of a context.
func isDone(ch ssa.Value) bool {
	call, ok := ch.(*ssa.Call)
	if !ok {
		return false
	}
	callee := ir.Callee(&call.Call)
	return callee != nil && callee.FullName() == "(context.Context).Done"
}

// awaits reports whether a select statement receives what a goroutine sends.
func (c *checker) awaits(sel *ssa.Select, body *ssa.Function) bool {
	for _, state := range sel.States {
		if state.Send != nil {
			continue
		}
		refs := c.Refs(state.Chan)
		for _, r := range refs {
			if slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
				return (e.Kind == effects.Grow || e.Kind == effects.Close) && e.Ref == r && ir.Within(e.Func(), body)
			}) {
				return true
			}
		}
	}
	return false
}

// leaves returns where a function leaves the loop in which it receives what a call
// produces: at the break statement, if it has left by one before it returned.
func (c *checker) leaves(start, exit ssa.Instruction) (pos, end token.Pos) {
	pos, end = c.IR.Range(exit)
	for _, b := range start.Parent().Blocks {
		for _, instr := range b.Instrs {
			recv, ok := instr.(*ssa.UnOp)
			if !ok || recv.Op != token.ARROW || !slices.Contains(c.Refs(recv.X), effects.Ref{Root: start.(ssa.Value)}) {
				continue
			}
			file := c.IR.File(recv.Pos())
			if file == nil {
				continue
			}
			path, _ := astutil.PathEnclosingInterval(file, recv.Pos(), recv.Pos())
			for _, n := range path {
				body := loopBody(n)
				if body == nil || body.Pos() <= pos && pos < body.End() {
					continue
				}
				if brk := breakOf(body); brk != nil {
					return brk.Pos(), brk.End()
				}
			}
		}
	}
	return pos, end
}

func loopBody(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.ForStmt:
		return n.Body
	case *ast.RangeStmt:
		return n.Body
	}
	return nil
}

// breakOf returns the first break statement that leaves the loop around body.
func breakOf(body *ast.BlockStmt) (found *ast.BranchStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.FuncLit:
			return false
		case *ast.BranchStmt:
			if n.Tok == token.BREAK && n.Label == nil && found == nil {
				found = n
			}
		}
		return true
	})
	return found
}
