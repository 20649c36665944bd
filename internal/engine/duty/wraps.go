package duty

import (
	"fmt"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Wrap says that a result of a function, known to its callers by an interface, has a parameter of
// the function behind it, which a method of the interface gives back: who returns the result returns what
// the function was given.
type Wrap struct {
	Result, Param int
	End           string
}

// String returns the wrap in a form for tests.
func (w Wrap) String() string { return fmt.Sprintf("p%d in r%d %s", w.Param, w.Result, w.End) }

// wraps returns what a function of the package wraps.
func (d *Duties) wraps(fn *ssa.Function) []Wrap {
	wraps, known := d.wrapping[fn]
	if known {
		return wraps
	}
	d.wrapping[fn] = nil // while it is worked out
	results := fn.Signature.Results()
	for i := range results.Len() {
		if end := effects.TeardownOf(results.At(i).Type()); end != nil && types.IsInterface(results.At(i).Type()) {
			if param := d.wrappedBy(fn, i, end.Name()); param >= 0 {
				wraps = append(wraps, Wrap{i, param, end.Name()})
			}
		}
	}
	d.wrapping[fn] = wraps
	return wraps
}

// wrappedBy returns the parameter that all values which a function returns have behind them until a method
// is called, or -1.
func (d *Duties) wrappedBy(fn *ssa.Function, result int, end string) int {
	found := -1
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || b == fn.Recover {
			continue
		}
		value := setBefore(ret, result)
		if ir.IsNil(value) && ir.Fails(ret) {
			continue
		}
		refs := d.p.Refs(value)
		if len(refs) == 0 {
			return -1
		}
		for _, r := range refs {
			if isVariable(r) {
				continue
			}
			param := d.behindRef(fn, r, end)
			if param < 0 || found >= 0 && param != found {
				return -1
			}
			found = param
		}
	}
	return found
}

// behindRef returns the parameter that a value is, or has behind it until a method is called, or -1.
func (d *Duties) behindRef(fn *ssa.Function, r effects.Ref, end string) int {
	if r.Path != nil {
		return -1
	}
	switch root := r.Root.(type) {
	case *ssa.Parameter:
		return slices.Index(fn.Params, root)
	case *ssa.Alloc:
		return d.keptUntil(fn, root, end)
	case *ssa.Call:
		for _, w := range d.wrapsOf(&root.Call) {
			if w.Result != 0 || w.End != end {
				continue
			}
			for _, r := range d.p.Refs(ir.Args(&root.Call)[w.Param]) {
				if param, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil {
					return slices.Index(fn.Params, param)
				}
			}
		}
	}
	return -1
}

// keptUntil returns the parameter that a function puts into a new object, of which a method gives it
// back, or -1.
func (d *Duties) keptUntil(fn *ssa.Function, made *ssa.Alloc, end string) int {
	n := ir.Named(made.Type())
	if n == nil {
		return -1
	}
	copied := copiedInto(made)
	for _, by := range d.endsOf(n) {
		if by.method.Name() != end {
			continue
		}
		for _, e := range d.p.In(fn) {
			param, ok := e.Ref.Root.(*ssa.Parameter)
			if !ok || e.Kind != effects.Store || e.Via || e.Ref.Path != nil || e.To.Path == nil || e.To.Root != ssa.Value(made) && (copied == nil || e.To.Root != copied) {
				continue
			}
			if effects.TeardownOf(param.Type()) != nil && by.undoes(e.To.Path.String()) {
				return slices.Index(fn.Params, param)
			}
		}
	}
	return -1
}

// wrapsOf returns what the function wraps that a call runs.
func (d *Duties) wrapsOf(call *ssa.CallCommon) []Wrap {
	if fn := d.p.IR.Static(call); fn != nil {
		return d.wraps(fn)
	}
	callee := ir.Callee(call)
	if callee == nil || call.IsInvoke() || callee.Pkg() == nil || callee.Pkg() == d.pass.Pkg {
		return nil
	}
	if fact := new(Owes); d.pass.ImportObjectFact(callee.Origin(), fact) {
		return fact.Wraps
	}
	return nil
}

// behindInterface returns what a result of a call owes by what it has behind it.
func (d *Duties) behindInterface(fn *ssa.Function, call *ssa.Call, index int) (Debt, bool) {
	for _, w := range d.wrapsOf(&call.Call) {
		args := ir.Args(&call.Call)
		if w.Result != index || w.Param >= len(args) {
			continue
		}
		for _, r := range d.p.Refs(args[w.Param]) {
			debt, ok := d.value(fn, r)
			if ok && debt.Path == "" && debt.Thing() != Context && d.onlyIn(debt, r, nil, call) {
				return Debt{Behind: keeping(debt.Behind), Ends: []string{w.End}, Parent: debt.Parent}, true
			}
		}
	}
	return Debt{}, false
}

// isIdle reports whether a value is the new one that a call has made with nothing behind it: it has a method
// like Close for the sake of others that are returned in its place.
func (d *Duties) isIdle(r effects.Ref) bool {
	root, index := r.Root, 0
	if ext, ok := root.(*ssa.Extract); ok {
		root, index = ext.Tuple, ext.Index
	}
	call, ok := root.(*ssa.Call)
	if !ok || r.Path != nil {
		return false
	}
	callee := ir.Callee(&call.Call)
	if callee != nil && callee.FullName() == "io.NopCloser" {
		return true
	}
	if slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool {
		return effects.TeardownOf(arg.Type()) != nil || effects.TeardownOf(ir.Unwrap(arg).Type()) != nil
	}) {
		return false // it may have what it is given behind it
	}
	if fn := d.p.IR.Static(&call.Call); fn != nil {
		return slices.Contains(d.nothing(fn), index) && !d.shared(fn, index)
	}
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == d.pass.Pkg {
		return false
	}
	fact := new(Owes)
	return d.pass.ImportObjectFact(callee, fact) && slices.Contains(fact.Nothing, index) && !slices.Contains(fact.Shared, index)
}
