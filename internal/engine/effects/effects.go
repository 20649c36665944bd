package effects

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Analyzer computes the effects of a package's functions and exports them as
// facts. Use [Of] to get at its result.
var Analyzer = &analysis.Analyzer{
	Name:       "memlinteffects",
	Doc:        "compute what functions do with the values they are given",
	URL:        "https://pkg.go.dev/github.com/memlint/memlint",
	Run:        run,
	ResultType: reflect.TypeFor[*lazily](),
	FactTypes:  []analysis.Fact{new(Summary), new(FieldFact)},
}

// A FieldFact says of a struct field what the functions of its package do to
// it in any instance: which releasing methods they call on it, whether they
// hand it to code that is not known, whether they take elements out of it, and
// whether they do so by themselves, on a goroutine or in a callback of code that
// is not known.
type FieldFact struct {
	Released []string // sorted names of methods
	Escapes  bool
	Shrinks  bool
	Drains   bool
}

// AFact marks FieldFact as a fact.
func (*FieldFact) AFact() {}

// String returns the fact in one line.
func (f *FieldFact) String() string {
	s := "released(" + strings.Join(f.Released, " ") + ")"
	if f.Escapes {
		s += " escapes"
	}
	if f.Shrinks {
		s += " shrinks"
	}
	if f.Drains {
		s += " drains"
	}
	return s
}

// lazily builds the table when somebody asks for it: drivers also run this
// analyzer on dependencies, of which nobody will.
type lazily struct {
	get func() *Package
	mu  sync.Mutex
}

// Outline tells a driver what this analyzer, and those that require it, read of
// a file; see [ir.Outline].
func (*lazily) Outline(fset *token.FileSet, file *ast.File) *ast.File { return ir.Outline(fset, file) }

// Alone returns run such that no other analyzer is at work on the package
// meanwhile. A Package keeps what it has worked out for one analyzer for all of
// them, and most drivers run those of a package at the same time.
func Alone(run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (any, error) {
		mu := &pass.ResultOf[Analyzer].(*lazily).mu
		mu.Lock()
		defer mu.Unlock()
		return run(pass)
	}
}

// Of returns the effects of the package that pass is about. The analyzer of
// pass must require [Analyzer].
func Of(pass *analysis.Pass) *Package {
	return pass.ResultOf[Analyzer].(*lazily).get()
}

func run(pass *analysis.Pass) (any, error) {
	get := sync.OnceValue(func() *Package { return newPackage(pass) })
	if Exports(pass) {
		get().exportFacts()
	}
	return &lazily{get: get}, nil
}

// Exports reports whether facts are computed for the package: those of main
// modules and workspaces are and, where there are no modules, as below GOPATH, those of all
// packages that are not vendored. The standard library has its table, and what
// other modules do counts as unknown. With facts of all modules, six public
// projects (thanos, traefik, containerd, rclone, loki, prometheus) had eight more
// findings, seven of them of names of buckets and lists of flags that methods of
// a builder were taken to grow, none a leak, at four to twelve times the cost. Bazel's nogo knows of no modules: it leaves
// the standard library out, and has other repositories in a folder.
func Exports(pass *analysis.Pass) bool {
	if nogo := pass.Module == nil && pass.ReadFile == nil; nogo {
		return len(pass.Files) > 0 && !strings.HasPrefix(filepath.ToSlash(pass.Fset.File(pass.Files[0].FileStart).Name()), "external/")
	}
	if m := pass.Module; m != nil {
		return m.Path != "" && m.Path != "std" && m.Version == ""
	}
	host, _, _ := strings.Cut(pass.Pkg.Path(), "/")
	return strings.Contains(host, ".") && convention.Unvendored(pass.Pkg.Path()) == pass.Pkg.Path()
}

// A Package holds the events of one package.
type Package struct {
	*table
	IR *ir.Package

	events []*Event                                       // see Events
	in     map[*ssa.Function][]*Event                     // the events of each declared function
	byRoot map[*ssa.Function]map[ssa.Value][]*Event       // see Of
	grows  map[*ssa.Function]map[ssa.Instruction][]*Event // see GrowsAt

	byField func() map[*types.Var][]*Event
	owners  func() map[*types.Var]owner    // see Teardown
	byName  func() map[string][]*Event     // Method and Arg
	byStore func() map[*types.Var][]*Event // Store, by the field it goes to
	once    *ir.Property[*ssa.Function]
	single  map[*types.TypeName]bool // see indexSingletons
	lone    map[channelEnd]bool      // see alone
	ofField map[*types.Var][]*Event  // see OfField
}

// table is what the parts of this package share while they work.
type table struct {
	ir        *ir.Package
	paths     steps
	count     int                     // of all paths
	flows     map[*ssa.Function]*flow // by declared function; see flow
	summaries map[*ssa.Function]*Summary
	cached    map[*types.Func]*Summary
	enums     map[*types.TypeName]bool
	uses      map[*ssa.Function][]ssa.Instruction
	invoked   map[string]bool
	spawned   map[*ssa.Function]bool
	made      map[*ssa.Function][]ssa.Value // closures by body
	calledAt  map[*ssa.Function][]*ssa.Call // literals called where they are written
	sets      map[*ssa.Global][]*ssa.Store  // of package variables
	setters   map[*ssa.Function]bool        // functions with such stores
	dynamic   map[*ssa.Global]types.Type    // see implementation

	slabs slabs
}

// slabs are for what there is much of: to allocate many at a time, or to use
// again for the next function.
type slabs struct {
	singles    []Ref
	values     pool[value]
	happenings []Happening
	events     []Event

	loading   []Ref
	collected []*Event
}

func newPackage(pass *analysis.Pass) *Package {
	ends := make(map[*types.Func]bool) // asked for at each call
	noReturn := func(fn *types.Func) bool {
		is, known := ends[fn]
		if known {
			return is
		}
		fact := new(Summary)
		if fn.Pkg() != nil && fn.Pkg() != pass.Pkg && pass.ImportObjectFact(fn, fact) {
			is = fact.NoReturn
		} else if sum := stdSummary(fn.Origin()); sum != nil {
			is = sum.NoReturn
		}
		ends[fn] = is
		return is
	}
	t := &table{
		ir:        ir.Build(pass, noReturn),
		flows:     make(map[*ssa.Function]*flow),
		summaries: make(map[*ssa.Function]*Summary),
		cached:    make(map[*types.Func]*Summary),
		enums:     make(map[*types.TypeName]bool),
	}
	t.indexUses()
	t.indexDynamic()
	p := &Package{
		lone:    make(map[channelEnd]bool),
		ofField: make(map[*types.Var][]*Event),
		table:   t,
		IR:      t.ir,
		in:      make(map[*ssa.Function][]*Event),
		byRoot:  make(map[*ssa.Function]map[ssa.Value][]*Event),
		grows:   make(map[*ssa.Function]map[ssa.Instruction][]*Event),
	}
	p.once = ir.NewProperty(p.isOnce)
	for _, scc := range t.bottomUp() {
		rounds := 1
		if scc.recursive {
			rounds = 3
			for _, fn := range scc.fns {
				t.summaries[fn] = &Summary{}
			}
		}
		for range rounds {
			for _, fn := range scc.fns {
				p.analyze(fn)
				t.summaries[fn] = t.summarize(fn, p.in[fn])
			}
		}
		// One in twenty is asked for again; all of them were a fifth of the memory.
		clear(t.flows)
		t.slabs.values.reset()
	}
	p.byField = index(p, eachField)
	p.owners = sync.OnceValue(p.indexOwners)
	p.byName = index(p, func(e *Event, add func(string)) {
		if e.Kind == Method || e.Kind == Arg {
			add(e.Name)
		}
	})
	p.byStore = index(p, func(e *Event, add func(*types.Var)) {
		if e.Kind == Store {
			if f := e.To.Path.Field(); f != nil {
				add(f)
			}
		}
	})
	p.indexSingletons()
	return p
}

func eachField(e *Event, f func(*types.Var)) {
	for step := e.Ref.Path; step != nil; step = step.up {
		if step.field != nil {
			f(step.field)
		}
	}
}

// analyze solves the flow of a declared function, and finds its events.
func (p *Package) analyze(fn *ssa.Function) {
	f := p.solve(tree(fn))
	p.flows[fn] = f
	p.in[fn] = p.collect(f)
}

// flow returns the flow of the declared function that fn is or is written in,
// nil if there is none.
func (p *Package) flow(fn *ssa.Function) *flow {
	fn = ir.Outermost(fn)
	f := p.flows[fn]
	if _, declared := p.in[fn]; f == nil && declared {
		f = p.solve(tree(fn))
		p.flows[fn] = f
	}
	return f
}

// In returns the events of a declared function and of the literals in it, in
// source order.
func (p *Package) In(fn *ssa.Function) []*Event { return p.in[fn] }

// Events returns the events of the functions in source order.
func (p *Package) Events() []*Event {
	if p.events == nil {
		for _, fn := range p.IR.Funcs {
			if fn.Parent() == nil {
				p.events = append(p.events, p.In(fn)...)
			}
		}
	}
	return p.events
}

// index returns the events by the keys that they have, worked out when
// somebody asks.
func index[K comparable](p *Package, keys func(e *Event, add func(K))) func() map[K][]*Event {
	return sync.OnceValue(func() map[K][]*Event {
		by := make(map[K][]*Event)
		for _, e := range p.Events() {
			keys(e, func(k K) { by[k] = append(by[k], e) })
		}
		return by
	})
}

func tree(fn *ssa.Function) []*ssa.Function {
	fns := []*ssa.Function{fn}
	for i := 0; i < len(fns); i++ {
		fns = append(fns, fns[i].AnonFuncs...)
	}
	return fns
}

// Of returns the events whose ref begins at root, in source order.
func (p *Package) Of(root ssa.Value) []*Event {
	// What is born in a function is in the events of no other.
	fn := parentOf(root)
	if fn != nil {
		fn = ir.Outermost(fn)
	}
	by, known := p.byRoot[fn]
	if !known {
		events := p.Events
		if fn != nil {
			events = func() []*Event { return p.In(fn) }
		}
		by = make(map[ssa.Value][]*Event)
		for _, e := range events() {
			if fn != nil || parentOf(e.Ref.Root) == nil {
				by[e.Ref.Root] = append(by[e.Ref.Root], e)
			}
		}
		p.byRoot[fn] = by
	}
	return by[root]
}

// OfField returns the events on what is kept in a field, in any instance: the
// value of the field itself or, where it is a container, its elements. What
// tests do with fields of their own is not known: as if code from elsewhere had
// got hold of it when the package was initialised.
func (p *Package) OfField(field *types.Var) []*Event {
	field = field.Origin()
	out, known := p.ofField[field]
	if !known {
		out = slices.Clip(p.eventsOf(field))
		p.ofField[field] = out
	}
	return out
}

func (p *Package) eventsOf(field *types.Var) (out []*Event) {
	for _, e := range p.byField()[field] {
		if e.Ref.Path.Field() == field {
			out = append(out, e)
		}
	}
	if ir.InTest(p.IR.Pass.Fset, field.Pos()) && p.IR.Tested(field.Name()) {
		init := p.IR.Funcs[0].Blocks[0].Instrs[0]
		out = append(out, &Event{Ref: Ref{Unknown, p.extend(nil, field, field.Name())}, Happening: &Happening{Kind: Escape, Instr: init, Origin: init}})
	}
	return out
}

// Named returns the events that are calls of a function or method of the name
// on or with a value.
func (p *Package) Named(name string) []*Event { return p.byName()[name] }

// StoredIn returns the events that store a value in a field, in any instance.
func (p *Package) StoredIn(field *types.Var) []*Event { return p.byStore()[field.Origin()] }

// GrowsAt returns the growths of containers that happen at an instruction.
func (p *Package) GrowsAt(instr ssa.Instruction) []*Event {
	fn := ir.Outermost(instr.Parent())
	by, known := p.grows[fn]
	if !known {
		by = make(map[ssa.Instruction][]*Event)
		for _, e := range p.In(fn) {
			if e.Kind == Grow {
				by[e.Instr] = append(by[e.Instr], e)
			}
		}
		p.grows[fn] = by
	}
	return by[instr]
}

// UnderField returns the events on what is kept in a field and on the fields
// of that.
func (p *Package) UnderField(field *types.Var) []*Event { return p.byField()[field.Origin()] }

// Refs returns what v may be.
func (p *Package) Refs(v ssa.Value) []Ref {
	var fn *ssa.Function
	switch v := v.(type) {
	case *ssa.Global, *ssa.Function:
		return []Ref{{Root: v}}
	case interface{ Parent() *ssa.Function }:
		fn = v.Parent()
	}
	if fn == nil {
		return nil
	}
	f := p.flow(fn)
	if f == nil {
		return nil
	}
	return f.of(v)
}

// Join returns what a path leads to from a ref.
func (p *Package) Join(r Ref, path *Path) Ref { return Ref{r.Root, p.join(r.Path, path, nil)} }

// Contents returns what may have been stored at a ref whose root is a local
// object, the ref itself excluded.
func (p *Package) Contents(r Ref) []Ref {
	fn := parentOf(r.Root)
	if fn == nil || p.flow(fn) == nil {
		return nil
	}
	return p.flow(fn).load(r)[1:]
}

// Held returns what the local objects among refs hold, in any of their parts,
// refs themselves excluded.
func (p *Package) Held(refs []Ref) []Ref {
	for _, r := range refs {
		if fn := parentOf(r.Root); fn != nil && p.flow(fn) != nil {
			return p.flow(fn).parts(refs)
		}
	}
	return nil
}

func parentOf(v ssa.Value) *ssa.Function {
	if v, ok := v.(interface{ Parent() *ssa.Function }); ok && v != nil {
		return v.Parent()
	}
	return nil
}

// Callee returns the summary of the function that a call runs, or nil if what
// it does is not known.
func (p *Package) Callee(call *ssa.CallCommon) *Summary { return p.summaryOf(call) }

// SummaryOf returns what a declared function does, or nil if that is not known.
func (p *Package) SummaryOf(fn *types.Func) *Summary { return p.imported(fn) }

// FieldFact returns what the field's own package does to it, if that is
// another package and known.
func (p *Package) FieldFact(field *types.Var) (FieldFact, bool) {
	var fact FieldFact
	if field.Pkg() == nil || field.Pkg() == p.IR.Pass.Pkg {
		return fact, false
	}
	ok := p.IR.Pass.ImportObjectFact(field.Origin(), &fact)
	return fact, ok
}

func (p *Package) exportFacts() {
	pass := p.IR.Pass
	for _, fn := range p.IR.Funcs {
		sum := p.summaries[fn] // also when empty: that a function does nothing is worth knowing
		if obj, ok := fn.Object().(*types.Func); ok && sum != nil && obj.Pkg() == pass.Pkg {
			pass.ExportObjectFact(obj, sum.detached())
		}
	}
	scope := pass.Pkg.Scope()
	told := make(map[*types.Var]bool) // types that are declared by each other have the same fields
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || ir.InTest(pass.Fset, tn.Pos()) {
			continue
		}
		s, ok := tn.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range s.Fields() {
			if f.Pkg() != pass.Pkg || told[f] {
				continue // type T other.Struct
			}
			told[f] = true
			if fact := p.fieldFact(f, p.byField()[f]); fact != nil {
				pass.ExportObjectFact(f, fact)
			}
		}
	}
}

// fieldFact returns what events on a field and its parts tell of it, nil if
// there are none but those of tests.
func (p *Package) fieldFact(f *types.Var, events []*Event) *FieldFact {
	var fact *FieldFact
	for _, e := range events {
		if p.byTest(e.Instr, f.Pos()) {
			continue
		}
		if fact == nil {
			fact = new(FieldFact)
		}
		if e.Ref.Path.Field() != f {
			continue
		}
		switch e.Kind {
		case Method:
			if e.Gives && !slices.Contains(fact.Released, e.Name) {
				fact.Released = append(fact.Released, e.Name)
			}
		case Escape, Return:
			fact.Escapes = true
		case Shrink:
			fact.Shrinks = true
			fact.Drains = fact.Drains || p.byItself(e.Func())
		case Replace:
			fact.Shrinks = fact.Shrinks || !Fresh(e.Ref.Root)
		}
	}
	if fact != nil {
		slices.Sort(fact.Released)
	}
	return fact
}

// byItself reports whether a function runs on a goroutine, or is, or is called by, a literal that code
// gets which is not known.
func (p *Package) byItself(fn *ssa.Function) bool {
	away := func(fn *ssa.Function) bool {
		return fn.Parent() != nil && slices.ContainsFunc(p.Literal(fn), func(made ssa.Value) bool {
			return slices.ContainsFunc(p.Of(made), func(e *Event) bool { return e.Kind == Escape })
		})
	}
	return len(p.Starts(fn)) > 0 || away(fn) || slices.ContainsFunc(p.Uses(fn), func(use ssa.Instruction) bool { return away(use.Parent()) })
}

// String returns e in one line, for tests.
func (e *Event) String() string {
	return fmt.Sprintf("%s %s%s %s", e.Kind, e.Ref.Root.Name(), e.Ref.Path, e.Name)
}
