package comm

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A machine runs a function, with all that it starts, in all orders.
type machine struct {
	*Program
	rounds  int32 // as often as loops go round of which the number is not known
	steps   int   // that may still be made
	slow    bool  // it makes a difference how long functions take that are not known
	most    int32 // as often as loops have to go round so that what was met makes a difference
	polled  bool  // something asks without waiting
	paths   []pathStep
	pathIDs map[pathStep]int32
	sites   []ssa.Instruction
	siteIDs map[ssa.Instruction]int32
	origins map[origin]*origin
	enc     encoder
}

type pathStep struct {
	parent, field int32
}

const (
	maxSteps  = 8000
	maxProcs  = 8
	maxFrames = 12
	maxHeap   = 60
)

func newMachine(g *Program, rounds int32) *machine {
	return &machine{
		Program: g, rounds: rounds, steps: maxSteps,
		paths: []pathStep{{-1, -1}}, pathIDs: make(map[pathStep]int32),
		siteIDs: make(map[ssa.Instruction]int32), origins: make(map[origin]*origin),
		enc: encoder{codes: make(map[*code]int)},
	}
}

func (m *machine) path(parent, field int32) int32 {
	step := pathStep{parent, field}
	id, ok := m.pathIDs[step]
	if !ok {
		id = int32(len(m.paths))
		m.paths = append(m.paths, step)
		m.pathIDs[step] = id
	}
	return id
}

func (m *machine) site(at ssa.Instruction) int32 {
	id, ok := m.siteIDs[at]
	if !ok {
		m.sites = append(m.sites, at)
		id = int32(len(m.sites))
		m.siteIDs[at] = id
	}
	return id
}

func (m *machine) origin(o origin) *origin {
	if have, ok := m.origins[o]; ok {
		return have
	}
	key := o
	o.index = len(m.origins)
	m.origins[key] = &o
	return &o
}

// under returns the path from one path to another below it.
func (m *machine) under(path, top int32) ([]int32, bool) {
	var fields []int32
	for path != top {
		if path == 0 {
			return nil, false
		}
		fields = append(fields, m.paths[path].field)
		path = m.paths[path].parent
	}
	slices.Reverse(fields)
	return fields, true
}

func (f *frame) get(o operand) value {
	if o.reg >= 0 {
		return f.regs[o.reg]
	}
	return o.val
}

func (f *frame) put(dst []int32, i int, v value) {
	if i < len(dst) && dst[i] >= 0 {
		f.regs[dst[i]] = v
	}
}

// follow returns the states in which the goroutine has gone on to each of the nodes
// behind.
func follow(s *state, pi int, succs []int32) []*state {
	if len(succs) == 0 {
		s.procs[pi].frames = nil // nothing is behind: a panic
		s.crash = true
		return []*state{s}
	}
	out := make([]*state, 0, len(succs))
	for k, to := range succs {
		t := s
		if k < len(succs)-1 {
			t = s.clone()
		}
		t.own(pi)
		t.procs[pi].top().pc = to
		out = append(out, t)
	}
	return out
}

// run makes one step of a goroutine that others cannot see. It may change s.
func (m *machine) run(s *state, pi int) []*state {
	m.steps--
	f := s.top(pi)
	p := &s.procs[pi]
	n := p.node()
	arg := func(i int) value {
		if i < len(n.args) {
			return f.get(n.args[i])
		}
		return value{}
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
	case opMove:
		vals := make([]value, len(n.args))
		for i := range n.args {
			vals[i] = arg(i)
		}
		for i, v := range vals {
			f.put(n.dst, i, v)
		}
	case opAlloc:
		f.put(n.dst, 0, value{kind: pointer, n: s.add(object{typ: n.typ})})
	case opMake:
		room := int32(-1)
		switch v := arg(0); v.kind {
		case integer:
			room = v.n
			m.most = max(m.most, v.n+2)
		case bound:
			room = m.rounds
			if v.n == 1 {
				room += maxProcs // enough for all, but for a loop without an end
			}
		}
		f.put(n.dst, 0, value{kind: channel, n: s.add(object{room: room, open: n.n == 1})})
	case opField:
		v := arg(0)
		if v.kind == pointer {
			v.path = m.path(v.path, n.n)
		} else {
			v = value{}
		}
		f.put(n.dst, 0, v)
	case opPart:
		v := arg(0)
		switch v.kind {
		case structure:
			v.kind, v.path = pointer, m.path(0, n.n)
			v = m.load(s, v, n.class)
		case empty:
			v = n.class.value()
		default:
			v = value{}
		}
		f.put(n.dst, 0, v)
	case opLoad:
		v := arg(0)
		if v.kind == pointer {
			v = m.load(s, v, n.class)
		} else {
			v = value{}
		}
		f.put(n.dst, 0, v)
	case opStore:
		if to := arg(0); to.kind == pointer {
			m.store(s, to, arg(1))
		} else {
			m.escape(s, arg(1))
		}
	case opClosure, opBind:
		o := object{fn: n.fn, method: n.op == opBind}
		for i := range n.args {
			o.parts = append(o.parts, part{int32(i), arg(i)})
		}
		f.put(n.dst, 0, value{kind: closure, n: s.add(o)})
	case opAdd:
		v := arg(0)
		if v.kind == integer {
			if v.n += n.n; v.n > maxNumber || v.n < -maxNumber {
				v = value{}
			}
		} else {
			v = value{}
		}
		f.put(n.dst, 0, v)
	case opCap:
		v := value{}
		if ch := arg(0); ch.kind == channel && s.heap[ch.n].room >= 0 {
			v = value{kind: integer, n: s.heap[ch.n].room}
		}
		f.put(n.dst, 0, v)
	case opIf:
		switch v := arg(0); {
		case v.kind == integer && v.n != 0:
			return follow(s, pi, n.succs[:1])
		case v.kind == integer:
			return follow(s, pi, n.succs[1:])
		}
		return m.split(s, pi, n, value{kind: integer, n: 1}, value{kind: integer})
	case opNil:
		switch v := arg(0); {
		case v.kind == null:
			return follow(s, pi, n.succs[:1])
		case v.kind > bound:
			return follow(s, pi, n.succs[1:])
		}
		return m.split(s, pi, n, value{kind: null}, value{kind: notNull})
	case opCompare:
		l, r := m.number(arg(0)), m.number(arg(1))
		for i, v := range []value{l, r} {
			if n.n == 1 && n.args[i].reg < 0 && v.kind == integer && n.args[i].val.kind == integer {
				m.most = max(m.most, v.n)
			}
		}
		if n.n == 1 {
			if l.kind == integer && n.args[0].reg >= 0 && r.kind == unknown {
				r = value{kind: integer, n: m.rounds}
			} else if r.kind == integer && n.args[1].reg >= 0 && l.kind == unknown {
				l = value{kind: integer, n: m.rounds}
			}
		}
		if l.kind == integer && r.kind == integer {
			if holds(l.n, n.tok, r.n) {
				return follow(s, pi, n.succs[:1])
			}
			return follow(s, pi, n.succs[1:])
		}
		return follow(s, pi, n.succs)
	case opCall, opGo, opDefer, opInvoke:
		return m.invoke(s, pi, n)
	case opRunDefers:
		if len(f.defers) > 0 {
			d := f.defers[len(f.defers)-1]
			f.defers = f.defers[:len(f.defers)-1]
			return m.enter(s, pi, d.fn, d.args)
		}
	case opReturn:
		vals := make([]value, len(n.args))
		for i := range n.args {
			vals[i] = arg(i)
		}
		at, stays := n.at, f.stays
		p.frames = p.frames[:len(p.frames)-1]
		if len(p.frames) == 0 {
			if p.from.at == nil {
				s.exit = at
				for _, v := range vals {
					m.escape(s, v)
				}
			}
			s.procs = slices.Delete(s.procs, pi, pi+1)
			return []*state{s}
		}
		if stays {
			return []*state{s}
		}
		return m.back(s, pi, vals)
	case opGroup:
		if wg := arg(0); wg.kind == pointer && !s.heap[wg.n].escaped {
			amount := m.number(arg(1))
			have := m.load(s, wg, zero)
			if amount.kind != integer || have.kind != integer {
				s.object(wg.n).set(wg.path, value{})
			} else {
				s.object(wg.n).set(wg.path, value{kind: integer, n: have.n + amount.n})
			}
		}
	case opUnlock:
		if mu := arg(0); mu.kind == pointer && !s.heap[mu.n].escaped {
			have := m.load(s, mu, zero)
			switch {
			case have.n == -1:
				have = value{kind: integer}
			case have.n > 0:
				have.n--
			}
			if have.n == 0 {
				have.path = 0
			}
			s.object(mu.n).set(mu.path, have)
		}
	case opWake:
		if cond := arg(0); cond.kind == pointer && !s.heap[cond.n].escaped {
			for pj := range s.procs {
				if q := &s.procs[pj]; pj != pi && !q.fresh && q.node().op == opSleep && q.top().get(q.node().args[0]) == cond {
					s.top(pj).pc = q.node().succs[0]
					if n.n == 0 {
						break
					}
				}
			}
		}
	case opOnce:
		once := arg(0)
		if once.kind != pointer || s.heap[once.n].escaped {
			return follow(s, pi, n.succs)
		}
		if have := m.load(s, once, zero); have.n != 0 {
			return follow(s, pi, n.succs[1:])
		}
		s.object(once.n).set(once.path, value{kind: integer, n: 1})
		return follow(s, pi, n.succs[:1])
	case opContext:
		parent := arg(0)
		switch {
		case parent.kind == background, parent.kind == ctx && !s.heap[parent.n].escaped:
			o := object{parts: []part{{0, parent}}}
			id := s.add(o)
			f.put(n.dst, 0, value{kind: ctx, n: id})
			f.put(n.dst, 1, value{kind: cancel, n: id})
		default:
			f.put(n.dst, 0, value{})
			f.put(n.dst, 1, value{})
		}
	case opDone:
		v := arg(0)
		switch v.kind {
		case background:
			v = value{kind: null}
		case ctx:
			v.kind = done
		default:
			v = value{}
		}
		f.put(n.dst, 0, v)
	case opEscape:
		for i := range n.args {
			m.escape(s, arg(i))
		}
	}
	return follow(s, pi, n.succs)
}

// split goes on both ways, and remembers in the register what was found out.
func (m *machine) split(s *state, pi int, n *node, yes, no value) []*state {
	t := s.clone()
	if r := n.args[0].reg; r >= 0 {
		s.top(pi).regs[r] = yes
		t.top(pi).regs[r] = no
	}
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
