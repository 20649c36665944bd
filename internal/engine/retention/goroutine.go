package retention

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// A goroutine keeps of its captures what it still uses after the place where
// it blocks: the compiler's stack maps are precise. So what counts are the
// loops in which it waits, and what is used in them.

// Endless returns the loops of a goroutine's body that never end.
func Endless(p *effects.Package, body *ssa.Function) []*ir.Loop {
	return loops(p, body, func(l *ir.Loop) bool {
		return p.NeverEnds(l, func(recv *ssa.UnOp) bool { return MayClose(p, recv.X) })
	})
}

// Waiting returns the loops of a goroutine's body that never end or wait for
// a ticker: those that last.
func Waiting(p *effects.Package, body *ssa.Function) []*ir.Loop {
	endless := Endless(p, body)
	return append(endless, loops(p, body, TicksIn)...)
}

func loops(p *effects.Package, body *ssa.Function, keep func(*ir.Loop) bool) []*ir.Loop {
	var out []*ir.Loop
	for _, l := range p.IR.Graph(body).Loops {
		if keep(l) {
			out = append(out, l)
		}
	}
	return out
}

// TicksIn reports whether the loop receives from a ticker.
func TicksIn(l *ir.Loop) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			for _, comm := range ir.Comms(instr) {
				if comm.Recv && ticks(comm.Chan) {
					return true
				}
			}
		}
	}
	return false
}

// ticks reports whether v is written as the channel of a ticker.
func ticks(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Call:
		callee := ir.Callee(&v.Call)
		return callee != nil && callee.FullName() == "time.Tick"
	case *ssa.UnOp:
		if addr, ok := v.X.(*ssa.FieldAddr); ok {
			n := ir.Named(addr.X.Type())
			return n != nil && n.Obj().Name() == "Ticker" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time"
		}
	}
	return false
}

// MayClose reports whether somebody may close the channel: it is not the
// package's own, or the package closes it or gives it away.
func MayClose(p *effects.Package, ch ssa.Value) bool {
	known := false
	for _, r := range p.Refs(ch) {
		events, ours := channelEvents(p, r)
		if _, cell := r.Root.(*ssa.Alloc); cell && r.Path == nil {
			continue // the variable that holds it
		}
		if !ours {
			return true
		}
		known = true
		for _, e := range events {
			if e.Ref.Path.IsElem() {
				continue // what came through it
			}
			switch e.Kind {
			case effects.Close, effects.Escape, effects.Return, effects.Send:
				return true
			case effects.Store:
				if e.Holder != "" || !effects.Fresh(e.To.Root) {
					return true
				}
			}
		}
	}
	return !known
}

func channelEvents(p *effects.Package, r effects.Ref) (events []*effects.Event, ours bool) {
	if f := r.Path.Field(); f != nil {
		if f.Pkg() != p.IR.Pass.Pkg || f.Exported() || foreignContents(p, f) {
			return nil, false
		}
		return p.OfField(f), true
	}
	switch root := r.Root.(type) {
	case *ssa.Global:
		return p.Of(root), root.Pkg == p.IR.SSA && root.Object() != nil && !root.Object().Exported()
	case *ssa.MakeChan:
		return p.Of(root), true
	}
	return nil, false
}

// foreignContents reports whether a channel that was not made for the field
// is put into it: whoever made it may close it.
func foreignContents(p *effects.Package, field *types.Var) bool {
	for _, e := range p.StoredIn(field) {
		if e.To.Path.IsElem() {
			continue // what goes through it
		}
		if _, made := e.Ref.Root.(*ssa.MakeChan); !made || e.Ref.Path != nil {
			return true
		}
	}
	return false
}
