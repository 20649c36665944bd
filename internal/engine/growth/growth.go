// Package growth finds containers with ways in and no way out.
//
// # The question
//
// A container that lives as long as the process gets an element each time some
// code runs. Does anything ever take elements out? If not, the container is a
// leak where that code runs again and again, however correct each single
// insertion is.
//
// # The abstraction
//
// A container is a package variable and a path of fields and elements from
// it, which are the names that package effects gives to values; so aliases,
// methods of a singleton and helper functions are resolved before this package
// looks. What happens to the container is the list of events on that name.
// Three things are asked of it.
//
// Ways in: growth that has no bound where it stands (few keys, a check of the
// length are no event to begin with) and is not guarded: code that runs once
// per container because a sync.Once, a flag or the container itself being nil
// guards it. Whether it happens again and again, and with many keys, is for
// package evidence to say, of each way in.
//
// Ways out: elements removed, or the container or anything it is a part of
// replaced, in repeatable code, by something that can take out what is put in.
// What runs once at start-up takes nothing out of what comes later; nor does a
// delete on one of several ways out of the function that inserts, or under
// another field of the same object than the one that is the key.
//
// Hands: code that is not in sight and holds the container, or an object that
// it is a part of, may take out what it likes. For the container itself any
// such hand ends the matter. An object gives others only its methods, so there
// the question is whether some function of the package, in any instance, takes
// elements out of that field.
//
// # What is given up
//
// Other packages' use of exported names is not seen, and counts as a way out
// when it could be one. Calls through interfaces are followed only where a
// package variable of interface type holds values of one type. What grows in
// another package's variable is that package's finding.
//
// The first version of this question, "a package variable that grows outside
// init and is never deleted from", was measured on 1.8 million lines of
// servers: 45 hits, none a leak. The second told registries and caches with few
// keys from leaks by what they are called, and of what it found in code that
// nobody had read less than one in five was worth a fix.
package growth

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Growth is a container that grows and from which nothing takes out.
type Growth struct {
	Sort   Sort
	Global *ssa.Global
	Path   *effects.Path // from the variable to the container
	Ways   []Way         // in, in source order; never empty
}

// A Way is a statement at which a container grows, and what it needs to be a
// leak.
type Way struct {
	Instr ssa.Instruction // the statement to change
	Event *effects.Event
	Needs evidence.Needs
	// Plugged is set if what is added is a function or another thing that the
	// caller plugs in: it is made for that.
	Plugged bool
	// Objects is set if the keys are pointers to objects, which they keep.
	Objects bool
}

// container identifies a container of one package.
type container struct {
	global *ssa.Global
	path   *effects.Path
}

// Globals returns the package variables of p, and the containers in them, that
// only grow, in the order of their first ways in.
func Globals(p *evidence.Package) []Growth {
	f := newFinder(p)
	f.indexMade()
	ins := make(map[container][]*effects.Event)
	var order []container
	for _, e := range f.Events() {
		g, ok := e.Ref.Root.(*ssa.Global)
		if !ok || e.Kind != effects.Grow || g.Pkg != p.IR.SSA || !f.growsHere(e) || f.among(e) != nil {
			continue
		}
		c := container{g, e.Ref.Path}
		if !f.mayBe(c, e) {
			continue
		}
		if ins[c] == nil {
			order = append(order, c)
		}
		ins[c] = append(ins[c], e)
	}
	var found []Growth
	for _, c := range order {
		if f.madeWithJanitor(c) {
			continue
		}
		outs := f.outs(c)
		in := slices.DeleteFunc(ins[c], func(e *effects.Event) bool { return f.takenOut(outs, e) })
		if len(in) == 0 || f.handedOut(c) {
			continue
		}
		if g, ok := f.growth(c, in); ok {
			found = append(found, g)
		}
	}
	of := make(map[*ssa.Global][]Growth)
	for _, g := range found {
		of[g.Global] = append(of[g.Global], g)
	}
	found = slices.DeleteFunc(found, func(g Growth) bool { return inner(g, of[g.Global]) })
	found = append(found, f.metrics()...)
	slices.SortStableFunc(found, func(a, b Growth) int { return cmp.Compare(a.Ways[0].Instr.Pos(), b.Ways[0].Instr.Pos()) })
	return found
}

// inner reports whether g is a part of an element of a container of the same variable
// that grows itself: one leak.
func inner(g Growth, all []Growth) bool {
	return slices.ContainsFunc(all, func(o Growth) bool {
		return o.Path != g.Path && g.Path.HasPrefix(o.Path) && g.Path.IsElem() && sameNeeds(o, g)
	})
}

// sameNeeds reports whether the outer container gets new keys; else its elements
// are few, and grow on their own.
func sameNeeds(outer, inner Growth) bool {
	return outer.Sort == Map && inner.Sort == Map
}

type finder struct {
	*evidence.Package
	made      map[*ssa.Global]*ssa.Call // see indexMade
	consulted func() map[container]bool // see indexConsulted
	holds     func() map[part]bool      // see indexHolds
}

func newFinder(p *evidence.Package) *finder {
	f := &finder{Package: p, made: make(map[*ssa.Global]*ssa.Call)}
	f.consulted = sync.OnceValue(f.indexConsulted)
	f.holds = sync.OnceValue(f.indexHolds)
	return f
}

// growsHere reports whether an event adds an element each time that it happens.
func (f *finder) growsHere(e *effects.Event) bool {
	if e.Via || f.inTest(ir.Outermost(e.Func()).Pos()) || f.guarded(e) || isLabels(e.Callee) {
		return false
	}
	if _, ok := e.Origin.(*ssa.Select); ok {
		return false // it can go on without the send
	}
	if _, ok := e.Instr.(ssa.CallInstruction); ok {
		if field := e.Ref.Path.Field(); field != nil {
			if fact, _ := f.FieldFact(field); fact.Drains {
				return false
			}
		}
		if typ := f.typeOf(e); typ != nil {
			// A callee that got the slice and not its address grows a copy.
			return !isSlice(typ)
		}
	}
	return true
}

func (f *finder) inTest(pos token.Pos) bool {
	return ir.InTest(f.IR.Pass.Fset, pos)
}

// growth returns the finding for a container, given its ways in.
func (f *finder) growth(c container, ins []*effects.Event) (Growth, bool) {
	g := Growth{Global: c.global, Path: c.path}
	typ := typeAt(c)
	if typ != nil {
		if _, array := typ.Underlying().(*types.Array); array {
			return g, false // part of something else that grows
		}
		if isChan(typ) && c.path.IsElem() {
			return g, false // who has put it there receives from it
		}
	}
	if writes(ins[0], typ) || perObject(c) {
		return g, false
	}
	inner := f.innerShrinks(c) && !leakingKey(typ)
	type site struct{ at, by ssa.Instruction }
	seen := make(map[site]bool)
	for _, e := range ins {
		at := f.place(e)
		if seen[site{at, e.Instr}] {
			continue
		}
		seen[site{at, e.Instr}] = true
		w := f.way(e, at, typ, func() bool { return f.consulted()[c] })
		if inner {
			// The elements are emptied: who comes from outside stays as a key.
			w.Needs.Least = evidence.Conn
		}
		g.Ways = append(g.Ways, w)
	}
	slices.SortStableFunc(g.Ways, func(a, b Way) int { return cmp.Compare(a.Instr.Pos(), b.Instr.Pos()) })
	g.Sort = sortOf(g.Ways[0], typ, c.path.Field() == nil)
	if c.path.Field() != nil && isListeners(typ) && (g.Ways[0].Plugged || !mayHoldData(typ)) {
		return g, false // listenerleak's
	}
	return g, true
}

// way returns what a way in of a container of type typ needs to be a leak; consulted
// tells of a list what indexConsulted does.
func (f *finder) way(e *effects.Event, at ssa.Instruction, typ types.Type, consulted func() bool) Way {
	w := Way{Instr: at, Event: e, Plugged: f.plugs(e), Needs: evidence.Needs{Again: true}}
	if !keyed(typ) && (typ != nil || e.Key == nil) {
		w.Needs.Adds, w.Needs.Data = !w.Plugged && !consulted(), true
		if f.searched(grows(e), e) {
			w.Needs.Many = []ssa.Value{} // it has keys: what was looked for
		} else if key := onlyIfAbsent(grows(e)); key != nil {
			w.Needs.Many = []ssa.Value{key}
			if grows(e) != e.Instr {
				w.Needs.Through = calleeOf(e)
			}
		}
		return w
	}
	w.Needs.Adds = true
	key, callee := keyOf(e)
	w.Objects = key != nil && pointsToObject(key.Type())
	switch {
	case key == nil:
		w.Needs.Many = []ssa.Value{} // there are keys, and which is not known
	case callee:
		w.Needs.Many, w.Needs.Through = []ssa.Value{key}, calleeOf(e)
	default:
		w.Needs.Many, w.Needs.Path = []ssa.Value{key}, e.KeyPath
	}
	return w
}

// pointsToObject reports whether a type is that of a pointer to a struct.
func pointsToObject(typ types.Type) bool {
	ptr, ok := typ.Underlying().(*types.Pointer)
	return ok && isStruct(ptr.Elem()) && !evidence.Describes(typ)
}

var syncMapPuts = map[string]bool{"(*sync.Map).Store": true, "(*sync.Map).LoadOrStore": true, "(*sync.Map).Swap": true}

// grows returns the statement of this package that adds the element.
func grows(e *effects.Event) ssa.Instruction {
	if e.Origin != nil && e.Origin.Parent() != nil {
		return e.Origin
	}
	return e.Instr
}

// plugs reports whether what is added is code that the caller gave: a function
// or a value of an interface with methods.
func (f *finder) plugs(e *effects.Event) bool {
	var added []ssa.Value
	switch instr := grows(e).(type) {
	case *ssa.Store:
		added = append(added, appended(instr.Val)...)
	case *ssa.MapUpdate:
		added = append(append(added, instr.Value), appended(instr.Value)...)
	case ssa.CallInstruction:
		added = append(added, instr.Common().Args...)
	case *ssa.Send:
		return false
	}
	return slices.ContainsFunc(added, func(v ssa.Value) bool {
		v = ir.Unwrap(v)
		if load, ok := v.(*ssa.UnOp); ok {
			v = load.X
		}
		return f.isCode(v) && slices.ContainsFunc(f.Refs(v), func(r effects.Ref) bool {
			_, given := r.Root.(*ssa.Parameter)
			return given
		})
	})
}

// appended returns what append adds, if v is its result.
func appended(v ssa.Value) []ssa.Value {
	call, ok := ir.Unwrap(v).(*ssa.Call)
	if !ok {
		return nil
	}
	if b, ok := call.Call.Value.(*ssa.Builtin); !ok || b.Name() != "append" || len(call.Call.Args) < 2 {
		return nil
	}
	added, _ := ir.Variadic(call.Call.Args[1])
	front, _ := ir.Variadic(call.Call.Args[0])
	return slices.Concat([]ssa.Value{call.Call.Args[1]}, added, front)
}

// isCode reports whether values of a type, or lists of them, are functions or
// have methods that their maker chose.
func (f *finder) isCode(v ssa.Value) bool {
	typ := v.Type()
	for range 3 {
		switch t := typ.Underlying().(type) {
		case *types.Signature:
			return true
		case *types.Interface:
			return t.NumMethods() > 0 && typ.String() != "error"
		case *types.Slice:
			typ = t.Elem()
		case *types.Pointer:
			typ = t.Elem()
		case *types.Struct:
			for field := range t.Fields() {
				if _, ok := field.Type().Underlying().(*types.Signature); ok {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}

// place returns the statement to change: inside a method of the package that
// grows its receiver, else where the variable itself is used.
func (f *finder) place(e *effects.Event) ssa.Instruction {
	if e.Origin == e.Instr || e.Origin == nil || e.Origin.Parent() == nil {
		return e.Instr
	}
	fn := ir.Outermost(e.Origin.Parent())
	recv := fn.Signature.Recv()
	if recv == nil || fn.TypeParams().Len() > 0 || fn.Signature.RecvTypeParams().Len() > 0 {
		return e.Instr
	}
	if n := ir.Named(recv.Type()); n == nil || !isStruct(n) {
		return e.Instr
	}
	return e.Origin
}

// perObject reports whether the container belongs to an object that is an
// element of a map, or to a type of the program: how long those live is
// another question than how long the map does.
func perObject(c container) bool {
	field := false
	for path := c.path; path != nil; path = path.Parent() {
		if !path.IsElem() {
			field = true
			continue
		}
		typ := typeAt(container{c.global, path.Parent()})
		if typ == nil {
			return true
		}
		if m, ok := typ.Underlying().(*types.Map); ok && (field || evidence.Describes(m.Key())) {
			return true
		}
	}
	return false
}

// innerShrinks reports whether something takes elements out of containers that
// are elements of c.
func (f *finder) innerShrinks(c container) bool {
	return slices.ContainsFunc(f.Of(c.global), func(e *effects.Event) bool {
		return e.Kind == effects.Shrink && e.Ref.Path != c.path && e.Ref.Path.HasPrefix(c.path) && f.Repeatable(e.Instr)
	})
}
