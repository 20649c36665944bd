package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// An entryKind is a field that holds a container of things to give back.
type entryKind struct {
	field *types.Var
	given *effects.Event // which gives an entry back where it takes it out
	outs  []*effects.Event
}

// entries reports containers whose entries are given back on one way out and not on another.
func (c *checker) entries() {
	byField := make(map[*types.Var]*entryKind)
	var order []*entryKind
	for _, e := range c.Events() {
		if e.Kind != effects.Shrink || e.Ref.Path == nil || e.Ref.Path.IsElem() || c.HelpsTests(e.Func()) {
			continue
		}
		f := e.Ref.Path.Field()
		if f == nil || f.Pkg() != c.IR.Pass.Pkg || !c.deletes(e) {
			continue
		}
		k := byField[f]
		if k == nil {
			k = &entryKind{field: f}
			byField[f] = k
			order = append(order, k)
		}
		k.outs = append(k.outs, e)
	}
	for _, k := range order {
		for _, e := range k.outs {
			if k.given = c.givesEntry(ir.Outermost(e.Func()), k.field); k.given != nil {
				break
			}
		}
		if k.given == nil || thingOf(k.given) != nil && harmless(thingOf(k.given)) {
			continue
		}
		for _, e := range k.outs {
			fn := ir.Outermost(e.Func())
			if len(c.Uses(fn)) == 0 && c.shared(k) {
				continue // who calls it may have the entry
			}
			if !c.takesOver(fn, k, 0) {
				leak := c.found("entry-dropped", e.Instr, "entry of "+k.field.Name()+" is taken out and what it holds is not given back")
				c.note(leak, k.given.Instr, "given back here, on another way out")
				c.add(e.Instr, leak, owes)
			}
		}
	}
}

// shared reports whether others have the entries of a container, too: they were given by a caller,
// or a function returns them and leaves them in it.
func (c *checker) shared(k *entryKind) bool {
	elem, thing := entryType(k.field.Type()), thingOf(k.given)
	return slices.ContainsFunc(c.StoredIn(k.field), func(e *effects.Event) bool {
		_, param := e.Ref.Root.(*ssa.Parameter)
		typ := e.Ref.Path.Type(e.Ref.Root.Type())
		return param && !e.Via && (sameThing(typ, elem) || sameThing(typ, thing))
	}) || slices.ContainsFunc(c.UnderField(k.field), func(e *effects.Event) bool {
		return e.Kind == effects.Return && !e.Via && c.ofEntry(e, k.field) && !slices.ContainsFunc(k.outs, func(out *effects.Event) bool {
			return ir.Outermost(out.Func()) == ir.Outermost(e.Func())
		})
	})
}

// deletes reports whether an event takes out one entry, by its key.
func (c *checker) deletes(e *effects.Event) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	if b, ok := call.Common().Value.(*ssa.Builtin); ok {
		return b.Name() == "delete"
	}
	callee := ir.Callee(call.Common())
	return callee != nil && (callee.FullName() == "(*sync.Map).Delete" || callee.FullName() == "(*sync.Map).LoadAndDelete")
}

// givesEntry returns the event by which a function gives back an entry of a container, or nil.
func (c *checker) givesEntry(fn *ssa.Function, field *types.Var) *effects.Event {
	for _, e := range c.In(fn) {
		if c.ofEntry(e, field) && (e.Kind == effects.Method && effects.Ending(e.Name) || e.Kind == effects.Call && isCancel(e.Ref.Path.Type(e.Ref.Root.Type()))) {
			return e
		}
	}
	return nil
}

func isCancel(typ types.Type) bool {
	return typ != nil && (typ.String() == "context.CancelFunc" || typ.String() == "context.CancelCauseFunc")
}

// ofEntry reports whether an event happens to an entry of the container in a field, or to a
// part of one.
func (c *checker) ofEntry(e *effects.Event, field *types.Var) bool {
	for p := e.Ref.Path; p != nil; p = p.Parent() {
		if p.IsElem() && p.Container().Field() == field {
			return true
		}
	}
	return false
}

// maxCallers bounds how far callers are asked for what becomes of an entry.
const maxCallers = 3

// takesOver reports whether a function that takes an entry out, or one that calls it, gives back
// what the entry holds, hands it on, or is run by it.
func (c *checker) takesOver(fn *ssa.Function, k *entryKind, depth int) bool {
	elem, thing := entryType(k.field.Type()), thingOf(k.given)
	for _, e := range c.In(fn) {
		if c.ofEntry(e, k.field) {
			if e.Kind == effects.Method && effects.Releasing(e.Name) || e.Kind == effects.Call || e.Kind == effects.Close || e.Kind == effects.Arg || lifetime.HandsOn(e) && e.To.Path.Field() != k.field {
				return true
			}
			continue
		}
		// The same by another name: what was put in, or came as a parameter.
		switch typ := e.Ref.Path.Type(e.Ref.Root.Type()); {
		case typ == nil:
		case e.Kind == effects.Call && isCancel(typ):
			return true
		case e.Kind == effects.Method && (sameThing(typ, elem) || sameThing(typ, thing) || sameThing(thingOf(e), thing)):
			return true
		}
	}
	for _, p := range fn.Params {
		if sameThing(p.Type(), elem) || sameThing(p.Type(), thing) {
			return true // its own end, or who has it asks for it
		}
	}
	if depth == maxCallers {
		return false
	}
	for _, use := range c.Uses(fn) {
		if caller := ir.Outermost(use.Parent()); caller != fn && c.takesOver(caller, k, depth+1) {
			return true
		}
	}
	return false
}

// thingOf returns the type of what an event gives back.
func thingOf(given *effects.Event) types.Type {
	call, ok := given.Instr.(ssa.CallInstruction)
	if !ok || given.Kind != effects.Method || len(ir.Args(call.Common())) == 0 {
		return nil
	}
	return ir.Args(call.Common())[0].Type()
}

// entryType returns the type of the values of a map, nil if it is something else.
func entryType(typ types.Type) types.Type {
	if m, ok := typ.Underlying().(*types.Map); ok {
		return m.Elem()
	}
	return nil
}

// sameThing reports whether two types are of one named type, or the same.
func sameThing(a, b types.Type) bool {
	if a == nil || b == nil {
		return false
	}
	if n := ir.Named(a); n != nil {
		m := ir.Named(b)
		return m != nil && n.Origin() == m.Origin()
	}
	return types.Identical(a, b)
}
