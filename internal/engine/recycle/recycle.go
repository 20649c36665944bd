package recycle

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Finder answers questions about the pools of one package.
type Finder struct {
	*evidence.Package
	branches map[*ssa.Function][]branch // see sizes
	puts     map[types.Object][]*Put    // by their pools; set by Puts
}

// New returns the finder of a package.
func New(p *evidence.Package) *Finder {
	return &Finder{Package: p, branches: make(map[*ssa.Function][]branch)}
}

// A Put is a call that gives an object back to a pool.
type Put struct {
	Call  ssa.CallInstruction
	Value ssa.Value    // what goes back, without conversions to interfaces
	Pool  types.Object // the variable or field that is the pool; nil if that is not known
	// Open is set if code out of sight may have had the object before.
	Open bool

	f       *Finder
	origins []origin
}

// An origin is what the object may be in one of the functions that have it.
type origin struct {
	effects.Ref
	at ssa.Instruction // Put, or a call that leads to it
}

// IsPool reports whether a call is one of the method of sync.Pool.
func IsPool(call *ssa.CallCommon, method string) bool {
	callee := ir.Callee(call)
	return callee != nil && callee.FullName() == "(*sync.Pool)."+method
}

// Puts returns the calls of the package that give objects back, in source order.
func (f *Finder) Puts() []*Put {
	var puts []*Put
	for _, fn := range f.IR.Funcs {
		if f.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok || !IsPool(call.Common(), "Put") {
					continue
				}
				args := ir.Args(call.Common())
				p := &Put{Call: call, Value: ir.Unwrap(args[1]), Pool: f.poolOf(args[0]), f: f}
				p.trace(p.Value, call, 0)
				puts = append(puts, p)
			}
		}
	}
	f.puts = make(map[types.Object][]*Put)
	for _, p := range puts {
		f.puts[p.Pool] = append(f.puts[p.Pool], p)
	}
	return puts
}

const (
	maxCalls   = 4  // that an object is followed through
	maxOrigins = 32 // of an object; from there on what happens to it is unknown
)

// trace adds what v may be.
func (p *Put) trace(v ssa.Value, at ssa.Instruction, depth int) {
	_, pointer := v.Type().Underlying().(*types.Pointer)
	for _, r := range p.f.Refs(v) {
		if pointer && r.Path == nil && isSlice(r.Root.Type()) {
			continue // what is in a captured variable that it points to
		}
		o := origin{r, at}
		if slices.ContainsFunc(p.origins, func(have origin) bool { return have.Ref == r }) {
			continue
		}
		if depth == maxCalls || len(p.origins) == maxOrigins {
			p.Open = true
			return
		}
		p.origins = append(p.origins, o)
		switch root := r.Root.(type) {
		case *ssa.Parameter:
			if r.Path == nil {
				p.callers(root, depth)
			}
		case *ssa.Call:
			p.maker(root, depth)
		}
	}
}

// callers adds what the callers of a function give it as a parameter.
func (p *Put) callers(param *ssa.Parameter, depth int) {
	fn := param.Parent()
	i := slices.Index(fn.Params, param)
	if obj, ok := fn.Object().(*types.Func); !ok || obj.Exported() {
		p.Open = true
	}
	for _, use := range p.f.Uses(fn) {
		call, ok := use.(ssa.CallInstruction)
		if !ok || p.f.IR.Static(call.Common()) != fn {
			p.Open = true
			continue
		}
		if args := ir.Args(call.Common()); i < len(args) && !p.f.HelpsTests(call.Parent()) {
			p.trace(args[i], call, depth+1)
		}
	}
}

// maker adds what a function of the package returns that made the object or took it out.
func (p *Put) maker(call *ssa.Call, depth int) {
	fn := p.f.IR.Static(&call.Call)
	if fn == nil || fn.Parent() != nil {
		return
	}
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && len(ret.Results) > 0 {
			p.trace(ret.Results[0], ret, depth+1)
		}
	}
}

// events calls see for each event on the object or a part of it, with the path from
// the object.
func (p *Put) events(see func(e *effects.Event, path string)) {
	for _, o := range p.origins {
		if f := o.Path.Field(); f != nil {
			for _, e := range p.f.UnderField(f) {
				if path, ok := after(e.Ref.Path, f); ok {
					see(e, path)
				}
			}
			continue
		}
		prefix := o.Path.String()
		for _, e := range p.f.Of(o.Root) {
			if e.Ref.Path.HasPrefix(o.Path) {
				see(e, e.Ref.Path.String()[len(prefix):])
			}
		}
	}
}

// after returns the rest of a path behind the first step that is a field.
func after(path *effects.Path, f *types.Var) (rest string, ok bool) {
	whole := path.String()
	for at := path; at != nil; at = at.Parent() {
		if !at.IsElem() && at.Field() == f.Origin() {
			rest, ok = whole[len(at.String()):], true
		}
	}
	return rest, ok
}

// functions returns the declared functions that have the object on its way.
func (p *Put) functions() []*ssa.Function {
	var fns []*ssa.Function
	for _, o := range p.origins {
		if fn := ir.Outermost(o.at.Parent()); !slices.Contains(fns, fn) {
			fns = append(fns, fn)
		}
	}
	return fns
}

// is reports whether a value may be the object or the part of it at a path.
func (p *Put) is(v ssa.Value, path string) bool {
	return slices.ContainsFunc(p.f.Refs(v), func(r effects.Ref) bool {
		return slices.ContainsFunc(p.origins, func(o origin) bool {
			if o.Root == r.Root && r.Path.HasPrefix(o.Path) {
				return strings.TrimSuffix(r.Path.String()[len(o.Path.String()):], "[]") == path
			}
			return false
		})
	})
}

// A Kind says what a part is.
type Kind uint8

const (
	Buffer  Kind = iota // a bytes.Buffer
	Slice               // or a map
	Request             // what belongs to one request or connection
	Stream              // a reader or writer that wraps another one
)

// A Part is what of an object can grow, or can refer to something.
type Part struct {
	Kind  Kind
	Path  string     // from the object, "" if it is the object
	Field *types.Var // nil if it is the object
	Type  types.Type
}

// Parts returns the parts of the object that a put gives back.
func (p *Put) Parts() []Part {
	typ := deref(p.Value.Type())
	if kind, ok := kindOf(typ); ok {
		return []Part{{kind, "", nil, typ}}
	}
	if n := ir.Named(typ); n == nil || n.Obj().Pkg() != p.f.IR.Pass.Pkg {
		return nil
	}
	return fields(typ, "", 0)
}

// fields returns the parts that are fields of a struct, or of structs in it.
func fields(typ types.Type, path string, depth int) []Part {
	const deep = 2
	s, ok := typ.Underlying().(*types.Struct)
	if !ok || depth == deep {
		return nil
	}
	var parts []Part
	for f := range s.Fields() {
		at := path + "." + f.Name()
		if kind, ok := kindOf(deref(f.Type())); ok {
			if _, pointer := f.Type().Underlying().(*types.Pointer); !pointer || kind != Slice {
				parts = append(parts, Part{kind, at, f.Origin(), deref(f.Type())})
			}
			continue
		}
		parts = append(parts, fields(f.Type(), at, depth+1)...)
	}
	return parts
}

func deref(typ types.Type) types.Type {
	if p, ok := typ.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return typ
}

// streams are the types of the standard library that keep what they are reset to.
var streams = map[string]bool{
	"bufio.Reader": true, "bufio.Writer": true, "compress/gzip.Writer": true, "compress/flate.Writer": true, "compress/zlib.Writer": true,
}

func kindOf(typ types.Type) (Kind, bool) {
	if request(typ) != "" {
		return Request, true
	}
	if n, ok := types.Unalias(typ).(*types.Named); ok && n.Obj().Pkg() != nil {
		switch name := n.Obj().Pkg().Path() + "." + n.Obj().Name(); {
		case name == "bytes.Buffer":
			return Buffer, true
		case streams[name]:
			return Stream, true
		}
	}
	switch typ.Underlying().(type) {
	case *types.Slice, *types.Map:
		return Slice, true
	}
	return 0, false
}
