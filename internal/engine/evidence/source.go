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

// Received reports whether a value was decoded from what others send, or is a part of such.
func (p *Package) Received(v ssa.Value) bool {
	return slices.ContainsFunc(p.sourcesOf(v, ""), func(s Source) bool { return s.From >= Input && !s.Apart })
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

// parameter ends at a parameter: what a handler is given comes with the request, what a
// function is told of that the package does not call comes with the event, all else from callers.
func (t *trace) parameter(v *ssa.Parameter, path string) {
	if h, ok := t.handler(v.Parent()); ok && slices.Contains(h.carries, v) {
		t.end(Request, v)
		return
	}
	if r := t.reached(v.Parent()); r.told.Kind != NoReason && !isReceiver(v) && !slices.ContainsFunc(r.sites, func(s site) bool { return s.args != nil }) {
		t.apart++
		t.end(Input, v)
		t.apart--
		return
	}
	t.sources = append(t.sources, Source{From: Given, Value: v, Apart: t.apart > 0, param: v, path: path})
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
