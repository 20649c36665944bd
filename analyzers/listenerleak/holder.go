package listenerleak

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// holderStays reports whether what keeps the listener outlives the code that
// registers it.
func (c *checker) holderStays(call ssa.CallInstruction, a *api) bool {
	if a.fn.Signature().Recv() == nil {
		return true // a package variable
	}
	args := ir.Args(call.Common())
	return c.outlives(args[0], call.Parent()) && (a.listener < 0 || !c.toItself(args[0], args[a.listener]))
}

// ownHolder reports whether what keeps the listener goes with the object whose
// method registers: that made it, or closes it.
func (c *checker) ownHolder(call ssa.CallInstruction, a *api) bool {
	if a.fn.Signature().Recv() == nil {
		return false
	}
	holder := ir.Args(call.Common())[0]
	return c.ownField(holder) || c.closedField(holder)
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

// outlives reports whether the holder is one that fn did not make: something
// that its caller or a package variable keeps.
func (c *checker) outlives(holder ssa.Value, fn *ssa.Function) bool {
	found := false
	for _, r := range c.Refs(holder) {
		switch root := r.Root.(type) {
		case *ssa.Global:
			found = true
		case *ssa.Parameter:
			if root.Parent().Parent() == nil || len(c.Of(root)) > 0 {
				found = true
			}
		case *ssa.Alloc:
			// The variable that holds it, or an object of the function's own.
			if isPointerVar(root) {
				continue
			}
			return false
		case *ssa.Call:
			// What an interface gives when it is asked, as factory.Informer() does,
			// stays as long as it does.
			if !root.Call.IsInvoke() || len(root.Call.Args) > 0 || !c.outlives(root.Call.Value, fn) {
				return false
			}
			found = true
		default:
			return false
		}
	}
	return found
}

func isPointerVar(cell *ssa.Alloc) bool {
	elem := cell.Type().Underlying().(*types.Pointer).Elem()
	switch elem.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return true
	}
	return false
}

// ownField reports whether an object listens to what it made itself: the
// holder is in a field that the package fills with nothing it was given. The
// two go together.
func (c *checker) ownField(holder ssa.Value) bool {
	for _, r := range c.Refs(holder) {
		f := r.Path.Field()
		if f == nil {
			continue
		}
		made := false
		for _, e := range c.StoredIn(f) {
			if e.Via {
				continue
			}
			switch e.Ref.Root.(type) {
			case *ssa.Parameter, *ssa.Global:
				return false
			}
			made = true
		}
		if made {
			return true
		}
	}
	return false
}

// constructorNames are the beginnings of names of functions that make the
// thing that the listener is for.
var constructorNames = []string{"new", "open", "make", "create", "build", "with"}

// setUpNames are the beginnings of names of functions that run once per
// holder or process.
var setUpNames = append([]string{
	"init", "setup", "set", "start", "run", "serve", "main", "register", "install", "enable", "add",
	"configure", "provide", "load", "bootstrap", "boot", "prepare", "mount", "listenandserve", "execute",
}, constructorNames...)

// constructor reports whether the registering code is, by its name, one.
func constructor(call ssa.CallInstruction) bool {
	return begins(ir.Outermost(call.Parent()).Name(), constructorNames)
}

func begins(name string, with []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(with, func(p string) bool { return strings.HasPrefix(name, p) })
}

// setUp reports whether the registering code is, by its name, a constructor or
// the start of something that lives as long as its holder. It is not if it
// runs in a loop, or if what it makes or belongs to has a method like Close.
func (c *checker) setUp(call ssa.CallInstruction) bool {
	fn := ir.Outermost(call.Parent())
	if !begins(fn.Name(), setUpNames) {
		return false
	}
	if c.IR.Graph(call.Parent()).Innermost(call.Block()) != nil {
		return false
	}
	sig := fn.Signature
	if recv := sig.Recv(); recv != nil && effects.TeardownOf(recv.Type()) != nil {
		return false
	}
	for r := range sig.Results().Variables() {
		if effects.TeardownOf(r.Type()) != nil {
			return false
		}
	}
	return true
}

// holderName names what keeps the listener, as the source does.
func (c *checker) holderName(call ssa.CallInstruction, a *api) []string {
	switch {
	case a.js:
		return []string{"the JavaScript runtime"}
	case a.fn.Signature().Recv() == nil:
		return []string{"package " + a.fn.Pkg().Name()}
	}
	return c.name(ir.Args(call.Common())[0])
}

func (c *checker) name(holder ssa.Value) []string {
	var longest []string
	for _, r := range c.Refs(holder) {
		switch r.Root.(type) {
		case *ssa.Global, *ssa.Parameter:
			if names := append([]string{r.Root.Name()}, r.Path.Fields()...); len(names) > len(longest) {
				longest = names
			}
		}
	}
	return longest
}
