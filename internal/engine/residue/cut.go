package residue

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Kind says where a slice is cut.
type Kind uint8

const (
	_      Kind = iota
	Front       // s = s[1:]
	Back        // s = s[:len(s)-1]
	All         // s = s[:0]
	Middle      // s = append(s[:i], s[i+1:]...), or what moves elements down in another way
)

// A Cut is a slice cut short where it is kept.
type Cut struct {
	Kind    Kind
	At      ssa.Instruction // the store or map update
	Place   effects.Ref     // where the slice is kept
	Elem    types.Type
	Stays   bool       // what has the slice shows by itself that it is there for long
	Slight  bool       // little is left behind, for as long as the list is in use
	Open    bool       // others than those in sight may use what has the slice
	rebuilt *ssa.Slice // begins empty, and is appended to
	used    bool       // the package itself has heaps of the type; see fed
	single  bool       // of Front and Middle: one element at a time
	window  bool       // of Front: so many are left

	field  *types.Var
	global *ssa.Global
	named  *types.Named  // of a slice that a parameter points to: its type
	refs   []effects.Ref // all names of the place
	from   []ssa.Value   // the slice as it was found there: what is cut, then all that is; see loads
}

// A Package finds the cuts of one package.
type Package struct {
	*evidence.Package
	passing *Passing
	letting map[letting]bool // see lets

	// The fields and package variables to which something is appended, and those that
	// are made longer by their bounds; see index.
	grown, extended map[any]bool
	put             map[*types.Var]bool   // the fields of what goes to a pool
	putTypes        map[*types.Named]bool // and their types
	inner           []types.Type          // of pointers into slices of fields that are stored

	shared map[*types.TypeName]bool // see isShared
	limits map[*types.Var]bool      // see limited
	heaps  map[*types.Named]bool    // see heapForOthers
}

// New returns the finder for a package.
func New(p *evidence.Package, passing *Passing) *Package {
	return &Package{Package: p, passing: passing, letting: make(map[letting]bool)}
}

// Cuts returns the cuts of a function that leave behind what they cut off, in the order
// of the code.
func (p *Package) Cuts(fn *ssa.Function) []*Cut {
	var out []*Cut
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if c := cutAt(p, instr); c != nil && c.leaves(p) {
				c.Stays = p.stays(c)
				c.Slight, c.Open = p.slight(c), p.open(c)
				out = append(out, c)
			}
		}
	}
	return out
}

// Free reports whether the function needs the slots no more when it cuts the slice: it
// looked at elements before, and did nothing else.
func (c *Cut) Free() bool {
	behind := map[*ssa.BasicBlock]bool{}
	work := slices.Clone(c.At.Block().Succs)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !behind[b] {
			behind[b] = true
			work = append(work, b.Succs...)
		}
	}
	before := func(instr ssa.Instruction) bool {
		b := instr.Block()
		if b == c.At.Block() {
			return slices.Index(b.Instrs, instr) < slices.Index(b.Instrs, c.At) && !behind[b]
		}
		return !behind[b]
	}
	free := func(v ssa.Value) bool {
		for _, ref := range *v.Referrers() {
			switch ref := ref.(type) {
			case *ssa.DebugRef:
			case *ssa.Slice:
				if slices.ContainsFunc(*ref.Referrers(), func(use ssa.Instruction) bool {
					return use != c.At && !(isCopy(use) && before(use))
				}) {
					return false
				}
			case *ssa.IndexAddr:
				if !before(ref) || slices.ContainsFunc(*ref.Referrers(), func(use ssa.Instruction) bool {
					_, load := use.(*ssa.UnOp)
					return !load || !before(use)
				}) {
					return false
				}
			case *ssa.Call:
				if _, ok := ref.Call.Value.(*ssa.Builtin); !ok || !isLen(ref) {
					return false
				}
			default:
				return false
			}
		}
		return true
	}
	return !slices.ContainsFunc(c.from, func(v ssa.Value) bool { return !free(v) })
}

// Whose returns where the field or variable is declared that keeps the slice, NoPos if it
// is neither.
func (c *Cut) Whose() token.Pos {
	switch {
	case c.field != nil:
		return c.field.Pos()
	case c.global != nil:
		return c.global.Pos()
	}
	return token.NoPos
}

// Owner returns the object that has the slice.
func (c *Cut) Owner() effects.Ref {
	if c.field == nil {
		return c.Place
	}
	path := c.Place.Path
	for path.IsElem() {
		path = path.Parent()
	}
	return effects.Ref{Root: c.Place.Root, Path: path.Parent()}
}

// cutAt returns the cut that an instruction is, or nil.
func cutAt(p *Package, instr ssa.Instruction) *Cut {
	c := &Cut{At: instr}
	var val ssa.Value
	switch instr := instr.(type) {
	case *ssa.Store:
		val = instr.Val
	case *ssa.MapUpdate:
		val = instr.Value
	default:
		return nil
	}
	if _, ok := val.Type().Underlying().(*types.Slice); !ok || !sliced(val) {
		return nil
	}
	switch instr := instr.(type) {
	case *ssa.Store:
		c.refs = p.Refs(instr.Addr)
	case *ssa.MapUpdate:
		if slices.ContainsFunc(p.Refs(instr.Map), outlives) {
			c.refs = elements(p, instr)
		}
	}
	c.refs = slices.DeleteFunc(slices.Clone(c.refs), func(r effects.Ref) bool { return !outlives(r) })
	if len(c.refs) == 0 {
		return nil
	}
	c.Place = c.refs[0]
	c.Elem = val.Type().Underlying().(*types.Slice).Elem()
	if !Keeps(c.Elem) {
		return nil
	}
	c.field = c.Place.Path.Field()
	if c.field == nil {
		c.global, _ = c.Place.Root.(*ssa.Global)
		if param, ok := c.Place.Root.(*ssa.Parameter); ok {
			c.named = ir.Named(param.Type())
		}
	} else if c.field.Pkg() != p.IR.Pass.Pkg {
		return nil // a message or tree of another package
	}
	if c.classify(p, val); c.Kind == 0 || len(c.from) == 0 {
		return nil
	}
	return c
}

// maxSteps bounds how far a slice is followed back, and in how many variables.
const maxSteps = 32

// sliced reports whether a value is made by a slice expression or a function that deletes,
// in a few steps.
func sliced(v ssa.Value) bool {
	return stems(v, func(v ssa.Value) bool {
		switch v := v.(type) {
		case *ssa.Slice:
			return true
		case *ssa.Call:
			callee := ir.Callee(&v.Call)
			return callee != nil && deletes(callee)
		}
		return false
	})
}

// stems reports whether one of the values is good that a slice is made of by assignments,
// conversions and appends.
func stems(v ssa.Value, good func(ssa.Value) bool) bool {
	work := []ssa.Value{v}
	for i := 0; i < len(work) && i < maxSteps; i++ {
		var from []ssa.Value
		switch v := work[i].(type) {
		case *ssa.Phi:
			from = v.Edges
		case *ssa.ChangeType:
			from = []ssa.Value{v.X}
		case *ssa.Call:
			if _, ok := v.Call.Value.(*ssa.Builtin); ok && len(v.Call.Args) > 0 {
				from = v.Call.Args[:1]
			}
		}
		if good(work[i]) {
			return true
		}
		for _, f := range from {
			if len(work) < maxSteps && !slices.Contains(work, f) {
				work = append(work, f)
			}
		}
	}
	return false
}

// elements returns the names that look-ups in a map have in the function.
func elements(p *Package, m *ssa.MapUpdate) (refs []effects.Ref) {
	for _, b := range m.Parent().Blocks {
		for _, instr := range b.Instrs {
			if look, ok := instr.(*ssa.Lookup); ok && overlap(p.Refs(look.X), p.Refs(m.Map)) {
				refs = append(refs, p.Refs(look)...)
			}
		}
	}
	return refs
}

// outlives reports whether a place is none that the function itself made, and what it
// belongs to is known.
func outlives(r effects.Ref) bool {
	if effects.Fresh(r.Root) || r.Root == effects.Unknown {
		return false
	}
	if param, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil {
		switch t := param.Type().Underlying().(type) {
		case *types.Pointer: // to a slice, of which nothing is known but its type
			return ir.Named(t.Elem()) != nil
		case *types.Map:
			return true
		}
		return false
	}
	return true
}

// classify finds how the value that is stored comes from the slice that was there.
func (c *Cut) classify(p *Package, val ssa.Value) {
	type step struct {
		v        ssa.Value
		appended bool
	}
	seen := make(map[step]bool)
	var walk func(v ssa.Value, appended bool)
	walk = func(v ssa.Value, appended bool) {
		if seen[step{v, appended}] || len(seen) > maxSteps {
			return
		}
		seen[step{v, appended}] = true
		switch v := v.(type) {
		case *ssa.Phi:
			for _, e := range v.Edges {
				walk(e, appended)
			}
		case *ssa.ChangeType:
			walk(v.X, appended)
		case *ssa.Call:
			if b, ok := v.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" && len(v.Call.Args) == 2 {
				head, ok1 := v.Call.Args[0].(*ssa.Slice)
				tail, ok2 := v.Call.Args[1].(*ssa.Slice)
				if ok1 && ok2 && head.Max == nil && head.High != nil && tail.Low != nil && c.isFrom(p, head.X) && c.isFrom(p, tail.X) {
					if !atLeast(head.High, tail.Low) {
						c.Kind, c.single = Middle, isNext(tail.Low, head.High)
					}
					return
				}
				walk(v.Call.Args[0], true)
				return
			}
			if callee := ir.Callee(&v.Call); callee != nil && deletes(callee) && !clearsDeleted(p.IR.Pass.Pkg.GoVersion()) && c.isFrom(p, v.Call.Args[0]) {
				c.Kind = Middle
				c.single = len(v.Call.Args) > 2 && isNext(v.Call.Args[2], v.Call.Args[1])
			}
		case *ssa.Slice:
			if v.Max != nil || !c.isFrom(p, v.X) {
				return
			}
			c.bounds(p, v, appended)
		}
	}
	walk(val, false)
	if c.rebuilt != nil {
		c.Kind = 0 // filled again
		if inPlace(p, c.At, c.rebuilt) {
			c.Kind = Middle // those to keep move down
		}
	}
}
