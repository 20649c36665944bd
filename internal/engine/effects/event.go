package effects

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A Kind says what happens to a ref.
type Kind uint8

const (
	_       Kind = iota
	Method       // a method of it is called (Name); also through an interface
	Call         // it is a function and is called
	Arg          // it is an argument of a call of Name
	Escape       // code that is not known gets it and may keep it
	Store        // it is stored: To, or Holder, says where
	Send         // it is sent on a channel
	Recv         // it is a channel and is received from
	Wait         // it is a channel and is received from in a loop that never ends
	Return       // it is a result of the function (Index)
	Close        // it is a channel and is closed
	Grow         // it is a container and gets an element
	Shrink       // it is a container and loses elements
	Replace      // it is a variable and gets a value that does not come from its old one
	Lazy         // it is a variable and gets a value when it has none
	Fill         // it is a result that holds data of unbounded size
	Drain        // it is a reader and is read to its end into memory
	Part         // a result (Index) is a part of it: a small one, or nearly all
)

var kindNames = [...]string{
	Method: "method", Call: "call", Arg: "arg", Escape: "escape", Store: "store", Send: "send", Recv: "recv",
	Wait: "wait", Return: "return", Close: "close", Grow: "grow", Shrink: "shrink", Replace: "replace", Lazy: "lazy", Fill: "fill",
	Drain: "drain", Part: "part",
}

func (k Kind) String() string { return kindNames[k] }

// A Mode says when an instruction's call runs.
type Mode uint8

const (
	Now      Mode = iota // at the instruction
	Deferred             // when the function returns
	Spawned              // on a goroutine of its own
)

// An Event is something that happens to Ref.
type Event struct {
	Ref Ref
	// Via is set when what the event names is a local object that holds Ref.
	Via bool
	*Happening
}

// A Happening is what happens at Instr, to one ref or more. There are many
// events, so those that differ in nothing but their refs share it.
type Happening struct {
	Kind  Kind
	Mode  Mode
	Instr ssa.Instruction

	Name    string      // Method, Arg: the function's name; Fill: where from, "" if it is itself; Part: how much, "" if it is little
	Callee  *types.Func // Method, Arg: what is called, if it is known
	Index   int         // Arg: the parameter (receiver first); Return, Part: the result; Recv, Wait: the case of a select, or -1
	To      Ref         // Store: the variable; the zero Ref if Holder says it
	Holder  string      // Store: a part of the runtime that keeps it
	Key     ssa.Value   // Grow of a map: the key, if this function has it
	KeyPath string      // from Key to the part that the key is made from
	Memo    bool        // Call: see Op
	// Origin is the statement of this package at which it happens when Instr
	// is a call of the function around it, else Instr itself.
	Origin ssa.Instruction
}

// Func returns the function or literal in which the event happens.
func (e *Event) Func() *ssa.Function { return e.Instr.Parent() }

// maxCalling bounds how many method values are followed one from another.
const maxCalling = 2

// collector turns the instructions of a solved flow into events.
type collector struct {
	*flow
	events  []*Event
	calling []*ssa.MakeClosure // method values on the way, see emitCall
}

func (t *table) collect(f *flow) []*Event {
	c := &collector{flow: f, events: t.slabs.collected[:0]}
	for _, fn := range f.fns {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				c.visit(instr)
			}
		}
	}
	t.slabs.collected = c.events
	return slices.Clone(c.events)
}

// emit emits an event for each of refs.
func (c *collector) emit(refs []Ref, proto Happening) {
	if len(refs) > 0 {
		c.share(refs, false, c.settle(proto))
	}
}

// settle returns a happening as events share it.
func (c *collector) settle(proto Happening) *Happening {
	if proto.Origin == nil {
		proto.Origin = proto.Instr
	}
	if len(c.t.slabs.happenings) == cap(c.t.slabs.happenings) {
		c.t.slabs.happenings = make([]Happening, 0, 64)
	}
	c.t.slabs.happenings = append(c.t.slabs.happenings, proto)
	return &c.t.slabs.happenings[len(c.t.slabs.happenings)-1]
}

func (c *collector) share(refs []Ref, via bool, h *Happening) {
	for _, r := range refs {
		if h.Kind == Store && h.To == r {
			continue // a variable set to what it holds, plus something or minus something
		}
		if len(c.t.slabs.events) == cap(c.t.slabs.events) {
			c.t.slabs.events = make([]Event, 0, 128)
		}
		c.t.slabs.events = append(c.t.slabs.events, Event{r, via, h})
		c.events = append(c.events, &c.t.slabs.events[len(c.t.slabs.events)-1])
	}
}

// emitWhole emits an event that happens to refs and to all that local objects
// among them hold.
func (c *collector) emitWhole(refs []Ref, proto Happening) {
	if len(refs) > 0 {
		h := c.settle(proto)
		c.share(refs, false, h)
		c.share(c.parts(refs), true, h)
	}
}

// parts returns what the local objects among refs hold, refs excluded.
func (f *flow) parts(refs []Ref) []Ref {
	if !slices.ContainsFunc(refs, func(r Ref) bool { x := f.values[r.Root]; return x != nil && x.held != nil }) {
		return nil
	}
	all := slices.Clone(refs)
	for i := 0; i < len(all) && len(all) < 4*maxRefs; i++ {
		r := all[i]
		x := f.values[r.Root]
		if x == nil {
			continue
		}
		for p := x.held; p != nil; p = p.next {
			if !p.path.HasPrefix(r.Path) {
				continue
			}
			for _, part := range p.refs {
				if !slices.Contains(all, part) {
					all = append(all, part)
				}
			}
		}
	}
	return all[len(refs):]
}

func (c *collector) visit(instr ssa.Instruction) {
	for _, comm := range ir.Comms(instr) {
		if comm.Recv {
			kind := Recv
			if c.t.waitsForever(instr) {
				kind = Wait
			}
			c.emit(c.of(comm.Chan), Happening{Kind: kind, Instr: instr, Index: comm.Case})
		} else if sel, ok := instr.(*ssa.Select); ok {
			c.emitWhole(c.of(sel.States[comm.Case].Send), Happening{Kind: Send, Instr: instr, To: first(c.of(comm.Chan)), Index: comm.Case})
			c.emit(c.of(comm.Chan), Happening{Kind: Grow, Instr: instr, Index: comm.Case})
		}
	}
	switch v := instr.(type) {
	case *ssa.Send:
		c.emitWhole(c.of(v.X), Happening{Kind: Send, Instr: v, To: first(c.of(v.Chan)), Index: -1})
		c.emit(c.of(v.Chan), Happening{Kind: Grow, Instr: v, Index: -1})
	case *ssa.Return:
		for i, r := range v.Results {
			c.emitWhole(c.of(r), Happening{Kind: Return, Instr: v, Index: i})
			if _, ok := c.t.unbounded(c.flow, r); ok {
				c.emit([]Ref{{Root: r}}, Happening{Kind: Fill, Instr: v, Index: i, Name: c.t.origins(c.flow, r)})
			}
			if isData(r.Type()) {
				c.part(v, i, r)
			}
		}
	case *ssa.Panic:
		c.emitWhole(c.of(v.X), Happening{Kind: Escape, Instr: v})
	case *ssa.Store:
		c.store(v)
	case *ssa.MapUpdate:
		maps := c.of(v.Map)
		bounded := c.t.keyBounded(c.flow, v)
		if !bounded {
			c.emit(maps, Happening{Kind: Grow, Instr: v, Key: v.Key})
		}
		if _, ok := v.Value.Type().Underlying().(*types.Slice); ok {
			inner := c.elems(maps)
			// Where keys are not bounded, a new list for a key is no
			// replacement but the growth of the map.
			if how := c.rebuilt(v, v.Value, inner); how != 0 && (how != Replace || bounded) {
				c.emit(inner, Happening{Kind: how, Instr: v})
			}
		}
		for _, m := range c.elems(maps) {
			c.emitWhole(c.of(v.Value), Happening{Kind: Store, Instr: v, To: m})
			c.emitWhole(c.of(v.Key), Happening{Kind: Store, Instr: v, To: m})
		}
	case ssa.CallInstruction:
		c.visitCall(v)
	}
}

// part emits the parameters that a result is a part of.
func (c *collector) part(at *ssa.Return, index int, result ssa.Value) {
	for _, share := range c.t.shares(c.flow, result) {
		if _, given := share.Of.(*ssa.Parameter); given {
			c.emit([]Ref{{Root: share.Of}}, Happening{Kind: Part, Instr: at, Index: index, Name: muches[share.Much]})
		}
	}
}

func first(refs []Ref) Ref {
	if len(refs) == 0 {
		return Ref{Root: Unknown}
	}
	return refs[0]
}

func (c *collector) store(v *ssa.Store) {
	targets := c.of(v.Addr)
	for _, at := range targets {
		if _, local := at.Root.(*ssa.Alloc); local && at.Path == nil {
			continue // a local variable: the flow has it
		}
		c.emitWhole(c.of(v.Val), Happening{Kind: Store, Instr: v, To: at})
	}
	if _, isIndex := v.Addr.(*ssa.IndexAddr); isIndex {
		return // an element set by index
	}
	how := c.rebuilt(v, v.Val, targets)
	if how == 0 {
		return
	}
	for _, at := range targets {
		e := Happening{Kind: how, Instr: v, To: at}
		if how == Replace && c.t.onlyIfNil(c.flow, v, at) {
			e.Kind = Lazy
		}
		c.emit([]Ref{at}, e)
	}
}

// rebuilt classifies the assignment of val to variables or map elements: Grow
// if the new value is the old one with elements appended, Shrink if elements
// were cut off, Replace if the old value is gone, 0 if nothing of the kind is
// known.
func (c *collector) rebuilt(at ssa.Instruction, val ssa.Value, targets []Ref) Kind {
	var self, grows, cuts, other bool
	seen := make(map[ssa.Value]bool)
	var walk func(x ssa.Value)
	walk = func(x ssa.Value) {
		if seen[x] {
			return
		}
		seen[x] = true
		switch x := x.(type) {
		case *ssa.Phi:
			for _, e := range x.Edges {
				walk(e)
			}
		case *ssa.ChangeType:
			walk(x.X)
		case *ssa.Extract:
			if look, ok := x.Tuple.(*ssa.Lookup); ok && overlap(c.elems(c.of(look.X)), targets) {
				self = true
			} else {
				other = true
			}
		case *ssa.Lookup:
			if overlap(c.elems(c.of(x.X)), targets) {
				self = true
			} else {
				other = true
			}
		case *ssa.Slice:
			if cutsSlice(x) {
				cuts = true
			}
			walk(x.X)
		case *ssa.UnOp:
			if !isLoad(x) {
				other = true
				return
			}
			if cell, ok := x.X.(*ssa.Alloc); ok && !slices.Contains(targets, Ref{Root: cell}) {
				for _, ref := range *cell.Referrers() {
					if st, ok := ref.(*ssa.Store); ok && st.Addr == cell {
						walk(st.Val)
					}
				}
				return
			}
			if overlap(c.of(x.X), targets) {
				self = true
			} else {
				other = true
			}
		case *ssa.Call:
			if b, ok := x.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" {
				grows = true
				walk(x.Call.Args[0])
				return
			}
			if sum := c.t.summaryOf(&x.Call); sum != nil && len(x.Call.Args) > 0 && sum.rebuilds(0) != 0 {
				if sum.rebuilds(0) == Grow {
					grows = true
				} else {
					cuts = true
				}
				walk(x.Call.Args[0])
				return
			}
			other = true
		default:
			other = true
		}
	}
	walk(val)
	switch {
	case !self:
		if b, ok := val.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsString == 0 {
			return 0
		}
		return Replace
	case cuts:
		return Shrink
	case grows && !c.t.sizeBounded(c.flow, at, targets):
		return Grow
	case grows:
		return 0
	case other:
		return Replace
	}
	return 0
}

func overlap(a, b []Ref) bool {
	return slices.ContainsFunc(a, func(r Ref) bool { return slices.Contains(b, r) })
}

// cutsSlice reports whether a slice expression may drop elements: all but
// s[:], s[0:], and s[:len(s)].
func cutsSlice(x *ssa.Slice) bool {
	if x.Low != nil && !isZero(x.Low) {
		return true
	}
	if x.High == nil {
		return false
	}
	if call, ok := x.High.(*ssa.Call); ok {
		if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
			return !sameLoad(call.Call.Args[0], x.X)
		}
	}
	return true
}

func isZero(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.ExactString() == "0"
}

// sameLoad reports whether a and b are one value or loads of one variable.
func sameLoad(a, b ssa.Value) bool {
	if a == b {
		return true
	}
	switch x := a.(type) {
	case *ssa.UnOp:
		y, ok := b.(*ssa.UnOp)
		return ok && x.Op == token.MUL && y.Op == token.MUL && sameLoad(x.X, y.X)
	case *ssa.FieldAddr:
		y, ok := b.(*ssa.FieldAddr)
		return ok && x.Field == y.Field && sameLoad(x.X, y.X)
	case *ssa.Field:
		y, ok := b.(*ssa.Field)
		return ok && x.Field == y.Field && sameLoad(x.X, y.X)
	}
	return false
}

func mode(instr ssa.Instruction) Mode {
	switch instr.(type) {
	case *ssa.Go:
		return Spawned
	case *ssa.Defer:
		return Deferred
	}
	return Now
}

func (c *collector) visitCall(instr ssa.CallInstruction) {
	common := instr.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		c.visitBuiltin(instr, b.Name(), common.Args)
		return
	}
	proto := Happening{Instr: instr, Mode: mode(instr), Callee: ir.Callee(common)}
	args := ir.Args(common)
	isMethod := false
	if proto.Callee != nil {
		proto.Name = proto.Callee.Name()
		isMethod = proto.Callee.Signature().Recv() != nil
	} else {
		c.emitCall(c.of(common.Value), proto)
	}
	for i, arg := range args {
		e := proto
		e.Kind, e.Index = Arg, i
		if i == 0 && isMethod {
			e.Kind = Method
			c.emit(c.of(arg), e)
		} else {
			c.emitWhole(c.of(arg), e)
		}
	}
	if len(c.literals(common)) > 0 {
		return // the flow goes into them
	}
	sum := c.t.summaryOf(common)
	if sum == nil || sum.Cut {
		for i, arg := range args {
			if i == 0 && isMethod {
				continue // a method may keep its receiver, but then it is its own
			}
			e := proto
			e.Kind, e.Index = Escape, i
			c.emitWhole(c.of(arg), e)
		}
	}
	if sum == nil {
		return
	}
	c.applyOps(instr, proto, args, sum.Ops)
}

// applyOps emits the events of the effects of the callee as seen by the caller.
func (c *collector) applyOps(instr ssa.CallInstruction, proto Happening, args []ssa.Value, ops []Op) {
	var places []place
	for _, op := range ops {
		if op.Kind == Return || op.Kind == Fill || op.Kind == Part || op.Param < 0 || op.Param >= len(args) || len(c.of(args[op.Param])) == 0 {
			continue
		}
		i := slices.IndexFunc(places, func(p place) bool { return p.param == op.Param && p.path == op.Path })
		if i < 0 {
			i = len(places)
			places = append(places, place{param: op.Param, path: op.Path, refs: c.apply(args[op.Param], op.Path)})
		}
		c.applyOp(instr, proto, args, op, &places[i])
	}
}

// A place is a part of an argument of a call, to which the callee may have
// several effects.
type place struct {
	param  int
	path   string
	refs   []Ref
	loaded []Ref // what may be there; nil if not asked for yet
}

// applyOp emits the events of one effect of the callee at a place.
func (c *collector) applyOp(instr ssa.CallInstruction, proto Happening, args []ssa.Value, op Op, at *place) {
	e := proto
	e.Kind, e.Index, e.Origin, e.Holder = op.Kind, -1, op.origin, op.Holder
	if op.Mode == Spawned {
		e.Mode = Spawned
	}
	if op.Kind == Method || op.Kind == Arg {
		e.Name, e.Callee = op.Name, nil
	}
	refs := at.refs
	if op.Path != "" && op.Kind != Replace {
		if at.loaded == nil {
			at.loaded = c.loadAll(refs)
		}
		refs = at.loaded
	}
	switch op.Kind {
	case Store:
		if op.To < 0 {
			if op.toGlobal != nil {
				e.To = Ref{op.toGlobal, c.t.parse(nil, op.toGlobal.Type(), op.ToPath)}
			} else if op.Holder == "" {
				e.To.Root = Unknown // a variable that export data does not have
			}
			c.emitWhole(refs, e)
			return
		}
		if op.To < len(args) {
			for _, at := range c.apply(args[op.To], op.ToPath) {
				e.To = at
				c.emitWhole(refs, e)
			}
		}
	case Escape, Send:
		c.emitWhole(refs, e)
	case Grow:
		if op.Key >= 0 && op.Key < len(args) {
			e.Key, e.KeyPath = args[op.Key], op.KeyPath
			if op.KeyPath == "" && (c.t.smallDomain(ir.Unconvert(e.Key).Type()) || c.t.constantKey(c.flow, e.Key)) {
				return
			}
		}
		if c.t.sizeBounded(c.flow, instr, refs) {
			return
		}
		c.emit(refs, e)
	case Call:
		e.Memo = op.Memo
		c.emitCall(refs, e)
	case Drain:
		c.drain(refs, e)
	default:
		c.emit(refs, e)
	}
}

// emitCall emits the call of function values; that of a method value is a
// call of the method on the receiver that it holds.
func (c *collector) emitCall(refs []Ref, e Happening) {
	e.Kind = Call
	c.emit(refs, e)
	// What a function value from elsewhere holds may be given back by its call.
	held := e
	held.Kind = Escape
	if parts := c.parts(slices.DeleteFunc(slices.Clone(refs), func(r Ref) bool { return Fresh(r.Root) })); len(parts) > 0 {
		c.share(parts, true, c.settle(held))
	}
	for _, r := range refs {
		mc, ok := r.Root.(*ssa.MakeClosure)
		if !ok || r.Path != nil {
			continue
		}
		if m := ir.BoundMethod(mc); m != nil {
			e.Kind, e.Name, e.Callee = Method, m.Name(), m
			c.emit(c.of(mc.Bindings[0]), e)
			sum := c.t.imported(m)
			call, ok := e.Instr.(ssa.CallInstruction)
			if sum == nil || !ok || len(c.calling) == maxCalling || slices.Contains(c.calling, mc) {
				continue // what a method gives to others may lead to it again
			}
			c.calling = append(c.calling, mc)
			c.applyOps(call, e, mc.Bindings[:1], sum.Ops)
			c.calling = c.calling[:len(c.calling)-1]
		}
	}
}

func (c *collector) visitBuiltin(instr ssa.CallInstruction, name string, args []ssa.Value) {
	e := Happening{Instr: instr, Mode: mode(instr), Index: -1}
	switch name {
	case "close":
		e.Kind = Close
	case "delete", "clear":
		e.Kind = Shrink
	case "append":
		if len(args) > 1 {
			// Where the new elements are kept: in what the slice is a part of.
			for _, at := range c.elems(c.of(args[0])) {
				s := e
				s.Kind, s.To = Store, at
				c.emitWhole(c.loadAll(c.elems(c.of(args[1]))), s)
			}
		}
		return
	default:
		return
	}
	c.emit(c.of(args[0]), e)
}
