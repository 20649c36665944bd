package evidence

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Whether a value has many values is decided by where it comes from: what is
// written in the program ends, what clients send does not. This file follows a
// value back to where it comes from within one function and those that this one
// calls; what its callers give it are its parameters, which are for the judge.

// A From says where a value comes from.
type From uint8

const (
	Unknown From = iota
	Program      // written in the program, or a type of it
	Given        // a parameter, or a part of it
	Entry        // the key of a container's element that is taken out again
	Pointer      // a pointer to what is made anew
	Random
	Clock
	Counter
	Input // read, received or decoded
	Conn  // a network connection or its address
	Request
)

// many reports whether there is no end to such values.
func (f From) many() bool { return f > Given }

// anew reports whether each call makes or gets another such value;
// the zero From, for what needs no values, is one.
func (f From) anew() bool { return f != Input && f != Request }

// A Source is a value that another is made from.
type Source struct {
	From  From
	Value ssa.Value
	Apart bool           // it is what code out of sight made of it, which may be less
	param *ssa.Parameter // Given
	path  string         // Given: from the parameter to what it is made from
}

// wire reports whether a source is more than a message that was decoded.
func (s Source) wire() bool {
	switch s.From {
	case Input:
		return false
	case Request:
		return s.Value != nil && convention.FromAnybody(s.Value.Type())
	}
	return true
}

// maxSources bounds through how many values a value is followed back.
const maxSources = 160

// maxPath is the longest path to a part of a result that is followed as such.
const maxPath = 4

// A trace follows values back to their sources, in the order in which they are
// met.
type trace struct {
	*Package
	seen    map[visit]bool
	sources []Source
	apart   int // functions of other modules passed
}

type visit struct {
	v    ssa.Value
	path string
}

// sourcesOf returns what a part of v, at a path, is made from.
func (p *Package) sourcesOf(v ssa.Value, path string) []Source {
	t := &trace{Package: p, seen: make(map[visit]bool)}
	t.follow(v, path)
	return t.sources
}

// best returns the source that shows best that there are many values; ok is
// false if none does.
func best(sources []Source) (_ Source, ok bool) {
	var top Source
	for _, s := range sources {
		if s.From > top.From {
			top = s
		}
	}
	return top, top.From.many()
}

// fewSources reports whether all that a value is made from is written in the
// program.
func fewSources(sources []Source) bool {
	return !slices.ContainsFunc(sources, func(s Source) bool { return s.From != Program })
}

func (t *trace) end(f From, v ssa.Value) {
	t.sources = append(t.sources, Source{From: f, Value: v, Apart: t.apart > 0})
}

func (t *trace) follow(v ssa.Value, path string) {
	key := visit{v, path}
	if v == nil || t.seen[key] {
		return
	}
	t.seen[key] = true
	if len(t.seen) > maxSources {
		t.end(Unknown, v)
		return
	}
	if call, ok := v.(*ssa.Call); ok && convention.OwnAddress(ir.Callee(&call.Call)) {
		t.end(Unknown, v)
		return
	}
	if f := fromType(v.Type()); f != Unknown && path == "" {
		t.end(f, v)
		return
	}
	switch v := v.(type) {
	case *ssa.Const, *ssa.Function:
		t.end(Program, v)
	case *ssa.Parameter:
		t.parameter(v, path)
	case *ssa.Call:
		t.call(v, 0, path)
	case *ssa.Extract:
		t.extract(v, path)
	case *ssa.BinOp:
		switch {
		case v.Op >= token.EQL && v.Op <= token.GEQ && v.Op != token.ASSIGN:
			t.end(Program, v) // true or false
		case t.counts(v):
			t.end(Counter, v)
		default:
			t.follow(v.X, "")
			t.follow(v.Y, "")
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			t.follow(e, path)
		}
	case *ssa.UnOp:
		switch v.Op {
		case token.ARROW:
			t.received(v.X, v, path)
		case token.MUL:
			t.variable(v.X, path)
		default:
			t.follow(v.X, path)
		}
	case *ssa.Field:
		t.field(v.X, v.Field, path)
	case *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Alloc, *ssa.Global, *ssa.FreeVar:
		t.variable(v, path)
	case *ssa.Index:
		t.element(v.X, path)
	case *ssa.Lookup:
		t.element(v.X, path)
	case *ssa.Next:
		t.follow(v.Iter, path)
	case *ssa.Range:
		t.element(v.X, path)
	case *ssa.Slice:
		t.follow(v.X, path)
	case *ssa.TypeAssert:
		t.follow(v.X, path)
	case *ssa.Convert:
		t.follow(v.X, path)
	case *ssa.ChangeType:
		t.follow(v.X, path)
	case *ssa.ChangeInterface:
		t.follow(v.X, path)
	case *ssa.MakeInterface:
		t.follow(v.X, path)
	default:
		t.end(Unknown, v)
	}
}

// fromType returns what the type of a value says about where it comes from.
func fromType(typ types.Type) From {
	if Describes(typ) {
		return Program
	}
	switch u := typ.Underlying().(type) {
	case *types.Signature:
		return Program
	case *types.Basic:
		switch u.Kind() {
		case types.Bool, types.Int8, types.Uint8, types.Int16, types.Uint16:
			return Program // 65536 at most
		}
	}
	switch {
	case convention.IsTime(typ):
		return Clock
	case convention.IsConnection(typ):
		return Conn
	}
	return Unknown
}

// Describes reports whether the values of a type stand for types of the
// program, as those of package reflect, go/types and protocol buffers do.
func Describes(typ types.Type) bool {
	n := ir.Named(typ)
	if n == nil || n.Obj().Pkg() == nil {
		return false
	}
	switch path := n.Obj().Pkg().Path(); {
	case path == "reflect":
		return n.Obj().Name() == "Type"
	case path == "google.golang.org/protobuf/reflect/protoreflect":
		return n.Obj().Name() != "Value"
	case path == "time":
		return n.Obj().Name() == "Location"
	}
	return false
}

// parameter ends at a parameter: what a handler is given comes with the request,
// all else from callers.
func (t *trace) parameter(v *ssa.Parameter, path string) {
	if h, ok := t.handler(v.Parent()); ok && slices.Contains(h.carries, v) {
		t.end(Request, v)
		return
	}
	t.sources = append(t.sources, Source{From: Given, Value: v, Apart: t.apart > 0, param: v, path: path})
}

// variable follows what is in the variable that addr is the address of.
func (t *trace) variable(addr ssa.Value, path string) {
	switch x := addr.(type) {
	case *ssa.Alloc:
		t.contents(x, path)
	case *ssa.FieldAddr:
		t.field(x.X, x.Field, path)
	case *ssa.IndexAddr:
		t.element(x.X, path)
	case *ssa.Global:
		t.global(x, path)
	case *ssa.FreeVar:
		fn := x.Parent()
		i := slices.Index(fn.FreeVars, x)
		for _, made := range t.Literal(fn) {
			if mc, ok := made.(*ssa.MakeClosure); ok {
				t.variable(mc.Bindings[i], path)
			}
		}
	default:
		t.follow(addr, path) // a pointer and what it points to are one
	}
}

// field follows a field of a struct or of what a pointer points to.
func (t *trace) field(x ssa.Value, index int, path string) {
	if convention.FewValues(x.Type(), fieldName(x.Type(), index)) {
		t.end(Program, x)
		return
	}
	path = "." + fieldName(x.Type(), index) + path
	switch x := x.(type) {
	case *ssa.Alloc:
		t.contents(x, path)
	case *ssa.FieldAddr:
		t.field(x.X, x.Field, path)
	case *ssa.IndexAddr, *ssa.Global, *ssa.FreeVar:
		t.variable(x, path)
	default:
		t.follow(x, path)
	}
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

// element follows an element of a list, map or string.
func (t *trace) element(x ssa.Value, path string) {
	if t.fixedList(x) {
		t.end(Program, x)
		return
	}
	if call, ok := ir.Unwrap(x).(*ssa.Call); ok && ir.Callee(&call.Call) != nil {
		t.follow(x, "") // made of what it is given
		return
	}
	t.follow(x, "[]"+path)
}

// global follows a package variable: what is written in the program, or a number
// that goes up.
func (t *trace) global(g *ssa.Global, path string) {
	from := Program
	if g.Pkg != t.IR.SSA && g.Pkg != nil && !convention.IsStd(g.Pkg.Pkg.Path()) {
		from = Unknown
	}
	for _, st := range t.Sets(g) {
		if sum, ok := st.Val.(*ssa.BinOp); ok && sum.Op == token.ADD && t.counts(sum) {
			t.end(Counter, g)
			return
		}
		if st.Parent().Synthetic == "" && !t.Once(st.Parent()) {
			from = Unknown
		}
	}
	if path != "" && g.Pkg == t.IR.SSA && slices.ContainsFunc(t.Package.Of(g), func(e *effects.Event) bool {
		return (e.Kind == effects.Grow || e.Kind == effects.Store || e.Kind == effects.Escape) && !t.Once(e.Func())
	}) {
		from = Unknown
	}
	t.end(from, g)
}

// contents follows what is stored at a path of a local variable, or put there by
// a function that is given its address.
func (t *trace) contents(v *ssa.Alloc, path string) {
	found := false
	seen := make(map[ssa.Value]bool)
	var visit func(addr ssa.Value, path string)
	into := func(addr ssa.Value, step, path string) {
		switch rest, ok := strings.CutPrefix(path, step); {
		case path == "":
			visit(addr, "") // the whole of it
		case ok && (rest == "" || rest[0] == '.' || rest[0] == '['):
			visit(addr, rest)
		}
	}
	visit = func(addr ssa.Value, path string) {
		if seen[addr] {
			return
		}
		seen[addr] = true
		for _, use := range *addr.Referrers() {
			switch use := use.(type) {
			case *ssa.Store:
				if use.Addr == addr {
					found = true
					t.follow(use.Val, path)
				}
			case *ssa.MapUpdate:
				if rest, ok := strings.CutPrefix(path, "[]"); ok && use.Map == addr {
					found = true
					t.follow(use.Value, rest)
				}
			case *ssa.FieldAddr:
				into(use, "."+fieldName(use.X.Type(), use.Field), path)
			case *ssa.IndexAddr:
				into(use, "[]", path)
			case *ssa.Slice:
				visit(use, path)
			case *ssa.MakeInterface:
				visit(use, path)
			case *ssa.ChangeInterface:
				visit(use, path)
			case *ssa.ChangeType:
				visit(use, path)
			case *ssa.MakeClosure:
				for i, b := range use.Bindings {
					if b == addr && ir.BoundMethod(use) == nil {
						visit(use.Fn.(*ssa.Function).FreeVars[i], path)
					}
				}
			case ssa.CallInstruction:
				if from, ok := t.fills(use.Common(), addr); ok {
					found = true
					t.end(from, v)
				}
			}
		}
	}
	visit(v, path)
	// A variable given on as one of several arguments of any type is in a list.
	for _, use := range *v.Referrers() {
		conv, ok := use.(*ssa.MakeInterface)
		if !ok {
			continue
		}
		for _, use := range *conv.Referrers() {
			if call := variadicCall(use, conv); call != nil {
				if from, ok := fillsVariadic(call.Common()); ok {
					found = true
					t.end(from, v)
				}
			}
		}
	}
	if !found {
		t.end(Unknown, v)
	}
}

// fills reports whether a call puts something where addr points to, and where
// that comes from.
func (t *trace) fills(call *ssa.CallCommon, addr ssa.Value) (From, bool) {
	callee := ir.Callee(call)
	if callee == nil {
		return Unknown, false
	}
	first, source := convention.Fills(callee)
	if source == convention.None {
		return Unknown, false
	}
	if !call.IsInvoke() && callee.Signature().Recv() != nil {
		first++
	}
	if i := slices.Index(call.Args, addr); i < first {
		return Unknown, false
	}
	return t.decoded(call, callee, fromConvention(source)), true
}

// decoded returns where what a function decodes comes from: what the program
// brings along, or has in a file, is not what others send.
func (t *trace) decoded(call *ssa.CallCommon, callee *types.Func, from From) From {
	args := ir.Args(call)
	if from != Input || len(args) == 0 {
		return from
	}
	for range maxDepth {
		for _, r := range t.Refs(args[0]) {
			made := r.Root
			if ext, ok := made.(*ssa.Extract); ok {
				made = ext.Tuple
			}
			inner, ok := made.(*ssa.Call)
			if !ok {
				continue
			}
			fn := ir.Callee(&inner.Call)
			if fn == nil || fn.Pkg() == nil {
				return from
			}
			if convention.OpensLocal(fn) || convention.Draws(fn) == convention.Program {
				return Unknown
			}
			if len(ir.Args(&inner.Call)) == 0 {
				return from
			}
			args = ir.Args(&inner.Call)
		}
	}
	return from
}

// variadicCall returns the call that gets v as one of its variadic arguments, if
// use puts it into the list of these.
func variadicCall(use ssa.Instruction, v ssa.Value) ssa.CallInstruction {
	st, ok := use.(*ssa.Store)
	if !ok || st.Val != v {
		return nil
	}
	elem, ok := st.Addr.(*ssa.IndexAddr)
	if !ok {
		return nil
	}
	list, ok := elem.X.(*ssa.Alloc)
	if !ok {
		return nil
	}
	for _, use := range *list.Referrers() {
		slice, ok := use.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, use := range *slice.Referrers() {
			if call, ok := use.(ssa.CallInstruction); ok {
				return call
			}
		}
	}
	return nil
}

func fillsVariadic(call *ssa.CallCommon) (From, bool) {
	callee := ir.Callee(call)
	if callee == nil || !callee.Signature().Variadic() {
		return Unknown, false
	}
	_, source := convention.Fills(callee)
	return fromConvention(source), source != convention.None
}

func fromConvention(s convention.Source) From {
	switch s {
	case convention.Program:
		return Program
	case convention.Random:
		return Random
	case convention.Clock:
		return Clock
	case convention.Counter:
		return Counter
	case convention.Input:
		return Input
	}
	return Unknown
}

func (t *trace) extract(v *ssa.Extract, path string) {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		t.call(tuple, v.Index, path)
	case *ssa.Next:
		if v.Index > 0 {
			t.follow(tuple.Iter, path)
		}
	case *ssa.Select:
		t.received(receivesFrom(tuple, v.Index-2), v, path)
	default: // comma-ok forms
		t.follow(tuple, path)
	}
}

// receivesFrom returns the channel of the nth case of a select that receives,
// or nil.
func receivesFrom(sel *ssa.Select, n int) ssa.Value {
	for _, s := range sel.States {
		if s.Dir == types.RecvOnly {
			if n == 0 {
				return s.Chan
			}
			n--
		}
	}
	return nil
}

// received follows what the package sends on a channel. If it sends nothing, the
// value comes from outside.
func (t *trace) received(ch, v ssa.Value, path string) {
	var sent []ssa.Value
	add := func(e *effects.Event, field *types.Var) {
		if e.Kind != effects.Grow || e.Via || e.Ref.Path.Field() != field || t.inTest(e.Func()) {
			return
		}
		switch send := e.Instr.(type) {
		case *ssa.Send:
			sent = append(sent, send.X)
		case *ssa.Select:
			for _, s := range send.States {
				if s.Send != nil && slices.Contains(t.Refs(s.Chan), e.Ref) {
					sent = append(sent, s.Send)
				}
			}
		}
	}
	inField := func(f *types.Var) {
		for _, e := range t.OfField(f) {
			add(e, f)
		}
	}
	if ch != nil {
		for _, r := range t.Refs(ch) {
			if f := r.Path.Field(); f != nil {
				inField(f)
				continue
			}
			for _, e := range t.Package.Of(r.Root) {
				add(e, nil)
				if f := e.To.Path.Field(); e.Kind == effects.Store && f != nil && e.Ref.Path == nil {
					inField(f)
				}
			}
		}
	}
	if len(sent) == 0 {
		t.apart++
		t.end(Input, v)
		t.apart--
	}
	for _, x := range sent {
		t.follow(x, path)
	}
}

func (t *trace) call(v *ssa.Call, result int, path string) {
	if b, ok := v.Call.Value.(*ssa.Builtin); ok {
		switch b.Name() {
		case "len", "cap":
			t.end(Program, v)
		default:
			for _, arg := range v.Call.Args {
				t.follow(arg, path)
			}
		}
		return
	}
	callee := ir.Callee(&v.Call)
	if callee == nil || callee.Pkg() == nil {
		t.end(Unknown, v)
		return
	}
	if f := fromConvention(convention.Draws(callee)); f != Unknown {
		if f == Input && t.readsLocal(v) {
			f = Unknown // as many as the file has
		}
		t.end(f, v)
		return
	}
	if convention.AsksOthers(callee) {
		t.end(Unknown, v)
		return
	}
	if callee.FullName() == "fmt.Sprintf" && isTypeVerb(v.Call.Args[0]) {
		t.end(Program, v)
		return
	}
	if fn := t.IR.Static(&v.Call); fn != nil {
		t.result(v, fn, result, path)
		return
	}
	args := ir.Args(&v.Call)
	if len(args) == 0 {
		t.end(Unknown, v)
		return
	}
	recv := callee.Signature().Recv()
	asked := recv != nil && convention.FromAnybody(recv.Type()) // the request itself says
	if !convention.IsStd(callee.Pkg().Path()) && !asked || callee.FullName() == "(context.Context).Value" {
		t.apart++
		defer func() { t.apart-- }()
	}
	for _, arg := range args {
		if list, ok := ir.Variadic(arg); ok {
			for _, elem := range list {
				t.follow(elem, "")
			}
			continue
		}
		t.follow(arg, "")
	}
}

// sourcesThrough returns what a value of a callee is made from, as the caller
// knows it.
func (p *Package) sourcesThrough(call ssa.CallInstruction, v ssa.Value) []Source {
	fn := v.Parent()
	t := &trace{Package: p, seen: make(map[visit]bool)}
	args := ir.Args(call.Common())
	for _, s := range p.sourcesOf(v, "") {
		if s.param == nil || s.param.Parent() != fn {
			t.sources = append(t.sources, s)
			continue
		}
		if i := slices.Index(fn.Params, s.param); i < len(args) {
			t.given(args[i], s)
		}
	}
	return t.sources
}

// isEntry reports whether a function puts something under the key v into a map from
// which the package takes it out, or into another map as well, from which it does:
// what comes and goes is many. A number, a time or a mark under the key may be taken
// out when nobody uses it just now.
func (p *Package) isEntry(v ssa.Value, fn *ssa.Function) bool {
	fn = ir.Outermost(fn)
	keys, known := p.entries[fn]
	if !known {
		keys = p.entryKeys(fn)
		p.entries[fn] = keys
	}
	return keys[ir.Unconvert(v)]
}

// entryKeys returns the keys of a function that isEntry is true of.
func (p *Package) entryKeys(fn *ssa.Function) map[ssa.Value]bool {
	loses := make(map[holder]bool)
	keys := make(map[ssa.Value]bool)
	things := make(map[ssa.Value]bool) // that are taken out
	var puts []*ssa.MapUpdate
	for _, e := range p.In(fn) {
		put, ok := e.Instr.(*ssa.MapUpdate)
		if !ok || e.Kind != effects.Grow || e.Via {
			continue
		}
		switch put.Value.Type().Underlying().(type) {
		case *types.Basic, *types.Struct:
			continue
		}
		h := holder{field: e.Ref.Path.Field()}
		if g, ok := e.Ref.Root.(*ssa.Global); ok && h.field == nil {
			h.global = g
		}
		if h == (holder{}) {
			continue
		}
		if _, known := loses[h]; !known {
			loses[h] = p.losesElements(h)
		}
		if loses[h] {
			keys[ir.Unconvert(put.Key)] = true
			things[ir.Unconvert(put.Value)] = true
		}
		puts = append(puts, put)
	}
	for _, put := range puts {
		if things[ir.Unconvert(put.Value)] {
			keys[ir.Unconvert(put.Key)] = true
		}
	}
	return keys
}

// given follows what a parameter is given that a value was found to be made
// from.
func (t *trace) given(arg ssa.Value, s Source) {
	if s.Apart {
		t.apart++
		defer func() { t.apart-- }()
	}
	t.follow(arg, s.path)
}

// A returned value is a part of a result of a function.
type returned struct {
	fn     *ssa.Function
	result int
	path   string
}

// result follows what a function of the package returns to a call.
func (t *trace) result(call *ssa.Call, fn *ssa.Function, index int, path string) {
	if strings.Count(path, ".")+strings.Count(path, "[") > maxPath {
		path = "" // a function that calls itself would make it ever longer
	}
	key := returned{fn, index, path}
	of, known := t.returned[key]
	if !known {
		of = &trace{Package: t.Package, seen: make(map[visit]bool)}
		t.returned[key] = of // one that calls itself returns nothing more by that
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && index < len(ret.Results) {
				of.follow(ret.Results[index], path)
			}
		}
	}
	args := ir.Args(&call.Call)
	for _, s := range of.sources {
		if s.param == nil || s.param.Parent() != fn {
			s.Apart = s.Apart || t.apart > 0
			t.sources = append(t.sources, s)
			continue
		}
		if i := slices.Index(fn.Params, s.param); i < len(args) {
			t.given(args[i], s)
		}
	}
}

// isTypeVerb reports whether a format only prints the type of a value.
func isTypeVerb(format ssa.Value) bool {
	k, ok := format.(*ssa.Const)
	return ok && k.Value != nil && k.Value.ExactString() == `"%T"`
}

// counts reports whether a sum is that of a variable that counts, or of a loop
// that never ends. A loop that ends counts to the same numbers again.
func (p *Package) counts(v *ssa.BinOp) bool {
	if v.Op != token.ADD {
		return false
	}
	for _, x := range []ssa.Value{v.X, v.Y} {
		switch x := x.(type) {
		case *ssa.Phi:
			if slices.Contains(x.Edges, ssa.Value(v)) && p.loopAround(v).Kind != NoReason {
				return true
			}
		case *ssa.UnOp:
			if _, local := x.X.(*ssa.Alloc); x.Op == token.MUL && !local && slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool {
				st, ok := use.(*ssa.Store)
				return ok && sameAddr(st.Addr, x.X)
			}) {
				return true
			}
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
	return ok && ok2 && x.Field == y.Field && sameAddr(x.X, y.X)
}

// fixedList reports whether x is a list whose elements are written in the
// program: a literal of constants, or an array or package variable of such.
func (p *Package) fixedList(x ssa.Value) bool {
	for {
		switch v := x.(type) {
		case *ssa.Slice:
			x = v.X
			continue
		case *ssa.UnOp:
			if v.Op == token.MUL {
				x = v.X
				continue
			}
		case *ssa.Range:
			x = v.X
			continue
		case *ssa.Const:
			return true
		}
		break
	}
	var elems []ssa.Value
	switch v := x.(type) {
	case *ssa.Global:
		return v.Pkg == p.IR.SSA && !slices.ContainsFunc(p.Sets(v), func(st *ssa.Store) bool { return st.Parent().Synthetic == "" }) && !slices.ContainsFunc(p.Of(v), func(e *effects.Event) bool {
			return e.Kind == effects.Grow || e.Kind == effects.Store && e.Ref.Path == nil || e.Kind == effects.Escape
		})
	case *ssa.Alloc:
		if _, ok := v.Type().(*types.Pointer).Elem().Underlying().(*types.Array); !ok {
			return false
		}
		for _, use := range *v.Referrers() {
			switch use := use.(type) {
			case *ssa.IndexAddr:
				for _, use := range *use.Referrers() {
					if st, ok := use.(*ssa.Store); ok {
						elems = append(elems, st.Val)
					}
				}
			case *ssa.Store:
				return false
			}
		}
	default:
		return false
	}
	for _, e := range elems {
		if _, ok := ir.Unconvert(e).(*ssa.Const); !ok {
			return false
		}
	}
	return true
}
