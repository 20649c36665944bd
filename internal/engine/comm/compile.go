package comm

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A builder writes the code of one function.
type builder struct {
	*Program
	c      *code
	cur    int32 // the node to go on from, or -1
	regs   map[ssa.Value]int32
	tuples map[ssa.Value][]int32
	conds  map[ssa.Value]bool // numbers that decide where control goes
	starts []int32            // of blocks
	graph  *ir.Graph
	bounds map[ssa.Value]bool // see isBound

	counters map[ssa.Value]*counter // by their cells
	compared map[comparison]int32   // registers for comparisons that are asked more than once
}

func (b *builder) newReg() int32 {
	b.c.regs++
	return b.c.regs - 1
}

func (b *builder) emit(n node) int32 {
	i := int32(len(b.c.nodes))
	b.c.nodes = append(b.c.nodes, n)
	if b.cur >= 0 {
		b.c.nodes[b.cur].succs = append(b.c.nodes[b.cur].succs, i)
	}
	b.cur = i
	return i
}

func (b *builder) function(fn *ssa.Function) {
	for _, p := range fn.Params {
		b.regs[p] = b.newReg()
	}
	for _, v := range fn.FreeVars {
		b.regs[v] = b.newReg()
	}
	b.graph = b.p.IR.Graph(fn)
	b.conditions(fn)
	b.allocate(fn)
	for range fn.Blocks {
		b.starts = append(b.starts, int32(len(b.c.nodes)))
		b.c.nodes = append(b.c.nodes, node{})
	}
	for _, block := range fn.Blocks {
		b.cur = b.starts[block.Index]
		for _, instr := range block.Instrs {
			if b.instruction(instr); b.cur < 0 {
				break
			}
		}
	}
	if len(fn.Blocks) == 0 {
		b.emit(node{op: opReturn})
	}
}

// conditions finds the numbers and truth values that decide where control goes.
func (b *builder) conditions(fn *ssa.Function) {
	var mark func(v ssa.Value)
	mark = func(v ssa.Value) {
		if b.conds[v] {
			return
		}
		b.conds[v] = true
		switch v := v.(type) {
		case *ssa.BinOp:
			mark(v.X)
			mark(v.Y)
		case *ssa.UnOp:
			if v.Op == token.NOT {
				mark(v.X)
			}
			if c := b.load(v); c != nil {
				for _, set := range c.sets {
					mark(set)
				}
			}
		case *ssa.Phi:
			for _, e := range v.Edges {
				mark(e)
			}
		}
	}
	b.findCounters(fn)
	b.findComparisons(fn)
	for _, block := range fn.Blocks {
		if cond, ok := block.Instrs[len(block.Instrs)-1].(*ssa.If); ok {
			mark(cond.Cond)
		}
	}
}

// tracked reports whether a value of a type is worth a register.
func (b *builder) tracked(v ssa.Value) bool {
	if basic, ok := v.Type().Underlying().(*types.Basic); ok {
		return b.conds[v] && basic.Info()&(types.IsBoolean|types.IsInteger) != 0
	}
	return types.IsInterface(v.Type()) || b.carries(v.Type())
}

func (b *builder) allocate(fn *ssa.Function) {
	for _, block := range fn.Blocks {
		for _, instr := range block.Instrs {
			v, ok := instr.(ssa.Value)
			if !ok {
				continue
			}
			if b.counters[v] != nil {
				b.regs[v] = b.newReg()
				continue
			}
			switch v := v.(type) {
			case *ssa.Alloc:
				elem := v.Type().(*types.Pointer).Elem()
				basic, _ := elem.Underlying().(*types.Basic)
				if b.carries(elem) || types.IsInterface(elem) || basic != nil && basic.Info()&types.IsBoolean != 0 {
					b.regs[v] = b.newReg()
				}
			case *ssa.Range:
				b.regs[v] = b.newReg()
			case *ssa.BinOp:
				if _, ok := v.Y.(*ssa.Const); ok && (v.Op == token.ADD || v.Op == token.SUB) && b.tracked(v) {
					b.regs[v] = b.newReg()
				}
			case *ssa.FieldAddr:
				if b.carries(v.X.Type()) {
					b.regs[v] = b.newReg()
				}
			case *ssa.UnOp:
				if v.Op == token.ARROW && v.CommaOk {
					b.tuple(v, 2)
				} else if (v.Op == token.ARROW || v.Op == token.MUL) && b.tracked(v) {
					b.regs[v] = b.newReg()
				}
			case *ssa.Select:
				b.tuple(v, v.Type().(*types.Tuple).Len())
			case *ssa.TypeAssert:
				if v.CommaOk {
					b.tuple(v, 2)
				} else if b.tracked(v) {
					b.regs[v] = b.newReg()
				}
			case *ssa.Next:
				b.tuples[v] = []int32{-1, -1, -1}
			case *ssa.Call:
				if t, ok := v.Type().(*types.Tuple); ok {
					b.tuple(v, t.Len())
				} else if b.tracked(v) {
					b.regs[v] = b.newReg()
				}
			case *ssa.Phi, *ssa.MakeChan, *ssa.MakeClosure, *ssa.Field, *ssa.ChangeType, *ssa.MakeInterface, *ssa.ChangeInterface:
				if b.tracked(v) {
					b.regs[v] = b.newReg()
				}
			case *ssa.Extract:
				if r := b.tuples[v.Tuple]; r != nil && r[v.Index] >= 0 && b.tracked(v) {
					b.regs[v] = r[v.Index]
				}
			}
		}
	}
}

// tuple gives registers to the parts of a tuple that are used.
func (b *builder) tuple(v ssa.Value, n int) {
	regs := make([]int32, n)
	for i := range regs {
		regs[i] = -1
	}
	for _, use := range *v.Referrers() {
		if x, ok := use.(*ssa.Extract); ok && b.tracked(x) && regs[x.Index] < 0 {
			regs[x.Index] = b.newReg()
		}
	}
	b.tuples[v] = regs
}

func (b *builder) dst(v ssa.Value) []int32 {
	if t, ok := b.tuples[v]; ok {
		return t
	}
	if r, ok := b.regs[v]; ok {
		return []int32{r}
	}
	return nil
}

// operand returns what stands for a value.
func (b *builder) operand(v ssa.Value) operand {
	if r, ok := b.regs[v]; ok {
		return operand{reg: r}
	}
	none := operand{reg: -1}
	switch v := v.(type) {
	case *ssa.Const:
		if _, ok := v.Type().Underlying().(*types.Struct); ok && v.Value == nil {
			none.val.kind = empty
		} else if v.IsNil() {
			none.val.kind = null
		} else if v.Value != nil {
			switch v.Value.Kind() {
			case constant.Bool:
				none.val = value{kind: integer}
				if constant.BoolVal(v.Value) {
					none.val.n = 1
				}
			case constant.Int:
				if n, ok := constant.Int64Val(v.Value); ok && -maxNumber <= n && n <= maxNumber {
					none.val = value{kind: integer, n: int32(n)}
				}
			}
		}
	case *ssa.Function:
		if fn := b.p.IR.Source(v); fn != nil {
			none.val = value{kind: function, fn: b.code(fn)}
		}
	}
	return none
}

// constant reports whether an operand is a number that is known, or as many as loops
// go round.
func (o operand) constant() bool {
	return o.reg < 0 && (o.val.kind == integer || o.val.kind == bound)
}

// opaque reports whether an operand can be nothing that is known.
func (o operand) opaque() bool { return o.reg < 0 && o.val.kind <= bound }

func (b *builder) escape(at ssa.Instruction, vs ...ssa.Value) {
	var args []operand
	for _, v := range vs {
		if o := b.operand(v); !o.opaque() && b.carries(v.Type()) {
			args = append(args, o)
		}
	}
	if len(args) > 0 {
		b.emit(node{op: opEscape, args: args, at: at})
	}
}

func (b *builder) instruction(instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Alloc:
		if d := b.dst(i); d != nil && b.counters[i] == nil {
			b.emit(node{op: opAlloc, dst: d, typ: i.Type().(*types.Pointer).Elem(), at: i})
		}
	case *ssa.FieldAddr:
		b.part(opField, i, i.X, i.Field)
	case *ssa.Field:
		b.part(opPart, i, i.X, i.Field)
	case *ssa.UnOp:
		switch {
		case i.Op == token.ARROW:
			d := b.dst(i)
			for len(d) < 2 {
				d = append(d, -1)
			}
			b.emit(node{op: opRecv, dst: d, args: []operand{b.source(i.X)}, ticks: b.p.Ticks(i.X), class: classOf(ir.Received(i.X)), at: i})
			if i.CommaOk {
				b.c.nodes[b.cur].n = b.staysOpen(i.X)
			}
		case b.dst(i) != nil && i.Op == token.MUL && b.sentinel(i.X):
			b.emit(node{op: opMove, dst: b.dst(i), args: []operand{{reg: -1, val: value{kind: notNull}}}, at: i})
		case b.load(i) != nil:
			b.move(i, i.X)
		case i.Op == token.MUL && b.dst(i) != nil:
			b.emit(node{op: opLoad, dst: b.dst(i), args: []operand{b.operand(i.X)}, class: classOf(i.Type()), at: i})
		}
	case *ssa.Store:
		addr := b.operand(i.Addr)
		if b.counters[i.Addr] != nil {
			b.emit(node{op: opMove, dst: []int32{addr.reg}, args: []operand{b.operand(i.Val)}, at: i})
			return
		}
		if addr.reg < 0 {
			b.escape(i, i.Val)
			return
		}
		b.emit(node{op: opStore, args: []operand{addr, b.operand(i.Val)}, at: i})
	case *ssa.MapUpdate:
		b.escape(i, i.Key, i.Value)
	case *ssa.Send:
		b.emit(node{op: opSend, args: []operand{b.target(i.Chan), b.operand(i.X)}, runs: b.runs(i.Chan), at: i})
	case *ssa.MakeChan:
		b.emit(node{op: opMake, dst: b.dst(i), args: []operand{b.room(i.Size)}, n: b.staysOpen(i), at: i})
	case *ssa.MakeClosure:
		if m := ir.BoundMethod(i); m != nil {
			fn := b.p.IR.SSA.Prog.FuncValue(m)
			if src := b.p.IR.Source(fn); fn != nil && src != nil {
				b.emit(node{op: opBind, dst: b.dst(i), fn: b.code(src), args: []operand{b.operand(i.Bindings[0])}, at: i})
			} else {
				b.escape(i, i.Bindings...)
			}
			return
		}
		var args []operand
		for _, v := range i.Bindings {
			args = append(args, b.captured(v))
		}
		b.emit(node{op: opClosure, dst: b.dst(i), fn: b.code(i.Fn.(*ssa.Function)), args: args, at: i})
	case *ssa.ChangeType:
		b.move(i, i.X)
	case *ssa.MakeInterface:
		if o := b.operand(i.X); o.reg < 0 && o.val.kind == unknown && b.dst(i) != nil {
			b.emit(node{op: opMove, dst: b.dst(i), args: []operand{{reg: -1, val: value{kind: notNull}}}, at: i})
			return
		}
		b.move(i, i.X)
	case *ssa.ChangeInterface:
		b.move(i, i.X)
	case *ssa.TypeAssert:
		if t, ok := b.tuples[i]; ok {
			b.emit(node{op: opMove, dst: t, args: []operand{b.operand(i.X), {reg: -1}}, at: i})
		} else {
			b.move(i, i.X)
		}
	case *ssa.BinOp:
		if d := b.dst(i); d != nil {
			n := b.operand(i.Y).val
			if i.Op == token.SUB {
				n.n = -n.n
			}
			if n.kind != integer {
				b.emit(node{op: opMove, dst: d, args: []operand{{reg: -1}}, at: i})
				return
			}
			b.emit(node{op: opAdd, dst: d, args: []operand{b.operand(i.X)}, n: n.n, at: i})
		}
	case *ssa.Range:
		b.emit(node{op: opMove, dst: b.dst(i), args: []operand{{reg: -1, val: value{kind: integer}}}, at: i})
	case *ssa.Next:
		counter := b.operand(i.Iter)
		b.emit(node{op: opAdd, dst: []int32{counter.reg}, args: []operand{counter}, n: 1, at: i})
	case *ssa.Select:
		b.choice(i)
	case *ssa.Call:
		b.call(i, &i.Call, opCall, b.dst(i))
	case *ssa.Go:
		b.call(i, &i.Call, opGo, nil)
	case *ssa.Defer:
		b.call(i, &i.Call, opDefer, nil)
	case *ssa.RunDefers:
		b.emit(node{op: opRunDefers, at: i})
	case *ssa.Return:
		var args []operand
		for _, v := range i.Results {
			args = append(args, b.operand(v))
			b.c.gives = b.c.gives || b.carries(v.Type())
		}
		b.emit(node{op: opReturn, args: args, at: i})
		b.cur = -1
	case *ssa.Panic:
		b.emit(node{op: opCrash, at: i})
		b.cur = -1
	case *ssa.Jump:
		b.branch(i.Block(), node{op: opNop}, false)
	case *ssa.If:
		b.decide(i, i.Cond, false)
	}
}

func (b *builder) move(v, from ssa.Value) {
	if d := b.dst(v); d != nil {
		at, _ := v.(ssa.Instruction)
		b.emit(node{op: opMove, dst: d, args: []operand{b.operand(from)}, at: at})
	}
}

func (b *builder) part(op op, v, of ssa.Value, field int) {
	if d := b.dst(v); d != nil {
		b.emit(node{op: op, dst: d, args: []operand{b.operand(of)}, n: int32(field), class: classOf(v.Type())})
	}
}

// source returns what stands for a channel that is received from: nil if it is in a
// field, or that of a context which is, and nobody in sight opens it.
func (b *builder) source(ch ssa.Value) operand {
	v := ch
	if call, ok := v.(*ssa.Call); ok && call.Call.IsInvoke() {
		v = call.Call.Value
	}
	if inField(v) && !b.p.Opens(ch) {
		return operand{reg: -1, val: value{kind: null}}
	}
	return b.operand(ch)
}

// target returns what stands for a channel on which something is sent: nil if it is in a
// field, and nobody in sight receives.
func (b *builder) target(ch ssa.Value) operand {
	if inField(ch) && !b.p.Takes(ch) {
		return operand{reg: -1, val: value{kind: null}}
	}
	return b.operand(ch)
}

// inField reports whether a value is loaded from a field.
func inField(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	_, field := load.X.(*ssa.FieldAddr)
	return field
}
