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
			return before && !(j.leak.Needs.Keeper && (j.gathers(l) || j.worksOff(l) || j.drains(l, v) || j.endsWithStarter(l) || j.results(v, at.Parent()) || j.gathered(v, l)))
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

// worksOff reports whether a loop goes on for as long as a number, such as the length of a list,
// says that there is work, and each round asks that.
func (p *Package) worksOff(l *ir.Loop) bool {
	return slices.ContainsFunc(l.Exits(), func(e ir.Edge) bool {
		cond, ok := lastCondition(e.From)
		return ok && everyRound(e.From, l) && p.asksNumber(cond, 0)
	})
}

// asksNumber reports whether a condition, or the function of the package that answers it, compares
// with a constant what is in a variable or how much is in a container there.
func (p *Package) asksNumber(cond ssa.Value, depth int) bool {
	switch cond := cond.(type) {
	case *ssa.UnOp:
		return cond.Op == token.NOT && p.asksNumber(cond.X, depth)
	case *ssa.BinOp:
		x := cond.X
		if call, ok := x.(*ssa.Call); ok {
			if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
				x = call.Call.Args[0]
			}
		} else if basic, ok := x.Type().Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 {
			return false
		}
		_, constant := cond.Y.(*ssa.Const)
		load, ok := x.(*ssa.UnOp)
		if !constant || !ok || load.Op != token.MUL {
			return false
		}
		_, field := load.X.(*ssa.FieldAddr)
		return field
	case *ssa.Call:
		fn := p.IR.Static(&cond.Call)
		if fn == nil || depth == maxDepth {
			return false
		}
		return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			return ok && len(ret.Results) == 1 && p.asksNumber(ret.Results[0], depth+1)
		})
	}
	return false
}

// gathered reports whether a function goes on with what it has made when the loop that fills it,
// there or in a literal that it waits for, has come to its end.
func (j *judge) gathered(v ssa.Value, l *ir.Loop) bool {
	made, ok := v.(*ssa.Alloc)
	return ok && slices.ContainsFunc(j.Of(made), func(e *effects.Event) bool {
		call, ok := e.Instr.(*ssa.Call)
		if !ok || e.Func() != made.Parent() || e.Ends() {
			return false
		}
		if l.Header.Parent() != made.Parent() {
			return waitedBefore(call)
		}
		b := call.Block()
		return !l.Contains(b) && !b.Dominates(l.Header) && ir.Reaches(l.Header, b, nil)
	})
}

// waitedBefore reports whether a function has waited for its goroutines when control comes to a call.
func waitedBefore(call *ssa.Call) bool {
	for b := range ir.Dominators(call.Block()) {
		for _, instr := range b.Instrs {
			if instr == call {
				break
			}
			if wait, ok := instr.(*ssa.Call); ok && effects.IsWait(ir.Callee(&wait.Call)) {
				return true
			}
		}
	}
	return false
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
