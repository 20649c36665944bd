package comm

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Reason says why a goroutine does not end.
type Reason uint8

const (
	Sends    Reason = iota // it waits to send
	Locks                  // it waits for a mutex
	Receives               // it waits to receive
	Waits                  // it waits for a WaitGroup
	Runs                   // it goes round for ever
)

// Stuck is a goroutine that never ends once a function has come to an end.
type Stuck struct {
	Why Reason
	// Start is where the goroutine is started; nil if it is the one that runs the
	// function.
	Start ssa.Instruction
	// By is what the function itself did for it: the start, or a call that leads there.
	By ssa.Instruction
	// Foreign is set if the go statement itself is in another package.
	Foreign bool
	// At is where it waits, nil if that is in another package.
	At ssa.Instruction
	// Or are other places where it may wait instead.
	Or []ssa.Instruction
	// Exit is where the function returned, nil if it did not.
	Exit ssa.Instruction
	// Ticks is set if it waits for a ticker meanwhile.
	Ticks bool
	// With are where goroutines are started that hang only because this one does.
	With []ssa.Instruction
	// Pipe is set if it waits for the other end of an io.Pipe.
	Pipe bool
	// Held is where the mutex was locked that it waits for.
	Held ssa.Instruction
}

// Stuck returns the goroutines that may never end when fn runs, by what it and all
// that it starts do: in the order in which they were found.
func (g *Program) Stuck(fn *ssa.Function) []Stuck {
	m := newMachine(g, fn, 2)
	graph := m.start(g.code(fn))
	if most := min(m.most, maxRoom+2); !graph.cut && (most > m.rounds || m.polled) {
		// What it met asks for another run: channels with room are to be full, and who
		// asks without waiting may be early.
		polled := m.polled
		m = newMachine(g, fn, max(most, m.rounds))
		m.slow = polled
		graph = m.start(g.code(fn))
	}
	if !graph.cut {
		return m.stuck(graph, nil)
	}
	// Too much happens at once. What functions of other packages do is left out, and, where that
	// is still too much, what the other goroutines do. Then it is known of those who send that
	// nobody receives any more; who receives may get something from what was left out.
	var found []Stuck
	if m.far {
		if m, graph = m.again(nil); !graph.cut {
			found = m.stuck(graph, nil)
		}
	}
	if starts := m.starts(); graph.cut && len(starts) > 1 {
		for _, by := range starts {
			if m, graph := m.again(by); !graph.cut {
				found = m.stuck(graph, found)
			}
		}
	}
	return slices.DeleteFunc(found, func(s Stuck) bool { return s.Why != Sends })
}

// again runs the function without what other packages do, and without the goroutines that
// the function itself does not start by an instruction, if there is one.
func (m *machine) again(by ssa.Instruction) (*machine, *graph) {
	m = newMachine(m.Program, m.root, 2)
	m.near, m.only = true, by
	return m, m.start(m.code(m.root))
}

// starts returns by what the function itself has started goroutines, in order.
func (m *machine) starts() (out []ssa.Instruction) {
	origins := slices.SortedFunc(maps.Values(m.origins), func(a, b *origin) int { return cmp.Compare(a.index, b.index) })
	for _, o := range origins {
		if o.by != nil && !slices.Contains(out, o.by) {
			out = append(out, o.by)
		}
	}
	return out
}

// stuck adds the goroutines that are stuck in a graph to those that were found.
func (m *machine) stuck(g *graph, found []Stuck) []Stuck {
	for _, scc := range g.bottoms() {
		for _, s := range m.judge(g, scc) {
			i := slices.IndexFunc(found, func(have Stuck) bool {
				return have.Start == s.Start && have.By == s.By && (have.Start != nil || have.At == s.At)
			})
			if i < 0 {
				found = append(found, s)
			} else if have := &found[i]; have.At != s.At && !slices.Contains(have.Or, s.At) {
				have.Or = append(have.Or, s.At)
			}
		}
	}
	return found
}

// start explores a function that is given what nobody knows.
func (m *machine) start(c *code) *graph {
	if !c.prepare() {
		return &graph{cut: true}
	}
	s := &state{procs: []proc{{frames: []frame{{fn: c, regs: make([]value, c.regs)}}, from: m.origin(origin{})}}}
	return m.explore(s)
}

// bottoms returns the sets of states that are never left, by their first state.
func (g *graph) bottoms() [][]int {
	index := make([]int, len(g.states))
	low := make([]int, len(g.states))
	comp := make([]int, len(g.states))
	for i := range comp {
		comp[i] = -1
	}
	var stack []int
	var comps [][]int
	n := 0
	type call struct{ v, e int }
	for root := range g.states {
		if index[root] != 0 {
			continue
		}
		calls := []call{{root, 0}}
		for len(calls) > 0 {
			c := &calls[len(calls)-1]
			if c.e == 0 {
				n++
				index[c.v], low[c.v] = n, n
				stack = append(stack, c.v)
			}
			if c.e < len(g.edges[c.v]) {
				w := g.edges[c.v][c.e].to
				c.e++
				if index[w] == 0 {
					calls = append(calls, call{w, 0})
				} else if comp[w] < 0 {
					low[c.v] = min(low[c.v], index[w])
				}
				continue
			}
			v := c.v
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				p := calls[len(calls)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] == index[v] {
				var set []int
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					comp[w] = len(comps)
					set = append(set, w)
					if w == v {
						break
					}
				}
				slices.Sort(set)
				comps = append(comps, set)
			}
		}
	}
	var out [][]int
	for k, set := range comps {
		bottom := true
		for _, v := range set {
			for _, e := range g.edges[v] {
				bottom = bottom && comp[e.to] == k
			}
		}
		if bottom && !g.states[set[0]].crash {
			out = append(out, set)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// judge returns the goroutines that never end in a set of states that is never left.
func (m *machine) judge(g *graph, scc []int) []Stuck {
	moves := make(map[*origin]bool)
	for _, v := range scc {
		for _, e := range g.edges[v] {
			moves[e.moved[0]] = true
			if e.moved[1] != nil {
				moves[e.moved[1]] = true
			}
		}
	}
	s := g.states[scc[0]]
	var hung []int
	var found []Stuck
	for pi := range s.procs {
		p := &s.procs[pi]
		if !moves[p.from] {
			hung = append(hung, pi)
		} else if p.from.at != nil && s.finished() {
			found = append(found, Stuck{Why: Runs, Start: p.from.at, By: p.from.by, Foreign: p.from.foreign, At: p.node().at, Exit: s.exit, Ticks: g.ticks(scc, p.from)})
		}
	}
	if slices.ContainsFunc(hung, func(pi int) bool { return m.handsOn(&s.procs[pi]) }) {
		return found
	}
	var with []ssa.Instruction
	for _, pi := range hung {
		p := &s.procs[pi]
		if slices.ContainsFunc(p.frames, func(f frame) bool { return f.stays }) {
			continue // in a function that others may call elsewhere
		}
		n := p.node()
		if n.op == opSleep && p.top().get(n.args[0]).isObject() && s.heap[p.top().get(n.args[0]).n].closed {
			continue // whoever has signalled before may have set what it looks at
		}
		if why := reason(p); p.from.at == nil && (why == Sends || why == Receives) && (p.nowhere() || !g.straight(scc[0], 0) && !(g.straight(scc[0], given) && m.unaware(n.at))) {
			continue // it may know better than to come here
		}
		if !m.follows(s, pi, hung) {
			found = append(found, m.describe(s, pi))
		} else if at := s.procs[pi].from.at; at != nil && !slices.Contains(with, at) {
			with = append(with, at)
		}
	}
	if len(found) > 0 {
		found[0].With = with
	}
	return found
}

// straight reports whether a state is reached where no goroutine has chosen, on the way,
// something that is not known, as the end of what it works for, but for some: the function
// that waits for the goroutine may know of that.
func (g *graph) straight(to int, but excuse) bool {
	if g.direct[but] == nil {
		direct := make([]bool, len(g.states))
		work := slices.Clone(g.first)
		for _, i := range work {
			direct[i] = true
		}
		for len(work) > 0 {
			i := work[len(work)-1]
			work = work[:len(work)-1]
			for _, e := range g.edges[i] {
				if e.aside <= but && !direct[e.to] {
					direct[e.to] = true
					work = append(work, e.to)
				}
			}
		}
		g.direct[but] = direct
	}
	return g.direct[but][to]
}

// nowhere reports whether a goroutine waits for nil channels only.
func (p *proc) nowhere() bool {
	n, f := p.node(), p.top()
	switch n.op {
	case opSend, opRecv:
		return f.get(n.args[0]).kind == null
	case opSelect:
		return !slices.ContainsFunc(n.cases, func(c commCase) bool { return f.get(c.ch).kind != null })
	}
	return false
}

// handsOn reports whether a goroutine waits to receive from a channel on which it sends
// itself, or closes it, or the other way round: how often depends on what goes through
// it, which is not known.
func (m *machine) handsOn(p *proc) bool {
	at := p.node().at
	if at == nil {
		return false
	}
	for _, comm := range ir.Comms(at) {
		refs := m.p.Refs(comm.Chan)
		same := func(ch ssa.Value) bool {
			return slices.ContainsFunc(m.p.Refs(ch), func(r effects.Ref) bool { return slices.Contains(refs, r) })
		}
		for _, b := range at.Parent().Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok && comm.Recv {
					if built, ok := call.Call.Value.(*ssa.Builtin); ok && built.Name() == "close" && same(call.Call.Args[0]) {
						return true
					}
				}
				for _, other := range ir.Comms(instr) {
					if other.Recv != comm.Recv && same(other.Chan) {
						return true
					}
				}
			}
		}
	}
	return false
}

// ticks reports whether a goroutine waits for a ticker in one of some states.
func (g *graph) ticks(scc []int, from *origin) bool {
	return slices.ContainsFunc(scc, func(i int) bool {
		return slices.ContainsFunc(g.states[i].procs, func(p proc) bool { return p.from == from && p.node().ticks })
	})
}

func reason(p *proc) Reason {
	switch n := p.node(); n.op {
	case opSend:
		return Sends
	case opLock:
		return Locks
	case opWait:
		return Waits
	case opSelect:
		if n.n == writeEnd {
			return Sends
		}
		sends := false
		for _, c := range n.cases {
			if !c.send && p.top().get(c.ch).kind != null {
				return Receives
			}
			sends = sends || c.send
		}
		if sends {
			return Sends
		}
	}
	return Receives
}

func (m *machine) describe(s *state, pi int) Stuck {
	p := &s.procs[pi]
	n := p.node()
	out := Stuck{Why: reason(p), Start: p.from.at, By: p.from.by, Foreign: p.from.foreign, At: n.at, Exit: s.exit}
	if p.from.at == nil {
		f := &p.frames[0]
		out.By = f.fn.nodes[f.pc].at
	}
	if n.op == opSelect && n.n != 0 && len(p.frames) > 1 {
		f := &p.frames[len(p.frames)-2]
		out.Pipe, out.At = true, f.fn.nodes[f.pc].at
	}
	if n.op == opLock {
		if mu := p.top().get(n.args[0]); mu.kind == pointer {
			for _, part := range s.heap[mu.n].parts {
				if part.path == mu.path && part.val.path > 0 {
					out.Held = m.sites[part.val.path-1]
				}
			}
		}
	}
	return out
}

// follows reports whether a goroutine hangs only because another does, or several.
func (m *machine) follows(s *state, pi int, hung []int) bool {
	var others []*origin
	for _, qi := range hung {
		if s.procs[qi].from == s.procs[pi].from {
			continue
		}
		if reason(&s.procs[qi]) < reason(&s.procs[pi]) && !slices.Contains(others, s.procs[qi].from) {
			others = append(others, s.procs[qi].from)
		}
		if !m.frees(s, []*origin{s.procs[qi].from}, pi) {
			continue
		}
		if !m.frees(s, []*origin{s.procs[pi].from}, qi) {
			return true
		}
		a, b := reason(&s.procs[pi]), reason(&s.procs[qi])
		if b < a || b == a && qi < pi {
			return true
		}
	}
	return len(others) > 1 && m.frees(s, others, pi)
}

// frees reports whether a goroutine would go on if all did that were started at some
// places.
func (m *machine) frees(s *state, origins []*origin, pi int) bool {
	from := []*state{s.clone()}
	for ri := len(s.procs) - 1; ri >= 0; ri-- {
		if !slices.Contains(origins, s.procs[ri].from) {
			continue
		}
		var freed []*state
		for _, t := range from {
			r, n := t.top(ri), t.procs[ri].node()
			for i := range n.dst {
				r.put(n.dst, i, value{})
			}
			freed = append(freed, follow(t, ri, n.succs)...)
		}
		from = freed
	}
	left := m.steps
	m.steps = min(left, maxSteps/10)
	defer func() { m.steps = left }()
	g := m.explore(from...)
	if g.cut {
		return true // it may
	}
	for _, edges := range g.edges {
		for _, e := range edges {
			if e.moved[0] == s.procs[pi].from || e.moved[1] == s.procs[pi].from {
				return true
			}
		}
	}
	return false
}

// Starts reports whether a function starts goroutines itself, or by functions to which
// it gives what it has made, or from which it gets something.
func (g *Program) Starts(fn *ssa.Function) bool {
	if !g.talks(fn) {
		return false
	}
	nodes := g.code(fn).nodes
	makes := slices.ContainsFunc(nodes, func(n node) bool { return n.op == opMake || n.op == opAlloc || n.op == opContext })
	return slices.ContainsFunc(nodes, func(n node) bool {
		switch n.op {
		case opGo:
			return true
		case opSend, opSelect:
			return n.runs
		case opCall:
			return n.fn != nil && (makes || len(n.dst) > 0 || n.fn.fn == nil) && g.spawns(n.fn)
		}
		return false
	})
}

// spawns reports whether a function, or one that it calls, starts a goroutine.
func (g *Program) spawns(c *code) bool {
	if is, known := g.spawning[c]; known {
		return is
	}
	seen := map[*code]bool{c: true}
	work := []*code{c}
	for len(work) > 0 {
		d := work[len(work)-1]
		work = work[:len(work)-1]
		for _, n := range d.nodes {
			if n.op == opGo || n.runs || n.op == opCall && n.fn != nil && g.spawning[n.fn] {
				g.spawning[c] = true
				return true
			}
			if n.op == opCall && n.fn != nil && !seen[n.fn] {
				seen[n.fn] = true
				work = append(work, n.fn)
			}
		}
	}
	for d := range seen {
		g.spawning[d] = false // all that it leads to
	}
	return false
}
