package lifetime

import (
	"container/heap"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A place is where a search has got to.
type place struct {
	pos   token.Pos // of b
	b     *ssa.BasicBlock
	from  int     // the first instruction
	held  held    // the variables that hold the value there
	errs  held    // the variables that hold the error that came with it
	nils  held    // results that are nil
	mates held    // the variables that hold what else the call returned
	flags [2]held // the variables that are true, and those that are false
	// armed are the variables that a deferred literal releases what they hold
	// of when the function returns.
	armed held
	// closed is a channel that was closed on the way, or nil. A range over it
	// ends: what it still holds is not worth another iteration.
	closed ssa.Value
	known  known
}

// settledEdges marks the edges on which nothing is left to give back.
func (c *checker) settledEdges(fn *ssa.Function) {
	if c.spec.Settled == nil {
		return
	}
	for _, br := range c.p.IR.Graph(fn).Branches() {
		if succ, ok := c.spec.Settled(br.Cond); ok {
			c.edges[ir.Edge{From: br.Block, Succ: succ}] = true
		}
	}
}

// endedCases marks the cases of selects at which nothing is left to give back.
func (c *checker) endedCases(fn *ssa.Function) {
	if c.spec.Ended == nil {
		return
	}
	for _, comm := range c.p.IR.Graph(fn).Comms() {
		if !comm.Recv || !c.spec.Ended(comm.Chan) {
			continue
		}
		sel, ok := comm.Instr.(*ssa.Select)
		if !ok {
			c.stops[comm.Instr] = true
		} else if edge, ok := ir.CaseEdge(sel, comm.Case); ok {
			c.edges[edge] = true
		}
	}
}

// maxPlaces bounds how often a block is searched again because other variables
// hold the value.
const maxPlaces = 16

// search returns the first return, in source order, to which a path leads from
// at without a stop, or nil, and whether one leads back to at. If at is nil the
// paths begin where fn does.
func (c *checker) search(fn *ssa.Function, at ssa.Instruction) (exit ssa.Instruction, again bool) {
	start := place{b: fn.Blocks[0]}
	var assumed []assumption
	if at != nil {
		start = place{b: at.Block(), from: slices.Index(at.Block().Instrs, at) + 1}
		assumed = assumptions(at)
	}
	open := c.openEdges(fn)
	for edge, ch := range open {
		if c.spec.Feeds != nil && c.spec.Feeds(ch) {
			edge.Succ = 1 - edge.Succ
			c.edges[edge] = true // closed: nothing comes from it any more
		}
	}
	c.endedCases(fn)
	c.settledEdges(fn)
	// Blocks are searched in source order. Where no way leads back, the first return is
	// the one that is asked for.
	first := at == nil || c.p.IR.Graph(fn).Innermost(at.Block()) == nil
	seen := make(map[*ssa.BasicBlock][]place)
	work := &inOrder{start}
next:
	for work.Len() > 0 && !(first && exit != nil) {
		w := heap.Pop(work).(place)
		for _, instr := range w.b.Instrs[w.from:] {
			if c.stops[instr] || c.stopsAt(&w, instr) {
				continue next
			}
			switch instr := instr.(type) {
			case *ssa.Return:
				if slices.ContainsFunc(c.returns[instr], func(r ssa.Value) bool { return !c.nils.tracks(r) || !c.nils.holds(w.nils, r) }) {
					continue next
				}
				if w.held&w.armed == 0 && !c.cleans(w.known) && (exit == nil || exitPos(c.p, instr) < exitPos(c.p, exit)) {
					exit = instr
				}
				continue next
			case *ssa.Panic:
				continue next
			case *ssa.Call:
				if c.p.NeverReturns(&instr.Call) {
					continue next
				}
				if b, ok := instr.Call.Value.(*ssa.Builtin); ok && b.Name() == "close" {
					w.closed = instr.Call.Args[0]
				}
			case *ssa.Alloc:
				if c.track != nil && w.armed&c.track.bits[instr] != 0 {
					continue next // a variable of its own for every iteration
				}
			}
			if instr == at {
				again = again || w.armed == 0
				continue next
			}
			w.held = c.track.step(w.held, instr)
			w.errs = c.errs.step(w.errs, instr)
			w.nils = c.nils.step(w.nils, instr)
			w.mates = c.mates.step(w.mates, instr)
			for i, t := range c.flags {
				w.flags[i] = t.step(w.flags[i], instr)
			}
			w.known = c.step(w.known, instr)
		}
		for i, s := range w.b.Succs {
			edge := ir.Edge{From: w.b, Succ: i}
			if c.edges[edge] || c.impossible(edge, &w, start.b) || contradicts(assumed, edge) || w.closed != nil && open[edge] != nil && sameCondition(open[edge], w.closed, 0) {
				continue
			}
			known, ok := c.branch(w.known, edge)
			if !ok {
				continue
			}
			to := place{b: s, pos: c.blockPos(s), held: c.track.enter(w.held, edge), errs: c.errs.enter(w.errs, edge), nils: c.nils.enter(w.nils, edge), mates: c.mates.enter(w.mates, edge), armed: w.armed, closed: w.closed, known: known}
			for i, t := range c.flags {
				to.flags[i] = t.enter(w.flags[i], edge)
			}
			if have := seen[s]; !slices.Contains(have, to) && len(have) < maxPlaces { // the acquisition's own block is walked again up to it
				seen[s] = append(have, to)
				heap.Push(work, to)
			}
		}
	}
	return exit, again
}

// inOrder are places to search, the first in the source first.
type inOrder []place

func (o inOrder) Len() int { return len(o) }

func (o inOrder) Less(i, j int) bool { return o[i].pos < o[j].pos }

func (o inOrder) Swap(i, j int) { o[i], o[j] = o[j], o[i] }

func (o *inOrder) Push(x any) { *o = append(*o, x.(place)) }

func (o *inOrder) Pop() any {
	last := len(*o) - 1
	w := (*o)[last]
	*o = (*o)[:last]
	return w
}

// blockPos returns where a block begins in the source, as far as its instructions say.
func (c *checker) blockPos(b *ssa.BasicBlock) token.Pos {
	for _, instr := range b.Instrs {
		if _, phi := instr.(*ssa.Phi); phi {
			continue
		}
		if _, ok := instr.(*ssa.Return); ok {
			return exitPos(c.p, instr) // one at the end of a function has no place of its own
		}
		if instr.Pos().IsValid() {
			return instr.Pos()
		}
	}
	return token.NoPos
}

// openEdges returns the edges that control takes when a receive finds its
// channel open, with the channel.
func (c *checker) openEdges(fn *ssa.Function) map[ir.Edge]ssa.Value {
	open := make(map[ir.Edge]ssa.Value)
	for _, comm := range c.p.IR.Graph(fn).Comms() {
		if recv, ok := comm.Instr.(*ssa.UnOp); ok {
			if edge, ok := ir.ClosedEdge(recv); ok {
				edge.Succ = 1 - edge.Succ
				open[edge] = recv.X
			}
		}
	}
	return open
}

// stopsAt reports whether an instruction releases the value by way of a
// variable that holds it there. What a deferred literal releases is only known
// in the end: it looks at the variable when it runs.
func (c *checker) stopsAt(w *place, instr ssa.Instruction) bool {
	_, deferred := instr.(*ssa.Defer)
	for _, x := range c.where[instr] {
		if !c.track.tracks(x) {
			return true
		}
		if !c.track.holds(w.held, x) {
			continue
		}
		if _, literal := x.(*ssa.Alloc); !literal || !deferred {
			return true
		}
		w.armed |= c.track.bits[x]
	}
	return false
}

func exitPos(p *effects.Package, instr ssa.Instruction) token.Pos {
	pos, _ := p.IR.Range(instr)
	return pos
}
