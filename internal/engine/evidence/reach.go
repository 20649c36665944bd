package evidence

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A reach is how control gets to a function.
type reach struct {
	sites []site
	open  bool // code out of sight may run it
	// escapes is set if that is not only since its name is exported, or since it is in one of
	// the fields, from which all that runs it can be told.
	escapes bool
	fields  []*field
	often   Reason // it was given to something that calls it again and again
	told    Reason // it was given to something that tells it of events
}

// A site is an instruction that runs a function.
type site struct {
	at   ssa.Instruction
	args []ssa.Value // as the parameters see them; nil if that is not known, as one of them may be
	lent bool        // a function of another package is given the function, and calls it as often as it likes
}

func (r *reach) escape() { r.open, r.escapes = true, true }

// reached returns how control gets to a function or literal.
func (p *Package) reached(fn *ssa.Function) *reach {
	r := p.reaching[fn]
	if r != nil {
		return r
	}
	r = new(reach)
	p.reaching[fn] = r
	if fn.Parent() != nil {
		for _, v := range p.Literal(fn) {
			p.valueReached(r, v, fn)
		}
		return r
	}
	values := false
	for _, use := range p.Uses(fn) {
		if !p.inTest(fn) && p.inTest(use.Parent()) {
			continue
		}
		call, ok := use.(ssa.CallInstruction)
		if ok && p.IR.Static(call.Common()) == fn {
			r.sites = append(r.sites, site{at: call, args: ir.Args(call.Common())})
			continue
		}
		if mc, ok := use.(*ssa.MakeClosure); ok {
			p.valueReached(r, mc, fn)
			continue
		}
		values = true
	}
	if values {
		p.valueReached(r, fn, fn)
	}
	p.invoked(r, fn)
	if obj, ok := fn.Object().(*types.Func); ok && obj.Exported() && convention.Importable(p.pass.Pkg) {
		r.open = true
	}
	return r
}

// invoked adds the calls of a method through interfaces to which values of its
// type are converted here.
func (p *Package) invoked(r *reach, fn *ssa.Function) {
	recv := fn.Signature.Recv()
	if recv == nil {
		return
	}
	n := ir.Named(recv.Type())
	if n == nil {
		return
	}
	for _, typ := range p.converted()[n.Origin().Obj()] {
		if _, ok := typ.Underlying().(*types.Interface); !ok {
			continue
		}
		if m, _, _ := types.LookupFieldOrMethod(typ, false, p.pass.Pkg, fn.Name()); m == nil {
			continue
		}
		r.open = true
		r.escapes = r.escapes || !p.calledHere(typ, fn)
		for _, call := range p.invokes()[fn.Name()] {
			if iface := call.Common().Value.Type(); (p.inTest(fn) || !p.inTest(call.Parent())) && types.Implements(recv.Type(), underlying(iface)) {
				if !slices.ContainsFunc(r.sites, func(s site) bool { return s.at == call }) {
					r.sites = append(r.sites, site{at: call, args: ir.Args(call.Common())})
				}
			}
		}
	}
}

// calledHere reports whether nobody but the package calls a method through an interface: who else
// cannot name one of them.
func (p *Package) calledHere(iface types.Type, fn *ssa.Function) bool {
	if !token.IsExported(fn.Name()) {
		return true
	}
	n := ir.Named(iface)
	return p.pass.Pkg.Name() == "main" && n != nil && n.Obj().Pkg() == p.pass.Pkg
}

func underlying(t types.Type) *types.Interface {
	i, _ := t.Underlying().(*types.Interface)
	if i == nil {
		return types.NewInterfaceType(nil, nil)
	}
	return i
}

// valueReached adds what happens to a function value: a literal, a method value
// or a declared function.
func (p *Package) valueReached(r *reach, v ssa.Value, fn *ssa.Function) {
	events := p.Of(v)
	inField := slices.ContainsFunc(events, func(e *effects.Event) bool { return !e.Via && p.exportedField(e) != nil })
	for _, e := range events {
		if e.Ref.Path != nil || !p.inTest(fn) && p.inTest(e.Func()) {
			continue
		}
		call, isCall := e.Instr.(ssa.CallInstruction)
		if isCall && e.Callee != nil && convention.CallsAgain(e.Callee) {
			r.often = Reason{Kind: Callback, Pos: call.Pos()}
			continue
		}
		if isCall && toldAgain(e, v) {
			r.told = Reason{Kind: Callback, Pos: call.Pos()}
		}
		if isCall && p.isOnceBody(call) {
			continue
		}
		switch e.Kind {
		case effects.Call:
			if e.Memo {
				r.escape() // once, or once per key
				continue
			}
			if each, ok := e.Origin.(ssa.CallInstruction); ok && p.loopAround(e.Origin).Kind != NoReason {
				call, isCall = each, true // a function of the package calls what it is given again and again
			}
			s := site{at: e.Instr, lent: isCall && lends(call, p.pass.Pkg)}
			if isCall && ir.Callee(call.Common()) == nil && !e.Via {
				s.at = call
				s.args = call.Common().Args
				if mc, ok := v.(*ssa.MakeClosure); ok && ir.BoundMethod(mc) != nil {
					s.args = append([]ssa.Value{mc.Bindings[0]}, s.args...)
				}
			}
			r.sites = append(r.sites, s)
		case effects.Store:
			if e.Via && inField {
				continue // with what has the field
			}
			if isCall {
				if callee := ir.Callee(call.Common()); callee != nil && runsLater(callee) {
					r.sites = append(r.sites, site{at: e.Instr})
					continue
				}
			}
			p.storedReached(r, e, v)
		case effects.Escape:
			if isCall {
				callee := ir.Callee(call.Common())
				if callee != nil && effects.IsGo(callee) {
					r.sites = append(r.sites, site{at: e.Instr})
					continue
				}
				if callee != nil && p.runsCommand(callee) {
					continue
				}
			}
			r.escape()
		case effects.Return, effects.Send:
			if !e.Via || !inField {
				r.escape()
			}
		}
	}
}

// toldAgain reports whether an event is that a function value is registered to be told of
// events, and does not undo that itself.
func toldAgain(e *effects.Event, v ssa.Value) bool {
	sig, ok := v.Type().Underlying().(*types.Signature)
	if e.Kind != effects.Arg || e.Via || e.Callee == nil || e.Callee.Pkg() == nil || !ok || !convention.TellsEvents(e.Callee, sig) {
		return false
	}
	mc, ok := v.(*ssa.MakeClosure)
	return !ok || !undoesIn(mc.Fn.(*ssa.Function))
}

// undoesIn reports whether a literal calls what undoes a registration: the other half of a
// pair, or a function without parameters that is in a variable of the code around it.
func undoesIn(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if callee := ir.Callee(call.Common()); callee != nil {
				if convention.Undoes(callee) {
					return true
				}
				continue
			}
			load, ok := call.Common().Value.(*ssa.UnOp)
			if !ok || call.Common().Signature().Params().Len() > 0 {
				continue
			}
			if _, captured := load.X.(*ssa.FreeVar); captured {
				return true
			}
		}
	}
	return slices.ContainsFunc(fn.AnonFuncs, undoesIn)
}

// lends reports whether a call is of a function of another package that is not
// of the standard library.
func lends(call ssa.CallInstruction, pkg *types.Package) bool {
	callee := ir.Callee(call.Common())
	return callee != nil && callee.Pkg() != nil && callee.Pkg() != pkg && !convention.IsStd(callee.Pkg().Path())
}

// runsLater reports whether a function runs the one that it is given once, at
// some time.
func runsLater(fn *types.Func) bool {
	switch fn.FullName() {
	case "time.AfterFunc", "context.AfterFunc":
		return true
	}
	return false
}

func (p *Package) runsCommand(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && convention.RunsCommand(recv.Type(), fn.Name())
}

// storedReached adds the calls of what is in the variable or field that a
// function value is stored in.
func (p *Package) storedReached(r *reach, e *effects.Event, v ssa.Value) {
	f := e.To.Path.Field()
	switch {
	case f != nil:
		owner := fieldOwner(e.To)
		if owner != nil && convention.RunsCommand(owner, f.Name()) {
			return
		}
		if f.Pkg() != p.pass.Pkg || f.Exported() {
			if known := p.exportedField(e); known != nil {
				r.open, r.fields = true, append(r.fields, known)
			} else {
				r.escape()
			}
			return
		}
		for _, e := range p.OfField(f) {
			p.callsStored(r, e, v)
		}
	case e.Holder != "":
		r.escape()
	default:
		g, ok := e.To.Root.(*ssa.Global)
		if !ok {
			return // a local variable: the flow has it
		}
		if g.Pkg != p.IR.SSA || token.IsExported(g.Name()) {
			r.escape()
		}
		for _, e := range p.Of(g) {
			p.callsStored(r, e, v)
		}
	}
}

// exportedField returns the exported field of the module that a function is stored in, or nil.
func (p *Package) exportedField(e *effects.Event) *field {
	if e.Kind != effects.Store {
		return nil
	}
	if f := e.To.Path.Field(); f != nil && f.Exported() && f.Pkg() != nil && p.OfModule(f.Pkg().Path()) {
		return fieldOf(f, fieldOwner(e.To))
	}
	return nil
}

func (p *Package) callsStored(r *reach, e *effects.Event, v ssa.Value) {
	switch e.Kind {
	case effects.Call:
		if call, ok := e.Instr.(ssa.CallInstruction); ok && ir.Callee(call.Common()) == nil {
			args := call.Common().Args
			if mc, ok := v.(*ssa.MakeClosure); ok && ir.BoundMethod(mc) != nil {
				args = append([]ssa.Value{nil}, args...) // whose method it is was said elsewhere
			}
			r.sites = append(r.sites, site{at: e.Instr, args: args})
		} else {
			r.sites = append(r.sites, site{at: e.Instr})
		}
	case effects.Escape, effects.Return, effects.Send:
		r.escape()
	}
}

// fieldOwner returns the type of the struct that has the last field of a ref.
func fieldOwner(r effects.Ref) types.Type {
	path := r.Path.Container()
	if path == nil {
		return nil
	}
	return path.Parent().Type(r.Root.Type())
}
