package duty

import (
	"go/constant"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// bodiless reports whether a call sends a request whose response has no body: to HEAD, net/http
// gives http.NoBody, and the connection is free at once (readLoop in net/http/transport.go).
func (d *Duties) bodiless(call *ssa.CallCommon) bool {
	return slices.ContainsFunc(ir.Args(call), func(arg ssa.Value) bool { return d.head(arg, 0) })
}

// head reports whether a value is the method HEAD, a request that is made with it, or an object
// that has it in a field or is made of such a one, as that of which a function makes the request.
func (d *Duties) head(v ssa.Value, depth int) bool {
	const copies = 4
	if isText(v, "HEAD") {
		return true
	}
	if depth == copies {
		return false
	}
	says := false
	for _, r := range d.p.Refs(v) {
		if _, global := r.Root.(*ssa.Global); global || isVariable(r) {
			continue // what it is made of where nothing else is said
		}
		is := false
		switch made := r.Root.(type) {
		case *ssa.Alloc:
			is = hasHead(made)
		case *ssa.Call:
			is = d.makesHead(made, 0, v, depth) || hasHead(made)
		case *ssa.Extract:
			call, ok := made.Tuple.(*ssa.Call)
			is = ok && d.makesHead(call, made.Index, v, depth) || hasHead(made)
		}
		if !is || r.Path != nil {
			return false
		}
		says = true
	}
	return says
}

// makesHead reports whether a result of a call has the method HEAD: the function returns nothing else, or
// it gets that to make a value of, or one that has it of the same type.
func (d *Duties) makesHead(call *ssa.Call, result int, v ssa.Value, depth int) bool {
	if fn := d.p.IR.Static(&call.Call); fn != nil && d.returnsHead(fn, result, depth) {
		return true
	}
	return slices.ContainsFunc(ir.Args(&call.Call), func(arg ssa.Value) bool {
		return isText(arg, "HEAD") || types.Identical(arg.Type(), v.Type()) && d.head(arg, depth+1)
	})
}

// returnsHead reports whether all that a function returns as a result has the method HEAD.
func (d *Duties) returnsHead(fn *ssa.Function, result, depth int) bool {
	is := false
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || ir.IsNil(ret.Results[result]) {
			continue
		}
		if !d.head(ret.Results[result], depth+1) {
			return false
		}
		is = true
	}
	return is
}

// hasHead reports whether an object gets the method HEAD in a field.
func hasHead(made ssa.Value) bool {
	for _, ref := range *made.Referrers() {
		field, ok := ref.(*ssa.FieldAddr)
		if ok && slices.ContainsFunc(*field.Referrers(), func(ref ssa.Instruction) bool {
			st, ok := ref.(*ssa.Store)
			return ok && isText(st.Val, "HEAD")
		}) {
			return true
		}
	}
	return false
}

// isText reports whether a value is a constant text.
func isText(v ssa.Value, text string) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.String && constant.StringVal(c.Value) == text
}
