package duty

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// isFlag reports whether values of a type say whether something is closed: truth values and
// numbers, also those of package sync/atomic.
func isFlag(typ types.Type) bool {
	if n := ir.Named(typ); n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync/atomic" {
		return n.TypeArgs().Len() == 0
	}
	b, ok := typ.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsBoolean|types.IsInteger) != 0
}

// flags returns the fields of flags that a method, or what it calls of its type, sets.
func (d *Duties) flags(fn *ssa.Function, depth int) []*types.Var {
	var fields []*types.Var
	add := func(addr ssa.Value) {
		if at, ok := addr.(*ssa.FieldAddr); ok {
			if f := effects.FieldOf(at.X, at.Field); f != nil && isFlag(f.Type()) {
				fields = append(fields, f)
			}
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Store:
				add(instr.Addr)
			case *ssa.Call:
				callee, args := ir.Callee(&instr.Call), ir.Args(&instr.Call)
				if callee == nil || len(args) == 0 {
					continue
				}
				if callee.Pkg() != nil && callee.Pkg().Path() == "sync/atomic" && !strings.HasPrefix(callee.Name(), "Load") {
					add(args[0])
				} else if body := d.p.IR.Static(&instr.Call); body != nil && depth < maxStarting && ir.Named(args[0].Type()) == ir.Named(fn.Params[0].Type()) {
					fields = append(fields, d.flags(body, depth+1)...)
				}
			}
		}
	}
	return fields
}

// flagged reports whether a condition asks for a flag that a method sets which ends the
// life of an object: it holds if the flag is set or, if end is false, if it is not.
func (d *Duties) flagged(cond ssa.Value, fields []*types.Var, depth int) (end, ok bool) {
	if depth > maxStarting {
		return false, false
	}
	switch v := cond.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			end, ok = d.flagged(v.X, fields, depth)
			return !end, ok
		}
		return true, d.readsFlag(v, fields)
	case *ssa.BinOp:
		k, known := v.Y.(*ssa.Const)
		if !known || k.Value == nil || k.Value.Kind() != constant.Int || !d.readsFlag(v.X, fields) {
			return false, false
		}
		zero := constant.Sign(k.Value) == 0
		switch v.Op {
		case token.EQL:
			return !zero, true
		case token.NEQ:
			return zero, true
		case token.GTR:
			return true, zero
		}
	case *ssa.Call:
		if d.readsFlag(v, fields) {
			return true, true
		}
		fn := d.p.IR.Static(&v.Call)
		if fn == nil || fn.Signature.Results().Len() != 1 {
			return false, false
		}
		for _, b := range fn.Blocks {
			ret, is := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !is || b == fn.Recover {
				continue
			}
			e, known := d.flagged(ret.Results[0], fields, depth+1)
			if !known || ok && e != end {
				return false, false
			}
			end, ok = e, true
		}
		return end, ok
	}
	return false, false
}

// readsFlag reports whether a value is what one of the fields holds, which may be read by
// package sync/atomic.
func (d *Duties) readsFlag(v ssa.Value, fields []*types.Var) bool {
	switch v := v.(type) {
	case *ssa.UnOp:
		return v.Op == token.MUL && isOneOf(v.X, fields)
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		return callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "sync/atomic" && strings.HasPrefix(callee.Name(), "Load") && isOneOf(ir.Args(&v.Call)[0], fields)
	}
	return false
}

// isOneOf reports whether an address is that of one of the fields.
func isOneOf(addr ssa.Value, fields []*types.Var) bool {
	at, ok := addr.(*ssa.FieldAddr)
	return ok && slices.Contains(fields, effects.FieldOf(at.X, at.Field))
}
