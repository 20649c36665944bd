package effects

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// This file holds the bounds that make a growth harmless where it stands, so
// that it is no effect of the function: the key can have few values, the key
// is there already, or the size is checked first.

func (t *table) keyBounded(f *flow, v *ssa.MapUpdate) bool {
	m, ok := v.Map.Type().Underlying().(*types.Map)
	if !ok {
		return false
	}
	return t.smallDomain(m.Key()) || t.smallDomain(ir.Unconvert(v.Key).Type()) || t.constantKey(f, v.Key) ||
		t.keyPresent(f, v) || t.keyCompared(v) || keyInRange(v) || t.sizeBounded(f, v, f.of(v.Map))
}

// smallDomain reports whether a key type has few values: small integers, the
// types of the program, and types for which constants are declared.
func (t *table) smallDomain(typ types.Type) bool {
	if n, ok := types.Unalias(typ).(*types.Named); ok && n.Obj().Name() == "Type" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "reflect" {
		return true
	}
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		switch u.Kind() {
		case types.Bool, types.Int8, types.Uint8, types.Int16, types.Uint16:
			return true
		}
		return t.isEnum(typ)
	case *types.Struct:
		for f := range u.Fields() {
			if !t.smallDomain(f.Type()) {
				return false
			}
		}
		return true
	}
	return false
}

// isEnum reports whether typ is a named integer or string type whose package
// declares at least two constants of it.
func (t *table) isEnum(typ types.Type) bool {
	n, ok := types.Unalias(typ).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	is, known := t.enums[n.Obj()]
	if known {
		return is
	}
	scope := n.Obj().Pkg().Scope()
	count := 0
	for _, name := range scope.Names() {
		if c, ok := scope.Lookup(name).(*types.Const); ok && types.Identical(c.Type(), n) {
			count++
		}
	}
	t.enums[n.Obj()] = count >= 2
	return count >= 2
}

// constantKey reports whether a key is a constant, one of several, a
// remainder, or an element of a list of the package.
func (t *table) constantKey(f *flow, key ssa.Value) bool {
	seen := make(map[ssa.Value]bool)
	var bounded func(v ssa.Value) bool
	bounded = func(v ssa.Value) bool {
		if seen[v] {
			return true
		}
		seen[v] = true
		switch v := v.(type) {
		case *ssa.Const:
			return true
		case *ssa.Phi:
			for _, e := range v.Edges {
				if !bounded(e) {
					return false
				}
			}
			return true
		case *ssa.ChangeType:
			return bounded(v.X)
		case *ssa.Convert:
			return bounded(v.X)
		case *ssa.MakeInterface:
			return bounded(v.X) || t.smallDomain(v.X.Type())
		case *ssa.BinOp:
			return v.Op == token.REM || v.Op == token.AND && (isConst(v.X) || isConst(v.Y))
		case *ssa.UnOp:
			return isLoad(v) && t.fixedList(f.of(v.X))
		case *ssa.Extract:
			if next, ok := v.Tuple.(*ssa.Next); ok {
				return t.fixedList(f.of(next.Iter))
			}
		case *ssa.Index:
			return t.fixedList(f.of(v.X))
		}
		return false
	}
	return bounded(key)
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

// fixedList reports whether refs name package variables that nothing sets
// later, elements of package variables or of arrays made here, and nothing else.
func (t *table) fixedList(refs []Ref) bool {
	if len(refs) == 0 {
		return false
	}
	for _, r := range refs {
		switch root := r.Root.(type) {
		case *ssa.Global:
			if r.Path == nil && slices.ContainsFunc(t.sets[root], func(st *ssa.Store) bool { return st.Parent().Synthetic == "" && !t.byTest(st, root.Pos()) }) {
				return false
			}
		case *ssa.Alloc:
			if _, ok := root.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array); !ok {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// keyPresent reports whether the update is made only where a look-up of the
// same key in the same map has found it.
func (t *table) keyPresent(f *flow, v *ssa.MapUpdate) bool {
	return slices.ContainsFunc(FoundBy(v, v.Key), func(look *ssa.Lookup) bool { return overlap(f.of(look.X), f.of(v.Map)) })
}

// FoundBy returns the look-ups of a key, in whatever map, that have found it where control
// comes to an instruction.
func FoundBy(at ssa.Instruction, key ssa.Value) (looks []*ssa.Lookup) {
	for b := range ir.Dominators(at.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		var look *ssa.Lookup
		found := 0 // the successor on which the key is there
		switch cond := br.Cond.(type) {
		case *ssa.Extract:
			look, _ = cond.Tuple.(*ssa.Lookup)
		case *ssa.UnOp:
			if ext, ok := cond.X.(*ssa.Extract); ok && cond.Op == token.NOT {
				look, _ = ext.Tuple.(*ssa.Lookup)
				found = 1
			}
		case *ssa.BinOp:
			if x, e, ok := ir.NilEdge(pred); ok {
				look, _ = x.(*ssa.Lookup)
				found = 1 - e.Succ
			}
		}
		if look != nil && pred.Succs[found] == b && sameLoad(look.Index, key) {
			looks = append(looks, look)
		}
	}
	return looks
}

// keyCompared reports whether the update is made only where the key was found
// equal to a constant.
func (t *table) keyCompared(v *ssa.MapUpdate) bool {
	for b := range ir.Dominators(v.Block()) {
		all := len(b.Preds) > 0
		for _, pred := range b.Preds {
			br, ok := pred.Instrs[len(pred.Instrs)-1].(*ssa.If)
			if !ok || pred.Succs[0] != b {
				all = false
				break
			}
			cmp, ok := br.Cond.(*ssa.BinOp)
			if !ok || cmp.Op != token.EQL || !isConst(cmp.Y) || !sameLoad(cmp.X, v.Key) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

// sizeBounded reports whether a check of the container's length decides
// whether instr runs.
func (t *table) sizeBounded(f *flow, instr ssa.Instruction, container []Ref) bool {
	for _, check := range f.lengthChecks(instr.Parent()) {
		if !slices.ContainsFunc(check.of, func(v ssa.Value) bool { return overlap(f.of(v), container) }) {
			continue
		}
		b := check.block
		then, other := ir.Reaches(b.Succs[0], instr.Block(), b), ir.Reaches(b.Succs[1], instr.Block(), b)
		if then != other {
			return true
		}
	}
	return false
}

// A lengthCheck is a block that ends in a condition on the length of
// containers, other than whether they are empty.
type lengthCheck struct {
	block *ssa.BasicBlock
	of    []ssa.Value
}

// lengthChecks returns the length checks of fn. They are few, and a function
// that fills a large table asks for them at every element.
func (f *flow) lengthChecks(fn *ssa.Function) []lengthCheck {
	checks, known := f.checks[fn]
	if known {
		return checks
	}
	for _, b := range fn.Blocks {
		if br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			if of := measured(br.Cond); len(of) > 0 {
				checks = append(checks, lengthCheck{b, of})
			}
		}
	}
	f.checks[fn] = checks
	return checks
}

// maxOperands bounds how much of a condition is looked at: variables that are
// set in many places make it as large as the function.
const maxOperands = 24

// measured returns the containers whose length a condition depends on.
func measured(cond ssa.Value) []ssa.Value {
	var of []ssa.Value
	work := []ssa.Value{cond}
	for i := 0; i < len(work) && i < maxOperands; i++ {
		var next []ssa.Value
		switch v := work[i].(type) {
		case *ssa.BinOp:
			if !isZero(v.X) && !isZero(v.Y) {
				next = []ssa.Value{v.X, v.Y}
			}
		case *ssa.UnOp:
			if v.Op == token.NOT {
				next = []ssa.Value{v.X}
			}
		case *ssa.Convert:
			next = []ssa.Value{v.X}
		case *ssa.Phi:
			next = v.Edges
		case *ssa.Call:
			if b, ok := v.Call.Value.(*ssa.Builtin); ok {
				if b.Name() == "len" || b.Name() == "cap" {
					of = append(of, v.Call.Args[0])
				}
			} else if fn := ir.Callee(&v.Call); fn != nil && convention.Counts(fn) {
				if args := ir.Args(&v.Call); len(args) > 0 {
					of = append(of, args[0])
				}
			}
		}
		for _, n := range next {
			if !slices.Contains(work, n) && len(work) < maxOperands {
				work = append(work, n)
			}
		}
	}
	return of
}

// onlyIfNil reports whether a store is made only where the variable was found
// nil or empty: lazy initialisation.
func (t *table) onlyIfNil(f *flow, v *ssa.Store, at Ref) bool {
	for b := range ir.Dominators(v.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		pred := b.Preds[0]
		if x, e, ok := ir.NilEdge(pred); ok && e.To() == b && contains(f.of(x), at) {
			return true
		}
	}
	return false
}

func contains(refs []Ref, r Ref) bool {
	for _, have := range refs {
		if have == r {
			return true
		}
	}
	return false
}

// Unbounded reports whether v holds data whose size nothing in sight bounds,
// and names the source: the function that returned it, or "make".
func (p *Package) Unbounded(v ssa.Value) (source string, ok bool) {
	fn := parentOf(v)
	if fn == nil {
		return "", false
	}
	f := p.flow(fn)
	if f == nil {
		return "", false
	}
	return p.unbounded(f, v)
}

func (t *table) unbounded(f *flow, v ssa.Value) (string, bool) {
	seen := make(map[ssa.Value]bool)
	var walk func(v ssa.Value) (string, bool)
	walk = func(v ssa.Value) (string, bool) {
		if seen[v] || len(seen) > 64 {
			return "", false
		}
		seen[v] = true
		switch v := v.(type) {
		case *ssa.Phi:
			for _, e := range v.Edges {
				if s, ok := walk(e); ok {
					return s, true
				}
			}
		case *ssa.ChangeType:
			return walk(v.X)
		case *ssa.Convert:
			if isData(v.Type()) && isData(v.X.Type()) {
				return walk(v.X)
			}
		case *ssa.MakeInterface:
			return walk(v.X)
		case *ssa.Slice:
			if v.High != nil && isConst(v.High) {
				return "", false
			}
			return walk(v.X)
		case *ssa.MakeSlice:
			if !isConst(v.Len) || !isConst(v.Cap) {
				return "make", true
			}
		case *ssa.UnOp:
			if cell, ok := v.X.(*ssa.Alloc); ok && isLoad(v) {
				return walkCell(cell, walk)
			}
			if fv, ok := v.X.(*ssa.FreeVar); ok && isLoad(v) {
				for _, r := range f.of(fv) {
					if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil {
						if s, ok := walkCell(cell, walk); ok {
							return s, true
						}
					}
				}
			}
		case *ssa.Extract:
			if call, ok := v.Tuple.(*ssa.Call); ok {
				return t.fills(call, v.Index)
			}
		case *ssa.Call:
			return t.fills(v, 0)
		}
		return "", false
	}
	return walk(v)
}

func walkCell(cell *ssa.Alloc, walk func(ssa.Value) (string, bool)) (string, bool) {
	for _, ref := range *cell.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && st.Addr == cell {
			if s, ok := walk(st.Val); ok {
				return s, true
			}
		}
	}
	return "", false
}

// fills names the function that gives data of unbounded size as a result.
func (t *table) fills(call *ssa.Call, result int) (string, bool) {
	sum := t.summaryOf(&call.Call)
	if sum == nil {
		return "", false
	}
	for _, o := range sum.Ops {
		if o.Kind == Fill && o.To == result {
			if fn := ir.Callee(&call.Call); fn != nil {
				return fn.Pkg().Name() + "." + fn.Name(), true
			}
		}
	}
	return "", false
}

// origin returns where the data of unbounded size comes from that a call gives: the function
// of the standard library, or "make"; empty if it gives none.
func (t *table) origin(call *ssa.Call, result int) string {
	sum := t.summaryOf(&call.Call)
	if sum == nil {
		return ""
	}
	for _, o := range sum.Ops {
		if o.Kind == Fill && o.To == result {
			if fn := ir.Callee(&call.Call); o.Name == "" && fn != nil {
				return fn.FullName()
			}
			return o.Name
		}
	}
	return ""
}

// origins returns where the data of unbounded size comes from that a value is, as origin
// does.
func (t *table) origins(f *flow, v ssa.Value) string {
	for _, share := range t.shares(f, v) {
		if from := t.originOf(share.Of); from != "" {
			return from
		}
	}
	return "make"
}

func (t *table) originOf(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.Call:
		return t.origin(v, 0)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return t.origin(call, v.Index)
		}
	}
	return ""
}

// Origin returns the function of the standard library that data of unbounded size comes
// from which a call returns, "make" if it is made here, or nothing if v is no such data.
func (p *Package) Origin(v ssa.Value) string { return p.originOf(v) }

func isData(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		return true
	}
	return false
}

// Duration returns the value of a time.Duration in nanoseconds if it is a
// constant, or what the initialiser of a package variable sets that to.
func (p *Package) Duration(v ssa.Value) (ns int64, ok bool) {
	v = ir.Unconvert(v)
	if load, isLoad := v.(*ssa.UnOp); isLoad && load.Op == token.MUL {
		g, isGlobal := load.X.(*ssa.Global)
		if !isGlobal {
			return 0, false
		}
		i := slices.IndexFunc(p.sets[g], func(set *ssa.Store) bool { return set.Parent().Synthetic != "" })
		if i < 0 {
			return 0, false
		}
		v = ir.Unconvert(p.sets[g][i].Val)
	}
	return ir.Int(v)
}
