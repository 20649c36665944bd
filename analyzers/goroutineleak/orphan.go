package goroutineleak

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// When something has ended, those at the other end of a channel have left. Who waits there has to
// look at that as well, as others do that wait for the same.

// orphaned reports a receive, or a select statement, that waits for nothing but channels at whose
// other ends nobody is left when something has ended, if others look at that where they do the same.
func (c *checker) orphaned(instr ssa.Instruction) {
	comms := ir.Comms(instr)
	if sel, ok := instr.(*ssa.Select); ok && (!sel.Blocking || len(comms) < len(sel.States)) || len(comms) == 0 || c.hung[instr] || c.filled(instr) || c.InTeardown(ir.Outermost(instr.Parent())) {
		return
	}
	sure := true // that those at the other ends leave
	var knows, leaves ssa.Instruction
	for _, comm := range comms {
		same, others := c.left(instr, comm)
		if len(others) == 0 {
			return
		}
		leaves = others[0].Instr
		i := slices.IndexFunc(same, func(e *effects.Event) bool { return e.Instr != instr && c.endsWith(e.Instr, e.Index) })
		if knows == nil && i >= 0 {
			knows = same[i].Instr
		}
		if slices.ContainsFunc(others, func(e *effects.Event) bool { return !c.ends(e.Instr, e.Index) }) {
			sure = false
		}
	}
	starts := c.Starts(instr.Parent())
	if knows == nil && !(sure && len(starts) > 0 && c.hasEnd(starts[0])) || slices.ContainsFunc(starts, func(start ssa.Instruction) bool { return c.told[start] }) {
		return
	}
	leak := c.found("blocked-receive", instr, "receive"+c.from(instr)+" does not look at what ends those who send")
	if sel, ok := instr.(*ssa.Select); ok {
		leak = c.found("blocked-receive", instr, "select statement does not look at what ends those at the other ends")
		leak.Pos, leak.End = sel.States[0].Pos, token.NoPos
	}
	if knows != nil {
		leak.note(c, knows, "looks at it here, where it does the same")
	}
	leak.note(c, leaves, "goes on here until it is ended")
	c.add(instr, leak, account.Owes)
}

// filled reports whether a receive comes right after a look at the channel that has found something
// in it: there is nothing to wait for.
func (c *checker) filled(instr ssa.Instruction) bool {
	recv, ok := instr.(*ssa.UnOp)
	b := instr.Block()
	if !ok || recv.Op != token.ARROW || len(b.Preds) != 1 {
		return false
	}
	br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If)
	if !ok || b.Preds[0].Succs[0] != b {
		return false
	}
	cmp, ok := br.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.GTR && cmp.Op != token.NEQ {
		return false
	}
	call, ok := cmp.X.(*ssa.Call)
	if zero, known := ir.Int(cmp.Y); !ok || !known || zero != 0 {
		return false
	}
	built, ok := call.Call.Value.(*ssa.Builtin)
	return ok && built.Name() == "len" && slices.Equal(c.Refs(call.Call.Args[0]), c.Refs(recv.X)) &&
		!slices.ContainsFunc(b.Instrs[:slices.Index(b.Instrs, instr)], func(i ssa.Instruction) bool { return len(ir.Comms(i)) > 0 })
}

// maxEnds bounds how many have a channel of which each is compared with all.
const maxEnds = 256

// left returns those at the other end of a channel in a field, and all at this end, if those at the
// other end all leave when something has ended.
func (c *checker) left(instr ssa.Instruction, comm ir.Comm) (same, others []*effects.Event) {
	if fieldOf(comm.Chan) == nil || convention.IsTime(ir.Received(comm.Chan)) {
		return nil, nil
	}
	p := c.port(comm.Chan)
	if p == nil || p.handed || p.closed || !comm.Recv && (p.foreign || p.room > 0) || len(p.makes) == 0 {
		return nil, nil
	}
	same, others = p.sends, p.recvs
	if comm.Recv {
		same, others = p.recvs, p.sends
	}
	if len(same)+len(others) > maxEnds {
		return nil, nil
	}
	if slices.ContainsFunc(others, func(e *effects.Event) bool {
		return !c.ends(e.Instr, e.Index) && !c.goesOn(e) || ir.Within(e.Func(), ir.Outermost(instr.Parent()))
	}) {
		return nil, nil
	}
	return same, others
}

// goesOn reports whether who sends or receives does so again and again on a goroutine that looks at
// what ends it, or sends without waiting.
func (c *checker) goesOn(e *effects.Event) bool {
	if sel, ok := e.Instr.(*ssa.Select); ok && !sel.Blocking && e.Kind == effects.Grow {
		return !isToken(sel.States[e.Index].Chan)
	}
	return c.loopEnds(e.Func()) && c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil
}

// endsWith reports whether a select statement also looks at what ends an object.
func (c *checker) endsWith(instr ssa.Instruction, but int) bool {
	return slices.ContainsFunc(c.alternatives(instr, but), func(i int) bool {
		ch := instr.(*ssa.Select).States[i].Chan
		if !isToken(ch) || !c.Opens(ch) {
			return false
		}
		if call, ok := ch.(*ssa.Call); ok {
			if ctx := effects.EndOf(&call.Call); ctx != nil {
				return fieldOf(ctx) != nil
			}
		}
		return fieldOf(ch) != nil
	})
}
