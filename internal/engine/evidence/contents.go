package evidence

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// variable follows what is in the variable that addr is the address of.
func (t *trace) variable(addr ssa.Value, path string) {
	switch x := addr.(type) {
	case *ssa.Alloc:
		t.contents(x, path)
	case *ssa.FieldAddr:
		t.field(x.X, x.Field, path)
	case *ssa.IndexAddr:
		t.element(x.X, path)
	case *ssa.Global:
		t.global(x, path)
	case *ssa.FreeVar:
		fn := x.Parent()
		i := slices.Index(fn.FreeVars, x)
		for _, made := range t.Literal(fn) {
			if mc, ok := made.(*ssa.MakeClosure); ok {
				t.variable(mc.Bindings[i], path)
			}
		}
	default:
		t.follow(addr, path) // a pointer and what it points to are one
	}
}

// field follows a field of a struct or of what a pointer points to.
func (t *trace) field(x ssa.Value, index int, path string) {
	if convention.FewValues(x.Type(), fieldName(x.Type(), index)) {
		t.end(Program, x)
		return
	}
	path = "." + fieldName(x.Type(), index) + path
	switch x := x.(type) {
	case *ssa.Alloc:
		t.contents(x, path)
	case *ssa.FieldAddr:
		t.field(x.X, x.Field, path)
	case *ssa.IndexAddr, *ssa.Global, *ssa.FreeVar:
		t.variable(x, path)
	default:
		t.follow(x, path)
	}
}

func fieldName(typ types.Type, index int) string {
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		typ = p.Elem()
	}
	if s, ok := typ.Underlying().(*types.Struct); ok {
		return s.Field(index).Name()
	}
	return ""
}

// element follows an element of a list, map or string.
func (t *trace) element(x ssa.Value, path string) {
	if t.fixedList(x) {
		t.end(Program, x)
		return
	}
	if call, ok := ir.Unwrap(x).(*ssa.Call); ok && ir.Callee(&call.Call) != nil {
		t.follow(x, "") // made of what it is given
		return
	}
	t.follow(x, "[]"+path)
}

// global follows a package variable: what is written in the program, or a number
// that goes up.
func (t *trace) global(g *ssa.Global, path string) {
	from := Program
	if g.Pkg != t.IR.SSA && g.Pkg != nil && !convention.IsStd(g.Pkg.Pkg.Path()) {
		from = Unknown
	}
	for _, st := range t.Sets(g) {
		if sum, ok := st.Val.(*ssa.BinOp); ok && sum.Op == token.ADD && t.counts(sum) {
			t.end(Counter, g)
			return
		}
		if st.Parent().Synthetic == "" && !t.Once(st.Parent()) {
			from = Unknown
		}
	}
	if path != "" && g.Pkg == t.IR.SSA && slices.ContainsFunc(t.Package.Of(g), func(e *effects.Event) bool {
		return (e.Kind == effects.Grow || e.Kind == effects.Store || e.Kind == effects.Escape) && !t.Once(e.Func())
	}) {
		from = Unknown
	}
	t.end(from, g)
}

// contents follows what is stored at a path of a local variable, or put there by
// a function that is given its address.
func (t *trace) contents(v *ssa.Alloc, path string) {
	found := false
	seen := make(map[ssa.Value]bool)
	var visit func(addr ssa.Value, path string)
	into := func(addr ssa.Value, step, path string) {
		switch rest, ok := strings.CutPrefix(path, step); {
		case path == "":
			visit(addr, "") // the whole of it
		case ok && (rest == "" || rest[0] == '.' || rest[0] == '['):
			visit(addr, rest)
		}
	}
	visit = func(addr ssa.Value, path string) {
		if seen[addr] {
			return
		}
		seen[addr] = true
		for _, use := range *addr.Referrers() {
			switch use := use.(type) {
			case *ssa.Store:
				if use.Addr == addr {
					found = true
					t.follow(use.Val, path)
				}
			case *ssa.MapUpdate:
				if rest, ok := strings.CutPrefix(path, "[]"); ok && use.Map == addr {
					found = true
					t.follow(use.Value, rest)
				}
			case *ssa.FieldAddr:
				into(use, "."+fieldName(use.X.Type(), use.Field), path)
			case *ssa.IndexAddr:
				into(use, "[]", path)
			case *ssa.Slice:
				visit(use, path)
			case *ssa.MakeInterface:
				visit(use, path)
			case *ssa.ChangeInterface:
				visit(use, path)
			case *ssa.ChangeType:
				visit(use, path)
			case *ssa.MakeClosure:
				for i, b := range use.Bindings {
					if b == addr && ir.BoundMethod(use) == nil {
						visit(use.Fn.(*ssa.Function).FreeVars[i], path)
					}
				}
			case ssa.CallInstruction:
				if from, ok := t.fills(use.Common(), addr); ok {
					found = true
					t.end(from, v)
				}
			}
		}
	}
	visit(v, path)
	// A variable given on as one of several arguments of any type is in a list.
	for _, use := range *v.Referrers() {
		conv, ok := use.(*ssa.MakeInterface)
		if !ok {
			continue
		}
		for _, use := range *conv.Referrers() {
			if call := variadicCall(use, conv); call != nil {
				if from, ok := fillsVariadic(call.Common()); ok {
					found = true
					t.end(from, v)
				}
			}
		}
	}
	if !found {
		t.end(Unknown, v)
	}
}

// fills reports whether a call puts something where addr points to, and where
// that comes from.
func (t *trace) fills(call *ssa.CallCommon, addr ssa.Value) (From, bool) {
	callee := ir.Callee(call)
	if callee == nil {
		return Unknown, false
	}
	first, source := convention.Fills(callee)
	if source == convention.None {
		return Unknown, false
	}
	if !call.IsInvoke() && callee.Signature().Recv() != nil {
		first++
	}
	if i := slices.Index(call.Args, addr); i < first {
		return Unknown, false
	}
	return t.decoded(call, callee, fromConvention(source)), true
}

// decoded returns where what a function decodes comes from: what the program
// brings along, or has in a file, is not what others send.
func (t *trace) decoded(call *ssa.CallCommon, callee *types.Func, from From) From {
	args := ir.Args(call)
	if from != Input || len(args) == 0 {
		return from
	}
	for range maxDepth {
		for _, r := range t.Refs(args[0]) {
			made := r.Root
			if ext, ok := made.(*ssa.Extract); ok {
				made = ext.Tuple
			}
			inner, ok := made.(*ssa.Call)
			if !ok {
				continue
			}
			fn := ir.Callee(&inner.Call)
			if fn == nil || fn.Pkg() == nil {
				return from
			}
			if convention.OpensLocal(fn) || convention.Draws(fn) == convention.Program {
				return Unknown
			}
			if len(ir.Args(&inner.Call)) == 0 {
				return from
			}
			args = ir.Args(&inner.Call)
		}
	}
	return from
}

// variadicCall returns the call that gets v as one of its variadic arguments, if
// use puts it into the list of these.
func variadicCall(use ssa.Instruction, v ssa.Value) ssa.CallInstruction {
	st, ok := use.(*ssa.Store)
	if !ok || st.Val != v {
		return nil
	}
	elem, ok := st.Addr.(*ssa.IndexAddr)
	if !ok {
		return nil
	}
	list, ok := elem.X.(*ssa.Alloc)
	if !ok {
		return nil
	}
	for _, use := range *list.Referrers() {
		slice, ok := use.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, use := range *slice.Referrers() {
			if call, ok := use.(ssa.CallInstruction); ok {
				return call
			}
		}
	}
	return nil
}

func fillsVariadic(call *ssa.CallCommon) (From, bool) {
	callee := ir.Callee(call)
	if callee == nil || !callee.Signature().Variadic() {
		return Unknown, false
	}
	_, source := convention.Fills(callee)
	return fromConvention(source), source != convention.None
}

func fromConvention(s convention.Source) From {
	switch s {
	case convention.Program:
		return Program
	case convention.Random:
		return Random
	case convention.Clock:
		return Clock
	case convention.Counter:
		return Counter
	case convention.Input:
		return Input
	}
	return Unknown
}

func (t *trace) extract(v *ssa.Extract, path string) {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		t.call(tuple, v.Index, path)
	case *ssa.Next:
		if v.Index > 0 {
			t.follow(tuple.Iter, path)
		}
	case *ssa.Select:
		t.received(receivesFrom(tuple, v.Index-2), v, path)
	default: // comma-ok forms
		t.follow(tuple, path)
	}
}

// receivesFrom returns the channel of the nth case of a select that receives,
// or nil.
func receivesFrom(sel *ssa.Select, n int) ssa.Value {
	for _, s := range sel.States {
		if s.Dir == types.RecvOnly {
			if n == 0 {
				return s.Chan
			}
			n--
		}
	}
	return nil
}
