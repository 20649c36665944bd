package goroutineleak

import (
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

// A port is a channel in a field, with all that the package does with it.
type port struct {
	field               *types.Var
	sends, recvs, makes []*effects.Event
	closed              bool
	foreign             bool // others have it, or have made it
	handed              bool // others may send on it or close it
	taken               bool // a function has it as a parameter
	stopped             bool // one value on it stops one of several
	room                int64
	opens               func() []*effects.Event // what is sent on it, and where it is closed
	drains              func() bool             // see takesAll
}

// port returns the field that a channel is in, or nil if it is not in one that only
// this package knows.
func (c *checker) port(ch ssa.Value) *port {
	var field *types.Var
	got := c.getter(ch)
	for _, r := range c.sources(ch, 0) {
		if got && r.Root == ch {
			continue // the call that returns what is in the field
		}
		f := r.Path.Field()
		if f == nil || r.Path.IsElem() || field != nil && f != field {
			return nil
		}
		field = f
	}
	if field == nil || field.Pkg() != c.IR.Pass.Pkg || field.Exported() {
		return nil
	}
	field = field.Origin()
	if p, ok := c.ports[field]; ok {
		return p
	}
	p := &port{field: field}
	p.opens = sync.OnceValue(func() []*effects.Event { return c.opened(p) })
	p.drains = sync.OnceValue(func() bool { return c.takesAll(p) })
	c.ports[field] = p
	events := slices.Clone(c.OfField(field))
	for _, e := range c.StoredIn(field) {
		if e.Kind == effects.Send || e.Via {
			continue // what goes through it
		}
		made, ok := e.Ref.Root.(*ssa.MakeChan)
		if !ok || e.Ref.Path != nil {
			if k, ok := e.Ref.Root.(*ssa.Const); !ok || !k.IsNil() {
				p.foreign, p.handed = true, true
			}
			continue
		}
		if size, ok := made.Size.(*ssa.Const); ok {
			p.room = max(p.room, size.Int64())
		} else {
			p.foreign, p.room = true, math.MaxInt64
		}
		p.makes = append(p.makes, e)
		events = append(events, c.Of(made)...)
	}
	given := make(map[*ssa.Parameter]bool)
	seen := make(map[*effects.Happening]bool) // a function literal may have several names for the object
	for i := 0; i < len(events); i++ {
		e := events[i]
		if e.Through() || seen[e.Happening] || c.HelpsTests(e.Func()) {
			continue
		}
		seen[e.Happening] = e.Kind != effects.Store
		_, call := e.Instr.(ssa.CallInstruction)
		if call {
			more := c.takers(e, given)
			p.taken = p.taken || len(more) > 0
			events = append(events, more...)
		}
		switch e.Kind {
		case effects.Grow:
			if call {
				continue // it is found in the function that is called
			}
			p.sends = append(p.sends, e)
		case effects.Recv, effects.Wait:
			if call {
				continue
			}
			p.recvs = append(p.recvs, e)
		case effects.Close:
			p.closed = true
		case effects.Escape, effects.Return, effects.Send:
			p.given(c, e, !e.Via)
		case effects.Store:
			in := e.To.Path.Field()
			p.given(c, e, !e.Via && in != field && (!effects.Fresh(e.To.Root) || in != nil && in.Pkg() != field.Pkg()))
		}
	}
	return p
}

// given notes whether others have the channel because of an event, and can do more than receive.
func (p *port) given(c *checker, e *effects.Event, others bool) {
	p.foreign = p.foreign || others
	p.handed = p.handed || others && !c.HandsEnd(e, types.RecvOnly)
}

// alternatives returns the cases of a select statement, but for one, that receive and
// leave the function or the loop around it; none if instr is no select.
func (c *checker) alternatives(instr ssa.Instruction, but int) (out []int) {
	sel, ok := instr.(*ssa.Select)
	if !ok {
		return nil
	}
	l := c.IR.Graph(sel.Parent()).Innermost(sel.Block())
	for i, state := range sel.States {
		if i == but || state.Send != nil {
			continue
		}
		if edge, ok := ir.CaseEdge(sel, i); ok && (l == nil || !l.Contains(edge.To())) {
			out = append(out, i)
		}
	}
	return out
}

// ends reports whether a select statement has a case, other than one, that leaves when
// something has ended: it takes nothing from what it receives from, and somebody opens it.
func (c *checker) ends(instr ssa.Instruction, but int) bool {
	return slices.ContainsFunc(c.alternatives(instr, but), func(i int) bool {
		ch := instr.(*ssa.Select).States[i].Chan
		return isToken(ch) && c.Opens(ch)
	})
}

// isToken reports whether what goes through a channel says nothing.
func isToken(ch ssa.Value) bool {
	elem, ok := ir.Received(ch).Underlying().(*types.Struct)
	return ok && elem.NumFields() == 0
}

// repeats reports whether a send on a channel that was there before may be made any
// number of times in its function.
func (c *checker) repeats(send *ssa.Send) bool {
	l := c.IR.Graph(send.Parent()).Innermost(send.Block())
	if l == nil {
		return false
	}
	return !slices.ContainsFunc(c.Refs(send.Chan), func(r effects.Ref) bool {
		at, ok := r.Root.(ssa.Instruction)
		return len(r.Path.Fields()) != 1 || strings.Contains(r.Path.String(), "[]") || ok && at.Parent() == send.Parent() && l.Contains(at.Block())
	})
}

// fieldOf returns the field that a channel or the address of something else is taken
// from, as the instruction at hand has it; nil if it is none.
func fieldOf(v ssa.Value) *types.Var {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		v = load.X
	}
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return effects.FieldOf(v.X, v.Field)
	case *ssa.Field:
		return effects.FieldOf(v.X, v.Field)
	}
	return nil
}

// glance finds the select statements of functions, and the receives from channels in
// fields, to tell which are worth a closer look, and the WaitGroups whose Done is a value.
func (c *checker) glance() {
	c.recvs = make(map[*types.Var][]ir.Comm)
	c.waits = make(map[*ssa.Function][]*ssa.Select)
	c.invokes = make(map[string][]ssa.Instruction)
	c.each(func(instr ssa.Instruction) {
		if sel, ok := instr.(*ssa.Select); ok {
			c.waits[sel.Parent()] = append(c.waits[sel.Parent()], sel)
		}
		if mc, ok := instr.(*ssa.MakeClosure); ok {
			if m := ir.BoundMethod(mc); m != nil && m.FullName() == "(*sync.WaitGroup).Done" {
				c.dones = append(c.dones, mc.Bindings[0])
			}
		}
		if call, ok := instr.(*ssa.Call); ok && call.Call.IsInvoke() && !call.Call.Method.Exported() {
			c.invokes[call.Call.Method.Name()] = append(c.invokes[call.Call.Method.Name()], call)
		}
		for _, comm := range ir.Comms(instr) {
			if f := fieldOf(comm.Chan); comm.Recv && f != nil {
				c.recvs[f.Origin()] = append(c.recvs[f.Origin()], comm)
			}
		}
	})
}

// bare reports the sends that do not look at what ends those who receive: the first one on a channel
// in a function, with the others.
func (c *checker) bare(send *ssa.Send) {
	ends, note, at := c.unminded(send)
	if ends == "" {
		return
	}
	refs := c.Refs(send.Chan)
	if len(refs) == 0 {
		return
	}
	key := sending{ir.Outermost(send.Parent()), refs[0]}
	if first := c.bares[key]; first != nil {
		first.note(c, send, "so does this one")
		return
	}
	leak := c.found("bare-send", send, "send"+c.on(send)+" does not look at what ends "+ends)
	if at != nil {
		leak.note(c, at, note)
	}
	leak.Fix = c.choose(send)
	c.add(send, leak, account.Owes)
	c.bares[key] = leak
}

// A sending is what a function and the literals in it send on a channel.
type sending struct {
	fn *ssa.Function
	ch effects.Ref
}

// unminded returns whose end a send does not look at, and where that or another one does, which
// may be nil; "" if it is no bare send.
func (c *checker) unminded(send *ssa.Send) (ends, note string, at ssa.Instruction) {
	if at := c.deserted(send); at != nil {
		return "those who receive", "receives here until it is ended", at
	}
	if at := c.sibling(send); at != nil {
		return "the goroutine", "looks at it here, when it sends as well", at
	}
	if c.loopEnds(send.Parent()) && c.follows(send) && (c.published(send.Chan) || c.returned(send.Chan) && !c.drained(ir.Outermost(send.Parent()))) {
		return "the goroutine", "", nil
	}
	return "", "", nil
}

// follows reports whether a send may come after another one on the channel: who gets a channel
// takes one value at least.
func (c *checker) follows(send *ssa.Send) bool {
	const maxSends = 32
	fn, sends := send.Parent(), 0
	for _, r := range c.Refs(send.Chan) {
		for _, e := range c.Of(r.Root) {
			if e.Kind != effects.Grow || e.Ref != r || e.Func() != fn {
				if e.Kind == effects.Grow && e.Ref == r {
					return true // of another function, before or after
				}
				continue
			}
			if sends++; sends > maxSends {
				return true
			}
			b := e.Instr.Block()
			if slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return ir.Reaches(s, send.Block(), nil) }) || b == send.Block() && lifetime.Before(e.Instr, send) {
				return true
			}
		}
	}
	return false
}

// deserted returns a receive from the channel in a field on which something is sent, if all
// who receive may have left and the one who sends, or others, look at that; else nil.
func (c *checker) deserted(send *ssa.Send) ssa.Instruction {
	f := fieldOf(send.Chan)
	if f == nil || slices.ContainsFunc(c.recvs[f.Origin()], func(comm ir.Comm) bool {
		return len(c.alternatives(comm.Instr, comm.Case)) == 0
	}) {
		return nil
	}
	p := c.port(send.Chan)
	if p == nil || p.foreign || len(p.recvs) == 0 || len(p.makes) == 0 || len(c.recvs[f.Origin()]) == 0 && !p.taken {
		return nil
	}
	if c.roomIn(send.Chan, p) > 0 && (isToken(send.Chan) || !c.repeats(send) || slices.ContainsFunc(p.recvs, func(e *effects.Event) bool { return e.Func() == send.Parent() })) {
		return nil
	}
	if slices.ContainsFunc(p.recvs, func(e *effects.Event) bool { return len(c.alternatives(e.Instr, e.Index)) == 0 }) {
		return nil // somebody takes all
	}
	if !c.loopEnds(send.Parent()) && !c.siblingEnds(p) || c.outlasted(send, p) {
		return nil
	}
	return p.recvs[0].Instr
}

// outlasted reports whether those who receive leave only with the end of a channel that the function
// which sends closes, when it is done with that: as a channel is closed once, nobody else does.
func (c *checker) outlasted(send *ssa.Send, p *port) bool {
	closes := make(map[*types.Var][]ssa.Instruction)
	for _, b := range send.Parent().Blocks {
		for i, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			built, ok := call.Common().Value.(*ssa.Builtin)
			if !ok || built.Name() != "close" || !sameOwner(c.Refs(call.Common().Args[0]), c.Refs(send.Chan)) {
				continue
			}
			if _, now := instr.(*ssa.Call); now && (slices.Contains(b.Instrs[i:], ssa.Instruction(send)) || slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return ir.Reaches(s, send.Block(), nil) })) {
				return false
			}
			f := fieldOf(call.Common().Args[0])
			closes[f] = append(closes[f], instr)
		}
	}
	return len(closes) > 0 && !slices.ContainsFunc(p.recvs, func(e *effects.Event) bool {
		ends := c.caseEdges(e.Func(), func(ch ssa.Value) bool {
			f := fieldOf(ch)
			return f != nil && len(closes[f]) > 0 && c.closedOnly(ch) && exitWithout(send.Parent(), closes[f], true) == nil
		})
		return len(ends) == 0 || leavesBut(e.Func().Blocks[0], nil, ends)
	})
}

// sameOwner reports whether two channels are in fields of one object.
func sameOwner(a, b []effects.Ref) bool {
	return len(a) == 1 && len(b) == 1 && a[0].Root == b[0].Root && a[0].Path.Field() != nil && a[0].Path.Parent() == b[0].Path.Parent()
}

// roomIn returns how much room there is in a channel of a port. If what it is a field of came
// through another channel, only what is sent on that one counts.
func (c *checker) roomIn(ch ssa.Value, p *port) int64 {
	room, known := int64(0), false
	for _, r := range c.Refs(ch) {
		if cell, ok := r.Root.(*ssa.Alloc); ok && cell.Parent() == ch.Parent() {
			continue // the variable that holds what came
		}
		through := r.Path.Parent()
		if !through.IsElem() || through.Field() == nil {
			return p.room
		}
		for _, e := range p.makes {
			if slices.ContainsFunc(c.Of(e.Ref.Root), func(e *effects.Event) bool {
				return e.Kind == effects.Send && e.To.Path.Field() == through.Field()
			}) {
				room, known = max(room, e.Ref.Root.(*ssa.MakeChan).Size.(*ssa.Const).Int64()), true
			}
		}
	}
	if !known {
		return p.room
	}
	return room
}

// published reports whether a channel without room is in a field from which nobody of this
// package receives, and others get no more of it than the end to receive from.
func (c *checker) published(ch ssa.Value) bool {
	if fieldOf(ch) == nil {
		return false
	}
	p := c.port(ch)
	return p != nil && p.foreign && !p.handed && p.room == 0 && len(p.makes) > 0 && len(p.recvs) == 0
}

// returned reports whether a channel without room is made for the caller of the function
// that makes it.
func (c *checker) returned(ch ssa.Value) bool {
	if fieldOf(ch) != nil {
		return false
	}
	switch ch := ch.(type) {
	case *ssa.MakeChan, *ssa.FreeVar, *ssa.ChangeType:
	case *ssa.UnOp: // a variable
		if ch.Op != token.MUL {
			return false
		}
	default:
		return false
	}
	returned := false
	for _, r := range c.Refs(ch) {
		switch root := r.Root.(type) {
		case *ssa.Alloc:
		case *ssa.MakeChan:
			size, ok := root.Size.(*ssa.Const)
			if !ok || size.Int64() != 0 || r.Path != nil {
				return false
			}
			for _, e := range c.Of(root) {
				switch e.Kind {
				case effects.Return:
					returned = returned || !e.Via
				case effects.Escape, effects.Recv, effects.Wait:
					return false
				}
			}
		default:
			return false
		}
	}
	return returned
}

// drained reports whether only this package can call a function, and whoever does takes all
// that comes through the channel which that returns.
func (c *checker) drained(fn *ssa.Function) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Exported() && obj.Pkg().Name() != "main" {
		return false
	}
	calls := slices.Clone(c.Uses(fn))
	if obj.Signature().Recv() != nil {
		calls = append(calls, c.invokes[obj.Name()]...)
	}
	return len(calls) > 0 && !slices.ContainsFunc(calls, func(use ssa.Instruction) bool {
		if mc, ok := use.(*ssa.MakeClosure); ok {
			return !c.givenAway(mc)
		}
		call, ok := use.(*ssa.Call)
		if !ok {
			return true
		}
		ch := returnedChan(call)
		if ch == nil {
			return true
		}
		if c.drainedBy(call, ch) {
			return false
		}
		taken := false
		return slices.ContainsFunc(c.Of(ch), func(e *effects.Event) bool {
			if e.Ref.Path != nil {
				return false // what comes through it
			}
			taken = c.untilClosed(e.Instr)
			return !taken
		}) || !taken
	})
}

// givenAway reports whether a method value does nothing but go to a function of another package: who
// calls it is that alone, and what it does with a channel is not known.
func (c *checker) givenAway(mc *ssa.MakeClosure) bool {
	events := c.Of(mc)
	return len(events) > 0 && !slices.ContainsFunc(events, func(e *effects.Event) bool {
		call, ok := e.Instr.(ssa.CallInstruction)
		if !ok {
			return true
		}
		callee := ir.Callee(call.Common())
		return callee == nil || callee.Pkg() == c.IR.Pass.Pkg
	})
}

// returnedChan returns the channel that a call returns, alone or with something else; nil if there
// is not one.
func returnedChan(call *ssa.Call) (ch ssa.Value) {
	results := call.Call.Signature().Results()
	if results.Len() == 1 {
		return call
	}
	for _, use := range *call.Referrers() {
		if ext, ok := use.(*ssa.Extract); ok {
			if _, is := ext.Type().Underlying().(*types.Chan); is {
				if ch != nil {
					return nil
				}
				ch = ext
			}
		}
	}
	return ch
}

// drainedBy reports whether a goroutine that is started on every way from a call takes all that
// comes through the channel which that returns: whatever else is done with it then.
func (c *checker) drainedBy(call *ssa.Call, ch ssa.Value) bool {
	return slices.ContainsFunc(c.Of(ch), func(e *effects.Event) bool {
		return e.Ref.Path == nil && c.untilClosed(e.Instr) && slices.ContainsFunc(c.Starts(e.Func()), func(start ssa.Instruction) bool {
			return start.Parent() == call.Parent() && !leavesBut(call.Block(), map[ssa.Instruction]bool{start: true}, nil)
		})
	})
}

// untilClosed reports whether an instruction receives from a channel in a loop that ends only
// when that is closed.
func (c *checker) untilClosed(instr ssa.Instruction) bool {
	recv, ok := instr.(*ssa.UnOp)
	l := c.IR.Graph(instr.Parent()).Innermost(instr.Block())
	if !ok || recv.Op != token.ARROW || l == nil {
		return false
	}
	closed, _ := ir.ClosedEdge(recv)
	return !slices.ContainsFunc(l.Blocks, func(b *ssa.BasicBlock) bool {
		for i, s := range b.Succs {
			if !l.Contains(s) && (ir.Edge{From: b, Succ: i}) != closed {
				return true
			}
		}
		return false
	})
}

// loopEnds reports whether a function that runs on a goroutine of its own, or one around
// it, looks at what ends it.
func (c *checker) loopEnds(fn *ssa.Function) bool {
	if ends, known := c.loops[fn]; known {
		return ends
	}
	c.loops[fn] = len(c.Starts(fn)) > 0 && c.looks(fn)
	return c.loops[fn]
}

// looks reports whether a function, or one around it, looks at what ends it.
func (c *checker) looks(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if slices.ContainsFunc(c.waits[fn], func(sel *ssa.Select) bool { return c.ends(sel, -1) }) {
			return true
		}
	}
	return false
}

// siblingEnds reports whether others look at what ends those who receive when they send
// on a channel, or on one that is received from in the same place.
func (c *checker) siblingEnds(p *port) bool {
	for _, recv := range p.recvs {
		for _, state := range recv.Instr.(*ssa.Select).States {
			q := c.port(state.Chan)
			if state.Send == nil && q != nil && slices.ContainsFunc(q.sends, func(e *effects.Event) bool { return c.ends(e.Instr, e.Index) }) {
				return true
			}
		}
	}
	return false
}

// stop reports a send that stops one of several goroutines which wait for it. A channel that is
// used at more than maxUses places stops nobody.
func (c *checker) stop(instr ssa.Instruction, comm ir.Comm) {
	const maxUses = 64
	f := fieldOf(comm.Chan)
	if f == nil || len(c.recvs[f.Origin()]) == 0 || len(c.recvs[f.Origin()]) > maxUses || slices.ContainsFunc(c.recvs[f.Origin()], func(comm ir.Comm) bool { return !c.last(comm.Instr, comm.Case) }) {
		return
	}
	p := c.port(comm.Chan)
	if p == nil || p.foreign || p.closed || len(p.recvs)+len(p.sends) > maxUses || c.IR.Graph(instr.Parent()).Innermost(instr.Block()) != nil || len(c.Starts(instr.Parent())) > 0 {
		return
	}
	waiting := 0
	var first ssa.Instruction
	in := make(map[*ssa.Function]bool)
	started := make(map[ssa.Instruction]bool)
	for _, e := range p.recvs {
		if !c.last(e.Instr, e.Index) {
			return
		}
		in[e.Func()] = true
		for _, start := range c.Starts(e.Func()) {
			if first != nil && start.Parent() != first.Parent() {
				return // which of them runs is not known
			}
			if first == nil {
				first = start
			}
			if started[start] {
				continue
			}
			started[start] = true
			waiting++
			if c.IR.Graph(start.Parent()).Innermost(start.Block()) != nil {
				waiting++
			}
		}
	}
	sent := 0
	for _, e := range p.sends {
		if in[e.Func()] {
			return // it is handed on
		}
		if e.Func() == instr.Parent() {
			sent++
		}
	}
	if waiting <= sent {
		return
	}
	p.stopped = true
	leak := c.found("stop-sent-once", instr, "one value on "+p.field.Name()+" stops one of the goroutines that wait for it")
	if sel, ok := instr.(*ssa.Select); ok {
		leak.Pos, leak.End = sel.States[comm.Case].Pos, token.NoPos
	}
	leak.note(c, first, "goroutine started here")
	c.add(instr, leak, account.Owes)
}

// last reports whether a goroutine that receives there ends.
func (c *checker) last(instr ssa.Instruction, index int) bool {
	l := c.IR.Graph(instr.Parent()).Innermost(instr.Block())
	if sel, ok := instr.(*ssa.Select); ok {
		if edge, ok := ir.CaseEdge(sel, index); ok {
			return l != nil && !l.Contains(edge.To())
		}
	}
	return l == nil
}

// timer reports a goroutine that waits for a timer which others stop.
func (c *checker) timer(recv *ssa.UnOp) {
	if recv.Op != token.ARROW || !convention.IsTime(ir.Received(recv.X)) {
		return
	}
	starts := c.Starts(recv.Parent())
	if len(starts) == 0 || c.IR.Graph(recv.Parent()).Innermost(recv.Block()) != nil {
		return
	}
	for _, r := range c.Refs(recv.X) {
		made, ok := r.Root.(*ssa.Call)
		if !ok || ir.Callee(&made.Call) == nil || ir.Callee(&made.Call).FullName() != "time.NewTimer" {
			continue
		}
		stop := c.stops(c.Of(made), recv.Parent())
		if stop != nil && c.tells(recv.Parent()) {
			stop = nil // who stops it may have waited for the goroutine
		}
		for _, e := range c.Of(made) {
			if f := e.To.Path.Field(); stop == nil && e.Kind == effects.Store && f != nil && !e.Via {
				stop = c.stops(c.OfField(f), recv.Parent())
			}
		}
		if stop == nil {
			continue
		}
		leak := c.found("blocked-receive", starts[0], "goroutine waits for a timer that is stopped elsewhere")
		leak.note(c, recv, "it waits here")
		leak.note(c, stop.Instr, "stops the timer, whose channel then never gets anything")
		c.add(starts[0], leak, account.Owes)
	}
}

// stops returns the Stop of a timer among the events of it, unless the function that waits for
// it also does something to it, and knows of that.
func (c *checker) stops(events []*effects.Event, waits *ssa.Function) (stop *effects.Event) {
	for _, e := range events {
		if e.Kind != effects.Method {
			continue
		}
		if ir.Within(e.Func(), waits) {
			return nil
		}
		if stop == nil && e.Name == "Stop" {
			stop = e
		}
	}
	return stop
}

// tells reports whether others may know what a function that runs on a goroutine has done: it sends,
// closes or calls Done.
func (c *checker) tells(fn *ssa.Function) bool {
	return slices.ContainsFunc(c.In(ir.Outermost(fn)), func(e *effects.Event) bool {
		return ir.Within(e.Func(), fn) && (e.Kind == effects.Close || e.Kind == effects.Grow || e.Kind == effects.Method && e.Name == "Done")
	})
}
