package effects

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A Ref names a value by the place it was born and the path from there.
type Ref struct {
	// Root is the value's birth place: *ssa.Parameter, *ssa.Global,
	// *ssa.FreeVar of a closure whose creation is not in sight, *ssa.Function,
	// or the instruction that made it (a call, the Extract of one of several
	// results, Alloc, MakeMap, MakeSlice, MakeChan, MakeClosure).
	Root ssa.Value
	// Path leads from the root to the value; nil is the root itself.
	Path *Path
}

// A Path is a sequence of field selections and element accesses. Paths are
// unique within a Package: equal paths are the same pointer.
type Path struct {
	up    *Path
	field *types.Var // origin of the field; nil for an element or a name only
	name  string     // "[]" for an element of a map, slice, array or channel
	depth int
	text  string
	next  steps  // the paths that are one step longer
	own   uint64 // one bit, which few other paths have
	all   uint64 // the bits of the path and of all that it begins with
}

// bit returns a bit that stands for the path.
func (p *Path) bit() uint64 {
	if p == nil {
		return 1
	}
	return p.own
}

// bits returns the bits of the path and of all that it begins with.
func (p *Path) bits() uint64 {
	if p == nil {
		return 1
	}
	return p.all
}

// maxDepth bounds the length of paths: recursive types have paths without end.
const maxDepth = 4

// String returns the path in the form ".field[]".
func (p *Path) String() string {
	if p == nil {
		return ""
	}
	return p.text
}

const elem = "[]"

// Field returns the last field on the path, elements skipped, or nil.
func (p *Path) Field() *types.Var {
	for ; p != nil; p = p.up {
		if p.name != elem {
			return p.field
		}
	}
	return nil
}

// Fields returns the names of the fields on the path in order.
func (p *Path) Fields() []string {
	var names []string
	for ; p != nil; p = p.up {
		if p.name != elem {
			names = append([]string{p.name}, names...)
		}
	}
	return names
}

// Parent returns the path without its last step.
func (p *Path) Parent() *Path {
	if p == nil {
		return nil
	}
	return p.up
}

// IsElem reports whether the path ends in an element access.
func (p *Path) IsElem() bool { return p != nil && p.name == elem }

// Container returns the path without trailing element accesses.
func (p *Path) Container() *Path {
	for p.IsElem() {
		p = p.up
	}
	return p
}

// HasPrefix reports whether q is p or leads to p.
func (p *Path) HasPrefix(q *Path) bool {
	if q == nil {
		return true
	}
	for ; p != nil; p = p.up {
		if p == q {
			return true
		}
	}
	return false
}

// Elems returns the number of element accesses at the end of the path.
func (p *Path) Elems() int {
	n := 0
	for ; p.IsElem(); p = p.up {
		n++
	}
	return n
}

// Type returns the type of what the path leads to from a value of type root,
// or nil if it is not known.
func (p *Path) Type(root types.Type) types.Type {
	if p == nil {
		return root
	}
	if p.name == elem {
		return elemType(p.up.Type(root))
	}
	if p.field != nil {
		return p.field.Type()
	}
	if f := fieldNamed(p.up.Type(root), p.name); f != nil {
		return f.Type()
	}
	return nil
}

// steps are paths of one length that begin alike.
type steps struct {
	elem  *Path
	list  []*Path // by name
	index map[step]*Path
}

type step struct {
	field *types.Var
	name  string // if field is nil
}

// manySteps is from where on to look through a list takes longer than to look
// up a key.
const manySteps = 8

func (s *steps) find(key step) *Path {
	if len(s.list) > manySteps {
		return s.index[key]
	}
	for _, p := range s.list {
		if p.field == key.field && (p.field != nil || p.name == key.name) {
			return p
		}
	}
	return nil
}

func (s *steps) add(key step, p *Path) {
	s.list = append(s.list, p)
	switch {
	case len(s.list) == manySteps+1:
		s.index = make(map[step]*Path)
		for _, p := range s.list {
			if p.field != nil {
				s.index[step{field: p.field}] = p
			} else {
				s.index[step{name: p.name}] = p
			}
		}
	case len(s.list) > manySteps:
		s.index[key] = p
	}
}

// extend returns p followed by one step. A step too far stays where it is:
// beyond the depth bound all parts of a value share its name.
func (t *table) extend(p *Path, field *types.Var, name string) *Path {
	if p != nil && (p.depth >= maxDepth || name == elem && p.name == elem && p.up.IsElem()) {
		return p
	}
	next := &t.paths
	if p != nil {
		next = &p.next
	}
	if field == nil && name == elem {
		if next.elem == nil {
			next.elem = t.newPath(p, nil, elem)
		}
		return next.elem
	}
	key := step{name: name}
	if field != nil {
		field = field.Origin()
		key = step{field: field}
	}
	q := next.find(key)
	if q == nil {
		q = t.newPath(p, field, name)
		next.add(key, q)
	}
	return q
}

func (t *table) newPath(up *Path, field *types.Var, name string) *Path {
	p := &Path{up: up, field: field, name: name, depth: 1, own: 2 << (t.count % 63)}
	t.count++
	if name == elem {
		p.text = up.String() + elem
	} else {
		p.text = up.String() + "." + name
	}
	if up != nil {
		p.depth = up.depth + 1
	}
	p.all = p.own | up.bits()
	return p
}

// join returns p followed by all steps of q that come after prefix.
func (t *table) join(p, q, prefix *Path) *Path {
	if q == prefix {
		return p
	}
	return t.extend(t.join(p, q.up, prefix), q.field, q.name)
}

// parse returns p followed by the path that text describes, for a value of
// the given type.
func (t *table) parse(p *Path, typ types.Type, text string) *Path {
	for text != "" {
		if rest, ok := strings.CutPrefix(text, elem); ok {
			p, text = t.extend(p, nil, elem), rest
			typ = elemType(typ)
			continue
		}
		text = text[1:] // the dot
		end := strings.IndexAny(text, ".[")
		if end < 0 {
			end = len(text)
		}
		name := text[:end]
		text = text[end:]
		f := fieldNamed(typ, name)
		p = t.extend(p, f, name)
		typ = nil
		if f != nil {
			typ = f.Type()
		}
	}
	return p
}

func fieldNamed(typ types.Type, name string) *types.Var {
	s := structOf(typ)
	if s == nil {
		return nil
	}
	for f := range s.Fields() {
		if f.Name() == name {
			return f
		}
	}
	return nil
}

// structOf returns the struct type behind typ and one pointer, or nil.
func structOf(typ types.Type) *types.Struct {
	if typ == nil {
		return nil
	}
	if p, ok := ir.Under(typ).(*types.Pointer); ok {
		typ = p.Elem()
	}
	s, _ := ir.Under(typ).(*types.Struct)
	return s
}

func elemType(typ types.Type) types.Type {
	if typ == nil {
		return nil
	}
	switch t := ir.Under(typ).(type) {
	case *types.Map:
		return t.Elem()
	case *types.Slice:
		return t.Elem()
	case *types.Array:
		return t.Elem()
	case *types.Chan:
		return t.Elem()
	case *types.Pointer:
		return elemType(t.Elem())
	}
	return nil
}

// Fresh reports whether the root is an object that the function made itself:
// a literal, make, new or variable, as opposed to what it was given or got
// from a call.
func Fresh(root ssa.Value) bool {
	switch root := root.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan, *ssa.MakeClosure, *ssa.Function:
		return true
	case *ssa.Call: // append may make a new array
		_, builtin := root.Call.Value.(*ssa.Builtin)
		return builtin
	}
	return false
}

// Unknown is the root of values about which nothing is known.
var Unknown ssa.Value = ssa.NewConst(nil, types.Typ[types.UntypedNil])

// FieldOf returns the struct field that a Field or FieldAddr selects.
func FieldOf(x ssa.Value, index int) *types.Var {
	if s := structOf(x.Type()); s != nil {
		return s.Field(index)
	}
	return nil
}

func isRecv(v *ssa.UnOp) bool { return v.Op == token.ARROW }
func isLoad(v *ssa.UnOp) bool { return v.Op == token.MUL }
