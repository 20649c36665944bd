package evidence

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// manyRounds is the number of rounds from which on a loop that counts to a
// constant is as good as one without an end.
const manyRounds = 1000

// loopAround returns the loop without a bound, if any, that an instruction
// stands in: one that never ends, that waits in each round for what comes from
// outside, goes on until a time has passed or somebody stops it, or over what came
// from outside.
func (p *Package) loopAround(instr ssa.Instruction) Reason {
	for l := p.IR.Graph(instr.Parent()).Innermost(instr.Block()); l != nil; l = l.Outer {
		if p.endless(l) {
			return Reason{Kind: Loop, Pos: loopPos(l)}
		}
	}
	return Reason{}
}

func (p *Package) endless(l *ir.Loop) bool {
	switch {
	case l.Constant():
		return rounds(l) >= manyRounds
	case l.Bounded():
		return false
	}
	return p.NeverEnds(l, func(*ssa.UnOp) bool { return false }) || p.waits(l) || p.untilStopped(l)
}

// waits reports whether each round of a loop waits for what comes from outside,
// or asks the time.
func (p *Package) waits(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		if !everyRound(b, l) {
			continue
		}
		for _, instr := range b.Instrs {
			if sel, ok := instr.(*ssa.Select); ok && !sel.Blocking {
				continue
			}
			if len(ir.Comms(instr)) > 0 {
				return true
			}
			if call, ok := instr.(*ssa.Call); ok {
				if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && (convention.Waits(callee) && !p.readsLocal(call) || p.waitsIn(call)) {
					return true
				}
			}
		}
		if cond, ok := lastCondition(b); ok && asksTime(cond) && leaves(b, l) {
			return true
		}
	}
	return false
}

// gathers reports whether a loop goes on for as long as there is something to read, and
// nothing shows that it comes from a connection.
func (p *Package) gathers(l *ir.Loop) bool {
	reads := false
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			if len(ir.Comms(instr)) > 0 {
				return false
			}
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ir.Callee(&call.Call)
			switch {
			case callee == nil || callee.Pkg() == nil:
			case convention.Reads(callee):
				if p.ofConnection(call) {
					return false
				}
				reads = true
			case convention.Waits(callee):
				return false
			case p.waitsIn(call):
				reads = true
			}
		}
	}
	return reads
}

// ofConnection reports whether the receiver of a call is made of a connection.
func (p *Package) ofConnection(call *ssa.Call) bool {
	return slices.ContainsFunc(p.madeOf(call), func(r effects.Ref) bool {
		typ := r.Path.Type(r.Root.Type())
		return typ != nil && (convention.IsConnection(typ) || convention.IsSocket(typ))
	})
}

// readsLocal reports whether a call reads from a file or a text, which ends.
func (p *Package) readsLocal(call *ssa.Call) bool {
	return slices.ContainsFunc(p.madeOf(call), func(r effects.Ref) bool {
		call := maker(r)
		return call != nil && ir.Callee(&call.Call) != nil && convention.OpensLocal(ir.Callee(&call.Call))
	})
}

// maker returns the call whose result a value is, or nil.
func maker(r effects.Ref) *ssa.Call {
	made := r.Root
	if ext, ok := made.(*ssa.Extract); ok {
		made = ext.Tuple
	}
	call, _ := made.(*ssa.Call)
	return call
}

// madeOf returns what the receiver of a call is, and the arguments of the calls that
// made it, and so on.
func (p *Package) madeOf(call *ssa.Call) (all []effects.Ref) {
	work := ir.Args(&call.Call)[:1]
	for range maxDepth {
		var next []ssa.Value
		for _, v := range work {
			refs := p.Refs(v)
			all = append(all, refs...)
			for _, r := range refs {
				if call := maker(r); call != nil {
					next = append(next, ir.Args(&call.Call)...)
				}
			}
		}
		work = next
	}
	return all
}

// waitsIn reports whether a function of the package that is called waits
// itself: a helper that reads the next message.
func (p *Package) waitsIn(call *ssa.Call) bool {
	fn := p.IR.Static(&call.Call)
	if fn == nil || len(fn.Blocks) == 0 {
		return false
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if callee := ir.Callee(&call.Call); callee != nil && callee.Pkg() != nil && convention.Waits(callee) {
					return true
				}
			}
		}
	}
	return false
}

// everyRound reports whether each round passes a block, or may.
func everyRound(b *ssa.BasicBlock, l *ir.Loop) bool {
	for _, pred := range l.Header.Preds {
		if l.Contains(pred) && !b.Dominates(pred) {
			return false
		}
	}
	return true
}

func leaves(b *ssa.BasicBlock, l *ir.Loop) bool {
	return slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return !l.Contains(s) })
}

func lastCondition(b *ssa.BasicBlock) (ssa.Value, bool) {
	if len(b.Instrs) == 0 {
		return nil, false
	}
	br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, false
	}
	return br.Cond, true
}

// asksTime reports whether a condition is about the time that has passed.
func asksTime(cond ssa.Value) bool {
	switch v := cond.(type) {
	case *ssa.BinOp:
		return asksTime(v.X) || asksTime(v.Y)
	case *ssa.UnOp:
		return v.Op == token.NOT && asksTime(v.X)
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		if callee == nil {
			return false
		}
		switch callee.FullName() {
		case "time.Since", "time.Until", "time.Now":
			return true
		case "(time.Time).Before", "(time.Time).After", "(time.Time).Sub":
			return slices.ContainsFunc(v.Call.Args, asksTime)
		}
	}
	return false
}

// rounds returns to how much a loop counts, 0 if that is not known.
func rounds(l *ir.Loop) int64 {
	for _, e := range l.Exits() {
		cond, ok := lastCondition(e.From)
		if !ok {
			continue
		}
		if cmp, ok := cond.(*ssa.BinOp); ok {
			for _, v := range []ssa.Value{cmp.X, cmp.Y} {
				if k, ok := v.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Int {
					if n, ok := constant.Int64Val(k.Value); ok {
						return n
					}
				}
			}
		}
	}
	return 0
}

// loopPos returns where a loop is: a variable that it changes may be declared before it.
func loopPos(l *ir.Loop) token.Pos {
	for _, b := range append([]*ssa.BasicBlock{l.Header}, l.Blocks...) {
		for _, instr := range b.Instrs {
			if _, phi := instr.(*ssa.Phi); !phi && instr.Pos().IsValid() {
				return instr.Pos()
			}
		}
	}
	return token.NoPos
}

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
	return (!obj.Exported() || p.pass.Pkg.Name() == "main") && !p.named()[obj] && !p.asserted(obj)
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
		if i, ok := typ.Underlying().(*types.Interface); ok && i.NumMethods() == 0 {
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
