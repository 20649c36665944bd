package growth

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Flaw says why what is put into the container of a field stays in it.
type Flaw uint8

const (
	NoWayOut   Flaw = iota // nothing takes it out
	NeverCalls             // what takes it out is never called
	OtherKey               // it is taken out under another key
	Rollback               // it is taken out where putting it in failed
	WhenRead               // it is taken out when somebody asks for the same key
	Sibling                // its key is taken out of another container
	Beside                 // it is looked up for what it leads to in another container, and that is taken out
	EmptyInner             // what the element holds is taken out, and the element stays
	NotReset               // who ends the owner walks over it and keeps it
	Dead                   // it is ended where it is
	Failed                 // who has put it in fails, and leaves it
)

// A FieldGrowth is a way in of a container that is kept in a field, from which
// nothing takes out what comes in by it.
type FieldGrowth struct {
	Way
	Sort     Sort
	Flaw     Flaw
	Owner    string // the type that has the field, or ""
	Field    *types.Var
	Variable string          // Chain: that a literal has captured, if it is no field
	Witness  ssa.Instruction // what takes out, and not this; nil if nothing does
}

// A kept container is one in a field of the package: the field itself or, behind
// rest, a part of what it holds that no field of the package leads to.
type kept struct {
	field *types.Var
	rest  string
}

// keptAt returns the container of the package that a path leads to.
func (f *fields) keptAt(path *effects.Path) (_ kept, ok bool) {
	whole := path.String()
	for at := path; at != nil; at = at.Parent() {
		if field := at.Field(); !at.IsElem() && field != nil && field.Pkg() == f.IR.Pass.Pkg {
			return kept{field.Origin(), strings.TrimPrefix(whole, at.String())}, true
		}
	}
	return kept{}, false
}

// within reports whether what happens to a container happens to c, too.
func (c kept) within(o kept) bool {
	return c.field == o.field && strings.HasPrefix(c.rest, o.rest)
}

// ofOther reports whether a container is in an object that the field points to, and that others
// may have, too.
func (c kept) ofOther() bool {
	_, shared := c.field.Type().Underlying().(*types.Pointer)
	return shared && strings.Contains(c.rest, ".")
}

type fields struct {
	*finder
	ins    map[kept][]*effects.Event
	events map[*types.Var][]*effects.Event // on what is kept under a field
	out    map[kept][]*effects.Event
	handed map[kept]bool
	owners map[*types.Var]string            // see ownerOf
	filled map[kept]map[*ssa.Function]bool  // see fillers
	ups    []*cleanup                       // see cleanups
	reads  map[*effects.Event]bool          // see whenRead
	flags  map[setting][]*ssa.Function      // see indexFlags
	born   map[[2]*types.Var]bool           // see bornSame
	unless map[*effects.Event][]*types.Func // what would take out what comes in: see forOthers
}

// Fields returns the ways in of containers in fields of the package's types from
// which nothing takes out what comes in, in source order. What hangs on a package
// variable of the package is not among them: see [Globals].
func Fields(p *evidence.Package) []FieldGrowth {
	f := &fields{
		finder: newFinder(p),
		ins:    make(map[kept][]*effects.Event),
		events: make(map[*types.Var][]*effects.Event),
		out:    make(map[kept][]*effects.Event),
		handed: make(map[kept]bool),
		filled: make(map[kept]map[*ssa.Function]bool),
		reads:  make(map[*effects.Event]bool),
		born:   make(map[[2]*types.Var]bool),
		unless: make(map[*effects.Event][]*types.Func),
	}
	var order []kept
	for _, e := range f.Events() {
		c, ok := f.keptAt(e.Ref.Path)
		if !ok || e.Kind != effects.Grow || setsEmpty(e.Instr) || !f.growsHere(e) || !f.standsHere(e, c) || f.HelpsTests(e.Func()) || f.bounded(c, e) {
			continue
		}
		if f.ins[c] == nil {
			order = append(order, c)
		}
		f.ins[c] = append(f.ins[c], e)
	}
	var found []FieldGrowth
	at := make(map[ssa.Instruction]int) // 1 + index in found
	for _, c := range order {
		if f.inHands(c) {
			continue
		}
		for _, in := range f.ins[c][:min(maxWays, len(f.ins[c]))] {
			if i := at[in.Instr]; i > 0 {
				found[i-1].Needs.Of = append(found[i-1].Needs.Of, f.owner(in.Ref))
			} else if g, ok := f.judge(c, in); ok {
				found = append(found, g)
				at[in.Instr] = len(found)
			}
		}
	}
	found = append(append(found, f.chains()...), f.labels()...)
	for i := range found {
		found[i].Needs.Of = lasting(found[i].Needs.Of)
	}
	slices.SortStableFunc(found, func(a, b FieldGrowth) int { return cmp.Compare(a.Instr.Pos(), b.Instr.Pos()) })
	return found
}

// bounded reports whether the keys of a growth are among those of another map, and nothing
// shows that they stay when they go there.
func (f *fields) bounded(c kept, e *effects.Event) bool {
	return f.among(e) != nil && f.sibling(c, e) == nil
}

// lasting returns the objects that a growth may belong to without those that its function
// has made, if there are others: it has put them there.
func lasting(owners []effects.Ref) []effects.Ref {
	made := func(r effects.Ref) bool { return effects.Fresh(r.Root) }
	if !slices.ContainsFunc(owners, func(r effects.Ref) bool { return !made(r) }) {
		return owners
	}
	return slices.DeleteFunc(owners, made)
}

// maxWays bounds how many ways in, and how many ways out, of a container are looked at: what
// has more of these is taken out, and what has more of those is told anyway.
const maxWays = 64

// standsHere reports whether a growth is told at its instruction: in the function
// that has the field, and not where that function is called.
func (f *fields) standsHere(e *effects.Event, c kept) bool {
	if f.OfPackage(e.Ref.Root) {
		return false // globalgrowth's
	}
	if c.ofOther() {
		return false
	}
	if e.Origin == nil || e.Origin == e.Instr || e.Origin.Parent() == nil {
		return true
	}
	return !slices.ContainsFunc(f.GrowsAt(e.Origin), func(o *effects.Event) bool {
		at, ok := f.keptAt(o.Ref.Path)
		return ok && at == c
	})
}

// owner returns the object of whose fields one leads to the container of a ref.
func (f *fields) owner(r effects.Ref) effects.Ref {
	path := r.Path
	for path != nil && (path.IsElem() || path.Field() == nil || path.Field().Pkg() != f.IR.Pass.Pkg) {
		path = path.Parent()
	}
	return effects.Ref{Root: r.Root, Path: path.Parent()}
}

// under returns what happens to what is kept under a field.
func (f *fields) under(field *types.Var) []*effects.Event {
	events, known := f.events[field]
	if !known {
		for _, e := range f.UnderField(field) {
			if c, ok := f.keptAt(e.Ref.Path); ok && c.field == field {
				events = append(events, e)
			}
		}
		f.events[field] = events
	}
	return events
}

// inHands reports whether code that is not in sight may take elements out.
func (f *fields) inHands(c kept) bool {
	in, known := f.handed[c]
	if !known {
		in = f.exposed(c.field) || slices.ContainsFunc(f.OfField(c.field), func(e *effects.Event) bool {
			at, ok := f.keptAt(e.Ref.Path)
			return ok && c.within(at) && !e.Via && f.hands(e) // others get no more than the methods of an object
		})
		f.handed[c] = in
	}
	return in
}

// exposed reports whether other packages have a field, and may do with it what they like.
func (f *fields) exposed(field *types.Var) bool {
	return field.Exported() && f.IR.Pass.Pkg.Name() != "main"
}

// outs returns what takes elements out of a container while its owner is in use.
func (f *fields) outs(c kept) []*effects.Event {
	outs, known := f.out[c]
	if !known {
		direct := make(map[ssa.Instruction]bool) // and whether it ends the owner
		for _, e := range f.under(c.field) {
			at, _ := f.keptAt(e.Ref.Path)
			if !c.within(at) || !takes(e) || f.inTest(e.Func().Pos()) {
				continue
			}
			end := f.atTheEnd(e)
			direct[e.Instr] = end
			if !end && f.Repeatable(e.Instr) && !f.setsUp(c, e, 0) {
				outs = append(outs, e)
			}
		}
		// What a method does to its receiver is known there. One that ends it takes out
		// where a method of the same object calls it, which goes on.
		outs = slices.DeleteFunc(outs, func(e *effects.Event) bool {
			end, known := direct[e.Origin]
			return e.Origin != e.Instr && known && !(end && f.ofReceiver(e))
		})
		f.out[c] = outs
	}
	return outs
}

// takes reports whether an event takes elements out of a container that was there
// before.
func takes(e *effects.Event) bool {
	switch e.Kind {
	case effects.Shrink:
		return true
	case effects.Recv, effects.Wait: // other containers it may have come by: values are not always told apart
		typ := e.Ref.Path.Type(e.Ref.Root.Type())
		return typ == nil || isChan(typ)
	case effects.Replace:
		return !effects.Fresh(e.Ref.Root)
	}
	return false
}

// atTheEnd reports whether an event happens when the owner ends: in a method that
// ends it, or in one that only those call.
func (f *fields) atTheEnd(e *effects.Event) bool {
	return f.ofReceiver(e) && f.InTeardown(ir.Outermost(e.Func()))
}

// ofReceiver reports whether an event happens to a part of the receiver of its method.
func (f *fields) ofReceiver(e *effects.Event) bool {
	fn := ir.Outermost(e.Func())
	return fn.Signature.Recv() != nil && f.partOf(e.Ref, fn.Params[0])
}

// partOf reports whether a field belongs to the memory of a value.
func (f *fields) partOf(r effects.Ref, v ssa.Value) bool {
	if !slices.Contains(f.Refs(v), effects.Ref{Root: r.Root}) {
		return false
	}
	for at := f.owner(r).Path; at != nil; at = at.Parent() {
		if typ := at.Type(r.Root.Type()); typ == nil || isPointer(typ) || at.IsElem() {
			return false
		}
	}
	return true
}

func isPointer(typ types.Type) bool {
	_, is := typ.Underlying().(*types.Pointer)
	return is
}

// judge returns what is wrong with a way in of a container; ok is false if
// something takes out what comes in, or it is not known.
func (f *fields) judge(c kept, in *effects.Event) (_ FieldGrowth, ok bool) {
	typ := c.typ()
	flaw, witness, ok := f.flaw(c, in, typ)
	if !ok {
		return FieldGrowth{}, false
	}
	at := in.Instr
	if writes(in, typ) || f.isObject(typ) || f.ofError(c.field) || flaw == NoWayOut && f.untilReady(c, in) || isChan(in.Ref.Path.Type(in.Ref.Root.Type())) {
		return FieldGrowth{}, false
	}
	w := f.way(in, at, typ, func() bool { return false })
	w.Needs.Of, w.Needs.Keeper = []effects.Ref{f.owner(in.Ref)}, true
	w.Needs.Wire = flaw == NoWayOut
	w.Needs.Strict = flaw == NoWayOut || flaw == EmptyInner && f.fromRange(outerKey(witness))
	w.Needs.Owed, w.Needs.Unless = f.owed(flaw, in.Instr, witness), f.unless[in]
	if flaw == Failed && !effects.Fresh(in.Ref.Root) {
		w.Needs.Again, w.Needs.Of = false, nil // it owes that wherever it stands
	}
	if f.emptied(c, nil) != nil {
		w.Needs.Least = evidence.Pointer // that what it leads to comes and goes is known
	}
	g := FieldGrowth{Way: w, Flaw: flaw, Field: c.field, Owner: f.ownerOf(c.field), Sort: sortOf(w, typ, c.rest == ""), Witness: witness}
	if (flaw == NoWayOut || w.Needs.Unless != nil) && isListeners(typ) && (w.Plugged || !mayHoldData(typ)) {
		return g, false // listenerleak's
	}
	return g, true
}

// isObject reports whether a type is no container: a text or number, or a struct of the
// package, of which a container is one of the fields.
func (f *fields) isObject(typ types.Type) bool {
	if typ == nil {
		return false
	}
	if isBasic(typ) {
		return true
	}
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() == f.IR.Pass.Pkg && isStruct(n)
}

// owed reports whether a flaw shows by itself that what comes in is meant to go. Who keeps
// elements that are empty, or entries unless something failed, may do so on purpose, unless
// the keys are those of who calls. Of a method that only the package calls it has to be seen
// that it is called again.
func (f *fields) owed(flaw Flaw, in, witness ssa.Instruction) bool {
	switch flaw {
	case NoWayOut:
		return false
	case EmptyInner, Rollback:
		if f.fromRange(outerKey(witness)) {
			return false // what goes from all of them shows nothing of how many they are
		}
		return f.givenFromOutside(in) && f.givenFromOutside(witness)
	case NotReset:
		opens := f.opening(ir.Outermost(in.Parent()), 0)
		return opens != nil && token.IsExported(opens.Name())
	}
	return true
}

// givenFromOutside reports whether an instruction stands in an exported method, or in a
// function to which one leaves all that it does.
func (f *fields) givenFromOutside(instr ssa.Instruction) bool {
	fn := ir.Outermost(instr.Parent())
	for range maxUp {
		if fn.Signature.Recv() != nil && token.IsExported(fn.Name()) {
			return true
		}
		uses := f.Uses(fn)
		if len(uses) != 1 || uses[0].Parent().Parent() != nil || !leavesAll(uses[0].Parent()) {
			return false
		}
		fn = uses[0].Parent()
	}
	return false
}

// leavesAll reports whether a function does nothing but one call.
func leavesAll(fn *ssa.Function) bool {
	calls := 0
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr.(type) {
			case *ssa.Call:
				calls++
			case *ssa.Return, *ssa.Extract, *ssa.DebugRef, *ssa.UnOp, *ssa.Alloc, *ssa.Store:
			default:
				return false
			}
		}
	}
	return calls == 1
}

// typ returns the type of a container, or nil if it is not known.
func (c kept) typ() types.Type {
	typ := c.field.Type()
	for rest := c.rest; rest != ""; {
		var ok bool
		if rest, ok = strings.CutPrefix(rest, "[]"); !ok {
			return nil
		}
		switch t := typ.Underlying().(type) {
		case *types.Map:
			typ = t.Elem()
		case *types.Slice:
			typ = t.Elem()
		case *types.Array:
			typ = t.Elem()
		default:
			return nil
		}
	}
	return typ
}

// ownerOf returns the name of the type that has a field, or "".
func (f *fields) ownerOf(field *types.Var) string {
	if f.owners == nil {
		f.owners = make(map[*types.Var]string)
		scope := f.IR.Pass.Pkg.Scope()
		for _, name := range scope.Names() {
			if t, ok := scope.Lookup(name).(*types.TypeName); ok && !t.IsAlias() {
				f.ownFields(name, t.Type())
			}
		}
	}
	return f.owners[field]
}

// ownFields notes that the fields of a struct, and of structs without a name in it, are
// those of a type.
func (f *fields) ownFields(owner string, typ types.Type) {
	s, ok := typ.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for field := range s.Fields() {
		if f.owners[field] == "" {
			f.owners[field] = owner
		}
		if _, unnamed := field.Type().(*types.Struct); unnamed {
			f.ownFields(owner, field.Type())
		}
	}
}
