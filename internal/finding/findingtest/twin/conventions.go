package twin

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// conventions returns the new names of functions whose names say, together with
// their signature, what they are to code that does not know their package:
//
//   - main and init;
//   - tests, of which the word stays that the go command or a package for suites
//     of tests goes by;
//   - methods that an interface of another module asks for, or one of
//     [wellKnown];
//   - methods that end the life of their receiver, see [teardown], and those that
//     begin its use, Open, Start and Connect, without a result or with an error alone;
//   - functions that register and remove listeners, of which the word of a pair
//     stays, see [pairs]: Add of AddListener;
//   - functions that can stand in for those of package time, as those of clocks
//     do that tests can replace.
//
// Methods that implement each other's interfaces have one name.
func conventions(m *module) map[place]string {
	c := &chooser{module: m, names: make(map[place]string), parent: make(map[place]place)}
	c.collect()
	for _, fn := range c.all {
		if name, ok := c.alone(fn); ok {
			c.set(fn, name)
		}
	}
	for _, funcs := range c.scopes {
		c.pairs(funcs)
	}
	for _, i := range c.interfaces {
		for _, t := range c.types {
			if (i.own || t.own) && implements(t, i) {
				c.link(t, i)
			}
		}
	}
	names := make(map[place]string)
	for _, fn := range c.all {
		at := c.at(fn)
		if name, ok := c.names[c.root(at)]; ok {
			names[at] = name
		}
	}
	return names
}

// alone returns the name of a function for which conventions ask whatever else
// there is.
func (c *chooser) alone(fn *types.Func) (name string, ok bool) {
	name, at := fn.Name(), c.at(fn)
	switch recv := fn.Signature().Recv(); {
	case c.fixed[at], isTeardown(fn), isOpening(fn), c.standsIn(fn):
		return name, true
	case recv == nil && (name == "init" || name == "main" && fn.Pkg().Name() == "main"):
		return name, true
	case strings.HasSuffix(at.file, "_test.go") && isTest(fn):
		if name == "TestMain" {
			return name, true
		}
		for _, word := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
			if rest, ok := strings.CutPrefix(name, word); ok && startsWord(rest) {
				return word + c.word(rest), true
			}
		}
	}
	return "", false
}

func isTest(fn *types.Func) bool {
	sig := fn.Signature()
	return sig.TypeParams().Len() == 0 && sig.Results().Len() == 0 && sig.Params().Len() <= 1
}

// A typ is a type with a name, or an interface without.
type typ struct {
	types.Type
	own     bool // of the module
	generic bool // has or mentions type parameters
}

// A chooser chooses names by conventions.
type chooser struct {
	*module
	all        []*types.Func   // that the module declares
	types      []typ           // of the module and of what it imports
	interfaces []typ           // those of types with methods, and wellKnown
	scopes     [][]*types.Func // functions among which there may be pairs: of one package, or methods of one type
	time       *types.Scope

	names  map[place]string // by the root of a class of functions
	parent map[place]place  // union-find over functions of the module
}

// collect finds all functions and types of the module and of what it imports.
func (c *chooser) collect() {
	seen := make(map[*types.Package]bool)
	for _, p := range c.pkgs {
		seen[p.Types] = true
		for _, obj := range p.TypesInfo.Defs {
			switch obj := obj.(type) {
			case *types.Func:
				c.all = append(c.all, obj)
			case *types.TypeName:
				c.add(obj)
			}
		}
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.InterfaceType); ok {
					c.addType(typ{p.TypesInfo.Types[lit].Type, c.own[p.PkgPath], mentionsTypeParam(p.TypesInfo, lit)})
				}
				return true
			})
		}
		c.scopes = append(c.scopes, functions(p.Types.Scope()))
	}
	for _, p := range c.pkgs {
		c.imports(p.Types, seen)
	}
	for _, name := range wellKnown.Names() {
		c.interfaces = append(c.interfaces, typ{Type: wellKnown.Lookup(name).Type()})
	}
	for _, t := range c.types {
		if t.own {
			var methods []*types.Func
			for _, sel := range typeutil.IntuitiveMethodSet(t.Type, nil) {
				methods = append(methods, sel.Obj().(*types.Func))
			}
			c.scopes = append(c.scopes, methods)
		}
	}
}

func (c *chooser) imports(p *types.Package, seen map[*types.Package]bool) {
	for _, imp := range p.Imports() {
		if seen[imp] {
			continue
		}
		seen[imp] = true
		if imp.Path() == "time" {
			c.time = imp.Scope()
		}
		for _, name := range imp.Scope().Names() {
			if tn, ok := imp.Scope().Lookup(name).(*types.TypeName); ok && tn.Exported() {
				c.add(tn)
			}
		}
		c.imports(imp, seen)
	}
}

func (c *chooser) add(tn *types.TypeName) {
	if named, ok := tn.Type().(*types.Named); ok && !tn.IsAlias() {
		c.addType(typ{named, c.owns(tn), named.TypeParams().Len() > 0})
	}
}

func (c *chooser) addType(t typ) {
	c.types = append(c.types, t)
	if i, ok := t.Underlying().(*types.Interface); ok && i.NumMethods() > 0 {
		c.interfaces = append(c.interfaces, t)
	}
}

func functions(scope *types.Scope) []*types.Func {
	var all []*types.Func
	for _, name := range scope.Names() {
		if fn, ok := scope.Lookup(name).(*types.Func); ok {
			all = append(all, fn)
		}
	}
	return all
}

func mentionsTypeParam(info *types.Info, expr ast.Expr) bool {
	found := false
	ast.Inspect(expr, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if tn, ok := info.Uses[id].(*types.TypeName); ok {
				_, param := tn.Type().(*types.TypeParam)
				found = found || param
			}
		}
		return true
	})
	return found
}

// implements reports whether t or a pointer to it implements an interface. Of
// generic types only the names of methods are compared.
func implements(t, i typ) bool {
	iface := i.Underlying().(*types.Interface)
	if t.generic || i.generic {
		for m := range iface.Methods() {
			if method(t, m.Name(), m.Pkg()) == nil {
				return false
			}
		}
		return true
	}
	return types.Implements(t.Type, iface) || !types.IsInterface(t.Type) && types.Implements(types.NewPointer(t.Type), iface)
}

func method(t typ, name string, pkg *types.Package) *types.Func {
	obj, _, _ := types.LookupFieldOrMethod(t.Type, true, pkg, name)
	fn, _ := obj.(*types.Func)
	return fn
}

// link gives the methods of a type and of the interface that it implements one
// name.
func (c *chooser) link(t, i typ) {
	for m := range i.Underlying().(*types.Interface).Methods() {
		impl := method(t, m.Name(), m.Pkg())
		switch {
		case impl == nil:
		case !c.owns(impl):
			c.set(m, m.Name())
		case !c.owns(m):
			c.set(impl, m.Name())
		default:
			c.unite(c.at(impl), c.at(m))
		}
	}
}

// set keeps, of several names that a function may have, that which has most of
// the old one.
func (c *chooser) set(fn *types.Func, name string) {
	if c.owns(fn) {
		c.prefer(c.root(c.at(fn)), name)
	}
}

func (c *chooser) prefer(root place, name string) {
	if had, ok := c.names[root]; !ok || name == root.name || had != root.name && name < had {
		c.names[root] = name
	}
}

func (c *chooser) root(at place) place {
	for {
		up, ok := c.parent[at]
		if !ok {
			return at
		}
		at = up
	}
}

func (c *chooser) unite(a, b place) {
	a, b = c.root(a), c.root(b)
	if a == b {
		return
	}
	c.parent[a] = b
	if name, ok := c.names[a]; ok {
		c.prefer(b, name)
	}
}

// wellKnown has interfaces of the standard library that code implements
// without importing what declares them.
var wellKnown = func() *types.Scope {
	const src = `package wellknown
type (
	err        interface{ Error() string }
	message    interface{ ProtoMessage() }
	wrapper    interface{ Unwrap() error }
	wrappers   interface{ Unwrap() []error }
	is         interface{ Is(error) bool }
	as         interface{ As(any) bool }
	timeout    interface{ Timeout() bool }
	temporary  interface{ Temporary() bool }
	stringer   interface{ String() string }
	goStringer interface{ GoString() string }
	value      interface{ String() string; Set(string) error }
	reader     interface{ Read([]byte) (int, error) }
	readerAt   interface{ ReadAt([]byte, int64) (int, error) }
	byteReader interface{ ReadByte() (byte, error) }
	runeReader interface{ ReadRune() (rune, int, error) }
	writer     interface{ Write([]byte) (int, error) }
	writerAt   interface{ WriteAt([]byte, int64) (int, error) }
	byteWriter interface{ WriteByte(byte) error }
	stringWriter interface{ WriteString(string) (int, error) }
	seeker     interface{ Seek(int64, int) (int64, error) }
	closer     interface{ Close() error }
	flusher    interface{ Flush() }
	sorted     interface{ Len() int; Less(i, j int) bool; Swap(i, j int) }
	heap       interface{ Len() int; Less(i, j int) bool; Swap(i, j int); Push(any); Pop() any }
	locker     interface{ Lock(); Unlock() }
	scanner    interface{ Scan(any) error }
	address    interface{ Network() string; String() string }
	jsonMarshaler     interface{ MarshalJSON() ([]byte, error) }
	jsonUnmarshaler   interface{ UnmarshalJSON([]byte) error }
	textMarshaler     interface{ MarshalText() ([]byte, error) }
	textUnmarshaler   interface{ UnmarshalText([]byte) error }
	binaryMarshaler   interface{ MarshalBinary() ([]byte, error) }
	binaryUnmarshaler interface{ UnmarshalBinary([]byte) error }
)`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	pkg, err := new(types.Config).Check("wellknown", fset, []*ast.File{f}, nil)
	if err != nil {
		panic(err)
	}
	return pkg.Scope()
}()

// teardown are the names of methods that end the life of their receiver, if they
// have no parameter, or alone a context or how long to wait.
var teardown = []string{
	"Cancel", "Cleanup", "Close", "Destroy", "Detach", "Disconnect", "Dispose", "Kill", "Quit", "Release",
	"Remove", "Shutdown", "Stop", "Teardown", "Terminate", "Unregister", "Unsubscribe", "Unwatch",
}

func isTeardown(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || !slices.Contains(teardown, upperFirst(fn.Name())) {
		return false
	}
	if sig.Params().Len() != 1 {
		return sig.Params().Len() == 0
	}
	of := sig.Params().At(0).Type().String()
	return of == "context.Context" || of == "time.Duration"
}

// isOpening reports whether a method begins the use of its receiver.
func isOpening(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || !slices.Contains([]string{"Open", "Start", "Connect"}, fn.Name()) {
		return false
	}
	return sig.Results().Len() == 0 || sig.Results().Len() == 1 && sig.Results().At(0).Type().String() == "error"
}

// standsIn reports whether a function could stand in for one of package time,
// as those of a clock do that tests can replace.
func (c *chooser) standsIn(fn *types.Func) bool {
	if c.time == nil {
		return false
	}
	real, ok := c.time.Lookup(fn.Name()).(*types.Func)
	return ok && types.Identical(real.Signature().Params(), fn.Signature().Params())
}

// pairs are words for registering and what undoes it.
var pairs = map[string][]string{
	"Add":       {"Remove", "Delete"},
	"Attach":    {"Detach"},
	"Bind":      {"Unbind"},
	"Connect":   {"Disconnect"},
	"Hook":      {"Unhook"},
	"Join":      {"Leave"},
	"Listen":    {"Unlisten"},
	"Notify":    {"Stop", "StopNotify", "Unnotify"},
	"Observe":   {"Unobserve"},
	"On":        {"Off"},
	"Register":  {"Unregister", "Deregister", "UnRegister"},
	"Subscribe": {"Unsubscribe"},
	"Watch":     {"Unwatch", "StopWatch"},
}

// pairs keeps the words of pairs in the names of functions that belong together.
// One half takes what is told of events, or makes it: a function, a channel, an
// interface with methods. The other half is another function, or a result that
// is called or torn down, by that name if nothing is taken. What is registered under a name or number may be anything.
func (c *chooser) pairs(funcs []*types.Func) {
	for _, fn := range funcs {
		for word, inverses := range pairs {
			must := ""
			suffix, ok := cutWord(fn.Name(), word)
			if !ok {
				must = "Must"
				suffix, ok = cutWord(fn.Name(), must+word)
			}
			if !ok {
				continue
			}
			listening := listens(fn.Signature())
			paired := listening && handle(fn.Signature()) || givesInverse(fn.Signature(), inverses)
			for _, other := range funcs {
				for _, inverse := range inverses {
					if rest, ok := cutWord(other.Name(), inverse); ok && (rest == "" || rest == suffix) && (listening || word == "Register" && byName(other.Signature())) {
						paired = true
						c.set(other, other.Name()[:len(inverse)]+c.word(rest))
					}
				}
			}
			if paired {
				c.set(fn, fn.Name()[:len(must+word)]+c.word(suffix))
			}
		}
	}
}

// byName reports whether a function takes a name or number, and nothing else.
func byName(sig *types.Signature) bool {
	if sig.Params().Len() != 1 {
		return false
	}
	_, basic := sig.Params().At(0).Type().Underlying().(*types.Basic)
	return basic
}

// listens reports whether a function takes a listener or gives a channel.
func listens(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		switch t := p.Type().Underlying().(type) {
		case *types.Signature:
			return true
		case *types.Chan:
			return t.Dir() != types.RecvOnly
		case *types.Interface:
			if s := p.Type().String(); t.NumMethods() > 0 && s != "context.Context" && s != "error" {
				return true
			}
		}
	}
	for r := range sig.Results().Variables() {
		if ch, ok := r.Type().Underlying().(*types.Chan); ok && ch.Dir() != types.SendOnly {
			return true
		}
	}
	return false
}

// givesInverse reports whether a method returns something that is torn down by the other half.
func givesInverse(sig *types.Signature, inverses []string) bool {
	if sig.Recv() == nil {
		return false
	}
	for r := range sig.Results().Variables() {
		for _, sel := range typeutil.IntuitiveMethodSet(r.Type(), nil) {
			if m := sel.Obj().(*types.Func); isTeardown(m) && slices.Contains(inverses, m.Name()) {
				return true
			}
		}
	}
	return false
}

// handle reports whether a function returns the means to undo what it did.
func handle(sig *types.Signature) bool {
	for r := range sig.Results().Variables() {
		if f, ok := r.Type().Underlying().(*types.Signature); ok && f.Params().Len() == 0 {
			return true
		}
		for _, sel := range typeutil.IntuitiveMethodSet(r.Type(), nil) {
			if isTeardown(sel.Obj().(*types.Func)) {
				return true
			}
		}
	}
	return false
}
