package evidence

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// renewed reports whether a field gets another value while its owner is in use.
func (j *judge) renewed(f *types.Var) bool {
	return slices.ContainsFunc(j.OfField(f), func(e *effects.Event) bool {
		return e.Kind == effects.Replace && !e.Ref.Path.IsElem() && !effects.Fresh(e.Ref.Root) && j.Repeatable(e.Instr) && !j.inTest(e.Func())
	})
}

// isVariable reports whether an Alloc is the variable that holds a pointer or
// interface, and no object.
func isVariable(cell *ssa.Alloc) bool {
	switch cell.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Map, *types.Slice, *types.Signature, *types.Chan:
		return true
	}
	return false
}

// beforeLoop reports whether a value was there before the unbounded loop around
// an instruction began. A loop over what came from outside ends with that, and so
// may the value.
func (j *judge) beforeLoop(v ssa.Value, at ssa.Instruction) bool {
	for l := j.IR.Graph(at.Parent()).Innermost(at.Block()); l != nil; l = l.Outer {
		if j.endless(l) && !l.Bounded() {
			def, ok := v.(ssa.Instruction)
			// A parameter, or what is of a function around, was there before.
			before := !ok || def.Parent() != at.Parent() || !l.Contains(def.Block())
			return before && !(j.leak.Needs.Keeper && (j.gathers(l) || j.drains(l, v) || j.endsWithStarter(l) || j.results(v, at.Parent())))
		}
	}
	return false
}

// results reports whether a value is what a function makes and returns: it goes where that
// is called, and the loops that fill it have come to their end.
func (j *judge) results(v ssa.Value, fn *ssa.Function) bool {
	made, ok := v.(*ssa.Alloc)
	return ok && made.Parent() == fn && slices.ContainsFunc(j.Of(made), func(e *effects.Event) bool {
		return e.Kind == effects.Return && e.Func() == fn && e.Ref.Path == nil
	})
}

// drains reports whether a loop goes over a channel until that is closed: what it fills is
// what comes out of it. Not so if the channel is part of v, and closed only when v ends.
func (j *judge) drains(l *ir.Loop, v ssa.Value) bool {
	return slices.ContainsFunc(l.Header.Instrs, func(instr ssa.Instruction) bool {
		recv, ok := instr.(*ssa.UnOp)
		return ok && recv.Op == token.ARROW && recv.CommaOk && !slices.ContainsFunc(j.Refs(recv.X), func(r effects.Ref) bool {
			return r.Root == v && r.Path != nil && !j.closesBefore(r.Path.Field())
		})
	})
}

// closesBefore reports whether the package closes the channel in a field elsewhere than in a
// method that ends its owner.
func (j *judge) closesBefore(f *types.Var) bool {
	return f != nil && slices.ContainsFunc(j.OfField(f), func(e *effects.Event) bool {
		return e.Kind == effects.Close && !j.InTeardown(ir.Outermost(e.Func()))
	})
}

// endsWithStarter reports whether a loop in a literal waits for a channel that the function
// around it makes, and closes.
func (j *judge) endsWithStarter(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			for _, comm := range ir.Comms(instr) {
				if comm.Recv && slices.ContainsFunc(j.Refs(comm.Chan), func(r effects.Ref) bool {
					made, ok := r.Root.(*ssa.MakeChan)
					return ok && slices.ContainsFunc(j.Of(made), func(e *effects.Event) bool { return e.Kind == effects.Close && e.Func() == made.Parent() })
				}) {
					return true
				}
			}
		}
	}
	return false
}

// endsWithCall reports whether a holder is a context that a function is called
// with, or that of a request: it ends with that.
func endsWithCall(s place) bool {
	param, ok := s.root.(*ssa.Parameter)
	if !ok {
		return false
	}
	return s.path == "" && param.Type().String() == "context.Context" || convention.IsRequest(param.Type())
}
