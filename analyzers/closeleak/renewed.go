package closeleak

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

// A method gives a field of its object a new value. Is the one that was there before lost? It is if
// only the end of the object gives back what is in the field, and there was one: the method, or who
// calls it, has used it on the way; or uses it where an amount that the object counts, as bytes or
// time, does not ask for a new one; or comes by again in a loop. A method that is called once, and
// one that looks first whether there is something, are no evidence of that.

// maxUses bounds what is done with a field of which something is said.
const maxUses = 256

// A renewal is a field that gets a new value.
type renewal struct {
	*acquisition
	field *types.Var
	set   ssa.Instruction // what puts the value there
	asked map[*ssa.Function]bool
}

// again reports a value that is acquired for a field of an object that has one already.
func (c *checker) again(a *acquisition, field *types.Var, at *effects.Event) {
	fn := a.call.Parent()
	recv, ok := at.To.Root.(*ssa.Parameter)
	if !ok || recv.Parent() != fn || at.Instr.Parent() != fn || c.Guarded(a.call) {
		return
	}
	r := &renewal{a, field, at.Instr, make(map[*ssa.Function]bool)}
	if len(c.StoredIn(field)) > maxUses || len(c.OfField(field)) > maxUses || !c.endsWithObject(r) {
		return
	}
	c.renews(r, recv, at.Instr, 0)
}

// endsWithObject reports whether nothing but the end of an object gives back what is in a field, and
// nobody else gets hold of that.
func (c *checker) endsWithObject(r *renewal) bool {
	return !slices.ContainsFunc(c.OfField(r.field), func(e *effects.Event) bool {
		paid := r.PaidBy(e)
		if e.Via || !paid && !lifetime.HandsOn(e) || c.HelpsTests(e.Func()) || c.ofNew(r, e) {
			return false
		}
		if !paid {
			return !(e.Kind == effects.Store && e.To.Path.Field() == r.field) && !(e.Kind == effects.Escape && c.powerless(e))
		}
		switch e.Ref.Root.(type) {
		case *ssa.Parameter, *ssa.Global, *ssa.FreeVar:
			return !c.InTeardown(ir.Outermost(e.Func()))
		}
		return false // the end of the object itself, for who has it
	})
}

// ofNew reports whether an event is about the new value, and not the one before.
func (c *checker) ofNew(r *renewal, e *effects.Event) bool {
	if e.Func() != r.set.Parent() || e.Mode != effects.Now || e.Instr == r.set || !lifetime.Before(r.set, e.Instr) {
		return false
	}
	var operands [16]*ssa.Value
	for _, op := range e.Instr.Operands(operands[:0]) {
		if *op == nil || !slices.Contains(c.Refs(*op), e.Ref) {
			continue
		}
		if load, ok := ir.Unwrap(*op).(*ssa.UnOp); !ok || !lifetime.Before(r.set, load) {
			return false
		}
	}
	return true
}

// renews reports the leak if an object has a value where an instruction puts a new one into it. If that
// does not show there, it asks who calls the function.
func (c *checker) renews(r *renewal, object ssa.Value, at ssa.Instruction, depth int) bool {
	fn := ir.Outermost(at.Parent())
	if r.asked[fn] || c.HelpsTests(fn) {
		return false
	}
	r.asked[fn] = true
	if slices.ContainsFunc(c.In(fn), func(e *effects.Event) bool {
		return e.Ref.Path.Field() == r.field && r.PaidBy(e) && !c.ofNew(r, e)
	}) {
		return false
	}
	v := &visit{checker: c, renewal: r, object: object, at: at, before: around(at.Block().Preds, func(b *ssa.BasicBlock) []*ssa.BasicBlock { return b.Preds })}
	if v.empty() {
		return false
	}
	if used := v.used(); used != nil {
		c.renewed(r, used, at)
		return true
	}
	if !v.sure() {
		return false
	}
	if used := v.outgrown(); used != nil {
		c.renewed(r, used, at)
		return true
	}
	if v.loops() {
		c.renewed(r, nil, at)
		return true
	}
	param, ok := object.(*ssa.Parameter)
	if !ok || param.Parent() != fn || depth == maxGiven {
		return false
	}
	index := slices.Index(fn.Params, param)
	for _, use := range c.Uses(fn) {
		call, ok := use.(*ssa.Call)
		if !ok || c.IR.Static(&call.Call) != fn {
			continue
		}
		for _, ref := range c.Refs(ir.Args(&call.Call)[index]) {
			if c.renews(r, ref.Root, call, depth+1) {
				return true
			}
		}
	}
	return false
}

// renewed adds the leak: a value is in use at one place, or none is known, and another one is put in
// its place at another.
func (c *checker) renewed(r *renewal, used, at ssa.Instruction) {
	leak := account.Found(c.Package, r.call, "overwritten", r.noun()+" overwrites another in field "+r.field.Name()+" that is not "+r.released())
	leak.HeldBy = r.heldBy()
	if used != nil {
		account.Note(c.Package, leak, used, "the old one is in use here")
	}
	switch {
	case at != r.set:
		account.Note(c.Package, leak, at, "and overwritten by this call")
	case used == nil:
		account.Note(c.Package, leak, at, "and this one by that of the next iteration")
	}
	c.add(r.call, leak, account.Owes)
}

// A visit looks at one function in which an object gets the value.
type visit struct {
	*checker
	*renewal
	object ssa.Value
	at     ssa.Instruction          // what puts it there, or calls what does
	before map[*ssa.BasicBlock]bool // from which control may come there
}

// uses calls do with the places at which the function does something with what is in the field, until
// that returns true.
func (v *visit) uses(do func(use ssa.Instruction) bool) {
	for _, e := range v.In(ir.Outermost(v.at.Parent())) {
		if e.Kind != effects.Method && e.Kind != effects.Arg || e.Via || e.Mode != effects.Now || e.Func() != v.at.Parent() || e.Instr == v.at {
			continue
		}
		if e.Ref.Root == v.object && e.Ref.Path.Field() == v.field && !e.Ref.Path.IsElem() && do(e.Instr) {
			return
		}
	}
}

// used returns where the old value is used on a way to where it is overwritten, or nil. Where it is
// asked how it is, it may have come to its end by itself.
func (v *visit) used() (used ssa.Instruction) {
	isAsked := false
	v.uses(func(use ssa.Instruction) bool {
		call, ok := use.(*ssa.Call)
		if !ok {
			return false
		}
		isAsked = v.asks(call)
		if used == nil && !v.tellsEnd(call) && v.leads(call) {
			used = call
		}
		return isAsked
	})
	if isAsked {
		return nil
	}
	return used
}

// leads reports whether control may come from an instruction to where the value is put into the field.
func (v *visit) leads(from ssa.Instruction) bool {
	return v.before[from.Block()] || from.Block() == v.at.Block() && lifetime.Before(from, v.at)
}

// around returns the blocks to which the edges lead that next follows.
func around(from []*ssa.BasicBlock, next func(*ssa.BasicBlock) []*ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	seen := make(map[*ssa.BasicBlock]bool)
	work := slices.Clone(from)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !seen[b] {
			seen[b] = true
			work = append(work, next(b)...)
		}
	}
	return seen
}

// asks reports whether control comes to where the value is overwritten because of what a call says that
// is no error.
func (v *visit) asks(call *ssa.Call) bool {
	if ir.IsError(call.Type()) {
		return false
	}
	for b := range ir.Dominators(v.at.Block()) {
		for _, pred := range b.Preds {
			if br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If); ok && isOf(br.Cond, call, 0) {
				return true
			}
		}
	}
	return false
}

// isOf reports whether a condition is made of what a call returns, but for an error.
func isOf(cond ssa.Value, call *ssa.Call, depth int) bool {
	const deep = 4
	if cond == ssa.Value(call) {
		return true
	}
	in, ok := cond.(ssa.Instruction)
	if !ok || depth == deep || ir.IsError(cond.Type()) {
		return false
	}
	var operands [8]*ssa.Value
	return slices.ContainsFunc(in.Operands(operands[:0]), func(op *ssa.Value) bool { return *op != nil && isOf(*op, call, depth+1) })
}

// tellsEnd reports whether the function asks which error a call has returned: the value may have come
// to its end.
func (v *visit) tellsEnd(call *ssa.Call) bool {
	errs := []ssa.Value{call}
	if !ir.IsError(call.Type()) {
		errs = nil
		for _, ref := range *call.Referrers() {
			if ext, ok := ref.(*ssa.Extract); ok && ir.IsError(ext.Type()) {
				errs = append(errs, ext)
			}
		}
	}
	return slices.ContainsFunc(errs, tells)
}

// empty reports whether control comes to where the value is put into the field only where there is none.
func (v *visit) empty() bool {
	for b := range ir.Dominators(v.at.Block()) {
		if len(b.Preds) > 0 && !slices.ContainsFunc(b.Preds, func(pred *ssa.BasicBlock) bool { return v.guard(pred, b) != isEmpty }) {
			return true
		}
	}
	return false
}

// A guard is what the condition of a branch says of a field.
type guard uint8

const (
	noGuard  guard = iota // nothing
	isEmpty               // there is nothing in it
	isAmount              // the object has counted to some amount
	isState               // perhaps that there is nothing in it
)

// sure reports whether no condition on the way may say that there is nothing in the field. Of several, of
// which one is enough, all may.
func (v *visit) sure() bool {
	for b := range ir.Dominators(v.at.Block()) {
		if len(b.Preds) > 0 && !slices.ContainsFunc(b.Preds, func(pred *ssa.BasicBlock) bool {
			g := v.guard(pred, b)
			return g != isState && g != isEmpty
		}) {
			return false
		}
	}
	return true
}

// outgrown returns where the old value is used if an amount that the object counts does not ask for a
// new one, or nil.
func (v *visit) outgrown() (used ssa.Instruction) {
	for b := range ir.Dominators(v.at.Block()) {
		for _, pred := range b.Preds {
			if v.guard(pred, b) != isAmount {
				continue
			}
			other := pred.Succs[0]
			if other == b {
				other = pred.Succs[1]
			}
			enough := around([]*ssa.BasicBlock{other}, func(b *ssa.BasicBlock) []*ssa.BasicBlock {
				return slices.DeleteFunc(slices.Clone(b.Succs), func(s *ssa.BasicBlock) bool { return s == v.at.Block() })
			})
			v.uses(func(use ssa.Instruction) bool {
				if enough[use.Block()] {
					used = use
				}
				return used != nil
			})
			return used
		}
	}
	return nil
}

// guard returns what an edge says of the field.
func (v *visit) guard(from, to *ssa.BasicBlock) guard {
	br, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return noGuard
	}
	if x, nilEdge, ok := ir.NilEdge(from); ok {
		switch {
		case ir.IsError(x.Type()):
			return noGuard
		case v.isField(x):
			if nilEdge.To() == to {
				return isEmpty
			}
			return noGuard
		case isParameter(x):
			return noGuard
		}
		return isState
	}
	if v.isSetting(br.Cond, 0) {
		return noGuard
	}
	cond := br.Cond
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		cond = not.X
	}
	switch x := cond.(type) {
	case *ssa.Extract:
		switch of := x.Tuple.(type) {
		case *ssa.Next:
			return noGuard
		case *ssa.UnOp:
			if of.Op == token.ARROW {
				return noGuard
			}
		}
	case *ssa.Call:
		if callee := ir.Callee(&x.Call); callee != nil && (callee.FullName() == "(time.Time).After" || callee.FullName() == "(time.Time).Before") && v.counted(x, 0) {
			return isAmount
		}
	case *ssa.BinOp:
		return v.compared(x, from)
	}
	return isState
}

// compared returns what a comparison says of the field.
func (v *visit) compared(x *ssa.BinOp, at *ssa.BasicBlock) guard {
	switch x.Op {
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		if !v.counted(x, 0) {
			return noGuard
		}
		if isSmall(x.X) || isSmall(x.Y) || leavesLoop(v.IR.Graph(at.Parent()).Innermost(at), at) {
			return isState
		}
		return isAmount
	case token.EQL, token.NEQ:
		if sel, ok := x.X.(*ssa.Extract); ok {
			if _, ok := sel.Tuple.(*ssa.Select); ok {
				return noGuard
			}
		}
	}
	return isState
}

// leavesLoop reports whether control leaves a loop by one of the edges of a block.
func leavesLoop(l *ir.Loop, b *ssa.BasicBlock) bool {
	return l != nil && slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return !l.Contains(s) })
}

func isParameter(v ssa.Value) bool {
	_, ok := v.(*ssa.Parameter)
	return ok
}

// isSetting reports whether a value is made only of what the function is told, of texts, and of what is in
// fields that nobody sets in an object which is in use: it chooses how to get a new value.
func (v *visit) isSetting(x ssa.Value, depth int) bool {
	const deep = 5
	switch x := x.(type) {
	case *ssa.Const, *ssa.Parameter:
		return true
	case *ssa.BinOp:
		return depth < deep && !isNoText(x.X) && !isNoText(x.Y) && v.isSetting(x.X, depth+1) && v.isSetting(x.Y, depth+1)
	case *ssa.UnOp:
		if addr, ok := x.X.(*ssa.FieldAddr); ok && x.Op == token.MUL {
			f := fieldAt(addr)
			basic, ok := x.Type().Underlying().(*types.Basic)
			return ok && basic.Info()&types.IsString != 0 || f != nil && f.Pkg() == v.IR.Pass.Pkg && !v.changing()[f]
		}
		return x.Op == token.NOT && depth < deep && v.isSetting(x.X, depth+1)
	}
	return false
}

// isNoText reports whether a value is the empty text: what has none may have nothing else yet.
func isNoText(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.String && constant.StringVal(k.Value) == ""
}

// changing returns the fields that functions set in objects that they have not made, or give the address
// of to others.
func (c *checker) changing() map[*types.Var]bool {
	if c.changes != nil {
		return c.changes
	}
	c.changes = make(map[*types.Var]bool)
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				addr, ok := instr.(*ssa.FieldAddr)
				if !ok || effects.Fresh(addr.X) {
					continue
				}
				if slices.ContainsFunc(*addr.Referrers(), func(ref ssa.Instruction) bool {
					load, ok := ref.(*ssa.UnOp)
					return !ok || load.Op != token.MUL
				}) {
					c.changes[fieldAt(addr)] = true
				}
			}
		}
	}
	return c.changes
}

// isSmall reports whether a value is a constant that stands for that there is nothing: one, zero or less.
func isSmall(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && (k.Value.Kind() == constant.Int || k.Value.Kind() == constant.Float) && constant.Compare(k.Value, token.LEQ, constant.MakeInt64(1))
}

// isField reports whether a value is what the field holds.
func (v *visit) isField(x ssa.Value) bool {
	load, ok := x.(*ssa.UnOp)
	if !ok {
		return false
	}
	addr, ok := load.X.(*ssa.FieldAddr)
	return ok && fieldAt(addr) == v.field
}

// counted reports whether a value is made of what a field of the object holds.
func (v *visit) counted(x ssa.Value, depth int) bool {
	const deep = 5
	if addr, ok := x.(*ssa.FieldAddr); ok {
		return slices.ContainsFunc(v.Refs(addr.X), func(r effects.Ref) bool { return r.Root == v.object })
	}
	in, ok := x.(ssa.Instruction)
	if !ok || depth == deep {
		return false
	}
	var operands [8]*ssa.Value
	return slices.ContainsFunc(in.Operands(operands[:0]), func(op *ssa.Value) bool { return *op != nil && v.counted(*op, depth+1) })
}

// loops reports whether control comes again to where the value is put into the same object, and not only
// where the attempt to get one has failed.
func (v *visit) loops() bool {
	l := v.IR.Graph(v.at.Parent()).Innermost(v.at.Block())
	if l == nil {
		return false
	}
	if in, ok := v.object.(ssa.Instruction); ok && (in.Parent() != v.at.Parent() || l.Contains(in.Block())) {
		return false
	}
	try := v.call
	if call, ok := v.at.(*ssa.Call); ok {
		try = call
	}
	seen := make(map[*ssa.BasicBlock]bool)
	work := []*ssa.BasicBlock{v.at.Block()}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		err, nilEdge, ok := ir.NilEdge(b)
		for i, s := range b.Succs {
			if ok && i != nilEdge.Succ && definer(err) == ssa.Value(try) || !l.Contains(s) {
				continue
			}
			if s == v.at.Block() {
				return true
			}
			if !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return false
}
