package effects

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/ir"
)

// A way out of a loop that nobody opens is none: a case on a channel that the
// package makes, keeps to itself and never closes or sends on; the end of a
// context whose cancel function nobody calls; a background context; a nil
// channel.

// Endless reports whether no path leads out of a loop but by ways that nobody
// opens.
func (p *Package) Endless(l *ir.Loop) bool {
	return p.endless(l.Header, l.Blocks, l.Contains, Ways{Opens: p.Opens})
}

// Ways says which ways out of a loop somebody opens.
type Ways struct {
	Opens func(ch ssa.Value) bool // a receive from the channel may come back
	// Closed tells a condition that holds when somebody has put an end to it, or does not
	// hold then if end is false. It may be nil.
	Closed func(cond ssa.Value) (end, ok bool)
}

// Lingers reports whether a function does not come back by itself, but may if somebody
// opens the ways that are told.
func (p *Package) Lingers(fn *ssa.Function, ways Ways) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	shut := Ways{Opens: func(ch ssa.Value) bool { return !ways.Opens(ch) && p.Opens(ch) }, Closed: ways.Closed}
	open := Ways{Opens: func(ch ssa.Value) bool { return ways.Opens(ch) || p.Opens(ch) }}
	stays := func(start *ssa.BasicBlock, blocks []*ssa.BasicBlock, inside func(*ssa.BasicBlock) bool) bool {
		return p.endless(start, blocks, inside, shut) && !p.endless(start, blocks, inside, open)
	}
	return stays(fn.Blocks[0], fn.Blocks, func(*ssa.BasicBlock) bool { return true }) ||
		slices.ContainsFunc(p.IR.Graph(fn).Loops, func(l *ir.Loop) bool { return stays(l.Header, l.Blocks, l.Contains) })
}

// Abandoned reports whether a function would come back if somebody opened a way for it, and
// nobody does.
func (p *Package) Abandoned(fn *ssa.Function) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	stays := func(opens func(ssa.Value) bool) bool {
		return p.endless(fn.Blocks[0], fn.Blocks, func(*ssa.BasicBlock) bool { return true }, Ways{Opens: opens})
	}
	return stays(p.Opens) && !stays(func(ssa.Value) bool { return true })
}

// endless reports whether no path from start leads out of some blocks, or comes to a return,
// but by channels from which nothing comes.
func (p *Package) endless(start *ssa.BasicBlock, blocks []*ssa.BasicBlock, inside func(*ssa.BasicBlock) bool, ways Ways) bool {
	opens := ways.Opens
	shut := make(map[ir.Edge]bool)
	stuck := make(map[ssa.Instruction]bool)
	for _, b := range blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				if e, ok := ir.NoCaseEdge(instr); ok {
					shut[e] = true
				}
				for _, comm := range ir.Comms(instr) {
					if e, ok := ir.CaseEdge(instr, comm.Case); ok && comm.Recv && !opens(comm.Chan) {
						shut[e] = true
					}
				}
			case *ssa.UnOp:
				if !isRecv(instr) {
					continue
				}
				if !opens(instr.X) {
					stuck[instr] = true
				} else if e, ok := ir.ClosedEdge(instr); ok && timerChan(p.Refs(instr.X)) {
					shut[e] = true
				}
			case *ssa.Call:
				if p.NeverReturns(&instr.Call) {
					return false
				}
			}
		}
	}
	seen := map[*ssa.BasicBlock]bool{start: true}
	work := []*ssa.BasicBlock{start}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool { return stuck[instr] }) {
			continue
		}
		if _, returns := b.Instrs[len(b.Instrs)-1].(*ssa.Return); returns {
			return false
		}
		if e, ok := endEdge(b, ways); ok {
			shut[e] = true
		}
		for i, s := range b.Succs {
			if shut[ir.Edge{From: b, Succ: i}] || seen[s] {
				continue
			}
			if !inside(s) && !dispatches(s, shut) {
				return false
			}
			seen[s] = true
			work = append(work, s)
		}
	}
	return true
}

// endEdge returns the edge that is taken when a context has come to its end that never does, or
// when nobody has put an end to something.
func endEdge(b *ssa.BasicBlock, ways Ways) (ir.Edge, bool) {
	if v, e, ok := ir.NilEdge(b); ok {
		call, err := v.(*ssa.Call)
		return ir.Edge{From: b, Succ: 1 - e.Succ}, err && EndOf(&call.Call) != nil && !ways.Opens(call)
	}
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok || ways.Closed == nil {
		return ir.Edge{}, false
	}
	end, ok := ways.Closed(branch.Cond)
	if end {
		return ir.Edge{From: b, Succ: 0}, ok
	}
	return ir.Edge{From: b, Succ: 1}, ok
}

// dispatches reports whether a block outside of a loop only tells which case of a
// select in it was chosen: the last ones all leave it.
func dispatches(b *ssa.BasicBlock, shut map[ir.Edge]bool) bool {
	return len(b.Instrs) <= 2 && (shut[ir.Edge{From: b, Succ: 0}] || shut[ir.Edge{From: b, Succ: 1}])
}

// EndOf returns the context of which a call asks for the end, by Done or Err, or nil.
func EndOf(call *ssa.CallCommon) ssa.Value {
	callee := ir.Callee(call)
	if callee == nil || callee.Name() != "Done" && callee.Name() != "Err" || !isContext(callee.Signature().Recv()) {
		return nil
	}
	return ir.Args(call)[0]
}

// Opens reports whether a receive from a channel may come back: somebody sends
// on it or closes it, or may do so out of sight. The error of a context stands for its
// channel.
func (p *Package) Opens(ch ssa.Value) bool { return p.opens(ch, 0) }

func (p *Package) opens(ch ssa.Value, depth int) bool {
	if k, ok := ch.(*ssa.Const); ok && k.IsNil() {
		return false
	}
	if call, ok := ch.(*ssa.Call); ok {
		if ctx := EndOf(&call.Call); ctx != nil {
			return p.ends(ctx, 0)
		}
		return true
	}
	known := false
	for _, r := range p.Refs(ch) {
		if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil && isChanVar(cell) {
			continue // the variable that holds it
		}
		if call, ok := r.Root.(*ssa.Call); ok && r.Path == nil && len(p.Refs(ch)) == 1 {
			return p.opens(call, depth)
		}
		if param, ok := r.Root.(*ssa.Parameter); ok && r.Path == nil && !p.opensGiven(param, depth) {
			known = true
			continue
		}
		if !p.alone(r, types.RecvOnly) {
			return true
		}
		known = true
	}
	return !known
}

// Takes reports whether a send on a channel may come back: there is room in it, somebody
// receives from it, or may do so out of sight.
func (p *Package) Takes(ch ssa.Value) bool {
	roomy := func(v ssa.Value) bool {
		made, ok := v.(*ssa.MakeChan)
		if !ok {
			return true
		}
		size, ok := made.Size.(*ssa.Const)
		return !ok || size.Int64() > 0
	}
	refs := p.Refs(ch)
	return len(refs) == 0 || slices.ContainsFunc(refs, func(r Ref) bool {
		if !p.alone(r, types.SendOnly) {
			return true
		}
		f := r.Path.Field()
		if f == nil {
			return roomy(r.Root)
		}
		made := false
		return slices.ContainsFunc(p.StoredIn(f), func(e *Event) bool {
			stored := e.Kind == Store && !e.Via
			made = made || stored
			return stored && roomy(e.Ref.Root)
		}) || !made
	})
}

// alone reports whether a ref names a channel of the package's own of which there is no
// more than one end: nobody closes it or sends on it, or nobody receives from it, and who is
// handed it cannot.
func (p *Package) alone(r Ref, end types.ChanDir) bool {
	ask := channelEnd{field: r.Path.Field(), elem: r.Path.IsElem(), end: end}
	if ask.field == nil {
		ask.root = r.Root
	}
	is, known := p.lone[ask]
	if !known {
		is = p.isAlone(r, end)
		p.lone[ask] = is
	}
	return is
}

// A channelEnd is an end of the channel in a field, or of those in a container there, or of one
// that is in none.
type channelEnd struct {
	field *types.Var
	root  ssa.Value
	elem  bool
	end   types.ChanDir
}

func (p *Package) isAlone(r Ref, end types.ChanDir) bool {
	kinds := []Kind{Close, Grow}
	if end == types.SendOnly {
		kinds = []Kind{Recv, Wait}
	}
	var events, kept []*Event
	if f := r.Path.Field(); f != nil {
		if f.Pkg() != p.IR.Pass.Pkg || f.Exported() || r.Path.IsElem() {
			return false
		}
		for _, e := range p.StoredIn(f) {
			if e.Kind == Send || e.Via {
				continue // what goes through it
			}
			if _, made := e.Ref.Root.(*ssa.MakeChan); !e.To.Path.IsElem() && (!made || e.Ref.Path != nil) {
				return false
			}
			of := p.Of(e.Ref.Root)
			hidden := p.inFields(of)
			for _, e := range of {
				if !e.Via || !hidden {
					events = append(events, e)
				}
			}
			kept = append(kept, of...)
		}
		events = append(events, p.OfField(f)...)
	} else {
		switch root := r.Root.(type) {
		case *ssa.Global:
			if root.Pkg != p.IR.SSA || token.IsExported(root.Name()) {
				return false
			}
		case *ssa.MakeChan:
		default:
			return false
		}
		kept = p.Of(r.Root)
		events = slices.Clone(kept)
	}
	given := make(map[*ssa.Parameter]bool)
	for i := 0; i < len(kept); i++ { // the same channel in another field
		e := kept[i]
		if param := p.givenTo(e); param != nil && !given[param] {
			given[param] = true
			of := p.Of(param)
			kept, events = append(kept[:len(kept):len(kept)], of...), append(events, of...)
		}
		f := e.To.Path.Field()
		if e.Kind != Store || f == nil || e.To.Path.IsElem() {
			continue
		}
		if f.Pkg() != p.IR.Pass.Pkg || f.Exported() {
			return false
		}
		events = append(events, p.OfField(f)...)
	}
	return !slices.ContainsFunc(events, func(e *Event) bool {
		if e.Through() {
			return false
		}
		switch e.Kind {
		case Escape, Send:
			return !p.HandsEnd(e, end)
		case Return:
			return !e.Via && !p.HandsEnd(e, end)
		case Store:
			return (e.Holder != "" || !Fresh(e.To.Root) && e.To.Path.Field() == nil) && !p.HandsEnd(e, end)
		}
		return slices.Contains(kinds, e.Kind)
	})
}

// inFields reports whether something is kept in fields only that no other package knows: whoever
// has the objects does not have it.
func (p *Package) inFields(of []*Event) bool {
	return !slices.ContainsFunc(of, func(e *Event) bool {
		f := e.To.Path.Field()
		return e.Kind == Store && !e.Via && !variable(e.To) && (f == nil || f.Pkg() != p.IR.Pass.Pkg || f.Exported() || e.To.Path.IsElem())
	})
}

// variable reports whether a ref names a local variable of something else than a struct.
func variable(r Ref) bool {
	cell, ok := r.Root.(*ssa.Alloc)
	if !ok || r.Path != nil {
		return false
	}
	_, isStruct := ir.Under(cell.Type().(*types.Pointer).Elem()).(*types.Struct)
	return !isStruct
}

// maxContexts bounds how far a context is followed to what it is derived from.
const maxContexts = 6

// contextFunc returns the full name of a function; for one of package context where that was
// before Go 1.7, the name it has now: the one calls the other.
func contextFunc(fn *types.Func) string {
	if fn.Pkg() != nil && strings.HasSuffix("/"+fn.Pkg().Path(), "/golang.org/x/net/context") {
		return "context." + fn.Name()
	}
	return fn.FullName()
}

// Background reports whether a context is certainly a background one, perhaps with
// values: it never ends, and keeps none that are derived from it.
func (p *Package) Background(ctx ssa.Value) bool {
	found := false
	for _, r := range p.Refs(ctx) {
		call, ok := r.Root.(*ssa.Call)
		if !ok || r.Path != nil {
			if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil && types.IsInterface(cell.Type().(*types.Pointer).Elem()) {
				continue // the variable that holds it
			}
			return false
		}
		callee := ir.Callee(&call.Call)
		if callee == nil {
			return false
		}
		switch contextFunc(callee) {
		case "context.Background", "context.TODO", "context.WithoutCancel":
			found = true
		case "context.WithValue", "go.etcd.io/etcd/client/v3.WithRequireLeader":
			if !p.Background(call.Call.Args[0]) {
				return false
			}
			found = true
		default:
			return false
		}
	}
	return found
}

// Ends reports whether a context may end: it is none that nobody ends.
func (p *Package) Ends(ctx ssa.Value) bool { return p.ends(ctx, 0) }

// ends reports whether a context may end.
func (p *Package) ends(ctx ssa.Value, depth int) bool {
	refs := p.Refs(ctx)
	if depth > maxContexts || len(refs) == 0 {
		return true
	}
	known := false
	for _, r := range refs {
		if cell, ok := r.Root.(*ssa.Alloc); ok && r.Path == nil {
			if types.IsInterface(cell.Type().(*types.Pointer).Elem()) {
				continue // the variable that holds it
			}
			return true
		}
		if p.refEnds(r, depth) {
			return true
		}
		known = true
	}
	return !known
}

func (p *Package) refEnds(r Ref, depth int) bool {
	if depth > maxContexts {
		return true
	}
	if r.Path != nil {
		f := r.Path.Field()
		if f == nil || f.Pkg() != p.IR.Pass.Pkg || f.Exported() || r.Path.IsElem() {
			return true
		}
		stored := p.StoredIn(f)
		return len(stored) == 0 || slices.ContainsFunc(stored, func(e *Event) bool { return e.Ref.Path != nil || p.refEnds(e.Ref, depth+1) })
	}
	switch root := r.Root.(type) {
	case *ssa.Parameter:
		return p.givenEnds(root, depth)
	case *ssa.Extract:
		call, ok := root.Tuple.(*ssa.Call)
		if !ok {
			return true
		}
		callee := ir.Callee(&call.Call)
		if callee == nil {
			return true
		}
		switch contextFunc(callee) {
		case "context.WithCancel", "context.WithCancelCause":
			return p.ends(call.Call.Args[0], depth+1) || p.cancels(call)
		}
		return true
	case *ssa.Call:
		callee := ir.Callee(&root.Call)
		if callee == nil {
			return true
		}
		switch contextFunc(callee) {
		case "context.Background", "context.TODO", "context.WithoutCancel":
			return false
		case "context.WithValue":
			return p.ends(root.Call.Args[0], depth+1)
		}
	}
	return true
}

// givenEnds reports whether a context that is a parameter may end: nobody knows,
// unless all callers are in sight.
func (p *Package) givenEnds(param *ssa.Parameter, depth int) bool {
	args, known := p.Given(param)
	return !known || slices.ContainsFunc(args, func(ctx ssa.Value) bool { return p.ends(ctx, depth+1) })
}

// cancels reports whether somebody may call the cancel function that comes with
// a context.
func (p *Package) cancels(call *ssa.Call) bool {
	for _, use := range *call.Referrers() {
		cancel, ok := use.(*ssa.Extract)
		if !ok || cancel.Index != 1 {
			continue
		}
		of := p.Of(cancel)
		hidden := p.inFields(of)
		for _, e := range of {
			if e.Via && hidden {
				continue // whoever has the object does not have it
			}
			switch e.Kind {
			case Call, Escape, Send, Arg, Method:
				return true
			case Return:
				if !e.Via {
					return true
				}
			case Store:
				f := e.To.Path.Field()
				if e.Via || f == nil && Fresh(e.To.Root) {
					continue // what has it has its own events
				}
				if f == nil || f.Pkg() != p.IR.Pass.Pkg || f.Exported() {
					return true
				}
				if slices.ContainsFunc(p.OfField(f), func(e *Event) bool {
					return e.Kind == Call || e.Kind == Escape || e.Kind == Return && !e.Via || e.Kind == Send || e.Kind == Arg || e.Kind == Store && e.To.Path.Field() != f
				}) {
					return true
				}
			}
		}
	}
	return false
}

func isContext(recv *types.Var) bool {
	return recv != nil && ir.IsContext(recv.Type())
}
