package retention

import (
	"fmt"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
)

// A Size says how much memory a value takes.
type Size struct {
	Bytes  int64  // 0 if it is not known
	Source string // what data of unbounded size came from; empty if Bytes is known
	Bulk   bool   // it is text or numbers, not a list of things as long as the work at hand
}

// String returns the known size in binary units, or "".
func (s Size) String() string {
	const units = "KMGTP"
	if s.Bytes < 1<<10 {
		if s.Bytes == 0 {
			return ""
		}
		return fmt.Sprintf("%d bytes", s.Bytes)
	}
	n, u := float64(s.Bytes)/(1<<10), 0
	for ; n >= 1<<10 && u < len(units)-1; u++ {
		n /= 1 << 10
	}
	if n < 10 {
		return fmt.Sprintf("%s %ciB", strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0"), units[u])
	}
	return fmt.Sprintf("%.0f %ciB", n, units[u])
}

// Large returns the size of a captured variable, with what it refers to, if
// that takes at least limit bytes or has no bound.
func (c Capture) Large(limit int64) (Size, bool) {
	if c.Method {
		return c.large(c.bound, limit)
	}
	cell := c.Cell
	if cell == nil {
		return Size{}, false
	}
	if n := Sizeof(c.p, deref(cell.Type())); n >= limit {
		return Size{Bytes: n, Bulk: true}, true
	}
	for _, st := range c.stores {
		if size, ok := c.large(st.Val, limit); ok {
			return size, true
		}
	}
	return Size{}, false
}

func (c Capture) large(v ssa.Value, limit int64) (Size, bool) {
	switch v.Type().Underlying().(type) {
	case *types.Pointer, *types.Slice:
		for _, r := range c.p.Refs(v) {
			if obj, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil {
				if n := Sizeof(c.p, deref(obj.Type())); n >= limit {
					return Size{Bytes: n, Bulk: true}, true
				}
			}
		}
	case *types.Struct, *types.Array:
		if n := Sizeof(c.p, v.Type()); n >= limit {
			return Size{Bytes: n, Bulk: true}, true
		}
		return Size{}, false
	}
	if source, ok := c.p.Unbounded(v); ok {
		return Size{Source: source, Bulk: bulk(v.Type())}, true
	}
	return Size{}, false
}

// bulk reports whether t is a string or a slice of numbers.
func bulk(t types.Type) bool {
	u := t.Underlying()
	if s, ok := u.(*types.Slice); ok {
		u = s.Elem().Underlying()
		b, ok := u.(*types.Basic)
		return ok && b.Info()&types.IsNumeric != 0
	}
	b, ok := u.(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// Sizeof returns the size of a variable of the type, or 0 if it depends on a
// type parameter.
func Sizeof(p *effects.Package, t types.Type) int64 {
	if parametric(t) || p.IR.Pass.TypesSizes == nil {
		return 0
	}
	return p.IR.Pass.TypesSizes.Sizeof(t)
}

func parametric(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return parametric(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if parametric(f.Type()) {
				return true
			}
		}
	}
	return false
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}
