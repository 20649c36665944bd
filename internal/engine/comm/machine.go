package comm

import (
	"go/token"
	"go/types"
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

// load returns what is at a part of an object.
func (m *machine) load(s *state, p value, class class) value {
	o := &s.heap[p.n]
	if o.escaped {
		return value{}
	}
	if class == record {
		var whole object
		for _, part := range o.parts {
			if fields, ok := m.under(part.path, p.path); ok {
				to := int32(0)
				for _, f := range fields {
					to = m.path(to, f)
				}
				whole.set(to, part.val)
			} else if _, ok := m.under(p.path, part.path); ok && part.val.kind == unknown {
				return value{}
			}
		}
		return value{kind: structure, n: s.add(whole)}
	}
	for path := p.path; path >= 0; path = m.paths[path].parent {
		if i, ok := slices.BinarySearchFunc(o.parts, path, func(p part, path int32) int { return int(p.path - path) }); ok {
			if path == p.path || o.parts[i].val.kind == unknown {
				return o.parts[i].val
			}
		}
	}
	return class.value()
}

// value returns what a variable is that nobody has set.
func (c class) value() value {
	switch c {
	case zero:
		return value{kind: integer}
	case nothing:
		return value{kind: null}
	case record:
		return value{kind: empty}
	}
	return value{}
}

// set puts a value at a path.
func (o *object) set(path int32, v value) {
	i, ok := slices.BinarySearchFunc(o.parts, path, func(p part, path int32) int { return int(p.path - path) })
	if ok {
		o.parts[i].val = v
	} else {
		o.parts = slices.Insert(o.parts, i, part{path, v})
	}
}

func (m *machine) store(s *state, p, v value) {
	if s.heap[p.n].escaped {
		m.escape(s, v)
		return
	}
	o := s.object(p.n)
	o.parts = slices.DeleteFunc(o.parts, func(part part) bool { _, ok := m.under(part.path, p.path); return ok })
	switch v.kind {
	case empty:
		return
	case structure:
	default:
		o.set(p.path, v)
		return
	}
	for _, part := range s.heap[v.n].parts {
		to := p.path
		fields, _ := m.under(part.path, 0)
		for _, f := range fields {
			to = m.path(to, f)
		}
		o.set(to, part.val)
	}
}

// escape marks all that a value leads to.
func (m *machine) escape(s *state, v value) {
	if !v.isObject() || s.heap[v.n].escaped || v.kind == ctx || v.kind == done {
		return // who has a context cannot end it
	}
	if v.kind == closure && m.harmless(s, v, 0) {
		m.feed(s, v, 0)
		return
	}
	o := s.object(v.n)
	o.escaped = true
	for _, p := range o.parts {
		m.escape(s, p.val)
	}
	for _, b := range o.buf {
		m.escape(s, b)
	}
}

// harmless reports whether whoever gets hold of a value by a closure that it is
// captured in cannot free anybody by it.
func (m *machine) harmless(s *state, v value, depth int) bool {
	if !v.isObject() {
		return v.kind != function || v.fn.ready && v.fn.sends()
	}
	o := &s.heap[v.n]
	switch v.kind {
	case cancel:
		return false
	case closure:
		if o.method || !o.fn.ready || !o.fn.sends() {
			return false
		}
	case channel, done, ctx:
		return true
	}
	return depth <= maxRoom && !slices.ContainsFunc(o.parts, func(p part) bool { return !m.harmless(s, p.val, depth+1) })
}

// feed marks the channels that a closure leads to, which others may call later.
func (m *machine) feed(s *state, v value, depth int) {
	if !v.isObject() || depth > maxRoom {
		return
	}
	if v.kind == channel {
		if !s.heap[v.n].fed {
			s.object(v.n).fed = true
		}
		return
	}
	for _, p := range s.heap[v.n].parts {
		m.feed(s, p.val, depth+1)
	}
}

// ended reports whether a context has ended.
func (s *state) ended(ctxObj int32) bool {
	for {
		o := &s.heap[ctxObj]
		if o.closed || o.escaped {
			return true
		}
		if len(o.parts) == 0 || o.parts[0].val.kind != ctx {
			return false
		}
		ctxObj = o.parts[0].val.n
	}
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

// invoke makes a call, starts a goroutine or defers a call.
func (m *machine) invoke(s *state, pi int, n *node) []*state {
	f := s.top(pi)
	args := make([]value, len(n.args))
	for i, o := range n.args {
		args[i] = f.get(o)
	}
	var fn value
	switch {
	case n.op == opInvoke:
		if len(args) == 0 || args[0].kind != pointer {
			break
		}
		if c := m.method(s.heap[args[0].n].typ, n.meth); c != nil && args[0].path == 0 {
			fn = value{kind: function, fn: c}
		}
	case n.fn != nil:
		fn = value{kind: function, fn: n.fn}
		if n.op == opCall && !n.fn.gives && !slices.ContainsFunc(args, func(v value) bool { return v.kind > bound }) {
			return m.back(s, pi, nil) // whatever it does, it does it to what is not known
		}
	default:
		fn, args = args[0], args[1:]
	}
	if fn.isObject() && s.heap[fn.n].escaped && fn.kind == cancel {
		fn = value{}
	}
	switch n.op {
	case opDefer:
		if len(f.defers) >= maxNumber {
			m.steps = 0
		}
		f.defers = append(slices.Clone(f.defers), deferred{fn, args})
		return follow(s, pi, n.succs)
	case opGo:
		if m.spawn(s, pi, n, fn, args); s.crash {
			return []*state{s}
		}
		return follow(s, pi, n.succs)
	}
	return m.enter(s, pi, fn, args)
}

// spawn starts a goroutine. Where there are more from one place than two loops make, one
// in the other, the run ends: others show the same.
func (m *machine) spawn(s *state, pi int, n *node, fn value, args []value) {
	from := origin{foreign: n.at == nil}
	if s.procs[pi].from.by != nil {
		from.by = s.procs[pi].from.by
	} else {
		f := &s.procs[pi].frames[0]
		from.by = f.fn.nodes[f.pc].at
	}
	for i := len(s.procs[pi].frames) - 1; i >= 0 && from.at == nil; i-- {
		f := &s.procs[pi].frames[i]
		from.at = f.fn.nodes[f.pc].at
	}
	if from.at == nil { // a goroutine of another package starts another one
		from.at, from.foreign = s.procs[pi].from.at, true
	}
	same := 0
	o := m.origin(from)
	for i := range s.procs {
		if s.procs[i].from == o {
			same++
		}
	}
	if same >= int(m.rounds*m.rounds) || len(s.procs) >= maxProcs {
		s.crash = true
		return
	}
	s.procs = append(s.procs, proc{from: o, fresh: m.slow, owner: s})
	to := len(s.procs) - 1
	if !m.push(s, to, fn, args) {
		s.procs = s.procs[:to]
		return
	}
	if from.foreign && s.procs[to].top().fn.fn != nil {
		// A function of this package that another one starts.
		from.foreign = false
		s.procs[to].from = m.origin(from)
	}
}

// enter calls a function; one that is not known may keep what it gets.
func (m *machine) enter(s *state, pi int, fn value, args []value) []*state {
	if fn.kind == cancel {
		s.object(fn.n).closed = true
		return m.back(s, pi, nil)
	}
	if len(s.procs[pi].frames) < maxFrames && m.push(s, pi, fn, args) {
		return []*state{s}
	}
	m.escape(s, fn)
	var called []*state
	for _, v := range args {
		if m.escape(s, v); v.kind != closure && v.kind != function || v.isObject() && s.heap[v.n].escaped {
			continue
		}
		// It may be called before the function returns.
		if t := s.clone(); m.push(t, pi, v, nil) {
			t.top(pi).stays = true
			called = append(called, t)
		}
	}
	return append(called, m.back(s, pi, nil)...)
}

// push makes a frame for a function that is known.
func (m *machine) push(s *state, pi int, fn value, args []value) bool {
	var c *code
	vals := args
	switch fn.kind {
	case function:
		c = fn.fn
	case closure:
		o := &s.heap[fn.n]
		c = o.fn
		if o.method {
			vals = append([]value{o.parts[0].val}, args...)
		} else {
			vals = slices.Clone(args)
			for len(vals) < int(c.params) {
				vals = append(vals, value{})
			}
			vals = vals[:c.params]
			for _, p := range o.parts {
				vals = append(vals, p.val)
			}
		}
	}
	if c == nil || !c.ready {
		return false
	}
	again := 0
	for i := range s.procs[pi].frames {
		if s.procs[pi].frames[i].fn == c {
			again++
		}
	}
	if again > 1 {
		c = nowhere // what it does once more is what it has done
		vals = nil
	}
	if len(s.procs[pi].frames) >= maxFrames || !c.prepare() {
		return false
	}
	regs := make([]value, c.regs)
	copy(regs, vals)
	s.own(pi)
	s.procs[pi].frames = append(s.procs[pi].frames, frame{fn: c, regs: regs, owner: s})
	return true
}

// nowhere is a function that does nothing.
var nowhere = &code{nodes: []node{{op: opReturn}}, ready: true, prepared: true}

// back goes on behind a call.
func (m *machine) back(s *state, pi int, results []value) []*state {
	f := s.top(pi)
	n := s.procs[pi].node()
	if n.op == opRunDefers {
		return []*state{s}
	}
	for i := range n.dst {
		v := value{}
		if i < len(results) {
			v = results[i]
		}
		f.put(n.dst, i, v)
	}
	return follow(s, pi, n.succs)
}

// method returns the code of the method that a call through an interface runs.
func (m *machine) method(t types.Type, meth *types.Func) *code {
	if t == nil || meth == nil {
		return nil
	}
	obj, index, _ := types.LookupFieldOrMethod(t, true, meth.Pkg(), meth.Name())
	fn, ok := obj.(*types.Func)
	if !ok || len(index) != 1 || fn.Pkg() != m.p.IR.Pass.Pkg {
		return nil
	}
	if src := m.p.IR.Source(m.p.IR.SSA.Prog.FuncValue(fn)); src != nil {
		if _, ptr := fn.Signature().Recv().Type().(*types.Pointer); ptr {
			return m.code(src)
		}
	}
	return nil
}
