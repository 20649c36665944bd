package comm

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/convention"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A Program holds what the functions of a package communicate.
type Program struct {
	p         *effects.Package
	pass      *analysis.Pass
	codes     map[*ssa.Function]*code
	imported  map[*types.Func]*code
	carrying  map[types.Type]bool
	talking   map[*ssa.Function]bool // see talks; nil if that is not known yet
	spawning  map[*code]bool         // see spawns
	fixes     map[ssa.Value]int32    // see fixed
	pipes     uint8                  // see hasPipes: 0 if that is not known yet, 1 for true
	pipeCodes map[pipeStep]*code
	kept      map[*types.Var]keeping // see keeps
}

func newProgram(p *effects.Package, pass *analysis.Pass) *Program {
	return &Program{p: p, pass: pass, codes: make(map[*ssa.Function]*code), imported: make(map[*types.Func]*code), carrying: make(map[types.Type]bool), spawning: make(map[*code]bool), fixes: make(map[ssa.Value]int32), pipeCodes: make(map[pipeStep]*code), kept: make(map[*types.Var]keeping)}
}

// talks reports whether a function communicates, makes what is used for that, or runs
// functions of the package that do.
func (g *Program) talks(fn *ssa.Function) bool {
	if g.talking == nil {
		g.talking = make(map[*ssa.Function]bool)
		callers := make(map[*ssa.Function][]*ssa.Function)
		var work []*ssa.Function
		for _, fn := range g.p.IR.Funcs {
			if fn.Parent() != nil {
				callers[fn] = append(callers[fn], fn.Parent())
			}
			ends := false
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if call, ok := instr.(ssa.CallInstruction); ok {
						if callee := g.p.IR.Static(call.Common()); callee != nil {
							callers[callee] = append(callers[callee], fn)
						}
					}
					if !g.talking[fn] && g.speaks(instr) {
						g.talking[fn] = true
						work = append(work, fn)
					}
				}
				_, ret := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
				ends = ends || ret
			}
			if !ends && !g.talking[fn] {
				g.talking[fn] = true // it runs for ever
				work = append(work, fn)
			}
		}
		for len(work) > 0 {
			fn := work[len(work)-1]
			work = work[:len(work)-1]
			for _, caller := range callers[fn] {
				if !g.talking[caller] {
					g.talking[caller] = true
					work = append(work, caller)
				}
			}
		}
	}
	return g.talking[fn]
}

// speaks reports whether an instruction communicates or makes what is used for that.
func (g *Program) speaks(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Send, *ssa.Select, *ssa.MakeChan, *ssa.Go:
		return true
	case *ssa.UnOp:
		return instr.Op == token.ARROW
	case *ssa.Alloc:
		elem := instr.Type().(*types.Pointer).Elem()
		_, isStruct := elem.Underlying().(*types.Struct)
		return isStruct && instr.Heap && g.carries(instr.Parent().Signature.Results())
	case ssa.CallInstruction:
		common := instr.Common()
		if built, ok := common.Value.(*ssa.Builtin); ok {
			return built.Name() == "close"
		}
		callee := ir.Callee(common)
		if callee == nil || callee.Pkg() == nil {
			return false
		}
		switch callee.Pkg().Path() {
		case "sync", "context":
			return true
		case "io":
			return callee.Name() == "Pipe"
		}
		return effects.IsGo(callee) || callee.Pkg() != g.p.IR.Pass.Pkg && !convention.IsStd(callee.Pkg().Path()) && !common.IsInvoke() && g.foreign(callee) != nil
	}
	return false
}

// code returns what fn communicates.
func (g *Program) code(fn *ssa.Function) *code {
	if c, ok := g.codes[fn]; ok {
		return c
	}
	c := &code{fn: fn, params: int32(len(fn.Params)), acts: true}
	g.codes[fn] = c
	b := &builder{Program: g, c: c, regs: make(map[ssa.Value]int32), tuples: make(map[ssa.Value][]int32), conds: make(map[ssa.Value]bool), counters: make(map[ssa.Value]*counter), compared: make(map[comparison]int32), cur: -1}
	b.function(fn)
	c.settle()
	c.acts = c.doesAct()
	return c
}

// doesAct reports whether a call of the function makes a difference to anybody.
func (c *code) doesAct() bool {
	return slices.ContainsFunc(c.nodes, func(n node) bool {
		switch n.op {
		case opNop, opMove, opField, opLoad, opPart, opAdd, opCap, opIf, opNil, opCompare, opReturn, opRunDefers, opErr, opDone, opWrap:
			return false
		case opAlloc:
			return false // unless it is returned or stored, see below
		case opCall, opDefer:
			return n.fn == nil || n.fn.acts
		}
		return true
	}) || slices.ContainsFunc(c.nodes, func(n node) bool {
		return n.op == opReturn && slices.ContainsFunc(n.args, func(o operand) bool { return o.reg >= c.params || o.reg < 0 && o.val.kind > bound })
	})
}

// carries reports whether a value of type t may lead to something that is used to
// communicate.
func (g *Program) carries(t types.Type) bool {
	if c, ok := g.carrying[t]; ok {
		return c
	}
	g.carrying[t] = false // for types that lead back to themselves
	c := g.leads(t)
	g.carrying[t] = c
	return c
}

func (g *Program) leads(t types.Type) bool {
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if pkg := u.Obj().Pkg(); pkg == nil {
			return false // error
		} else if pkg.Path() == "sync" || pkg.Path() == "context" {
			return true
		}
		if isGroup(u) {
			return true
		}
	case *types.TypeParam:
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Tuple:
		for v := range u.Variables() {
			if g.carries(v.Type()) {
				return true
			}
		}
	case *types.Chan, *types.Signature, *types.Interface:
		return true
	case *types.Pointer:
		return g.carries(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if g.carries(f.Type()) {
				return true
			}
		}
	}
	return false
}

// isGroup reports whether a type starts goroutines by a method Go, and waits for
// them.
func isGroup(t types.Type) bool {
	for _, name := range []string{"Go", "Wait"} {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		fn, ok := obj.(*types.Func)
		if !ok || name == "Go" && !effects.IsGo(fn) || name == "Wait" && fn.Signature().Params().Len() != 0 {
			return false
		}
	}
	return true
}
