package effects

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

func (c *collector) visitCall(instr ssa.CallInstruction) {
	common := instr.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		c.visitBuiltin(instr, b.Name(), common.Args)
		return
	}
	proto := Happening{Instr: instr, Mode: mode(instr), Callee: ir.Callee(common)}
	args, sum := ir.Args(common), c.t.summaryOf(common)
	isMethod := false
	if proto.Callee != nil {
		proto.Name = proto.Callee.Name()
		proto.Gives = givesBack(proto.Callee, sum)
		isMethod = proto.Callee.Signature().Recv() != nil
	} else {
		c.emitCall(c.of(common.Value), proto)
	}
	for i, arg := range args {
		e := proto
		e.Kind, e.Index = Arg, i
		if i == 0 && isMethod {
			e.Kind = Method
			if common.IsInvoke() && convention.Ends(e.Callee) {
				c.emitWhole(c.of(arg), e) // what a wrapper holds ends with it
			} else {
				c.emit(c.of(arg), e)
			}
		} else {
			c.emitWhole(c.of(arg), e)
		}
	}
	if len(c.literals(common)) > 0 {
		return // the flow goes into them
	}
	if sum == nil || sum.Cut {
		for i, arg := range args {
			if i == 0 && isMethod {
				continue // a method may keep its receiver, but then it is its own
			}
			if sum != nil && isChan(arg.Type()) {
				continue // all is known of it
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

// givesBack reports whether a function may give back what it is called on, or with.
func givesBack(fn *types.Func, sum *Summary) bool {
	return convention.Ends(fn) || convention.Undoes(fn) || (sum == nil || sum.Cut) && convention.MayEnd(fn)
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
		e.Name, e.Callee, e.Gives = op.Name, nil, true
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
	case Method:
		if e.Ends() && op.Path == "" && types.IsInterface(args[op.Param].Type()) {
			c.emitWhole(refs, e) // as where the method is called
		} else {
			c.emit(refs, e)
		}
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
			sum := c.t.imported(m)
			e.Kind, e.Name, e.Callee, e.Gives = Method, m.Name(), m, givesBack(m, sum)
			c.emit(c.of(mc.Bindings[0]), e)
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
