package timerleak

import (
	"go/types"
	"slices"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/engine/lifetime"
	"github.com/memlint/memlint/internal/finding"
)

// Timers that are kept in a map are stopped where they are taken out of it. If
// one function does that and another only deletes the entry, the other forgot
// it: nobody finds the timer any more.

// A table is a map of a struct field or package variable.
type table struct {
	field  *types.Var
	global *ssa.Global
}

func tableOf(r effects.Ref) table {
	if f := r.Path.Field(); f != nil {
		return table{field: f}
	}
	g, _ := r.Root.(*ssa.Global)
	return table{global: g}
}

func (t table) name() string {
	if t.field != nil {
		return t.field.Name()
	}
	return t.global.Name()
}

// deletesTimers reports whether a function deletes from a map of timers.
func deletesTimers(fn *ssa.Function) bool {
	return slices.ContainsFunc(fn.Blocks, func(b *ssa.BasicBlock) bool { return slices.ContainsFunc(b.Instrs, deletesTimer) })
}

// deletesTimer reports whether an instruction deletes from a map of timers.
func deletesTimer(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	if b, ok := call.Common().Value.(*ssa.Builtin); !ok || b.Name() != "delete" {
		return false
	}
	m, ok := call.Common().Args[0].Type().Underlying().(*types.Map)
	return ok && len(timersIn(m.Elem())) > 0
}

// forgotten reports the deletes from maps of timers that stop the timer
// elsewhere and not here.
func (c *checker) forgotten(old bool) {
	var tables []table
	deletes := make(map[table][]*effects.Event)
	for _, e := range c.Events() {
		call, ok := e.Instr.(ssa.CallInstruction)
		if !ok || e.Kind != effects.Shrink || e.Origin != e.Instr || c.HelpsTests(e.Func()) {
			continue
		}
		b, ok := call.Common().Value.(*ssa.Builtin)
		at := tableOf(e.Ref)
		if !ok || b.Name() != "delete" || e.Ref.Path.IsElem() || at == (table{}) {
			continue
		}
		if deletes[at] == nil {
			tables = append(tables, at)
		}
		deletes[at] = append(deletes[at], e)
	}
	for _, at := range tables {
		if len(deletes[at]) < 2 {
			continue
		}
		m, ok := ir.Args(deletes[at][0].Instr.(ssa.CallInstruction).Common())[0].Type().Underlying().(*types.Map)
		if !ok {
			continue
		}
		for _, in := range timersIn(m.Elem()) {
			en := &entries{c: c, table: at, in: in}
			for _, d := range deletes[at] {
				en.deleting = append(en.deleting, ir.Outermost(d.Func()))
			}
			c.forgets(en, deletes[at], old)
		}
	}
}

// timersIn returns where elements of a type keep timers: nil for the element
// itself, else a field of it.
func timersIn(elem types.Type) []*types.Var {
	if isTimer(elem) {
		return []*types.Var{nil}
	}
	if p, ok := elem.Underlying().(*types.Pointer); ok {
		elem = p.Elem()
	}
	s, ok := elem.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var in []*types.Var
	for f := range s.Fields() {
		if isTimer(f.Type()) {
			in = append(in, f.Origin())
		}
	}
	return in
}

func isTimer(t types.Type) bool {
	n := ir.Named(t)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "time" && (n.Obj().Name() == "Timer" || n.Obj().Name() == "Ticker")
}

// The entries of a table hold a timer each: the element itself or, if in is
// not nil, that field of it.
type entries struct {
	c     *checker
	table table
	in    *types.Var

	callbacks []*ssa.Function // of the timers, set by made
	settle    []*ssa.Function // see settling
	deleting  []*ssa.Function // take entries out
	lent      bool            // others return the timer to their callers; set by settling
}

// timer reports whether a ref names the timer of an entry.
func (en *entries) timer(r effects.Ref) bool {
	if en.in != nil {
		return r.Path.Field() == en.in
	}
	return r.Path.IsElem() && tableOf(r) == en.table
}

// forgets reports the timers of entries that some functions delete without a Stop, if others stop
// them, or the timer itself takes its entry out.
func (c *checker) forgets(en *entries, deletes []*effects.Event, old bool) {
	makes, api := en.made()
	if makes == nil {
		return
	}
	witness, says := en.stopped(deletes), "stopped here"
	if witness == nil && api == "AfterFunc" {
		witness, says = en.expired(deletes), "the timer deletes the entry here"
	}
	if witness == nil {
		return
	}
	var notes []finding.Note
	var told []*ssa.Function
	for _, d := range deletes {
		fn := ir.Outermost(d.Func())
		if slices.Contains(told, fn) || en.settled(fn, nil) || en.fired(d.Func()) || en.without(d.Instr) || !c.Repeatable(d.Instr) {
			continue
		}
		told = append(told, fn)
		pos, end := c.IR.Range(d.Instr)
		notes = append(notes, finding.Note{Pos: pos, End: end, Text: "the entry is deleted here"})
	}
	if len(notes) == 0 {
		return
	}
	pos, end := c.IR.Range(witness.Origin)
	notes = append(notes, finding.Note{Pos: pos, End: end, Text: says})
	pos, end = c.IR.Range(makes)
	c.tell(finding.Leak{
		Pos: pos, End: end,
		Category: map[string]string{"AfterFunc": "timer-outlives-entry", "NewTimer": "timer-not-stopped", "NewTicker": "ticker-field"}[api],
		What:     apis["time."+api].what + " is not stopped when its entry of " + en.table.name() + " is deleted",
		HeldBy:   []string{"the runtime timer heap"},
		Notes:    notes,
	}, old || api == "AfterFunc")
}

// stopped returns where a function that deletes an entry stops its timer, or nil.
func (en *entries) stopped(deletes []*effects.Event) *effects.Event {
	for _, e := range en.c.Named("Stop") {
		if e.Kind == effects.Method && en.timer(e.Ref) && slices.ContainsFunc(deletes, func(d *effects.Event) bool { return sameFunc(d, e) }) {
			return e
		}
	}
	return nil
}

// expired returns where the function of the timer, or one that only timers run, deletes the
// entry, or nil.
func (en *entries) expired(deletes []*effects.Event) *effects.Event {
	i := slices.IndexFunc(deletes, func(d *effects.Event) bool {
		uses := en.c.Uses(d.Func())
		return en.fired(d.Func()) || len(uses) > 0 && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool { return !en.fired(use.Parent()) })
	})
	if i < 0 {
		return nil
	}
	return deletes[i]
}

func sameFunc(a, b *effects.Event) bool { return ir.Outermost(a.Func()) == ir.Outermost(b.Func()) }

// made returns a call that makes a timer of the entries, and the name of the
// function, or nil if they come from elsewhere or are over soon. It prefers a
// call in a function that also puts entries into the table, and then a timer that
// runs whoever has it.
func (en *entries) made() (*ssa.Call, string) {
	var found *ssa.Call
	name, best := "", -1
	var filling []*ssa.Function
	for _, e := range en.c.Events() {
		if e.Kind == effects.Store && e.To.Path.IsElem() && tableOf(e.To) == en.table {
			filling = append(filling, ir.Outermost(e.Func()))
		}
	}
	for _, e := range en.stores() {
		call, ok := e.Ref.Root.(*ssa.Call)
		if !ok || e.Ref.Path != nil || !en.timer(e.To) {
			continue
		}
		callee := ir.Callee(&call.Call)
		if callee == nil {
			continue
		}
		api, known := apis[callee.FullName()]
		if !known || api.channel {
			continue
		}
		if d, known := en.c.Duration(call.Call.Args[0]); !api.ticker && known && d < int64(time.Minute) {
			return nil, ""
		}
		rank := 0
		if slices.Contains(filling, ir.Outermost(call.Parent())) {
			rank += 2
		}
		if callee.Name() == "AfterFunc" {
			rank++
		}
		if rank > best {
			found, name, best = call, callee.Name(), rank
		}
		if callee.Name() == "AfterFunc" {
			en.callbacks = append(en.callbacks, en.c.functions(call.Call.Args[1])...)
		}
	}
	return found, name
}

func (en *entries) stores() []*effects.Event {
	if en.in != nil {
		return en.c.StoredIn(en.in)
	}
	if en.table.field != nil {
		return en.c.StoredIn(en.table.field)
	}
	var out []*effects.Event
	for _, e := range en.c.Events() {
		if e.Kind == effects.Store && e.To.Root == ssa.Value(en.table.global) {
			out = append(out, e)
		}
	}
	return out
}

// settled reports whether fn, or each of its callers, stops the timer of an
// entry, waits for it or hands it on.
func (en *entries) settled(fn *ssa.Function, seen []*ssa.Function) bool {
	if slices.Contains(seen, fn) || slices.Contains(en.settling(), fn) {
		return true
	}
	if obj, ok := fn.Object().(*types.Func); !ok || obj.Exported() {
		return en.lent // the caller, who can get at the timer, may stop it
	}
	uses := en.c.Uses(fn)
	seen = append(seen, fn)
	return len(uses) > 0 && !slices.ContainsFunc(uses, func(use ssa.Instruction) bool {
		return !en.fired(use.Parent()) && !en.settled(ir.Outermost(use.Parent()), seen)
	})
}

// settling returns the functions that may settle the timer of an entry.
func (en *entries) settling() []*ssa.Function {
	if en.settle != nil {
		return en.settle
	}
	en.settle = []*ssa.Function{}
	for _, e := range en.c.Events() {
		ofTimer, ofEntry := en.timer(e.Ref), e.Ref.Path.IsElem() && tableOf(e.Ref) == en.table
		if !ofTimer && !ofEntry && !en.timer(effects.Ref{Root: e.Ref.Root, Path: e.Ref.Path.Parent()}) {
			continue
		}
		switch e.Kind {
		case effects.Method:
			if e.Name != "Stop" && e.Name != "Reset" {
				continue
			}
		case effects.Recv, effects.Wait:
		default:
			if !lifetime.HandsOn(e) || en.timer(e.To) || tableOf(e.To) == en.table {
				continue
			}
			en.lent = en.lent || e.Kind == effects.Return && ofTimer && !slices.Contains(en.deleting, ir.Outermost(e.Func()))
		}
		if fn := ir.Outermost(e.Func()); !slices.Contains(en.settle, fn) {
			en.settle = append(en.settle, fn)
		}
	}
	return en.settle
}

// without reports whether an instruction runs only where an entry has no timer.
func (en *entries) without(instr ssa.Instruction) bool {
	for b := range ir.Dominators(instr.Block()) {
		if len(b.Preds) != 1 {
			continue
		}
		x, edge, ok := ir.NilEdge(b.Preds[0])
		if ok && edge.To() == b && slices.ContainsFunc(en.c.Refs(x), en.timer) {
			return true
		}
	}
	return false
}

// fired reports whether fn is, or stands in, the function of such a timer:
// where that runs there is nothing to stop.
func (en *entries) fired(fn *ssa.Function) bool {
	return slices.ContainsFunc(en.callbacks, func(callback *ssa.Function) bool { return ir.Within(fn, callback) })
}
