package comm

import (
	"slices"
)

// A graph holds the states that were found, the first one first.
type graph struct {
	states []*state
	first  []int // where it begins, but for those that are aside
	edges  [][]edge
	index  map[string]int
	cut    bool      // there are more
	direct [2][]bool // see straight
}

// An edge leads to a state, by a step of goroutines.
type edge struct {
	to    int
	moved [2]*origin
	aside excuse // see state
}

const maxStates = 2000

// explore returns what can be reached from some states.
func (m *machine) explore(from ...*state) *graph {
	g := &graph{index: make(map[string]int)}
	for _, s := range from {
		for _, t := range m.settle(s) {
			aside := t.aside
			if i := m.insert(g, t); aside == 0 {
				g.first = append(g.first, i)
			}
		}
	}
	for i := 0; i < len(g.states) && !g.cut; i++ {
		s := g.states[i]
		if s.crash {
			continue
		}
		for pi := range s.procs {
			for _, next := range m.act(s, pi) {
				for _, t := range m.settle(next.state) {
					e := edge{moved: next.moved, aside: t.aside}
					e.to = m.insert(g, t)
					if !slices.Contains(g.edges[i], e) {
						g.edges[i] = append(g.edges[i], e)
					}
				}
			}
		}
		if len(g.states) > maxStates || m.steps <= 0 {
			g.cut = true
		}
	}
	return g
}

func (m *machine) insert(g *graph, s *state) int {
	key := "crash"
	if !s.crash {
		key = m.enc.encode(s)
	}
	i, ok := g.index[key]
	if !ok {
		i = len(g.states)
		s.aside = 0
		g.index[key] = i
		g.states = append(g.states, s)
		g.edges = append(g.edges, nil)
	}
	return i
}

// settle goes on with all goroutines until each is at something that others can see.
func (m *machine) settle(s *state) (settled []*state) {
	work := []*state{s}
	var seen map[string]bool
	for len(work) > 0 && m.steps > 0 {
		s := work[len(work)-1]
		work = work[:len(work)-1]
		pi := -1
		if !s.crash {
			pi = slices.IndexFunc(s.procs, func(p proc) bool { return !m.visible(s, &p) })
		}
		if pi < 0 {
			settled = append(settled, s)
			continue
		}
		if len(s.heap) > maxHeap {
			m.steps = 0
		}
		next := m.run(s, pi)
		for _, t := range next {
			if len(next) > 1 && !t.crash {
				if seen == nil {
					seen = make(map[string]bool)
				}
				key := m.enc.encode(t)
				key += string('0' + rune(t.aside))
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			work = append(work, t)
		}
	}
	return settled
}

// visible reports whether others can tell when a goroutine goes on: it does
// something that they can see, has come round a loop, or takes its time.
func (m *machine) visible(s *state, p *proc) bool {
	if p.fresh {
		return true
	}
	n, f := p.node(), p.top()
	known := func(o operand) bool {
		v := f.get(o)
		return v.kind == null || v.isObject() && !s.heap[v.n].escaped
	}
	switch n.op {
	case opSpin:
		return true
	case opSend, opRecv, opClose, opWait, opLock, opErr, opSleep:
		if known(n.args[0]) {
			return true
		}
	case opSelect:
		if len(n.cases) == 0 || slices.ContainsFunc(n.cases, func(c commCase) bool { return known(c.ch) }) {
			return true
		}
	}
	return n.yield || n.ticks || n.slow && m.slow
}

// A next is a state that a step leads to.
type next struct {
	state *state
	moved [2]*origin
}

// act returns what becomes of s when a goroutine goes on: a clone for each way.
func (m *machine) act(s *state, pi int) (out []next) {
	n := s.procs[pi].node()
	f := s.procs[pi].top()
	from := s.procs[pi].from
	step := func(change func(t *state, f *frame)) {
		t := s.clone()
		change(t, t.top(pi))
		for _, u := range follow(t, pi, n.succs) {
			out = append(out, next{u, [2]*origin{from}})
		}
	}
	pass := func(*state, *frame) {}
	if s.procs[pi].fresh {
		t := s.clone()
		t.procs[pi].fresh = false
		return []next{{t, [2]*origin{from}}}
	}
	switch n.op {
	case opSpin:
		out = append(out, next{s.clone(), [2]*origin{from}})
	case opSend:
		out = m.send(s, pi, f.get(n.args[0]), f.get(n.args[1]), func(*frame) {})
	case opRecv:
		out = m.receive(s, pi, f.get(n.args[0]), n.class.value(), func(f *frame, v, ok value) {
			f.put(n.dst, 0, v)
			f.put(n.dst, 1, ok)
		})
	case opSelect:
		ready := false
		for i, c := range n.cases {
			chosen := func(f *frame) { f.put(n.dst, 0, value{kind: integer, n: int32(i)}) }
			var ways []next
			if c.send {
				ways = m.send(s, pi, f.get(c.ch), f.get(c.val), chosen)
			} else {
				var aside excuse
				if from.at != nil && (!m.known(s, f.get(c.ch)) || f.get(c.ch).kind == done) {
					if aside = told; c.ends && f.get(c.ch).kind == unknown {
						aside = given
					}
				}
				ways = m.receive(s, pi, f.get(c.ch), c.class.value(), func(f *frame, v, ok value) {
					chosen(f)
					f.put(n.dst, 1, ok)
					if c.dst >= 0 {
						f.regs[c.dst] = v
					}
				})
				for _, way := range ways {
					way.state.aside = max(way.state.aside, aside)
				}
			}
			ch := f.get(c.ch)
			m.polled = m.polled || !n.block && m.known(s, ch)
			ready = ready || len(ways) > 0 && m.known(s, ch) || !c.send && m.offered(s, pi, ch)
			out = append(out, ways...)
		}
		if !n.block && !ready {
			step(func(_ *state, f *frame) { f.put(n.dst, 0, value{kind: integer, n: -1}) })
		}
	case opClose:
		ch := f.get(n.args[0])
		if ch.kind == null || ch.kind == channel && s.heap[ch.n].closed && n.n == 0 {
			t := s.clone()
			t.crash = true
			return []next{{t, [2]*origin{from}}}
		}
		step(func(t *state, _ *frame) {
			if ch.kind == channel {
				t.object(ch.n).closed = true
			}
		})
	case opWait:
		wg := f.get(n.args[0])
		if wg.kind == pointer && !s.heap[wg.n].escaped {
			if have := m.load(s, wg, zero); have.kind == integer && have.n > 0 {
				return nil
			}
		}
		step(pass)
	case opLock:
		mu := f.get(n.args[0])
		if mu.kind != pointer || s.heap[mu.n].escaped {
			step(pass)
			break
		}
		have := m.load(s, mu, zero)
		if have.kind != integer {
			step(pass)
			break
		}
		if have.n < 0 || have.n > 0 && (n.n == 0 || s.writes(pi, mu)) {
			return nil
		}
		step(func(t *state, _ *frame) {
			now := value{kind: integer, n: -1, path: m.site(n.at)}
			if n.n == 1 {
				now.n = have.n + 1
			}
			t.object(mu.n).set(mu.path, now)
		})
	case opSleep:
		if cond := f.get(n.args[0]); cond.kind != pointer || s.heap[cond.n].escaped {
			step(pass)
		}
	case opErr:
		v := f.get(n.args[0])
		m.polled = m.polled || v.kind == ctx
		err := value{}
		switch {
		case v.kind == background:
			err.kind = null
		case v.kind == ctx && s.ended(v.n):
			err.kind = notNull
		case v.kind == ctx:
			err.kind = null
		}
		step(func(_ *state, f *frame) { f.put(n.dst, 0, err) })
	default: // a round of a loop
		for _, t := range m.run(s.clone(), pi) {
			out = append(out, next{t, [2]*origin{from}})
		}
	}
	return out
}

// maxBuffered bounds the elements that are remembered in a channel.
const maxBuffered = maxRoom + 2 + maxProcs

// writes reports whether another goroutine waits to lock a mutex for writing: then who
// comes to read waits as well.
func (s *state) writes(pi int, mu value) bool {
	for pj := range s.procs {
		if n := s.procs[pj].node(); pj != pi && !s.procs[pj].fresh && n.op == opLock && n.n == 0 && s.procs[pj].top().get(n.args[0]) == mu {
			return true
		}
	}
	return false
}

// known reports whether all that is done with a channel is in sight.
func (m *machine) known(s *state, ch value) bool {
	return ch.kind == channel && !s.heap[ch.n].escaped || ch.kind == done && !s.heap[ch.n].escaped
}

// offered reports whether another goroutine waits to send on a channel.
func (m *machine) offered(s *state, pi int, ch value) bool {
	for pj := range s.procs {
		if pj == pi {
			continue
		}
		n, f := s.procs[pj].node(), s.procs[pj].top()
		if s.procs[pj].fresh {
			continue
		}
		switch n.op {
		case opSend:
			if f.get(n.args[0]) == ch && ch.kind == channel {
				return true
			}
		case opSelect:
			if slices.ContainsFunc(n.cases, func(c commCase) bool { return c.send && f.get(c.ch) == ch && ch.kind == channel }) {
				return true
			}
		}
	}
	return false
}

// send returns what becomes of s when a goroutine sends. Whoever takes the value
// goes on as well.
func (m *machine) send(s *state, pi int, ch, val value, then func(*frame)) (out []next) {
	from := s.procs[pi].from
	one := func(t *state) {
		then(t.top(pi))
		for _, u := range follow(t, pi, s.procs[pi].node().succs) {
			out = append(out, next{u, [2]*origin{from}})
		}
	}
	switch {
	case ch.kind == null || ch.kind == done:
		return nil
	case !m.known(s, ch):
		t := s.clone()
		if n := s.procs[pi].node(); n.runs && (val.kind == closure || val.kind == function) {
			m.spawn(t, pi, n, val, nil)
		} else {
			m.escape(t, val)
		}
		one(t)
		return out
	}
	o := &s.heap[ch.n]
	if o.closed {
		t := s.clone()
		t.crash = true
		return []next{{t, [2]*origin{from}}}
	}
	if o.room < 0 || len(o.buf) < int(o.room) {
		t := s.clone()
		if len(o.buf) < maxBuffered {
			o := t.object(ch.n)
			o.buf = append(o.buf, val)
		} else {
			m.escape(t, val)
		}
		one(t)
		return out
	}
	if o.room > 0 {
		return nil
	}
	for pj := range s.procs {
		if pj == pi {
			continue
		}
		n, f := s.procs[pj].node(), s.procs[pj].top()
		if s.procs[pj].fresh {
			continue
		}
		take := func(got func(f *frame)) {
			t := s.clone()
			then(t.top(pi))
			got(t.top(pj))
			for _, u := range follow(t, pi, s.procs[pi].node().succs) {
				for _, w := range follow(u, pj, n.succs) {
					out = append(out, next{w, [2]*origin{from, s.procs[pj].from}})
				}
			}
		}
		switch n.op {
		case opRecv:
			if f.get(n.args[0]) == ch {
				take(func(f *frame) {
					f.put(n.dst, 0, val)
					f.put(n.dst, 1, value{kind: integer, n: 1})
				})
			}
		case opSelect:
			for i, c := range n.cases {
				if !c.send && f.get(c.ch) == ch {
					take(func(f *frame) {
						f.put(n.dst, 0, value{kind: integer, n: int32(i)})
						f.put(n.dst, 1, value{kind: integer, n: 1})
						if c.dst >= 0 {
							f.regs[c.dst] = val
						}
					})
				}
			}
		}
	}
	return out
}

// receive returns what becomes of s when a goroutine receives, but for what others
// are about to send. A closed channel gives zero.
func (m *machine) receive(s *state, pi int, ch, zero value, then func(f *frame, v, ok value)) (out []next) {
	from := s.procs[pi].from
	one := func(t *state, v, ok value) {
		then(t.top(pi), v, ok)
		for _, u := range follow(t, pi, s.procs[pi].node().succs) {
			out = append(out, next{u, [2]*origin{from}})
		}
	}
	open, shut := value{kind: integer, n: 1}, value{kind: integer}
	switch {
	case ch.kind == null:
	case ch.kind == done:
		if s.ended(ch.n) {
			one(s.clone(), value{}, shut)
		}
	case ch.kind == channel && s.heap[ch.n].escaped && s.heap[ch.n].open:
		if s.heap[ch.n].closed {
			one(s.clone(), zero, shut)
		} else {
			one(s.clone(), value{}, open)
		}
	case !m.known(s, ch):
		ok := value{}
		if s.procs[pi].node().n == 1 {
			ok = open
		}
		one(s.clone(), value{}, ok)
	case len(s.heap[ch.n].buf) > 0:
		t := s.clone()
		o := t.object(ch.n)
		v := o.buf[0]
		o.buf = slices.Clone(o.buf[1:])
		one(t, v, open)
	case s.heap[ch.n].closed:
		one(s.clone(), zero, shut)
	case s.heap[ch.n].fed:
		one(s.clone(), value{}, open)
	}
	return out
}
