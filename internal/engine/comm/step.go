package comm

import (
	"go/token"
	"slices"
)

// run makes one step of a goroutine that others cannot see. It may change s.
func (m *machine) run(s *state, pi int) []*state {
	f := s.top(pi)
	n := s.procs[pi].node()
	if len(n.succs) > 1 || n.op == opReturn || n.op == opCall {
		m.steps -= 4
	} else {
		m.steps-- // nothing is copied
	}
	switch n.op {
	case opSend, opRecv, opSelect, opClose, opWait, opLock, opErr, opSleep:
		var out []*state
		for _, next := range m.act(s, pi) {
			out = append(out, next.state)
		}
		return out
	case opCrash:
		s.crash = true
		return []*state{s}
	case opIf, opNil, opCompare, opOnce:
		return m.branch(s, pi, n)
	case opCall, opGo, opDefer, opInvoke:
		return m.invoke(s, pi, n)
	case opRunDefers:
		if len(f.defers) > 0 {
			d := f.defers[len(f.defers)-1]
			f.defers = f.defers[:len(f.defers)-1]
			return m.enter(s, pi, d.fn, d.args)
		}
	case opReturn:
		return m.leave(s, pi, n)
	case opGroup, opUnlock, opWake:
		m.signal(s, pi, n)
	case opStore:
		if to := f.arg(n, 0); to.kind == pointer {
			m.store(s, to, f.arg(n, 1))
		} else {
			m.escape(s, f.arg(n, 1))
		}
	case opPipe:
		return m.atPipe(s, pi, n)
	case opEscape:
		for _, o := range n.args {
			if n.n == 1 {
				m.loseEnds(s, f.get(o), 0)
			} else {
				m.escape(s, f.get(o))
			}
		}
	case opMove:
		vals := make([]value, len(n.args))
		for i, o := range n.args {
			vals[i] = f.get(o)
		}
		for i, v := range vals {
			f.put(n.dst, i, v)
		}
	case opContext:
		m.derive(s, f, n)
	default:
		f.put(n.dst, 0, m.eval(s, f, n))
	}
	return follow(s, pi, n.succs)
}

// eval returns what a node computes.
func (m *machine) eval(s *state, f *frame, n *node) value {
	v := f.arg(n, 0)
	switch n.op {
	case opAlloc:
		return value{kind: pointer, n: s.add(object{typ: n.typ, end: uint8(n.n)})}
	case opEnd:
		if s.isEnd(v) != 0 {
			return v
		}
	case opMake:
		return value{kind: channel, n: s.add(object{room: m.room(v), open: n.n == 1})}
	case opClosure, opBind:
		o := object{fn: n.fn, method: n.op == opBind}
		for i, arg := range n.args {
			o.parts = append(o.parts, part{int32(i), f.get(arg)})
		}
		return value{kind: closure, n: s.add(o)}
	case opWrap:
		if slices.ContainsFunc(n.args, func(o operand) bool { return f.get(o).kind > bound }) {
			return value{kind: notNull}
		}
		return value{}
	case opField:
		if v.kind == pointer {
			v.path = m.path(v.path, n.n)
			return v
		}
	case opPart:
		switch v.kind {
		case structure:
			v.kind, v.path = pointer, m.path(0, n.n)
			return m.load(s, v, n.class)
		case empty:
			return n.class.value()
		}
	case opLoad:
		if v.kind == pointer {
			return m.load(s, v, n.class)
		}
	case opAdd:
		if v.kind == integer && -maxNumber <= v.n+n.n && v.n+n.n <= maxNumber {
			v.n += n.n
			return v
		}
	case opCap:
		if v.kind == channel && s.heap[v.n].room >= 0 {
			return value{kind: integer, n: s.heap[v.n].room}
		}
	case opDone:
		switch v.kind {
		case background:
			return value{kind: null}
		case ctx:
			v.kind = done
			return v
		}
	}
	return value{}
}

// room returns the room of a channel that is made with a capacity, -1 if it has no end.
func (m *machine) room(capacity value) int32 {
	switch capacity.kind {
	case integer:
		if capacity.n > maxRoom {
			return m.rounds + maxProcs
		}
		m.most = max(m.most, capacity.n+2)
		return capacity.n
	case bound:
		if capacity.n == 1 {
			return m.rounds + maxProcs // enough for all, but for a loop without an end
		}
		return m.rounds
	}
	return -1
}

// derive makes a context that ends with another one or when it is cancelled.
func (m *machine) derive(s *state, f *frame, n *node) {
	parent := f.arg(n, 0)
	var derived, end value
	if parent.kind == background || parent.kind == ctx && !s.heap[parent.n].escaped {
		id := s.add(object{parts: []part{{0, parent}}})
		derived, end = value{kind: ctx, n: id}, value{kind: cancel, n: id}
	}
	f.put(n.dst, 0, derived)
	f.put(n.dst, 1, end)
}

// signal changes what others may wait for: a WaitGroup, a mutex or a sync.Cond.
func (m *machine) signal(s *state, pi int, n *node) {
	f := s.top(pi)
	to := f.arg(n, 0)
	if to.kind != pointer || s.heap[to.n].escaped {
		return
	}
	switch n.op {
	case opGroup:
		count := value{}
		if amount, have := m.number(f.arg(n, 1)), m.load(s, to, zero); amount.kind == integer && have.kind == integer {
			count = value{kind: integer, n: have.n + amount.n}
		}
		s.object(to.n).set(to.path, count)
	case opUnlock:
		have := m.load(s, to, zero)
		switch {
		case have.n == -1:
			have = value{kind: integer}
		case have.n > 0:
			have.n--
		}
		if have.n == 0 {
			have.path = 0
		}
		s.object(to.n).set(to.path, have)
	case opWake:
		s.object(to.n).closed = true
		for pj := range s.procs {
			if q := &s.procs[pj]; pj != pi && !q.fresh && q.node().op == opSleep && q.top().get(q.node().args[0]) == to {
				s.top(pj).pc = q.node().succs[0]
				if n.n == 0 {
					break
				}
			}
		}
	}
}

// branch goes on where a condition leads: both ways if it is not known.
func (m *machine) branch(s *state, pi int, n *node) []*state {
	f := s.top(pi)
	v := f.arg(n, 0)
	is := func(yes bool) []*state {
		if yes {
			return follow(s, pi, n.succs[:1])
		}
		return follow(s, pi, n.succs[1:])
	}
	switch n.op {
	case opIf:
		if v.kind == integer {
			return is(v.n != 0)
		}
		fixed := n.n != 0 && m.ofRoot(f.fn.fn)
		if fixed {
			if known := s.decided(n.n); known != 0 {
				return is(known > 0)
			}
		}
		return m.split(s, pi, n, value{kind: integer, n: 1}, value{kind: integer}, fixed)
	case opNil:
		if v.kind == null || v.kind > bound {
			return is(v.kind == null)
		}
		return m.split(s, pi, n, value{kind: null}, value{kind: notNull}, false)
	case opOnce:
		if v.kind != pointer || s.heap[v.n].escaped {
			break
		}
		first := m.load(s, v, zero).n == 0
		if first {
			s.object(v.n).set(v.path, value{kind: integer, n: 1})
		}
		return is(first)
	case opCompare:
		if l, r := m.sides(f, n); l.kind == integer && r.kind == integer {
			return is(holds(l.n, n.tok, r.n))
		}
		if len(n.args) > 2 {
			return m.ask(s, pi, n)
		}
	}
	return follow(s, pi, n.succs)
}

// sides returns the numbers that a node compares. What is not known, and is compared with
// the counter of a loop, is as often as loops go round.
func (m *machine) sides(f *frame, n *node) (l, r value) {
	l, r = m.number(f.arg(n, 0)), m.number(f.arg(n, 1))
	if n.n != 1 {
		return l, r
	}
	for i, v := range []value{l, r} {
		if n.args[i].reg < 0 && v.kind == integer && n.args[i].val.kind == integer {
			m.most = max(m.most, v.n)
		}
	}
	if l.kind == integer && n.args[0].reg >= 0 && r.kind == unknown {
		r = value{kind: integer, n: m.rounds}
	} else if r.kind == integer && n.args[1].reg >= 0 && l.kind == unknown {
		l = value{kind: integer, n: m.rounds}
	}
	return l, r
}

// leave returns from a function: to its caller, or the goroutine ends.
func (m *machine) leave(s *state, pi int, n *node) []*state {
	f, p := s.top(pi), &s.procs[pi]
	vals := make([]value, len(n.args))
	for i, o := range n.args {
		vals[i] = f.get(o)
	}
	stays := f.stays
	p.frames = p.frames[:len(p.frames)-1]
	switch {
	case len(p.frames) == 0:
		if p.from.at == nil {
			s.exit = n.at
			for _, v := range vals {
				m.escape(s, v)
			}
		}
		s.procs = slices.Delete(s.procs, pi, pi+1)
		return []*state{s}
	case stays:
		return []*state{s}
	}
	return m.back(s, pi, vals)
}

// split goes on both ways, and remembers in the register what was found out and, of a
// condition that is fixed, in the state.
func (m *machine) split(s *state, pi int, n *node, yes, no value, fixed bool) []*state {
	t := s.clone()
	if fixed {
		s.fixed = slices.Sorted(slices.Values(append(slices.Clip(s.fixed), n.n)))
		t.fixed = slices.Sorted(slices.Values(append(slices.Clip(t.fixed), -n.n)))
	}
	if r := n.args[0].reg; r >= 0 {
		s.top(pi).regs[r] = yes
		t.top(pi).regs[r] = no
	}
	return append(follow(s, pi, n.succs[:1]), follow(t, pi, n.succs[1:])...)
}

// ask goes on both ways from a comparison that the function asks more than once, unless it
// has been asked before.
func (m *machine) ask(s *state, pi int, n *node) []*state {
	yes, no := value{kind: integer, n: 1}, value{kind: integer}
	if n.n == 3 {
		yes, no = no, yes
	}
	reg := n.args[2].reg
	switch s.top(pi).regs[reg] {
	case yes:
		return follow(s, pi, n.succs[:1])
	case no:
		return follow(s, pi, n.succs[1:])
	}
	t := s.clone()
	s.top(pi).regs[reg], t.top(pi).regs[reg] = yes, no
	return append(follow(s, pi, n.succs[:1]), follow(t, pi, n.succs[1:])...)
}

func (m *machine) number(v value) value {
	if v.kind == bound {
		return value{kind: integer, n: m.rounds}
	}
	if v.kind != integer {
		return value{}
	}
	return v
}

func holds(l int32, tok token.Token, r int32) bool {
	switch tok {
	case token.EQL:
		return l == r
	case token.NEQ:
		return l != r
	case token.LSS:
		return l < r
	case token.LEQ:
		return l <= r
	case token.GTR:
		return l > r
	}
	return l >= r
}
