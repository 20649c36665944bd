package effects

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Given returns what all callers of a function give for a parameter. It does not know if others
// than those in sight may call it.
func (p *Package) Given(param *ssa.Parameter) (args []ssa.Value, known bool) {
	fn := param.Parent()
	uses := p.uses[fn]
	if fn.Parent() != nil || token.IsExported(fn.Name()) || len(uses) == 0 || fn.Signature.Recv() != nil && p.invoked[fn.Name()] {
		return nil, false
	}
	i := slices.Index(fn.Params, param)
	for _, use := range uses {
		call, ok := use.(ssa.CallInstruction)
		if !ok || !calls(call.Common(), fn) || i >= len(call.Common().Args) {
			return nil, false
		}
		args = append(args, call.Common().Args[i])
	}
	return args, true
}

// maxGiven bounds over how many functions a channel is followed to where it comes from.
const maxGiven = 3

// opensGiven reports whether a receive from a channel that is a parameter may come back.
func (p *Package) opensGiven(param *ssa.Parameter, depth int) bool {
	args, known := p.Given(param)
	return depth == maxGiven || !known || slices.ContainsFunc(args, func(ch ssa.Value) bool { return p.opens(ch, depth+1) })
}

// givenTo returns the parameter by which a function of the package gets what an event hands it,
// or nil.
func (p *Package) givenTo(e *Event) *ssa.Parameter {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok || e.Kind != Arg || e.Via || e.Ref.Path != nil {
		return nil
	}
	fn := p.IR.Static(call.Common())
	if fn == nil || e.Index < 0 || e.Index >= len(fn.Params) {
		return nil
	}
	return fn.Params[e.Index]
}

// HandsEnd reports whether what an event hands on is one end of a channel only: who has it can
// receive and no more, or send and close.
func (p *Package) HandsEnd(e *Event, end types.ChanDir) bool {
	found := false
	for _, op := range e.Instr.Operands(nil) {
		if *op == nil {
			continue
		}
		ch, ok := (*op).Type().Underlying().(*types.Chan)
		if !ok || !slices.Contains(p.Refs(*op), e.Ref) {
			continue
		}
		if ch.Dir() != end {
			return false
		}
		found = true
	}
	return found
}
