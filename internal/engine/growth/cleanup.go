package growth

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A cleanup takes one key out of several maps of an owner.
type cleanup struct {
	owner string
	key   types.Type
	maps  []*types.Var
	at    ssa.Instruction
}

// forgotten returns the first cleanup of the owner that takes a key of the same type out of
// other maps, and that is of a type of its own: what it stands for is gone, and the key
// stays here. It is nil if there is none.
func (f *fields) forgotten(c kept) ssa.Instruction {
	m, ok := c.field.Type().Underlying().(*types.Map)
	if !ok || c.rest != "" || isBasic(types.Unalias(m.Key())) && !isDefined(m.Key()) {
		return nil
	}
	for _, up := range f.cleanups() {
		if up.owner == f.ownerOf(c.field) && types.Identical(up.key, m.Key()) && !slices.Contains(up.maps, c.field) {
			return up.at
		}
	}
	return nil
}

func isDefined(typ types.Type) bool {
	_, named := types.Unalias(typ).(*types.Named)
	return named
}

// cleanups returns the places where functions take one key out of two maps or more of an
// owner, in source order.
func (f *fields) cleanups() []*cleanup {
	if f.ups != nil {
		return f.ups
	}
	f.ups = []*cleanup{}
	type place struct {
		fn    *ssa.Function
		block *ssa.BasicBlock
		owner string
	}
	all := make(map[place][]*cleanup)
	for _, e := range f.Events() {
		del := deleted(e)
		c, ok := f.keptAt(e.Ref.Path)
		if del == nil || !ok || e.Kind != effects.Shrink || c.rest != "" || f.emptiesAll(e) || f.atTheEnd(e) || f.HelpsTests(e.Func()) {
			continue
		}
		m, isMap := c.field.Type().Underlying().(*types.Map)
		owner := f.ownerOf(c.field)
		if !isMap || owner == "" {
			continue
		}
		at := place{e.Func(), e.Instr.Block(), owner}
		i := slices.IndexFunc(all[at], func(up *cleanup) bool { return f.sameKey(deletedBy(up.at), del) })
		if i < 0 {
			if len(all[at]) == maxWays {
				continue
			}
			i = len(all[at])
			all[at] = append(all[at], &cleanup{owner: owner, key: m.Key(), at: e.Instr})
		}
		up := all[at][i]
		if types.Identical(up.key, m.Key()) && !slices.Contains(up.maps, c.field) {
			if up.maps = append(up.maps, c.field); len(up.maps) == 2 {
				f.ups = append(f.ups, up)
			}
		}
	}
	return f.ups
}

// walked returns the loop in which a method that undoes the one that fills a list goes
// over it, and does not empty it; nil if there is none.
func (f *fields) walked(c kept, in *effects.Event, typ types.Type) ssa.Instruction {
	if !isSlice(typ) || c.rest != "" || slices.ContainsFunc(f.under(c.field), func(e *effects.Event) bool { return takes(e) }) {
		return nil
	}
	opens := f.opening(ir.Outermost(in.Func()), 0)
	if opens == nil || f.driven(opens) {
		return nil
	}
	for _, fn := range f.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !convention.IsTeardown(obj) || !convention.Reopens(opens.Name(), fn.Name()) {
			continue
		}
		if f.closesOnce(fn) {
			continue
		}
		if at := f.goesOver(fn, c, 0); at != nil {
			return at
		}
	}
	return nil
}

// resetBetween reports whether a method that begins the use of an object puts something in,
// once each time, and one that ends that takes it out. What comes in while it is in use stays
// until then.
func (f *fields) resetBetween(c kept, in *effects.Event) bool {
	if !opens(in.Func()) {
		return false
	}
	if l := f.IR.Graph(in.Func()).Innermost(in.Instr.Block()); l != nil && l.Ranged() == nil {
		return false
	}
	return slices.ContainsFunc(f.under(c.field), func(e *effects.Event) bool {
		at, _ := f.keptAt(e.Ref.Path)
		return c.within(at) && takes(e) && f.atTheEnd(e)
	})
}

// goesOver returns the loop of a method, or the call of one of its receiver, that goes over
// a container, or nil.
func (f *fields) goesOver(fn *ssa.Function, c kept, depth int) ssa.Instruction {
	const deep = 2
	if at := f.loopOver(fn, c); at != nil || depth == deep {
		return at
	}
	for _, e := range f.In(fn) {
		call, ok := e.Instr.(*ssa.Call)
		if !ok || e.Kind != effects.Method || e.Ref.Root != fn.Params[0] {
			continue
		}
		if helper := f.IR.Static(&call.Call); helper != nil && f.goesOver(helper, c, depth+1) != nil {
			return call
		}
	}
	return nil
}

// loopOver returns the loop of a function that goes over a container, or nil.
func (f *fields) loopOver(fn *ssa.Function, c kept) ssa.Instruction {
	for _, l := range f.IR.Graph(fn).Loops {
		if over := l.Ranged(); over != nil && slices.ContainsFunc(f.Refs(over), func(r effects.Ref) bool {
			at, ok := f.keptAt(r.Path)
			return ok && at == c
		}) {
			return l.Blocks[0].Instrs[len(l.Blocks[0].Instrs)-1]
		}
	}
	return nil
}

// opening returns the method that a function is, or that calls it, which another one
// undoes: one that other packages can call, if there is one. It is nil if there is none.
func (f *fields) opening(fn *ssa.Function, depth int) *ssa.Function {
	const deep = 2
	if fn.Signature.Recv() == nil || depth > deep {
		return nil
	}
	var found *ssa.Function
	if opens(fn) {
		if found = fn; token.IsExported(fn.Name()) {
			return fn
		}
	}
	for _, use := range f.Uses(fn) {
		if call, ok := use.(ssa.CallInstruction); ok && f.IR.Static(call.Common()) == fn {
			by := f.opening(ir.Outermost(use.Parent()), depth+1)
			if by != nil && token.IsExported(by.Name()) {
				return by
			}
			if found == nil {
				found = by
			}
		}
	}
	return found
}

// opens reports whether a method begins the use of its object, by its name and results.
func opens(fn *ssa.Function) bool {
	results := fn.Signature.Results()
	return fn.Signature.Recv() != nil && convention.Opens(fn.Name()) && (results.Len() == 0 || results.Len() == 1 && ir.IsError(results.At(0).Type()))
}

// driven reports whether objects with a method are given to other packages as
// something that has it: these begin and end their use, once as a rule.
func (f *fields) driven(fn *ssa.Function) bool {
	n := ir.Named(fn.Signature.Recv().Type())
	return n != nil && slices.ContainsFunc(f.Converted(n), func(typ types.Type) bool {
		as := ir.Named(typ)
		return as != nil && as.Obj().Pkg() != nil && as.Obj().Pkg() != f.IR.Pass.Pkg && !convention.IsStd(as.Obj().Pkg().Path())
	})
}

// closesOnce reports whether a method closes a channel of its receiver that is never made
// anew: it cannot be called again.
func (f *fields) closesOnce(fn *ssa.Function) bool {
	return slices.ContainsFunc(f.In(fn), func(e *effects.Event) bool {
		field := e.Ref.Path.Field()
		return e.Kind == effects.Close && e.Ref.Root == fn.Params[0] && field != nil && !slices.ContainsFunc(f.OfField(field), func(o *effects.Event) bool {
			return o.Kind == effects.Replace && !effects.Fresh(o.Ref.Root)
		})
	})
}
