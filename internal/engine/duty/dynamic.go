package duty

import (
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A call of a function value leaves what all leave that are put into the variable, as far as
// they are in sight. Functions of the standard library's table are in sight, too: who calls a
// method as that of http.Client does, in all types that it has, gets what that returns.
//
// Of a method of an interface it is enough that one of the types that implement it leaves
// something, if the interface has the method that gives it back: it is there because of such
// types. That of a type that keeps its values in memory has nothing to do. But if
// one hands out what others have too, who calls it does not know.

// A slot is a method of an interface.
type slot struct {
	of     types.Type
	method *types.Func
}

// A target is a function that a call may run.
type target struct {
	debts  []Debt
	body   *ssa.Function // nil if it is not of this package
	shared []int         // results that others have, too
}

// invoked returns what a method leaves that is called through an interface.
func (d *Duties) invoked(typ types.Type, method *types.Func) []Debt {
	if debts := tabled(method); debts != nil {
		return debts
	}
	if fact := new(Owes); method.Pkg() != nil && method.Pkg() != d.pass.Pkg && d.pass.ImportObjectFact(method, fact) {
		return fact.Debts
	}
	if dials(method.Signature()) {
		return []Debt{connection}
	}
	iface, ok := typ.Underlying().(*types.Interface)
	if !ok || !d.mayReturn(method.Signature()) && !opens(iface) {
		return nil
	}
	key := slot{typ, method}
	debts, known := d.slots[key]
	if !known {
		d.slots[key] = nil // while it is worked out
		targets := d.implementations(iface, method)
		if debts = d.common(method.Signature(), targets); len(debts) == 0 {
			debts = d.some(method.Signature(), targets)
		}
		debts = append(debts, opening(iface, targets)...)
		d.slots[key] = debts
	}
	return debts
}

// mayReturn reports whether a function has results that may be given back.
func (d *Duties) mayReturn(sig *types.Signature) bool {
	return slices.ContainsFunc(slices.Collect(sig.Results().Variables()), func(v *types.Var) bool {
		return !ir.IsError(v.Type()) && d.mayOwe(v.Type())
	})
}

// opens reports whether an interface has a method that ends the life of its values.
func opens(iface *types.Interface) bool {
	for m := range iface.Methods() {
		if convention.IsTeardown(m) {
			return true
		}
	}
	return false
}

// implementations returns what the method of an interface may run.
func (d *Duties) implementations(iface *types.Interface, method *types.Func) []target {
	var targets []target
	add := func(tn *types.TypeName) {
		n, ok := tn.Type().(*types.Named)
		if !ok || tn.IsAlias() || n.TypeParams().Len() > 0 || types.IsInterface(n) || ir.InTest(d.pass.Fset, tn.Pos()) {
			return
		}
		ptr := types.NewPointer(n)
		obj, _, _ := types.LookupFieldOrMethod(ptr, false, method.Pkg(), method.Name())
		fn, ok := obj.(*types.Func)
		if !ok || !types.Implements(ptr, iface) || types.IsInterface(fn.Signature().Recv().Type()) {
			return
		}
		if t, ok := d.declared(fn); ok {
			targets = append(targets, t)
		}
	}
	scope := d.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		if tn, ok := scope.Lookup(name).(*types.TypeName); ok {
			add(tn)
		}
	}
	tabled := make(map[*types.TypeName]bool)
	for _, fn := range d.std() {
		if recv := fn.Signature().Recv(); recv != nil {
			if n := ir.Named(recv.Type()); n != nil && !tabled[n.Obj()] {
				tabled[n.Obj()] = true
				add(n.Obj())
			}
		}
	}
	for _, pkg := range d.pass.Pkg.Imports() {
		for _, name := range d.owing(pkg, method.Name()) {
			add(pkg.Scope().Lookup(name).(*types.TypeName))
		}
	}
	return targets
}

// owing returns the exported types of an imported package of which a method of a name owes.
func (d *Duties) owing(pkg *types.Package, method string) []string {
	if d.owingTypes == nil {
		d.owingTypes = make(map[*types.Package]map[string][]string)
		for _, f := range d.pass.AllObjectFacts() {
			fn, ok := f.Object.(*types.Func)
			if owes, is := f.Fact.(*Owes); !ok || !is || len(owes.Debts) == 0 || fn.Signature().Recv() == nil {
				continue
			}
			n := ir.Named(fn.Signature().Recv().Type())
			if n == nil || !n.Obj().Exported() || fn.Pkg() == d.pass.Pkg {
				continue
			}
			by := d.owingTypes[fn.Pkg()]
			if by == nil {
				by = make(map[string][]string)
				d.owingTypes[fn.Pkg()] = by
			}
			by[fn.Name()] = append(by[fn.Name()], n.Obj().Name())
		}
	}
	return slices.Sorted(slices.Values(d.owingTypes[pkg][method]))
}

// declared returns a declared function as a target; ok is false if nothing is known of it.
func (d *Duties) declared(fn *types.Func) (t target, ok bool) {
	fn = fn.Origin()
	if fn.Pkg() == d.pass.Pkg {
		body := d.p.IR.Source(d.p.IR.SSA.Prog.FuncValue(fn))
		if body == nil {
			return t, false
		}
		return target{debts: d.own(body), body: body}, true
	}
	if fact := new(Owes); fn.Pkg() != nil && d.pass.ImportObjectFact(fn, fact) {
		return target{debts: fact.Debts, shared: fact.Shared}, true
	}
	t.debts = tabled(fn)
	if t.debts == nil && d.known(fn) { // what it returns ends with something else
		for i := range fn.Signature().Results().Len() {
			t.shared = append(t.shared, i)
		}
		return t, true
	}
	return t, t.debts != nil || d.p.SummaryOf(fn) != nil
}

// known reports whether a function is a method of a type of the standard library of which the
// table has others: it owes nothing.
func (d *Duties) known(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && inStd(fn) && slices.ContainsFunc(d.std(), func(other *types.Func) bool {
		return other.Signature().Recv() != nil && types.Identical(other.Signature().Recv().Type(), recv.Type())
	})
}

// common returns the debts that all targets have. Functions with other results than what is
// called are none: they are in the same place at another time.
func (d *Duties) common(sig *types.Signature, targets []target) []Debt {
	targets = slices.DeleteFunc(slices.Clone(targets), func(t target) bool {
		return t.body != nil && t.body.Signature.Results().Len() != sig.Results().Len()
	})
	var debts []Debt
	for i := range sig.Results().Len() {
		var all []Debt
		for _, t := range targets {
			at := slices.IndexFunc(t.debts, func(debt Debt) bool { return debt.Result == i })
			if at >= 0 {
				all = append(all, t.debts[at])
			} else if t.body == nil || !d.forwards(t.body, i) {
				all = nil
				break
			}
		}
		if len(all) > 0 && !slices.ContainsFunc(all, func(debt Debt) bool { return debt.Path != all[0].Path || !slices.Equal(debt.Ends, all[0].Ends) }) {
			owed := all[0]
			if slices.ContainsFunc(all, func(debt Debt) bool { return debt.OK != owed.OK }) {
				owed.OK = 0
			}
			debts = append(debts, owed)
		}
	}
	return debts
}

// some returns the debts that one of several methods of an interface has, where the interface has
// what gives them back and no other method returns what others have, too.
func (d *Duties) some(sig *types.Signature, targets []target) []Debt {
	var debts []Debt
	for i := range sig.Results().Len() {
		if effects.TeardownOf(sig.Results().At(i).Type()) == nil {
			continue
		}
		owed, agree := (*Debt)(nil), true
		for _, t := range targets {
			at := slices.IndexFunc(t.debts, func(debt Debt) bool { return debt.Result == i })
			switch {
			case at < 0:
				agree = agree && !slices.Contains(t.shared, i) && (t.body == nil || !d.shared(t.body, i))
			case owed == nil:
				owed = &t.debts[at]
			default:
				agree = agree && t.debts[at].Path == owed.Path && slices.Equal(t.debts[at].Ends, owed.Ends)
			}
		}
		if agree && owed != nil && owed.Path == "" && owed.Ends != nil && owed.Parent < 0 {
			debts = append(debts, *owed)
		}
	}
	return debts
}

// opening returns what a method of an interface leaves its receiver to be given back: that of one of the
// types that implement it, if the interface has what gives it back.
func opening(iface *types.Interface, targets []target) []Debt {
	for _, t := range targets {
		at := slices.IndexFunc(t.debts, func(debt Debt) bool {
			return debt.Param == 0 && debt.Path == "" && debt.Parent < 0 && len(debt.Ends) > 0
		})
		if at < 0 {
			continue
		}
		for m := range iface.Methods() {
			if m.Name() == t.debts[at].Ends[0] {
				return []Debt{t.debts[at]}
			}
		}
	}
	return nil
}

// forwards reports whether a function returns nothing but what calls return of which
// nothing is known.
func (d *Duties) forwards(fn *ssa.Function, index int) bool {
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || ir.IsNil(ret.Results[index]) && ir.Fails(ret) {
			continue
		}
		refs := d.p.Refs(ret.Results[index])
		for _, r := range refs {
			call, ok := r.Root.(*ssa.Call)
			if ext, tuple := r.Root.(*ssa.Extract); tuple {
				call, ok = ext.Tuple.(*ssa.Call)
			}
			if !ok && !isVariable(r) || ok && d.p.Callee(&call.Call) != nil {
				return false
			}
		}
		if len(refs) == 0 {
			return false
		}
	}
	return true
}

// maxMaking bounds how far a function value is looked for in what makes it.
const maxMaking = 2

// variable returns what a function leaves that a variable holds: the functions that are in
// sight where it is set or, if there are none, one of the standard library of its
// type.
func (d *Duties) variable(fn ssa.Value) []Debt {
	sig, ok := fn.Type().Underlying().(*types.Signature)
	if !ok || !d.mayReturn(sig) {
		return nil
	}
	var targets []target
	depth := 0
	var add func(root ssa.Value)
	add = func(root ssa.Value) {
		switch root := root.(type) {
		case *ssa.Function:
			if obj := ir.FuncObject(root); obj != nil {
				if t, ok := d.declared(obj); ok {
					targets = append(targets, t)
				}
			} else if root.Parent() != nil {
				targets = append(targets, target{debts: d.own(root), body: root})
			}
		case *ssa.MakeClosure:
			if obj := ir.BoundMethod(root); obj != nil {
				if t, ok := d.declared(obj); ok {
					targets = append(targets, t)
				}
			} else if body := root.Fn.(*ssa.Function); body.Parent() != nil {
				targets = append(targets, target{debts: d.own(body), body: body})
			}
		case *ssa.Call:
			made := d.p.IR.Static(&root.Call)
			if made == nil || depth == maxMaking || made.Signature.Results().Len() != 1 {
				return
			}
			depth++
			for _, b := range made.Blocks {
				if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
					for _, r := range d.p.Refs(ret.Results[0]) {
						if r.Path == nil {
							add(r.Root)
						}
					}
				}
			}
			depth--
		}
	}
	for _, r := range d.p.Refs(fn) {
		g, global := r.Root.(*ssa.Global)
		switch f := r.Path.Field(); {
		case f != nil && !r.Path.IsElem():
			for _, e := range d.p.StoredIn(f) {
				if e.Ref.Path == nil && !e.Via {
					add(e.Ref.Root)
				}
			}
		case global && r.Path == nil:
			for _, set := range d.p.Sets(g) {
				for _, r := range d.p.Refs(set.Val) {
					add(r.Root)
				}
			}
		case r.Path == nil:
			add(r.Root)
		}
	}
	if dials(sig) {
		return []Debt{connection}
	}
	if len(targets) > 0 {
		return d.common(sig, targets)
	}
	if sig.Params().Len() == 0 {
		return nil // it may be one that gives what somebody has
	}
	for _, fn := range d.std() {
		if types.Identical(types.NewSignatureType(nil, nil, nil, fn.Signature().Params(), fn.Signature().Results(), fn.Signature().Variadic()), sig) {
			return slices.DeleteFunc(slices.Clone(tabled(fn)), func(debt Debt) bool { return debt.Result < 0 })
		}
	}
	return nil
}

// connection is what a call leaves that dials.
var connection = Debt{Param: -1, Behind: "connection", Ends: []string{"Close"}, Parent: -1}

// dials reports whether a function is of the type that net.Dial and the methods of net.Dialer have: who is
// given one, or an interface with one, opens a connection by it, whichever it is.
func dials(sig *types.Signature) bool {
	params, results := sig.Params(), sig.Results()
	n := params.Len()
	if results.Len() != 2 || n != 2 && (n != 3 || !ir.IsContext(params.At(0).Type())) || sig.Variadic() {
		return false
	}
	isText := func(i int) bool { return types.Identical(params.At(i).Type(), types.Typ[types.String]) }
	return isText(n-2) && isText(n-1) && results.At(0).Type().String() == "net.Conn" && ir.IsError(results.At(1).Type())
}

// std returns the functions of the standard library's table whose packages the package
// knows, sorted by name.
func (d *Duties) std() []*types.Func {
	if d.stdFuncs != nil {
		return *d.stdFuncs
	}
	pkgs := make(map[string]*types.Package)
	work := []*types.Package{d.pass.Pkg}
	for len(work) > 0 {
		pkg := work[len(work)-1]
		work = work[:len(work)-1]
		if pkgs[pkg.Path()] == nil {
			pkgs[pkg.Path()] = pkg
			work = append(work, pkg.Imports()...)
		}
	}
	var fns []*types.Func
	for _, name := range slices.Sorted(maps.Keys(stdTable())) {
		qualified, method, _ := strings.Cut(strings.TrimLeft(name, "(*"), ")")
		dot := strings.LastIndexByte(qualified, '.')
		pkg := pkgs[qualified[:dot]]
		if pkg == nil {
			continue
		}
		obj := pkg.Scope().Lookup(qualified[dot+1:])
		if method != "" && obj != nil {
			obj, _, _ = types.LookupFieldOrMethod(types.NewPointer(obj.Type()), false, pkg, method[1:])
		}
		if fn, ok := obj.(*types.Func); ok {
			fns = append(fns, fn)
		}
	}
	d.stdFuncs = &fns
	return fns
}

// exportSlots exports what methods of interfaces leave of which implementations are in
// sight here.
func (d *Duties) exportSlots() {
	scope := d.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || !tn.Exported() {
			continue
		}
		n, ok := tn.Type().(*types.Named)
		if !ok || n.TypeParams().Len() > 0 {
			continue
		}
		iface, ok := n.Underlying().(*types.Interface)
		if !ok {
			continue
		}
		for m := range iface.ExplicitMethods() {
			if !m.Exported() || m.Pkg() != d.pass.Pkg {
				continue
			}
			if debts := d.invoked(n, m); len(debts) > 0 {
				d.pass.ExportObjectFact(m, &Owes{Debts: slices.Clone(debts)})
			}
		}
	}
}
