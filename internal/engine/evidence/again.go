package evidence

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A handler is a function that handles what others send, and the parameters
// that have it.
type handler struct {
	convention.Handler
	carries []*ssa.Parameter
}

// handler returns what fn handles, if its signature says so.
func (p *Package) handler(fn *ssa.Function) (handler, bool) {
	if p.inTest(fn) {
		return handler{}, false
	}
	obj, _ := fn.Object().(*types.Func)
	conv, ok := convention.HandlerOf(obj, fn.Signature, p.imports)
	h := handler{Handler: conv}
	if !ok {
		// What gets a request and neither sends nor answers it works for a handler.
		for _, param := range fn.Params {
			if convention.IsRequest(param.Type()) && !p.sendsRequest(param, 0) && !p.sentByCaller(param) && !makesRequest(fn) && !asksClient(fn.Signature) {
				h.Per = "request"
				h.carries = append(h.carries, param)
			}
		}
		return h, len(h.carries) > 0
	}
	shift := len(fn.Params) - fn.Signature.Params().Len()
	for _, i := range conv.Carries {
		if param := fn.Params[i+shift]; !p.sendsRequest(param, 0) {
			h.carries = append(h.carries, param)
		}
	}
	return h, true
}

// asksClient reports whether a function is one that a client asks about its requests, as
// CheckRedirect of http.Client and Proxy of http.Transport are.
func asksClient(sig *types.Signature) bool {
	params, results := sig.Params(), sig.Results()
	switch {
	case params.Len() == 2 && results.Len() == 1:
		s, ok := params.At(1).Type().(*types.Slice)
		return ok && types.Identical(s.Elem(), params.At(0).Type()) && ir.IsError(results.At(0).Type())
	case params.Len() == 1 && results.Len() == 2:
		n := ir.Named(results.At(0).Type())
		return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/url" && ir.IsError(results.At(1).Type())
	}
	return false
}

func (p *Package) imports(path string) bool {
	return slices.ContainsFunc(p.pass.Pkg.Imports(), func(pkg *types.Package) bool { return pkg.Path() == path })
}

// sendsRequest reports whether a request is given to a client, here or by a
// function of the package that is called with it.
func (p *Package) sendsRequest(request ssa.Value, depth int) bool {
	if request.Referrers() == nil {
		return false
	}
	return slices.ContainsFunc(*request.Referrers(), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		if !ok {
			return false
		}
		callee := ir.Callee(call.Common())
		if callee == nil {
			return false
		}
		if fn := p.IR.Static(call.Common()); fn != nil && depth < maxDepth {
			i := slices.Index(call.Common().Args, request)
			return i >= 0 && i < len(fn.Params) && p.sendsRequest(fn.Params[i], depth+1)
		}
		if copied := call.Value(); copied != nil && depth < maxDepth && types.Identical(copied.Type(), request.Type()) {
			return p.sendsRequest(copied, depth+1) // with another context
		}
		return convention.SendsRequest(callee)
	})
}

// sentByCaller reports whether what calls a function of the package with a request sends that
// to a server.
func (p *Package) sentByCaller(request *ssa.Parameter) bool {
	fn := request.Parent()
	i := slices.Index(fn.Params, request)
	return slices.ContainsFunc(p.Uses(fn), func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return ok && p.IR.Static(call.Common()) == fn && p.sendsRequest(call.Common().Args[i], 0)
	})
}

// maxDepth bounds how many calls a request is followed through.
const maxDepth = 3

// makesRequest reports whether fn returns a request or a response: it works for
// a client.
func makesRequest(fn *ssa.Function) bool {
	for _, tuple := range []*types.Tuple{fn.Signature.Results(), fn.Signature.Params()} {
		for v := range tuple.Variables() {
			n := ir.Named(v.Type())
			if n == nil || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "net/http" {
				continue
			}
			if n.Obj().Name() == "Response" || n.Obj().Name() == "Request" && tuple == fn.Signature.Results() {
				return true
			}
		}
	}
	return false
}

// starts reports whether fn is where a process begins, or what else runs once.
func (p *Package) starts(fn *ssa.Function) bool {
	if p.IR.IsTest(ir.Outermost(fn)) || p.inTest(fn) || fn.Parent() == nil && fn.Synthetic != "" && fn.Object() == nil {
		return true
	}
	for param := range fn.Signature.Params().Variables() {
		if convention.IsCommand(param.Type()) {
			return true
		}
	}
	if fn.Parent() != nil || fn.Signature.Recv() != nil {
		return false
	}
	return fn.Name() == "init" || fn.Name() == "main" && p.pass.Pkg.Name() == "main"
}

// uncalled reports whether nobody calls fn and nobody can from elsewhere: code in
// the making.
func (p *Package) uncalled(fn *ssa.Function, r *reach) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Parent() != nil || len(r.sites) > 0 || r.open || len(p.Uses(fn)) > 0 || p.IR.Tested(obj.Name()) || p.starts(fn) {
		return false
	}
	return (!obj.Exported() || p.pass.Pkg.Name() == "main") && !p.named()[obj] && !p.asserted(obj) && !p.reflected(obj)
}

// reflected reports whether package reflect may call a method: it is exported, and values of
// its type are used as ones of any type. Libraries find the body of a command so.
func (p *Package) reflected(method *types.Func) bool {
	recv := method.Signature().Recv()
	if recv == nil || !method.Exported() {
		return false
	}
	n := ir.Named(recv.Type())
	return n != nil && slices.ContainsFunc(p.Converted(n), isAny)
}

func isAny(typ types.Type) bool {
	i, ok := typ.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// asserted reports whether the package calls a method through an interface that its receiver
// may be found to implement.
func (p *Package) asserted(method *types.Func) bool {
	recv := method.Signature().Recv()
	if recv == nil {
		return false
	}
	for fn := range p.named() {
		of := fn.Signature().Recv()
		if of == nil || fn.Name() != method.Name() {
			continue
		}
		if i, ok := of.Type().Underlying().(*types.Interface); ok && types.Implements(recv.Type(), i) {
			return true
		}
	}
	return false
}

// Uncalled reports whether nobody calls a method and nobody can from elsewhere: it, or its
// type, is not exported, and it is not that of an interface which values are used as.
func (p *Package) Uncalled(fn *ssa.Function) bool {
	if !token.IsExported(fn.Name()) && p.uncalled(fn, p.reached(fn)) {
		return true
	}
	obj, ok := fn.Object().(*types.Func)
	n := ir.Named(fn.Signature.Recv().Type())
	if !ok || n == nil || n.Obj().Exported() && p.pass.Pkg.Name() != "main" || n.Obj().Pkg() != p.pass.Pkg || len(p.Uses(fn)) > 0 || p.named()[obj] || p.IR.Tested(obj.Name()) {
		return false
	}
	return !p.handedOut(n) && !slices.ContainsFunc(p.Converted(n), func(typ types.Type) bool {
		if isAny(typ) {
			return token.IsExported(fn.Name()) // package reflect may call it
		}
		m, _, _ := types.LookupFieldOrMethod(typ, false, p.pass.Pkg, fn.Name())
		return m != nil
	})
}

// handedOut reports whether other packages can get hold of values of a type that is not
// exported: in an exported field, variable or result.
func (p *Package) handedOut(n *types.Named) bool {
	is := func(v *types.Var) bool {
		t := ir.Named(v.Type())
		return t != nil && t.Origin() == n.Origin()
	}
	scope := p.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Var:
			if obj.Exported() && is(obj) {
				return true
			}
		case *types.Func:
			if obj.Exported() && slices.ContainsFunc(slices.Collect(obj.Signature().Results().Variables()), is) {
				return true
			}
		case *types.TypeName:
			if s, ok := obj.Type().Underlying().(*types.Struct); ok && slices.ContainsFunc(slices.Collect(s.Fields()), func(f *types.Var) bool { return (f.Exported() || f.Embedded()) && is(f) }) {
				return true
			}
			if of, ok := obj.Type().(*types.Named); ok {
				for m := range of.Methods() {
					if m.Exported() && slices.ContainsFunc(slices.Collect(m.Signature().Results().Variables()), is) {
						return true
					}
				}
			}
		}
	}
	return false
}

// indexNamed finds the functions that the package names but in tests, also in code that
// never runs: under a constant that is false, say.
func (p *Package) indexNamed() map[*types.Func]bool {
	named := make(map[*types.Func]bool)
	for id, obj := range p.pass.TypesInfo.Uses {
		if fn, ok := obj.(*types.Func); ok && !ir.InTest(p.pass.Fset, id.Pos()) {
			named[fn.Origin()] = true
		}
	}
	return named
}

// everybody reports whether fn is a function of an API: any number of callers
// may call it. It is not if those that are in sight call it once only. That is
// presumed: see Leak.Presumed.
func (p *Package) everybody(l *Leak, fn *ssa.Function, r *reach) bool {
	obj, ok := fn.Object().(*types.Func)
	if !ok || fn.Parent() != nil || !obj.Exported() || !convention.Importable(p.pass.Pkg) || p.inTest(fn) {
		return false
	}
	if recv := obj.Signature().Recv(); recv != nil {
		if n := ir.Named(recv.Type()); n == nil || !n.Obj().Exported() {
			return false
		}
	}
	if l.Needs.Data && takesCode(obj.Signature()) {
		return false // it is there to plug something in
	}
	return len(r.sites) == 0 || slices.ContainsFunc(r.sites, func(s site) bool { return p.Repeatable(s.at) })
}

// takesCode reports whether a parameter is a function or has methods that the
// caller chose.
func takesCode(sig *types.Signature) bool {
	for v := range sig.Params().Variables() {
		switch t := v.Type().Underlying().(type) {
		case *types.Signature:
			if !iterates(t) {
				return true
			}
		case *types.Interface:
			if t.NumMethods() > 0 && !ir.IsError(v.Type()) && v.Type().String() != "context.Context" && !convention.IsConnection(v.Type()) {
				return true
			}
		}
	}
	return false
}

// iterates reports whether a function is a sequence of values to range over.
func iterates(sig *types.Signature) bool {
	if sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return false
	}
	yield, ok := sig.Params().At(0).Type().Underlying().(*types.Signature)
	return ok && yield.Results().Len() == 1 && types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool])
}
