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

// An entryKind is a field that holds a container of things to give back.
type entryKind struct {
	field *types.Var
	given *effects.Event // which gives an entry back where it takes it out
	outs  []*effects.Event
	has   map[*ssa.Function]bool // see gives
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
			k = &entryKind{field: f, has: make(map[*ssa.Function]bool)}
			byField[f] = k
			order = append(order, k)
		}
		k.outs = append(k.outs, e)
	}
	for _, k := range order {
		isHarmless := false
		asked := make(map[*ssa.Function]bool)
		for _, e := range k.outs {
			fn := ir.Outermost(e.Func())
			if asked[fn] {
				continue
			}
			asked[fn] = true
			given := c.givesEntry(fn, k.field)
			if given == nil {
				continue
			}
			if k.given == nil {
				k.given = given
			}
			isHarmless = isHarmless || thingOf(given) != nil && harmless(thingOf(given))
		}
		if k.given == nil || isHarmless {
			continue
		}
		for _, e := range k.outs {
			fn := ir.Outermost(e.Func())
			if len(c.Uses(fn)) == 0 && c.shared(k) {
				continue // who calls it may have the entry
			}
			if !c.takesOver(fn, k) {
				leak := account.Found(c.Package, e.Instr, "entry-dropped", "entry of "+k.field.Name()+" is taken out and what it holds is not given back")
				account.Note(c.Package, leak, k.given.Instr, "given back here, on another way out")
				c.add(e.Instr, leak, account.Owes)
			}
		}
	}
}

// shared reports whether others have the entries of a container, too: they were given by a caller, or
// what is in them was, and he gives it back; or a function returns them and leaves them in it.
func (c *checker) shared(k *entryKind) bool {
	elem, thing := entryType(k.field.Type()), thingOf(k.given)
	return slices.ContainsFunc(c.StoredIn(k.field), func(e *effects.Event) bool {
		param, ok := e.Ref.Root.(*ssa.Parameter)
		typ := e.Ref.Path.Type(e.Ref.Root.Type())
		return ok && (sameThing(typ, elem) || sameThing(typ, thing)) && (!e.Via || c.callersEnd(param))
	}) || slices.ContainsFunc(c.UnderField(k.field), func(e *effects.Event) bool {
		return e.Kind == effects.Return && !e.Via && c.ofEntry(e, k.field) && !slices.ContainsFunc(k.outs, func(out *effects.Event) bool {
			return ir.Outermost(out.Func()) == ir.Outermost(e.Func())
		})
	})
}

// callersEnd reports whether a caller of a function ends the life of what it gives it as a parameter.
func (c *checker) callersEnd(param *ssa.Parameter) bool {
	fn := param.Parent()
	index := slices.Index(fn.Params, param)
	return index >= 0 && slices.ContainsFunc(c.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return ok && index < len(ir.Args(call.Common())) && slices.ContainsFunc(c.Refs(ir.Args(call.Common())[index]), func(r effects.Ref) bool {
			return slices.ContainsFunc(c.Of(r.Root), func(e *effects.Event) bool { return e.Ref == r && e.Ends() })
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
		if c.ofEntry(e, field) && (e.Ends() || e.Kind == effects.Call && isCancel(e.Ref.Path.Type(e.Ref.Root.Type()))) {
			return e
		}
	}
	return nil
}

func isCancel(typ types.Type) bool {
	return typ != nil && ir.IsCancel(typ)
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
func (c *checker) takesOver(fn *ssa.Function, k *entryKind) bool {
	seen := map[*ssa.Function]bool{fn: true}
	level := []*ssa.Function{fn}
	for range maxCallers + 1 {
		var callers []*ssa.Function
		for _, fn := range level {
			has, known := k.has[fn]
			if !known {
				has = c.gives(fn, k)
				k.has[fn] = has
			}
			if has {
				return true
			}
			for _, use := range c.Uses(fn) {
				if caller := ir.Outermost(use.Parent()); !seen[caller] {
					seen[caller] = true
					callers = append(callers, caller)
				}
			}
		}
		level = callers
	}
	return false
}

// gives reports whether a function gives back what an entry holds, hands it on, or is run by it.
func (c *checker) gives(fn *ssa.Function, k *entryKind) bool {
	elem, thing := entryType(k.field.Type()), thingOf(k.given)
	if slices.ContainsFunc(fn.Params, func(p *ssa.Parameter) bool { return sameThing(p.Type(), elem) || sameThing(p.Type(), thing) }) {
		return true // its own end, or who has it asks for it
	}
	return slices.ContainsFunc(c.In(fn), func(e *effects.Event) bool {
		typ := e.Ref.Path.Type(e.Ref.Root.Type())
		if c.ofEntry(e, k.field) {
			if typ != nil && isPlain(typ) && elem != nil && !isPlain(elem) { // else the keys are what is to be given back
				return false // who looks at the time of an entry, or prints its name, has not got it
			}
			switch e.Kind {
			case effects.Call, effects.Close, effects.Arg:
				return true
			case effects.Method:
				return e.Gives
			}
			return lifetime.HandsOn(e) && e.To.Path.Field() != k.field
		}
		// The same by another name: what was put in, or came as a parameter.
		if e.Kind == effects.Method {
			return sameThing(typ, elem) || sameThing(typ, thing) || sameThing(thingOf(e), thing)
		}
		return e.Kind == effects.Call && isCancel(typ)
	})
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

// isPlain reports whether values of a type have nothing behind them: numbers, texts, times.
func isPlain(typ types.Type) bool {
	_, basic := typ.Underlying().(*types.Basic)
	return basic || convention.IsTime(typ)
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
