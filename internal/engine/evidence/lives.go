package evidence

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A verdict on a type is kept while it is worked out, so that types that depend
// on each other are not asked for ever.
type verdict struct {
	is       bool
	presumed []*types.Func // see Leak.Presumed
}

// A question is whether values of a type come and go; presuming that other
// packages use the API of this one, or not.
type question struct {
	of     *types.TypeName
	proved bool
}

// object returns why a function runs once per object that comes and goes: it is
// a method of such a type, or makes one.
func (p *Package) object(fn *ssa.Function, proved bool) Reason {
	fn = ir.Outermost(fn)
	if p.inTest(fn) {
		return Reason{}
	}
	if recv := fn.Signature.Recv(); recv != nil {
		if n := ir.Named(recv.Type()); n != nil {
			return p.objectOf(n, proved)
		}
		return Reason{}
	}
	for r := range fn.Signature.Results().Variables() {
		n := ir.Named(r.Type())
		if n != nil && n.Obj().Pkg() == p.pass.Pkg && slices.ContainsFunc(p.makes()[n.Origin().Obj()], func(v *ssa.Alloc) bool { return ir.Outermost(v.Parent()) == fn }) {
			if o := p.objectOf(n, proved); o.Kind != NoReason {
				return o
			}
		}
	}
	return Reason{}
}

func (p *Package) objectOf(n *types.Named, proved bool) Reason {
	v := p.comesAndGoes(n, proved)
	if !v.is {
		return Reason{}
	}
	return Reason{Kind: Object, Pos: n.Obj().Pos(), Name: n.Obj().Name(), of: n.Origin().Obj(), presumed: v.presumed}
}

// comesAndGoes reports whether the package shows that there are many values of
// a type, which come and go: they have an end, and are made again and again or,
// unless it has to be proved, by an exported constructor; or they are put into a
// container and taken out again; or they are switched on and off.
func (p *Package) comesAndGoes(n *types.Named, proved bool) verdict {
	t := n.Origin().Obj()
	q := question{t, proved}
	if v, known := p.comes[q]; known {
		return v
	}
	if t.Pkg() == nil || t.Pkg() != p.pass.Pkg {
		v := verdict{is: t.Pkg() != nil && p.pass.ImportObjectFact(t, new(Comes))}
		p.comes[q] = v
		return v
	}
	p.comes[q] = verdict{} // while it is worked out
	v := verdict{is: p.putAndTaken(t) || p.switched(n)}
	if !v.is && p.hasEnd(n) && !p.onlyPut(t) {
		v = p.madeAgain(n, proved)
	}
	p.comes[q] = v
	return v
}

func (p *Package) hasEnd(n *types.Named) bool {
	return effects.TeardownOf(types.NewPointer(n)) != nil || runsUntil(n)
}

// runsUntil reports whether a type has a method that runs its values until a
// context ends.
func runsUntil(n *types.Named) bool {
	for m := range n.Methods() {
		switch m.Name() {
		case "Run", "Start", "Serve":
			params := m.Signature().Params()
			if params.Len() == 1 && params.At(0).Type().String() == "context.Context" {
				return true
			}
		}
	}
	return false
}

// madeAgain reports whether some code that makes a value of a type runs again
// and again; unless that has to be proved, what makes it for other packages does.
func (p *Package) madeAgain(n *types.Named, proved bool) verdict {
	var v verdict
	for _, made := range p.makes()[n.Origin().Obj()] {
		l := &Leak{At: made, Needs: Needs{Again: true}}
		p.judge(l)
		switch {
		case l.Verdict == Manifest && l.Presumed == nil:
			return verdict{is: true}
		case l.Verdict == Manifest && !proved:
			v.is, v.presumed = true, append(v.presumed, l.Presumed...)
		}
	}
	if !proved {
		makers := p.makersForOthers(n)
		v.is, v.presumed = v.is || makers != nil, append(v.presumed, makers...)
	}
	return v
}

// makersForOthers returns the exported functions of an importable package that
// return values of a type that they make, as such or as an interface, and that
// others can end.
func (p *Package) makersForOthers(n *types.Named) (makers []*types.Func) {
	if !convention.Importable(p.pass.Pkg) {
		return nil
	}
	gives := func(r types.Type) bool {
		if m := ir.Named(r); m != nil && m.Origin() == n.Origin() {
			return n.Obj().Exported() && effects.TeardownOf(types.NewPointer(n)) != nil
		}
		_, is := r.Underlying().(*types.Interface)
		return is && effects.TeardownOf(r) != nil && slices.ContainsFunc(p.converted()[n.Origin().Obj()], func(to types.Type) bool { return types.Identical(to, r) })
	}
	for _, fn := range p.givers(n) {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || obj.Signature().Recv() != nil || slices.Contains(makers, obj) {
			continue
		}
		for r := range obj.Signature().Results().Variables() {
			if gives(r.Type()) {
				uses := p.reached(fn)
				if len(uses.sites) == 0 || slices.ContainsFunc(uses.sites, func(s site) bool { return p.Repeatable(s.at) }) {
					makers = append(makers, obj)
				}
				break
			}
		}
	}
	return makers
}

// givers returns the functions that make values of a type, and those that return what such
// a one returns.
func (p *Package) givers(n *types.Named) (fns []*ssa.Function) {
	for _, v := range p.makes()[n.Origin().Obj()] {
		fn := ir.Outermost(v.Parent())
		fns = append(fns, fn)
		for _, use := range p.Uses(fn) {
			if call, ok := use.(*ssa.Call); ok && slices.ContainsFunc(p.Of(call), func(e *effects.Event) bool {
				return e.Kind == effects.Return && e.Ref.Path == nil && e.Func() == call.Parent()
			}) {
				fns = append(fns, call.Parent())
			}
		}
	}
	return fns
}

// putAndTaken reports whether values of a type are elements of a container of
// an object or package variable from which elements are taken out.
func (p *Package) putAndTaken(t *types.TypeName) bool {
	return slices.ContainsFunc(p.containersOf(t), func(h holder) bool { return p.losesElements(h, anyDepth) })
}

// onlyPut reports whether values of a type are elements of containers, and none
// is taken out: they come, and stay.
func (p *Package) onlyPut(t *types.TypeName) bool {
	return len(p.containersOf(t)) > 0 && !p.putAndTaken(t)
}

// anyDepth stands for the container in a field, those in it, and so on.
const anyDepth = -1

// losesElements reports whether elements are taken out of a container that is so many
// containers below a field or package variable.
func (p *Package) losesElements(h holder, depth int) bool {
	var events []*effects.Event
	if h.field != nil {
		events = p.OfField(h.field)
	} else {
		events = p.Package.Of(h.global)
	}
	return slices.ContainsFunc(events, func(e *effects.Event) bool {
		return p.takesOut(e) && (depth == anyDepth || e.Ref.Path.Elems() == depth)
	})
}

func (p *Package) takesOut(e *effects.Event) bool {
	return e.Kind == effects.Shrink && !p.Once(e.Func()) && !p.inTest(e.Func())
}

// A holder is a field or package variable.
type holder struct {
	field  *types.Var
	global *ssa.Global
}

// containersOf returns the fields and package variables in which values of a
// type are elements.
func (p *Package) containersOf(t *types.TypeName) []holder {
	if p.elements == nil {
		p.elements = make(map[*types.TypeName][]holder)
		for _, e := range p.Events() {
			if e.Kind != effects.Store || !e.To.Path.IsElem() || e.Ref.Path != nil || e.Via || p.inTest(e.Func()) {
				continue
			}
			n := ir.Named(e.Ref.Root.Type())
			if n == nil || n.Obj().Pkg() != p.pass.Pkg {
				continue
			}
			var h holder
			if f := e.To.Path.Field(); f != nil {
				if f.Pkg() != p.pass.Pkg || keepsAsOther(f.Type()) {
					continue // where it is a listener, say
				}
				h.field = f
			} else if g, ok := e.To.Root.(*ssa.Global); ok && g.Pkg == p.IR.SSA && !keepsAsOther(g.Type().(*types.Pointer).Elem()) {
				h.global = g
			} else {
				continue
			}
			name := n.Origin().Obj()
			if !slices.Contains(p.elements[name], h) {
				p.elements[name] = append(p.elements[name], h)
			}
		}
	}
	return p.elements[t]
}

// keepsAsOther reports whether the elements of a container are interface values
// with methods: what it keeps is what they do, not what they are.
func keepsAsOther(typ types.Type) bool {
	for {
		switch u := typ.Underlying().(type) {
		case *types.Map:
			if i, ok := u.Key().Underlying().(*types.Interface); ok && i.NumMethods() > 0 {
				return true
			}
			typ = u.Elem()
		case *types.Slice:
			typ = u.Elem()
		case *types.Interface:
			return u.NumMethods() > 0
		default:
			return false
		}
	}
}

// switched reports whether the methods of a type come in halves that undo each
// other, and the package calls both.
func (p *Package) switched(n *types.Named) bool {
	called := func(m *types.Func) bool {
		fn := p.IR.SSA.Prog.FuncValue(m)
		return fn != nil && slices.ContainsFunc(p.reached(fn).sites, func(s site) bool { return p.Repeatable(s.at) })
	}
	for m := range n.Methods() {
		undo := convention.UndoneBy(m.Name())
		if undo == "" || m.Signature().Params().Len() > 1 {
			continue
		}
		for other := range n.Methods() {
			if other.Name() == undo && other.Signature().Params().Len() <= 1 && called(m) && called(other) {
				return true
			}
		}
	}
	return false
}
