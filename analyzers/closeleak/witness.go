package closeleak

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// A source is a function of which it is not known what is behind its results.
type source struct {
	callee *types.Func
	result int
}

// unknown notes the results of a call of a function of the module of which it is not known what is
// behind them, although they have a method that ends their life.
func (c *checker) unknown(call *ssa.Call) {
	callee := ir.Callee(&call.Call)
	if callee == nil || inStd(callee) || !c.OfModule(callee.Pkg().Path()) {
		return // what another module leaves to its callers the table says
	}
	if sig := call.Call.Signature(); wrapsWriter(sig) || partOfWriter(sig) {
		return
	}
	results := call.Call.Signature().Results()
	for i := range results.Len() {
		end := effects.TeardownOf(results.At(i).Type())
		if end == nil || c.DoesNothing(end) || c.Duties().Nothing(&call.Call, i) {
			continue
		}
		a := &acquisition{Debt: duty.Debt{Result: i, Param: -1, Ends: []string{end.Name()}, Parent: -1}, call: call}
		if a.v = a.value(c); a.v == nil {
			if results.At(i).Type().String() == "io.ReadCloser" && checked(call) && !c.Duties().Optional(&call.Call, i) {
				a.Behind = "io.ReadCloser"
				c.local(a)
			}
			continue
		}
		a.Behind = "value"
		if n := ir.Named(results.At(i).Type()); n != nil && n.Obj().Pkg() != nil {
			a.Behind = n.Obj().Pkg().Name() + "." + n.Obj().Name()
		}
		c.forgotten(a)
		key := source{callee, i}
		if c.sites[key] == nil {
			c.sources = append(c.sources, key)
		}
		c.sites[key] = append(c.sites[key], a)
	}
}

// checked reports whether a function looks at the error that a call returns: the other results
// are there if it is nil, though nobody has them.
func checked(call *ssa.Call) bool {
	return slices.ContainsFunc(*call.Referrers(), func(ref ssa.Instruction) bool {
		err, ok := ref.(*ssa.Extract)
		return ok && ir.IsError(err.Type()) && len(*err.Referrers()) > 0
	})
}

// wrapsWriter reports whether a function gets a writer that it cannot close: what it makes of
// that, as a compressor, ends with a last write, and has nothing behind it but memory.
func wrapsWriter(sig *types.Signature) bool {
	return slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(v *types.Var) bool {
		return streams(v.Type(), "Write") && types.IsInterface(v.Type()) && effects.TeardownOf(v.Type()) == nil
	})
}

// partOfWriter reports whether a function makes something that only writes of something else that does, as
// a part of a message or a filter: behind it is that, which somebody else has.
func partOfWriter(sig *types.Signature) bool {
	given := slices.Collect(sig.Params().Variables())
	if sig.Recv() != nil {
		given = append(given, sig.Recv())
	}
	onlyWrites := func(v *types.Var) bool { return streams(v.Type(), "Write") && !streams(v.Type(), "Read") }
	return slices.ContainsFunc(given, onlyWrites) && slices.ContainsFunc(slices.Collect(sig.Results().Variables()), onlyWrites)
}

// streams reports whether values of a type have a method of an io.Writer or io.Reader.
func streams(typ types.Type, method string) bool {
	obj, _, _ := types.LookupFieldOrMethod(typ, true, nil, method)
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == 1 && types.Identical(fn.Signature().Params().At(0).Type(), types.NewSlice(types.Typ[types.Byte]))
}

// witnessed judges the results of calls of which it is not known what is behind them. That they
// have to be given back is what the module itself says: the function does so on one way,
// and forgets it on another where it fails; or others do so with what they get by the
// same call.
func (c *checker) witnessed() {
	var wrapped []*acquisition
	for _, key := range c.sources {
		if slices.ContainsFunc(c.sites[key], c.finds) {
			continue
		}
		var givers, rest []*acquisition
		for _, a := range c.sites[key] {
			ends := slices.ContainsFunc(c.Of(a.v), a.ends)
			if !ends && len(c.sites[key]) < minGivers && !c.leaves(a) {
				continue
			}
			a.out = lifetime.Check(c.Package.Package, a.v, a.v.(ssa.Instruction), a.spec(c))
			switch {
			case a.out.Exit != nil && slices.ContainsFunc(a.out.Releases, a.ends) && c.forgets(a):
				if i := slices.IndexFunc(a.out.Releases, func(e *effects.Event) bool { return a.ends(e) && e.Callee != nil }); i >= 0 {
					a.Ends = []string{a.out.Releases[i].Name}
				}
				if c.wrapperOf(a) != nil {
					wrapped = append(wrapped, a)
				} else {
					c.local(a)
				}
			case a.out.Exit != nil && len(a.out.Kept) > 0 && c.givenElsewhere(a):
				c.local(a)
			case a.out.Exit == nil && !a.out.Again && len(a.out.Kept) == 0 && ends:
				givers = append(givers, a)
			case a.out.Dropped() && !c.finished(a):
				rest = append(rest, a)
			}
		}
		if len(givers) < minGivers || len(givers) <= len(rest) {
			continue
		}
		for _, a := range rest {
			a.sibling = givers[0].out.Releases[0]
			c.local(a)
		}
	}
	for _, a := range wrapped {
		if pos, _ := c.IR.Range(c.wrapperOf(a)); !c.told[pos] { // it is lost once, with its wrapper
			c.local(a)
		}
	}
}

// finds reports whether a function only ends the life of what a call returns that cannot fail: the value was
// there before, as one that is kept by its name, and who gets it to begin something need not have it in the end.
func (c *checker) finds(a *acquisition) bool {
	events := c.Of(a.v)
	return !ir.CanFail(a.call.Call.Signature()) && len(events) > 0 && !slices.ContainsFunc(events, func(e *effects.Event) bool { return !a.ends(e) })
}

// finished reports whether a method of the value makes something with an end that somebody gets: what is
// behind the value may go with that, as with what a builder builds.
func (c *checker) finished(a *acquisition) bool {
	return slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		call, ok := e.Instr.(*ssa.Call)
		return ok && e.Kind == effects.Method && !e.Via && effects.TeardownOf(call.Type()) != nil && slices.ContainsFunc(c.Of(call), func(made *effects.Event) bool { return lifetime.HandsOn(made) })
	})
}

// minGivers is how many give back what a call returns before all should.
const minGivers = 2

// ends reports whether an event is the call of a method that ends the life of the value itself.
func (a *acquisition) ends(e *effects.Event) bool {
	return e.Ends() && e.Ref.Path.String() == a.Path && !e.Via
}

// forgets reports whether the function fails where it leaves without the value: it returns the
// value elsewhere, or gives it back on the way to a return without an error, or to its last
// one; or it gives it back where something else fails, and hands on an object with it where
// nothing does.
func (c *checker) forgets(a *acquisition) bool {
	exit, ok := a.out.Exit.(*ssa.Return)
	if !ok || exit.Parent() != a.call.Parent() {
		return false
	}
	for _, e := range a.out.Kept {
		if ret, ok := e.Instr.(*ssa.Return); ok && e.Kind == effects.Return && ret.Parent() == exit.Parent() {
			return ir.IsNil(exit.Results[e.Index])
		}
	}
	mayFail := ir.CanFail(exit.Parent().Signature)
	fails := exit.Parent().Signature.Results().Len() == 0 && afterError(exit, a.call)
	if mayFail && !ir.Fails(exit) || !mayFail && len(exit.Results) > 0 {
		return false
	}
	last := exit
	var given []*ssa.Return // to which control comes with the value given back
	for _, b := range exit.Parent().Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		if c.pos(ret) > c.pos(last) {
			last = ret
		}
		if slices.ContainsFunc(a.out.Releases, func(e *effects.Event) bool { return e.Func() == ret.Parent() && lifetime.Before(e.Instr, ret) }) {
			given = append(given, ret)
		}
	}
	if slices.ContainsFunc(given, func(ret *ssa.Return) bool { return ret == last || mayFail && !ir.Fails(ret) }) {
		return true
	}
	// What a call gives that cannot fail may be a part of something else.
	return (mayFail || fails) && ir.CanFail(a.call.Call.Signature()) && len(given) > 0 && slices.ContainsFunc(a.out.Kept, func(e *effects.Event) bool {
		return e.Via && (e.Kind == effects.Escape || e.Kind == effects.Return || e.Kind == effects.Store) && e.Func() == exit.Parent()
	})
}

// afterError reports whether control comes to a return statement only where an error is not nil that
// is looked at behind a call.
func afterError(exit *ssa.Return, call *ssa.Call) bool {
	for _, asks := range ir.Errors(exit.Block()) {
		if call.Block().Dominates(asks) {
			return true
		}
	}
	return false
}

// leaves reports whether somebody else may get the value of a call that can fail.
func (c *checker) leaves(a *acquisition) bool {
	return ir.CanFail(a.call.Call.Signature()) && slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		return !e.Via && e.Ref.Path == nil && (e.Kind == effects.Return || e.Kind == effects.Store)
	})
}

// givenElsewhere reports whether who gets the value where nothing fails gives it back: a caller
// of the function, or a method that ends the life of the object in a field of which it is. On
// the way that fails nobody has got either.
func (c *checker) givenElsewhere(a *acquisition) bool {
	exit, ok := a.out.Exit.(*ssa.Return)
	if !ok || exit.Parent() != a.call.Parent() || !ir.Fails(exit) || !ir.CanFail(a.call.Call.Signature()) || c.endsMate(a) || c.opensLater(a) {
		return false
	}
	for _, e := range c.Of(a.v) {
		if e.Via || e.Ref.Path != nil {
			continue
		}
		switch e.Kind {
		case effects.Return:
			if e.Func() == exit.Parent() && ir.IsNil(exit.Results[e.Index]) && c.callersGive(a, e.Index) {
				return true
			}
		case effects.Store:
			if field := e.To.Path.Field(); field != nil && !e.To.Path.IsElem() && effects.Fresh(e.To.Root) {
				for _, given := range c.OfField(field) {
					if a.ends(&effects.Event{Happening: given.Happening}) && c.InTeardown(ir.Outermost(given.Func())) {
						a.sibling = given
						return true
					}
				}
			}
		}
	}
	return false
}

// opensLater reports whether a method of the value opens what its end closes, and the function
// does not call it: nothing is behind the value yet.
func (c *checker) opensLater(a *acquisition) bool {
	set := types.NewMethodSet(a.v.Type())
	for sel := range set.Methods() {
		open := sel.Obj().Name()
		if convention.Reopens(open, a.Ends[0]) && !slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool { return e.Kind == effects.Method && e.Name == open }) {
			return true
		}
	}
	return false
}

// endsMate reports whether a function ends the life of another result of the same call, with
// which that of the value may end.
func (c *checker) endsMate(a *acquisition) bool {
	return slices.ContainsFunc(*a.call.Referrers(), func(ref ssa.Instruction) bool {
		mate, ok := ref.(*ssa.Extract)
		return ok && mate.Index != a.Result && slices.ContainsFunc(c.Of(mate), func(e *effects.Event) bool {
			return e.Kind == effects.Call || e.Ends()
		})
	})
}

// callersGive reports whether a caller of the function that returns the value gives it back.
func (c *checker) callersGive(a *acquisition, result int) bool {
	fn := a.call.Parent()
	for _, use := range c.Uses(fn) {
		call, ok := use.(*ssa.Call)
		if !ok || c.IR.Static(&call.Call) != fn {
			continue
		}
		got := (&acquisition{Debt: duty.Debt{Result: result, Param: -1}, call: call}).value(c)
		if got == nil {
			continue
		}
		events := c.Of(got)
		if i := slices.IndexFunc(events, a.ends); i >= 0 {
			a.sibling = events[i]
			return true
		}
	}
	return false
}

// pos returns where a return statement is.
func (c *checker) pos(ret *ssa.Return) token.Pos {
	pos, _ := c.IR.Range(ret)
	return pos
}
