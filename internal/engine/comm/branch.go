package comm

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// staysOpen returns 1 if others than those that the machine runs do not close a
// channel: it is in fields of this package only, and nobody closes it there.
func (b *builder) staysOpen(ch ssa.Value) int32 {
	var fields []*types.Var
	for _, r := range b.p.Refs(ch) {
		switch root := r.Root.(type) {
		case *ssa.MakeChan:
			// The machine knows who closes it here.
			lost, to := b.lose(b.p.Of(root), func(e *effects.Event) bool { return e.Ref.Path != nil })
			if lost {
				return 0
			}
			fields = append(fields, to...)
		default:
			if _, variable := root.(*ssa.Alloc); variable && r.Path == nil {
				continue
			}
			f := b.ownField(r.Path)
			if f == nil {
				return 0
			}
			fields = append(fields, f)
		}
	}
	for i := 0; i < len(fields); i++ {
		k := b.keeps(fields[i])
		if k.lost {
			return 0
		}
		for _, f := range k.to {
			if !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	return int32(min(len(fields), 1))
}

// A keeping says what becomes of the channels in a field.
type keeping struct {
	lost bool         // somebody closes them, or they get out of sight
	to   []*types.Var // the fields that they get to
}

// keeps returns what becomes of the channels in a field of this package.
func (g *Program) keeps(f *types.Var) keeping {
	if k, ok := g.kept[f]; ok {
		return k
	}
	k := g.keepsNow(f)
	g.kept[f] = k
	return k
}

func (g *Program) keepsNow(f *types.Var) (k keeping) {
	closes := func(e *effects.Event) bool { return e.Kind == effects.Close }
	through := func(e *effects.Event) bool { return e.Ref.Path.IsElem() && isChan(e.Ref) } // what goes through the channel
	events := g.p.OfField(f)
	if slices.ContainsFunc(events, func(e *effects.Event) bool { return closes(e) && !through(e) }) {
		return keeping{lost: true}
	}
	if k.lost, k.to = g.lose(events, through); k.lost {
		return k
	}
	for _, e := range g.p.StoredIn(f) {
		if made, ok := e.Ref.Root.(*ssa.MakeChan); ok {
			parts := func(e *effects.Event) bool { return e.Ref.Path != nil }
			events := g.p.Of(made)
			lost, to := g.lose(events, parts)
			if lost || slices.ContainsFunc(events, func(e *effects.Event) bool { return closes(e) && !parts(e) }) {
				return keeping{lost: true}
			}
			k.to = append(k.to, to...)
		} else if _, param := e.Ref.Root.(*ssa.Parameter); (param || !effects.Fresh(e.Ref.Root)) && !isText(e.Ref) && !isPart(e.Ref) {
			return keeping{lost: true}
		}
	}
	slices.SortFunc(k.to, func(a, b *types.Var) int { return int(a.Pos() - b.Pos()) })
	k.to = slices.Compact(k.to)
	return k
}

// lose reports whether one of the events takes a channel out of sight, but for those that
// do not count, and to which fields of this package the others take it.
func (g *Program) lose(events []*effects.Event, ignore func(*effects.Event) bool) (lost bool, to []*types.Var) {
	for _, e := range events {
		if ignore(e) {
			continue
		}
		switch {
		case e.Kind == effects.Return:
			// The caller is given it to receive, or runs in the machine.
		case e.Kind == effects.Store && e.Holder == "":
			if f := g.ownField(e.To.Path); f != nil {
				to = append(to, f)
			} else if (e.To.Path.Container().Field() != nil || !effects.Fresh(e.To.Root)) && !isText(e.To) {
				return true, nil
			}
		case e.Kind == effects.Store || (e.Kind == effects.Escape || e.Kind == effects.Send) && !e.Via:
			return true, nil
		}
	}
	return false, to
}

// ownField returns the field that a path leads to, if no other package can get at it.
func (g *Program) ownField(path *effects.Path) *types.Var {
	f := path.Container().Field()
	if f == nil || f.Pkg() != g.pass.Pkg || f.Exported() {
		return nil
	}
	return f.Origin()
}

// isText reports whether a ref leads to a string or number, or a part of that: no
// channel is there.
func isText(r effects.Ref) bool {
	for p := r.Path; ; p = p.Parent() {
		if t := p.Type(r.Root.Type()); t != nil {
			basic, ok := t.Underlying().(*types.Basic)
			return ok && basic.Info()&types.IsConstType != 0
		}
	}
}

// isPart reports whether a ref leads to what was in a container already: a function for
// slices or maps has made another one of it.
func isPart(r effects.Ref) bool {
	call, ok := r.Root.(*ssa.Call)
	if !ok || ir.Callee(&call.Call) == nil || ir.Callee(&call.Call).Pkg() == nil {
		return false
	}
	path := ir.Callee(&call.Call).Pkg().Path()
	return path == "slices" || path == "maps"
}

// isChan reports whether a ref leads through a channel to one of its elements.
func isChan(r effects.Ref) bool {
	t := r.Path.Parent().Type(r.Root.Type())
	if t == nil {
		return true
	}
	_, ok := ir.Under(t).(*types.Chan)
	return ok
}

// room returns what stands for the capacity of a channel.
func (b *builder) room(v ssa.Value) operand {
	o := b.operand(v)
	if k, ok := v.(*ssa.Const); ok {
		if k.Int64() > maxRoom {
			o.val = value{kind: bound, n: 1}
		}
		return o
	}
	if isLen(v) || b.isBound(v) {
		return operand{reg: -1, val: value{kind: bound}}
	}
	if _, given := v.(*ssa.Parameter); given {
		return o
	}
	return operand{reg: -1}
}

func isLen(v ssa.Value) bool {
	call, ok := ir.Unconvert(v).(*ssa.Call)
	if !ok {
		return false
	}
	built, ok := call.Call.Value.(*ssa.Builtin)
	return ok && built.Name() == "len"
}

// isBound reports whether a number bounds a loop of its function.
func (b *builder) isBound(v ssa.Value) bool {
	if v.Referrers() == nil || b.graph == nil {
		return false
	}
	if is, known := b.bounds[v]; known {
		return is
	}
	if b.bounds == nil {
		b.bounds = make(map[ssa.Value]bool)
	}
	b.bounds[v] = slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool {
		cmp, ok := use.(*ssa.BinOp)
		if !ok || !slices.ContainsFunc(*cmp.Referrers(), func(use ssa.Instruction) bool { _, ok := use.(*ssa.If); return ok }) {
			return false
		}
		return b.graph.Innermost(cmp.Block()) != nil
	})
	return b.bounds[v]
}

// countsRounds reports whether a constant is so large that a loop of fn which counts to it goes
// round less often here, and whether there is such a loop.
func (b *builder) countsRounds(v ssa.Value, fn *ssa.Function) bool {
	k, ok := v.(*ssa.Const)
	if !ok || k.Value == nil || k.Value.Kind() != constant.Int || k.Int64() <= maxRoom {
		return false
	}
	return slices.ContainsFunc(fn.Blocks, func(block *ssa.BasicBlock) bool {
		i, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If)
		if !ok || b.p.IR.Graph(fn).Innermost(block) == nil {
			return false
		}
		cmp, ok := i.Cond.(*ssa.BinOp)
		if !ok {
			return false
		}
		to, ok := cmp.Y.(*ssa.Const)
		return ok && to.Value != nil && to.Value.Kind() == constant.Int && to.Int64() == k.Int64()
	})
}

// choice writes a select statement.
func (b *builder) choice(sel *ssa.Select) {
	t := b.tuples[sel]
	n := node{op: opSelect, dst: slices.Clone(t), block: sel.Blocking, at: sel}
	k := 2
	for _, state := range sel.States {
		c := commCase{dst: -1, val: operand{reg: -1}}
		if state.Send != nil {
			c.send, c.ch, c.val = true, b.operand(state.Chan), b.operand(state.Send)
			n.runs = n.runs || b.runs(state.Chan)
		} else {
			c.ch, c.class = b.source(state.Chan), classOf(ir.Received(state.Chan))
			call, ok := state.Chan.(*ssa.Call)
			c.ends = ok && effects.EndOf(&call.Call) != nil
			c.dst = t[k]
			k++
			n.ticks = n.ticks || b.p.Ticks(state.Chan)
		}
		n.cases = append(n.cases, c)
	}
	b.emit(n)
}

// runs reports whether functions that are sent on a channel in a field are called by
// goroutines of the package: those of a pool.
func (b *builder) runs(ch ssa.Value) bool {
	sig, ok := ir.Received(ch).Underlying().(*types.Signature)
	if !ok || sig.Params().Len() > 0 || sig.Results().Len() > 0 || !inField(ch) {
		return false
	}
	part, ok := ch.(*ssa.UnOp).X.(*ssa.FieldAddr)
	if !ok {
		return false
	}
	f := effects.FieldOf(part.X, part.Field)
	return f != nil && slices.ContainsFunc(b.p.UnderField(f), func(e *effects.Event) bool {
		return e.Kind == effects.Call && e.Ref.Path.IsElem() && len(b.p.Starts(e.Func())) > 0
	})
}

// decide writes a branch on a condition.
func (b *builder) decide(i *ssa.If, cond ssa.Value, not bool) {
	switch v := cond.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			b.decide(i, v.X, !not)
			return
		}
	case *ssa.BinOp:
		x, y := v.X, v.Y
		if k, ok := x.(*ssa.Const); ok && k.IsNil() {
			x, y = y, x
		}
		if k, ok := y.(*ssa.Const); ok && k.IsNil() && (v.Op == token.EQL || v.Op == token.NEQ) {
			if o := b.operand(x); !o.opaque() {
				b.branch(i.Block(), node{op: opNil, args: []operand{o}, at: i}, not != (v.Op == token.NEQ))
				return
			}
			break
		}
		l, r := b.operand(v.X), b.operand(v.Y)
		n := node{op: opCompare, tok: v.Op, at: i}
		if (b.counts(v.X) || b.counts(v.Y)) && b.leaves(i.Block()) || l.constant() && b.isBound(v.Y) {
			n.n = 1
			if l.constant() && !b.counts(v.Y) { // whether a loop goes round at all
				r = operand{reg: -1, val: value{kind: bound}}
			}
			l, r = b.limit(v.X, l), b.limit(v.Y, r)
		}
		n.args = []operand{l, r}
		if c, opposite, ok := b.compares(cond); ok && n.n == 0 {
			if known, again := b.compared[c]; again {
				n.n, n.args = 2, append(n.args, operand{reg: known})
				if opposite {
					n.n = 3
				}
			}
		}
		if l.reg >= 0 || r.reg >= 0 || l.constant() && r.constant() || n.n >= 2 {
			b.branch(i.Block(), n, not)
			return
		}
	case *ssa.Extract:
		if next, ok := v.Tuple.(*ssa.Next); ok {
			counter := b.operand(next.Iter)
			b.branch(i.Block(), node{op: opCompare, tok: token.LEQ, n: 1, args: []operand{counter, {reg: -1, val: value{kind: bound}}}, at: i}, not)
			return
		}
	}
	o := b.operand(cond)
	if asksForItsChannel(cond) {
		o = operand{reg: -1, val: value{kind: integer, n: 1}}
	}
	if o.reg >= 0 || o.val.kind == integer {
		b.branch(i.Block(), node{op: opIf, args: []operand{o}, n: b.fixed(cond), at: i}, not)
		return
	}
	b.branch(i.Block(), node{op: opNop}, false)
}

// asksForItsChannel reports whether a condition is that a map has the channel which the function is given,
// and closes: it does, for who takes a channel off has put it there.
func asksForItsChannel(cond ssa.Value) bool {
	if ok, is := cond.(*ssa.Extract); is {
		cond = ok.Tuple
	}
	in, ok := cond.(*ssa.Lookup)
	if !ok {
		return false
	}
	ch, ok := in.Index.(*ssa.Parameter)
	if !ok {
		return false
	}
	_, isChan := ch.Type().Underlying().(*types.Chan)
	return isChan && slices.ContainsFunc(*ch.Referrers(), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok {
			return false
		}
		built, ok := call.Common().Value.(*ssa.Builtin)
		return ok && built.Name() == "close"
	})
}

// counts reports whether a number is one that a loop counts with.
func (b *builder) counts(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Phi:
		return true
	case *ssa.UnOp:
		return b.load(v) != nil
	case *ssa.BinOp:
		_, ok := v.Y.(*ssa.Const)
		return ok && (v.Op == token.ADD || v.Op == token.SUB) && b.counts(v.X)
	}
	return false
}

// limit returns what a loop's counter is compared with: large constants are as
// many as what is not known.
func (b *builder) limit(v ssa.Value, o operand) operand {
	if k, ok := v.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Int {
		if k.Int64() > maxRoom {
			return operand{reg: -1, val: value{kind: bound}}
		}
		return o
	}
	if _, param := v.(*ssa.Parameter); o.reg < 0 || param && b.isBound(v) {
		return operand{reg: -1, val: value{kind: bound}}
	}
	return o
}

// leaves reports whether control leaves a loop at the end of a block.
func (b *builder) leaves(block *ssa.BasicBlock) bool {
	l := b.graph.Innermost(block)
	return l != nil && slices.ContainsFunc(block.Succs, func(s *ssa.BasicBlock) bool { return !l.Contains(s) })
}

// branch writes a node that leads to the blocks behind, the last first if swap is
// set.
func (b *builder) branch(block *ssa.BasicBlock, n node, swap bool) {
	from := b.emit(n)
	b.cur = -1
	seen := make(map[*ssa.BasicBlock]int)
	succs := make([]int32, 0, len(block.Succs))
	for _, s := range block.Succs {
		succs = append(succs, b.edge(block, s, seen[s]))
		seen[s]++
	}
	if swap {
		slices.Reverse(succs)
	}
	b.c.nodes[from].succs = succs
}

// edge returns the node at which control goes on in block to: the assignments to
// its phis, or its first.
func (b *builder) edge(from, to *ssa.BasicBlock, nth int) int32 {
	index := -1
	for i, p := range to.Preds {
		if p == from {
			if nth == 0 {
				index = i
				break
			}
			nth--
		}
	}
	n := node{op: opMove}
	for _, instr := range to.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		if r, ok := b.regs[phi]; ok {
			n.dst = append(n.dst, r)
			n.args = append(n.args, b.operand(phi.Edges[index]))
		}
	}
	if len(n.dst) == 0 {
		return b.starts[to.Index]
	}
	i := int32(len(b.c.nodes))
	n.succs = []int32{b.starts[to.Index]}
	b.c.nodes = append(b.c.nodes, n)
	return i
}
