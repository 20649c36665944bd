package lifetime

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// errorOf returns the error, perhaps a number, that came with the value as a result of the same call, or as
// another parameter, or nil.
func errorOf(v ssa.Value, at ssa.Instruction) ssa.Value {
	if param, ok := v.(*ssa.Parameter); ok && at == nil {
		for _, p := range param.Parent().Params {
			if ir.IsError(p.Type()) {
				return p
			}
		}
		return nil
	}
	call, ok := definer(at).(*ssa.Call)
	if !ok {
		return nil
	}
	if v != ssa.Value(call) && ir.IsError(call.Type()) {
		return call
	}
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e != v && isFailure(e.Type()) {
			return e
		}
	}
	return nil
}

// noErrors returns the errors that calls have returned and that were found to be nil before
// control comes to an instruction.
func noErrors(at ssa.Instruction) []ssa.Value {
	if at == nil {
		return nil
	}
	var errs []ssa.Value
	for b := range ir.Dominators(at.Block()) {
		if len(b.Preds) != 1 || len(errs) == maxAssumptions {
			continue
		}
		x, nilEdge, ok := ir.NilEdge(b.Preds[0])
		if !ok || nilEdge.To() != b || !ir.IsError(x.Type()) {
			continue
		}
		switch x.(type) {
		case *ssa.Call, *ssa.Extract:
			errs = append(errs, x)
		}
	}
	return errs
}

// impossible reports whether an edge cannot be taken once the value was
// acquired: it is nil there or what came with it, or its error is not.
func (c *checker) impossible(edge ir.Edge, w *place, start *ssa.BasicBlock) bool {
	if br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If); ok && (isBool(true)(br.Cond) && edge.Succ == 1 || isBool(false)(br.Cond) && edge.Succ == 0) {
		return true // what follows if false is left out
	}
	if c.otherFlag(edge, w) {
		return true
	}
	v, nilEdge, ok := ir.NilEdge(edge.From)
	if !ok && c.otherType(edge) {
		return true
	}
	if !ok {
		err, failed := c.errorTest(edge.From)
		return err != nil && edge == failed && c.isErr(err, w, start)
	}
	if c.isErr(v, w, start) {
		return edge != nilEdge
	}
	if edge != nilEdge {
		return false
	}
	if c.mate(v) || c.mates.tracks(v) && c.mates.holds(w.mates, v) {
		return true // what comes with it is nil: there was nothing to acquire
	}
	if c.track.tracks(v) {
		return c.track.holds(w.held, v)
	}
	return slices.ContainsFunc(c.p.Refs(v), func(r effects.Ref) bool {
		return r.Root == c.v && (r.Path == nil || r.Path.String() == c.spec.Part)
	})
}

// otherType reports whether control gets to an edge only where the value, or what one of its
// methods returns, is of another type than the function expects: who acquires a value knows
// what it is.
func (c *checker) otherType(edge ir.Edge) bool {
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok || edge.From.Succs[1] != edge.To() || edge.From.Succs[0] == edge.To() {
		return false
	}
	ext, ok := br.Cond.(*ssa.Extract)
	if !ok {
		return false
	}
	assert, ok := ext.Tuple.(*ssa.TypeAssert)
	if !ok || ext.Index != 1 {
		return false
	}
	of := assert.X
	if call, ok := of.(*ssa.Call); ok && len(ir.Args(&call.Call)) == 1 {
		of = ir.Args(&call.Call)[0]
	}
	return slices.ContainsFunc(c.p.Refs(of), func(r effects.Ref) bool { return r.Root == c.v })
}

// mate reports whether a value is another result of the call that the value is one of.
func (c *checker) mate(v ssa.Value) bool {
	x, ok := v.(*ssa.Extract)
	of, also := c.v.(*ssa.Extract)
	return ok && also && x != of && x.Tuple == of.Tuple && !ir.IsError(x.Type())
}

// nilVariables returns what is compared with nil in fn.
func (c *checker) nilVariables(fn *ssa.Function) []ssa.Value {
	g := c.p.IR.Graph(fn)
	return ir.Once(g, "lifetime.nilVariables", func() []ssa.Value {
		var vars []ssa.Value
		for _, br := range g.Branches() {
			if br.Nil != nil && isVariable(br.Nil) && !ir.IsError(br.Nil.Type()) {
				vars = append(vars, br.Nil)
			}
		}
		return vars
	})
}

// isErr reports whether a value is the error that came with the acquired one.
func (c *checker) isErr(v ssa.Value, w *place, start *ssa.BasicBlock) bool {
	if v == nil {
		return false
	}
	if v == c.err || c.noError(v) || c.errs.tracks(v) && c.errs.holds(w.errs, v) {
		return true
	}
	if made, ok := v.(*ssa.Call); ok && len(made.Call.Args) == 1 && ir.IsError(made.Call.Args[0].Type()) {
		return c.isErr(made.Call.Args[0], w, start) // of nothing but that it makes another one
	}
	// The error variable is captured: its first check is meant.
	load, ok := v.(*ssa.UnOp)
	return ok && c.err != nil && load.Op == token.MUL && load.Block() == start && slices.Contains(c.p.Refs(v), effects.Ref{Root: c.err})
}

// noError reports whether a value is an error that is always nil.
func (c *checker) noError(v ssa.Value) bool { return c.spec.NoError != nil && c.spec.NoError(v) }

// errorTest returns the error that the block's last branch asks for something that only
// an error is: errors.Is and the like, that it is equal to another, or of a type. The edge is
// the one on which it is.
func (c *checker) errorTest(b *ssa.BasicBlock) (err ssa.Value, is ir.Edge) {
	br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, ir.Edge{}
	}
	cond, negated := positive(br.Cond)
	is = ir.Edge{From: b}
	if negated {
		is.Succ = 1
	}
	switch cond := cond.(type) {
	case *ssa.Call:
		args := ir.Args(&cond.Call)
		i := slices.IndexFunc(args, func(arg ssa.Value) bool { return ir.IsError(arg.Type()) })
		if i < 0 {
			break
		}
		if fn := c.p.IR.Static(&cond.Call); fn != nil && i < len(fn.Params) {
			if always, ok := withoutError(fn, fn.Params[i]); ok {
				if always {
					is.Succ = 1 - is.Succ
				}
				return args[i], is
			}
		}
		if callee := ir.Callee(&cond.Call); callee != nil && len(cond.Call.Args) > 0 && cond.Call.Args[0] == args[i] {
			return args[i], is
		}
	case *ssa.Extract:
		if assert, ok := cond.Tuple.(*ssa.TypeAssert); ok && cond.Index == 1 && ir.IsError(assert.X.Type()) {
			return assert.X, is
		}
	case *ssa.BinOp:
		if !isFailure(cond.X.Type()) || cond.Op != token.EQL && cond.Op != token.NEQ {
			break
		}
		if none := isZero(cond.Y); (cond.Op == token.NEQ) != none {
			is.Succ = 1 - is.Succ
		}
		return cond.X, is
	}
	return nil, ir.Edge{}
}

// withoutError returns what a function always says that is asked about an error which is nil; ok is
// false if that is not known.
func withoutError(fn *ssa.Function, err *ssa.Parameter) (always, ok bool) {
	const maxBlocks = 64
	if len(fn.Blocks) == 0 || len(fn.Blocks) > maxBlocks || fn.Signature.Results().Len() != 1 {
		return false, false
	}
	seen := map[*ssa.BasicBlock]bool{fn.Blocks[0]: true}
	var said []ssa.Value
	for work := []*ssa.BasicBlock{fn.Blocks[0]}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			said = append(said, ret.Results[0])
		}
		v, nilEdge, asked := ir.NilEdge(b)
		for i, s := range b.Succs {
			if !seen[s] && (!asked || v != ssa.Value(err) || i == nilEdge.Succ) {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	is := isBool(len(said) > 0 && isBool(true)(said[0]))
	return len(said) > 0 && isBool(true)(said[0]), len(said) > 0 && !slices.ContainsFunc(said, func(v ssa.Value) bool { return !is(v) })
}

// isFailure reports whether values of a type say what went wrong, or that nothing did.
func isFailure(t types.Type) bool { return ir.IsError(t) || ir.IsErrno(t) }

// isZero reports whether a value is the constant 0.
func isZero(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Int && constant.Sign(k.Value) == 0
}

// otherFlag reports whether an edge is taken only if a variable is not what it is.
func (c *checker) otherFlag(edge ir.Edge, w *place) bool {
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	cond, negated := positive(br.Cond)
	is := edge.Succ // 0 where the condition is true
	if negated {
		is = 1 - is
	}
	other := c.flags[1-is]
	return other.tracks(cond) && other.holds(w.flags[1-is], cond)
}

// flagVariables returns the variables of fn on which it branches.
func (c *checker) flagVariables(fn *ssa.Function) []ssa.Value {
	g := c.p.IR.Graph(fn)
	return ir.Once(g, "lifetime.flagVariables", func() []ssa.Value {
		var vars []ssa.Value
		for _, br := range g.Branches() {
			if cond, _ := positive(br.Cond); isVariable(cond) {
				vars = append(vars, cond)
			}
		}
		return vars
	})
}

// errorVariables returns what is asked for an error in fn and may be that of the value.
func (c *checker) errorVariables(fn *ssa.Function) []ssa.Value {
	g := c.p.IR.Graph(fn)
	return ir.Once(g, "lifetime.errorVariables", func() []ssa.Value {
		var vars []ssa.Value
		for _, br := range g.Branches() {
			x := br.Nil
			if x == nil {
				x, _ = c.errorTest(br.Block)
			}
			if x != nil && isVariable(x) && isFailure(x.Type()) {
				vars = append(vars, x)
			}
		}
		return vars
	})
}

// An assumption is a condition that held when the value was acquired.
type assumption struct {
	at   *ssa.BasicBlock
	cond ssa.Value
	succ int
	flag bool // the way from the acquisition back to at sets it to a constant
}

// maxAssumptions bounds the conditions that are remembered: the last ones before the
// acquisition.
const maxAssumptions = 32

// assumptions returns the conditions on the dominating branches.
func assumptions(at ssa.Instruction) []assumption {
	var out []assumption
	for b := range ir.Dominators(at.Block()) {
		if len(b.Preds) != 1 || len(out) == maxAssumptions {
			continue
		}
		pred := b.Preds[0]
		br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if !ok || pred.Succs[0] == pred.Succs[1] {
			continue
		}
		out = append(out, assumption{pred, br.Cond, slices.Index(pred.Succs, b), isFlag(br.Cond, at.Block())})
	}
	return out
}

// isFlag reports whether a condition is a variable that gets a constant on
// every way from the block of the acquisition back to where it is asked.
func isFlag(cond ssa.Value, acquired *ssa.BasicBlock) bool {
	v, _ := positive(cond)
	phi, ok := v.(*ssa.Phi)
	if !ok {
		return false
	}
	set := false
	seen := make(map[*ssa.Phi]bool)
	var walk func(phi *ssa.Phi) bool
	walk = func(phi *ssa.Phi) bool {
		if seen[phi] {
			return true
		}
		seen[phi] = true
		for i, e := range phi.Edges {
			behind := acquired.Dominates(phi.Block().Preds[i])
			switch e := e.(type) {
			case *ssa.Const:
				set = set || behind
			case *ssa.Phi:
				if !walk(e) {
					return false
				}
			default:
				return false // it may be anything
			}
		}
		return true
	}
	return walk(phi) && set
}

// positive returns a condition without a negation in front, and whether there
// was one.
func positive(cond ssa.Value) (v ssa.Value, negated bool) {
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		return not.X, true
	}
	return cond, false
}

func contradicts(assumed []assumption, edge ir.Edge) bool {
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	for _, a := range assumed {
		// Where the condition is asked again, as that of a loop is, it may have
		// changed; if it is a flag that was set beside the acquisition, it has.
		if a.flag {
			va, na := positive(a.cond)
			if v, n := positive(br.Cond); v == va {
				return (edge.Succ == a.succ) == (n == na)
			}
		}
		if a.at == edge.From {
			continue
		}
		if sameCondition(a.cond, br.Cond, 0) {
			return edge.Succ != a.succ
		}
		if opposite(a.cond, br.Cond) {
			return edge.Succ == a.succ
		}
	}
	return false
}

// opposite reports whether two conditions compare the same operands, and one holds where the other does
// not: x == nil and x != nil.
func opposite(a, b ssa.Value) bool {
	x, ok := a.(*ssa.BinOp)
	y, also := b.(*ssa.BinOp)
	if !ok || !also || x.Op != token.EQL && x.Op != token.NEQ || y.Op != token.EQL && y.Op != token.NEQ || x.Op == y.Op {
		return false
	}
	return sameCondition(x.X, y.X, 1) && sameCondition(x.Y, y.Y, 1)
}

// sameCondition reports whether two conditions compare the same operands.
// Variables that are assigned in between are rare enough in conditions that
// guard a resource to be taken as unchanged; calls never are the same.
func sameCondition(a, b ssa.Value, depth int) bool {
	if a == b {
		return !isPhi(a)
	}
	if depth > 4 {
		return false
	}
	switch x := a.(type) {
	case *ssa.Const:
		y, ok := b.(*ssa.Const)
		return ok && x.String() == y.String()
	case *ssa.BinOp:
		y, ok := b.(*ssa.BinOp)
		return ok && x.Op == y.Op && sameCondition(x.X, y.X, depth+1) && sameCondition(x.Y, y.Y, depth+1)
	case *ssa.UnOp:
		y, ok := b.(*ssa.UnOp)
		return ok && x.Op == y.Op && x.Op != token.ARROW && sameCondition(x.X, y.X, depth+1)
	case *ssa.FieldAddr:
		y, ok := b.(*ssa.FieldAddr)
		return ok && x.Field == y.Field && sameCondition(x.X, y.X, depth+1)
	case *ssa.Field:
		y, ok := b.(*ssa.Field)
		return ok && x.Field == y.Field && sameCondition(x.X, y.X, depth+1)
	case *ssa.Call:
		y, ok := b.(*ssa.Call)
		if !ok {
			return false
		}
		bx, okx := x.Call.Value.(*ssa.Builtin)
		by, oky := y.Call.Value.(*ssa.Builtin)
		return okx && oky && bx.Name() == "len" && by.Name() == "len" && sameCondition(x.Call.Args[0], y.Call.Args[0], depth+1)
	}
	return false
}

func isPhi(v ssa.Value) bool {
	_, ok := v.(*ssa.Phi)
	return ok
}
