package duty

import (
	"go/constant"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// bodiless reports whether a call sends a request whose response has no body: to HEAD, net/http
// gives http.NoBody, and the connection is free at once (readLoop in net/http/transport.go).
func (d *Duties) bodiless(call *ssa.CallCommon) bool {
	args := ir.Args(call)
	i := slices.IndexFunc(args, func(arg ssa.Value) bool { return arg.Type().String() == "*net/http.Request" })
	return i >= 0 && d.head(args[i], 0)
}

// head reports whether a request is made with the method HEAD.
func (d *Duties) head(req ssa.Value, depth int) bool {
	const copies = 4
	refs := slices.DeleteFunc(slices.Clone(d.p.Refs(req)), isVariable)
	return depth < copies && len(refs) > 0 && !slices.ContainsFunc(refs, func(r effects.Ref) bool {
		made := r.Root
		if ext, ok := made.(*ssa.Extract); ok {
			made = ext.Tuple
		}
		call, ok := made.(*ssa.Call)
		if !ok || r.Path != nil {
			return true
		}
		callee, args := ir.Callee(&call.Call), ir.Args(&call.Call)
		if callee == nil {
			return true
		}
		switch callee.FullName() {
		case "net/http.NewRequest":
			return !isText(args[0], "HEAD")
		case "net/http.NewRequestWithContext":
			return !isText(args[1], "HEAD")
		case "(*net/http.Request).WithContext", "(*net/http.Request).Clone":
			return !d.head(args[0], depth+1)
		}
		return true
	})
}

// isText reports whether a value is a constant text.
func isText(v ssa.Value, text string) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.String && constant.StringVal(c.Value) == text
}
