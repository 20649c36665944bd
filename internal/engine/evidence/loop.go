package evidence

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// manyRounds is the number of rounds from which on a loop that counts to a
// constant is as good as one without an end.
const manyRounds = 1000

// loopAround returns the loop without a bound, if any, that an instruction
// stands in: one that never ends, that waits in each round for what comes from
// outside, goes on until a time has passed or somebody stops it, or over what came
// from outside.
func (p *Package) loopAround(instr ssa.Instruction) Reason {
	for l := p.IR.Graph(instr.Parent()).Innermost(instr.Block()); l != nil; l = l.Outer {
		if p.endless(l) {
			return Reason{Kind: Loop, Pos: loopPos(l)}
		}
	}
	return Reason{}
}

func (p *Package) endless(l *ir.Loop) bool {
	is, known := p.lasting[l]
	if !known {
		is = p.lasts(l)
		p.lasting[l] = is
	}
	return is
}

func (p *Package) lasts(l *ir.Loop) bool {
	switch {
	case l.Constant():
		return rounds(l) >= manyRounds
	case l.Bounded():
		return false
	}
	return p.NeverEnds(l, func(*ssa.UnOp) bool { return false }) || p.waits(l) || p.untilStopped(l)
}

// waits reports whether each round of a loop waits for what comes from outside,
// or asks the time.
func (p *Package) waits(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		if !everyRound(b, l) {
			continue
		}
		for _, instr := range b.Instrs {
			if sel, ok := instr.(*ssa.Select); ok && !sel.Blocking {
				continue
			}
			if len(ir.Comms(instr)) > 0 {
				return true
			}
			if call, ok := instr.(*ssa.Call); ok {
				if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && (convention.Waits(callee) && !p.readsLocal(call) || p.waitsIn(call)) {
					return true
				}
			}
		}
		if cond, ok := lastCondition(b); ok && asksTime(cond) && leaves(b, l) {
			return true
		}
	}
	return false
}

// gathers reports whether a loop goes on for as long as there is something to read, and
// nothing shows that it comes from a connection.
func (p *Package) gathers(l *ir.Loop) bool {
	reads := false
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			if len(ir.Comms(instr)) > 0 {
				return false
			}
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ir.Callee(&call.Call)
			switch {
			case callee == nil || callee.Pkg() == nil:
			case convention.Reads(callee):
				if p.ofConnection(call) {
					return false
				}
				reads = true
			case convention.Waits(callee):
				return false
			case p.waitsIn(call):
				reads = true
			}
		}
	}
	return reads
}

// ofConnection reports whether the receiver of a call is made of a connection.
func (p *Package) ofConnection(call *ssa.Call) bool {
	return slices.ContainsFunc(p.madeOf(call), func(r effects.Ref) bool {
		typ := r.Path.Type(r.Root.Type())
		return typ != nil && (convention.IsConnection(typ) || convention.IsSocket(typ))
	})
}

// readsLocal reports whether a call reads from a file or a text, which ends.
func (p *Package) readsLocal(call *ssa.Call) bool {
	return slices.ContainsFunc(p.madeOf(call), func(r effects.Ref) bool {
		call := maker(r)
		return call != nil && p.opensLocal(call, 0)
	})
}

// opensLocal reports whether a call opens a file or a text, itself or in a function of the package.
func (p *Package) opensLocal(call *ssa.Call, depth int) bool {
	if fn := p.IR.Static(&call.Call); fn != nil && depth < maxDepth {
		return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			return ok && len(ret.Results) > 0 && slices.ContainsFunc(p.Refs(ret.Results[0]), func(r effects.Ref) bool {
				made := maker(r)
				return made != nil && r.Path == nil && p.opensLocal(made, depth+1)
			})
		})
	}
	return ir.Callee(&call.Call) != nil && convention.OpensLocal(ir.Callee(&call.Call))
}

// maker returns the call whose result a value is, or nil.
func maker(r effects.Ref) *ssa.Call {
	made := r.Root
	if ext, ok := made.(*ssa.Extract); ok {
		made = ext.Tuple
	}
	call, _ := made.(*ssa.Call)
	return call
}

// madeOf returns what the receiver of a call is, and the arguments of the calls that
// made it, and so on.
func (p *Package) madeOf(call *ssa.Call) (all []effects.Ref) {
	work := ir.Args(&call.Call)[:1]
	for range maxDepth {
		var next []ssa.Value
		for _, v := range work {
			refs := p.Refs(v)
			all = append(all, refs...)
			for _, r := range refs {
				if call := maker(r); call != nil {
					next = append(next, ir.Args(&call.Call)...)
				}
			}
		}
		work = next
	}
	return all
}

// waitsIn reports whether a function of the package that is called waits
// itself: a helper that reads the next message.
func (p *Package) waitsIn(call *ssa.Call) bool {
	fn := p.IR.Static(&call.Call)
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && convention.Waits(callee) {
					return true
				}
			}
		}
	}
	return false
}

// everyRound reports whether each round passes a block, or may.
func everyRound(b *ssa.BasicBlock, l *ir.Loop) bool {
	for _, pred := range l.Header.Preds {
		if l.Contains(pred) && !b.Dominates(pred) {
			return false
		}
	}
	return true
}

func leaves(b *ssa.BasicBlock, l *ir.Loop) bool {
	return slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return !l.Contains(s) })
}

func lastCondition(b *ssa.BasicBlock) (ssa.Value, bool) {
	if len(b.Instrs) == 0 {
		return nil, false
	}
	br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, false
	}
	return br.Cond, true
}

// asksTime reports whether a condition is about the time that has passed.
func asksTime(cond ssa.Value) bool {
	switch v := cond.(type) {
	case *ssa.BinOp:
		return asksTime(v.X) || asksTime(v.Y)
	case *ssa.UnOp:
		return v.Op == token.NOT && asksTime(v.X)
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		if callee == nil {
			return false
		}
		switch callee.FullName() {
		case "time.Since", "time.Until", "time.Now":
			return true
		case "(time.Time).Before", "(time.Time).After", "(time.Time).Sub":
			return slices.ContainsFunc(v.Call.Args, asksTime)
		}
	}
	return false
}

// rounds returns how often a loop runs that counts to a constant, or 0.
func rounds(l *ir.Loop) int64 {
	for _, e := range l.Exits() {
		cond, ok := lastCondition(e.From)
		if !ok {
			continue
		}
		if cmp, ok := cond.(*ssa.BinOp); ok {
			for _, op := range [][2]ssa.Value{{cmp.X, cmp.Y}, {cmp.Y, cmp.X}} {
				if limit, ok := ir.Int(op[0]); ok {
					start, step := counts(op[1], l)
					return max(limit-start, start-limit) / step
				}
			}
		}
	}
	return 0
}

// counts returns where a variable of a loop begins, and by how much it changes in each round, if both
// are constants; 0 and 1 if not.
func counts(v ssa.Value, l *ir.Loop) (start, step int64) {
	step = 1
	if next, ok := v.(*ssa.BinOp); ok {
		v = next.X
	}
	phi, ok := v.(*ssa.Phi)
	if !ok {
		return start, step
	}
	for i, pred := range phi.Block().Preds {
		if !l.Contains(pred) {
			start, _ = ir.Int(phi.Edges[i])
		} else if next, ok := phi.Edges[i].(*ssa.BinOp); ok && (next.Op == token.ADD || next.Op == token.SUB) {
			if by, ok := ir.Int(next.Y); ok && by != 0 {
				step = max(by, -by)
			}
		}
	}
	return start, step
}

// loopPos returns where a loop is: a variable that it changes may be declared before it.
func loopPos(l *ir.Loop) token.Pos {
	for _, b := range append([]*ssa.BasicBlock{l.Header}, l.Blocks...) {
		for _, instr := range b.Instrs {
			if _, phi := instr.(*ssa.Phi); !phi && instr.Pos().IsValid() {
				return instr.Pos()
			}
		}
	}
	return token.NoPos
}
