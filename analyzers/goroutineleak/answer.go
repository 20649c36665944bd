package goroutineleak

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// A request has the channel on which it is to be answered. A loop that answers on some ways
// and goes on to the next request on another leaves alone who waits for the answer.

// unanswered reports a receive of requests in a loop that answers some of them only.
func (c *checker) unanswered(instr ssa.Instruction, comm ir.Comm) {
	fn := instr.Parent()
	l := c.IR.Graph(fn).Innermost(instr.Block())
	refs := slices.DeleteFunc(slices.Clone(c.Refs(comm.Chan)), func(r effects.Ref) bool { return isVariable(r.Root) })
	replies := replyFields(ir.Received(comm.Chan))
	if l == nil || len(refs) != 1 || len(replies) == 0 {
		return
	}
	request := func(v ssa.Value) *types.Var { // the field of the request that a value is, or nil
		for _, r := range c.Refs(v) {
			if p := r.Path.Parent(); r.Root == refs[0].Root && p.IsElem() && p.Parent() == refs[0].Path {
				return r.Path.Field()
			}
		}
		return nil
	}
	var answers []ssa.Instruction
	var reply *types.Var
	for _, b := range l.Blocks {
		for _, other := range b.Instrs {
			for _, sent := range ir.Comms(other) {
				if f := request(sent.Chan); f != nil && slices.Contains(replies, f) && !sent.Recv {
					reply, answers = f, append(answers, other)
				}
			}
		}
	}
	if len(answers) == 0 || !c.waitedFor(reply) {
		return
	}
	// What else is done with the request may answer it later.
	for _, e := range c.Of(refs[0].Root) {
		p := e.Ref.Path
		if p.IsElem() {
			p = p.Parent()
		} else if f := p.Field(); f != nil && f.Origin() == reply && p.Parent().IsElem() {
			p = p.Parent().Parent()
		} else {
			continue
		}
		if p != refs[0].Path || slices.Contains(answers, e.Instr) {
			continue
		}
		switch e.Kind {
		case effects.Recv, effects.Wait, effects.Grow:
		default:
			return
		}
	}
	start := instr.Block()
	if sel, ok := instr.(*ssa.Select); ok {
		if edge, ok := ir.CaseEdge(sel, comm.Case); ok {
			start = edge.To()
		}
	}
	if c.goesRound(start, l, answers, request) {
		leak := c.found("blocked-receive", instr, "request is not answered on every path")
		if sel, ok := instr.(*ssa.Select); ok {
			leak.Pos, leak.End = sel.States[comm.Case].Pos, token.NoPos
		}
		leak.note(c, answers[0], "answers here")
		c.add(instr, leak, account.Owes)
	}
}

// replyFields returns the fields of a request that are channels.
func replyFields(t types.Type) (fields []*types.Var) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for f := range s.Fields() {
		if _, isChan := f.Type().Underlying().(*types.Chan); isChan {
			fields = append(fields, f.Origin())
		}
	}
	return fields
}

// waitedFor reports whether all channels that are put into a field are made for one answer that
// somebody waits for.
func (c *checker) waitedFor(reply *types.Var) bool {
	stored := c.StoredIn(reply)
	return len(stored) > 0 && !slices.ContainsFunc(stored, func(e *effects.Event) bool {
		made, ok := e.Ref.Root.(*ssa.MakeChan)
		return !ok || e.Ref.Path != nil || !slices.ContainsFunc(c.Of(made), func(e *effects.Event) bool {
			sel, ok := e.Instr.(*ssa.Select)
			return e.Kind == effects.Recv && (!ok || sel.Blocking)
		})
	})
}

// goesRound reports whether a loop goes on to its next round from a block without having come to
// one of some answers, other than where the request says that nobody waits.
func (c *checker) goesRound(start *ssa.BasicBlock, l *ir.Loop, answers []ssa.Instruction, request func(ssa.Value) *types.Var) bool {
	type step struct{ from, to *ssa.BasicBlock }
	seen := map[step]bool{{nil, start}: true}
	work := []step{{nil, start}}
next:
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		for _, instr := range at.to.Instrs {
			if slices.Contains(answers, instr) {
				continue next
			}
		}
		succs := at.to.Succs
		if br, ok := at.to.Instrs[len(at.to.Instrs)-1].(*ssa.If); ok {
			if asks(br.Cond, request) {
				continue
			}
			if is, known := setOn(br, at.from); known {
				succs = succs[:1]
				if !is {
					succs = at.to.Succs[1:]
				}
			}
		}
		for _, s := range succs {
			if s == l.Header {
				return true
			}
			if to := (step{at.to, s}); l.Contains(s) && !seen[to] {
				seen[to] = true
				work = append(work, to)
			}
		}
	}
	return false
}

// setOn returns what the flag of a branch is if it was set on the way from a block.
func setOn(br *ssa.If, from *ssa.BasicBlock) (is, known bool) {
	phi, ok := br.Cond.(*ssa.Phi)
	if !ok || phi.Block() != br.Block() || from == nil {
		return false, false
	}
	k, ok := phi.Edges[slices.Index(br.Block().Preds, from)].(*ssa.Const)
	return ok && constant.BoolVal(k.Value), ok
}

// asks reports whether a condition is about what a request says.
func asks(cond ssa.Value, request func(ssa.Value) *types.Var) bool {
	switch v := cond.(type) {
	case *ssa.BinOp:
		return asks(v.X, request) || asks(v.Y, request)
	case *ssa.UnOp:
		if v.Op == token.NOT {
			return asks(v.X, request)
		}
		return request(v) != nil
	case *ssa.Field:
		return request(v) != nil
	case *ssa.Extract:
		assert, ok := v.Tuple.(*ssa.TypeAssert)
		return ok && asks(assert.X, request)
	}
	return false
}
