package listenerleak

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// noWayOut reports the call of a method of the package's own that adds a
// listener to a field from which nothing in the package takes any out. It
// returns whether the call is such a registration, reported or not.
func (c *checker) noWayOut(call ssa.CallInstruction, callee *types.Func) bool {
	recv := callee.Signature().Recv()
	if recv == nil || callee.Pkg() != c.IR.Pass.Pkg {
		return false
	}
	sum := c.Callee(call.Common())
	if sum == nil || !passesListener(callee.Signature()) {
		return false
	}
	holder := ir.Args(call.Common())[0]
	for _, e := range c.GrowsAt(call) {
		if e.Origin == nil || e.Origin == e.Instr {
			continue
		}
		switch e.Origin.(type) {
		case *ssa.Send, *ssa.Select:
			continue // to a listener, not of one
		}
		field := e.Ref.Path.Field()
		if field == nil || field.Pkg() != c.IR.Pass.Pkg || !c.oneWay(field) {
			continue
		}
		if !c.outlives(holder, call.Parent()) || c.passesOn(call, recv) || c.forCaller(call) || isOption(holder) || c.setUp(call) && !c.closes(call) {
			return true
		}
		leak := c.at(call, "no-way-out")
		leak.What = "listener added by " + callee.Name() + " can never be removed"
		leak.HeldBy = append(c.name(holder), field.Name())
		pos, end := c.IR.Range(e.Origin)
		leak.Notes = []finding.Note{
			{Pos: field.Pos(), Text: "kept in this field, from which no function of the package takes anything out"},
			{Pos: pos, End: end, Text: "added here"},
		}
		c.report.Add(leak)
		return true
	}
	return false
}

// passesListener reports whether a function may get a listener or give one: it
// has a parameter or a result that is no number, text, error or context.
func passesListener(sig *types.Signature) bool {
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			_, basic := v.Type().Underlying().(*types.Basic)
			if !basic && !isError(v.Type()) && typeName(v.Type()) != "Context" {
				return true
			}
		}
	}
	return false
}

// oneWay reports whether a field keeps listeners of an owner that lives on, and
// nothing takes any out.
func (c *checker) oneWay(field *types.Var) bool {
	is, known := c.fields[field]
	if !known {
		is = keepsListeners(field.Type()) && c.staysPut(field) && c.tells(field) && !c.takesOut(field)
		c.fields[field] = is
	}
	return is
}

// tells reports whether a field with channels is one of listeners: something is
// sent to them, or somebody else has them. The owner of channels that it
// receives from waits for others to end.
func (c *checker) tells(field *types.Var) bool {
	if !holdsChans(field.Type()) {
		return true
	}
	return slices.ContainsFunc(c.OfField(field), func(e *effects.Event) bool {
		switch e.Kind {
		case effects.Grow, effects.Close, effects.Escape, effects.Send, effects.Return:
			return e.Ref.Path.IsElem()
		}
		return false
	})
}

// staysPut reports whether something shows that the field's owner is no list of
// work for one call: the field is named for listeners or holds them by their
// type, or the owner has a lock, a channel, a goroutine to stop. What is named
// like a configuration has to have one of these.
func (c *checker) staysPut(field *types.Var) bool {
	owner := c.owner(field)
	listens := namesListener(field.Name()) || strings.HasPrefix(strings.ToLower(field.Name()), "sub") || !holdsFuncs(field.Type())
	if listens && (owner == nil || !isConfiguration(owner.Name())) {
		return true
	}
	if _, teardown := c.Teardown(field); teardown != nil {
		return true
	}
	if owner == nil {
		return false
	}
	for f := range owner.Type().Underlying().(*types.Struct).Fields() {
		switch f.Type().String() {
		case "sync.Mutex", "sync.RWMutex", "*sync.Mutex", "*sync.RWMutex", "context.CancelFunc":
			return true
		}
		if _, ok := f.Type().Underlying().(*types.Chan); ok {
			return true
		}
	}
	return false
}

// isConfiguration reports whether a type is, by its name, a value that is
// filled once to make something else of it.
func isConfiguration(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"config", "options", "builder", "settings", "spec"}, func(s string) bool { return strings.HasSuffix(name, s) })
}

// owner returns the first struct type of the package, by name, that declares
// the field, or nil.
func (c *checker) owner(field *types.Var) *types.TypeName {
	if c.owners == nil {
		c.owners = make(map[*types.Var]*types.TypeName)
		scope := c.IR.Pass.Pkg.Scope()
		for _, name := range scope.Names() {
			tn, ok := scope.Lookup(name).(*types.TypeName)
			if !ok {
				continue
			}
			if s, ok := tn.Type().Underlying().(*types.Struct); ok {
				for f := range s.Fields() {
					if c.owners[f.Origin()] == nil {
						c.owners[f.Origin()] = tn
					}
				}
			}
		}
	}
	return c.owners[field]
}

// holdsFuncs reports whether the elements of a map or slice are functions.
func holdsFuncs(t types.Type) bool {
	_, ok := element(t).(*types.Signature)
	return ok
}

// holdsChans reports whether the elements of a map or slice are channels.
func holdsChans(t types.Type) bool {
	_, ok := element(t).(*types.Chan)
	return ok
}

// element returns what the type of the elements of a map or slice, perhaps of
// such, is made of.
func element(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return element(u.Elem())
	case *types.Slice:
		return element(u.Elem())
	default:
		return u
	}
}

// keepsListeners reports whether t is a map or slice, perhaps of such, of
// functions, channels or interfaces that are listeners by their name.
func keepsListeners(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return keepsListeners(u.Elem()) || isListenerElem(u.Elem()) || isListenerElem(u.Key())
	case *types.Slice:
		return keepsListeners(u.Elem()) || isListenerElem(u.Elem())
	}
	return false
}

func isListenerElem(t types.Type) bool {
	return isCallback(t) || types.IsInterface(t) && namesListener(typeName(t)) && !accepts(t)
}

// accepts reports whether t is a listener of another kind, that waits for
// connections.
func accepts(t types.Type) bool {
	m, _, _ := types.LookupFieldOrMethod(t, false, nil, "Accept")
	return m != nil
}

// takesOut reports whether some function may take an element out of a field.
func (c *checker) takesOut(field *types.Var) bool {
	for _, e := range c.OfField(field) {
		switch e.Kind {
		case effects.Shrink, effects.Replace:
			fresh := e.Kind == effects.Replace && effects.Fresh(e.Ref.Root) // filling a new object
			if !fresh && !c.Once(e.Func()) {
				return true
			}
		}
		if e.Ref.Path.Field() == field && !e.Ref.Path.IsElem() && lifetime.HandsOn(e) {
			return true
		}
	}
	return false
}

// passesOn reports whether the call is made by a method of the same type on
// its own receiver: then the callers of that method register.
func (c *checker) passesOn(call ssa.CallInstruction, recv *types.Var) bool {
	outer := ir.Outermost(call.Parent()).Signature.Recv()
	return outer != nil && ir.Named(outer.Type()) != nil && ir.Named(outer.Type()).Origin() == ir.Named(recv.Type()).Origin()
}

// forCaller reports whether a method registers what its caller gave it with a
// part of its receiver: it is the callers who register.
func (c *checker) forCaller(call ssa.CallInstruction) bool {
	args := ir.Args(call.Common())
	if !slices.ContainsFunc(c.Refs(args[0]), func(r effects.Ref) bool { return isReceiver(r.Root) }) {
		return false
	}
	for _, arg := range args[1:] {
		if isListener(arg.Type()) && slices.ContainsFunc(c.Refs(arg), func(r effects.Ref) bool {
			_, ok := r.Root.(*ssa.Parameter)
			return ok && r.Path.Field() == nil && !isReceiver(r.Root)
		}) {
			return true
		}
	}
	return false
}

// isOption reports whether the holder is a parameter of a literal that a
// function returns, as an option of a constructor is: it registers once for
// each holder that is made.
func isOption(holder ssa.Value) bool {
	for {
		field, ok := holder.(*ssa.FieldAddr)
		if !ok {
			break
		}
		holder = field.X
	}
	param, ok := holder.(*ssa.Parameter)
	if !ok || param.Parent().Parent() == nil {
		return false
	}
	results := param.Parent().Parent().Signature.Results()
	return results.Len() == 1 && types.Identical(results.At(0).Type().Underlying(), param.Parent().Signature)
}

func isReceiver(v ssa.Value) bool {
	p, ok := v.(*ssa.Parameter)
	return ok && p.Parent().Signature.Recv() != nil && p == p.Parent().Params[0]
}

// closes reports whether the registering function belongs to or makes
// something with a method like Close, or takes its holder as a parameter.
func (c *checker) closes(call ssa.CallInstruction) bool {
	for _, r := range c.Refs(ir.Args(call.Common())[0]) {
		if _, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil {
			return true
		}
	}
	return false
}
