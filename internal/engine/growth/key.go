package growth

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Whether a map that only grows is a leak is decided by its keys: names that
// are written in the program end, what clients send does not. This file
// follows a key back to where it comes from.

// An Origin says where a key comes from.
type Origin uint8

const (
	Unknown Origin = iota
	Program        // written in the program, or a type of it
	Caller         // the caller of an exported function chooses it
	Random
	Clock
	Counter
	Input // what was received from a channel or read
	Conn  // a network connection or its address
	Request
)

// A Source is a value that a key is made from.
type Source struct {
	Origin Origin
	Value  ssa.Value
	// Apart is set if the key is what a function of another module made of the
	// value, which may be less.
	Apart bool
}

// maxSources bounds how many values a key is followed back through.
const maxSources = 128

// A trace follows values back to their sources, in the order in which they are
// met.
type trace struct {
	*finder
	seen    map[ssa.Value]bool
	sources []Source
	names   []string // of parameters, fields and methods on the way
	asks    bool     // the key is of a request that the program itself sends: it chose whom to ask
	joined  bool     // it is a combination of the elements of a list
	apart   int      // calls passed of which the result is another thing than what they get

	of     *ssa.Function // the function whose result is traced, if one is
	params []int         // of it, by index, that the result is made from
}

// named remembers what a value on the way is called.
func (t *trace) named(name string) {
	if t.apart == 0 {
		t.names = append(t.names, name)
	}
}

func (f *finder) trace(vs ...ssa.Value) *trace {
	t := &trace{finder: f, seen: make(map[ssa.Value]bool)}
	t.all(vs...)
	return t
}

// fewKeys reports whether all that a key is made from is written in the
// program.
func (f *finder) fewKeys(key ssa.Value) bool {
	sources := f.trace(key).sources
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(s Source) bool { return s.Origin != Program })
}

// endless returns the source that shows best that keys never end, if one does.
func (f *finder) endless(key ssa.Value) (Source, bool) {
	var best Source
	for _, s := range f.trace(key).sources {
		if s.Origin > best.Origin {
			best = s
		}
	}
	return best, best.Origin > Caller
}

func (t *trace) end(o Origin, v ssa.Value) { t.sources = append(t.sources, Source{o, v, t.apart > 0}) }

func (t *trace) all(vs ...ssa.Value) {
	for _, v := range vs {
		t.follow(v)
	}
}

func (t *trace) follow(v ssa.Value) {
	if v == nil || t.seen[v] {
		return
	}
	t.seen[v] = true
	if len(t.seen) > maxSources {
		t.end(Unknown, v)
		return
	}
	if o := originOfType(v.Type()); o != Unknown {
		t.end(o, v)
		return
	}
	if param, ok := v.(*ssa.Parameter); ok && isRequest(v.Type()) {
		if servesRequests(param.Parent()) {
			t.end(Request, v)
		} else {
			t.asks = true
			t.end(Unknown, v)
		}
		return
	}
	switch v := v.(type) {
	case *ssa.Const:
		t.end(Program, v)
	case *ssa.Global:
		t.end(t.ofGlobal(v), v)
	case *ssa.Parameter:
		t.named(v.Name())
		if v.Parent() == t.of {
			t.params = append(t.params, slices.Index(t.of.Params, v))
			return
		}
		t.parameter(v)
	case *ssa.FreeVar:
		t.freeVar(v)
	case *ssa.Alloc:
		t.contents(v)
	case *ssa.Call:
		t.call(v)
	case *ssa.BinOp:
		if t.counts(v) {
			t.end(Counter, v)
			return
		}
		t.all(v.X, v.Y)
	case *ssa.Phi:
		t.all(v.Edges...)
	case *ssa.UnOp:
		if v.Op == token.ARROW {
			t.end(Input, v)
			return
		}
		t.follow(v.X)
	case *ssa.FieldAddr:
		t.field(v, v.X, v.Field)
	case *ssa.Field:
		t.field(v, v.X, v.Field)
	case *ssa.IndexAddr:
		t.follow(v.X)
	case *ssa.Index:
		t.follow(v.X)
	case *ssa.Lookup:
		t.follow(v.X)
	case *ssa.Extract:
		t.follow(v.Tuple)
	case *ssa.Next:
		t.follow(v.Iter)
	case *ssa.Range:
		t.follow(v.X)
	case *ssa.Slice:
		t.follow(v.X)
	case *ssa.TypeAssert:
		t.follow(v.X)
	case *ssa.Convert:
		t.follow(v.X)
	case *ssa.ChangeType:
		t.follow(v.X)
	case *ssa.ChangeInterface:
		t.follow(v.X)
	case *ssa.MakeInterface:
		t.follow(v.X)
	default:
		t.end(Unknown, v)
	}
}

// field follows a field of x. Those of settings have a value per setting, and
// those of the standard library's types come from where their owner comes from.
// In other objects a field has its own source, which is in sight only if the
// object is made here.
func (t *trace) field(v, x ssa.Value, index int) {
	n := ir.Named(x.Type())
	if n != nil && configures(n) {
		t.end(Program, v)
		return
	}
	name := fieldName(x.Type(), index)
	if isRequest(x.Type()) && fewValues(name) {
		t.end(Program, v)
		return
	}
	t.named(name)
	if n == nil || n.Obj().Pkg() == nil || isStd(n.Obj().Pkg().Path()) {
		t.follow(x)
		return
	}
	found := false
	if object, ok := x.(*ssa.Alloc); ok {
		for _, use := range *object.Referrers() {
			if f, ok := use.(*ssa.FieldAddr); ok && f.Field == index {
				for _, st := range *f.Referrers() {
					if st, ok := st.(*ssa.Store); ok && st.Addr == f {
						found = true
						t.follow(st.Val)
					}
				}
			}
		}
	}
	if !found {
		t.end(Unknown, v)
	}
}

// isStd reports whether a package of that path belongs to the standard library.
func isStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// originOfType returns what the type of a value says about where it comes from.
func originOfType(typ types.Type) Origin {
	if describes(typ) || configures(typ) {
		return Program
	}
	if _, code := typ.Underlying().(*types.Signature); code {
		return Program
	}
	n := ir.Named(typ)
	if n == nil || n.Obj().Pkg() == nil {
		return Unknown
	}
	switch n.Obj().Pkg().Path() + "." + n.Obj().Name() {
	case "net.Conn", "net.Addr":
		return Conn
	}
	return Unknown
}

// ofGlobal tells what a package variable holds: what it was declared with, or
// a number that goes up.
func (t *trace) ofGlobal(g *ssa.Global) Origin {
	o := Program
	for _, st := range t.Sets(g) {
		if sum, ok := st.Val.(*ssa.BinOp); ok && sum.Op == token.ADD {
			return Counter
		}
		if !t.Once(st.Parent()) {
			o = Unknown
		}
	}
	return o
}

// parameter follows a parameter to the calls of its function. What a package
// itself gives to an exported function shows what it is made for.
func (t *trace) parameter(v *ssa.Parameter) {
	fn := v.Parent()
	exported := token.IsExported(fn.Name())
	calls := t.usesIn(fn)
	asValue := func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || t.IR.Static(call.Common()) != fn
	}
	if fn.Parent() != nil || len(calls) == 0 || slices.ContainsFunc(calls, asValue) {
		if exported && fn.Parent() == nil {
			t.end(Caller, v)
		} else {
			t.end(Unknown, v)
		}
		return
	}
	i := slices.Index(fn.Params, v)
	for _, use := range calls {
		if args := ir.Args(use.(ssa.CallInstruction).Common()); i < len(args) {
			t.follow(args[i])
		}
	}
}

func (t *trace) freeVar(v *ssa.FreeVar) {
	fn := v.Parent()
	i := slices.Index(fn.FreeVars, v)
	for _, made := range t.Literal(fn) {
		if mc, ok := made.(*ssa.MakeClosure); ok {
			t.follow(mc.Bindings[i])
		}
	}
}

// contents follows what is stored in a local variable or its parts.
func (t *trace) contents(v *ssa.Alloc) {
	found := false
	var stores func(addr ssa.Value)
	stores = func(addr ssa.Value) {
		for _, use := range *addr.Referrers() {
			switch use := use.(type) {
			case *ssa.Store:
				if use.Addr == addr {
					found = true
					t.follow(use.Val)
				}
			case *ssa.FieldAddr:
				stores(use)
			case *ssa.IndexAddr:
				stores(use)
			}
		}
	}
	stores(v)
	if !found {
		t.end(Unknown, v)
	}
}

// settings are parts of the names of types whose values are chosen when a
// program is written or configured.
var settings = []string{"cfg", "conf", "config", "kind", "level", "mode", "option", "param", "setting"}

// configures reports whether a type is one of settings by its name.
func configures(typ types.Type) bool {
	n := ir.Named(typ)
	if n == nil || isPointer(typ) {
		return false // there may be a new one each time
	}
	name := strings.ToLower(n.Obj().Name())
	return slices.ContainsFunc(settings, func(part string) bool { return strings.HasSuffix(name, part) || strings.HasSuffix(name, part+"s") })
}

func (t *trace) call(v *ssa.Call) {
	callee := ir.Callee(&v.Call)
	if callee == nil || callee.Pkg() == nil {
		t.arguments(v)
		return
	}
	t.named(callee.Name())
	switch path := callee.Pkg().Path(); {
	case path == "net/http" && strings.HasPrefix(callee.Name(), "NewRequest"):
		t.asks = true
		t.arguments(v)
	case callee.FullName() == "fmt.Sprintf" && isTypeVerb(v.Call.Args[0]):
		t.end(Program, v)
	case callee.FullName() == "time.Now":
		t.end(Clock, v)
	case path == "math/rand" || path == "math/rand/v2" || path == "crypto/rand" || strings.HasSuffix(path, "/uuid"):
		t.end(Random, v)
	case path == "strconv" && strings.HasPrefix(callee.Name(), "Format"), callee.FullName() == "strconv.Itoa":
		t.named("id") // whoever numbers things has many
		t.arguments(v)
	case callee.FullName() == "strings.Join":
		t.joined = t.joined || t.apart == 0
		t.arguments(v)
	case path == "sync/atomic" && strings.HasPrefix(callee.Name(), "Add"):
		t.end(Counter, v)
	case path == "bufio" && (callee.Name() == "Text" || strings.HasPrefix(callee.Name(), "Read")):
		t.end(Input, v)
	case path == "runtime" || path == "os" && strings.HasSuffix(callee.Name(), "env"), path == "flag":
		t.end(Program, v)
	case t.IR.Static(&v.Call) != nil:
		t.result(v, t.IR.Static(&v.Call))
	case callee.FullName() == "strconv.ParseUint":
		t.end(Unknown, v) // a handle as often as not
	case !isStd(path):
		t.apart++
		t.arguments(v)
		t.apart--
	default:
		t.arguments(v)
	}
}

// result follows what a function of the package returns to a call: to other
// calls it may return other things.
func (t *trace) result(call *ssa.Call, fn *ssa.Function) {
	of, known := t.returned[fn]
	if !known {
		of = &trace{finder: t.finder, seen: make(map[ssa.Value]bool), of: fn}
		t.returned[fn] = of // one that calls itself returns nothing more by that
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && len(ret.Results) > 0 {
				of.follow(ret.Results[0])
			}
		}
	}
	t.asks = t.asks || of.asks
	t.joined = t.joined || of.joined && t.apart == 0
	for _, name := range of.names {
		t.named(name)
	}
	for _, s := range of.sources {
		t.seen[s.Value] = true
		t.sources = append(t.sources, Source{s.Origin, s.Value, s.Apart || t.apart > 0})
	}
	args := ir.Args(&call.Call)
	for _, i := range of.params {
		if i < len(args) {
			t.follow(args[i])
		}
	}
}

// isTypeVerb reports whether a format only prints the type of a value.
func isTypeVerb(format ssa.Value) bool {
	k, ok := format.(*ssa.Const)
	return ok && k.Value != nil && k.Value.ExactString() == `"%T"`
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

// arguments follows the operands of a call of which nothing else is known; a
// call without operands may return anything.
func (t *trace) arguments(v *ssa.Call) {
	args := ir.Args(&v.Call)
	if len(args) == 0 {
		t.end(Unknown, v)
	}
	t.all(args...)
}

// counts reports whether a sum is that of a variable that counts, or of a loop
// that never ends. A loop that ends counts to the same numbers again.
func (t *trace) counts(v *ssa.BinOp) bool {
	if v.Op != token.ADD {
		return false
	}
	for _, x := range []ssa.Value{v.X, v.Y} {
		switch x := x.(type) {
		case *ssa.Phi:
			if slices.Contains(x.Edges, ssa.Value(v)) && t.endlessLoop(v) {
				return true
			}
		case *ssa.UnOp:
			if x.Op == token.MUL && slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool {
				st, ok := use.(*ssa.Store)
				return ok && sameAddr(st.Addr, x.X)
			}) {
				return true
			}
		}
	}
	return false
}

// endlessLoop reports whether a loop around v never ends, or ends with a
// channel.
func (t *trace) endlessLoop(v *ssa.BinOp) bool {
	for l := t.IR.Graph(v.Parent()).Innermost(v.Block()); l != nil; l = l.Outer {
		if t.NeverEnds(l, func(*ssa.UnOp) bool { return false }) {
			return true
		}
	}
	return false
}

// sameAddr reports whether two addresses are the same variable or the same
// field of one value.
func sameAddr(a, b ssa.Value) bool {
	if a == b {
		return true
	}
	x, ok := a.(*ssa.FieldAddr)
	y, ok2 := b.(*ssa.FieldAddr)
	return ok && ok2 && x.Field == y.Field && x.X == y.X
}

// describes reports whether the values of a type stand for types of the
// program, as those of package reflect and of protocol buffers do, or for parts
// of such types.
func describes(typ types.Type) bool {
	n := ir.Named(typ)
	if n == nil || n.Obj().Name() == "Value" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "reflect" {
		return false // a reflect.Value has a type, and a pointer that is new each time
	}
	if pkg := n.Obj().Pkg(); pkg != nil && strings.HasSuffix(pkg.Path(), "/protoreflect") {
		return true
	}
	switch n.Underlying().(type) {
	case *types.Basic, *types.Map, *types.Slice, *types.Signature:
		return false
	}
	name := strings.ToLower(n.Obj().Name())
	if strings.HasSuffix(name, "type") || strings.HasSuffix(name, "descriptor") {
		return true
	}
	if key, ok := n.Underlying().(*types.Struct); ok && !isPointer(typ) {
		for field := range key.Fields() {
			if describes(field.Type()) {
				return true
			}
		}
	}
	return false
}

// fromOutside reports whether the key of a growth is made from what a client
// sent: a part of a request, or the address of a connection.
func (f *finder) fromOutside(e *effects.Event) bool {
	source, _ := f.endless(keyOf(e))
	return source.Origin >= Conn
}
