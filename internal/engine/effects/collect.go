package effects

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

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
				if front, list := ir.Variadic(x.Call.Args[0]); list && len(front) > 0 && len(x.Call.Args) > 1 {
					walk(x.Call.Args[1]) // behind what is put in front
				} else {
					walk(x.Call.Args[0])
				}
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
