package lifetime

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A function may gather values in a list, or in an object with one, and return that:
//
//	for _, name := range names {
//		f, err := os.Open(name)
//		if err != nil {
//			return nil, err
//		}
//		files = append(files, f)
//	}
//	return files, nil
//
// No path leads from one file past the list, but where the next one does not open all that are in the
// list are lost. So the search goes on behind the place where the value goes into it, to a return statement
// that comes of an error and does not return the list. Only lists of which nothing is done in literals or
// when the function returns are followed: what gives their elements back where something fails is
// mostly there.

// lostWithList returns the first return statement, in source order, at which a list is lost that has the
// value, or nil.
func (c *checker) lostWithList(fn *ssa.Function, at ssa.Instruction) ssa.Instruction {
	if at == nil || len(c.collects) == 0 || !ir.CanFail(fn.Signature) || !c.onlyReturned(fn) {
		return nil
	}
	var exit ssa.Instruction
	for _, put := range c.collects {
		s := &listSearch{checker: c, loop: c.p.IR.Graph(fn).Innermost(at.Block()), at: definer(at), noErrs: noErrors(put)}
		if ret := s.from(put); ret != nil && (exit == nil || exitPos(c.p, ret) < exitPos(c.p, exit)) {
			exit = ret
		}
	}
	return exit
}

// onlyReturned reports whether a value is returned, and nobody gets it otherwise; all that gives it
// back does so in the function itself.
func (c *checker) onlyReturned(fn *ssa.Function) bool {
	for _, e := range c.out.Releases {
		if e.Func() != fn || e.Mode != effects.Now {
			return false
		}
	}
	for _, e := range c.out.Kept {
		if e.Kind != effects.Return || e.Func() != fn {
			return false
		}
	}
	return len(c.out.Kept) > 0
}

// A listSearch looks for a way on which a list is lost.
type listSearch struct {
	*checker
	loop   *ir.Loop        // in which the value is acquired, or nil
	at     ssa.Instruction // where
	noErrs []ssa.Value     // errors that are nil where it goes into the list
}

// maxListPlaces bounds how far a search goes: what is that long gathers no list.
const maxListPlaces = 2000

// A listPlace is where a search has got to; next is set behind the acquisition of another value.
type listPlace struct {
	b    *ssa.BasicBlock
	next bool
}

func (s *listSearch) from(put ssa.Instruction) (exit ssa.Instruction) {
	seen := make(map[listPlace]bool)
	start, from := listPlace{b: put.Block()}, slices.Index(put.Block().Instrs, put)+1
	work := []listPlace{start}
	for len(work) > 0 && len(seen) < maxListPlaces {
		w := work[len(work)-1]
		work = work[:len(work)-1]
		ret, through := s.walk(&w, from)
		from = 0
		if ret != nil && (exit == nil || exitPos(s.p, ret) < exitPos(s.p, exit)) {
			exit = ret
		}
		if !through {
			continue
		}
		for i, b := range w.b.Succs {
			if to := (listPlace{b, w.next}); !seen[to] && s.open(ir.Edge{From: w.b, Succ: i}, w.next) {
				seen[to] = true
				work = append(work, to)
			}
		}
	}
	return exit
}

// walk goes through a block. It returns the return statement at which the list is lost, if it comes to
// one, and whether it comes to the end of the block.
func (s *listSearch) walk(w *listPlace, from int) (exit *ssa.Return, through bool) {
	for _, instr := range w.b.Instrs[from:] {
		if (s.stops[instr] || len(s.where[instr]) > 0) && !slices.Contains(s.collects, instr) {
			return nil, false
		}
		switch instr := instr.(type) {
		case *ssa.Return:
			if !behindError(instr) || slices.ContainsFunc(s.returns[instr], func(r ssa.Value) bool { return !ir.IsNil(r) }) {
				return nil, false
			}
			return instr, false
		case *ssa.Panic:
			return nil, false
		case *ssa.Call:
			if s.p.NeverReturns(&instr.Call) {
				return nil, false
			}
		}
		w.next = w.next || instr == s.at
	}
	return nil, true
}

// open reports whether an edge can be taken with something in the list.
func (s *listSearch) open(edge ir.Edge, next bool) bool {
	if s.edges[edge] {
		return false
	}
	if err, nilEdge, ok := ir.NilEdge(edge.From); ok {
		if edge == nilEdge {
			return !s.has(err)
		}
		in, ok := err.(ssa.Instruction)
		isNil := slices.Contains(s.noErrs, err) && (!next || ok && (s.loop == nil || !s.loop.Contains(in.Block())))
		return !isNil
	}
	br, ok := edge.From.Instrs[len(edge.From.Instrs)-1].(*ssa.If)
	if !ok {
		return true
	}
	cmp, ok := br.Cond.(*ssa.BinOp)
	if !ok || !s.counts(cmp.X) || !isZero(cmp.Y) {
		return true
	}
	switch cmp.Op {
	case token.EQL, token.LEQ:
		return edge.Succ == 1
	case token.NEQ, token.GTR:
		return edge.Succ == 0
	}
	return true
}

// counts reports whether a value is the number of elements of a list that has the value.
func (s *listSearch) counts(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	b, ok := call.Call.Value.(*ssa.Builtin)
	return ok && b.Name() == "len" && s.has(call.Call.Args[0])
}

// has reports whether a list has the value.
func (s *listSearch) has(list ssa.Value) bool {
	return slices.Contains(s.p.Held(s.p.Refs(list)), effects.Ref{Root: s.v})
}

// behindError reports whether control comes to a return statement only where an error is not nil.
func behindError(ret *ssa.Return) bool {
	for range ir.Errors(ret.Block()) {
		return ir.Fails(ret)
	}
	return false
}
