package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

// maxParts bounds how many parts an object may give back of which each is compared with the others.
const maxParts = 64

// teardown reports where a method that ends the life of its receiver returns at the first
// error, before it has given back the rest.
func (c *checker) teardown(fn *ssa.Function) {
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Parent() != nil || !convention.IsTeardown(obj) || len(fn.Params) == 0 {
		return
	}
	given := c.givenBack(fn)
	if len(given) > maxParts {
		return
	}
	ends, steps := byCall(given), byCall(c.lastSteps(fn))
	for _, b := range fn.Blocks {
		x, edge, ok := ir.NilEdge(b)
		if !ok {
			continue
		}
		edge.Succ = 1 - edge.Succ
		first, step := ends[definer(x)], false
		if first == nil {
			first, step = steps[definer(x)], true
		}
		if first == nil || c.setsNil(fn, first.Ref) || tells(x) || !c.Duties().Fails(first.Instr.(*ssa.Call).Common()) {
			continue
		}
		for _, rest := range given {
			if !step && rest.Ref.Path == first.Ref.Path || step && !c.acquires(rest.Ref.Path.Field()) || rest.Mode != effects.Now || rest.Func() != fn || lifetime.Before(rest.Instr, first.Instr) || c.lastWrites(rest.Ref.Path.Field()) {
				continue
			}
			if reaches(edge.To(), rest.Instr.Block()) || !reaches(b.Succs[1-edge.Succ], rest.Instr.Block()) {
				continue
			}
			exit := c.leavesOut(edge, rest, given)
			if exit == nil {
				continue
			}
			leak := account.Found(c.Package, exit, "teardown-gives-up", obj.Name()+" gives up at the first error and leaves "+rest.Ref.Path.Field().Name()+" behind")
			account.Note(c.Package, leak, first.Instr, "fails here")
			account.Note(c.Package, leak, rest.Instr, "given back here otherwise")
			c.add(exit, leak, account.Owes)
			return
		}
	}
}

// setsNil reports whether a method sets a part of its receiver to nil: who calls it again comes
// to the rest.
func (c *checker) setsNil(fn *ssa.Function, part effects.Ref) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			store, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			if k, ok := store.Val.(*ssa.Const); ok && k.IsNil() && slices.Contains(c.Refs(store.Addr), part) {
				return true
			}
		}
	}
	return false
}

// tells reports whether a function asks which error it has got, as one does that knows that
// what it ends may have ended before.
func tells(err ssa.Value) bool {
	return slices.ContainsFunc(*err.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.TypeAssert:
			return true
		case *ssa.BinOp:
			return !ir.IsNil(ref.X) && !ir.IsNil(ref.Y)
		case *ssa.Call:
			result, ok := ref.Type().Underlying().(*types.Basic)
			return ok && result.Kind() == types.Bool && ref.Call.Value != err
		}
		return false
	})
}

// givenBack returns the events by which a method gives back what its receiver keeps.
func (c *checker) givenBack(fn *ssa.Function) []*effects.Event {
	var events []*effects.Event
	for _, e := range c.In(fn) {
		f := e.Ref.Path.Field()
		if f == nil || e.Ref.Root != ssa.Value(fn.Params[0]) {
			continue
		}
		switch e.Kind {
		case effects.Method:
			if call, ok := e.Instr.(ssa.CallInstruction); ok {
				if callee := ir.Callee(call.Common()); callee != nil && e.Callee == callee && convention.IsTeardown(callee) && !harmless(f.Type()) {
					events = append(events, e)
				}
			}
		case effects.Call:
			call, ok := e.Instr.(ssa.CallInstruction)
			if ok && ir.Callee(call.Common()) == nil && ir.IsCancel(f.Type()) {
				events = append(events, e)
			}
		}
	}
	return events
}

// lastSteps returns the calls by which a method asks parts of its receiver for a last step that may
// fail, and returns nothing else: as a writer to write what it still has.
func (c *checker) lastSteps(fn *ssa.Function) []*effects.Event {
	return slices.DeleteFunc(slices.Clone(c.In(fn)), func(e *effects.Event) bool {
		if e.Kind != effects.Method || e.Ref.Path.Field() == nil || e.Ref.Root != ssa.Value(fn.Params[0]) {
			return true
		}
		call, ok := e.Instr.(*ssa.Call)
		if !ok {
			return true
		}
		callee, sig := ir.Callee(&call.Call), call.Call.Signature()
		return callee == nil || e.Callee != callee || convention.IsTeardown(callee) || sig.Params().Len() > 0 || sig.Results().Len() != 1
	})
}

// acquires reports whether the package puts into a field what it has to give back.
func (c *checker) acquires(field *types.Var) bool {
	return slices.ContainsFunc(c.StoredIn(field), func(e *effects.Event) bool {
		call, ok := definer(e.Ref.Root).(*ssa.Call)
		return ok && !e.Via && e.Ref.Path == nil && len(c.Duties().Debts(&call.Call)) > 0
	})
}

// lastWrites reports whether a field only ever gets what a function of the package, or of the standard
// library, wraps around a writer that it cannot close: its end is a last write, which has no place
// behind a failure, and gives nothing back. Others may find out that they can close it.
func (c *checker) lastWrites(field *types.Var) bool {
	wraps := false
	for _, e := range c.StoredIn(field) {
		if _, direct := e.Instr.(*ssa.Store); e.Via || !direct {
			continue
		}
		made := e.Ref.Root
		if ext, ok := made.(*ssa.Extract); ok {
			made = ext.Tuple
		}
		call, ok := made.(*ssa.Call)
		if !ok || e.Ref.Path != nil || !c.near(&call.Call) || !wrapsWriter(call.Call.Signature()) || len(c.Duties().Debts(&call.Call)) > 0 {
			return false
		}
		wraps = true
	}
	return wraps
}

// near reports whether a function of the package or of the standard library is called.
func (c *checker) near(call *ssa.CallCommon) bool {
	callee := ir.Callee(call)
	return c.IR.Static(call) != nil || callee != nil && inStd(callee)
}

// harmless reports whether nothing is lost with a value of a type that nobody stops: the
// collector takes timers back.
func harmless(typ types.Type) bool {
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
}

// byCall returns events by the calls that they are.
func byCall(events []*effects.Event) map[ssa.Value]*effects.Event {
	by := make(map[ssa.Value]*effects.Event)
	for _, e := range events {
		if call, ok := e.Instr.(*ssa.Call); ok && by[call] == nil {
			by[call] = e
		}
	}
	return by
}

// leavesOut returns where a way that begins with an edge returns without the event rest, and
// without another one on the same part; nil if there is none.
func (c *checker) leavesOut(edge ir.Edge, rest *effects.Event, given []*effects.Event) ssa.Instruction {
	seen := make(map[*ssa.BasicBlock]bool)
	var exit ssa.Instruction
	again := false
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, instr := range b.Instrs {
			if undecided(instr, edge.From.Parent()) {
				again = true
			}
			if slices.ContainsFunc(given, func(e *effects.Event) bool { return e.Instr == instr && e.Ref.Path == rest.Ref.Path }) {
				return
			}
			if _, ok := instr.(*ssa.Return); ok {
				if exit == nil {
					exit = instr
				}
				return
			}
		}
		for _, s := range b.Succs {
			visit(s)
		}
	}
	visit(edge.To())
	if again || exit != nil && slices.ContainsFunc(given, func(e *effects.Event) bool {
		return e.Mode == effects.Deferred && e.Ref.Path == rest.Ref.Path
	}) {
		return nil
	}
	return exit
}

// undecided reports whether an instruction notes in the receiver of a method how far it has
// come: who calls it again finds that.
func undecided(instr ssa.Instruction, method *ssa.Function) bool {
	var at ssa.Value
	switch instr := instr.(type) {
	case *ssa.Store:
		at = instr.Addr
	case *ssa.Call:
		if callee := ir.Callee(&instr.Call); callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != "sync/atomic" || len(instr.Call.Args) < 2 {
			return false
		}
		at = instr.Call.Args[0]
	default:
		return false
	}
	addr, ok := at.(*ssa.FieldAddr)
	return ok && addr.X == ssa.Value(method.Params[0])
}

func reaches(from, to *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{from: true}
	work := []*ssa.BasicBlock{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == to {
			return true
		}
		for _, s := range b.Succs {
			if !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}

// inStd reports whether a function is one of the standard library.
func inStd(fn *types.Func) bool {
	return fn.Pkg() == nil || convention.IsStd(fn.Pkg().Path())
}
