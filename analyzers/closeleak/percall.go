package closeleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/duty"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding/account"
)

func isTransport(typ types.Type) bool {
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == "Transport"
}

// clones reports whether a call makes a transport like another one.
func clones(call *ssa.Call) bool {
	callee := ir.Callee(&call.Call)
	return callee != nil && callee.FullName() == "(*net/http.Transport).Clone"
}

// transport reports an HTTP transport that is made for a client which does not leave the
// function, or a caller that the function returns it to: the connections that it keeps are of
// use to nobody, and stay.
func (c *checker) transport(made ssa.Value) {
	at := made.(ssa.Instruction)
	used, result := false, -1
	for _, e := range c.Of(made) {
		switch e.Kind {
		case effects.Method:
			if e.Name == "CloseIdleConnections" {
				return
			}
			used = used || e.Name == "RoundTrip"
		case effects.Store:
			if lifetime.HandsOn(e) {
				return
			}
		case effects.Return:
			if ret := e.Instr.(*ssa.Return); !e.Via || e.Func() != at.Parent() || !isClient(ret.Results[e.Index].Type()) {
				return
			}
			result = e.Index
		case effects.Escape, effects.Send:
			return
		}
	}
	uses, ends := c.client(ir.Outermost(at.Parent()), made)
	if result >= 0 {
		used = c.perCaller(at.Parent(), result)
	}
	if ends || !used && (!uses || result >= 0) || alone(made) {
		return
	}
	leak := account.Found(c.Package, at, "per-call", "HTTP transport is made per call and keeps idle connections")
	leak.HeldBy = []string{"their goroutines"}
	c.add(at, leak, account.Piles)
}

// perCaller reports whether all callers of a function use the client that it returns and drop it.
func (c *checker) perCaller(fn *ssa.Function, result int) bool {
	uses := 0
	for _, use := range c.Uses(fn) {
		call, ok := use.(*ssa.Call)
		if !ok || c.IR.Static(&call.Call) != fn {
			return false
		}
		got := (&acquisition{Debt: duty.Debt{Result: result, Param: -1}, call: call}).value(c)
		if got == nil {
			continue
		}
		for _, e := range c.Of(got) {
			switch {
			case e.Kind == effects.Method && e.Name == "CloseIdleConnections", e.Ref.Path == nil && lifetime.HandsOn(e):
				return false
			case e.Kind == effects.Method && e.Ref.Path == nil:
				uses++
			}
		}
	}
	return uses > 0
}

// client reports whether somebody uses a client that a function makes with a transport, and
// whether its idle connections are closed.
func (c *checker) client(fn *ssa.Function, transport ssa.Value) (uses, ends bool) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			callee := ir.Callee(call.Common())
			if callee == nil || callee.Signature().Recv() == nil || !isClient(callee.Signature().Recv().Type()) {
				continue
			}
			if slices.Contains(c.Held(c.Refs(ir.Args(call.Common())[0])), effects.Ref{Root: transport}) {
				uses = true
				ends = ends || callee.Name() == "CloseIdleConnections"
			}
		}
	}
	for _, lit := range fn.AnonFuncs {
		u, e := c.client(lit, transport)
		uses, ends = uses || u, ends || e
	}
	return uses, ends
}

func isClient(typ types.Type) bool {
	n := ir.Named(typ)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "net/http" && n.Obj().Name() == "Client"
}

// alone reports whether a transport keeps no idle connections.
func alone(made ssa.Value) bool {
	return slices.ContainsFunc(*made.Referrers(), func(ref ssa.Instruction) bool {
		addr, ok := ref.(*ssa.FieldAddr)
		return ok && fieldAt(addr).Name() == "DisableKeepAlives"
	})
}
