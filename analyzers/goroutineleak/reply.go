package goroutineleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// Who asks for something puts the channel for the answer where those find it that answer: into a
// map, or a field of the request. If it waits for a while only, and the channel has no room, an
// answer that comes later has nobody to take it.

// unheard reports a channel without room that is made for one answer, if who waits for that may
// leave before, and somebody else sends it without looking at anything else.
func (c *checker) unheard(made *ssa.MakeChan) {
	if size, ok := made.Size.(*ssa.Const); !ok || size.Int64() != 0 || c.IR.Graph(made.Parent()).Innermost(made.Block()) != nil {
		return
	}
	fn := ir.Outermost(made.Parent())
	var leaves ssa.Instruction
	var send *ssa.Send
	for _, e := range c.answering(made) {
		switch e.Kind {
		case effects.Recv, effects.Wait:
			if leaves = e.Instr; e.Via || e.Func() != made.Parent() || !c.givesUp(e) {
				return
			}
		case effects.Close, effects.Return, effects.Escape, effects.Send, effects.Grow:
			if !e.Via && !c.HandsEnd(e, types.SendOnly) {
				return
			}
		case effects.Store:
			f := e.To.Path.Field()
			if e.Via || isVariable(e.To.Root) && e.To.Path == nil {
				continue
			}
			if f == nil || f.Pkg() != c.IR.Pass.Pkg || f.Exported() {
				return
			}
			m := c.sentIn(mailbox{f, e.To.Path.IsElem(), fn})
			if m.taken {
				return
			}
			if send == nil {
				send = c.answer(made, m)
			}
		}
	}
	if leaves == nil || send == nil {
		return
	}
	if ends, _, _ := c.unminded(send); ends != "" {
		return // it is a bare send
	}
	at, what := ssa.Instruction(made), "who sends on the channel may wait for ever: the one who receives does not wait for that"
	if starts := c.Starts(send.Parent()); len(starts) == 1 {
		at, what = starts[0], "goroutine may wait for ever to send its answer: the one who receives does not wait for that"
	}
	leak := c.found("blocked-send", at, what)
	leak.note(c, send, "sends here")
	if at != made {
		leak.note(c, made, "the channel for the answer has no room")
	}
	leak.note(c, leaves, "leaves here without having received")
	c.add(at, leak, account.Owes)
}

// answering returns what happens to a channel, also while it is in a field of an object that its
// function makes.
func (c *checker) answering(made *ssa.MakeChan) (list []*effects.Event) {
	for _, e := range c.Of(made) {
		if e.Ref.Path != nil {
			continue // what comes through it
		}
		list = append(list, e)
		if e.Kind != effects.Store || e.Via || e.To.Path.Field() == nil || e.To.Path.IsElem() {
			continue
		}
		for _, in := range c.OfField(e.To.Path.Field()) {
			if in.Ref == e.To && in.Kind != effects.Store {
				list = append(list, in)
			}
		}
	}
	return list
}

// answer returns the first send of an answer on a channel, or nil. What came with a request through
// a channel is that of one which was sent there.
func (c *checker) answer(made *ssa.MakeChan, m mail) *ssa.Send {
	var asked []*types.Var // the channels that requests with the channel are sent on
	for _, e := range c.Of(made) {
		if f := e.To.Path.Field(); e.Kind == effects.Send && f != nil {
			asked = append(asked, f)
		}
	}
	for _, e := range m.sends {
		through := e.Ref.Path.Parent()
		if len(asked) == 0 || !through.IsElem() || through.Field() == nil || slices.Contains(asked, through.Field()) {
			return e.Instr.(*ssa.Send)
		}
	}
	return nil
}

// givesUp reports whether a receive is one of a select statement that waits for one value, and also
// leaves when some time has passed, or a context has ended that the function was given or has made.
func (c *checker) givesUp(recv *effects.Event) bool {
	sel, ok := recv.Instr.(*ssa.Select)
	if !ok {
		return false
	}
	edge, ok := ir.CaseEdge(sel, recv.Index)
	if l := c.IR.Graph(sel.Parent()).Innermost(sel.Block()); !ok || l != nil && l.Contains(edge.To()) {
		return false
	}
	return slices.ContainsFunc(c.alternatives(sel, recv.Index), func(i int) bool {
		ch := sel.States[i].Chan
		if convention.IsTime(ir.Received(ch)) {
			return true
		}
		call, ok := ch.(*ssa.Call)
		if !ok {
			return false
		}
		ctx := effects.EndOf(&call.Call)
		return ctx != nil && c.Ends(ctx) && !slices.ContainsFunc(c.Refs(ctx), func(r effects.Ref) bool { return r.Path != nil })
	})
}

// A mailbox is a field with channels for answers, or a container of them, as the others see it than
// a function which puts them there.
type mailbox struct {
	field *types.Var
	elem  bool
	but   *ssa.Function
}

// A mail says what others do with the channels in a mailbox.
type mail struct {
	sends []*effects.Event // of answers
	taken bool             // somebody receives from them, or closes them
}

// sentIn returns what others do with the channels in a mailbox.
func (c *checker) sentIn(box mailbox) mail {
	if m, known := c.answers[box]; known {
		return m
	}
	var m mail
	for _, e := range c.OfField(box.field) {
		if e.Ref.Path.IsElem() != box.elem || ir.Outermost(e.Func()) == box.but || effects.Fresh(e.Ref.Root) || c.HelpsTests(e.Func()) {
			continue // another one who asks looks into its own request
		}
		switch e.Kind {
		case effects.Recv, effects.Wait, effects.Close:
			m.taken = true
		case effects.Grow:
			if _, ok := e.Instr.(*ssa.Send); ok {
				m.sends = append(m.sends, e)
			}
		}
	}
	c.answers[box] = m
	return m
}
