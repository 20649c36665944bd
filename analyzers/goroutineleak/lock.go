package goroutineleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
)

// unlocks says which methods give back what others lock.
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
	unlock := unlocks[callee.FullName()]
	mu := call.Call.Args[0]
	refs := c.Refs(mu)
	if len(refs) != 1 || refs[0].Path.Field() == nil {
		return
	}
	releases := func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == unlock && e.Ref == refs[0]
	}
	at := lifetime.Check(c.Package.Package, refs[0].Root, call, lifetime.Spec{Releases: releases, Ignores: func(e *effects.Event) bool { return e.Ref != refs[0] }})
	if len(at.Releases) == 0 || at.Exit == nil && !at.Again || len(at.Kept) > 0 {
		return
	}
	field := refs[0].Path.Field()
	if slices.ContainsFunc(c.Uses(ir.Outermost(call.Parent())), func(use ssa.Instruction) bool {
		return c.calls(ir.Outermost(use.Parent()), field, unlock) && !c.calls(ir.Outermost(use.Parent()), field, callee.Name())
	}) {
		return // it is called to lock
	}
	leak := c.found("unlock-missing", call, "mutex "+field.Name()+" is not unlocked on every path")
	if at.Exit != nil {
		leak.note(c, at.Exit, "returns with the mutex locked")
	}
	c.add(call, leak, true)
}

// calls reports whether a function calls a method of what is in a field.
func (c *checker) calls(fn *ssa.Function, field *types.Var, method string) bool {
	return slices.ContainsFunc(c.In(fn), func(e *effects.Event) bool {
		return e.Kind == effects.Method && e.Name == method && e.Ref.Path.Field() == field && ir.Callee(e.Instr.(ssa.CallInstruction).Common()).Name() == method
	})
}
