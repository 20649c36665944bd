package goroutineleak

import (
	_ "embed"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/comm"
	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/evidence"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding"
	"github.com/memlint/memlint/internal/finding/account"
)

//go:embed doc.go
var doc string

const name = "goroutineleak"

// Analyzer reports goroutines that never end.
var Analyzer = account.Analyzer(name, doc, find)

type checker struct {
	*evidence.Package
	ports   map[*types.Var]*port
	recvs   map[*types.Var][]ir.Comm // from channels in fields, see glance
	waits   map[*ssa.Function][]*ssa.Select
	invokes map[string][]ssa.Instruction // of unexported methods, by their names
	loops   map[*ssa.Function]bool       // see loopEnds
	mutexes map[*ssa.Function][]turn
	taken   map[taking]string                      // see takes
	ended   map[*ssa.Function]map[effects.Ref]bool // see endsTwice
	answers map[mailbox]mail                       // see sentIn
	bares   map[sending]*leak                      // see bare
	dones   []ssa.Value                            // the WaitGroups of which Done is handed on as a function
	made    func() []types.Type                    // see madeTypes
	leaks   []*evidence.Leak
	told    map[ssa.Instruction]bool
	hung    map[ssa.Instruction]bool // where goroutines wait for ever that are told
}

// find returns the goroutines that never end.
func find(p *evidence.Package) []*evidence.Leak {
	c := &checker{Package: p, ports: make(map[*types.Var]*port), loops: make(map[*ssa.Function]bool), mutexes: make(map[*ssa.Function][]turn), taken: make(map[taking]string), ended: make(map[*ssa.Function]map[effects.Ref]bool), answers: make(map[mailbox]mail), bares: make(map[sending]*leak), told: make(map[ssa.Instruction]bool), hung: make(map[ssa.Instruction]bool)}
	c.made = sync.OnceValue(c.madeTypes)
	c.glance()
	// Some leaks have a better place than the go statement: they come first.
	c.each(func(instr ssa.Instruction) {
		if send, ok := instr.(*ssa.Send); ok {
			c.bare(send)
		}
		for _, comm := range ir.Comms(instr) {
			if comm.Recv {
				c.unanswered(instr, comm)
			} else {
				c.stop(instr, comm)
			}
		}
	})
	for _, fn := range p.IR.Funcs {
		if !p.HelpsTests(fn) && p.Comm().Starts(fn) {
			for _, s := range p.Comm().Stuck(fn) {
				c.stuck(fn, s)
			}
		}
	}
	for _, fn := range p.IR.Funcs {
		if !p.HelpsTests(fn) {
			c.relock(fn)
		}
	}
	var selects []*ssa.Select // judged when it is known which goroutines do not end
	c.each(func(instr ssa.Instruction) {
		switch instr := instr.(type) {
		case *ssa.UnOp:
			c.timer(instr)
			c.shut(instr)
			c.orphaned(instr)
		case *ssa.MakeChan:
			c.unheard(instr)
		case *ssa.Select:
			selects = append(selects, instr)
			c.orphaned(instr)
		case *ssa.Go:
			c.abandoned(instr)
			c.detached(instr)
			c.derived(instr)
			c.outlives(instr)
		case *ssa.Call:
			c.lock(instr)
			c.group(instr)
		case *ssa.Defer:
			c.group(instr)
		}
	})
	c.dead(selects)
	return c.leaks
}

// each calls f for each instruction of the package that is not for tests.
func (c *checker) each(f func(ssa.Instruction)) {
	for _, fn := range c.IR.Funcs {
		if c.HelpsTests(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				f(instr)
			}
		}
	}
}

// A leak is what a finding says.
type leak struct {
	finding.Leak
	by    ssa.Instruction // which has to run again and again; nil if it is where the leak is
	quiet bool            // it is none unless somebody shows that it repeats
}

func (c *checker) found(category string, at ssa.Instruction, what string) *leak {
	return &leak{Leak: *account.Found(c.Package, at, category, what)}
}

func (l *leak) note(c *checker, at ssa.Instruction, text string) {
	account.Note(c.Package, &l.Leak, at, text)
}

// add adds a leak, once for each place.
func (c *checker) add(at ssa.Instruction, l *leak, needs evidence.Needs) {
	by := at
	if l.by != nil {
		by = l.by
	}
	if c.told[at] && by == at || !needs.Again && !c.Repeatable(at) {
		return
	}
	c.told[at] = true
	found := account.Leak(c.Package, &l.Leak, by, needs)
	found.Quiet = l.quiet
	c.leaks = append(c.leaks, found)
}

// stuck adds a goroutine that is stuck when fn has run.
func (c *checker) stuck(fn *ssa.Function, s comm.Stuck) {
	if c.told[s.At] || s.At != nil && slices.ContainsFunc(ir.Comms(s.At), func(comm ir.Comm) bool {
		p := c.port(comm.Chan)
		return comm.Recv && p != nil && p.stopped
	}) {
		return // it has another name
	}
	at, needs := s.Start, account.Owes
	category, what, there := "", "", "waits here"
	switch s.Why {
	case comm.Sends:
		category, what = "blocked-send", "goroutine may wait for ever to send"+c.on(s.At)
		if s.Pipe {
			what = "goroutine may wait for ever to write to a pipe that nobody reads from"
		}
		if s.Foreign {
			if !returnsChan(s.Start) && !s.Pipe {
				return // it leaks whoever calls it
			}
			at, category, what = s.Exit, "generator-abandoned", "leaves while the goroutine that fills the channel still has something to send"
			if s.Pipe {
				what = "leaves while the goroutine that fills the pipe still has something to write"
			}
		}
	case comm.Receives:
		category, what = "blocked-receive", "goroutine may wait for ever to receive"+c.from(s.At)
		if sel, ok := s.At.(*ssa.Select); ok && c.IR.Graph(sel.Parent()).Innermost(sel.Block()) != nil {
			if c.IR.Graph(sel.Parent()).Innermost(sel.Block()).Bounded() {
				return // it receives as often as it counts, which may be as often as others send
			}
			category, what = "never-ends", "goroutine never ends: nobody opens a way out of its loop"
			if len(c.alternatives(sel, -1)) == 0 {
				needs = account.Piles
			}
		} else if s.Pipe {
			what = "goroutine may wait for ever to read from a pipe that nobody closes"
		} else if _, ok := s.At.(*ssa.Call); ok {
			what = "goroutine may wait for ever for a condition that nobody signals"
		}
	case comm.Runs:
		category, what, needs = "never-ends", "goroutine never ends: its loop has no way out", account.Piles
		there = "goes round here"
		if c.wayOut(s) {
			what = "goroutine never ends: nobody opens a way out of its loop"
		}
		if recv, ok := s.At.(*ssa.UnOp); ok && recv.CommaOk {
			category, what = "blocked-receive", "goroutine waits for ever to receive"+c.from(recv)+", which nobody closes"
			switch {
			case c.hasEnd(s.Start):
				needs = account.Owes
			case ir.Outermost(s.Start.Parent()).Signature.Recv() != nil:
				needs.Proof = true // that there are many of the object
			}
		}
	case comm.Waits:
		at, category, what = s.At, "wait-never-done", "may wait for ever: Done is not called as often as Add on every path"
	case comm.Locks:
		at, category, what, there = s.Held, "unlock-missing", "mutex may stay locked for ever while a goroutine waits for it", "waits here for the mutex"
	}
	if at == nil && s.Start == nil && (s.Why == comm.Sends || s.Why == comm.Receives) {
		if s.At == nil || c.counted(s.At) && !c.fails(s.At) || c.chosen(s.At) || !c.started(s.At) {
			return // in another package, it is told there
		}
		at, what = s.At, strings.TrimPrefix(what, "goroutine ")
	}
	if at == nil || s.Ticks || s.Why != comm.Sends && closes(s.Start) && (s.Foreign || ir.Outermost(s.Start.Parent()) != ir.Outermost(fn)) {
		return
	}
	c.hung[s.At] = true
	l := c.found(category, at, what)
	if category == "generator-abandoned" {
		l.Pos, l.End = c.leaves(s.Start, at)
		l.note(c, s.Start, "gets the channel here")
	}
	if at != s.At {
		l.note(c, s.At, there)
	}
	if s.Exit != nil && at != s.Exit && s.Why != comm.Runs {
		l.note(c, s.Exit, ir.Outermost(fn).Name()+" returns here")
	}
	if at != s.Start && s.Start != nil && !s.Foreign {
		l.note(c, s.Start, "in the goroutine started here")
	}
	if s.Start == nil && s.By != nil && s.By != at && s.By != s.At {
		l.note(c, s.By, "in this call")
	}
	for _, with := range s.With {
		l.note(c, with, "hangs because of that: goroutine started here")
	}
	if category == "blocked-send" && !s.Foreign && !s.Pipe && s.Start != nil && s.Start.Parent() == fn {
		l.Fix = c.rooms(s.Start, append(s.Or, s.At))
	}
	if category == "never-ends" && s.Start != nil && c.hasEnd(s.Start) && (c.meant(s.Start) || c.ofOwner(s.Start)) {
		needs = account.Owes
	}
	if needs.Again && s.By != nil && ir.Outermost(s.By.Parent()) == ir.Outermost(fn) {
		l.by = s.By
	}
	if needs.Again && s.Start != nil {
		l.by, needs = c.again(s.Start, l.by, needs)
	}
	c.add(at, l, needs)
}

// wayOut reports whether the function that goes round for ever, or the body of its goroutine, has
// a select statement with a way out of the loop around it.
func (c *checker) wayOut(s comm.Stuck) bool {
	var fns []*ssa.Function
	if s.At != nil {
		fns = append(fns, s.At.Parent())
	}
	if start, ok := s.Start.(*ssa.Go); ok {
		fns = append(fns, c.IR.Static(&start.Call))
	}
	return slices.ContainsFunc(fns, func(fn *ssa.Function) bool {
		return slices.ContainsFunc(c.waits[fn], func(sel *ssa.Select) bool {
			return c.IR.Graph(fn).Innermost(sel.Block()) != nil && len(c.alternatives(sel, -1)) > 0
		})
	})
}

// counted reports whether something is sent or received once in each round of a loop, of
// which the number may be that of the goroutines at the other end.
func (c *checker) counted(instr ssa.Instruction) bool {
	recv, ok := instr.(*ssa.UnOp)
	return c.IR.Graph(instr.Parent()).Innermost(instr.Block()) != nil && !(ok && recv.CommaOk)
}

// fails reports whether one of the goroutines that send what a function receives, once
// each, may end without having sent: then it waits for too many.
func (c *checker) fails(recv ssa.Instruction) bool {
	comms := ir.Comms(recv)
	if len(comms) != 1 || !comms[0].Recv {
		return false
	}
	sends := make(map[*ssa.Function][]ssa.Instruction)
	for _, r := range c.Refs(comms[0].Chan) {
		made, ok := r.Root.(*ssa.MakeChan)
		if !ok {
			continue
		}
		for _, e := range c.Of(made) {
			if e.Kind == effects.Close {
				return false
			}
			if e.Kind != effects.Grow || e.Ref.Path != nil {
				continue
			}
			if e.Via || len(c.Starts(e.Func())) == 0 || c.IR.Graph(e.Func()).Innermost(e.Instr.Block()) != nil {
				return false
			}
			sel, ok := e.Instr.(*ssa.Select)
			if ok && sel.Blocking {
				return true // it gives up
			}
			if _, ok := e.Instr.(*ssa.Send); !ok {
				return false
			}
			sends[e.Func()] = append(sends[e.Func()], e.Instr)
		}
	}
	for fn, all := range sends {
		if exitWithout(fn, all, true) != nil {
			return true
		}
	}
	return false
}

// started reports whether a function has started a goroutine, on whatever way it came to an
// instruction. If it does so on some ways only, it may know whether there is one to wait for.
func (c *checker) started(instr ssa.Instruction) bool {
	sometimes, graph := false, c.IR.Graph(instr.Parent())
	for _, b := range instr.Parent().Blocks {
		if slices.ContainsFunc(b.Instrs, func(i ssa.Instruction) bool { _, ok := i.(*ssa.Go); return ok }) {
			way := b
			for l := graph.Innermost(b); l != nil && !l.Contains(instr.Block()); l = l.Outer {
				way = l.Header // as often as the loop goes round
			}
			if way.Dominates(instr.Block()) {
				return true
			}
			sometimes = true
		}
	}
	return !sometimes
}

// chosen reports whether what came out of a channel before says whether there is more: it
// was compared with something else than nil.
func (c *checker) chosen(instr ssa.Instruction) bool {
	recv, ok := instr.(*ssa.UnOp)
	if !ok {
		return false
	}
	received := func(v ssa.Value) bool {
		if ext, ok := v.(*ssa.Extract); ok {
			v = ext.Tuple
		}
		first, ok := ir.Unconvert(v).(*ssa.UnOp)
		return ok && first != recv && first.Op == token.ARROW && slices.ContainsFunc(c.Refs(first.X), func(r effects.Ref) bool { return slices.Contains(c.Refs(recv.X), r) })
	}
	for b := range ir.Dominators(recv.Block().Idom()) {
		br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		if _, _, tests := ir.NilEdge(b); tests {
			continue
		}
		if cmp, ok := br.Cond.(*ssa.BinOp); ok && (received(cmp.X) || received(cmp.Y)) || received(br.Cond) {
			return true
		}
	}
	return false
}

// on returns " on ch" for a send on ch.
func (c *checker) on(send ssa.Instruction) string { return c.named(" on ", send) }

// from returns " from ch" for a receive from ch.
func (c *checker) from(recv ssa.Instruction) string { return c.named(" from ", recv) }

func (c *checker) named(word string, instr ssa.Instruction) string {
	if instr == nil {
		return ""
	}
	if name := c.channelName(instr); name != "" {
		return word + name
	}
	return ""
}

// hasEnd reports whether the object whose method or constructor starts a goroutine
// has a method that ends its life.
func (c *checker) hasEnd(start ssa.Instruction) bool {
	sig := ir.Outermost(start.Parent()).Signature
	if recv := sig.Recv(); recv != nil && effects.TeardownOf(recv.Type()) != nil {
		return true
	}
	return owed(sig.Results())
}

// meant reports whether a goroutine is meant to end: its loop has a way out by a channel of
// the object, which nobody opens.
func (c *checker) meant(start ssa.Instruction) bool {
	call, ok := start.(*ssa.Go)
	return ok && c.looksAtEnd(c.IR.Static(&call.Call), 0)
}

// ofOwner reports whether a function that makes an object starts a method of it as a goroutine,
// and another one ends the object's life.
func (c *checker) ofOwner(start ssa.Instruction) bool {
	call, ok := start.(*ssa.Go)
	if !ok {
		return false
	}
	fn := c.IR.Static(&call.Call)
	if fn == nil || fn.Signature.Recv() == nil {
		return false
	}
	end := effects.TeardownOf(fn.Signature.Recv().Type())
	return end != nil && end.Pkg() == c.IR.Pass.Pkg && !c.DoesNothing(end) && !slices.ContainsFunc(c.Refs(call.Call.Args[0]), func(r effects.Ref) bool { return !effects.Fresh(r.Root) })
}

// looksAtEnd reports whether a function, or one that it calls, selects on a channel of the
// object which nobody opens.
func (c *checker) looksAtEnd(fn *ssa.Function, depth int) bool {
	const deep = 2
	if fn == nil || depth > deep {
		return false
	}
	if slices.ContainsFunc(c.waits[fn], func(sel *ssa.Select) bool {
		return slices.ContainsFunc(c.alternatives(sel, -1), func(i int) bool {
			ch := sel.States[i].Chan
			return fieldOf(ch) != nil && !c.Opens(ch)
		})
	}) {
		return true
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && c.looksAtEnd(c.IR.Static(&call.Call), depth+1) {
				return true
			}
		}
	}
	return false
}

// makes reports whether a goroutine is started by a constructor of an object that has no
// method which ends its life: there may be one of it for the whole process.
func (c *checker) makes(start ssa.Instruction) bool {
	sig := ir.Outermost(start.Parent()).Signature
	if sig.Recv() != nil || c.hasEnd(start) {
		return false
	}
	for r := range sig.Results().Variables() {
		if n := ir.Named(r.Type()); n != nil && n.Obj().Pkg() == c.IR.Pass.Pkg {
			return true
		}
	}
	return false
}

// returnsChan reports whether a call returns a channel.
func returnsChan(start ssa.Instruction) bool {
	call, ok := start.(*ssa.Call)
	if !ok {
		return false
	}
	for r := range call.Call.Signature().Results().Variables() {
		if _, ok := r.Type().Underlying().(*types.Chan); ok {
			return true
		}
	}
	return false
}

// closes reports whether a goroutine is started by a function that returns what ends
// it: whether somebody does is no question of communication.
func closes(start ssa.Instruction) bool {
	call, ok := start.(*ssa.Call)
	if !ok {
		if start == nil {
			return false
		}
		results := ir.Outermost(start.Parent()).Signature.Results()
		return owed(results)
	}
	return owed(call.Call.Signature().Results())
}

func owed(results *types.Tuple) bool {
	for r := range results.Variables() {
		if effects.TeardownOf(r.Type()) != nil {
			return true
		}
	}
	return false
}
