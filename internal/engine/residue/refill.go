package residue

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// fed reports whether a slice that is a heap gets elements at other places than it loses
// them: one that is filled once, or from itself, goes when that is done.
func (p *Package) fed(c *Cut) bool {
	if c.named == nil {
		return true
	}
	for _, fn := range p.IR.Funcs {
		if p.HelpsTests(fn) {
			continue
		}
		pushes, pops := false, false
		instructions(fn, func(instr ssa.Instruction) {
			call, ok := instr.(*ssa.Call)
			if !ok {
				return
			}
			callee := ir.Callee(&call.Call)
			if callee == nil || callee.Signature().Recv() != nil || callee.Pkg() == nil || len(call.Call.Args) == 0 || callee.Pkg() == p.IR.Pass.Pkg || ir.Named(ir.Unwrap(call.Call.Args[0]).Type()) != c.named {
				return
			}
			c.used = true
			if callee.Pkg().Path() != "container/heap" {
				return
			}
			switch callee.Name() {
			case "Push":
				pushes = pushes || !slices.ContainsFunc(p.Refs(call.Call.Args[0]), func(r effects.Ref) bool { return effects.Fresh(r.Root) })
			case "Pop", "Remove":
				pops = true
			}
		})
		if pushes && !pops {
			return true
		}
	}
	return c.named.Obj().Exported() && !c.used
}

// unpopped reports whether a cut is in the method of a heap that only has it to be one: the
// package gives the heap to functions of container/heap, but to none that takes out.
func (p *Package) unpopped(c *Cut) bool {
	fn := c.At.Parent()
	recv := fn.Signature.Recv()
	if c.Kind != Back || recv == nil || fn.Signature.Params().Len() > 0 || len(p.Uses(fn)) > 0 {
		return false
	}
	if n := ir.Named(recv.Type()); n == nil || n.Obj().Exported() {
		return false
	}
	isHeap, pops := false, false
	for _, in := range p.IR.Funcs {
		calls(in, func(call ssa.CallInstruction) {
			callee := ir.Callee(call.Common())
			if callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != "container/heap" || len(call.Common().Args) == 0 {
				return
			}
			heap := ir.Unwrap(call.Common().Args[0]).Type()
			has, _, _ := types.LookupFieldOrMethod(heap, true, fn.Object().Pkg(), fn.Name())
			is := has != nil && has == fn.Object()
			isHeap = isHeap || is
			pops = pops || (is || types.IsInterface(heap)) && (callee.Name() == "Pop" || callee.Name() == "Remove")
		})
	}
	return isHeap && !pops
}

// grows reports whether anything is ever put into the slice.
func (p *Package) grows(c *Cut) bool {
	p.index()
	switch {
	case c.field != nil:
		return p.grown[c.field] || slices.ContainsFunc(p.OfField(c.field), isGrowth)
	case c.global != nil:
		return p.grown[c.global] || slices.ContainsFunc(p.Of(c.global), isGrowth)
	}
	return true // a type of its own, such as a heap
}

func isGrowth(e *effects.Event) bool { return e.Kind == effects.Grow }

// extends reports whether the slice is made longer without a new element: what is in the
// slots behind its end is used again.
func (p *Package) extends(c *Cut) bool {
	p.index()
	return c.field != nil && p.extended[c.field] || c.global != nil && p.extended[c.global]
}

// index notes what is done to the fields and package variables that hold slices.
func (p *Package) index() {
	if p.grown != nil {
		return
	}
	p.grown, p.extended, p.put = make(map[any]bool), make(map[any]bool), make(map[*types.Var]bool)
	p.putTypes = make(map[*types.Named]bool)
	for _, fn := range p.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if p.isInner(instr.Val) {
						p.inner = append(p.inner, instr.Val.Type())
					}
					if appends(instr.Val) {
						note(p.grown, p.Refs(instr.Addr))
					}
				case *ssa.MapUpdate:
					if appends(instr.Value) {
						note(p.grown, p.Refs(instr.Map))
					}
				case ssa.CallInstruction:
					if callee := ir.Callee(instr.Common()); callee != nil && callee.FullName() == "(*sync.Pool).Put" {
						if ptr, ok := ir.Unwrap(ir.Args(instr.Common())[1]).Type().Underlying().(*types.Pointer); ok {
							p.putInPool(ptr.Elem())
						}
					}
				case *ssa.Slice:
					if longer(instr.High) {
						note(p.extended, p.Refs(instr.X))
					}
				}
			}
		}
	}
}

// longer reports whether an upper bound may be more than a length.
func longer(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.BinOp:
		return v.Op == token.ADD && isLen(v.X)
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "cap"
	}
	return false
}

// appends reports whether a value is made by an append.
func appends(v ssa.Value) bool {
	return stems(v, func(v ssa.Value) bool {
		call, ok := v.(*ssa.Call)
		if !ok {
			return false
		}
		b, ok := call.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "append"
	})
}

// spare reports whether the function makes what it takes from the slice, where there is
// none: what is taken will come back.
func (c *Cut) spare(p *Package) bool {
	if c.Kind != Back && c.Kind != Front {
		return false
	}
	made := func(r effects.Ref) bool {
		switch root := r.Root.(type) {
		case *ssa.Alloc, *ssa.MakeSlice, *ssa.MakeMap, *ssa.MakeChan:
			return r.Path == nil && types.Identical(root.Type(), c.Elem)
		case *ssa.Call:
			return r.Path == nil && root.Call.Signature().Recv() == nil && !root.Call.IsInvoke() && types.Identical(root.Type(), c.Elem)
		}
		return false
	}
	fresh := func(v ssa.Value) bool {
		refs := p.Refs(v)
		return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool { return !made(r) })
	}
	found := false
	instructions(ir.Outermost(c.At.Parent()), func(instr ssa.Instruction) {
		switch instr := instr.(type) {
		case *ssa.Return:
			for _, r := range instr.Results {
				found = found || types.Identical(r.Type(), c.Elem) && fresh(r)
			}
		case *ssa.Phi:
			found = found || types.Identical(instr.Type(), c.Elem) && slices.ContainsFunc(instr.Edges, fresh)
		case *ssa.Store:
			if cell, ok := instr.Addr.(*ssa.Alloc); ok && cell.Comment != "varargs" && len(*cell.Referrers()) > 0 && types.Identical(instr.Val.Type(), c.Elem) {
				found = found || fresh(instr.Val)
			}
		}
	})
	return found
}

// refilled reports whether the slots are used again behind the cut, by the function itself
// or by all that call it.
func (c *Cut) refilled(p *Package) bool {
	switch c.Kind {
	case Middle:
		return c.addsAtOnce() || c.filledBehind(p, c.At)
	case Back:
		if c.filledBehind(p, c.At) {
			return true
		}
	default: // also a window that moves along: what is in front goes when append makes a new array
		if slices.ContainsFunc(p.In(ir.Outermost(c.At.Parent())), func(e *effects.Event) bool { return c.filledAt(e) && e.Instr != c.At }) {
			return true
		}
	}
	return c.Kind == All && p.everyUse(c.At.Parent(), 0, func(call *ssa.Call) bool { return c.filledBehind(p, call) })
}

// addsAtOnce reports whether what is cut out is put in again at the end.
func (c *Cut) addsAtOnce() bool {
	st, ok := c.At.(*ssa.Store)
	if !ok {
		return false
	}
	outer, ok := st.Val.(*ssa.Call)
	if !ok || !appends(outer) {
		return false
	}
	_, again := ir.Unwrap(outer.Call.Args[0]).(*ssa.Call)
	return again && appends(outer.Call.Args[0])
}

// balanced reports whether all that have an element taken from the back have put one there:
// a walk that comes back to where it began, and takes the same way again.
func (c *Cut) balanced(p *Package) bool {
	return c.Kind == Back && !c.Place.Path.IsElem() && p.everyUse(c.At.Parent(), 0, func(call *ssa.Call) bool {
		return slices.ContainsFunc(p.In(ir.Outermost(call.Parent())), c.filledAt)
	})
}

// filledBehind reports whether something is put into the slice whenever control goes on
// from an instruction, or in a loop there.
func (c *Cut) filledBehind(p *Package, at ssa.Instruction) bool {
	return slices.ContainsFunc(p.In(ir.Outermost(at.Parent())), func(e *effects.Event) bool {
		if e.Instr.Parent() != at.Parent() || e.Instr == at || !c.filledAt(e) {
			return false
		}
		b := e.Instr.Block()
		if b == at.Block() {
			return slices.Index(b.Instrs, e.Instr) > slices.Index(b.Instrs, at)
		}
		return at.Block().Dominates(b) || !returnsPast(at.Block(), b)
	})
}

// returnsPast reports whether control gets from a block to the end of the function without
// passing another one.
func returnsPast(from, by *ssa.BasicBlock) bool {
	return slices.ContainsFunc(from.Parent().Blocks, func(b *ssa.BasicBlock) bool {
		return len(b.Succs) == 0 && ir.Reaches(from, b, by)
	})
}

// filledAt reports whether an event puts something into the slice.
func (c *Cut) filledAt(e *effects.Event) bool {
	return e.Kind == effects.Store && e.To.Path.IsElem() && c.is([]effects.Ref{e.To}) || e.Kind == effects.Grow && c.is([]effects.Ref{e.Ref})
}
