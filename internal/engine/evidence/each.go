package evidence

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// perEntry meets what a function shows that puts something new under a key, such as how to end
// what it starts: there are as many calls as entries, if these are taken out again, and what has
// the container outlives each of them.
func (j *judge) perEntry(fn *ssa.Function, n *needs, w *way) {
	r := j.entryOf(fn)
	if r.Kind == NoReason {
		return
	}
	if n.again {
		n.again, w.reason = false, r
	}
	for _, s := range n.stays {
		param, ok := s.root.(*ssa.Parameter)
		if ok && param.Parent() == fn && isReceiver(param) && s.path != "" && !endsWithCall(s) {
			n.askStays, n.stays = false, nil
			return
		}
	}
}

// entryOf returns why a method runs once per entry of a map in its receiver.
func (p *Package) entryOf(fn *ssa.Function) Reason {
	fn = ir.Outermost(fn)
	if fn.Signature.Recv() == nil || p.inTest(fn) {
		return Reason{}
	}
	return ir.Once(p.IR.Graph(fn), "evidence.entry", func() Reason { return p.keepsEntry(fn) })
}

// keepsEntry returns that reason for a method of which nothing is known yet.
func (p *Package) keepsEntry(fn *ssa.Function) Reason {
	for _, e := range p.In(fn) {
		put, ok := e.Instr.(*ssa.MapUpdate)
		if !ok || e.Kind != effects.Store || e.Via || e.Ref.Path != nil || !madeToGo(e.Ref.Root) {
			continue
		}
		field := e.To.Path.Field()
		if _, constant := put.Key.(*ssa.Const); constant || field == nil || field.Pkg() != p.pass.Pkg || e.To.Root != ssa.Value(fn.Params[0]) {
			continue
		}
		if slices.ContainsFunc(p.OfField(field), func(out *effects.Event) bool {
			return p.takesOut(out) && out.Ref.Path.Elems() == e.To.Path.Elems()-1 && !p.InTeardown(ir.Outermost(out.Func()))
		}) {
			return Reason{Kind: Object, Pos: put.Pos(), Name: "entry of " + field.Name()}
		}
	}
	return Reason{}
}

// madeToGo reports whether a value is the function or channel that a call returns, or a new
// channel: it belongs to something that goes on until it is used.
func madeToGo(v ssa.Value) bool {
	switch v.(type) {
	case *ssa.MakeChan, *ssa.MakeClosure:
		return true
	case *ssa.Call, *ssa.Extract:
		switch v.Type().Underlying().(type) {
		case *types.Signature, *types.Chan:
			return true
		}
	}
	return false
}
