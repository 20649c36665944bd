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
// is nil, the one on which the error that came with it is not nil, or one of a
// call that never fails, the one that contradicts a condition under which it was acquired. A call that never
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
// condition inside a deferred literal counts as a release, but see cleanup.go. A local container
// that holds the value and stays local releases it only through events on its
// elements, anywhere.
package lifetime

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
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
	// NoError reports whether an error that a call has returned is always nil: where it is not
	// is no way. It may be nil.
	NoError func(err ssa.Value) bool
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
	return check(p, v, at.Parent(), at, spec)
}

// CheckParameter follows what a function is given from where the function begins.
func CheckParameter(p *effects.Package, v *ssa.Parameter, spec Spec) Outcome {
	return check(p, v, v.Parent(), nil, spec)
}

func check(p *effects.Package, v ssa.Value, fn *ssa.Function, at ssa.Instruction, spec Spec) Outcome {
	start := fn.Blocks[0]
	if at != nil {
		start = at.Block()
	}
	c := newChecker(p, v, spec, start)
	for _, e := range p.Of(v) {
		c.classify(e, fn)
	}
	if len(c.out.Releases)+len(c.out.Kept) > 0 {
		c.collected(fn)
	}
	c.follow(fn, at)
	if at != nil && (c.stops[at] || c.stops[definer(at)]) {
		return c.out // the call that acquires it gets it, too: a callback that undoes itself
	}
	if c.moved {
		return c.out
	}
	c.out.Exit, c.out.Again = c.search(fn, at)
	if at != nil && slices.ContainsFunc(c.out.Defers, func(d *ssa.Defer) bool { return Before(d, at) }) {
		c.out.Exit, c.out.Again = nil, false // deferred already: the literal looks at the variable when it runs
	}
	if c.out.Exit == nil && !c.out.Again {
		c.out.Exit = c.lostWithList(fn, at)
	}
	if c.out.Exit == nil && !c.out.Again && len(c.spawn) > 0 {
		own := newChecker(p, v, spec, start)
		for _, e := range p.Of(v) {
			if spec.Releases(e) {
				own.classify(e, fn)
			}
		}
		if slices.ContainsFunc(own.out.Releases, func(e *effects.Event) bool {
			return !slices.ContainsFunc(c.spawn, func(lit *ssa.Function) bool { return ir.Within(e.Func(), lit) })
		}) {
			own.collected(fn)
		}
		for start := range c.starts {
			delete(own.stops, start)
		}
		own.follow(fn, at)
		if exit, again := own.search(fn, at); exit != nil || again {
			c.goroutines() // have taken it over
		}
	}
	return c.out
}

// follow finds the variables of which the search has to know what they hold.
func (c *checker) follow(fn *ssa.Function, at ssa.Instruction) {
	c.err = errorOf(c.v, at)
	c.track = newTracker(c.same, c.variables(fn), true)
	var results []ssa.Value
	for _, rs := range c.returns {
		results = append(results, rs...)
	}
	c.nils = newTracker(ir.IsNil, results, false)
	c.noErrs = noErrors(at)
	c.errs = newTracker(func(x ssa.Value) bool {
		return x == c.err || ir.IsNil(x) || slices.Contains(c.noErrs, x) || c.noError(x)
	}, c.errorVariables(fn), false)
	c.mates = newTracker(c.mate, c.nilVariables(fn), false)
	for i, value := range []bool{true, false} {
		c.flags[i] = newTracker(isBool(value), c.flagVariables(fn), false)
	}
}

// same reports whether something that is no variable is the value, or what a call has made of
// it that stands for it.
func (c *checker) same(x ssa.Value) bool {
	switch x.(type) {
	case *ssa.Call, *ssa.Extract:
		return x == c.v || slices.Contains(c.p.Refs(x), effects.Ref{Root: c.v})
	case *ssa.MakeClosure:
		return c.binds(x)
	}
	return x == c.v
}

// binds reports whether something is a function that has the value, as its method does: a variable that holds
// it is not nil once the value is there.
func (c *checker) binds(x ssa.Value) bool {
	mc, ok := x.(*ssa.MakeClosure)
	return ok && slices.ContainsFunc(mc.Bindings, func(b ssa.Value) bool {
		if cell, ok := b.(*ssa.Alloc); ok {
			return slices.ContainsFunc(*cell.Referrers(), func(ref ssa.Instruction) bool {
				set, ok := ref.(*ssa.Store)
				return ok && set.Val == c.v
			})
		}
		return slices.Contains(c.p.Refs(b), effects.Ref{Root: c.v})
	})
}

// collected stops where the value goes into a local list or map: what releases
// it, or gets it, is found through that.
func (c *checker) collected(fn *ssa.Function) {
	for _, e := range c.p.Of(c.v) {
		if list, ok := e.To.Root.(*ssa.Alloc); ok && (IsArguments(list) || !slices.ContainsFunc(c.out.Releases, func(e *effects.Event) bool { return !e.Via })) {
			continue // the arguments of a call, of which a wrapper may be made
		}
		if e.Kind == effects.Store && e.Ref.Path == nil && effects.Fresh(e.To.Root) && e.To.Path.IsElem() {
			c.stop(e.Instr, fn, false, nil, 0)
			if e.Func() == fn {
				c.collects = append(c.collects, e.Instr)
			}
		}
	}
}

// IsArguments reports whether an array is only what a call gets that takes any number of
// arguments. What that does with them are events of their own, but for append.
func IsArguments(list *ssa.Alloc) bool {
	given := false
	for _, ref := range *list.Referrers() {
		s, ok := ref.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, ref := range *s.Referrers() {
			call, ok := ref.(ssa.CallInstruction)
			if !ok {
				return false
			}
			if _, builtin := call.Common().Value.(*ssa.Builtin); builtin {
				return false
			}
			given = true
		}
	}
	return given
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
	noErrs  []ssa.Value                 // errors that were nil when the value was acquired
	errs    *tracker                    // of err, and nil
	flags   [2]*tracker                 // of true and false
	returns map[*ssa.Return][]ssa.Value // results that may be the value or have it
	nils    *tracker                    // of nil
	mates   *tracker                    // of the other results
	iffs    map[*ssa.Defer]cleanup      // deferred literals that release the value on a condition
	out     Outcome
	ways    map[way]bool             // that stop has gone
	spawn   []*ssa.Function          // goroutine bodies that release the value
	starts  map[ssa.Instruction]bool // of these
	// collects are where the value goes into a local list.
	collects []ssa.Instruction
	moved    bool // a literal acquires it for the function around it
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
		iffs:    make(map[*ssa.Defer]cleanup),
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
		if isVariable(br.Nil) && slices.ContainsFunc(c.p.Refs(br.Nil), func(r effects.Ref) bool {
			return r.Path == nil && (r.Root == c.v || c.binds(r.Root))
		}) {
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
	case (HandsOn(e) || c.fits(e)) && (c.spec.Ignores == nil || !c.spec.Ignores(e)):
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
		if d, when := c.cleanupOf(e, fn); d != nil {
			c.iffs[d] = when
			c.out.Defers = append(c.out.Defers, d)
			return
		}
	}
	c.stop(e.Instr, fn, released, through, 0)
}

// HandsOn reports whether an event gives the value to somebody who may keep
// it beyond the function.
func HandsOn(e *effects.Event) bool {
	if e.Ref.Path != nil && effects.Plain(e.Ref) {
		return false // a number or text of the value
	}
	switch e.Kind {
	case effects.Escape, effects.Return, effects.Send:
		return true
	case effects.Store:
		return e.Holder != "" || !effects.Fresh(e.To.Root)
	}
	return false
}

// fits reports whether an event puts the value into a field of an object of another module,
// of which a method is called that nothing is known of: it may give the value back.
func (c *checker) fits(e *effects.Event) bool {
	f := e.To.Path.Field()
	if e.Kind != effects.Store || f == nil || f.Pkg() == nil || f.Pkg() == c.p.IR.Pass.Pkg || convention.IsStd(f.Pkg().Path()) {
		return false
	}
	return slices.ContainsFunc(c.p.Of(e.To.Root), func(e *effects.Event) bool {
		call, ok := e.Instr.(ssa.CallInstruction)
		return ok && e.Kind == effects.Method && c.p.Callee(call.Common()) == nil
	})
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
		c.beside(in, fn, released, depth)
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

// beside marks where fn calls a literal that stands beside it and gets the value, or one that calls that.
func (c *checker) beside(lit, fn *ssa.Function, released bool, depth int) {
	key := way{lit, released, nil}
	if lit.Parent() == nil || depth > maxNesting || c.ways[key] {
		return
	}
	c.ways[key] = true
	for _, v := range c.p.Literal(lit) {
		for _, e := range c.p.Of(v) {
			in := e.Func()
			if e.Kind != effects.Call || ir.Within(fn, in) && in != fn || in == fn && !c.gives(e.Instr) {
				continue
			}
			c.stop(e.Instr, fn, released, nil, depth+1)
		}
	}
}

// gives reports whether a call has the value among its arguments.
func (c *checker) gives(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	return ok && slices.ContainsFunc(call.Common().Args, func(arg ssa.Value) bool {
		return slices.ContainsFunc(c.p.Refs(arg), func(r effects.Ref) bool { return r.Root == c.v })
	})
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
