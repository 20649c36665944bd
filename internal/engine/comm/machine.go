package comm

import (
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A machine runs a function, with all that it starts, in all orders.
type machine struct {
	*Program
	root    *ssa.Function
	rounds  int32           // as often as loops go round of which the number is not known
	steps   int             // that may still be made
	slow    bool            // it makes a difference how long functions take that are not known
	most    int32           // as often as loops have to go round so that what was met makes a difference
	polled  bool            // something asks without waiting
	far     bool            // functions of other packages were run
	near    bool            // they are not known
	only    ssa.Instruction // by which alone goroutines are started; nil if by all
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
	maxSteps  = 32000 // four for each that copies
	maxProcs  = 8
	maxFrames = 12
	maxHeap   = 60
)

func newMachine(g *Program, root *ssa.Function, rounds int32) *machine {
	return &machine{
		Program: g, root: root, rounds: rounds, steps: maxSteps,
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

// arg returns the value of an argument of a node, if it has that many.
func (f *frame) arg(n *node, i int) value {
	if i < len(n.args) {
		return f.get(n.args[i])
	}
	return value{}
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
