package ir

import (
	"go/constant"
	"go/token"
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A Graph answers questions about the control flow of one function.
type Graph struct {
	Func  *ssa.Function
	Loops []*Loop // outer loops before the loops inside them

	innermost []*Loop // by block index
	branches  []Branch
	comms     []Comm
	once      map[string]any // see Once
}

// A Loop is a natural loop: the blocks from which control comes back to the
// header without leaving through it.
type Loop struct {
	Header *ssa.BasicBlock
	Blocks []*ssa.BasicBlock // in index order
	Outer  *Loop             // the innermost loop around this one, or nil

	in map[*ssa.BasicBlock]bool
}

// An Edge leads from a block to its Succ-th successor.
type Edge struct {
	From *ssa.BasicBlock
	Succ int
}

// To returns the block that the edge leads to.
func (e Edge) To() *ssa.BasicBlock { return e.From.Succs[e.Succ] }

// Graph returns the control flow of fn, computed at the first call.
func (p *Package) Graph(fn *ssa.Function) *Graph {
	g := p.graph[fn]
	if g == nil {
		g = newGraph(fn)
		p.graph[fn] = g
	}
	return g
}

func newGraph(fn *ssa.Function) *Graph {
	g := &Graph{Func: fn, innermost: make([]*Loop, len(fn.Blocks))}
	byHeader := make(map[*ssa.BasicBlock]*Loop)
	for _, b := range fn.Blocks {
		for _, h := range b.Succs {
			if h.Dominates(b) {
				l := byHeader[h]
				if l == nil {
					l = &Loop{Header: h, in: map[*ssa.BasicBlock]bool{h: true}}
					byHeader[h] = l
					g.Loops = append(g.Loops, l)
				}
				l.fill(b)
			}
		}
	}
	for _, l := range g.Loops {
		for b := range l.in {
			l.Blocks = append(l.Blocks, b)
		}
		slices.SortFunc(l.Blocks, func(a, b *ssa.BasicBlock) int { return a.Index - b.Index })
	}
	slices.SortFunc(g.Loops, func(a, b *Loop) int {
		if d := len(b.Blocks) - len(a.Blocks); d != 0 {
			return d
		}
		return a.Header.Index - b.Header.Index
	})
	for _, l := range g.Loops {
		l.Outer = g.innermost[l.Header.Index]
		for _, b := range l.Blocks {
			g.innermost[b.Index] = l
		}
	}
	return g
}

// fill adds the blocks from which the end of a back edge is reached without
// passing the header.
func (l *Loop) fill(b *ssa.BasicBlock) {
	work := []*ssa.BasicBlock{b}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !l.in[b] {
			l.in[b] = true
			work = append(work, b.Preds...)
		}
	}
}

// Contains reports whether b is one of the loop's blocks.
func (l *Loop) Contains(b *ssa.BasicBlock) bool { return l.in[b] }

// A Branch is a block that ends in a condition.
type Branch struct {
	Block *ssa.BasicBlock
	Cond  ssa.Value
	Nil   ssa.Value // what is compared with nil, or nil
	Edge  Edge      // on which it is
}

// Once returns what others have worked out of a function, under a name: they do so the first time.
func Once[T any](g *Graph, name string, work func() T) T {
	if known, ok := g.once[name]; ok {
		return known.(T)
	}
	v := work()
	if g.once == nil {
		g.once = make(map[string]any)
	}
	g.once[name] = v
	return v
}

// Stores returns the statements of the function that set a variable of its own.
func (g *Graph) Stores(variable *ssa.Alloc) []*ssa.Store {
	return Once(g, "ir.stores", func() map[*ssa.Alloc][]*ssa.Store {
		all := make(map[*ssa.Alloc][]*ssa.Store)
		for _, b := range g.Func.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					if cell, ok := st.Addr.(*ssa.Alloc); ok {
						all[cell] = append(all[cell], st)
					}
				}
			}
		}
		return all
	})[variable]
}

// Branches returns the branches of the function in block order.
func (g *Graph) Branches() []Branch {
	if g.branches == nil {
		g.branches = []Branch{}
		for _, b := range g.Func.Blocks {
			if cond, ok := lastIf(b); ok {
				branch := Branch{Block: b, Cond: cond}
				branch.Nil, branch.Edge, _ = NilEdge(b)
				g.branches = append(g.branches, branch)
			}
		}
	}
	return g.branches
}

// Comms returns the channel operations of the function in block order.
func (g *Graph) Comms() []Comm {
	if g.comms == nil {
		g.comms = []Comm{} // not asked again where there are none
		for _, b := range g.Func.Blocks {
			for _, instr := range b.Instrs {
				g.comms = append(g.comms, Comms(instr)...)
			}
		}
	}
	return g.comms
}

// maxDominators bounds the walk towards the entry of a function: in one of thousands of
// blocks, each instruction would ask all that come before it.
const maxDominators = 500

// Dominators returns b, its immediate dominator, and so on towards the entry of its
// function; at most the 500 that are next to b.
func Dominators(b *ssa.BasicBlock) iter.Seq[*ssa.BasicBlock] {
	return func(yield func(*ssa.BasicBlock) bool) {
		for range maxDominators {
			if b == nil || !yield(b) {
				return
			}
			b = b.Idom()
		}
	}
}

// Errors yields the errors that are not nil where control comes to b, the one that was looked at last
// first, and the blocks that look at them.
func Errors(b *ssa.BasicBlock) iter.Seq2[ssa.Value, *ssa.BasicBlock] {
	return func(yield func(ssa.Value, *ssa.BasicBlock) bool) {
		for b := range Dominators(b) {
			if len(b.Preds) != 1 {
				continue
			}
			if err, isNil, ok := NilEdge(b.Preds[0]); ok && IsError(err.Type()) && isNil.To() != b && !yield(err, b.Preds[0]) {
				return
			}
		}
	}
}

// Innermost returns the innermost loop around b, or nil.
func (g *Graph) Innermost(b *ssa.BasicBlock) *Loop { return g.innermost[b.Index] }

// Exits returns the edges that lead out of the loop, in block order.
func (l *Loop) Exits() []Edge {
	var exits []Edge
	for _, b := range l.Blocks {
		for i, s := range b.Succs {
			if !l.in[s] {
				exits = append(exits, Edge{b, i})
			}
		}
	}
	return exits
}

// Bounded reports whether the number of iterations is fixed when the loop is
// entered: a range over anything but a channel or a function, a counter that is
// compared with something the loop does not change, or a flag that the loop sets
// for its last round.
func (l *Loop) Bounded() bool {
	for _, e := range l.Exits() {
		cond, ok := lastIf(e.From)
		if !ok {
			continue
		}
		switch cond := cond.(type) {
		case *ssa.BinOp:
			if l.counter(cond.X) && l.limit(cond.Y) || l.counter(cond.Y) && l.limit(cond.X) {
				return true
			}
		case *ssa.Phi:
			if l.lastRound(cond, e) {
				return true
			}
		case *ssa.Extract:
			if _, ok := cond.Tuple.(*ssa.Next); ok {
				return true
			}
		}
	}
	return false
}

// lastRound reports whether every round sets a flag to the value by which the next one
// leaves the loop.
func (l *Loop) lastRound(flag *ssa.Phi, exit Edge) bool {
	if flag.Block() != l.Header {
		return false
	}
	for i, before := range l.Header.Preds {
		if !l.in[before] {
			continue
		}
		set, ok := flag.Edges[i].(*ssa.Const)
		if !ok || set.Value == nil || constant.BoolVal(set.Value) != (exit.Succ == 0) || !exit.From.Dominates(before) {
			return false
		}
	}
	return true
}

// Ranged returns what the loop goes over, nil if it is nothing that has a length.
func (l *Loop) Ranged() ssa.Value {
	for _, e := range l.Exits() {
		cond, ok := lastIf(e.From)
		if !ok {
			continue
		}
		switch cond := cond.(type) {
		case *ssa.Extract:
			if next, ok := cond.Tuple.(*ssa.Next); ok {
				if r, ok := next.Iter.(*ssa.Range); ok {
					return r.X
				}
			}
		case *ssa.BinOp:
			for _, v := range []ssa.Value{cond.X, cond.Y} {
				if call, ok := v.(*ssa.Call); ok {
					if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
						return call.Call.Args[0]
					}
				}
			}
		}
	}
	return nil
}

// Constant reports whether the number of iterations is known when the program
// is compiled and so does not depend on what the program is given: a counter
// compared with a constant, or a range over an array.
func (l *Loop) Constant() bool {
	for _, e := range l.Exits() {
		cond, ok := lastIf(e.From)
		if !ok {
			continue
		}
		if b, ok := cond.(*ssa.BinOp); ok {
			if l.counter(b.X) && isConst(b.Y) || l.counter(b.Y) && isConst(b.X) {
				return true
			}
		}
	}
	return false
}

func lastIf(b *ssa.BasicBlock) (ssa.Value, bool) {
	if len(b.Instrs) == 0 {
		return nil, false
	}
	cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, false
	}
	return cond.Cond, true
}

// counter reports whether v is a variable that every iteration changes by a
// constant, or that variable plus a constant.
func (l *Loop) counter(v ssa.Value) bool {
	if b, ok := v.(*ssa.BinOp); ok && (b.Op == token.ADD || b.Op == token.SUB) && isConst(b.Y) {
		v = b.X
	}
	phi, ok := v.(*ssa.Phi)
	if !ok || !l.in[phi.Block()] {
		return false
	}
	for i, e := range phi.Edges {
		if !l.in[phi.Block().Preds[i]] {
			continue
		}
		step, ok := e.(*ssa.BinOp)
		if !ok || step.Op != token.ADD && step.Op != token.SUB || step.X != phi || !isConst(step.Y) {
			return false
		}
	}
	return true
}

// limit reports whether v is what a counter is compared with: something that
// the loop does not change, or the length of a list, which few loops change.
func (l *Loop) limit(v ssa.Value) bool {
	if call, ok := v.(*ssa.Call); ok {
		b, ok := call.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "len" && !l.variable(call.Call.Args[0])
	}
	return l.invariant(v)
}

// variable reports whether v is a variable that the loop sets.
func (l *Loop) variable(v ssa.Value) bool {
	phi, ok := v.(*ssa.Phi)
	return ok && l.in[phi.Block()]
}

func (l *Loop) invariant(v ssa.Value) bool {
	instr, ok := v.(ssa.Instruction)
	return !ok || !l.in[instr.Block()]
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

// A Comm is one case of a blocking operation: a plain receive or send, or a
// case of a select statement.
type Comm struct {
	Instr ssa.Instruction
	Chan  ssa.Value
	Recv  bool
	Case  int // index of the case of a select statement, or -1
}

// Comms returns the channel operations that instr stands for.
func Comms(instr ssa.Instruction) []Comm {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			return []Comm{{instr, instr.X, true, -1}}
		}
	case *ssa.Send:
		return []Comm{{instr, instr.Chan, false, -1}}
	case *ssa.Select:
		comms := make([]Comm, len(instr.States))
		for i, s := range instr.States {
			comms[i] = Comm{instr, s.Chan, s.Send == nil, i}
		}
		return comms
	}
	return nil
}

// CaseEdge returns the edge that control takes when the case of a select
// statement was chosen. A select with a single case has none: ok is false and
// the instruction itself stands for the case.
func CaseEdge(sel *ssa.Select, index int) (Edge, bool) {
	for _, ref := range *sel.Referrers() {
		ext, isExt := ref.(*ssa.Extract)
		if !isExt || ext.Index != 0 {
			continue
		}
		for _, ref := range *ext.Referrers() {
			cmp, isCmp := ref.(*ssa.BinOp)
			if !isCmp || cmp.Op != token.EQL {
				continue
			}
			n, exact := Int(cmp.Y)
			if !exact {
				continue
			}
			for _, ref := range *cmp.Referrers() {
				br, isIf := ref.(*ssa.If)
				if !isIf {
					continue
				}
				if int(n) == index {
					return Edge{br.Block(), 0}, true
				}
			}
		}
	}
	return Edge{}, false
}

// NoCaseEdge returns the edge that control would take if a blocking select
// chose none of its cases, which never happens: the builder ends it in a panic.
func NoCaseEdge(sel *ssa.Select) (Edge, bool) {
	if !sel.Blocking || len(sel.States) == 0 {
		return Edge{}, false
	}
	last, ok := CaseEdge(sel, len(sel.States)-1)
	if !ok {
		return Edge{}, false
	}
	last.Succ = 1
	return last, true
}

// ClosedEdge returns the edge that control takes when a receive in a range
// over a channel (or v, ok := <-ch; if !ok) found the channel closed.
func ClosedEdge(recv *ssa.UnOp) (Edge, bool) {
	if !recv.CommaOk {
		return Edge{}, false
	}
	for _, ref := range *recv.Referrers() {
		ext, ok := ref.(*ssa.Extract)
		if !ok || ext.Index != 1 {
			continue
		}
		for _, ref := range *ext.Referrers() {
			if br, ok := ref.(*ssa.If); ok {
				return Edge{br.Block(), 1}, true
			}
		}
	}
	return Edge{}, false
}

// NilEdge returns the edge on which v is nil, if the block ends in a
// comparison of v with nil.
func NilEdge(b *ssa.BasicBlock) (v ssa.Value, e Edge, ok bool) {
	cond, isIf := lastIf(b)
	if !isIf {
		return nil, Edge{}, false
	}
	cmp, isCmp := cond.(*ssa.BinOp)
	if !isCmp || cmp.Op != token.EQL && cmp.Op != token.NEQ {
		return nil, Edge{}, false
	}
	x, y := cmp.X, cmp.Y
	if k, ok := x.(*ssa.Const); ok && k.IsNil() {
		x, y = y, x
	}
	if k, ok := y.(*ssa.Const); !ok || !k.IsNil() {
		return nil, Edge{}, false
	}
	if cmp.Op == token.EQL {
		return x, Edge{b, 0}, true
	}
	return x, Edge{b, 1}, true
}

// Reaches reports whether control can get from one block to another without passing
// through avoid, which may be nil.
func Reaches(from, to, avoid *ssa.BasicBlock) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	work := []*ssa.BasicBlock{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == avoid || seen[b] {
			continue
		}
		if b == to {
			return true
		}
		seen[b] = true
		work = append(work, b.Succs...)
	}
	return false
}
