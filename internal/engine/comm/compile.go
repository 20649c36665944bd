package comm

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Program holds what the functions of a package communicate.
type Program struct {
	p        *effects.Package
	pass     *analysis.Pass
	codes    map[*ssa.Function]*code
	imported map[*types.Func]*code
	carrying map[types.Type]bool
	talking  map[*ssa.Function]bool // see talks; nil if that is not known yet
	spawning map[*code]bool         // see spawns
}

func newProgram(p *effects.Package, pass *analysis.Pass) *Program {
	return &Program{p: p, pass: pass, codes: make(map[*ssa.Function]*code), imported: make(map[*types.Func]*code), carrying: make(map[types.Type]bool), spawning: make(map[*code]bool)}
}

// talks reports whether a function communicates, makes what is used for that, or runs
// functions of the package that do.
func (g *Program) talks(fn *ssa.Function) bool {
	if g.talking == nil {
		g.talking = make(map[*ssa.Function]bool)
		callers := make(map[*ssa.Function][]*ssa.Function)
		var work []*ssa.Function
		for _, fn := range g.p.IR.Funcs {
			if fn.Parent() != nil {
				callers[fn] = append(callers[fn], fn.Parent())
			}
			ends := false
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if call, ok := instr.(ssa.CallInstruction); ok {
						if callee := g.p.IR.Static(call.Common()); callee != nil {
							callers[callee] = append(callers[callee], fn)
						}
					}
					if !g.talking[fn] && g.speaks(instr) {
						g.talking[fn] = true
						work = append(work, fn)
					}
				}
				_, ret := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
				ends = ends || ret
			}
			if !ends && !g.talking[fn] {
				g.talking[fn] = true // it runs for ever
				work = append(work, fn)
			}
		}
		for len(work) > 0 {
			fn := work[len(work)-1]
			work = work[:len(work)-1]
			for _, caller := range callers[fn] {
				if !g.talking[caller] {
					g.talking[caller] = true
					work = append(work, caller)
				}
			}
		}
	}
	return g.talking[fn]
}

// speaks reports whether an instruction communicates or makes what is used for that.
func (g *Program) speaks(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Send, *ssa.Select, *ssa.MakeChan, *ssa.Go:
		return true
	case *ssa.UnOp:
		return instr.Op == token.ARROW
	case *ssa.Alloc:
		elem := instr.Type().(*types.Pointer).Elem()
		_, isStruct := elem.Underlying().(*types.Struct)
		return isStruct && instr.Heap && g.carries(instr.Parent().Signature.Results())
	case ssa.CallInstruction:
		common := instr.Common()
		if built, ok := common.Value.(*ssa.Builtin); ok {
			return built.Name() == "close"
		}
		callee := ir.Callee(common)
		if callee == nil || callee.Pkg() == nil {
			return false
		}
		switch callee.Pkg().Path() {
		case "sync", "context":
			return true
		}
		return effects.IsGo(callee) || callee.Pkg() != g.p.IR.Pass.Pkg && !convention.IsStd(callee.Pkg().Path()) && !common.IsInvoke() && g.foreign(callee) != nil
	}
	return false
}

// code returns what fn communicates.
func (g *Program) code(fn *ssa.Function) *code {
	if c, ok := g.codes[fn]; ok {
		return c
	}
	c := &code{fn: fn, params: int32(len(fn.Params)), acts: true}
	g.codes[fn] = c
	b := &builder{Program: g, c: c, regs: make(map[ssa.Value]int32), tuples: make(map[ssa.Value][]int32), conds: make(map[ssa.Value]bool), cur: -1}
	b.function(fn)
	c.settle()
	c.acts = c.doesAct()
	return c
}

// doesAct reports whether a call of the function makes a difference to anybody.
func (c *code) doesAct() bool {
	return slices.ContainsFunc(c.nodes, func(n node) bool {
		switch n.op {
		case opNop, opMove, opField, opLoad, opPart, opAdd, opIf, opNil, opCompare, opReturn, opRunDefers, opErr, opDone:
			return false
		case opAlloc:
			return false // unless it is returned or stored, see below
		case opCall, opDefer:
			return n.fn == nil || n.fn.acts
		}
		return true
	}) || slices.ContainsFunc(c.nodes, func(n node) bool {
		return n.op == opReturn && slices.ContainsFunc(n.args, func(o operand) bool { return o.reg >= c.params || o.reg < 0 && o.val.kind > bound })
	})
}

// carries reports whether a value of type t may lead to something that is used to
// communicate.
func (g *Program) carries(t types.Type) bool {
	if c, ok := g.carrying[t]; ok {
		return c
	}
	g.carrying[t] = false // for types that lead back to themselves
	c := g.leads(t)
	g.carrying[t] = c
	return c
}

func (g *Program) leads(t types.Type) bool {
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if pkg := u.Obj().Pkg(); pkg == nil {
			return false // error
		} else if pkg.Path() == "sync" || pkg.Path() == "context" {
			return true
		}
		if isGroup(u) {
			return true
		}
	case *types.TypeParam:
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Tuple:
		for v := range u.Variables() {
			if g.carries(v.Type()) {
				return true
			}
		}
	case *types.Chan, *types.Signature, *types.Interface:
		return true
	case *types.Pointer:
		return g.carries(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if g.carries(f.Type()) {
				return true
			}
		}
	}
	return false
}

// isGroup reports whether a type starts goroutines by a method Go, and waits for
// them.
func isGroup(t types.Type) bool {
	for _, name := range []string{"Go", "Wait"} {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		fn, ok := obj.(*types.Func)
		if !ok || name == "Go" && !effects.IsGo(fn) || name == "Wait" && fn.Signature().Params().Len() != 0 {
			return false
		}
	}
	return true
}

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
		case *ssa.Phi:
			for _, e := range v.Edges {
				mark(e)
			}
		}
	}
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
		if d := b.dst(i); d != nil {
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
			b.emit(node{op: opRecv, dst: d, args: []operand{b.source(i.X)}, ticks: b.ticks(i.X), at: i})
			if i.CommaOk {
				b.c.nodes[b.cur].n = b.staysOpen(i.X)
			}
		case i.Op == token.MUL && b.dst(i) != nil:
			b.emit(node{op: opLoad, dst: b.dst(i), args: []operand{b.operand(i.X)}, class: classOf(i.Type()), at: i})
		}
	case *ssa.Store:
		addr := b.operand(i.Addr)
		if addr.reg < 0 {
			b.escape(i, i.Val)
			return
		}
		b.emit(node{op: opStore, args: []operand{addr, b.operand(i.Val)}, at: i})
	case *ssa.MapUpdate:
		b.escape(i, i.Key, i.Value)
	case *ssa.Send:
		b.emit(node{op: opSend, args: []operand{b.operand(i.Chan), b.operand(i.X)}, at: i})
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
			args = append(args, b.operand(v))
		}
		b.emit(node{op: opClosure, dst: b.dst(i), fn: b.code(i.Fn.(*ssa.Function)), args: args, at: i})
	case *ssa.ChangeType:
		b.move(i, i.X)
	case *ssa.MakeInterface:
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
		b.emit(node{op: opMove, dst: d, args: []operand{b.operand(from)}})
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
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		if _, field := load.X.(*ssa.FieldAddr); field && !b.p.Opens(ch) {
			return operand{reg: -1, val: value{kind: null}}
		}
	}
	return b.operand(ch)
}

// staysOpen returns 1 if others than those that the machine runs do not close a
// channel: it is in fields of this package only, and nobody closes it there.
func (b *builder) staysOpen(ch ssa.Value) int32 {
	fields := make(map[*types.Var]bool)
	own := func(path *effects.Path) bool {
		f := path.Container().Field()
		if f == nil || f.Pkg() != b.p.IR.Pass.Pkg || f.Exported() {
			return false
		}
		fields[f.Origin()] = true
		return true
	}
	lost := func(e *effects.Event) bool {
		switch {
		case e.Kind == effects.Store && e.Holder == "":
			if to := e.To.Path.Container().Field(); to != nil || !effects.Fresh(e.To.Root) {
				return !own(e.To.Path)
			}
			return false
		case e.Kind == effects.Return:
			return false // the caller is given it to receive, or runs in the machine
		}
		return e.Kind == effects.Store || (e.Kind == effects.Escape || e.Kind == effects.Send) && !e.Via
	}
	shut := func(events []*effects.Event) bool {
		return slices.ContainsFunc(events, func(e *effects.Event) bool {
			through := e.Ref.Path.IsElem() && isChan(e.Ref) // what goes through the channel
			return !through && (e.Kind == effects.Close || lost(e))
		})
	}
	for _, r := range b.p.Refs(ch) {
		switch root := r.Root.(type) {
		case *ssa.MakeChan:
			// The machine knows who closes it here.
			if slices.ContainsFunc(b.p.Of(root), func(e *effects.Event) bool { return e.Ref.Path == nil && lost(e) }) {
				return 0
			}
		case *ssa.Alloc:
			if r.Path != nil && !own(r.Path) {
				return 0
			}
		default:
			if !own(r.Path) {
				return 0
			}
		}
	}
	for f := range fields {
		if shut(b.p.OfField(f)) {
			return 0
		}
		for _, e := range b.p.StoredIn(f) {
			if made, ok := e.Ref.Root.(*ssa.MakeChan); ok {
				if slices.ContainsFunc(b.p.Of(made), func(e *effects.Event) bool {
					return e.Ref.Path == nil && (e.Kind == effects.Close || lost(e))
				}) {
					return 0
				}
			} else if _, param := e.Ref.Root.(*ssa.Parameter); param || !effects.Fresh(e.Ref.Root) {
				return 0
			}
		}
	}
	if len(fields) == 0 {
		return 0
	}
	return 1
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

// ticks reports whether a channel is that of a ticker.
func (b *builder) ticks(v ssa.Value) bool {
	if !convention.IsTime(ir.Received(v)) {
		return false
	}
	refs := b.p.Refs(v)
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		if !b.p.OfTimer(r) {
			return true
		}
		if call, ok := r.Root.(*ssa.Call); ok && r.Path == nil {
			return ir.Callee(&call.Call).Name() == "After"
		}
		n := ir.Named(r.Path.Parent().Type(r.Root.Type()))
		return n != nil && n.Obj().Name() == "Timer"
	})
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

// choice writes a select statement.
func (b *builder) choice(sel *ssa.Select) {
	t := b.tuples[sel]
	n := node{op: opSelect, dst: slices.Clone(t), block: sel.Blocking, at: sel}
	k := 2
	for _, state := range sel.States {
		c := commCase{dst: -1, val: operand{reg: -1}}
		if state.Send != nil {
			c.send, c.ch, c.val = true, b.operand(state.Chan), b.operand(state.Send)
		} else {
			c.ch = b.source(state.Chan)
			c.dst = t[k]
			k++
			n.ticks = n.ticks || b.ticks(state.Chan)
		}
		n.cases = append(n.cases, c)
	}
	b.emit(n)
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
		if (counts(v.X) || counts(v.Y)) && b.leaves(i.Block()) || l.constant() && b.isBound(v.Y) {
			n.n = 1
			l, r = b.limit(v.X, l), b.limit(v.Y, r)
		}
		if l.reg >= 0 || r.reg >= 0 || l.constant() && r.constant() {
			n.args = []operand{l, r}
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
	if o := b.operand(cond); o.reg >= 0 || o.val.kind == integer {
		b.branch(i.Block(), node{op: opIf, args: []operand{o}, at: i}, not)
		return
	}
	b.branch(i.Block(), node{op: opNop}, false)
}

// counts reports whether a number is one that a loop counts with.
func counts(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Phi:
		return true
	case *ssa.BinOp:
		_, ok := v.Y.(*ssa.Const)
		return ok && (v.Op == token.ADD || v.Op == token.SUB) && counts(v.X)
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
