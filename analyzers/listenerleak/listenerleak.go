package listenerleak

import (
	_ "embed"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

//go:embed doc.go
var doc string

// Analyzer reports listeners that are registered and never removed.
var Analyzer = &analysis.Analyzer{
	Name:     "listenerleak",
	Doc:      finding.Doc(doc, "listenerleak"),
	URL:      finding.URL("listenerleak"),
	Run:      run,
	Requires: []*analysis.Analyzer{effects.Analyzer},
}

type checker struct {
	*effects.Package
	report *finding.Reporter
	apis   map[*types.Func]*api
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{Package: effects.Of(pass), report: finding.NewReporter(pass), apis: make(map[*types.Func]*api)}
	for _, fn := range c.IR.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok {
					c.check(call)
				}
			}
		}
	}
	c.report.Flush()
	return nil, nil
}

func (c *checker) check(call ssa.CallInstruction) {
	callee := ir.Callee(call.Common())
	if callee == nil || callee.Pkg() == nil || !c.Repeatable(call) {
		return
	}
	switch callee.FullName() {
	case "os/signal.Notify":
		c.notify(call)
		return
	case "context.AfterFunc":
		c.afterFunc(call)
		return
	case "os/signal.NotifyContext":
		c.notifyContext(call)
		return
	}
	if c.noWayOut(call, callee) {
		return
	}
	a := c.api(callee)
	if a == nil || !keeps(c.Callee(call.Common()), a.listener) || !c.holderStays(call, a) {
		return
	}
	if a.handle >= 0 {
		c.handle(call, a)
	} else {
		c.pair(call, a)
	}
}

func (c *checker) api(fn *types.Func) *api {
	a, known := c.apis[fn]
	if !known {
		if found, ok := lookup(fn); ok {
			a = &found
		}
		c.apis[fn] = a
	}
	return a
}

// at returns a leak at the registering call.
func (c *checker) at(call ssa.CallInstruction, category string) finding.Leak {
	pos, end := c.IR.Range(call)
	return finding.Leak{Pos: pos, End: end, Category: category}
}

// holderStays reports whether what keeps the listener outlives the code that
// registers it.
func (c *checker) holderStays(call ssa.CallInstruction, a *api) bool {
	if a.fn.Signature().Recv() == nil {
		return true // a package variable
	}
	args := ir.Args(call.Common())
	return c.outlives(args[0], call.Parent()) && !c.ownField(args[0]) && !c.toItself(args[0], args[a.listener])
}

// toItself reports whether an object registers its own method, or a literal
// that uses nothing but it, with itself.
func (c *checker) toItself(holder, listener ssa.Value) bool {
	for _, l := range c.Refs(listener) {
		mc, ok := l.Root.(*ssa.MakeClosure)
		if !ok || len(mc.Bindings) != 1 {
			continue
		}
		for _, b := range c.Refs(mc.Bindings[0]) {
			for _, whole := range append(c.Contents(b), b) {
				if whole.Path == nil && slices.ContainsFunc(c.Refs(holder), func(h effects.Ref) bool { return h.Root == whole.Root && h.Path == nil }) {
					return true
				}
			}
		}
	}
	return false
}

// outlives reports whether the holder is one that fn did not make: something
// that its caller or a package variable keeps.
func (c *checker) outlives(holder ssa.Value, fn *ssa.Function) bool {
	found := false
	for _, r := range c.Refs(holder) {
		switch root := r.Root.(type) {
		case *ssa.Global:
			found = true
		case *ssa.Parameter:
			if root.Parent().Parent() == nil || len(c.Of(root)) > 0 {
				found = true
			}
		case *ssa.Alloc:
			// The variable that holds it, or an object of the function's own.
			if isPointerVar(root) {
				continue
			}
			return false
		default:
			return false
		}
	}
	return found
}

func isPointerVar(cell *ssa.Alloc) bool {
	elem := cell.Type().Underlying().(*types.Pointer).Elem()
	switch elem.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return true
	}
	return false
}

// ownField reports whether an object listens to what it made itself: the
// holder is in a field that the package fills with nothing it was given. The
// two go together.
func (c *checker) ownField(holder ssa.Value) bool {
	for _, r := range c.Refs(holder) {
		f := r.Path.Field()
		if f == nil {
			continue
		}
		made := false
		for _, e := range c.StoredIn(f) {
			if e.Via {
				continue
			}
			switch e.Ref.Root.(type) {
			case *ssa.Parameter, *ssa.Global:
				return false
			}
			made = true
		}
		if made {
			return true
		}
	}
	return false
}

// setUpNames are the beginnings of names of functions that run once per
// holder or process.
var setUpNames = []string{
	"new", "init", "setup", "set", "start", "run", "serve", "main", "open", "make", "create", "build", "register", "install", "enable", "add",
	"configure", "provide", "with", "load", "bootstrap", "boot", "prepare", "mount", "listenandserve", "execute",
}

// setUp reports whether the registering code is, by its name, a constructor or
// the start of something that lives as long as its holder. It is not if it
// runs in a loop, or if what it makes or belongs to has a method like Close.
func (c *checker) setUp(call ssa.CallInstruction) bool {
	fn := ir.Outermost(call.Parent())
	name := strings.ToLower(fn.Name())
	if !slices.ContainsFunc(setUpNames, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return false
	}
	if c.IR.Graph(call.Parent()).Innermost(call.Block()) != nil {
		return false
	}
	sig := fn.Signature
	if recv := sig.Recv(); recv != nil && effects.TeardownOf(recv.Type()) != nil {
		return false
	}
	for r := range sig.Results().Variables() {
		if effects.TeardownOf(r.Type()) != nil {
			return false
		}
	}
	return true
}

// handle judges a registration that returns the means to undo it.
func (c *checker) handle(call ssa.CallInstruction, a *api) {
	leak := c.at(call, "handle-discarded")
	leak.HeldBy = c.holderName(call, a)
	v := result(call, a.handle)
	if v == nil {
		if c.setUp(call) {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is dropped, and with it the means to undo it"
		c.report.Add(leak)
		return
	}
	out := lifetime.Check(c.Package, v, v.(ssa.Instruction), c.spec(a))
	switch {
	case out.Dropped():
		if c.setUp(call) {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is not used to undo it"
	case len(out.Releases) == 0:
		field := c.unusedField(out.Kept, a)
		if field == nil {
			return
		}
		leak.What = "result of " + a.fn.Name() + " is kept in field " + field.Name() + ", which nothing uses to undo it"
		leak.Notes = []finding.Note{{Pos: field.Pos(), Text: "kept in this field"}}
	case out.Exit != nil || out.Again:
		leak.Category = "not-removed-on-path"
		leak.What = "listener added by " + a.fn.Name() + " is not removed on every path"
		if out.Exit != nil {
			pos, end := c.IR.Range(out.Exit)
			leak.Notes = []finding.Note{{Pos: pos, End: end, Text: "returns without " + how(a)}}
		} else {
			leak.Notes = []finding.Note{{Pos: leak.Pos, End: leak.End, Text: "registers again without " + how(a)}}
		}
	default:
		return
	}
	c.report.Add(leak)
}

// how says how a handle undoes the registration.
func how(a *api) string {
	if a.release == "" {
		return "calling the returned function"
	}
	return "a call of " + a.release
}

// result returns the value of a call's result, or nil if nothing uses it.
func result(call ssa.CallInstruction, index int) ssa.Value {
	v, ok := call.(*ssa.Call)
	if !ok {
		return nil
	}
	if v.Call.Signature().Results().Len() == 1 {
		if len(*v.Referrers()) == 0 {
			return nil
		}
		return v
	}
	for _, ref := range *v.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == index && len(*ext.Referrers()) > 0 {
			return ext
		}
	}
	return nil
}

// spec says how a handle undoes its registration: it is called, a method like
// Unsubscribe is, or the other half of the pair gets it.
func (c *checker) spec(a *api) lifetime.Spec {
	return lifetime.Spec{Releases: func(e *effects.Event) bool { return e.Ref.Path == nil && undoes(e, a) }}
}

func undoes(e *effects.Event, a *api) bool {
	switch e.Kind {
	case effects.Call:
		return a.release == ""
	case effects.Method, effects.Arg:
		return effects.Releasing(e.Name)
	}
	return false
}

// unusedField returns the field that the handle is kept in if that is the only
// place and nothing undoes the registration from there.
func (c *checker) unusedField(kept []*effects.Event, a *api) *types.Var {
	var field *types.Var
	for _, e := range kept {
		if e.Via {
			continue // of the object that has the field
		}
		f := e.To.Path.Field()
		if e.Kind != effects.Store || e.Holder != "" || f == nil || field != nil && f != field {
			return nil
		}
		field = f
	}
	if field == nil || field.Pkg() != c.IR.Pass.Pkg || field.Exported() {
		return nil
	}
	for _, e := range c.OfField(field) {
		if undoes(e, a) || lifetime.HandsOn(e) {
			return nil
		}
	}
	return field
}

// pair judges a registration that only the other half of a pair undoes.
func (c *checker) pair(call ssa.CallInstruction, a *api) {
	if c.setUp(call) || c.getsOrAdds(call) || c.removed(call, a) || a.fn.Signature().Recv() != nil && c.forCaller(call) {
		return
	}
	leak := c.at(call, "never-removed")
	leak.What = "listener added by " + a.fn.Name() + " is never removed by " + a.inverses[0].Name()
	leak.HeldBy = c.holderName(call, a)
	c.report.Add(leak)
}

// getsOrAdds reports whether the registering function asks an error whether
// the listener was there already: then there is one per name.
func (c *checker) getsOrAdds(call ssa.CallInstruction) bool {
	for _, b := range call.Parent().Blocks {
		for _, instr := range b.Instrs {
			var typ types.Type
			switch instr := instr.(type) {
			case *ssa.TypeAssert:
				typ = instr.AssertedType
			case *ssa.Alloc: // errors.As(err, &target)
				typ = instr.Type().(*types.Pointer).Elem()
			default:
				continue
			}
			if strings.HasPrefix(typeName(typ), "Already") {
				return true
			}
		}
	}
	return false
}

// removed reports whether the package calls the other half for the same
// holder and listener, as far as the two can be told apart.
func (c *checker) removed(call ssa.CallInstruction, a *api) bool {
	holder := ir.Args(call.Common())[0]
	method := a.fn.Signature().Recv() != nil
	for _, inv := range a.inverses {
		for _, e := range c.Named(inv.Name()) {
			// Through an interface or a wrapper the callee is another function of
			// that name.
			if e.Callee == nil || e.Callee == inv || method && e.Callee.Signature().Recv() != nil {
				if e.Kind != effects.Method || !c.differ(holder, e.Ref) {
					return true
				}
			}
		}
	}
	return false
}

// differ reports whether a holder is certainly another one than a ref names:
// the two are kept in different fields or package variables.
func (c *checker) differ(holder ssa.Value, other effects.Ref) bool {
	for _, r := range c.Refs(holder) {
		f, g := r.Path.Field(), other.Path.Field()
		if f != nil && g != nil {
			if f == g {
				return false
			}
			continue
		}
		gr, ok1 := r.Root.(*ssa.Global)
		og, ok2 := other.Root.(*ssa.Global)
		if ok1 && ok2 && gr != og {
			continue
		}
		return false
	}
	return true
}

// holderName names what keeps the listener, as the source does.
func (c *checker) holderName(call ssa.CallInstruction, a *api) []string {
	if a.fn.Signature().Recv() == nil {
		return []string{"package " + a.fn.Pkg().Name()}
	}
	return c.name(ir.Args(call.Common())[0])
}

func (c *checker) name(holder ssa.Value) []string {
	for _, r := range c.Refs(holder) {
		var names []string
		switch root := r.Root.(type) {
		case *ssa.Global:
			names = []string{root.Name()}
		case *ssa.Parameter:
			names = []string{root.Name()}
		default:
			continue
		}
		return append(names, r.Path.Fields()...)
	}
	return nil
}
