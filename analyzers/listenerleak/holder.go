package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// holder returns what keeps the listener; nil if that is a package or the runtime,
// which stay.
func (c *checker) holder(call ssa.CallInstruction, a *api) ssa.Value {
	if a.fn.Signature().Recv() == nil || a.js || len(a.parts) > 0 {
		return nil
	}
	return ir.Args(call.Common())[0]
}

// ownHolder reports whether what keeps the listener goes with the object whose
// method registers: that made it, or closes it.
func (c *checker) ownHolder(holder ssa.Value) bool {
	return holder != nil && (c.ownField(holder) || c.closedField(holder))
}

// closedField reports whether the package closes what is in the field that the
// holder is, is a part of, or is put into here.
func (c *checker) closedField(holder ssa.Value) bool {
	closes := func(e *effects.Event) bool { return e.Kind == effects.Method && e.Name == "Close" }
	closed := func(f *types.Var) bool {
		return f != nil && f.Pkg() == c.IR.Pass.Pkg && slices.ContainsFunc(c.OfField(f), closes)
	}
	return slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool {
		for p := r.Path; p != nil; p = p.Parent() {
			if closed(p.Field()) {
				return true
			}
		}
		return slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool {
			return e.Kind == effects.Store && e.Ref == r && closed(e.To.Path.Field())
		})
	})
}

// takesOutItself reports whether what keeps the listener has a method that takes
// some out and is not told which, besides its end: a set of those who wait for
// their turn, say.
func (c *checker) takesOutItself(call ssa.CallInstruction, a *api) bool {
	for _, e := range c.GrowsAt(call) {
		field := e.Ref.Path.Field()
		if field == nil || field.Pkg() != c.IR.Pass.Pkg || c.passedOn(field) {
			continue
		}
		if slices.ContainsFunc(c.OfField(field), func(out *effects.Event) bool {
			if out.Kind != effects.Shrink {
				return false
			}
			fn, _ := ir.Outermost(out.Func()).Object().(*types.Func)
			return fn != nil && fn != a.fn && !slices.Contains(a.inverses, fn) && !convention.IsTeardown(fn) &&
				fn.Signature().Recv() != nil && fn.Signature().Params().Len() == 0 && c.hasField(fn.Signature().Recv().Type(), field)
		}) {
			return true
		}
	}
	return false
}

// passedOn reports whether a field is a channel, and who receives from it keeps what
// came: it is only the way to what keeps the listener.
func (c *checker) passedOn(field *types.Var) bool {
	_, is := field.Type().Underlying().(*types.Chan)
	return is && slices.ContainsFunc(c.OfField(field), func(e *effects.Event) bool {
		return e.Kind == effects.Store && e.Ref.Path.IsElem()
	})
}

// hasField reports whether a field is one of a struct or what a pointer leads to.
func (c *checker) hasField(typ types.Type, field *types.Var) bool {
	n := ir.Named(typ)
	if n == nil {
		return false
	}
	s, ok := n.Origin().Underlying().(*types.Struct)
	return ok && slices.Contains(slices.Collect(s.Fields()), field.Origin())
}

// forwards reports whether the method that registers hands the listener on to
// what its object was given in a field.
func (c *checker) forwards(call ssa.CallInstruction, a *api) bool {
	fn := c.IR.Static(call.Common())
	if fn == nil || len(fn.Params) == 0 {
		return false
	}
	return slices.ContainsFunc(c.In(fn), func(e *effects.Event) bool {
		own, given := e.Ref.Root.(*ssa.Parameter)
		if e.Kind != effects.Store && e.Kind != effects.Escape && e.Kind != effects.Arg || !given || a.listener >= len(fn.Params) || own != fn.Params[a.listener] {
			return false
		}
		inner, ok := e.Instr.(ssa.CallInstruction)
		if !ok || len(ir.Args(inner.Common())) == 0 {
			return false
		}
		holder := ir.Args(inner.Common())[0]
		return slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool {
			return r.Root == ssa.Value(fn.Params[0]) && r.Path.Field() != nil && !c.ownField(holder)
		})
	})
}

// toItself reports whether an object registers its own method, or a literal
// that uses nothing but it, with itself.
func (c *checker) toItself(holder, listener ssa.Value) bool {
	for _, l := range c.Refs(listener) {
		mc, ok := l.Root.(*ssa.MakeClosure)
		if !ok || len(mc.Bindings) != 1 {
			continue
		}
		for _, b := range c.Refs(mc.Bindings[0]) {
			for _, whole := range append(c.Contents(b), b) {
				if whole.Path == nil && slices.ContainsFunc(c.Refs(holder), func(h effects.Ref) bool { return h.Root == whole.Root && h.Path == nil }) {
					return true
				}
			}
		}
	}
	return false
}

func isPointerVar(cell *ssa.Alloc) bool {
	elem := cell.Type().Underlying().(*types.Pointer).Elem()
	switch elem.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return true
	}
	return false
}

// ownField reports whether an object listens to what it made itself: the two go
// together. What belongs to something that it was given does not go with it.
func (c *checker) ownField(holder ssa.Value) bool {
	return slices.ContainsFunc(c.Refs(holder), func(r effects.Ref) bool {
		f := r.Path.Field()
		return f != nil && (c.OwnField(f) && !c.ofGiven(r.Path) || inside(r))
	})
}

// inside reports whether a ref is about a part of the memory of an object that a function is
// given.
func inside(r effects.Ref) bool {
	if _, given := r.Root.(*ssa.Parameter); !given {
		return false
	}
	for p := r.Path; p != nil; p = p.Parent() {
		f := p.Field()
		if f == nil || p.IsElem() {
			return false
		}
		if _, is := f.Type().Underlying().(*types.Struct); !is {
			return false
		}
	}
	return r.Path != nil
}

// ofGiven reports whether a path leads to a part of something else that the package keeps, of
// which it is seen that it was given that.
func (c *checker) ofGiven(path *effects.Path) bool {
	for p := path.Parent(); p != nil; p = p.Parent() {
		if f := p.Field(); f != nil && len(c.StoredIn(f)) > 0 && !c.OwnField(f) {
			return true
		}
	}
	return false
}

// holderName names what keeps the listener, as the source does.
func (c *checker) holderName(call ssa.CallInstruction, a *api) []string {
	switch {
	case a.js:
		return []string{"the JavaScript runtime"}
	case a.fn.Signature().Recv() == nil && len(a.parts) == 0:
		return []string{"package " + a.fn.Pkg().Name()}
	}
	return nameOf(c.holders(call, a))
}

func (c *checker) name(holder ssa.Value) []string { return nameOf(c.Refs(holder)) }

func nameOf(refs []effects.Ref) []string {
	var longest []string
	for _, r := range refs {
		switch r.Root.(type) {
		case *ssa.Global, *ssa.Parameter:
			if names := append([]string{r.Root.Name()}, r.Path.Fields()...); len(names) > len(longest) {
				longest = names
			}
		}
	}
	return longest
}
