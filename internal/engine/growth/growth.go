// Package growth finds containers with ways in and no way out.
//
// # The question
//
// A container that lives as long as the process gets an element each time
// some code runs, and that code can run any number of times. Does anything
// ever take elements out? If not, the container is a leak, however correct
// each single insertion is.
//
// # The abstraction
//
// A container is a package variable and a path of fields and elements from
// it, which are the names that package effects gives to values; so aliases,
// methods of a singleton and helper functions are resolved before this package
// looks. What happens to the container is the list of events on that name.
// Three things are asked of it.
//
// Ways in: growth in repeatable code. Growth that has a bound where it stands
// (few keys, a check of the length) is no event to begin with. Here falls
// away what only the place in the program shows: code that runs once per
// container because a sync.Once, a flag or the container itself being nil
// guards it.
//
// Ways out: elements removed, or the container or anything it is a part of
// replaced, in repeatable code. What runs once at start-up takes nothing out
// of what comes later.
//
// Hands: code that is not in sight and holds the container, or an object that
// it is a part of, may take out what it likes. For the container itself any
// such hand ends the matter. An object gives others only its methods, so there
// the question is whether some function of the package, in any instance, takes
// elements out of that field.
//
// # May and must
//
// One way out anywhere excuses: that the key deleted is ever the key inserted
// is not asked. A way in has to be certain as an instruction, not as an
// execution: exported functions are taken to be called any number of times.
//
// # What is given up
//
// Other packages' use of exported names is not seen, and counts as a way out
// when it could be one. Calls through interfaces are followed only where a
// package variable of interface type holds values of one type. What grows in
// another package's variable is that package's finding.
//
// The first version of this question, "a package variable that grows outside
// init and is never deleted from", was measured on 1.8 million lines of
// servers: 45 hits, none a leak. Nearly all were registries and caches keyed
// by types. What a key can be, and who calls, decides; hence the gates.
package growth

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Sort says what sort of container grows.
type Sort uint8

const (
	Map Sort = iota
	Slice
	Chan
	Labels // label values of a metric
	Other  // a list, a heap, a buffer, a type with methods
)

// A Growth is a container that grows in repeatable code and from which nothing
// takes out.
type Growth struct {
	Sort   Sort
	Global *ssa.Global
	Path   *effects.Path // from the variable to the container
	// Places are where it grows, in source order; never empty.
	Places []Place
	// Entry is how repeatable code comes to the first place; nil if that is in
	// a loop of once code.
	Entry *Entry
	// Key is the source that shows best why the keys at the first place never
	// end; its Origin is Unknown or Caller if nothing shows it.
	Key Source
	// Open is set if something shows that elements never end; always for
	// containers without keys.
	Open bool
	// Registry is set if it grows in a function of a registry or of set-up: by
	// its name, or because it panics at the second value under a key.
	Registry bool
}

// A Place is a statement at which a container grows.
type Place struct {
	Instr ssa.Instruction
	Event *effects.Event
}

// container identifies a container of one package.
type container struct {
	global *ssa.Global
	path   *effects.Path
}

// Globals returns the package variables of p, and the containers in them, that
// only grow, in the order of their first places.
func Globals(p *effects.Package) []Growth {
	f := finder{
		Package: p,
		made:    make(map[*ssa.Global]*ssa.Call),
		asks:    make(map[*ssa.Function][]*ssa.Call),
		looks:   make(map[*ssa.Function][]presence),

		returned: make(map[*ssa.Function]*trace),
	}
	f.start = ir.NewProperty(f.calledAtStart)
	f.indexMade()
	ins := make(map[container][]*effects.Event)
	var order []container
	for _, e := range f.Events() {
		g, ok := e.Ref.Root.(*ssa.Global)
		if !ok || e.Kind != effects.Grow || g.Pkg != p.IR.SSA || strings.HasPrefix(strings.ToLower(g.Name()), "test") || !f.growsHere(e) {
			continue
		}
		c := container{g, e.Ref.Path}
		if ins[c] == nil {
			order = append(order, c)
		}
		ins[c] = append(ins[c], e)
	}
	var found []Growth
	for _, c := range order {
		if f.takenOut(c) || f.handedOut(c) {
			continue
		}
		if g, ok := f.growth(c, ins[c]); ok {
			found = append(found, g)
		}
	}
	found = slices.DeleteFunc(found, func(g Growth) bool { return inner(g, found) })
	found = append(found, f.metrics()...)
	slices.SortStableFunc(found, func(a, b Growth) int { return cmp.Compare(a.Places[0].Instr.Pos(), b.Places[0].Instr.Pos()) })
	return found
}

// inner reports whether g is a part of an element of a container that grows
// itself: one leak.
func inner(g Growth, all []Growth) bool {
	return slices.ContainsFunc(all, func(o Growth) bool {
		return (o.Open || !g.Open) && o.Global == g.Global && o.Path != g.Path && g.Path.HasPrefix(o.Path)
	})
}

type finder struct {
	*effects.Package
	start *ir.Property[*ssa.Function]   // see atStart
	made  map[*ssa.Global]*ssa.Call     // see indexMade
	asks  map[*ssa.Function][]*ssa.Call // see hostCalls
	looks map[*ssa.Function][]presence  // see presences

	returned map[*ssa.Function]*trace // see trace.result
}

// growsHere reports whether an event adds an element each time that
// repeatable code runs.
func (f *finder) growsHere(e *effects.Event) bool {
	if e.Via || !f.runs(e.Func()) || !f.repeats(e.Instr) || describesProgram(e) || f.fewKeys(keyOf(e)) || f.remembersHost(e) || f.keepsInstances(e) || f.guarded(e) || f.enumerates(e) {
		return false
	}
	if _, ok := e.Origin.(*ssa.Select); ok {
		return false // it can go on without the send
	}
	if _, ok := e.Instr.(ssa.CallInstruction); ok {
		if typ := f.typeOf(e); typ != nil {
			// A callee that got the slice and not its address grows a copy.
			return !isSlice(typ)
		}
	}
	return true
}

// runs reports whether fn is code of the program and is used at all. A test
// process ends before anything grows large.
func (f *finder) runs(fn *ssa.Function) bool {
	fn = ir.Outermost(fn)
	if f.inTest(fn.Pos()) || f.helpsTests(fn) {
		return false
	}
	return fn.Signature.Recv() != nil || fn.Synthetic != "" || token.IsExported(fn.Name()) || fn.Name() == "main" || len(f.usesIn(fn)) > 0
}

func (f *finder) inTest(pos token.Pos) bool {
	return ir.InTest(f.IR.Pass.Fset, pos)
}

// helpsTests reports whether fn stands in a file that only tests need: it
// imports package testing, or is named for tests.
func (f *finder) helpsTests(fn *ssa.Function) bool {
	file := f.IR.File(fn.Pos())
	if file == nil {
		return false
	}
	base := strings.ToLower(filepath.Base(f.IR.Pass.Fset.Position(file.FileStart).Filename))
	if strings.HasPrefix(base, "test") || strings.HasPrefix(base, "fake") || strings.HasPrefix(base, "mock") {
		return true
	}
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"testing"` })
}

// usesIn returns the uses of fn outside test files.
func (f *finder) usesIn(fn *ssa.Function) []ssa.Instruction {
	return slices.DeleteFunc(slices.Clone(f.Uses(fn)), func(use ssa.Instruction) bool {
		if st, ok := use.(*ssa.Store); ok && st.Parent().Synthetic != "" {
			return f.inTest(st.Addr.Pos()) // the value that a package variable is declared with
		}
		return f.inTest(use.Pos())
	})
}

// setUpNames begin the names of functions that prepare a process; what they
// fill is full when they are done. Those in listNames are no sign for maps,
// which such functions also use as caches.
var (
	setUpNames = []string{"load", "init", "setup", "register", "configure", "define", "allow", "enable", "install", "set"}
	listNames  = []string{"parse", "build", "prepare"}
)

// setsUp reports whether an event happens in a function that by its name, or
// that of its caller, prepares the process.
func (f *finder) setsUp(e *effects.Event) bool {
	for _, instr := range []ssa.Instruction{e.Instr, e.Origin} {
		if instr == nil || instr.Parent() == nil {
			continue
		}
		fn := instr.Parent()
		for strings.HasPrefix(fn.Synthetic, "range-over-func") {
			fn = fn.Parent()
		}
		if fn.Parent() != nil {
			continue // a literal may be what was set up
		}
		if instr != e.Instr && fn.Signature.Recv() == nil {
			continue // a helper that works on any container
		}
		name := strings.ToLower(fn.Name())
		begins := func(verb string) bool { return strings.HasPrefix(name, verb) }
		if namesSetUp(name) || begins("add") && fn.Signature.Recv() == nil && takesList(fn.Signature) {
			return true // what comes and goes is added one by one
		}
		if _, store := instr.(*ssa.Store); store && slices.ContainsFunc(listNames, begins) {
			return true
		}
	}
	return false
}

// namesSetUp reports whether a function of that name, in lower case, prepares
// the process.
func namesSetUp(name string) bool {
	begins := func(verb string) bool { return strings.HasPrefix(name, verb) && (verb != "set" || name != verb) }
	return slices.ContainsFunc(setUpNames, begins) || strings.Contains(name, "register") || strings.HasSuffix(name, "init")
}

// takesList reports whether a function takes a slice or a map.
func takesList(sig *types.Signature) bool {
	for v := range sig.Params().Variables() {
		switch v.Type().Underlying().(type) {
		case *types.Slice, *types.Map:
			return true
		}
	}
	return false
}

// describesProgram reports whether what is added stands for types of the
// program, or lists of them, or for time zones, of which there are as few.
func describesProgram(e *effects.Event) bool {
	var v ssa.Value
	switch instr := e.Origin.(type) {
	case *ssa.MapUpdate:
		v = instr.Value
	case ssa.CallInstruction:
		args := instr.Common().Args
		if len(args) < 2 {
			return false
		}
		v = args[len(args)-1]
	default:
		return false
	}
	typ := ir.Unwrap(v).Type()
	if s, ok := typ.Underlying().(*types.Slice); ok {
		typ = s.Elem()
	}
	return describes(typ) || typ.String() == "*time.Location"
}

// enumerates reports whether a growth is in a function that makes a new value
// of an enumeration: it returns one, and such are as many as the program
// declares.
func (f *finder) enumerates(e *effects.Event) bool {
	results := ir.Outermost(grows(e).Parent()).Signature.Results()
	if results.Len() != 1 {
		return false
	}
	n, ok := types.Unalias(results.At(0).Type()).(*types.Named)
	if !ok || n.Obj().Pkg() != f.IR.Pass.Pkg {
		return false
	}
	basic, ok := n.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0 && !isOpen(n.Obj().Name())
}

// repeats reports whether an instruction that adds elements may run any number
// of times. It asks more of loops in once code than Repeatable: a file that is
// read to its end at start-up is no stream of requests.
func (f *finder) repeats(instr ssa.Instruction) bool {
	if !f.atStart(instr.Parent()) {
		return true
	}
	for l := f.IR.Graph(instr.Parent()).Innermost(instr.Block()); l != nil; l = l.Outer {
		if f.NeverEnds(l, func(*ssa.UnOp) bool { return false }) || accepts(l) {
			return true
		}
	}
	return false
}

// atStart reports whether fn is once code or only called from there, in loops
// that end.
func (f *finder) atStart(fn *ssa.Function) bool {
	if f.Once(fn) {
		return true
	}
	if fn.Parent() != nil || fn.Signature.Recv() != nil || token.IsExported(fn.Name()) {
		return false
	}
	return f.start.Of(fn)
}

func (f *finder) calledAtStart(fn *ssa.Function) bool {
	return len(f.Uses(fn)) > 0 && f.onlyCalled(fn) && !slices.ContainsFunc(f.Uses(fn), f.repeats)
}

// accepts reports whether a loop waits for connections.
func accepts(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if callee := ir.Callee(&call.Call); callee != nil && strings.HasPrefix(callee.Name(), "Accept") {
					return true
				}
			}
		}
	}
	return false
}

// growth returns the finding for a container, given its ways in.
func (f *finder) growth(c container, ins []*effects.Event) (Growth, bool) {
	g := Growth{Global: c.global, Path: c.path}
	for _, e := range ins {
		at := f.place(e)
		g.Registry = g.Registry || f.registers(e) || f.setsUp(e)
		if !slices.ContainsFunc(g.Places, func(p Place) bool { return p.Instr == at }) {
			g.Places = append(g.Places, Place{at, e})
		}
	}
	slices.SortStableFunc(g.Places, func(a, b Place) int { return cmp.Compare(a.Instr.Pos(), b.Instr.Pos()) })
	typ := typeAt(c)
	if typ != nil {
		if _, array := typ.Underlying().(*types.Array); array {
			return g, false // part of something else that grows
		}
	}
	if isBuffer(typ) && f.isOutput(g.Places[0].Event) || writes(g.Places[0].Event) && !isBuffer(typ) {
		return g, false
	}
	if perObject(c) {
		return g, false
	}
	g.Sort = sortOf(g.Places[0], typ, c.path.Field() == nil)
	if c.path != nil && (isListeners(typ) || f.takesListener(g.Places)) {
		return g, false // listenerleak's
	}
	if entry, ok := f.entry(g.Places[0]); ok {
		g.Entry = &entry
	}
	g.Key, _ = f.endless(keyOf(g.Places[0].Event))
	g.Open = f.open(c, ins)
	return g, !f.innerShrinks(c) || leakingKey(typ) || slices.ContainsFunc(ins, func(e *effects.Event) bool { return f.fromOutside(e) })
}

// place returns the statement to change: inside a method of the package that
// grows its receiver, else where the variable itself is used.
func (f *finder) place(e *effects.Event) ssa.Instruction {
	if e.Origin == e.Instr || e.Origin == nil || e.Origin.Parent() == nil {
		return e.Instr
	}
	fn := ir.Outermost(e.Origin.Parent())
	recv := fn.Signature.Recv()
	if recv == nil || fn.TypeParams().Len() > 0 || fn.Signature.RecvTypeParams().Len() > 0 {
		return e.Instr
	}
	if n := ir.Named(recv.Type()); n == nil || !isStruct(n) {
		return e.Instr
	}
	return e.Origin
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// typeAt returns the type of what a path leads to, as far as it is known.
func typeAt(c container) types.Type {
	typ := c.global.Type().(*types.Pointer).Elem()
	if c.path == nil {
		return typ
	}
	return c.path.Type(typ)
}

// perObject reports whether the container belongs to an object that is an
// element of a map, or to a type of the program: how long those live is
// another question than how long the map does.
func perObject(c container) bool {
	field := false
	for path := c.path; path != nil; path = path.Parent() {
		if !path.IsElem() {
			field = true
			continue
		}
		typ := typeAt(container{c.global, path.Parent()})
		if typ == nil {
			return true
		}
		if m, ok := typ.Underlying().(*types.Map); ok && (field || describes(m.Key())) {
			return true
		}
	}
	return false
}

// writes reports whether the growth is that of a writer, which need not be a
// container: most writers are files.
func writes(e *effects.Event) bool {
	call, ok := e.Origin.(ssa.CallInstruction)
	if !ok {
		return false
	}
	callee := ir.Callee(call.Common())
	return callee != nil && callee.Pkg() != nil && (callee.Pkg().Path() == "fmt" || callee.Pkg().Path() == "io")
}

// isOutput reports whether a growth is in the method Write of a writer that a
// command has for what other commands print.
func (f *finder) isOutput(e *effects.Event) bool {
	fn := ir.Outermost(grows(e).Parent())
	return f.IR.Pass.Pkg.Name() == "main" && fn.Name() == "Write" && fn.Signature.Recv() != nil
}

func isBuffer(typ types.Type) bool {
	if typ == nil {
		return false
	}
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && (n.Obj().Pkg().Path() == "bytes" || n.Obj().Pkg().Path() == "strings")
}

func isPointer(typ types.Type) bool {
	_, ok := typ.Underlying().(*types.Pointer)
	return ok
}

// sortOf classifies the growth at a place of a container of type typ; own says
// that the variable is that container, and not an object with methods.
func sortOf(at Place, typ types.Type, own bool) Sort {
	origin := at.Event.Origin
	if origin == nil || at.Instr == at.Event.Instr {
		origin = at.Instr
	}
	switch origin.(type) {
	case *ssa.MapUpdate:
		if isSlice(typ) {
			return Slice // a list in the map
		}
		return Map
	case *ssa.Store:
		return Slice
	case *ssa.Send:
		return Chan
	case ssa.CallInstruction:
		if !own || typ == nil {
			break
		}
		switch types.Unalias(typ).(type) {
		case *types.Map:
			return Map
		case *types.Slice:
			return Slice
		case *types.Chan:
			return Chan
		}
	}
	return Other
}

// isListeners reports whether a container keeps functions, channels or
// listener values.
func isListeners(typ types.Type) bool {
	for range 3 {
		if typ == nil {
			return false
		}
		switch u := typ.Underlying().(type) {
		case *types.Map:
			if listener(u.Key()) {
				return true
			}
			typ = u.Elem()
		case *types.Slice:
			typ = u.Elem()
		default:
			return listener(typ)
		}
	}
	return false
}

// takesListener reports whether all growth is by exported functions that are
// given a listener.
func (f *finder) takesListener(places []Place) bool {
	return !slices.ContainsFunc(places, func(at Place) bool {
		fn := ir.Outermost(at.Event.Func())
		params := fn.Signature.Params()
		for i := range params.Len() {
			if token.IsExported(fn.Name()) && listener(params.At(i).Type()) {
				return false
			}
		}
		return true
	})
}

// innerShrinks reports whether something takes elements out of containers that
// are elements of c.
func (f *finder) innerShrinks(c container) bool {
	return slices.ContainsFunc(f.Of(c.global), func(e *effects.Event) bool {
		return e.Kind == effects.Shrink && e.Ref.Path != c.path && e.Ref.Path.HasPrefix(c.path) && f.Repeatable(e.Instr)
	})
}

// leakingKey reports whether the keys of a map are of a kind that always comes
// anew: pointers and what may hold them.
func leakingKey(typ types.Type) bool {
	if typ == nil {
		return false
	}
	m, ok := typ.Underlying().(*types.Map)
	if !ok {
		return false
	}
	switch m.Key().Underlying().(type) {
	case *types.Pointer, *types.Chan, *types.Interface:
		return !describes(m.Key())
	}
	return false
}

var listenerNames = []string{"listener", "observer", "handler", "subscriber", "watcher", "callback", "hook", "notifier", "subscription"}

func listener(typ types.Type) bool {
	switch typ.Underlying().(type) {
	case *types.Signature, *types.Chan:
		return true
	}
	n := ir.Named(typ)
	if n == nil {
		return false
	}
	name := strings.ToLower(n.Obj().Name())
	return slices.ContainsFunc(listenerNames, func(part string) bool { return strings.Contains(name, part) })
}
