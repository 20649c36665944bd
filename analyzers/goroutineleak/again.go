package goroutineleak

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A goroutine without an end is a leak only if it is started again and again. That
// others may call what starts it shows that only if each call has reason to.

// again returns what is needed of a goroutine that has no end, and the instruction by
// which it is started, as needed: there have to be many of what it is started once for.
func (c *checker) again(start, by ssa.Instruction, needs evidence.Needs) (ssa.Instruction, evidence.Needs) {
	if by == nil {
		by = start
	}
	for _, at := range []ssa.Instruction{start, by} {
		if v, at := c.onceFor(at); v != nil {
			by, needs.Many, needs.Strict = at, []ssa.Value{v}, true
			break
		}
	}
	if c.makes(start) || !c.hasEnd(start) && !c.given(by) || c.ofSignals(start) {
		needs.Proof = true
	}
	return by, needs
}

// given reports whether a goroutine works with what the function that starts it was given,
// other than its receiver: a second one that has the same as the first does the same.
func (c *checker) given(start ssa.Instruction) bool {
	call, ok := start.(ssa.CallInstruction)
	if !ok {
		return true
	}
	vals := slices.Clone(ir.Args(call.Common()))
	if mc, ok := call.Common().Value.(*ssa.MakeClosure); ok {
		vals = append(vals, mc.Bindings...)
	}
	for i := 0; i < len(vals); i++ {
		if mc, ok := vals[i].(*ssa.MakeClosure); ok {
			vals = append(vals, mc.Bindings...)
			continue
		}
		if c.fromParam(vals[i], make(map[ssa.Value]bool)) {
			return true
		}
	}
	return false
}

// fromParam reports whether a value is computed of a parameter that is no receiver.
func (c *checker) fromParam(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Parameter:
		return v.Parent().Signature.Recv() == nil || v != v.Parent().Params[0]
	case *ssa.Alloc:
		for _, use := range *v.Referrers() {
			if st, ok := use.(*ssa.Store); ok && st.Addr == v && c.fromParam(st.Val, seen) {
				return true
			}
			if part, ok := use.(*ssa.FieldAddr); ok && slices.ContainsFunc(*part.Referrers(), func(use ssa.Instruction) bool {
				st, ok := use.(*ssa.Store)
				return ok && st.Addr == part && c.fromParam(st.Val, seen)
			}) {
				return true
			}
		}
		return false
	case *ssa.FreeVar:
		return slices.ContainsFunc(c.Literal(v.Parent()), func(made ssa.Value) bool {
			mc, ok := made.(*ssa.MakeClosure)
			return ok && c.fromParam(mc.Bindings[slices.Index(v.Parent().FreeVars, v)], seen)
		})
	}
	instr, ok := v.(ssa.Instruction)
	if !ok {
		return false
	}
	return slices.ContainsFunc(instr.Operands(nil), func(op *ssa.Value) bool { return *op != nil && c.fromParam(*op, seen) })
}

// ofSignals reports whether a goroutine waits for signals, which a process gets as a whole.
func (c *checker) ofSignals(start ssa.Instruction) bool {
	call, ok := start.(ssa.CallInstruction)
	if !ok {
		return false
	}
	body := c.IR.Static(call.Common())
	return body != nil && slices.ContainsFunc(body.Blocks, func(b *ssa.BasicBlock) bool {
		return slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool {
			return slices.ContainsFunc(ir.Comms(instr), func(comm ir.Comm) bool {
				ch, ok := comm.Chan.Type().Underlying().(*types.Chan)
				return ok && comm.Recv && ch.Elem().String() == "os.Signal"
			})
		})
	})
}

// onceFor returns what an instruction runs once for each of, and where: the key that was
// not found in a map, or the object of which a sync.Once is a part.
func (c *checker) onceFor(instr ssa.Instruction) (ssa.Value, ssa.Instruction) {
	if do := c.onceBody(instr.Parent()); do != nil {
		if part, ok := do.Call.Args[0].(*ssa.FieldAddr); ok {
			return part.X, do
		}
	}
	for b := range ir.Dominators(instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		if key := absent(b.Preds[0], b); key != nil {
			return key, instr
		}
	}
	return nil, nil
}

// onceBody returns the call by which a sync.Once runs a function that nothing else runs, or
// nil.
func (c *checker) onceBody(fn *ssa.Function) *ssa.Call {
	var vals []ssa.Value
	if fn.Parent() != nil {
		vals = c.Literal(fn)
	} else {
		for _, use := range c.Uses(fn) {
			mc, ok := use.(*ssa.MakeClosure)
			if !ok {
				return nil
			}
			vals = append(vals, mc)
		}
	}
	if len(vals) != 1 || vals[0].Referrers() == nil || len(*vals[0].Referrers()) != 1 {
		return nil
	}
	call, ok := (*vals[0].Referrers())[0].(*ssa.Call)
	if !ok || ir.Callee(&call.Call) == nil || ir.Callee(&call.Call).FullName() != "(*sync.Once).Do" {
		return nil
	}
	return call
}

// absent returns the key that a map does not have where control goes from one block to
// another, or nil.
func absent(from, to *ssa.BasicBlock) ssa.Value {
	br, ok := from.Instrs[len(from.Instrs)-1].(*ssa.If)
	if !ok {
		return nil
	}
	cond, missing := br.Cond, 1
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		cond, missing = not.X, 0
	}
	if ext, ok := cond.(*ssa.Extract); ok {
		if look, ok := ext.Tuple.(*ssa.Lookup); ok && ext.Index == 1 && from.Succs[missing] == to {
			return look.Index
		}
		return nil
	}
	if v, isNil, ok := ir.NilEdge(from); ok && isNil.To() == to {
		if look, ok := v.(*ssa.Lookup); ok && !look.CommaOk {
			return look.Index
		}
	}
	return nil
}
