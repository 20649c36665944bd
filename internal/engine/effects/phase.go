package effects

import (
	"go/token"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Once code runs a bounded number of times per process; repeatable code is
// everything else. The contract defines both; this file is the one place that
// knows them.

// Repeatable reports whether instr may run any number of times in a process:
// its function is repeatable code, or it stands in a loop without a bound.
func (p *Package) Repeatable(instr ssa.Instruction) bool {
	if p.Guarded(instr) {
		return false
	}
	if !p.Once(instr.Parent()) {
		return true
	}
	if p.inTest(instr.Parent()) {
		return false // a test ends, and with it its loops
	}
	for l := p.IR.Graph(instr.Parent()).Innermost(instr.Block()); l != nil; l = l.Outer {
		if !l.Bounded() {
			return true
		}
	}
	return false
}

// Guarded reports whether instr runs only where a package variable was found
// nil that the same function then sets: the idiom of a singleton.
func (p *Package) Guarded(instr ssa.Instruction) bool {
	sets := []*ssa.Function{instr.Parent()}
	if call, ok := instr.(ssa.CallInstruction); ok {
		if fn := p.IR.Static(call.Common()); fn != nil {
			sets = append(sets, fn) // what is called sets the variable
		}
	}
	if !slices.ContainsFunc(sets, func(fn *ssa.Function) bool { return p.setters[fn] }) {
		return false // as nearly always, and the way up is long in a long function
	}
	for b := range ir.Dominators(instr.Block()) {
		if len(b.Preds) > 0 && !slices.ContainsFunc(b.Preds, func(pred *ssa.BasicBlock) bool { return !p.foundUnset(pred, b, sets) }) {
			return true
		}
	}
	return false
}

// foundUnset reports whether control goes from pred to b where a package
// variable is nil that one of the functions sets.
func (p *Package) foundUnset(pred, b *ssa.BasicBlock, fns []*ssa.Function) bool {
	x, edge, ok := ir.NilEdge(pred)
	if !ok || edge.To() != b {
		return false
	}
	load, ok := x.(*ssa.UnOp)
	if !ok {
		return false
	}
	g, ok := load.X.(*ssa.Global)
	return ok && slices.ContainsFunc(p.sets[g], func(st *ssa.Store) bool { return slices.Contains(fns, st.Parent()) })
}

// Once reports whether fn is once code. A function that only calls itself adds
// nothing to that.
func (p *Package) Once(fn *ssa.Function) bool { return p.once.Of(fn) }

func (p *Package) isOnce(fn *ssa.Function) bool {
	if p.IR.IsTest(ir.Outermost(fn)) {
		return true
	}
	if fn.Parent() != nil {
		return p.literalOnce(fn) || servesProcess(fn.Signature) || p.inTest(fn) && p.Once(ir.Outermost(fn)) // a test ends
	}
	obj, _ := fn.Object().(*types.Func)
	if obj == nil {
		return fn.Name() == "init"
	}
	method := obj.Signature().Recv() != nil
	inMain := p.IR.Pass.Pkg.Name() == "main"
	if method && obj.Name() == "Run" && isParsed(ir.Named(obj.Signature().Recv().Type())) || convention.IsCommandBody(obj) {
		return true
	}
	if !method && (obj.Name() == "init" || inMain && obj.Name() == "main") || servesProcess(obj.Signature()) {
		return true
	}
	private := !method && (inMain || p.inTest(fn)) // nobody imports commands and tests
	if obj.Exported() && !private || method && p.invoked[obj.Name()] {
		return false
	}
	uses := p.uses[fn]
	if len(uses) == 0 {
		return p.IR.Tested(obj.Name())
	}
	for _, use := range uses {
		if !p.UseOnce(use, fn) {
			return false
		}
	}
	return true
}

// servesProcess reports whether a function is given the test or the command
// that runs: a process runs one command, and each test once.
func servesProcess(sig *types.Signature) bool {
	for param := range sig.Params().Variables() {
		if convention.IsCommand(param.Type()) {
			return true
		}
	}
	return false
}

// UseOnce reports whether the use of a function at instr runs it once: a call
// in once code, the run function of a command, or the body of a package-level sync.Once.
func (p *Package) UseOnce(instr ssa.Instruction, fn ssa.Value) bool {
	if runsCommand(instr) {
		return true
	}
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		switch v := instr.(type) {
		case *ssa.MakeClosure: // a method value
			return p.valueOnce(v)
		case *ssa.MakeInterface:
			return p.usesOnce(v)
		case *ssa.ChangeType:
			return p.usesOnce(v)
		}
		return false
	}
	if calls(call.Common(), fn) {
		return !p.Repeatable(call)
	}
	callee := ir.Callee(call.Common())
	if callee == nil {
		return false
	}
	if recv := callee.Signature().Recv(); recv != nil && convention.RunsCommand(recv.Type(), callee.Name()) {
		return true
	}
	switch callee.FullName() {
	case "(*sync.Once).Do":
		return slices.ContainsFunc(p.Refs(call.Common().Args[0]), func(r Ref) bool {
			return p.OfPackage(r.Root)
		}) || !p.Repeatable(call)
	case "sync.OnceFunc", "sync.OnceValue", "sync.OnceValues":
		return !p.Repeatable(call)
	}
	if IsGo(callee) || callee.FullName() == "(*testing.T).Run" || callee.FullName() == "(*testing.B).Run" {
		return !p.Repeatable(call)
	}
	return false
}

// usesOnce reports whether every use of a function value runs it once.
func (p *Package) usesOnce(v ssa.Value) bool {
	return !slices.ContainsFunc(*v.Referrers(), func(use ssa.Instruction) bool { return !p.UseOnce(use, v) })
}

// runsCommand reports whether instr makes a function the body of a command: a
// process runs one command.
func runsCommand(instr ssa.Instruction) bool {
	st, ok := instr.(*ssa.Store)
	if !ok {
		return false
	}
	addr, ok := st.Addr.(*ssa.FieldAddr)
	if !ok {
		return false
	}
	field := FieldOf(addr.X, addr.Field)
	return field != nil && convention.RunsCommand(addr.X.Type(), field.Name())
}

// isParsed reports whether the fields of a type are filled from a command
// line, as those of kong's commands are; their method Run is the command.
func isParsed(n *types.Named) bool {
	if n == nil {
		return false
	}
	s, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		tag := reflect.StructTag(s.Tag(i))
		if _, ok := tag.Lookup("cmd"); ok || tag.Get("help") != "" {
			return true
		}
	}
	return false
}

// OfPackage reports whether root is a package variable, or a receiver that can
// only be one: of an unexported method that the package calls on package
// variables, or of a type that nobody can make another value of.
func (p *Package) OfPackage(root ssa.Value) bool {
	param, ok := root.(*ssa.Parameter)
	if !ok {
		_, global := root.(*ssa.Global)
		return global
	}
	fn := param.Parent()
	if fn.Signature.Recv() == nil || param != fn.Params[0] {
		return false
	}
	if p.singleton(ir.Named(param.Type())) {
		return true
	}
	if token.IsExported(fn.Name()) || len(p.uses[fn]) == 0 {
		return false
	}
	return !slices.ContainsFunc(p.uses[fn], func(use ssa.Instruction) bool {
		call, ok := use.(ssa.CallInstruction)
		return !ok || !calls(call.Common(), fn) || slices.ContainsFunc(p.Refs(call.Common().Args[0]), func(r Ref) bool {
			_, global := r.Root.(*ssa.Global)
			return !global
		})
	})
}

// singleton reports whether a type is not exported, and the package keeps values
// of it in variables of its own and makes them in once code only.
func (p *Package) singleton(n *types.Named) bool { return n != nil && p.single[n.Obj()] }

// indexSingletons finds the types of package variables of which there is no
// other value.
func (p *Package) indexSingletons() {
	p.single = make(map[*types.TypeName]bool)
	for _, member := range p.IR.SSA.Members {
		g, ok := member.(*ssa.Global)
		if !ok {
			continue
		}
		typ := g.Type().(*types.Pointer).Elem()
		if held := p.dynamic[g]; held != nil {
			typ = held
		}
		n := ir.Named(typ)
		if n != nil && n.TypeArgs().Len() == 0 && !n.Obj().Exported() && n.Obj().Pkg() == p.IR.Pass.Pkg {
			p.single[n.Obj()] = true
		}
	}
	if len(p.single) == 0 {
		return
	}
	var made []*ssa.Alloc
	for _, fn := range p.IR.Funcs {
		if p.inTest(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if v, ok := instr.(*ssa.Alloc); ok && (fn.Synthetic == "" || v.Comment == "new") && p.single[allocates(v)] {
					made = append(made, v)
				}
			}
		}
	}
	// What is once code may depend on which types are singletons. Until it is
	// known, those that functions make are none.
	for _, v := range made {
		delete(p.single, allocates(v))
	}
	once := make(map[*types.TypeName]bool)
	for _, v := range made {
		t := allocates(v)
		sofar, seen := once[t]
		once[t] = (sofar || !seen) && !p.Repeatable(v)
	}
	for t, is := range once {
		p.single[t] = is
	}
}

// allocates returns the name of the type of which v is a new value, not that of
// a pointer to it.
func allocates(v *ssa.Alloc) *types.TypeName {
	elem := v.Type().(*types.Pointer).Elem()
	if _, pointer := elem.Underlying().(*types.Pointer); pointer {
		return nil
	}
	if n := ir.Named(elem); n != nil {
		return n.Obj()
	}
	return nil
}

// calls reports whether a call runs fn, and not something that fn is given to.
func calls(call *ssa.CallCommon, fn ssa.Value) bool {
	if call.IsInvoke() {
		return false
	}
	if call.Value == fn {
		return true
	}
	static, ok := call.Value.(*ssa.Function)
	return ok && static.Origin() != nil && ssa.Value(static.Origin()) == fn
}

func (p *Package) literalOnce(fn *ssa.Function) bool {
	if ir.IsLoopBody(fn) {
		return p.Once(fn.Parent())
	}
	found := false
	for _, v := range p.Literal(fn) {
		found = found || len(p.Of(v)) > 0
		if !p.valueOnce(v) {
			return false
		}
	}
	return found
}

// valueOnce reports whether everything that happens to a function value runs
// it once.
func (p *Package) valueOnce(v ssa.Value) bool {
	if slices.ContainsFunc(p.Of(v), func(e *Event) bool { return runsCommand(e.Instr) }) {
		return true
	}
	for _, e := range p.Of(v) {
		call, isCall := e.Instr.(ssa.CallInstruction)
		switch e.Kind {
		case Call:
			if isCall && !calls(call.Common(), v) && ir.Callee(call.Common()) != nil {
				if !p.UseOnce(call, v) { // called by the callee
					return false
				}
			} else if p.Repeatable(e.Instr) {
				return false
			}
		case Arg, Escape, Store, Send:
			if !isCall || !p.UseOnce(call, v) {
				return false
			}
		case Return:
			return false
		}
	}
	return true
}
