package lifetime

import (
	"go/types"

	"github.com/memlint/memlint/internal/engine/effects"
)

// FieldReleased reports whether some function may release what is kept in a
// field: a method that releases says true to is called on it, or somebody who
// may call it gets hold of it. Functions of the field's own package count by
// their facts, if that is another package.
func FieldReleased(p *effects.Package, field *types.Var, releases func(method string) bool) bool {
	for _, e := range p.OfField(field) {
		if e.Kind == effects.Method && releases(e.Name) || HandsOn(e) {
			return true
		}
	}
	if field.Pkg() == p.IR.Pass.Pkg {
		return false
	}
	fact, known := p.FieldFact(field)
	if !known {
		return true // a field of a type of which nothing is known
	}
	for _, m := range fact.Released {
		if releases(m) {
			return true
		}
	}
	return fact.Escapes
}
