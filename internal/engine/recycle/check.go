package recycle

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A branch depends on the size of something.
type branch struct {
	*ssa.If
	of    []ssa.Value // what is measured
	limit bool        // it is compared with what does not depend on the object's use
}

// Checked reports whether the size of a part decides whether the object goes back, or
// is compared with a limit somewhere on the way. Of a part that is a field, that is anywhere but
// on the way of others alone.
func (p *Put) Checked(part Part) bool {
	own := p.functions()
	if part.Field == nil {
		return p.checkedIn(own, part)
	}
	others := make(map[*ssa.Function]bool)
	for _, q := range p.siblings() {
		for _, fn := range q.functions() {
			others[fn] = !slices.Contains(own, fn)
		}
	}
	return p.checkedIn(slices.DeleteFunc(slices.Clone(p.f.IR.Funcs), func(fn *ssa.Function) bool { return others[ir.Outermost(fn)] }), part)
}

func (p *Put) checkedIn(fns []*ssa.Function, part Part) bool {
	for _, fn := range fns {
		for _, f := range withLiterals(fn) {
			for _, b := range p.f.sizes(f) {
				if !slices.ContainsFunc(b.of, func(v ssa.Value) bool { return p.measures(v, part) }) {
					continue
				}
				if b.limit || slices.ContainsFunc(p.origins, func(o origin) bool { return decides(b.Block(), o.at) }) {
					return true
				}
			}
		}
	}
	return false
}

func withLiterals(fn *ssa.Function) []*ssa.Function {
	fns := []*ssa.Function{fn}
	for i := 0; i < len(fns); i++ {
		fns = append(fns, fns[i].AnonFuncs...)
	}
	return fns
}

// measures reports whether a measured value is a part of the object or, for a field, of
// any instance.
func (p *Put) measures(v ssa.Value, part Part) bool {
	if part.Field != nil {
		if lastField(v) == part.Field {
			return true
		}
		return p.is(v, "") || p.is(v, part.Path) // a method of the object
	}
	return p.is(v, "")
}

// lastField returns the field that a value is, or is loaded from; nil if it is none.
func lastField(v ssa.Value) *types.Var {
	for {
		switch x := v.(type) {
		case *ssa.UnOp:
			v = x.X
		case *ssa.Slice:
			v = x.X
		case *ssa.FieldAddr:
			return effects.FieldOf(x.X, x.Field).Origin()
		case *ssa.Field:
			return effects.FieldOf(x.X, x.Field).Origin()
		default:
			return nil
		}
	}
}

// decides reports whether a branch decides whether an instruction of its function runs.
func decides(b *ssa.BasicBlock, at ssa.Instruction) bool {
	return at.Parent() == b.Parent() && ir.Reaches(b.Succs[0], at.Block(), b) != ir.Reaches(b.Succs[1], at.Block(), b)
}

// sizes returns the branches of a function that depend on the size of something.
func (f *Finder) sizes(fn *ssa.Function) []branch {
	found, known := f.branches[fn]
	if known {
		return found
	}
	g := f.IR.Graph(fn)
	for _, br := range g.Branches() {
		if l := g.Innermost(br.Block); l != nil && l.Header == br.Block {
			continue // it goes through what is measured
		}
		last := br.Block.Instrs[len(br.Block.Instrs)-1].(*ssa.If)
		b := branch{If: last}
		var of, limits []ssa.Value
		seen := make(map[ssa.Value]bool)
		var walk func(v ssa.Value, depth int)
		walk = func(v ssa.Value, depth int) {
			const deep, many = 5, 64
			if depth == deep || seen[v] || len(seen) == many {
				return
			}
			seen[v] = true
			switch v := v.(type) {
			case *ssa.BinOp:
				switch v.Op {
				case token.LSS, token.GTR, token.LEQ, token.GEQ, token.EQL, token.NEQ:
					if zero(v.X) || zero(v.Y) {
						return
					}
					limits = append(limits, v.X, v.Y)
				}
				walk(v.X, depth+1)
				walk(v.Y, depth+1)
			case *ssa.UnOp:
				if v.Op == token.NOT {
					walk(v.X, depth+1)
				}
			case *ssa.Convert:
				walk(v.X, depth+1)
			case *ssa.Phi:
				for _, e := range v.Edges {
					walk(e, depth+1)
				}
			case *ssa.Call:
				of = append(of, measured(v)...)
			}
		}
		walk(br.Cond, 0)
		if len(of) == 0 {
			continue
		}
		b.of = of
		b.limit = slices.ContainsFunc(limits, fixed)
		found = append(found, b)
	}
	f.branches[fn] = found
	return found
}

// measured returns what a call tells the size of.
func measured(call *ssa.Call) []ssa.Value {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		if b.Name() == "len" || b.Name() == "cap" {
			return call.Call.Args
		}
		return nil
	}
	basic, ok := call.Type().Underlying().(*types.Basic)
	if !ok || basic.Info()&(types.IsBoolean|types.IsInteger) == 0 {
		return nil
	}
	return ir.Args(&call.Call)
}

func zero(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.Int && constant.Sign(k.Value) == 0
}

// fixed reports whether a value is a limit: written in the program, or set for it.
func fixed(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return true
	case *ssa.Convert:
		return fixed(v.X)
	case *ssa.BinOp:
		return fixed(v.X) && fixed(v.Y)
	case *ssa.UnOp:
		switch v.X.(type) {
		case *ssa.Global, *ssa.FieldAddr:
			return v.Op == token.MUL
		}
	}
	return false
}
