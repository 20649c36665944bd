// Package lifetime finds values that are acquired and not released on some
// path.
//
// # The question
//
// A value came into being at an instruction and somebody has to give it back:
// a ticker wants Stop, a subscription Unsubscribe. Is there a way from there
// to the end of the function, or round a loop to the same instruction, on
// which that does not happen?
//
// # The abstraction
//
// What counts as giving back is a [Spec]: a predicate on the events of the
// value, so that an analyzer only declares its API. Each event that releases
// the value, or hands it to somebody who may, becomes a stop on the
// control-flow graph of the function that acquired it. An event inside a
// literal stops where the literal is called, deferred or handed on. What can
// be reached from the acquisition without meeting a stop is a leak.
//
// Some edges are no way at all, and are not taken: the one on which the value
// is nil, the one on which the error that came with it is not nil, the one
// that contradicts a condition under which it was acquired. A call that never
// returns and a panic end a path without a leak.
//
// A release through a variable counts where the variable holds the value: the
// search carries along which ones do (see [tracker]).
//
// A goroutine that releases the value has taken it over: then its own paths
// are asked. A literal that acquires the value for a variable of the function
// around it, which releases it or hands it on, has moved the duty there.
//
// # May and must
//
// A leak is a path of the graph that nothing in sight rules out; that it can
// be walked is not proved. Handing the value to anybody who may keep it is
// taken as the end of the duty, which makes the engine silent where ownership
// moves.
//
// # What is given up
//
// Conditions are compared by their operands, not solved. A release under a
// condition inside a deferred literal counts as a release. A local container
// that holds the value and stays local releases it only through events on its
// elements, anywhere.
package lifetime

import (
	"container/heap"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Spec declares how values of a kind are given back.
type Spec struct {
	// Releases reports whether an event on the value, or on a part of it,
	// gives it back.
	Releases func(e *effects.Event) bool
	// Spends reports whether an event leaves nothing to give back, as the
	// receive from a timer's channel does. For a case of a select it counts
	// where that case is taken. Spends may be nil.
	Spends func(e *effects.Event) bool
	// Feeds reports whether a channel is closed only where nothing is left to
	// give back: where a receive finds it closed is no way to leak. It may be
	// nil.
	Feeds func(ch ssa.Value) bool
	// Ended reports whether who receives from a channel in a select has nothing
	// left to give back: whom it was acquired from tells that it ended. It may be
	// nil.
	Ended func(ch ssa.Value) bool
	// Ignores reports whether an event that hands the value on does not move
	// the duty. It may be nil.
	Ignores func(e *effects.Event) bool
	// Part is the path from the value to what has to be given back, "" if that is
	// the value itself.
	Part string
	// Settled returns the successor of a branch on a condition that is taken only
	// where nothing is left to give back, as where a query has no more rows. It may be
	// nil.
	Settled func(cond ssa.Value) (succ int, ok bool)
}

// An Outcome says what becomes of an acquired value.
type Outcome struct {
	// Releases are the events that give it back, in source order.
	Releases []*effects.Event
	// Kept are the events that hand it to somebody who may give it back.
	Kept []*effects.Event
	// Exit is the first return, in source order, that a path reaches without
	// release, or nil.
	Exit ssa.Instruction
	// Again is set if a path leads back to the acquisition without release.
	Again bool
	// Defers are the defer statements through which it is released.
	Defers []*ssa.Defer
}

// Dropped reports whether nothing releases the value or hands it on, anywhere.
func (o Outcome) Dropped() bool { return len(o.Releases) == 0 && len(o.Kept) == 0 }

// Check follows the value v, acquired at instruction at, which is v itself
// unless the API takes a value made before (as signal.Notify does).
func Check(p *effects.Package, v ssa.Value, at ssa.Instruction, spec Spec) Outcome {
	c := newChecker(p, v, spec, at.Block())
	fn := at.Parent()
	for _, e := range p.Of(v) {
		c.classify(e, fn)
	}
	if len(c.out.Releases)+len(c.out.Kept) > 0 {
		c.collected(fn)
	}
	c.follow(at)
	if c.stops[at] || c.stops[definer(at)] {
		return c.out // the call that acquires it gets it, too: a callback that undoes itself
	}
	if c.moved {
		return c.out
	}
	c.out.Exit, c.out.Again = c.search(fn, at)
	if slices.ContainsFunc(c.out.Defers, func(d *ssa.Defer) bool { return Before(d, at) }) {
		c.out.Exit, c.out.Again = nil, false // deferred already: the literal looks at the variable when it runs
	}
	if c.out.Exit == nil && !c.out.Again && len(c.spawn) > 0 {
		own := newChecker(p, v, spec, at.Block())
		for _, e := range p.Of(v) {
			if spec.Releases(e) {
				own.classify(e, fn)
			}
		}
		for start := range c.starts {
			delete(own.stops, start)
		}
		own.follow(at)
		if exit, again := own.search(fn, at); exit != nil || again {
			c.goroutines() // have taken it over
		}
	}
	return c.out
}

// follow finds the variables of which the search has to know what they hold.
func (c *checker) follow(at ssa.Instruction) {
	fn := at.Parent()
	c.err = errorOf(c.v, at)
	c.track = newTracker(same(c.v), c.variables(fn), true)
	var results []ssa.Value
	for _, rs := range c.returns {
		results = append(results, rs...)
	}
	c.nils = newTracker(ir.IsNil, results, false)
	c.errs = newTracker(func(x ssa.Value) bool { return x == c.err || ir.IsNil(x) }, c.errorVariables(fn), false)
	c.mates = newTracker(c.mate, c.nilVariables(fn), false)
	for i, value := range []bool{true, false} {
		c.flags[i] = newTracker(isBool(value), c.flagVariables(fn), false)
	}
}

// collected stops where the value goes into a local list or map: what releases
// it, or gets it, is found through that.
func (c *checker) collected(fn *ssa.Function) {
	for _, e := range c.p.Of(c.v) {
		if _, args := e.To.Root.(*ssa.Alloc); args && len(c.out.Releases) == 0 {
			continue // the arguments of a call
		}
		if e.Kind == effects.Store && e.Ref.Path == nil && effects.Fresh(e.To.Root) && e.To.Path.IsElem() {
			c.stop(e.Instr, fn, false, nil, 0)
		}
	}
}

// Before reports whether control comes to b by way of a, always.
func Before(a, b ssa.Instruction) bool {
	if a.Block() == b.Block() {
		return slices.Index(a.Block().Instrs, a) < slices.Index(b.Block().Instrs, b)
	}
	return a.Block().Dominates(b.Block())
}

// definer returns the call whose result instr takes apart, or instr itself.
func definer(instr ssa.Instruction) ssa.Instruction {
	if ext, ok := instr.(*ssa.Extract); ok {
		if call, ok := ext.Tuple.(*ssa.Call); ok {
			return call
		}
	}
	return instr
}

type checker struct {
	p       *effects.Package
	v       ssa.Value
	spec    Spec
	start   *ssa.BasicBlock // of the acquisition, in the function that is searched
	stops   map[ssa.Instruction]bool
	where   map[ssa.Instruction][]ssa.Value // stops where one of the variables holds the value
	whereAt []ssa.Instruction               // the keys of where, as they were found
	edges   map[ir.Edge]bool
	track   *tracker                    // nil where no variable matters
	err     ssa.Value                   // that came with the value, or nil
	errs    *tracker                    // of err, and nil
	flags   [2]*tracker                 // of true and false
	returns map[*ssa.Return][]ssa.Value // results that may be the value or have it
	nils    *tracker                    // of nil
	mates   *tracker                    // of the other results
	iffs    map[*ssa.Defer]*ssa.Alloc   // deferred literals that release the value if this error is not nil
	out     Outcome
	ways    map[way]bool             // that stop has gone
	spawn   []*ssa.Function          // goroutine bodies that release the value
	starts  map[ssa.Instruction]bool // of these
	moved   bool                     // a literal acquires it for the function around it
}

// A way leads from a literal to where it is called or handed on: see stop.
type way struct {
	literal  *ssa.Function
	released bool
	through  ssa.Value
}

func newChecker(p *effects.Package, v ssa.Value, spec Spec, start *ssa.BasicBlock) *checker {
	return &checker{
		p: p, v: v, spec: spec, start: start,
		stops:   make(map[ssa.Instruction]bool),
		where:   make(map[ssa.Instruction][]ssa.Value),
		edges:   make(map[ir.Edge]bool),
		returns: make(map[*ssa.Return][]ssa.Value),
		starts:  make(map[ssa.Instruction]bool),
		iffs:    make(map[*ssa.Defer]*ssa.Alloc),
		ways:    make(map[way]bool),
	}
}

// variables returns the variables of fn that decide whether a release counts
// or a way can be gone.
func (c *checker) variables(fn *ssa.Function) []ssa.Value {
	var vars []ssa.Value
	for _, instr := range c.whereAt {
		vars = append(vars, c.where[instr]...)
	}
	for _, br := range c.p.IR.Graph(fn).Branches() {
		if isVariable(br.Nil) && slices.Contains(c.p.Refs(br.Nil), effects.Ref{Root: c.v}) {
			vars = append(vars, br.Nil)
		}
	}
	return vars
}

// isVariable reports whether a value is what a variable holds.
func isVariable(v ssa.Value) bool {
	switch v := ir.Unwrap(v).(type) {
	case *ssa.Phi:
		return true
	case *ssa.UnOp:
		return v.Op == token.MUL
	}
	return false
}

// classify turns an event on the value into stops in fn.
func (c *checker) classify(e *effects.Event, fn *ssa.Function) {
	switch {
	case c.spec.Releases(e):
		c.out.Releases = append(c.out.Releases, e)
	case c.spec.Spends != nil && c.spec.Spends(e):
		if sel, ok := e.Instr.(*ssa.Select); ok && e.Func() == fn {
			if edge, ok := ir.CaseEdge(sel, e.Index); ok {
				c.edges[edge] = true
				return
			}
		}
	case HandsOn(e) && (c.spec.Ignores == nil || !c.spec.Ignores(e)):
		c.out.Kept = append(c.out.Kept, e)
		if ret, ok := e.Instr.(*ssa.Return); ok && e.Func() == fn {
			c.returns[ret] = append(c.returns[ret], ret.Results[e.Index])
			return
		}
	default:
		return
	}
	released := c.spec.Releases(e)
	var through ssa.Value
	if released {
		through = c.through(e, fn)
		if d, cell := c.onError(e, fn); d != nil {
			c.iffs[d] = cell
			c.out.Defers = append(c.out.Defers, d)
			return
		}
	}
	c.stop(e.Instr, fn, released, through, 0)
}

// HandsOn reports whether an event gives the value to somebody who may keep
// it beyond the function.
func HandsOn(e *effects.Event) bool {
	switch e.Kind {
	case effects.Escape, effects.Return, effects.Send:
		return true
	case effects.Store:
		return e.Holder != "" || !effects.Fresh(e.To.Root)
	}
	return false
}

// maxNesting bounds how deep literals that call literals are followed.
const maxNesting = 8

// stop marks where an instruction takes effect in fn: itself, or where the
// literal around it is called, started or handed on. If through is not nil it
// takes effect only where that variable holds the value.
func (c *checker) stop(instr ssa.Instruction, fn *ssa.Function, released bool, through ssa.Value, depth int) {
	in := instr.Parent()
	if in == fn {
		if through != nil {
			c.where[instr] = append(c.where[instr], through)
			c.whereAt = append(c.whereAt, instr)
		} else {
			c.stops[instr] = true
		}
		// Going through a list releases it, whatever its length.
		for l := c.p.IR.Graph(fn).Innermost(instr.Block()); l != nil && !l.Contains(c.start) && l.Bounded(); l = l.Outer {
			c.stops[l.Header.Instrs[0]] = true
		}
		if d, ok := instr.(*ssa.Defer); ok && released {
			c.out.Defers = append(c.out.Defers, d)
		}
		return
	}
	if !ir.Within(in, fn) {
		c.moved = c.moved || ir.Within(fn, in)
		return
	}
	key := way{in, released, through}
	if depth > maxNesting || c.ways[key] {
		return
	}
	c.ways[key] = true
	for _, v := range c.p.Literal(in) {
		for _, e := range c.p.Of(v) {
			switch e.Kind {
			case effects.Call:
				if e.Mode == effects.Spawned && released && e.Func() == fn && instr.Parent() == in {
					c.spawn = append(c.spawn, in)
					c.starts[e.Instr] = true
				}
				if e.Mode == effects.Spawned {
					through = nil // it runs when the variable may hold anything
				}
				c.stop(e.Instr, fn, released, through, depth+1)
			case effects.Escape, effects.Store, effects.Send, effects.Return, effects.Arg:
				if e.Kind != effects.Store || HandsOn(e) {
					c.stop(e.Instr, fn, released, nil, depth+1)
				}
			}
		}
	}
}

// goroutines asks the paths of goroutines that took the value over.
func (c *checker) goroutines() {
	slices.SortStableFunc(c.spawn, func(a, b *ssa.Function) int { return int(a.Pos() - b.Pos()) })
	for _, fn := range slices.Compact(c.spawn) {
		inner := newChecker(c.p, c.v, c.spec, fn.Blocks[0])
		for _, e := range c.p.Of(c.v) {
			if ir.Within(e.Func(), fn) {
				inner.classify(e, fn)
			}
		}
		if exit, _ := inner.search(fn, nil); exit != nil {
			c.out.Exit = exit
			return
		}
	}
}

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

func (o inOrder) Len() int           { return len(o) }
func (o inOrder) Less(i, j int) bool { return o[i].pos < o[j].pos }
func (o inOrder) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o *inOrder) Push(x any)        { *o = append(*o, x.(place)) }
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

// errorOf returns the error result that came with the value, or nil.
func errorOf(v ssa.Value, at ssa.Instruction) ssa.Value {
	ext, ok := v.(*ssa.Extract)
	if !ok {
		if call, ok := at.(*ssa.Call); ok && v != ssa.Value(call) && ir.IsError(call.Type()) {
			return call
		}
		return nil
	}
	for _, ref := range *ext.Tuple.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e != ext && ir.IsError(e.Type()) {
			return e
		}
	}
	return nil
}

// impossible reports whether an edge cannot be taken once the value was
// acquired: it is nil there or what came with it, or its error is not.
func (c *checker) impossible(edge ir.Edge, w *place, start *ssa.BasicBlock) bool {
	if c.otherFlag(edge, w) {
		return true
	}
	v, nilEdge, ok := ir.NilEdge(edge.From)
	if !ok {
		err, failed := errorTest(edge.From)
		return err != nil && edge == failed && c.isErr(err, w, start)
	}
	if c.isErr(v, w, start) {
		return edge != nilEdge
	}
	if edge != nilEdge {
		return false
	}
	if c.mate(v) || c.mates.tracks(v) && c.mates.holds(w.mates, v) {
		return true // what comes with it is nil: there was nothing to acquire
	}
	if c.track.tracks(v) {
		return c.track.holds(w.held, v)
	}
	return slices.ContainsFunc(c.p.Refs(v), func(r effects.Ref) bool {
		return r.Root == c.v && (r.Path == nil || r.Path.String() == c.spec.Part)
	})
}

// mate reports whether a value is another result of the call that the value is one of.
func (c *checker) mate(v ssa.Value) bool {
	x, ok := v.(*ssa.Extract)
	of, also := c.v.(*ssa.Extract)
	return ok && also && x != of && x.Tuple == of.Tuple && !ir.IsError(x.Type())
}

// nilVariables returns what is compared with nil in fn.
func (c *checker) nilVariables(fn *ssa.Function) []ssa.Value {
	var vars []ssa.Value
	for _, br := range c.p.IR.Graph(fn).Branches() {
		if br.Nil != nil && isVariable(br.Nil) && !ir.IsError(br.Nil.Type()) {
			vars = append(vars, br.Nil)
		}
	}
	return vars
}

// isErr reports whether a value is the error that came with the acquired one.
func (c *checker) isErr(v ssa.Value, w *place, start *ssa.BasicBlock) bool {
	if v == nil {
		return false
	}
	if v == c.err || c.errs.tracks(v) && c.errs.holds(w.errs, v) {
		return true
	}
	// The error variable is captured: its first check is meant.
	load, ok := v.(*ssa.UnOp)
	return ok && c.err != nil && load.Op == token.MUL && load.Block() == start && slices.Contains(c.p.Refs(v), effects.Ref{Root: c.err})
}

// errorTest returns the error that the block's last branch asks for something that only
// an error is: errors.Is and the like, or that it is equal to another. The edge is the
// one on which it is.
func errorTest(b *ssa.BasicBlock) (err ssa.Value, is ir.Edge) {
	br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, ir.Edge{}
	}
	cond, negated := positive(br.Cond)
	is = ir.Edge{From: b}
	if negated {
		is.Succ = 1
	}
	switch cond := cond.(type) {
	case *ssa.Call:
		if callee := ir.Callee(&cond.Call); callee != nil && len(cond.Call.Args) > 0 && ir.IsError(cond.Call.Args[0].Type()) {
			return cond.Call.Args[0], is
		}
	case *ssa.BinOp:
		if cond.Op == token.EQL && ir.IsError(cond.X.Type()) {
			return cond.X, is
		}
		if cond.Op == token.NEQ && ir.IsError(cond.X.Type()) {
			is.Succ = 1 - is.Succ
			return cond.X, is
		}
	}
	return nil, ir.Edge{}
}

// otherFlag reports whether an edge is taken only if a variable is not what it is.
func (c *checker) otherFlag(edge ir.Edge, w *place) bool {
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	cond, negated := positive(br.Cond)
	is := edge.Succ // 0 where the condition is true
	if negated {
		is = 1 - is
	}
	other := c.flags[1-is]
	return other.tracks(cond) && other.holds(w.flags[1-is], cond)
}

// flagVariables returns the variables of fn on which it branches.
func (c *checker) flagVariables(fn *ssa.Function) []ssa.Value {
	var vars []ssa.Value
	for _, br := range c.p.IR.Graph(fn).Branches() {
		if cond, _ := positive(br.Cond); isVariable(cond) {
			vars = append(vars, cond)
		}
	}
	return vars
}

// errorVariables returns what is asked for an error in fn and may be that of the value.
func (c *checker) errorVariables(fn *ssa.Function) []ssa.Value {
	var vars []ssa.Value
	for _, br := range c.p.IR.Graph(fn).Branches() {
		x := br.Nil
		if x == nil {
			x, _ = errorTest(br.Block)
		}
		if x != nil && isVariable(x) && ir.IsError(x.Type()) {
			vars = append(vars, x)
		}
	}
	return vars
}

// An assumption is a condition that held when the value was acquired.
type assumption struct {
	at   *ssa.BasicBlock
	cond ssa.Value
	succ int
	flag bool // the way from the acquisition back to at sets it to a constant
}

// maxAssumptions bounds the conditions that are remembered: the last ones before the
// acquisition.
const maxAssumptions = 32

// assumptions returns the conditions on the dominating branches.
func assumptions(at ssa.Instruction) []assumption {
	var out []assumption
	for b := at.Block(); b != nil && len(out) < maxAssumptions; b = b.Idom() {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if !ok || pred.Succs[0] == pred.Succs[1] {
			continue
		}
		out = append(out, assumption{pred, br.Cond, slices.Index(pred.Succs, b), isFlag(br.Cond, at.Block())})
	}
	return out
}

// isFlag reports whether a condition is a variable that gets a constant on
// every way from the block of the acquisition back to where it is asked.
func isFlag(cond ssa.Value, acquired *ssa.BasicBlock) bool {
	v, _ := positive(cond)
	phi, ok := v.(*ssa.Phi)
	if !ok {
		return false
	}
	set := false
	seen := make(map[*ssa.Phi]bool)
	var walk func(phi *ssa.Phi) bool
	walk = func(phi *ssa.Phi) bool {
		if seen[phi] {
			return true
		}
		seen[phi] = true
		for i, e := range phi.Edges {
			behind := acquired.Dominates(phi.Block().Preds[i])
			switch e := e.(type) {
			case *ssa.Const:
				set = set || behind
			case *ssa.Phi:
				if !walk(e) {
					return false
				}
			default:
				return false // it may be anything
			}
		}
		return true
	}
	return walk(phi) && set
}

// positive returns a condition without a negation in front, and whether there
// was one.
func positive(cond ssa.Value) (v ssa.Value, negated bool) {
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		return not.X, true
	}
	return cond, false
}

func contradicts(assumed []assumption, edge ir.Edge) bool {
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	for _, a := range assumed {
		// Where the condition is asked again, as that of a loop is, it may have
		// changed; if it is a flag that was set beside the acquisition, it has.
		if a.flag {
			va, na := positive(a.cond)
			if v, n := positive(br.Cond); v == va {
				return (edge.Succ == a.succ) == (n == na)
			}
		}
		if a.at != edge.From && sameCondition(a.cond, br.Cond, 0) {
			return edge.Succ != a.succ
		}
	}
	return false
}

// sameCondition reports whether two conditions compare the same operands.
// Variables that are assigned in between are rare enough in conditions that
// guard a resource to be taken as unchanged; calls never are the same.
func sameCondition(a, b ssa.Value, depth int) bool {
	if a == b {
		return !isPhi(a)
	}
	if depth > 4 {
		return false
	}
	switch x := a.(type) {
	case *ssa.Const:
		y, ok := b.(*ssa.Const)
		return ok && x.String() == y.String()
	case *ssa.BinOp:
		y, ok := b.(*ssa.BinOp)
		return ok && x.Op == y.Op && sameCondition(x.X, y.X, depth+1) && sameCondition(x.Y, y.Y, depth+1)
	case *ssa.UnOp:
		y, ok := b.(*ssa.UnOp)
		return ok && x.Op == y.Op && x.Op != token.ARROW && sameCondition(x.X, y.X, depth+1)
	case *ssa.FieldAddr:
		y, ok := b.(*ssa.FieldAddr)
		return ok && x.Field == y.Field && sameCondition(x.X, y.X, depth+1)
	case *ssa.Field:
		y, ok := b.(*ssa.Field)
		return ok && x.Field == y.Field && sameCondition(x.X, y.X, depth+1)
	case *ssa.Call:
		y, ok := b.(*ssa.Call)
		if !ok {
			return false
		}
		bx, okx := x.Call.Value.(*ssa.Builtin)
		by, oky := y.Call.Value.(*ssa.Builtin)
		return okx && oky && bx.Name() == "len" && by.Name() == "len" && sameCondition(x.Call.Args[0], y.Call.Args[0], depth+1)
	}
	return false
}

func isPhi(v ssa.Value) bool {
	_, ok := v.(*ssa.Phi)
	return ok
}
