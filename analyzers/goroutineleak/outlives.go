package goroutineleak

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A goroutine that only waits for the end of something ends with that. Those that are started
// for one thing after the other, and wait for the end of what was there before, pile up.

// outlives reports a goroutine that waits for nothing but the end of a context, or of what the
// function that starts it looks at as well, if that outlives what it is started for.
func (c *checker) outlives(start *ssa.Go) {
	body := c.IR.Static(&start.Call)
	if body == nil || len(body.Blocks) == 0 || c.told[start] {
		return
	}
	var of []effects.Ref
	var at ssa.Instruction
	var waits []ssa.Instruction
	for _, b := range body.Blocks {
		for _, instr := range b.Instrs {
			refs := c.endsOf(start, body, instr)
			if len(refs) == 0 {
				continue
			}
			for _, r := range refs {
				if len(of) > 0 && of[0].Root != r.Root {
					return // one of them may end first
				}
				of = append(of, r)
			}
			if at == nil {
				at = instr
			}
			waits = append(waits, instr)
		}
	}
	if at == nil || exitWithout(body, nil, true) == nil || exitWithout(body, waits, true) != nil {
		return
	}
	leak := c.found("never-ends", start, "goroutine outlives what it is started for: it waits for what was there before")
	leak.note(c, at, "waits here")
	c.add(start, leak, evidence.Needs{Again: true, Proof: true, Of: of})
}

// endsOf returns the contexts and channels of which a goroutine waits for the end at an
// instruction, in terms of the function that starts it; none if something else may let it go on.
func (c *checker) endsOf(start *ssa.Go, body *ssa.Function, instr ssa.Instruction) (of []effects.Ref) {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op != token.ARROW || instr.CommaOk {
			return nil
		}
	case *ssa.Select:
		if !instr.Blocking {
			return nil
		}
	default:
		return nil
	}
	for _, comm := range ir.Comms(instr) {
		if !comm.Recv {
			return nil
		}
		v := comm.Chan
		if call, ok := v.(*ssa.Call); ok {
			if v = effects.EndOf(&call.Call); v == nil {
				return nil
			}
		} else if !isToken(v) || !c.looksAt(start.Parent(), v) {
			return nil
		}
		refs := c.Refs(v)
		if len(refs) == 0 {
			return nil
		}
		for _, r := range refs {
			if isVariable(r.Root) {
				continue // it holds the other one
			}
			param, ok := r.Root.(*ssa.Parameter)
			if !ok || param.Parent() != body {
				of = append(of, r)
				continue
			}
			of = append(of, c.Refs(ir.Args(&start.Call)[slices.Index(body.Params, param)])...)
		}
	}
	return of
}

// looksAt reports whether a function leaves by a case of a select statement that receives
// from a channel.
func (c *checker) looksAt(fn *ssa.Function, ch ssa.Value) bool {
	refs := c.Refs(ch)
	return slices.ContainsFunc(c.waits[fn], func(sel *ssa.Select) bool {
		return slices.ContainsFunc(c.alternatives(sel, -1), func(i int) bool {
			return slices.ContainsFunc(c.Refs(sel.States[i].Chan), func(r effects.Ref) bool { return slices.Contains(refs, r) })
		})
	})
}

// isVariable reports whether a root is a variable of something else than a struct.
func isVariable(root ssa.Value) bool {
	cell, ok := root.(*ssa.Alloc)
	if !ok {
		return false
	}
	_, isStruct := ir.Under(cell.Type().(*types.Pointer).Elem()).(*types.Struct)
	return !isStruct
}
