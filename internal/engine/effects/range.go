package effects

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// keyInRange reports whether the update is made only where the key, a number, was found to be
// less than a constant, a length or a setting.
func keyInRange(v *ssa.MapUpdate) bool {
	if basic, ok := v.Key.Type().Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 {
		return false
	}
	for b := range ir.Dominators(v.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := br.Cond.(*ssa.BinOp)
		if !ok {
			continue
		}
		key, limit, op := cmp.X, cmp.Y, cmp.Op
		if sameLoad(limit, v.Key) {
			key, limit, op = limit, key, mirrored[op]
		}
		less := op == token.LSS || op == token.LEQ
		if (less && pred.Succs[0] == b || (op == token.GTR || op == token.GEQ) && pred.Succs[1] == b) && sameLoad(key, v.Key) && isLimit(limit, v.Parent()) {
			return true
		}
	}
	return false
}

var mirrored = map[token.Token]token.Token{token.LSS: token.GTR, token.GTR: token.LSS, token.LEQ: token.GEQ, token.GEQ: token.LEQ}

// isLimit reports whether a number is a small constant, a length or a field of another
// package's struct, as settings are.
func isLimit(v ssa.Value, in *ssa.Function) bool {
	const small = 1 << 16
	switch v := ir.Unconvert(v).(type) {
	case *ssa.Const:
		return v.Value != nil && constant.Compare(v.Value, token.LEQ, constant.MakeInt64(small))
	case *ssa.Call:
		b, ok := v.Call.Value.(*ssa.Builtin)
		return ok && b.Name() == "len"
	case *ssa.UnOp:
		at, ok := v.X.(*ssa.FieldAddr)
		return ok && v.Op == token.MUL && in.Pkg != nil && FieldOf(at.X, at.Field).Pkg() != in.Pkg.Pkg
	}
	return false
}
