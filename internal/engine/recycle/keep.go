package recycle

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

// request returns what of a request or connection a type is, "" if it is nothing of that.
func request(typ types.Type) string {
	n := ir.Named(typ)
	if n == nil || n.Obj().Pkg() == nil {
		return ""
	}
	switch n.Obj().Pkg().Path() + "." + n.Obj().Name() {
	case "context.Context":
		return "context"
	case "net/http.ResponseWriter", "net/http.Response":
		return "response"
	}
	switch {
	case convention.IsRequest(typ):
		return "request"
	case convention.IsConnection(typ) && n.Obj().Name() != "Addr":
		return "connection"
	}
	return ""
}

// Keeps returns a statement that puts something into a part of the object that is still
// there when it goes back, and what, or nil. If others empty the part before they give such an
// object back, it is enough that something is added to it, and emptying it before that is none.
func (p *Put) Keeps(part Part) (ssa.Instruction, string) {
	var at ssa.Instruction
	what := ""
	var clearings []*effects.Event
	meant := part.Kind == Slice && p.EmptiedBySiblings(part)
	p.events(func(e *effects.Event, path string) {
		switch {
		case path == part.Path && part.Kind == Stream:
			if e.Kind == effects.Method && e.Name == "Reset" {
				if w := p.wrapped(e); w != "" {
					at, what = e.Instr, w
				} else {
					clearings = append(clearings, e)
				}
			}
		case path == part.Path:
			switch set := p.sets(e, part); {
			case set == filled, meant && e.Kind == effects.Grow && p.before(e):
				if at == nil {
					at, what = e.Instr, request(part.Type)
				}
			case set == emptied:
				clearings = append(clearings, e)
			}
		case part.Kind == Slice && strings.HasPrefix(path, part.Path+"[]"):
			if _, here := e.Origin.(*ssa.Store); !here && (e.Kind == effects.Replace || e.Kind == effects.Shrink) {
				clearings = append(clearings, e) // elements, by another package
			}
		case path == "" && e.Kind == effects.Method && part.Path != "" && p.unknown(e):
			clearings = append(clearings, e) // who knows
		}
	})
	if at == nil || p.wiped(part) {
		return nil, ""
	}
	if slices.ContainsFunc(clearings, func(e *effects.Event) bool { return !meant || !inFront(e.Instr, at) }) {
		return nil, ""
	}
	return at, what
}

// inFront reports whether an instruction runs only before another one of its function.
func inFront(first, then ssa.Instruction) bool {
	if _, later := first.(*ssa.Defer); later || first.Parent() != then.Parent() {
		return false
	}
	if a, b := first.Block(), then.Block(); a != b {
		return ir.Reaches(a, b, nil) && !ir.Reaches(b, a, nil)
	}
	instrs := first.Block().Instrs
	return slices.Index(instrs, first) < slices.Index(instrs, then) &&
		!slices.ContainsFunc(first.Block().Succs, func(s *ssa.BasicBlock) bool { return ir.Reaches(s, first.Block(), nil) })
}

// unknown reports whether an event is a call of a method of which nothing is known.
func (p *Put) unknown(e *effects.Event) bool {
	call, ok := e.Instr.(ssa.CallInstruction)
	return ok && p.f.Callee(call.Common()) == nil
}

// wrapped says what a reader or writer is reset to, "" if that is nothing that belongs
// to a request or connection.
func (p *Put) wrapped(e *effects.Event) string {
	call, ok := e.Instr.(ssa.CallInstruction)
	if !ok {
		return ""
	}
	args := ir.Args(call.Common())
	if len(args) < 2 {
		return ""
	}
	v := ir.Unwrap(args[1])
	if load, ok := v.(*ssa.UnOp); ok {
		if field, ok := load.X.(*ssa.FieldAddr); ok && request(field.X.Type()) != "" {
			return request(field.X.Type()) // its body
		}
	}
	return request(v.Type())
}

type setting uint8

const (
	neither setting = iota
	filled
	emptied
)

// sets says what an event does to a part.
func (p *Put) sets(e *effects.Event, part Part) setting {
	_, isMap := part.Type.Underlying().(*types.Map)
	switch e.Kind {
	case effects.Grow:
		if isMap {
			return filled
		}
		return neither
	case effects.Shrink, effects.Replace, effects.Lazy:
	default:
		return neither
	}
	st, ok := e.Origin.(*ssa.Store)
	if !ok {
		if e.Kind == effects.Shrink || e.Origin == e.Instr && e.Kind == effects.Replace {
			return emptied // delete, clear, or what another package does
		}
		return neither
	}
	switch v := ir.Unwrap(st.Val); {
	case empty(v), part.Kind == Request && p.f.Background(v):
		return emptied
	case part.Kind == Request:
		return filled
	case e.Kind == effects.Shrink:
		s, ok := v.(*ssa.Slice)
		switch {
		case !ok || s.High == nil:
		case zero(s.High) && p.before(e):
			return filled // something was in it
		case extends(s.High):
			return emptied // elements are used again as they are
		}
	case fresh(v):
		return emptied
	case e.Kind == effects.Replace && !isMap && p.given(v):
		return filled
	}
	return neither
}

// before reports whether an event happens before the object goes back.
func (p *Put) before(e *effects.Event) bool {
	return !slices.ContainsFunc(p.origins, func(o origin) bool {
		return o.at.Parent() == e.Instr.Parent() && !ir.Reaches(e.Instr.Block(), o.at.Block(), nil)
	})
}

// given reports whether a value is a parameter of its function.
func (p *Put) given(v ssa.Value) bool {
	return slices.ContainsFunc(p.f.Refs(v), func(r effects.Ref) bool {
		_, ok := r.Root.(*ssa.Parameter)
		return ok
	})
}

// extends reports whether the end of a slice is behind its length.
func extends(high ssa.Value) bool {
	sum, ok := high.(*ssa.BinOp)
	return ok && sum.Op == token.ADD
}

func empty(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value == nil
}

func fresh(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.MakeMap, *ssa.MakeSlice, *ssa.Alloc:
		return true
	case *ssa.Slice:
		return fresh(v.X)
	}
	return false
}

// wiped reports whether the object is overwritten on its way, or the elements of the part
// are.
func (p *Put) wiped(part Part) bool {
	seen := make(map[*ssa.Function]bool)
	for _, fn := range p.functions() {
		if p.wipedIn(fn, part, func(v ssa.Value, path string) bool { return p.is(v, path) }, seen, 0) {
			return true
		}
	}
	return false
}

func (p *Put) wipedIn(fn *ssa.Function, part Part, is func(v ssa.Value, path string) bool, seen map[*ssa.Function]bool, depth int) bool {
	if seen[fn] || depth == maxCalls {
		return false
	}
	seen[fn] = true
	for _, f := range withLiterals(fn) {
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if overwrites(instr, part, is) {
						return true
					}
				case ssa.CallInstruction:
					callee := p.f.IR.Static(instr.Common())
					if callee == nil || callee.Parent() != nil {
						continue
					}
					for i, arg := range ir.Args(instr.Common()) {
						if i >= len(callee.Params) {
							break
						}
						prefix := ""
						switch {
						case is(arg, ""):
						case part.Path != "" && is(arg, part.Path):
							prefix = part.Path
						default:
							continue
						}
						param := callee.Params[i]
						inner := func(v ssa.Value, path string) bool {
							rest, ok := cut(path, prefix)
							if !ok {
								return false
							}
							for _, r := range p.f.Refs(v) {
								if r.Root == ssa.Value(param) && trimElem(r.Path.String()) == rest {
									return true
								}
							}
							return false
						}
						if p.wipedIn(callee, part, inner, seen, depth+1) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// overwrites reports whether a store empties the object, or elements of the part.
func overwrites(st *ssa.Store, part Part, is func(v ssa.Value, path string) bool) bool {
	switch addr := st.Addr.(type) {
	case *ssa.IndexAddr:
		return empty(st.Val) && is(addr.X, part.Path)
	case *ssa.FieldAddr:
		if empty(st.Val) && is(addr.X, part.Path) {
			return true // of an element
		}
	}
	if _, ok := st.Val.Type().Underlying().(*types.Struct); !ok {
		return false
	}
	for path := part.Path; path != ""; {
		path = parent(path)
		if is(st.Addr, path) {
			return true
		}
	}
	return false
}

// parent returns the path without its last field.
func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }

func cut(path, prefix string) (string, bool) {
	if len(path) < len(prefix) || path[:len(prefix)] != prefix {
		return "", false
	}
	return path[len(prefix):], true
}

func trimElem(path string) string {
	for len(path) > 2 && path[len(path)-2:] == "[]" {
		path = path[:len(path)-2]
	}
	return path
}
