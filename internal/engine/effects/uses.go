package effects

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// inTest reports whether fn stands in a test file.
func (p *Package) inTest(fn *ssa.Function) bool { return ir.InTest(p.IR.Pass.Fset, fn.Pos()) }

// byTest reports whether instr stands in a test file and what is declared at
// pos does not. Facts do not tell of what tests do with the rest of a package:
// then they are the same whether the package was analysed with its tests or
// without.
func (t *table) byTest(instr ssa.Instruction, pos token.Pos) bool {
	at := instr.Pos()
	if !at.IsValid() {
		at = ir.Outermost(instr.Parent()).Pos()
	}
	fset := t.ir.Pass.Fset
	return ir.InTest(fset, at) && !ir.InTest(fset, pos)
}

// indexUses records where each declared function of the package is called or
// used as a value, and which methods are called through interfaces.
func (t *table) indexUses() {
	t.uses = make(map[*ssa.Function][]ssa.Instruction)
	t.invoked = make(map[string]bool)
	t.spawned = make(map[*ssa.Function]bool)
	t.made = make(map[*ssa.Function][]ssa.Value)
	t.calledAt = make(map[*ssa.Function][]*ssa.Call)
	t.sets = make(map[*ssa.Global][]*ssa.Store)
	t.setters = make(map[*ssa.Function]bool)
	var rands []*ssa.Value
	for _, fn := range t.ir.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(ssa.CallInstruction); ok {
					t.indexCall(call)
				}
				if st, ok := instr.(*ssa.Store); ok {
					if g, ok := st.Addr.(*ssa.Global); ok {
						t.sets[g] = append(t.sets[g], st)
						t.setters[fn] = true
					}
				}
				if mc, ok := instr.(*ssa.MakeClosure); ok {
					body := mc.Fn.(*ssa.Function)
					t.made[body] = append(t.made[body], mc)
					if m := ir.BoundMethod(mc); m != nil {
						if src := t.ir.Source(t.ir.SSA.Prog.FuncValue(m)); src != nil && len(*mc.Referrers()) > 0 {
							t.uses[src] = append(t.uses[src], mc)
						}
						continue
					}
				}
				rands = instr.Operands(rands[:0])
				for _, op := range rands {
					if callee, ok := (*op).(*ssa.Function); ok {
						if src := t.ir.Source(callee); src != nil && src.Parent() == nil {
							t.uses[src] = append(t.uses[src], instr)
						}
					}
				}
			}
		}
	}
}

// indexCall records a call through an interface and the literals that a call
// runs on a goroutine of their own.
func (t *table) indexCall(call ssa.CallInstruction) {
	common := call.Common()
	if common.IsInvoke() {
		t.invoked[common.Method.Name()] = true
		return
	}
	if fn := literal(Ref{Root: common.Value}); fn != nil {
		switch call := call.(type) {
		case *ssa.Go:
			t.spawned[fn] = true
		case *ssa.Call:
			t.calledAt[fn] = append(t.calledAt[fn], call)
		}
	}
	if callee := ir.Callee(common); callee != nil && IsGo(callee) {
		for _, arg := range common.Args {
			if fn := literal(Ref{Root: arg}); fn != nil {
				t.spawned[fn] = true
			}
		}
	}
}

// Uses returns the instructions that call a declared function of the package
// or use it as a value, in source order.
func (p *Package) Uses(fn *ssa.Function) []ssa.Instruction { return p.uses[fn] }

// Sets returns the stores that set a package variable, in source order.
func (p *Package) Sets(g *ssa.Global) []*ssa.Store { return p.sets[g] }

// IsGo reports whether a function runs its function argument on a goroutine
// of its own: (*sync.WaitGroup).Go and methods Go of groups like errgroup's.
func IsGo(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && fn.Name() == "Go" && fn.Signature().Params().Len() == 1
}

// IsWait reports whether a function waits for goroutines to end: (*sync.WaitGroup).Wait and methods
// Wait of groups like errgroup's.
func IsWait(fn *types.Func) bool {
	if fn == nil || fn.Name() != "Wait" || fn.Signature().Recv() == nil || fn.Signature().Params().Len() > 0 {
		return false
	}
	starts, _, _ := types.LookupFieldOrMethod(fn.Signature().Recv().Type(), true, fn.Pkg(), "Go")
	start, ok := starts.(*types.Func)
	return ok && IsGo(start) || fn.FullName() == "(*sync.WaitGroup).Wait"
}

// onGoroutine reports whether fn is, or stands in, the body of a go statement.
func (t *table) onGoroutine(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		if t.spawned[fn] {
			return true
		}
	}
	return false
}

// Starts returns the instructions that start a goroutine whose body is fn or,
// some calls further, runs fn, in source order per function.
func (p *Package) Starts(fn *ssa.Function) []ssa.Instruction {
	return p.starts(fn, make(map[*ssa.Function]bool))
}

func (p *Package) starts(fn *ssa.Function, seen map[*ssa.Function]bool) []ssa.Instruction {
	if seen[fn] {
		return nil
	}
	seen[fn] = true
	var out []ssa.Instruction
	add := func(at ssa.Instruction, spawned bool) {
		if spawned {
			out = append(out, at)
		} else {
			out = append(out, p.starts(at.Parent(), seen)...)
		}
	}
	if fn.Parent() == nil {
		for _, use := range p.uses[fn] {
			switch use := use.(type) {
			case *ssa.Go:
				add(use, true)
			case *ssa.Defer:
				add(use, false)
			case *ssa.Call:
				callee := ir.Callee(&use.Call)
				add(use, callee != nil && IsGo(callee))
			case *ssa.MakeClosure:
				for _, e := range p.Of(use) {
					if e.Kind == Call || e.Kind == Arg && e.Callee != nil && IsGo(e.Callee) {
						add(e.Instr, e.Mode == Spawned || e.Kind == Arg)
					}
				}
			}
		}
		return out
	}
	for _, v := range p.Literal(fn) {
		for _, e := range p.Of(v) {
			if e.Kind == Call || e.Kind == Arg && e.Callee != nil && IsGo(e.Callee) {
				add(e.Instr, e.Mode == Spawned || e.Kind == Arg)
			}
		}
	}
	return out
}

// Literal returns the values that stand for a function literal where it is
// written: the closures made of it or, if it captures nothing, itself.
func (p *Package) Literal(fn *ssa.Function) []ssa.Value {
	if len(fn.FreeVars) == 0 {
		return []ssa.Value{fn}
	}
	return p.made[fn]
}
