package retention

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Capture is what a closure keeps: a variable that its body mentions, whole,
// or the receiver that a method value is bound to.
type Capture struct {
	Closure *ssa.MakeClosure
	Method  bool         // it is the receiver of a method value
	Cell    *ssa.Alloc   // the captured variable; nil for a receiver
	Free    *ssa.FreeVar // the variable as the closure's body sees it

	p      *effects.Package
	bound  ssa.Value
	stores []*ssa.Store // to the variable, in the function that declares it
}

// Captures returns what a closure keeps, in the order of its free variables.
// Variables that a literal captures only because one inside it does belong to
// the literal as well.
func Captures(p *effects.Package, mc *ssa.MakeClosure) []Capture {
	var out []Capture
	method := ir.BoundMethod(mc) != nil
	for i, b := range mc.Bindings {
		c := Capture{Closure: mc, Method: method, Free: mc.Fn.(*ssa.Function).FreeVars[i], p: p, bound: b}
		if !method {
			if c.Cell = variable(p, b); c.Cell == nil {
				continue
			}
			c.stores = p.IR.Graph(c.Cell.Parent()).Stores(c.Cell)
		}
		out = append(out, c)
	}
	return out
}

// variable returns the variable that a closure is bound to, or nil if that is
// not known.
func variable(p *effects.Package, binding ssa.Value) *ssa.Alloc {
	if cell, ok := binding.(*ssa.Alloc); ok {
		return cell
	}
	if refs := p.Refs(binding); len(refs) == 1 && refs[0].Path == nil {
		cell, _ := refs[0].Root.(*ssa.Alloc)
		return cell
	}
	return nil
}

// Name returns the variable's name, or "" for the receiver of a method value.
func (c Capture) Name() string {
	if c.Method {
		return ""
	}
	return c.Free.Name()
}

// Type returns the type of the variable or receiver.
func (c Capture) Type() types.Type {
	if c.Method {
		return c.bound.Type()
	}
	return deref(c.Cell.Type())
}

// Inherited reports whether the closure has the variable from a literal
// around it that outlives its function, too, and so is to blame.
func (c Capture) Inherited() bool {
	outer, ok := c.bound.(*ssa.FreeVar)
	return ok && slices.ContainsFunc(c.p.Literal(outer.Parent()), func(v ssa.Value) bool { return len(Holders(c.p, v)) > 0 })
}

// Origin returns the first store of a value to the variable, or nil.
func (c Capture) Origin() *ssa.Store {
	if len(c.stores) == 0 {
		return nil
	}
	return slices.MinFunc(c.stores, func(a, b *ssa.Store) int { return int(a.Pos() - b.Pos()) })
}

// NotNil reports whether the variable is a pointer that has its only value
// when the closure is made, or no pointer.
func (c Capture) NotNil() bool {
	if c.Cell == nil || !isPointer(deref(c.Cell.Type())) {
		return c.Cell != nil
	}
	if len(c.stores) != 1 || c.Closure.Parent() != c.Cell.Parent() {
		return false
	}
	_, fresh := c.stores[0].Val.(*ssa.Alloc)
	return fresh && c.stores[0].Block().Dominates(c.Closure.Block())
}

// Cleared reports whether some code sets the variable to nil: in the function
// that declares it, or in any literal that shares it.
func (c Capture) Cleared() bool {
	for _, addr := range c.aliases() {
		for _, ref := range *addr.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == addr {
				if k, ok := st.Val.(*ssa.Const); ok && (k.Value == nil || k.IsNil()) {
					return true
				}
			}
		}
	}
	return false
}

// aliases returns the variable as each function sees it that uses it.
func (c Capture) aliases() []ssa.Value {
	if c.Cell == nil {
		return nil
	}
	all := []ssa.Value{c.Cell}
	for i := 0; i < len(all); i++ {
		all = append(all, inner(all[i])...)
	}
	return all
}

// inner returns the free variables of the literals that are bound to v where
// they are made.
func inner(v ssa.Value) []ssa.Value {
	var out []ssa.Value
	for _, ref := range *v.Referrers() {
		if mc, ok := ref.(*ssa.MakeClosure); ok {
			for i, b := range mc.Bindings {
				if b == v {
					out = append(out, mc.Fn.(*ssa.Function).FreeVars[i])
				}
			}
		}
	}
	return out
}

// Settled reports whether the parts that the closure uses of the variable are
// the same whenever it runs as they were when it was made, and nothing else
// keeps the whole.
func (c Capture) Settled(parts []Part) bool {
	if c.Cell == nil {
		return false
	}
	for _, v := range c.aliases() {
		if c.wholeElsewhere(v) {
			return false
		}
		for _, ref := range *v.Referrers() {
			st, ok := ref.(*ssa.Store)
			if ok && st.Addr == v && (v != c.Cell || c.after(st)) {
				return false
			}
		}
	}
	inside := slices.ContainsFunc(parts, func(p Part) bool { return !p.Header })
	// A part that is written, or a value that somebody else has hold of.
	for _, r := range append(c.p.Contents(effects.Ref{Root: c.Cell}), effects.Ref{Root: c.Cell}) {
		if r.Path != nil {
			continue
		}
		_, object := r.Root.(*ssa.Alloc)
		object = object && isStructVar(r.Root)
		for _, e := range c.p.Of(r.Root) {
			if ir.Within(e.Func(), c.Free.Parent()) {
				continue // what the closure does is in its parts
			}
			switch e.Kind {
			case effects.Store, effects.Return, effects.Send:
				if e.Ref.Path == nil && !e.Via && (e.Kind != effects.Store || e.Holder != "" || !effects.Fresh(e.To.Root)) {
					return false // kept for another reason
				}
			case effects.Replace, effects.Lazy, effects.Grow:
				if inside && c.after(e.Instr) {
					return false
				}
			case effects.Escape, effects.Arg, effects.Method:
				if object && e.Ref.Path == nil || inside && c.after(e.Instr) {
					return false
				}
			}
		}
	}
	return true
}

// wholeElsewhere reports whether v is the variable as another closure sees it
// that outlives its function, too, and uses more of it than parts.
func (c Capture) wholeElsewhere(v ssa.Value) bool {
	free, ok := v.(*ssa.FreeVar)
	if !ok || ir.Within(free.Parent(), c.Free.Parent()) || ir.Within(c.Free.Parent(), free.Parent()) {
		return false
	}
	w := &partWalk{c: c}
	return !w.variable(free) && slices.ContainsFunc(c.p.Literal(free.Parent()), func(lit ssa.Value) bool { return len(Holders(c.p, lit)) > 0 })
}

func isStructVar(v ssa.Value) bool {
	_, ok := deref(v.Type()).Underlying().(*types.Struct)
	return ok
}

// after reports whether instr may run after the closure was made, for the
// variable that the closure captured then.
func (c Capture) after(instr ssa.Instruction) bool {
	from := c.Closure
	if instr.Parent() != from.Parent() {
		return instr.Parent() != c.Cell.Parent() || from.Parent() == c.Cell.Parent()
	}
	seen := make([]bool, len(from.Parent().Blocks))
	rest := from.Block().Instrs[slices.Index(from.Block().Instrs, ssa.Instruction(from))+1:]
	work := []*ssa.BasicBlock{}
	scan := func(instrs []ssa.Instruction, b *ssa.BasicBlock) bool {
		for _, i := range instrs {
			if i == instr {
				return true
			}
			if i == ssa.Instruction(c.Cell) {
				return false // the next iteration's variable is another one
			}
		}
		work = append(work, b.Succs...)
		return false
	}
	if scan(rest, from.Block()) {
		return true
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b.Index] {
			continue
		}
		seen[b.Index] = true
		if scan(b.Instrs, b) {
			return true
		}
	}
	return false
}

// A Part is a small piece of a captured variable, the only thing that the
// closure's body uses of it.
type Part struct {
	Name string // of the form "len(v)", "v.field", "v[0]", "v[:4]"
	Expr bool   // it can be computed beforehand: no index that may be out of range
	// Header is set for the length or capacity, which belong to the variable
	// and not to what it refers to.
	Header bool
}

// maxPart is the size up to which a part is small.
const maxPart = 1 << 10

// Parts returns the small parts of the variable that the closure uses, in the
// order of their first use; none if it uses more than such parts.
func (c Capture) Parts() []Part {
	if c.Method {
		return nil
	}
	w := &partWalk{c: c}
	if !w.variable(c.Free) {
		return nil
	}
	return w.parts
}

type partWalk struct {
	c     Capture
	parts []Part
}

func (w *partWalk) add(p Part) bool {
	if !slices.Contains(w.parts, p) {
		w.parts = append(w.parts, p)
	}
	return true
}

// variable visits the uses of the captured variable.
func (w *partWalk) variable(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp: // load
			if !w.value(ref) {
				return false
			}
		case *ssa.FieldAddr:
			if !w.field(ref, w.c.Name()) {
				return false
			}
		case *ssa.IndexAddr:
			if !w.element(ref, ref.Index, ref) {
				return false
			}
		case *ssa.MakeClosure:
			for i, b := range ref.Bindings {
				if b == v && !w.variable(ref.Fn.(*ssa.Function).FreeVars[i]) {
					return false
				}
			}
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// value visits the uses of the variable's value.
func (w *partWalk) value(v ssa.Value) bool {
	name := w.c.Name()
	for _, ref := range *v.Referrers() {
		ok := false
		switch ref := ref.(type) {
		case *ssa.Call:
			if b, isBuiltin := ref.Call.Value.(*ssa.Builtin); isBuiltin && (b.Name() == "len" || b.Name() == "cap") {
				_, isMap := v.Type().Underlying().(*types.Map)
				ok = !isMap && w.add(Part{Name: b.Name() + "(" + name + ")", Expr: true, Header: true})
			}
		case *ssa.BinOp: // compared with nil
			k, isConst := ref.Y.(*ssa.Const)
			ok = isConst && k.IsNil()
		case *ssa.FieldAddr:
			ok = w.field(ref, name)
		case *ssa.Field:
			ok = small(w.c.p, ref.Type()) && w.add(Part{Name: name + "." + fieldName(ref.X, ref.Field), Expr: true})
		case *ssa.IndexAddr:
			ok = w.element(ref, ref.Index, ref)
		case *ssa.Index:
			ok = w.element(ref, ref.Index, nil)
		case *ssa.Lookup:
			if _, isMap := ref.X.Type().Underlying().(*types.Map); !isMap {
				ok = w.element(ref, ref.Index, nil)
			}
		case *ssa.Slice:
			ok = w.slice(ref)
		case *ssa.DebugRef:
			ok = true
		}
		if !ok {
			return false
		}
	}
	return true
}

// field visits the address of a field: it must only be loaded.
func (w *partWalk) field(f *ssa.FieldAddr, of string) bool {
	name := of + "." + fieldName(f.X, f.Field)
	for _, ref := range *f.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if !small(w.c.p, ref.Type()) || !w.add(Part{Name: name, Expr: true}) {
				return false
			}
		case *ssa.FieldAddr:
			if !w.field(ref, name) {
				return false
			}
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// element visits an element at a constant index; addr is its address, if the
// instruction is no load itself.
func (w *partWalk) element(v ssa.Value, index ssa.Value, addr *ssa.IndexAddr) bool {
	k, ok := index.(*ssa.Const)
	if !ok {
		return false
	}
	typ := v.Type()
	if addr != nil {
		typ = deref(typ)
		for _, ref := range *addr.Referrers() {
			load, ok := ref.(*ssa.UnOp)
			if !ok || load.Op != token.MUL {
				return false
			}
		}
	}
	return small(w.c.p, typ) && w.add(Part{Name: w.c.Name() + "[" + k.Value.ExactString() + "]"})
}

// slice visits a slice expression: one with constant bounds is a small part.
func (w *partWalk) slice(s *ssa.Slice) bool {
	high, ok := s.High.(*ssa.Const)
	if !ok || s.Low != nil && !isConst(s.Low) {
		return false
	}
	size := int64(1)
	if sl, ok := s.X.Type().Underlying().(*types.Slice); ok {
		size = max(1, Sizeof(w.c.p, sl.Elem()))
	}
	if high.Int64()*size > maxPart {
		return false
	}
	low := ""
	if s.Low != nil {
		low = s.Low.(*ssa.Const).Value.ExactString()
	}
	return w.add(Part{Name: w.c.Name() + "[" + low + ":" + high.Value.ExactString() + "]"})
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

// small reports whether a value of the type is little and does not lead back
// to the rest.
func small(p *effects.Package, t types.Type) bool {
	return Sizeof(p, t) <= maxPart
}

func fieldName(x ssa.Value, index int) string {
	if s, ok := deref(x.Type()).Underlying().(*types.Struct); ok {
		return s.Field(index).Name()
	}
	return ""
}

// UsedIn reports whether the closure's body uses the variable in one of the
// loops.
func (c Capture) UsedIn(loops []*ir.Loop) bool {
	if c.Method {
		return false
	}
	for _, ref := range *c.Free.Referrers() {
		for _, l := range loops {
			if ref.Block() != nil && l.Contains(ref.Block()) {
				return true
			}
		}
		load, ok := ref.(*ssa.UnOp)
		if !ok {
			continue
		}
		for _, use := range *load.Referrers() {
			for _, l := range loops {
				if use.Block() != nil && l.Contains(use.Block()) {
					return true
				}
			}
		}
	}
	return false
}
