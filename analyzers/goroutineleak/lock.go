package goroutineleak

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

// unlocks says which method gives back what another locks.
var unlocks = map[string]string{
	"(*sync.Mutex).Lock":    "Unlock",
	"(*sync.RWMutex).Lock":  "Unlock",
	"(*sync.RWMutex).RLock": "RUnlock",
}

// lock reports a mutex that is locked and on some path not unlocked, though the
// function unlocks it on others.
func (c *checker) lock(call *ssa.Call) {
	callee := ir.Callee(&call.Call)
	if callee == nil || unlocks[callee.FullName()] == "" {
		return
	}
	if field := fieldOf(call.Call.Args[0]); field == nil || !leaves(call, field, unlocks[callee.FullName()]) {
		return
	}
	refs := c.Refs(call.Call.Args[0])
	if len(refs) != 1 || refs[0].Path.Field() == nil {
		return
	}
	mu := mutex{c, refs[0].Path.Field(), callee.Name(), unlocks[callee.FullName()]}
	fn := ir.Outermost(call.Parent())
	if strings.Contains(refs[0].Path.String(), "[]") && mu.lockedBy(fn) > 1 {
		return // of two elements nobody knows here which one is which
	}
	at := lifetime.Check(c.Package.Package, refs[0].Root, call, lifetime.Spec{
		Releases: func(e *effects.Event) bool {
			return e.Kind == effects.Method && e.Name == mu.unlock && e.Ref == refs[0] && ir.Within(e.Func(), fn)
		},
		Ignores: func(e *effects.Event) bool { return e.Ref != refs[0] },
	})
	if len(at.Releases) == 0 || at.Exit == nil && !at.Again || len(at.Kept) > 0 || mu.handed(fn) || mu.acquires(call) {
		return
	}
	leak := c.found("unlock-missing", call, "mutex "+mu.field.Name()+" is not unlocked on every path")
	if at.Exit != nil {
		leak.note(c, at.Exit, "returns with the mutex locked")
	}
	c.add(call, leak, account.Owes)
}

// leaves reports whether a way leads from a call that locks a mutex back to it or out of
// the function without a call of the method that unlocks it, though there is one on
// another: the first look at it.
func leaves(lock *ssa.Call, field *types.Var, unlock string) bool {
	unlocks := func(instr ssa.Instruction) bool {
		call, ok := instr.(ssa.CallInstruction)
		if !ok || len(call.Common().Args) == 0 || ir.Callee(call.Common()) == nil || ir.Callee(call.Common()).Name() != unlock {
			return false
		}
		return fieldOf(call.Common().Args[0]) == field
	}
	seen := map[*ssa.BasicBlock]bool{}
	unlocked, left := false, false
	var visit func(b *ssa.BasicBlock, from int)
	visit = func(b *ssa.BasicBlock, from int) {
		for _, instr := range b.Instrs[from:] {
			if unlocks(instr) {
				unlocked = true
				return
			}
			if _, ok := instr.(*ssa.Return); ok || instr == ssa.Instruction(lock) {
				left = true
				return
			}
		}
		for _, s := range b.Succs {
			if !seen[s] {
				seen[s] = true
				visit(s, 0)
			}
		}
	}
	visit(lock.Block(), slices.Index(lock.Block().Instrs, ssa.Instruction(lock))+1)
	return unlocked && left
}

// A mutex is one in a field, with the methods that lock and unlock it.
type mutex struct {
	*checker
	field        *types.Var
	lock, unlock string
}

// handed reports whether a function gets the mutex locked or hands it on so: it or
// another function, which it names, which calls it, which a caller of both calls, or
// which is a method of what it returns, unlocks what it has not locked.
func (m mutex) handed(fn *ssa.Function) bool {
	if m.entered(fn) {
		return true
	}
	for _, e := range m.OfField(m.field) {
		other := ir.Outermost(e.Func())
		if e.Kind != effects.Method || e.Name != m.unlock || !m.entered(other) {
			continue
		}
		if m.named(fn, other) || m.named(other, fn) || m.bracketed(fn, other) || m.remembers(fn) || returnsOwner(fn, other) {
			return true
		}
	}
	return false
}

// returnsOwner reports whether a function returns a value of the type that has a method, perhaps as
// that of an interface.
func returnsOwner(fn, method *ssa.Function) bool {
	recv := method.Signature.Recv()
	if recv == nil || ir.Named(recv.Type()) == nil {
		return false
	}
	owner := ir.Named(recv.Type()).Origin()
	is := func(t types.Type) bool {
		n := ir.Named(t)
		return n != nil && n.Origin() == owner
	}
	if slices.ContainsFunc(slices.Collect(fn.Signature.Results().Variables()), func(r *types.Var) bool { return is(r.Type()) }) {
		return true
	}
	return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		return ok && slices.ContainsFunc(ret.Results, func(v ssa.Value) bool {
			made, ok := v.(*ssa.MakeInterface)
			return ok && is(made.X.Type())
		})
	})
}

// acquires reports whether a function that other packages call leaves with the mutex locked
// where it succeeds, and unlocks it only where it fails, and they can call another one that
// unlocks what it has not locked: they bracket with the two what they do.
func (m mutex) acquires(lock *ssa.Call) bool {
	fn := lock.Parent()
	if !exported(fn) {
		return false
	}
	var unlocks []ssa.Instruction
	paired := false
	for _, e := range m.OfField(m.field) {
		if e.Kind == effects.Method && e.Name == m.unlock {
			unlocks = append(unlocks, e.Instr)
			paired = paired || e.Func() != fn && exported(e.Func()) && m.entered(e.Func())
		}
	}
	if !paired {
		return false
	}
	leaves := false
	for instr := range ways(fn, nil, false) {
		if slices.Contains(unlocks, instr) {
			return false
		}
		_, ret := instr.(*ssa.Return)
		leaves = leaves || ret
	}
	return leaves
}

// exported reports whether other packages can call a function.
func exported(fn *ssa.Function) bool { return fn.Object() != nil && fn.Object().Exported() }

// bracketed reports whether some function names both: it has one lock the mutex for it, and
// the other one unlock it.
func (m mutex) bracketed(fn, other *ssa.Function) bool {
	by := make(map[*ssa.Function]bool)
	for _, use := range m.Uses(fn) {
		by[ir.Outermost(use.Parent())] = true
	}
	return slices.ContainsFunc(m.Uses(other), func(use ssa.Instruction) bool { return by[ir.Outermost(use.Parent())] })
}

// lockedBy returns how many calls in a function lock the mutex, or one that another object has
// in the field.
func (m mutex) lockedBy(fn *ssa.Function) int {
	calls := make(map[ssa.Instruction]bool)
	for _, e := range m.OfField(m.field) {
		if e.Kind == effects.Method && e.Name == m.lock && ir.Within(e.Func(), fn) {
			calls[e.Instr] = true
		}
	}
	return len(calls)
}

// maxHanding bounds the functions between one that locks a mutex and one that unlocks it.
const maxHanding = 2

// named reports whether a function names another one, or one that does. Each on the way is
// looked at once.
func (m mutex) named(in, fn *ssa.Function) bool {
	seen := map[*ssa.Function]bool{fn: true}
	level := []*ssa.Function{fn}
	for range maxHanding + 1 {
		var next []*ssa.Function
		for _, fn := range level {
			for _, use := range m.Uses(fn) {
				by := ir.Outermost(use.Parent())
				if by == in {
					return true
				}
				if !seen[by] {
					seen[by] = true
					next = append(next, by)
				}
			}
		}
		level = next
	}
	return false
}

// remembers reports whether a function notes something in the object of the mutex.
func (m mutex) remembers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			store, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			addr, field := store.Addr.(*ssa.FieldAddr)
			if _, fixed := store.Val.(*ssa.Const); field && fixed && len(fn.Params) > 0 && addr.X == ssa.Value(fn.Params[0]) {
				return true
			}
		}
	}
	return false
}

// entered reports whether a function unlocks what it has not locked.
func (m mutex) entered(fn *ssa.Function) bool {
	calls := func(method string) (out []ssa.Instruction) {
		for _, e := range m.In(fn) {
			if call, ok := e.Instr.(ssa.CallInstruction); ok && e.Kind == effects.Method && e.Name == method && e.Ref.Path.Field() == m.field {
				if callee := ir.Callee(call.Common()); callee != nil && callee.Name() == method {
					out = append(out, e.Instr)
				}
			}
		}
		return out
	}
	locks := calls(m.lock)
	return slices.ContainsFunc(calls(m.unlock), func(unlock ssa.Instruction) bool {
		return !slices.ContainsFunc(locks, func(lock ssa.Instruction) bool {
			return lock.Parent() != unlock.Parent() || lifetime.Before(lock, unlock)
		})
	})
}
