package effects

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// An Op is one effect of a function on a parameter or result, seen from its
// callers.
type Op struct {
	Kind    Kind
	Mode    Mode
	Param   int    // the parameter it happens to, receiver first; -1: a package variable (Global) or, for Fill, none
	Path    string // from the parameter to the part it happens to
	Name    string // Method, Arg: the name of the function called; Fill: where from, "" if it is itself; Part: how much, "" if it is little
	To      int    // Store: the parameter it is stored in, or -1; Return, Fill, Part: the result
	ToPath  string // from the parameter or result to where it is
	Global  string // Return: the package variable it is; Store: the one it goes to
	Holder  string // Store: the part of the runtime that keeps it
	Key     int    // Grow: the parameter that the key is made from, or -1
	KeyPath string // from the parameter to the part that it is made from
	Memo    bool   // Call: what the parameter returns is kept where it stays, for the next time

	global, toGlobal *ssa.Global     // in the package under analysis
	origin           ssa.Instruction // in the package under analysis
}

// String returns the form of the op in std.txt and in tests.
func (o Op) String() string {
	var b strings.Builder
	if o.Mode == Spawned {
		b.WriteString("go ")
	}
	b.WriteString(o.Kind.String())
	switch {
	case o.Kind == Fill:
		fmt.Fprintf(&b, " r%d", o.To)
		return b.String()
	case o.Param >= 0:
		fmt.Fprintf(&b, " p%d%s", o.Param, o.Path)
	default:
		fmt.Fprintf(&b, " %s%s", o.Global, o.Path)
	}
	if o.Name != "" {
		b.WriteString(" " + o.Name)
	}
	if o.Kind == Grow && o.Key >= 0 {
		fmt.Fprintf(&b, " by p%d%s", o.Key, o.KeyPath)
	}
	switch {
	case o.Memo:
		b.WriteString(" memo")
	case o.Kind == Return, o.Kind == Part:
		fmt.Fprintf(&b, " -> r%d%s", o.To, o.ToPath)
	case o.Kind == Store && o.To >= 0:
		fmt.Fprintf(&b, " -> p%d%s", o.To, o.ToPath)
	case o.Kind == Store && o.Holder != "":
		b.WriteString(" -> @" + o.Holder)
	case o.Kind == Store:
		fmt.Fprintf(&b, " -> %s%s", o.Global, o.ToPath)
	}
	return b.String()
}

// A Summary is what a function does to its parameters and what its results
// are. It is a fact about the function's object.
type Summary struct {
	Ops []Op
	// NoReturn is set if the function never comes back to its caller because
	// it panics or ends the goroutine or process.
	NoReturn bool
	// Fresh is set if the first result is a new object that only the caller
	// gets hold of. Constructors that register what they make are not fresh.
	Fresh bool
	// Made is set if the first result is a new object that is handed only to its own
	// goroutines, and to functions that the caller gives.
	Made bool
	// Cut is set if it does more than the Ops say, but to channels.
	Cut bool
}

// detached returns a copy without what belongs to the package under analysis.
// Drivers that analyse all packages in one process hand facts on as they are,
// and with those keep all that facts lead to.
func (s *Summary) detached() *Summary {
	d := *s
	d.Ops = slices.Clone(s.Ops)
	for i := range d.Ops {
		d.Ops[i].global, d.Ops[i].toGlobal, d.Ops[i].origin = nil, nil, nil
	}
	return &d
}

// AFact marks Summary as a fact.
func (*Summary) AFact() {}

// String returns the effects, comma separated, in their order in the Summary.
func (s *Summary) String() string {
	var parts []string
	if s.NoReturn {
		parts = append(parts, "noreturn")
	}
	if s.Fresh {
		parts = append(parts, "fresh")
	}
	for _, o := range s.Ops {
		parts = append(parts, o.String())
	}
	return "effects(" + strings.Join(parts, ", ") + ")"
}

// rebuilds returns Grow or Shrink if the function returns its param with
// elements added or removed, as slices.Insert and slices.Delete do; else 0.
func (s *Summary) rebuilds(param int) Kind {
	var back bool
	var kind Kind
	for _, o := range s.Ops {
		if o.Param != param || o.Path != "" {
			continue
		}
		switch o.Kind {
		case Return:
			back = true
		case Grow, Shrink:
			kind = o.Kind
		}
	}
	if !back {
		return 0
	}
	return kind
}

// Has reports whether the function does kind to any part of param.
func (s *Summary) Has(kind Kind, param int) bool {
	return slices.ContainsFunc(s.Ops, func(o Op) bool { return o.Kind == kind && o.Param == param })
}

// maxOps bounds the effects kept of one function; what a function does to
// more parts of its parameters than that is not worth its bytes as a fact.
const maxOps = 48

// summarize returns the events on fn's parameters as its callers see them.
func (t *table) summarize(fn *ssa.Function, events []*Event) *Summary {
	sum := &Summary{NoReturn: t.neverReturns(fn), Fresh: t.returnsFresh(fn, events, false), Made: t.returnsFresh(fn, events, true)}
	seen := make(map[Op]bool)
	var kept map[ssa.Instruction]bool // calls whose results are
	for _, e := range events {
		op := Op{Kind: e.Kind, Param: paramIndex(fn, e.Ref.Root), To: -1, Key: -1, Path: e.Ref.Path.String()}
		if op.Param < 0 {
			if g, ok := e.Ref.Root.(*ssa.Global); ok && e.Kind == Return {
				op.Global, op.global = g.String(), g
			} else if e.Kind != Fill {
				continue
			}
		}
		if e.Mode == Spawned || t.onGoroutine(e.Func()) {
			op.Mode = Spawned
		}
		switch e.Kind {
		case Method, Arg:
			if !e.Gives {
				continue
			}
			op.Name = e.Name
		case Return, Fill, Part:
			if e.Func() != fn {
				continue // a literal's own result
			}
			op.To = e.Index
			if e.Kind != Return {
				op.Name = e.Name
			}
			if e.Via {
				op.ToPath = t.whereInResult(e)
			}
			if e.Kind == Fill || e.Kind == Part {
				op.Path = ""
			}
		case Store:
			op.Holder = e.Holder
			if i := paramIndex(fn, e.To.Root); i >= 0 {
				if i == op.Param {
					continue // moved within itself: no matter of the caller's
				}
				op.To, op.ToPath = i, e.To.Path.String()
			} else if g, ok := e.To.Root.(*ssa.Global); ok {
				op.Global, op.toGlobal, op.ToPath = g.String(), g, e.To.Path.String()
			} else if e.Holder == "" {
				if Fresh(e.To.Root) {
					continue // the object's own fate says more
				}
				op.Kind = Escape
			}
		case Grow:
			op.Key, op.KeyPath = t.keyParam(fn, e)
		case Call:
			if kept == nil {
				kept = keptResults(events)
			}
			op.Memo = e.Memo || kept[e.Instr]
		case Replace:
			if op.Path == "" {
				continue // the parameter variable itself
			}
		case Lazy:
			continue
		}
		if Plain(e.Ref) && (op.Kind == Store || op.Kind == Escape || op.Kind == Send) {
			continue
		}
		if seen[op] {
			continue
		}
		seen[op] = true
		if e.Origin != nil && e.Origin.Parent() != nil {
			op.origin = e.Origin
		}
		sum.Ops = append(sum.Ops, op)
	}
	slices.SortStableFunc(sum.Ops, compareOps)
	if len(sum.Ops) > maxOps {
		sum.bound(fn)
	}
	return sum
}

// bound leaves out effects where there are too many. What is done to a channel stays: it is little,
// and who waits for it may wait for ever.
func (s *Summary) bound(fn *ssa.Function) {
	s.Cut = true
	n := 0
	s.Ops = slices.DeleteFunc(s.Ops, func(o Op) bool {
		if o.Param >= 0 && isChan(fn.Params[o.Param].Type()) {
			return false
		}
		n++
		return n > maxOps
	})
}

func isChan(t types.Type) bool {
	_, is := t.Underlying().(*types.Chan)
	return is
}

// keptResults returns the calls of which a result is stored in a package variable or
// a part of a parameter.
func keptResults(events []*Event) map[ssa.Instruction]bool {
	kept := make(map[ssa.Instruction]bool)
	for _, e := range events {
		if e.Kind != Store {
			continue
		}
		result := e.Ref.Root
		if ext, ok := result.(*ssa.Extract); ok {
			result = ext.Tuple
		}
		made, ok := result.(*ssa.Call)
		if !ok {
			continue
		}
		switch e.To.Root.(type) {
		case *ssa.Global, *ssa.Parameter:
			kept[made] = true
		}
	}
	return kept
}

// returnsFresh reports whether the first result of fn is always an object that
// it makes and gives to nobody else, or only to its own goroutines and to functions that are given.
func (t *table) returnsFresh(fn *ssa.Function, events []*Event, shared bool) bool {
	f := t.flows[fn]
	if f == nil || fn.Signature.Results().Len() == 0 || len(fn.Blocks) == 0 {
		return false
	}
	made := make(map[ssa.Value]bool)
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		refs := f.of(ret.Results[0])
		if len(refs) == 0 {
			if k, ok := ret.Results[0].(*ssa.Const); ok && k.IsNil() {
				continue // with an error
			}
			return false
		}
		for _, r := range refs {
			switch r.Root.(type) {
			case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice:
				made[r.Root] = true
			default:
				if !shared || r.Path != nil || !t.makes(r.Root) {
					return false
				}
				made[r.Root] = true
			}
		}
	}
	for _, e := range events {
		if !made[e.Ref.Root] || e.Via && e.Kind != Escape || shared && e.Mode == Spawned {
			continue
		}
		switch e.Kind {
		case Escape:
			if !shared || e.Callee != nil {
				return false
			}
		case Send:
			return false
		case Store:
			if e.Holder != "" || !made[e.To.Root] {
				return false
			}
		case Return:
			if e.Func() != fn {
				return false
			}
		}
		if e.Mode == Spawned {
			return false
		}
	}
	return len(made) > 0
}

// makes reports whether a value is the first result of a call of a function that makes it.
func (t *table) makes(v ssa.Value) bool {
	if ext, ok := v.(*ssa.Extract); ok && ext.Index == 0 {
		v = ext.Tuple
	}
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	if fn := t.ir.Static(&call.Call); fn != nil {
		sum := t.summaries[fn]
		return sum != nil && sum.Made
	}
	sum := t.summaryOf(&call.Call)
	return sum != nil && sum.Made
}

// Plain reports whether a ref names a number, string or the like, which
// keeps nothing else alive.
func Plain(r Ref) bool {
	typ := r.Root.Type()
	if f := r.Path.Field(); f != nil {
		typ = f.Type()
	}
	if r.Path.IsElem() {
		typ = elemType(typ)
	}
	if typ == nil {
		return false
	}
	_, basic := typ.Underlying().(*types.Basic)
	return basic
}

func compareOps(a, b Op) int {
	return cmp.Or(
		cmp.Compare(a.Param, b.Param), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Path, b.Path), strings.Compare(a.Name, b.Name),
		cmp.Compare(a.To, b.To), strings.Compare(a.ToPath, b.ToPath), strings.Compare(a.Global, b.Global), strings.Compare(a.Holder, b.Holder),
		cmp.Compare(a.Mode, b.Mode), cmp.Compare(a.Key, b.Key), strings.Compare(a.KeyPath, b.KeyPath))
}

// whereInResult returns the path in the result at which a returned object
// holds the event's ref.
func (t *table) whereInResult(e *Event) string {
	f := t.flows[ir.Outermost(e.Func())]
	ret, ok := e.Instr.(*ssa.Return)
	if f == nil || !ok {
		return elem
	}
	for _, r := range f.of(ret.Results[e.Index]) {
		x := f.values[r.Root]
		if x == nil {
			continue
		}
		for p := x.held; p != nil; p = p.next {
			if slices.Contains(p.refs, e.Ref) && p.path.HasPrefix(r.Path) {
				return t.join(nil, p.path, r.Path).String()
			}
		}
	}
	return elem
}

// paramIndex returns which parameter of fn a value is, or -1.
func paramIndex(fn *ssa.Function, v ssa.Value) int {
	if p, ok := v.(*ssa.Parameter); ok {
		return slices.Index(fn.Params, p)
	}
	return -1
}

// keyParam returns the first parameter of fn that the key of a growth is made
// from, and where in it, or -1.
func (t *table) keyParam(fn *ssa.Function, e *Event) (int, string) {
	if e.Key == nil {
		return -1, ""
	}
	f := t.flows[fn]
	work := []ssa.Value{e.Key}
	for i := 0; i < len(work) && i < maxOperands; i++ {
		v := ir.Unconvert(work[i])
		if sum, ok := v.(*ssa.BinOp); ok {
			work = append(work, sum.X, sum.Y)
			continue
		}
		if f == nil {
			continue
		}
		for _, r := range f.of(v) {
			if at := paramIndex(fn, r.Root); at >= 0 {
				return at, r.Path.String() + e.KeyPath
			}
		}
	}
	return -1, ""
}

// summaryOf returns the summary of the function that a call runs, or nil if
// the callee or what it does is not known.
func (t *table) summaryOf(call *ssa.CallCommon) *Summary {
	if fn := t.ir.Static(call); fn != nil && fn.Parent() == nil {
		return t.summaries[fn]
	}
	obj := ir.Callee(call)
	if call.IsInvoke() {
		obj = t.implementation(call)
	}
	if obj == nil {
		return nil
	}
	return t.imported(obj)
}

// imported returns the summary of a function of another package, or nil.
func (t *table) imported(obj *types.Func) *Summary {
	if obj.Pkg() == t.ir.Pass.Pkg { // a method value of this package
		return t.summaries[t.ir.SSA.Prog.FuncValue(obj)]
	}
	if sum, ok := t.cached[obj]; ok {
		return sum
	}
	var sum *Summary
	if fact := new(Summary); obj.Pkg() != nil && t.ir.Pass.ImportObjectFact(obj, fact) {
		sum = fact.detached()
		t.bindGlobals(sum)
	} else {
		sum = stdSummary(obj)
	}
	t.cached[obj] = sum
	return sum
}

// bindGlobals finds the package variables that an imported summary names. The
// ops of a fact belong to the driver, which hands them to other packages, too,
// even at the same time: they are copied before they refer to this one.
func (t *table) bindGlobals(sum *Summary) {
	if !slices.ContainsFunc(sum.Ops, func(o Op) bool { return o.Global != "" }) {
		return
	}
	sum.Ops = slices.Clone(sum.Ops)
	for i := range sum.Ops {
		o := &sum.Ops[i]
		if o.Global == "" {
			continue
		}
		dot := strings.LastIndexByte(o.Global, '.')
		if dot < 0 {
			continue
		}
		if g := t.ir.Global(o.Global[:dot], o.Global[dot+1:]); g != nil {
			if o.Kind == Return {
				o.global = g
			} else {
				o.toGlobal = g
			}
		}
	}
}
