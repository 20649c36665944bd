package closeleak

import (
	_ "embed"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "closeleak"

// Analyzer reports values that are never given back.
var Analyzer = account.Analyzer(name, doc, find)

type checker struct {
	*evidence.Package
	leaks []*evidence.Leak
	told  map[token.Pos]bool

	returning map[*ssa.Function]returning // see returns
	changes   map[*types.Var]bool         // see changing

	sources []source // the keys of sites, as they were found
	sites   map[source][]*acquisition
}

// find returns the values that are not given back.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p, told: make(map[token.Pos]bool), returning: make(map[*ssa.Function]returning), sites: make(map[source][]*acquisition)}
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Call:
					debts := p.Duties().Debts(&instr.Call)
					for _, d := range debts {
						c.acquired(instr, d)
					}
					if !slices.ContainsFunc(debts, func(d duty.Debt) bool { return d.Result >= 0 }) {
						c.unknown(instr)
					}
					c.named(instr)
					if clones(instr) {
						c.transport(instr)
					}
				case *ssa.Alloc:
					if isTransport(instr.Type()) {
						c.transport(instr)
					}
				}
			}
		}
		c.teardown(fn)
		c.taken(fn)
	}
	c.witnessed()
	c.entries()
	c.lists()
	return c.leaks
}

// add adds a leak, once for each place.
func (c *checker) add(at ssa.Instruction, l *finding.Leak, needs evidence.Needs) {
	if c.told[l.Pos] || !needs.Again && !c.Repeatable(at) {
		return
	}
	c.told[l.Pos] = true
	leak := account.Leak(c.Package, l, at, needs)
	if v, ok := at.(ssa.Value); ok {
		if pos := variableOf(v, 0); pos.IsValid() { // what one of several calls puts into it is one leak
			leak.Subject = c.IR.Pass.Fset.Position(pos).String()
		}
	}
	c.leaks = append(c.leaks, leak)
}

// variableOf returns where the variable is declared that gets a value, or NoPos.
func variableOf(v ssa.Value, depth int) token.Pos {
	const deep = 4
	if v.Referrers() == nil || depth == deep {
		return token.NoPos
	}
	for _, ref := range *v.Referrers() {
		pos := token.NoPos
		switch ref := ref.(type) {
		case *ssa.Extract:
			if !ir.IsError(ref.Type()) {
				pos = variableOf(ref, depth+1)
			}
		case *ssa.MakeInterface:
			pos = variableOf(ref, depth+1)
		case *ssa.Phi:
			pos = ref.Pos()
		case *ssa.Store:
			if cell, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v {
				pos = cell.Pos()
			}
		}
		if pos.IsValid() {
			return pos
		}
	}
	return token.NoPos
}

// An acquisition is a call that leaves something to be given back.
type acquisition struct {
	duty.Debt
	call *ssa.Call
	v    ssa.Value // what owes; nil if the result is dropped
	out  lifetime.Outcome
	paid *payment // see there
	// sibling gives back what another call has returned, if that is what says that this one
	// is to be given back.
	sibling *effects.Event
}

// acquired judges what a call leaves to be given back.
func (c *checker) acquired(call *ssa.Call, d duty.Debt) {
	a := &acquisition{Debt: d, call: call}
	if c.awaited(a) || c.opened(a) {
		return
	}
	if d.Thing() == duty.Context && !c.keepsContext(call, d) || d.Thing() != duty.Context && d.Parent >= 0 && !c.neverEnds(call, d.Parent) && !c.ofOther(call, d.Parent) || d.Behind == duty.Descriptor && ir.Callee(&call.Call).Pkg().Path() == "os" {
		return // the descriptor is somebody's, as those of the standard streams are
	}
	if a.v = a.value(c); a.v == nil {
		if a.Param < 0 {
			c.local(a)
		}
		return
	}
	if d.Param >= 0 && slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		return lifetime.HandsOn(e) && e.Func() == call.Parent() && lifetime.Before(e.Instr, call)
	}) {
		return // somebody has it already
	}
	at := ssa.Instruction(call)
	if in, ok := a.v.(ssa.Instruction); ok && d.Param < 0 {
		at = in
	}
	a.out = lifetime.Check(c.Package.Package, a.v, at, a.spec(c))
	if c.deferred(a) {
		return
	}
	if a.out.Dropped() && a.out.Exit == nil && !a.out.Again {
		return // control never comes to where it would be lost
	}
	if a.out.Dropped() || a.out.Exit != nil || a.out.Again || c.wrapperFails(a) || c.calleeForgets(a) {
		if !c.endsHolder(a) && !c.asCloser(a) {
			c.local(a)
		}
		return
	}
	if a.Thing() == duty.Context || a.Parent < 0 || c.neverEnds(call, a.Parent) {
		c.kept(a)
	}
}

// endsHolder reports whether the value is somewhere inside of what a call makes of it, and the end of that
// ends what is in a field of the same type.
func (c *checker) endsHolder(a *acquisition) bool {
	return a.v != nil && slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		call, ok := e.Instr.(*ssa.Call)
		if !ok || e.Kind != effects.Arg || e.Ref.Path != nil || call.Call.Signature().Results().Len() == 0 {
			return false
		}
		sum := c.Callee(&call.Call)
		return sum != nil && slices.ContainsFunc(sum.Ops, func(o effects.Op) bool {
			return o.Kind == effects.Return && o.Path == "" && o.ToPath == "[]" && slices.ContainsFunc(c.Of(result(call, o.To)), func(end *effects.Event) bool {
				f := end.Ref.Path.Field()
				return f != nil && types.Identical(f.Type(), a.v.Type()) && a.PaidBy(end)
			})
		})
	})
}

// asCloser reports whether a method returns the value by an interface with the same end, as that of a
// decoder that is a reader with a Close does, and somebody gets that or ends it.
func (c *checker) asCloser(a *acquisition) bool {
	return a.v != nil && slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		call, ok := e.Instr.(*ssa.Call)
		if !ok || e.Kind != effects.Method || e.Via || len(ir.Args(&call.Call)) != 1 || !types.IsInterface(call.Type()) {
			return false
		}
		end := effects.TeardownOf(call.Type())
		return end != nil && slices.Contains(a.Ends, end.Name()) && slices.ContainsFunc(c.Of(call), func(made *effects.Event) bool {
			return lifetime.HandsOn(made) || a.PaidBy(made)
		})
	})
}

// result returns a result of a call, or the call if nothing uses it.
func result(call *ssa.Call, index int) ssa.Value {
	for _, use := range *call.Referrers() {
		if ext, ok := use.(*ssa.Extract); ok && ext.Index == index {
			return ext
		}
	}
	return call
}

// value returns the value that owes, or nil if nothing uses it.
func (a *acquisition) value(c *checker) ssa.Value {
	if a.Param >= 0 {
		refs := c.Refs(ir.Args(&a.call.Call)[a.Param])
		if len(refs) != 1 || refs[0].Path != nil {
			return nil
		}
		switch made := refs[0].Root.(type) {
		case *ssa.Call, *ssa.Extract, *ssa.Alloc:
			if ir.Outermost(made.(ssa.Instruction).Parent()) == ir.Outermost(a.call.Parent()) {
				return made
			}
		}
		return nil
	}
	if a.call.Call.Signature().Results().Len() == 1 {
		if len(*a.call.Referrers()) == 0 {
			return nil
		}
		return a.call
	}
	for _, ref := range *a.call.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == a.Result && len(*ext.Referrers()) > 0 {
			return ext
		}
	}
	return nil
}

// local reports a value that the function itself loses.
func (c *checker) local(a *acquisition) {
	category, what := "never-released", a.noun()+a.is()+"never "+a.released()
	dropped := a.v == nil || a.out.Dropped()
	if dropped && a.v != nil && a.Behind == duty.Listener && c.serves(a.v) {
		return // until it fails
	}
	if !dropped || a.Behind == duty.Rows && a.v != nil && c.exhausted(a) {
		category, what = "error-path", a.noun()+a.is()+"not "+a.released()+" on every path"
		if a.out.Exit == nil && c.overwritten(a) {
			category, what = "overwritten", a.noun()+a.is()+"overwritten before being "+a.released()
		}
	}
	needs := account.Owes
	if a.Param >= 0 && a.v != nil && !c.first(definer(a.v).Pos()) {
		return // what opens it twice leaves one
	}
	switch {
	case a.Behind == duty.Context:
		category = "cancel-lost"
	case category == "never-released" && (a.Behind == duty.Pool || a.Behind == duty.Process):
		category, needs = "per-call", account.Piles
	case category == "never-released" && a.Param >= 0 && a.Thing() == duty.Goroutine:
		needs = account.Piles // one may be meant to run for ever
	}
	if ret := c.besideError(a); ret != nil && category == "error-path" {
		l := account.Found(c.Package, ret, category, a.noun()+" that is returned with an error is not "+a.released()+", and callers drop it")
		l.HeldBy = a.heldBy()
		account.Note(c.Package, l, a.out.Exit, "a caller returns without that, as others may")
		c.add(ret, l, needs)
		return
	}
	l := account.Found(c.Package, a.call, category, what)
	l.HeldBy = a.heldBy()
	if category != "never-released" && a.v != nil {
		if len(a.out.Releases) > 0 {
			account.Note(c.Package, l, a.out.Releases[0].Instr, a.released()+" here on another path")
		}
		if a.out.Exit != nil {
			account.Note(c.Package, l, a.out.Exit, "returns without that")
		}
	}
	if a.sibling != nil {
		text := "what the same call returns is " + a.released() + " here"
		if category != "never-released" {
			text = a.released() + " here where nothing fails"
		}
		account.Note(c.Package, l, a.sibling.Instr, text)
	}
	if dropped {
		l.Fix = c.fix(a)
	}
	c.add(a.call, l, needs)
}

// first reports whether nothing was told yet of a place, and notes that.
func (c *checker) first(pos token.Pos) bool {
	told := c.told[pos]
	c.told[pos] = true
	return !told
}

// definer returns the call that a value is a result of, or the value itself.
func definer(v ssa.Value) ssa.Value {
	if ext, ok := v.(*ssa.Extract); ok {
		return ext.Tuple
	}
	return v
}

// fix defers the release of a value that nobody else uses when the function returns, or returns
// nil if that is not to be seen.
func (c *checker) fix(a *acquisition) *finding.Fix {
	if a.v == nil || a.Param >= 0 || a.Behind == duty.Process || len(a.out.Defers) > 0 || c.IR.Graph(a.call.Parent()).Innermost(a.call.Block()) != nil {
		return nil
	}
	for _, e := range c.Of(a.v) {
		if e.Func() != a.call.Parent() || e.Mode == effects.Spawned || e.Kind == effects.Store {
			return nil
		}
	}
	if callee := ir.Callee(&a.call.Call); a.Ends != nil && !token.IsExported(a.Ends[0]) && (callee == nil || callee.Pkg() != c.IR.Pass.Pkg) {
		return nil
	}
	text := "()"
	title := "Defer the call"
	if a.Ends != nil {
		title = "Defer " + a.Ends[0]
		text = a.Path + "." + a.Ends[0] + "()"
	}
	pos, end := c.IR.Range(a.call)
	return finding.DeferChecked(c.IR.Pass, pos, end, a.Result, text, title)
}

// exhausted reports whether a function goes through rows to their end.
func (c *checker) exhausted(a *acquisition) bool {
	return slices.ContainsFunc(c.Of(a.v), func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == "Next" && c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil
	})
}

// serves reports whether connections are accepted from a listener in a loop.
func (c *checker) serves(ln ssa.Value) bool {
	return slices.ContainsFunc(c.Of(ln), func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Callee != nil && convention.Accepts(e.Callee) && c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil
	})
}

// spec says how the value is given back.
func (a *acquisition) spec(c *checker) lifetime.Spec {
	s := lifetime.Spec{
		Releases: func(e *effects.Event) bool { return a.concerns(e) && a.PaidBy(e) },
		Ignores: func(e *effects.Event) bool {
			return !a.concerns(e) || c.stays(a, e) || c.ofBody(a, e) || a.Behind == duty.Handle && e.Kind == effects.Escape && !c.deletesHandles()
		},
		Part:    a.Path,
		NoError: c.noError,
	}
	if a.Behind == duty.Context {
		s.Ended = func(ch ssa.Value) bool { return c.doneOf(ch, a.call) }
	}
	s.Settled = a.settled(c)
	return s
}

// ofBody reports whether an event puts the value into a request to a server in place of its body,
// or gives such a request to somebody: the server closes the body that it has made.
func (c *checker) ofBody(a *acquisition, e *effects.Event) bool {
	if e.Kind == effects.Store {
		return isBody(e)
	}
	call, ok := e.Instr.(ssa.CallInstruction)
	return ok && e.Kind == effects.Escape && e.Via && slices.ContainsFunc(c.Of(a.v), func(body *effects.Event) bool {
		return body.Kind == effects.Store && isBody(body) && slices.Contains(ir.Args(call.Common()), body.To.Root)
	})
}

// isBody reports whether an event puts something into the request that a handler is given, in
// place of its body.
func isBody(e *effects.Event) bool {
	r, ok := e.To.Root.(*ssa.Parameter)
	if !ok || e.To.Path.String() != ".Body" {
		return false
	}
	h, ok := convention.HandlerOf(nil, r.Parent().Signature, nil)
	return ok && len(h.Carries) == 1 && slices.Index(r.Parent().Params, r) == h.Carries[0]
}

// deletesHandles reports whether the package deletes handles at all: who gets one as a number
// gives it back, if at all.
func (c *checker) deletesHandles() bool {
	return slices.ContainsFunc(c.Named("Delete"), func(e *effects.Event) bool {
		return e.Callee != nil && e.Callee.FullName() == "(runtime/cgo.Handle).Delete"
	})
}

// concerns reports whether an event happens to what owes, to a part of it, or to what it
// is a part of.
func (a *acquisition) concerns(e *effects.Event) bool {
	path := e.Ref.Path.String()
	if a.Path == "" {
		return true
	}
	return path == "" || path == a.Path
}

// stays reports whether who gets the value at an event does not take it over: the function
// itself gives it back behind that, where nothing failed.
func (c *checker) stays(a *acquisition, e *effects.Event) bool {
	call, ok := e.Instr.(*ssa.Call)
	if e.Kind != effects.Escape || e.Via || !ok || c.exchanges(call, e) {
		return false
	}
	paid := c.paid(a)
	b := call.Block()
	if slices.ContainsFunc(b.Instrs[slices.Index(b.Instrs, ssa.Instruction(call))+1:], func(instr ssa.Instruction) bool { return paid.at[instr] }) {
		return true
	}
	failed := -1
	if v, edge, ok := ir.NilEdge(b); ok {
		if ext, isExt := v.(*ssa.Extract); v == ssa.Value(call) || isExt && ext.Tuple == ssa.Value(call) {
			failed = 1 - edge.Succ
		}
	}
	for i, s := range b.Succs {
		if i != failed && paid.before[s] {
			return true
		}
	}
	return false
}

// A payment is where a value is given back.
type payment struct {
	at     map[ssa.Instruction]bool
	before map[*ssa.BasicBlock]bool // from which control may come there
}

// paid returns where a value is given back for certain.
func (c *checker) paid(a *acquisition) *payment {
	if a.paid != nil {
		return a.paid
	}
	a.paid = &payment{make(map[ssa.Instruction]bool), make(map[*ssa.BasicBlock]bool)}
	var work []*ssa.BasicBlock
	for _, e := range c.Of(a.v) {
		if a.concerns(e) && a.PaidBy(e) && !variable(e.Instr) {
			a.paid.at[e.Instr] = true
			work = append(work, e.Instr.Block())
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if a.paid.before[b] {
			continue
		}
		a.paid.before[b] = true
		if a.call == nil || b != a.call.Block() { // what is behind it again is another value
			work = append(work, b.Preds...)
		}
	}
	return a.paid
}

// variable reports whether a call is one of what a variable holds, which may be something
// else.
func variable(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	return ok && slices.ContainsFunc(ir.Args(call.Common()), func(arg ssa.Value) bool {
		_, phi := ir.Unwrap(arg).(*ssa.Phi)
		return phi
	})
}
