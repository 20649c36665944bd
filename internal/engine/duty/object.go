package duty

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// An end is a method that ends the life of a type's values, and what it gives back.
type end struct {
	method *types.Func
	prefix string // the embedded field that it is promoted from
	sum    *effects.Summary
}

// endsOf returns the methods that end the life of values of a type.
func (d *Duties) endsOf(n *types.Named) []end {
	obj := n.Origin().Obj()
	if ends, ok := d.ends[obj]; ok {
		return ends
	}
	d.ends[obj] = nil
	var ends []end
	set := types.NewMethodSet(types.NewPointer(n))
	for sel := range set.Methods() {
		fn := sel.Obj().(*types.Func)
		if !convention.IsTeardown(fn) {
			continue
		}
		sum := d.p.SummaryOf(fn.Origin())
		e := end{method: fn, sum: sum}
		if path := sel.Index(); len(path) > 1 {
			typ := types.Type(n)
			for _, i := range path[:len(path)-1] {
				s, ok := deref(typ).Underlying().(*types.Struct)
				if !ok {
					break
				}
				e.prefix += "." + s.Field(i).Name()
				typ = s.Field(i).Type()
			}
		}
		ends = append(ends, e)
	}
	// Who has the object calls the exported one, which the others serve.
	slices.SortStableFunc(ends, func(a, b end) int { return convention.CompareTeardowns(a.method, b.method) })
	d.ends[obj] = ends
	return ends
}

// ended returns the debt of an object of which a method gives back what it has: if that is
// not exported, another one is called by others that is.
func (d *Duties) ended(debt Debt, by end, ends []end) Debt {
	name := by.method.Name()
	if !by.method.Exported() {
		name = ends[0].method.Name()
	}
	return Debt{Behind: keeping(debt.Behind), Ends: []string{name}, Parent: debt.Parent}
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// undoes reports whether the method gives back what is kept at a path of its receiver.
func (e end) undoes(path string) bool {
	if e.prefix != "" && strings.HasPrefix(path, e.prefix) {
		if path == e.prefix {
			return true // it is the method of what is embedded there
		}
		path = path[len(e.prefix):]
	}
	if e.sum == nil {
		return false
	}
	return slices.ContainsFunc(e.sum.Ops, func(o effects.Op) bool {
		if o.Param != 0 || o.Path != path && o.Path != path+"[]" {
			return false
		}
		switch o.Kind {
		case effects.Method, effects.Arg, effects.Call, effects.Close, effects.Escape, effects.Send, effects.Grow:
			return true // or a value is sent on it
		}
		return false
	})
}

// object returns what a new object owes by what it keeps and what was started for it.
func (d *Duties) object(fn *ssa.Function, made *ssa.Alloc) (Debt, bool) {
	n := ir.Named(made.Type())
	if n == nil {
		return Debt{}, false
	}
	ends := d.endsOf(n)
	if len(ends) == 0 {
		return d.carried(fn, made)
	}
	copied := copiedInto(made)
	var context *Debt // if nothing else is behind the object, which ends with it
	for _, e := range d.p.In(fn) {
		if e.Kind != effects.Store || e.To.Root != ssa.Value(made) && (copied == nil || e.To.Root != copied) || e.To.Path == nil || e.Via {
			continue
		}
		debt, ok := d.value(fn, e.Ref)
		if !ok || debt.Thing() == Context && !d.ofGiven(debt, e.Ref) || !d.onlyReturned(debt, e.Ref) || d.orElse(fn, e, e.To.Root, nil) {
			continue
		}
		for _, end := range ends {
			if !end.undoes(e.To.Path.String() + debt.Path) {
				continue
			}
			owed := d.ended(debt, end, ends)
			if debt.Thing() != Context {
				return owed, true
			}
			if context == nil {
				context = &owed
			}
		}
	}
	var filled Debt
	owes := false
	d.eachPassed(fn, func(debt Debt, arg ssa.Value) {
		for _, r := range d.p.Refs(arg) {
			if r.Root != ssa.Value(made) {
				continue
			}
			for _, end := range ends {
				if !owes && end.undoes(r.Path.String()+debt.Path) {
					filled, owes = d.ended(debt, end, ends), true
				}
			}
		}
	})
	if owes {
		return filled, true
	}
	for _, end := range ends {
		if parent, ok := d.starts(fn, n, &gate{fields: d.opened(end)}); ok {
			debt := d.ended(Debt{Behind: Goroutine, Parent: -1}, end, ends)
			if parent != nil {
				debt.Parent = slices.Index(fn.Params, parent)
			}
			return debt, true
		}
	}
	if context != nil {
		return *context, true
	}
	return d.busy(fn, n, ends)
}

// carried returns what a new struct owes that has no method which ends its life, as one does that
// only takes several results to the caller: what is in a field is given back by who takes it from there.
func (d *Duties) carried(fn *ssa.Function, made *ssa.Alloc) (Debt, bool) {
	copied := copiedInto(made)
	for _, e := range d.p.In(fn) {
		if e.Kind != effects.Store || e.To.Root != ssa.Value(made) && (copied == nil || e.To.Root != copied) || e.Via || e.To.Path.Field() == nil || e.To.Path.IsElem() || e.To.Path.Parent() != nil {
			continue
		}
		debt, ok := d.value(fn, e.Ref)
		if !ok || debt.Thing() == Context || debt.Ends == nil || !d.takenFrom(e.To.Path.Field(), debt) || !d.onlyReturned(debt, e.Ref) || d.orElse(fn, e, made, copied) {
			continue
		}
		debt.Path = e.To.Path.String() + debt.Path
		return debt, true
	}
	return Debt{}, false
}

// takenFrom reports whether somebody gives back what is in a field: others may have it.
func (d *Duties) takenFrom(field *types.Var, debt Debt) bool {
	return slices.ContainsFunc(d.p.OfField(field), debt.PaidBy)
}

// orElse reports whether a function puts something else, that owes nothing, in the place of
// what it stores at an event: what is there depends on what the function is given. The object may
// be a copy of a composite literal. Of a place that is set more than maxSets times nothing is known.
func (d *Duties) orElse(fn *ssa.Function, e *effects.Event, object, copied ssa.Value) bool {
	const maxSets = 64
	if e.To.Path.IsElem() {
		return false
	}
	sets := d.stores(fn)[effects.Ref{Root: object, Path: e.To.Path}]
	if copied != nil && copied != object {
		sets = slices.Concat(sets, d.stores(fn)[effects.Ref{Root: copied, Path: e.To.Path}])
	}
	return len(sets) > maxSets || slices.ContainsFunc(sets, func(other effects.Ref) bool {
		if other == e.Ref {
			return false
		}
		_, owes := d.value(fn, other)
		return !owes && !isVariable(other) && !d.madeOf(other.Root, e.Ref.Root)
	})
}

// stores returns what a function itself stores in each place.
func (d *Duties) stores(fn *ssa.Function) map[effects.Ref][]effects.Ref {
	if of, ok := d.stored[fn]; ok {
		return of
	}
	of := make(map[effects.Ref][]effects.Ref)
	for _, e := range d.p.In(fn) {
		if e.Kind == effects.Store && !e.Via && e.To.Root != nil {
			of[e.To] = append(of[e.To], e.Ref)
		}
	}
	d.stored[fn] = of
	return of
}

// madeOf reports whether a value is the result of a call that gets another one: a wrapper.
func (d *Duties) madeOf(v, of ssa.Value) bool {
	if ext, ok := v.(*ssa.Extract); ok {
		v = ext.Tuple
	}
	call, ok := v.(*ssa.Call)
	return ok && slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool {
		return slices.ContainsFunc(d.p.Refs(arg), func(r effects.Ref) bool { return r.Root == of })
	})
}

// ofGiven reports whether a context that an object keeps the cancel function of, or an object
// inside it, has a parent that is a parameter or a part of one: how long another one lives
// is not known. A timer lets go of its context by itself.
func (d *Duties) ofGiven(debt Debt, r effects.Ref) bool {
	if debt.Timed {
		return false
	}
	call, ok := r.Root.(*ssa.Call)
	if ext, tuple := r.Root.(*ssa.Extract); tuple {
		call, ok = ext.Tuple.(*ssa.Call)
	}
	if !ok || debt.Parent < 0 {
		return debt.Parent < 0
	}
	refs := d.p.Refs(ir.Args(&call.Call)[debt.Parent])
	return len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		_, given := r.Root.(*ssa.Parameter)
		return !given
	})
}

// copiedInto returns the composite literal that a variable is set to, or nil.
func copiedInto(made *ssa.Alloc) ssa.Value {
	for _, use := range *made.Referrers() {
		set, ok := use.(*ssa.Store)
		if !ok || set.Addr != ssa.Value(made) {
			continue
		}
		if load, ok := set.Val.(*ssa.UnOp); ok && load.Op == token.MUL {
			if from, ok := load.X.(*ssa.Alloc); ok {
				return from
			}
		}
	}
	return nil
}

// wrapped returns what a value owes that a call has made of one that owes: it keeps that, and a
// method that ends its life gives it back.
func (d *Duties) wrapped(fn *ssa.Function, call *ssa.Call, result ssa.Value, index int) (Debt, bool) {
	if types.IsInterface(result.Type()) {
		return d.behindInterface(fn, call, index)
	}
	n, sum := ir.Named(result.Type()), d.p.Callee(&call.Call)
	if n == nil || sum == nil {
		return Debt{}, false
	}
	args := ir.Args(&call.Call)
	for _, o := range sum.Ops {
		if o.Kind != effects.Return || o.Param < 0 || o.Param >= len(args) || o.Path != "" || o.To != index || o.ToPath == "" {
			continue
		}
		for _, r := range d.p.Refs(args[o.Param]) {
			debt, ok := d.value(fn, r)
			if !ok || debt.Thing() == Context && !d.ofGiven(debt, r) || !d.onlyIn(debt, r, nil, call) {
				continue
			}
			ends := d.endsOf(n)
			for _, end := range ends {
				if end.undoes(o.ToPath + debt.Path) {
					return d.ended(debt, end, ends), true
				}
			}
		}
	}
	return Debt{}, false
}

// keeping says what an object keeps.
func keeping(what string) string {
	if strings.HasPrefix(what, "value ") {
		return what
	}
	return "value with a " + what + " behind it"
}

// Thing returns what is behind the value, or behind what it keeps.
func (d Debt) Thing() string {
	what, ok := strings.CutPrefix(d.Behind, "value with a ")
	if !ok {
		return d.Behind
	}
	return strings.TrimSuffix(what, " behind it")
}

// registered returns what a new object owes because it is kept in a package variable until a
// method ends its life.
func (d *Duties) registered(r effects.Ref) (Debt, bool) {
	made, ok := r.Root.(*ssa.Alloc)
	if !ok || r.Path != nil || ir.Named(made.Type()) == nil {
		return Debt{}, false
	}
	for _, e := range d.p.Of(made) {
		kept, ok := e.To.Root.(*ssa.Global)
		if e.Kind != effects.Store || e.Ref.Path != nil || e.Via || !ok || !e.To.Path.IsElem() {
			continue
		}
		for _, end := range d.endsOf(ir.Named(made.Type())) {
			fn := d.p.IR.SSA.Prog.FuncValue(end.method)
			if fn != nil && slices.ContainsFunc(d.p.In(fn), func(out *effects.Event) bool {
				return out.Kind == effects.Shrink && out.Ref.Root == ssa.Value(kept)
			}) {
				return Debt{Behind: Registration, Ends: []string{end.method.Name()}, Parent: -1}, true
			}
		}
	}
	return Debt{}, false
}

// closure returns what a function literal owes that gives back what the function around
// it has acquired.
func (d *Duties) closure(fn *ssa.Function, mc *ssa.MakeClosure) (Debt, bool) {
	body := mc.Fn.(*ssa.Function)
	if body.Signature.Params().Len() > 0 {
		return Debt{}, false
	}
	for _, e := range d.p.In(fn) {
		if !ir.Within(e.Func(), body) || e.Kind != effects.Method && e.Kind != effects.Call || e.Mode == effects.Spawned {
			continue
		}
		switch root := e.Ref.Root.(type) {
		case *ssa.Call, *ssa.Extract:
			if ir.Within(root.(ssa.Instruction).Parent(), body) {
				continue
			}
		default:
			continue
		}
		if debt, ok := d.value(fn, e.Ref); ok && debt.PaidBy(e) && debt.Path == "" {
			return Debt{Behind: debt.Behind, Parent: debt.Parent, Timed: debt.Timed}, true
		}
	}
	return Debt{}, false
}

// hidden reports whether what owes is in a field that other packages cannot get at: they leave it
// to the methods of the object.
func (d Debt) hidden() bool {
	return slices.ContainsFunc(strings.Split(d.Path, "."), func(field string) bool {
		first, _ := utf8.DecodeRuneInString(field)
		return first == '_' || unicode.IsLower(first)
	})
}
