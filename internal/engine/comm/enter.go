package comm

import (
	"go/types"
	"slices"
)

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
		if end := s.isEnd(args[0]); end != 0 && n.meth != nil {
			return m.atPipe(s, pi, n)
		}
		if c := m.method(s.heap[args[0].n].typ, n.meth); c != nil && args[0].path == 0 {
			fn = value{kind: function, fn: c}
		}
	case n.fn != nil && n.fn.abroad && m.near:
	case n.fn != nil:
		m.far = m.far || n.fn.abroad
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
	if m.only != nil && from.by != m.only {
		for _, v := range append(args, fn) {
			m.escape(s, v)
		}
		return
	}
	if n.runs {
		from.at = from.by // who takes it has been started before
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
		for _, v := range append(args, fn) {
			m.escape(s, v)
		}
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
