package growth

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// setsUp reports whether an event puts a container into an object that is yet to be used:
// all who call its function do so for one that they make.
func (f *fields) setsUp(c kept, e *effects.Event, depth int) bool {
	fn := e.Func()
	param, ok := e.Ref.Root.(*ssa.Parameter)
	if !ok || e.Kind != effects.Replace || depth == maxUp || param.Parent() != fn || fn.Parent() != nil || token.IsExported(fn.Name()) || !f.onlyCalled(fn) {
		return effects.Fresh(e.Ref.Root)
	}
	calls := 0
	for _, use := range f.Uses(fn) {
		if f.inTest(use.Pos()) {
			continue
		}
		calls++
		if _, now := use.(*ssa.Call); !now {
			return false // a goroutine of it goes on
		}
		of := func(up *effects.Event) bool { return up.Instr == use && up.Origin == e.Origin && up.Kind == e.Kind }
		ups := f.under(c.field)
		if i := slices.IndexFunc(ups, of); i < 0 || slices.ContainsFunc(ups, func(up *effects.Event) bool { return of(up) && !f.setsUp(c, up, depth+1) }) {
			return false
		}
	}
	return calls > 0
}

// maxUp bounds how far callers are looked at.
const maxUp = 4

// ofError reports whether the type that has a field is that of errors, each of which goes
// with what failed.
func (f *fields) ofError(field *types.Var) bool {
	owner := f.IR.Pass.Pkg.Scope().Lookup(f.ownerOf(field))
	return owner != nil && types.Implements(types.NewPointer(owner.Type()), types.Universe.Lookup("error").Type().Underlying().(*types.Interface))
}

// untilReady reports whether a way in is open only until a flag of the owner says that what
// it has put in was gone over: then it goes elsewhere.
func (f *fields) untilReady(c kept, in *effects.Event) bool {
	for b := range ir.Dominators(in.Instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		br, ok := b.Preds[0].Instrs[len(b.Preds[0].Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		load, ok := br.Cond.(*ssa.UnOp)
		open := br.Block().Succs[0] == b // the value with which the way is open
		for ok && load.Op == token.NOT {
			open = !open
			load, ok = load.X.(*ssa.UnOp)
		}
		if !ok {
			continue
		}
		if at, ok := load.X.(*ssa.FieldAddr); ok && f.ready(c, effects.FieldOf(at.X, at.Field).Origin(), !open) {
			return true
		}
	}
	return false
}

// ready reports whether a function that goes over a container sets a flag of its owner.
func (f *fields) ready(c kept, flag *types.Var, to bool) bool {
	if f.flags == nil {
		f.indexFlags()
	}
	return f.ownerOf(flag) == f.ownerOf(c.field) && slices.ContainsFunc(f.flags[setting{flag, to}], func(fn *ssa.Function) bool {
		return f.loopOver(fn, c) != nil
	})
}

// A setting is a field that says yes or no, and which.
type setting struct {
	flag *types.Var
	to   bool
}

// indexFlags notes the functions that set fields to yes or no while their owner is in use.
func (f *fields) indexFlags() {
	f.flags = make(map[setting][]*ssa.Function)
	for _, fn := range f.IR.Funcs {
		if f.InTeardown(ir.Outermost(fn)) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				at, isField := st.Addr.(*ssa.FieldAddr)
				k, isConst := st.Val.(*ssa.Const)
				if isField && isConst && k.Value != nil && k.Value.Kind() == constant.Bool {
					s := setting{effects.FieldOf(at.X, at.Field).Origin(), constant.BoolVal(k.Value)}
					if fns := f.flags[s]; len(fns) == 0 || fns[len(fns)-1] != fn {
						f.flags[s] = append(fns, fn)
					}
				}
			}
		}
	}
}
