package duty

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Analyzer works out what results of functions owe and exports it as facts. Use
// [Of] to get at its result.
var Analyzer = &analysis.Analyzer{
	Name:       "memlintduty",
	Doc:        "compute which results of functions have to be given back",
	URL:        "https://pkg.go.dev/github.com/memlint/memlint",
	Run:        effects.Alone(run),
	Requires:   []*analysis.Analyzer{effects.Analyzer},
	ResultType: reflect.TypeFor[*lazily](),
	FactTypes:  []analysis.Fact{new(Owes)},
}

type lazily struct{ get func() *Duties }

// Of returns the duties in the package that pass is about. The analyzer of pass must
// require [Analyzer].
func Of(pass *analysis.Pass) *Duties { return pass.ResultOf[Analyzer].(*lazily).get() }

func run(pass *analysis.Pass) (any, error) {
	get := sync.OnceValue(func() *Duties {
		return &Duties{p: effects.Of(pass), pass: pass, debts: make(map[*ssa.Function][]Debt), objects: make(map[ssa.Value]*Debt), ends: make(map[*types.TypeName][]end), slots: make(map[slot][]Debt), idle: make(map[*ssa.Function][]int), options: make(map[*ssa.Function][]int), waits: make(map[*ssa.Function][]int), filled: make(map[*ssa.Function][]Debt), sure: make(map[*ssa.Function]bool), turns: make(map[*ssa.Function]bool), none: make(map[output]bool), wrapping: make(map[*ssa.Function][]Wrap), stored: make(map[*ssa.Function]map[effects.Ref][]effects.Ref)}
	})
	if effects.Exports(pass) {
		get().export()
	}
	return &lazily{get}, nil
}

// What is behind a value that owes: the words of std.txt, and these.
const (
	Goroutine = "goroutine"
	Context   = "context"
	Process   = "process"
	Listener  = "listener"
	Pool      = "connection pool"
	Rows      = "rows"
	Handle    = "handle"
	// Descriptor is a file whose descriptor was there before.
	Descriptor = "file descriptor"
	// Registration is a place in a package variable.
	Registration = "registration"
	Statement    = "statement"
	ResponseBody = "response body"
)

// A Debt is what a result of a call owes.
type Debt struct {
	Result int // index of the result, or -1
	Param  int // index of the parameter (receiver first) that owes after the call, or -1
	Path   string
	// Behind is what the value is or has behind it, in words of a message.
	Behind string
	// Ends are the methods that give it back, the usual one first; nil for a function
	// that is to be called.
	Ends []string
	// Parent is the parameter that is the parent of a context, or -1. Of other debts it is a
	// context whose end pays them, too.
	Parent int
	// Timed is set if a timer keeps a context, too.
	Timed bool
	// OK is the index of a result that is true where there is something to give back, or 0.
	OK int
}

// String returns the debt in the form of std.txt.
func (d Debt) String() string {
	place := fmt.Sprintf("r%d", d.Result)
	if d.Result < 0 {
		place = fmt.Sprintf("p%d", d.Param)
	}
	how := strings.Join(d.Ends, " ")
	if d.Ends == nil {
		how = "call"
	}
	if d.Timed {
		how += " timed"
	}
	if d.Parent >= 0 {
		how += fmt.Sprintf(" of p%d", d.Parent)
	}
	if d.OK > 0 {
		how += fmt.Sprintf(" if r%d", d.OK)
	}
	return place + d.Path + " " + strings.ReplaceAll(d.Behind, " ", "_") + " " + how
}

// Owes says what the results of a function owe. It is a fact about the function's
// object.
type Owes struct {
	Debts []Debt
	// Nothing are the results of which it is known that they owe nothing: see [Duties.Nothing].
	Nothing []int
	// Shared are those of them that others have, too.
	Shared []int
	// Optional are the results that may be nil where the function does not fail.
	Optional []int
	// Waits are the parameters that are a context or channel without whose end a goroutine
	// stays that the function starts.
	Waits []int
	// Wraps are the results that have a parameter behind them.
	Wraps []Wrap
	// Firm is set for what ends the life of something and does not fail, and for what never
	// does: see [Duties.Fails].
	Firm bool
}

// AFact marks Owes as a fact.
func (*Owes) AFact() {}

// String returns the fact in one line.
func (o *Owes) String() string {
	s := "owes(" + o.Text() + ")"
	if len(o.Nothing) > 0 {
		s += fmt.Sprintf(" nothing%v", o.Nothing)
	}
	if len(o.Shared) > 0 {
		s += fmt.Sprintf(" shared%v", o.Shared)
	}
	if len(o.Optional) > 0 {
		s += fmt.Sprintf(" optional%v", o.Optional)
	}
	if len(o.Waits) > 0 {
		s += fmt.Sprintf(" waits%v", o.Waits)
	}
	if len(o.Wraps) > 0 {
		s += fmt.Sprintf(" wraps%v", o.Wraps)
	}
	if o.Firm {
		s += " firm"
	}
	return s
}

// Text returns the debts in the form of std.txt.
func (o *Owes) Text() string {
	var all []string
	for _, d := range o.Debts {
		all = append(all, d.String())
	}
	return strings.Join(all, ", ")
}

// Duties answers what calls in one package leave to be done.
type Duties struct {
	p        *effects.Package
	pass     *analysis.Pass
	debts    map[*ssa.Function][]Debt // of this package's; being worked out while nil
	objects  map[ssa.Value]*Debt      // see made
	ends     map[*types.TypeName][]end
	wrapping map[*ssa.Function][]Wrap                        // see wraps
	idle     map[*ssa.Function][]int                         // see nothing
	options  map[*ssa.Function][]int                         // see optional
	waits    map[*ssa.Function][]int                         // see waited
	filled   map[*ssa.Function][]Debt                        // see fills
	slots    map[slot][]Debt                                 // see invoked
	sure     map[*ssa.Function]bool                          // see succeeds
	turns    map[*ssa.Function]bool                          // see goesOn
	none     map[output]bool                                 // see isNone
	stored   map[*ssa.Function]map[effects.Ref][]effects.Ref // see stores

	owingTypes map[*types.Package]map[string][]string // see owing
	stdFuncs   *[]*types.Func                         // see std
}

// Debts returns what a call leaves its caller to give back.
func (d *Duties) Debts(call *ssa.CallCommon) []Debt {
	debts := d.calling(call)
	if len(debts) > 0 && d.bodiless(call) {
		debts = slices.DeleteFunc(slices.Clone(debts), func(debt Debt) bool { return debt.Behind == ResponseBody })
	}
	return debts
}

// calling returns what a call leaves to give back, whatever its arguments are.
func (d *Duties) calling(call *ssa.CallCommon) []Debt {
	if fn := d.p.IR.Static(call); fn != nil {
		if fn.Parent() != nil {
			return nil
		}
		return d.own(fn)
	}
	callee := ir.Callee(call)
	switch {
	case callee == nil:
		return d.variable(call.Value)
	case call.IsInvoke():
		return d.invoked(call.Value.Type(), callee)
	case callee.Pkg() == d.pass.Pkg:
		return nil
	}
	if ofTransaction(callee) {
		return nil
	}
	if fact := new(Owes); callee.Pkg() != nil && d.pass.ImportObjectFact(callee, fact) {
		return fact.Debts
	}
	if debts := tabled(callee); debts != nil || d.p.SummaryOf(callee) != nil {
		return debts // of what is known of it
	}
	if callee.Signature().Recv() != nil {
		return nil // its receiver may call it
	}
	return typed(callee.Signature())
}

// ofTransaction reports whether fn is a method of a transaction: when that ends, package sql
// closes the rows and statements that it has made.
func ofTransaction(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && recv.Type().String() == "*database/sql.Tx"
}

// typed returns what results owe by their type alone: a cancel function is there to be
// called, whoever made it.
func typed(sig *types.Signature) []Debt {
	var debts []Debt
	parent := slices.IndexFunc(slices.Collect(sig.Params().Variables()), func(v *types.Var) bool { return ir.IsContext(v.Type()) })
	for i := range sig.Results().Len() {
		if ir.IsCancel(sig.Results().At(i).Type()) {
			debts = append(debts, Debt{Result: i, Param: -1, Behind: Context, Parent: parent})
		}
	}
	return debts
}

func (d *Duties) export() {
	for _, fn := range d.p.IR.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || fn.Parent() != nil || obj.Pkg() != d.pass.Pkg {
			continue
		}
		debts := slices.DeleteFunc(slices.Clone(d.own(fn)), Debt.hidden)
		firm := convention.IsTeardownName(obj.Name()) && !d.returnsErrors(fn, 0) || d.succeeds(fn)
		nothing, optional, waits, wraps := d.nothing(fn), d.optional(fn), d.waited(fn), d.wraps(fn)
		if firm || len(debts)+len(nothing)+len(optional)+len(waits)+len(wraps) > 0 {
			shared := slices.DeleteFunc(slices.Clone(nothing), func(i int) bool { return !d.shared(fn, i) })
			d.pass.ExportObjectFact(obj, &Owes{debts, nothing, shared, optional, waits, wraps, firm})
		}
	}
	d.exportSlots()
}

// own returns the debts of a function of this package.
func (d *Duties) own(fn *ssa.Function) []Debt {
	debts, known := d.debts[fn]
	if known {
		return debts
	}
	d.debts[fn] = nil // while it is worked out: what calls itself owes nothing by that
	for i := range fn.Signature.Results().Len() {
		if debt, ok := d.result(fn, i); ok {
			debts = append(debts, debt)
		}
	}
	if debt, ok := d.opens(fn); ok {
		debts = append(debts, debt)
	}
	d.debts[fn] = debts
	return debts
}

// result returns what a result of a function owes.
func (d *Duties) result(fn *ssa.Function, index int) (Debt, bool) {
	typ := fn.Signature.Results().At(index).Type()
	if !d.mayOwe(typ) {
		return Debt{}, false
	}
	var found Debt
	owes, flag := false, d.flagOf(fn, index)
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		value := setBefore(ret, index)
		if ir.IsNil(value) && flag > 0 && isBool(setBefore(ret, flag), false) {
			continue
		}
		if ir.IsNil(value) && !ir.Fails(ret) {
			return Debt{}, false // sometimes there is nothing to give back
		}
		for _, r := range d.p.Refs(value) {
			if isVariable(r) || d.givesBack(r) || d.isNone(r) || types.IsInterface(typ) && d.isIdle(r) {
				continue
			}
			if debt, ok := d.registered(r); ok {
				found, owes = debt, true
				continue
			}
			debt, ok := d.value(fn, r)
			if _, made := r.Root.(*ssa.Alloc); !ok && made && r.Path == nil {
				continue // its caller does not know what is behind it
			}
			if !ok || !d.onlyReturned(debt, r) || d.paidBefore(debt, r, ret, index) {
				return Debt{}, false
			}
			if d.inOther(r, debt, index, ret) {
				return Debt{}, false
			}
			found, owes = debt, true
		}
	}
	if !owes {
		return Debt{}, false
	}
	found.Result, found.Param, found.OK = index, -1, flag
	if found.Parent >= 0 {
		found.Parent = slices.IndexFunc(fn.Params, func(p *ssa.Parameter) bool { return ir.IsContext(p.Type()) })
		if found.Parent < 0 && found.Thing() != Context {
			return Debt{}, false // who ends the context gives it back
		}
	}
	return found, true
}

// inOther reports whether another result is what owes, or has the part of it that does: who
// has that gives it back.
func (d *Duties) inOther(r effects.Ref, debt Debt, index int, ret *ssa.Return) bool {
	for i := range ret.Results {
		if i != index && d.endOf(setBefore(ret, i), r, debt) {
			return true
		}
	}
	return slices.ContainsFunc(d.p.Of(r.Root), func(e *effects.Event) bool {
		if e.Kind != effects.Return || e.Index == index {
			return false
		}
		return debt.Path == "" && !e.Via && e.Ref == r || debt.Path != "" && strings.HasPrefix(e.Ref.Path.String(), r.Path.String()+debt.Path)
	})
}

// endOf reports whether a function value gives back what a ref names: a method of it, or a literal
// that calls one.
func (d *Duties) endOf(v ssa.Value, r effects.Ref, debt Debt) bool {
	if _, ok := v.Type().Underlying().(*types.Signature); !ok {
		return false
	}
	return slices.ContainsFunc(d.p.Refs(v), func(f effects.Ref) bool {
		mc, ok := f.Root.(*ssa.MakeClosure)
		if !ok || f.Path != nil {
			return false
		}
		if m := ir.BoundMethod(mc); m != nil {
			return slices.Contains(debt.Ends, m.Name()) && slices.Contains(d.p.Refs(mc.Bindings[0]), r)
		}
		return slices.ContainsFunc(d.p.Of(r.Root), func(e *effects.Event) bool {
			return e.Ref == r && debt.PaidBy(e) && ir.Within(e.Func(), mc.Fn.(*ssa.Function))
		})
	})
}

// setBefore returns the value that a return statement returns, also where it sets a named
// result that deferred functions see.
func setBefore(ret *ssa.Return, index int) ssa.Value {
	load, ok := ret.Results[index].(*ssa.UnOp)
	if !ok || load.Op != token.MUL || load.Block() != ret.Block() {
		return ret.Results[index]
	}
	for _, instr := range slices.Backward(ret.Block().Instrs) {
		if set, ok := instr.(*ssa.Store); ok && set.Addr == load.X {
			return set.Val
		}
	}
	return load
}

// mayOwe reports whether a type is of values that can be given back at all.
func (d *Duties) mayOwe(typ types.Type) bool {
	switch t := types.Unalias(typ).Underlying().(type) {
	case *types.Signature:
		return t.Results().Len() == 0 || t.Params().Len() == 0
	case *types.Pointer, *types.Interface, *types.Struct:
		return true
	}
	return typ.String() == "runtime/cgo.Handle"
}

// isVariable reports whether a ref only names the variable that a value is in.
func isVariable(r effects.Ref) bool {
	cell, ok := r.Root.(*ssa.Alloc)
	if !ok || r.Path != nil {
		return false
	}
	switch cell.Type().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Signature, *types.Slice, *types.Map, *types.Chan:
		return true
	}
	return false
}

// givesBack reports whether a ref is the result of a call that only stands for what the
// call was given.
func (d *Duties) givesBack(r effects.Ref) bool {
	root, index := r.Root, 0
	if ext, ok := root.(*ssa.Extract); ok {
		root, index = ext.Tuple, ext.Index
	}
	call, ok := root.(*ssa.Call)
	if !ok || r.Path != nil || slices.ContainsFunc(d.Debts(&call.Call), func(debt Debt) bool { return debt.Result == index }) {
		return false
	}
	sum := d.p.Callee(&call.Call)
	return sum != nil && slices.ContainsFunc(sum.Ops, func(o effects.Op) bool {
		return o.Kind == effects.Return && o.Param >= 0 && o.Path == "" && o.To == index && o.ToPath == ""
	})
}

// An output is a result of a function.
type output struct {
	fn    *ssa.Function
	index int
}

// isNone reports whether a ref is a result of a function of the package that only returns nil as that,
// such as one that makes an error.
func (d *Duties) isNone(r effects.Ref) bool {
	ext, ok := r.Root.(*ssa.Extract)
	if !ok || r.Path != nil {
		return false
	}
	call, ok := ext.Tuple.(*ssa.Call)
	if !ok {
		return false
	}
	fn := d.p.IR.Static(&call.Call)
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	key := output{fn, ext.Index}
	none, known := d.none[key]
	if !known {
		d.none[key] = false // while it is worked out
		none = !slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok || b == fn.Recover {
				return false
			}
			value := setBefore(ret, ext.Index)
			refs := d.p.Refs(value)
			return !ir.IsNil(value) && (len(refs) == 0 || slices.ContainsFunc(refs, func(r effects.Ref) bool { return !d.isNone(r) }))
		})
		d.none[key] = none
	}
	return none
}

// value returns what a value of a function owes where it was born.
func (d *Duties) value(fn *ssa.Function, r effects.Ref) (Debt, bool) {
	switch root := r.Root.(type) {
	case *ssa.Call:
		return d.ofCall(fn, root, root, r)
	case *ssa.Extract:
		if call, ok := root.Tuple.(*ssa.Call); ok {
			return d.ofCall(fn, call, root, r)
		}
	case *ssa.Alloc:
		if r.Path == nil {
			return d.made(root, func() (Debt, bool) { return d.object(fn, root) })
		}
	case *ssa.MakeClosure:
		if r.Path == nil {
			return d.made(root, func() (Debt, bool) { return d.closure(fn, root) })
		}
	}
	return Debt{}, false
}

// ofCall returns what the result of a call owes that a ref names.
func (d *Duties) ofCall(fn *ssa.Function, call *ssa.Call, result ssa.Value, r effects.Ref) (Debt, bool) {
	index := 0
	if ext, ok := result.(*ssa.Extract); ok {
		index = ext.Index
	}
	if debt, ok := d.called(call, index, r.Path.String()); ok || r.Path != nil {
		return debt, ok
	}
	return d.made(result, func() (Debt, bool) { return d.wrapped(fn, call, result, index) })
}

// made returns what a new object owes, worked out once. Objects may refer to each other:
// meanwhile it owes nothing.
func (d *Duties) made(v ssa.Value, debt func() (Debt, bool)) (Debt, bool) {
	have, known := d.objects[v]
	if !known {
		d.objects[v] = nil
		if debt, owes := debt(); owes {
			have = &debt
			d.objects[v] = have
		}
	}
	if have == nil {
		return Debt{}, false
	}
	return *have, true
}

// called returns what a result of a call owes at a path.
func (d *Duties) called(call *ssa.Call, index int, path string) (Debt, bool) {
	for _, debt := range d.Debts(&call.Call) {
		if debt.Result != index || !strings.HasPrefix(debt.Path, path) {
			continue
		}
		debt.Path = debt.Path[len(path):]
		if debt.Parent >= 0 {
			args := ir.Args(&call.Call)
			if debt.Parent >= len(args) || debt.Thing() == Context && d.p.Background(args[debt.Parent]) && !debt.Timed {
				return Debt{}, false
			}
			if debt.Thing() != Context && !d.p.Ends(args[debt.Parent]) {
				debt.Parent = -1
			}
		}
		return debt, true
	}
	return Debt{}, false
}

// Owed returns what a value owes that a function of the package has made or got.
func (d *Duties) Owed(v ssa.Value) (Debt, bool) {
	for _, r := range d.p.Refs(v) {
		in, ok := r.Root.(ssa.Instruction)
		if !ok || isVariable(r) {
			continue
		}
		if debt, ok := d.value(ir.Outermost(in.Parent()), r); ok {
			return debt, true
		}
	}
	return Debt{}, false
}
