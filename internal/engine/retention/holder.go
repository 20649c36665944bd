package retention

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Root says what kind of thing keeps a value.
type Root uint8

const (
	_         Root = iota
	Variable       // a package-level variable
	Object         // an object that the function did not make itself
	Table          // a table of the runtime, such as the timer heap
	Goroutine      // a goroutine
	Caller         // whoever called the function that returns it
)

// A Holder is one way in which a value outlives the function that made it.
type Holder struct {
	Root  Root
	Names []string        // on the path from the root
	At    ssa.Instruction // where the value gets there

	Slot Slot          // the variable or field; the zero Slot for other roots
	Body *ssa.Function // Goroutine: what it runs
}

// Holders returns the holders of a function value in the order of the code.
func Holders(p *effects.Package, v ssa.Value) []Holder {
	var out []Holder
	direct := false // it is stored itself, not only as a part of something
	for _, e := range p.Of(v) {
		if e.Ref.Path != nil {
			continue
		}
		switch e.Kind {
		case effects.Store:
			if h, ok := stored(e); ok {
				out = append(out, h)
				direct = direct || !e.Via
			}
		case effects.Return:
			if outlivesCaller(p, e.Func()) {
				out = append(out, Holder{Root: Caller, Names: []string{"caller of " + FuncName(e.Func())}, At: e.Instr})
			}
		case effects.Call:
			mc, ok := v.(*ssa.MakeClosure)
			if ok && e.Mode == effects.Spawned && ir.BoundMethod(mc) == nil {
				body := mc.Fn.(*ssa.Function)
				out = append(out, Holder{Root: Goroutine, Names: []string{"goroutine in " + FuncName(ir.Outermost(body))}, At: e.Instr, Body: body})
			}
		}
	}
	if direct {
		// What holds the holder is another matter.
		out = slices.DeleteFunc(out, func(h Holder) bool { return h.Slot.at != nil && h.Slot.at.Via })
	}
	return out
}

// stored returns the holder behind a store.
func stored(e *effects.Event) (Holder, bool) {
	if e.Holder != "" {
		// What a context keeps goes with the context, which ends.
		return Holder{Root: Table, Names: []string{"the " + e.Holder}, At: e.Instr}, e.Holder != "context"
	}
	slot := Slot{Ref: e.To, at: e}
	h := Holder{Names: []string{slot.Name()}, At: e.Instr, Slot: slot}
	switch root := e.To.Root.(type) {
	case *ssa.Global:
		h.Root = Variable
	case *ssa.Parameter, *ssa.Call, *ssa.Extract, *ssa.FreeVar:
		h.Root = Object
		if param, ok := root.(*ssa.Parameter); ok && e.To.Path == nil && !isPointer(param.Type()) {
			return h, false // the parameter variable itself
		}
	default:
		return h, false
	}
	return h, true
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// outlivesCaller reports whether the results of fn go further than the
// declared function it stands in: a literal that is only called there is part
// of it.
func outlivesCaller(p *effects.Package, fn *ssa.Function) bool {
	if fn.Parent() == nil {
		return true
	}
	for _, v := range p.Literal(fn) {
		for _, e := range p.Of(v) {
			if e.Kind == effects.Return || e.Kind == effects.Store && (e.Holder != "" || !effects.Fresh(e.To.Root)) {
				return true
			}
		}
	}
	return false
}

// FuncName returns how a reader of its package would call fn.
func FuncName(fn *ssa.Function) string {
	if fn.Parent() != nil {
		return "func in " + FuncName(ir.Outermost(fn))
	}
	if fn.Pkg == nil {
		return fn.Name()
	}
	return fn.RelString(fn.Pkg.Pkg)
}

// A Slot is the variable, field or container in which a holder keeps a value.
type Slot struct {
	Ref effects.Ref
	at  *effects.Event
}

// Name returns the slot's name: Type.field, or that of the package variable.
func (s Slot) Name() string {
	if f := s.Ref.Path.Field(); f != nil {
		if g, ok := s.Ref.Root.(*ssa.Global); ok {
			return g.Name() + s.Ref.Path.Container().String()
		}
		fields := s.Ref.Path.Fields()
		if len(fields) == 1 {
			if n := ir.Named(s.Ref.Root.Type()); n != nil {
				return n.Obj().Name() + "." + f.Name()
			}
		}
		return s.Ref.Root.Name() + s.Ref.Path.Container().String()
	}
	return s.Ref.Root.Name()
}

// PilesUp reports whether the slot is a container that gets another element
// whenever the value is stored there, and nothing in the package takes any
// out of it again.
func (s Slot) PilesUp(p *effects.Package) bool {
	if s.at == nil || !s.Ref.Path.IsElem() {
		return false
	}
	events := s.events(p)
	if events == nil {
		return false
	}
	grows := false
	for _, e := range events {
		if e.Ref.Path.Container() != s.Ref.Path.Container() && e.Ref.Path.Field() == nil {
			continue
		}
		switch e.Kind {
		case effects.Grow:
			if _, update := s.at.Instr.(*ssa.MapUpdate); !update || e.Instr == s.at.Instr {
				grows = true
			}
		case effects.Shrink:
			return false
		case effects.Replace:
			if !effects.Fresh(e.Ref.Root) && e.Func().Name() != "init" {
				return false
			}
		case effects.Escape, effects.Return, effects.Send:
			// Somebody else has the container, unless only an element goes.
			if e.Ref.Path.Container() == e.Ref.Path && !e.Via {
				return false
			}
		case effects.Store:
			if e.Ref.Path.Container() == e.Ref.Path && !e.Via && (e.Holder != "" || !effects.Fresh(e.To.Root)) && e.To != e.Ref {
				return false
			}
		}
	}
	return grows
}

// events returns what happens to the slot anywhere in the package, or nil if
// code elsewhere has a hand in it.
func (s Slot) events(p *effects.Package) []*effects.Event {
	if f := s.Ref.Path.Field(); f != nil {
		if f.Exported() {
			return nil
		}
		if f.Pkg() != p.IR.Pass.Pkg {
			if fact, known := p.FieldFact(f); !known || fact.Escapes || fact.Shrinks {
				return nil
			}
		}
		return p.OfField(f)
	}
	if g, ok := s.Ref.Root.(*ssa.Global); ok && g.Pkg == p.IR.SSA && (g.Object() == nil || !g.Object().Exported()) {
		return p.Of(g)
	}
	return nil
}
