package comm

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// An invocation is a call of a function with no code here.
type invocation struct {
	at     ssa.Instruction
	common *ssa.CallCommon
	callee *types.Func // nil for built-ins and function values
	args   []operand   // receiver first
	types  []types.Type
	dst    []int32
}

// call writes a call, go or defer statement.
func (b *builder) call(at ssa.CallInstruction, common *ssa.CallCommon, mode op, dst []int32) {
	if mode == opCall && b.p.NeverReturns(common) {
		b.emit(node{op: opCrash, at: at})
		b.cur = -1
		return
	}
	inv := invocation{at: at, common: common, callee: ir.Callee(common), dst: dst}
	for _, v := range ir.Args(common) {
		inv.args = append(inv.args, b.operand(v))
		inv.types = append(inv.types, v.Type())
	}
	if inv.callee == nil || inv.callee.Pkg() == b.p.IR.Pass.Pkg {
		// A function of this package, or a function value.
		if common.IsInvoke() {
			// It is as any other method of an interface.
		} else if fn := b.p.IR.Static(common); fn != nil && !captures(common) {
			if c := b.code(fn); c.acts || mode == opGo {
				b.emit(node{op: mode, dst: dst, fn: c, args: inv.args, at: at})
			} else {
				b.forget(at, dst)
			}
			return
		} else if b.rounds(at, common) {
			return
		} else if _, built := common.Value.(*ssa.Builtin); !built && inv.callee == nil {
			b.emit(node{op: mode, dst: dst, args: append([]operand{b.operand(common.Value)}, inv.args...), slow: mode == opCall, at: at})
			return
		} else if mc, ok := common.Value.(*ssa.MakeClosure); ok { // a method value that is called
			b.emit(node{op: mode, dst: dst, args: append([]operand{b.operand(mc)}, inv.args[min(1, len(inv.args)):]...), at: at})
			return
		}
	}
	if inv.callee != nil {
		if c := b.foreign(inv.callee); c != nil && !common.IsInvoke() {
			b.emit(node{op: mode, dst: dst, fn: c, args: inv.args, at: at})
			return
		}
	}
	if mode == opCall {
		b.perform(inv)
		return
	}
	b.emit(node{op: mode, fn: b.thunk(inv), args: inv.args, at: at})
}

// rounds writes a loop over a sequence that another package makes, of which nothing is known: its
// body, a function, is called as often as the sequence likes and the body lets it.
func (b *builder) rounds(at ssa.CallInstruction, common *ssa.CallCommon) bool {
	sequence, ok := common.Value.(*ssa.Call)
	if !ok || len(common.Args) != 1 || ir.Callee(&sequence.Call) == nil || ir.Callee(&sequence.Call).Pkg() == b.p.IR.Pass.Pkg {
		return false
	}
	body, ok := common.Args[0].(*ssa.MakeClosure)
	if !ok || !ir.IsLoopBody(body.Fn.(*ssa.Function)) {
		return false
	}
	args := []operand{b.operand(body)}
	for range body.Fn.(*ssa.Function).Params {
		args = append(args, operand{reg: -1})
	}
	goOn := b.newReg()
	next := b.emit(node{})
	b.emit(node{op: opCall, dst: []int32{goOn}, args: args, at: at})
	choice := b.emit(node{op: opIf, args: []operand{{reg: goOn}}, at: at})
	after := b.emit(node{})
	b.c.nodes[next].succs = append(b.c.nodes[next].succs, after)
	b.c.nodes[choice].succs = []int32{next, after}
	return true
}

// captures reports whether what is called is a literal that was made with variables
// of the function around it.
func captures(common *ssa.CallCommon) bool {
	_, ok := common.Value.(*ssa.MakeClosure)
	return ok
}

// thunk returns a function that performs an invocation with its parameters.
func (b *builder) thunk(inv invocation) *code {
	c := &code{params: int32(len(inv.args)), regs: int32(len(inv.args))}
	t := &builder{Program: b.Program, c: c, cur: -1, graph: b.graph}
	t.emit(node{})
	inv.dst = nil
	inv.args = slices.Clone(inv.args)
	for i := range inv.args {
		inv.args[i] = operand{reg: int32(i)}
	}
	t.perform(inv)
	t.emit(node{op: opReturn})
	c.settle()
	c.acts = c.doesAct()
	return c
}

// forget sets the results of a call that is not known, where they were known
// before.
func (b *builder) forget(at ssa.Instruction, dst []int32) {
	if b.graph == nil || at.Block() == nil || b.graph.Innermost(at.Block()) == nil {
		return
	}
	n := node{op: opMove}
	for _, d := range dst {
		if d >= 0 {
			n.dst, n.args = append(n.dst, d), append(n.args, operand{reg: -1})
		}
	}
	if len(n.dst) > 0 {
		b.emit(n)
	}
}

// perform writes what a function does that has no code here.
func (b *builder) perform(inv invocation) {
	n := node{args: inv.args, at: inv.at}
	if inv.callee == nil {
		if built, ok := inv.common.Value.(*ssa.Builtin); ok {
			switch built.Name() {
			case "close":
				n.op = opClose
				b.emit(n)
			case "cap":
				if len(inv.dst) > 0 {
					n.op, n.dst = opCap, inv.dst
					b.emit(n)
				}
			case "panic": // as a statement it is none
				b.emit(node{op: opCrash, at: inv.at})
				b.cur = -1
			case "recover": // what follows a panic is not run
				if len(inv.dst) > 0 {
					b.emit(node{op: opMove, dst: inv.dst, args: []operand{{reg: -1, val: value{kind: null}}}})
				}
			}
			return
		}
		b.unknown(inv)
		return
	}
	arg := func(i int) operand { return inv.args[i] }
	switch inv.callee.FullName() {
	case "(*sync.WaitGroup).Add":
		n.op = opGroup
		amount := ir.Args(inv.common)[1]
		if arg(1).val.n > maxRoom { // goroutines in loops are fewer here
			n.args = []operand{arg(0), {reg: -1}}
		}
		if b.countsRounds(amount, inv.at.Parent()) || arg(1).reg < 0 && arg(1).val.kind == unknown && (isLen(amount) || b.isBound(amount)) {
			n.args = []operand{arg(0), {reg: -1, val: value{kind: bound}}}
		}
	case "(*sync.WaitGroup).Done":
		n.op, n.args = opGroup, append(slices.Clone(n.args), operand{reg: -1, val: value{kind: integer, n: -1}})
	case "(*sync.Mutex).Lock", "(*sync.RWMutex).Lock":
		n.op = opLock
	case "(*sync.RWMutex).RLock":
		n.op, n.n = opLock, 1
	case "(*sync.Mutex).Unlock", "(*sync.RWMutex).Unlock", "(*sync.RWMutex).RUnlock":
		n.op = opUnlock
	case "(*sync.Once).Do":
		once := b.emit(node{op: opOnce, args: inv.args[:1], at: inv.at})
		b.emit(node{op: opCall, args: inv.args[1:2], at: inv.at})
		after := b.emit(node{})
		b.c.nodes[once].succs = append(b.c.nodes[once].succs, after)
		return
	case "(sync.Locker).Lock":
		n.op = opLock
	case "(sync.Locker).Unlock":
		n.op = opUnlock
	case "sync.NewCond":
		if len(inv.dst) == 0 || inv.dst[0] < 0 {
			return
		}
		b.emit(node{op: opAlloc, dst: inv.dst, at: inv.at})
		b.emit(node{op: opStore, args: []operand{b.locker(operand{reg: inv.dst[0]}), arg(0)}, at: inv.at})
		return
	case "(*sync.Cond).Signal":
		n.op = opWake
	case "(*sync.Cond).Broadcast":
		n.op, n.n = opWake, 1
	case "(*sync.Cond).Wait":
		mu := operand{reg: b.newReg()}
		b.emit(node{op: opLoad, dst: []int32{mu.reg}, args: []operand{b.locker(arg(0))}, at: inv.at})
		b.emit(node{op: opUnlock, args: []operand{mu}, at: inv.at})
		b.emit(node{op: opSleep, args: inv.args, at: inv.at})
		n.op, n.args = opLock, []operand{mu}
	case "time.AfterFunc":
		if timer, ok := inv.at.(*ssa.Call); ok && len(*timer.Referrers()) == 0 { // nobody stops it
			b.emit(node{op: opGo, args: []operand{arg(1)}, at: inv.at})
			return
		}
		b.unknown(inv)
		return
	case "context.Background", "context.TODO", "context.WithoutCancel":
		n.op, n.args = opMove, []operand{{reg: -1, val: value{kind: background}}}
	case "context.WithValue":
		n.op, n.args = opMove, inv.args[:1]
	case "context.WithCancel", "context.WithCancelCause":
		n.op = opContext
	case "(context.Context).Done":
		n.op = opDone
	case "(context.Context).Err":
		n.op = opErr
	default:
		if inv.common.IsInvoke() {
			n.op, n.meth, n.slow = opInvoke, inv.callee, true
			break
		}
		if b.hasPipes() && b.pipe(inv) {
			return
		}
		b.group(inv)
		return
	}
	n.dst = inv.dst
	if n.op == opMove || n.op == opDone || n.op == opErr {
		if len(n.dst) == 0 || n.dst[0] < 0 {
			return
		}
	}
	b.emit(n)
}

// locker writes the address of the mutex of a sync.Cond, its second field.
func (b *builder) locker(cond operand) operand {
	r := b.newReg()
	b.emit(node{op: opField, dst: []int32{r}, args: []operand{cond}, n: 1})
	return operand{reg: r}
}

// group writes what goes to a group of goroutines, and what is not known.
func (b *builder) group(inv invocation) {
	recv := inv.callee.Signature().Recv()
	switch {
	case effects.IsGo(inv.callee) && len(inv.args) == 2:
		b.emit(node{op: opGroup, args: []operand{inv.args[0], {reg: -1, val: value{kind: integer, n: 1}}}, at: inv.at})
		c := &code{params: 2, regs: 2}
		t := &builder{Program: b.Program, c: c, cur: -1}
		t.emit(node{op: opCall, args: []operand{{reg: 1}}, at: inv.at})
		t.emit(node{op: opGroup, args: []operand{{reg: 0}, {reg: -1, val: value{kind: integer, n: -1}}}, at: inv.at})
		t.emit(node{op: opReturn})
		c.settle()
		c.acts = true
		b.emit(node{op: opGo, fn: c, args: inv.args, at: inv.at})
	case recv != nil && inv.callee.Name() == "Wait" && len(inv.args) == 1 && isGroup(recv.Type()):
		b.emit(node{op: opWait, args: inv.args, at: inv.at})
		b.forget(inv.at, inv.dst)
	default:
		b.unknown(inv)
	}
}

// unknown writes what a function does of which only its effects are known, if
// anything is.
func (b *builder) unknown(inv invocation) {
	sum := b.p.Callee(inv.common)
	if sum == nil {
		args := []operand{{reg: -1}}
		for i, arg := range inv.args {
			if !b.carries(inv.types[i]) {
				arg = operand{reg: -1} // as the address of a counter beside what is used to communicate
			}
			args = append(args, arg)
		}
		b.emit(node{op: opCall, args: args, dst: inv.dst, slow: true, at: inv.at})
		b.failure(inv)
		return
	}
	var lost []operand
	for i, arg := range inv.args {
		if arg.opaque() || !b.carries(inv.types[i]) {
			continue
		}
		_, isFunc := inv.types[i].Underlying().(*types.Signature)
		calls, spawns, other := false, false, false
		for _, op := range sum.Ops {
			switch {
			case op.Param != i:
			case op.Kind == effects.Call && op.Path == "":
				calls = calls || op.Mode != effects.Spawned
				spawns = spawns || op.Mode == effects.Spawned
			default:
				other = true
			}
		}
		if isFunc && !spawns && !other && inv.callee != nil && convention.IsStd(inv.callee.Pkg().Path()) {
			calls = true
		}
		switch {
		case other:
			lost = append(lost, arg)
		case spawns:
			b.emit(node{op: opGo, args: []operand{arg}, at: inv.at})
		case calls:
			b.callback(inv.at, arg, convention.IsStd(inv.callee.Pkg().Path()))
		}
	}
	if len(lost) > 0 {
		b.emit(node{op: opEscape, args: lost, at: inv.at})
	}
	if b.hasPipes() && len(inv.args) > 0 {
		b.emit(node{op: opEscape, n: 1, args: inv.args, at: inv.at})
	}
	if !b.failure(inv) {
		b.forget(inv.at, inv.dst)
	}
}

// callback writes that a function is called: once, or any number of times.
func (b *builder) callback(at ssa.Instruction, fn operand, again bool) {
	if !again {
		b.emit(node{op: opCall, args: []operand{fn}, at: at})
		return
	}
	before := b.emit(node{})
	call := b.emit(node{op: opCall, args: []operand{fn}, at: at})
	after := b.emit(node{})
	b.c.nodes[before].succs = append(b.c.nodes[before].succs, after)
	b.c.nodes[call].succs = append(b.c.nodes[call].succs, call)
}

// sends reports whether all that a function does for others is to send: whoever gets
// it cannot free anybody who waits to send. What ends with a context may be looked at.
func (c *code) sends() bool {
	if c.sending == 0 {
		c.sending = 1 // if it calls itself
		if !c.onlySends() {
			c.sending = 2
		}
	}
	return c.sending == 1
}

func (c *code) onlySends() bool {
	ctx := make(map[int32]bool) // registers that hold the channel of a context
	for _, n := range c.nodes {
		if n.op == opDone {
			ctx[n.dst[0]] = true
		}
	}
	own := c.owned()
	gives := func(args []operand) bool {
		return slices.ContainsFunc(args, func(o operand) bool { return o.reg >= 0 && own[o.reg] })
	}
	return !slices.ContainsFunc(c.nodes, func(n node) bool {
		switch n.op {
		case opRecv:
			return !ctx[n.args[0].reg]
		case opSelect:
			return slices.ContainsFunc(n.cases, func(k commCase) bool { return !k.send && !ctx[k.ch.reg] })
		case opClose, opGroup, opUnlock, opWake, opGo, opDefer, opClosure, opBind, opContext:
			return true
		case opCall:
			// What its own caller gave may be given on.
			return n.fn != nil && !n.fn.sends() || n.fn == nil && gives(n.args[1:])
		case opInvoke, opEscape, opReturn:
			return gives(n.args)
		case opStore:
			return gives(n.args[1:])
		}
		return false
	})
}

// owned returns the registers that may hold what a function captured or made, but for contexts:
// nobody can send or receive by one of these.
func (c *code) owned() []bool {
	own := make([]bool, c.regs)
	free := c.regs
	if c.fn != nil {
		free = c.params + int32(len(c.fn.FreeVars))
	}
	for r := c.params; r < free; r++ {
		own[r] = c.fn == nil || !isContextVar(c.fn.FreeVars[r-c.params].Type())
	}
	for changed := c.fn != nil; changed; {
		changed = false
		for _, n := range c.nodes {
			of := n.args
			switch n.op {
			case opMake, opAlloc, opClosure, opBind:
				of = nil
			case opMove, opLoad, opField, opPart, opWrap, opEnd:
				if !slices.ContainsFunc(of, func(o operand) bool { return o.reg >= 0 && own[o.reg] }) {
					continue
				}
			default:
				continue
			}
			for _, d := range n.dst {
				if d >= 0 && !own[d] {
					own[d], changed = true, true
				}
			}
		}
	}
	return own
}

// isContextVar reports whether a type is that of contexts, or of a variable of one.
func isContextVar(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	return ir.IsContext(t)
}
