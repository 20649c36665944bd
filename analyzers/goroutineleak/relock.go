package goroutineleak

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
	"github.com/memlint/memlint/internal/finding/account"
)

// Who locks a mutex that it has locked itself waits for ever. That is told only if it is so on
// every way from the one to the other: what was unlocked on some may be locked again on those.

// A turn is what a call does with a mutex: itself, or in a function of the package.
type turn struct {
	at     *ssa.Call
	mutex  effects.Ref // as the function with the call has it
	method string      // of the mutex
}

func (t turn) locks() bool { return t.method == "Lock" || t.method == "RLock" }

// relock reports the calls of a function that lock a mutex which it holds, themselves or in a
// function of the package that does so in any case.
func (c *checker) relock(fn *ssa.Function) {
	turns := c.turns(fn)
	unlocks := c.unlocks(fn)
	looked := make(map[effects.Ref]bool)
	for _, t := range turns {
		if !t.locks() || looked[t.mutex] || strings.Contains(t.mutex.Path.String(), "[]") {
			continue // of two elements nobody knows here which one is which
		}
		looked[t.mutex] = true
		h := &holding{mutex: t.mutex, locks: make(map[ssa.Instruction]turn), unlocks: unlocks, at: make([]*ssa.Call, len(fn.Blocks)), seen: make([]bool, len(fn.Blocks))}
		for _, t := range turns {
			if t.mutex == h.mutex && t.locks() {
				h.locks[t.at] = t
			}
		}
		h.flow(fn)
		held := h.before(fn)
		for _, again := range c.through(fn, turns, h.mutex) {
			first := held[again.at]
			if !again.locks() || first == nil || h.locks[first].method == "RLock" && again.method == "RLock" {
				continue
			}
			leak := c.found("unlock-missing", again.at, "waits for ever for a mutex that it has locked itself")
			leak.note(c, first, "locked here, and not unlocked on the way")
			c.add(again.at, leak, account.Owes)
		}
	}
}

// A holding tells where a function holds a mutex on every way.
type holding struct {
	mutex   effects.Ref
	locks   map[ssa.Instruction]turn
	unlocks map[ssa.Instruction]bool // of any mutex
	at      []*ssa.Call              // by which it is held at the beginning of a block, or nil
	seen    []bool                   // the blocks to which control has come
}

// flow follows what is held to all blocks of a function. What is held on one way and not on
// another is not held; if two calls lock it, the first in the source stands for both.
func (h *holding) flow(fn *ssa.Function) {
	h.seen[0] = true
	for work := []*ssa.BasicBlock{fn.Blocks[0]}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		held := h.at[b.Index]
		for _, instr := range b.Instrs {
			held = h.step(instr, held)
		}
		for _, s := range b.Succs {
			next := held
			if old := h.at[s.Index]; h.seen[s.Index] && (old == nil || next != nil && old.Pos() < next.Pos()) {
				next = old
			}
			if !h.seen[s.Index] || next != h.at[s.Index] {
				h.seen[s.Index], h.at[s.Index] = true, next
				work = append(work, s)
			}
		}
	}
}

// step returns by which call the mutex is held behind an instruction.
func (h *holding) step(instr ssa.Instruction, held *ssa.Call) *ssa.Call {
	if t, ok := h.locks[instr]; ok {
		return t.at
	}
	if root, ok := h.mutex.Root.(ssa.Instruction); h.unlocks[instr] || ok && instr == root {
		return nil
	}
	return held
}

// before returns by which call the mutex is held where control comes to calls.
func (h *holding) before(fn *ssa.Function) map[*ssa.Call]*ssa.Call {
	before := make(map[*ssa.Call]*ssa.Call)
	for _, b := range fn.Blocks {
		held := h.at[b.Index]
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok && held != nil {
				before[call] = held
			}
			held = h.step(instr, held)
		}
	}
	return before
}

// turns returns what a function itself does with mutexes that no assignment changes; nothing if it
// hands on how to unlock one.
func (c *checker) turns(fn *ssa.Function) (out []turn) {
	if turns, known := c.mutexes[fn]; known {
		return turns
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if mc, ok := instr.(*ssa.MakeClosure); ok {
				if m := ir.BoundMethod(mc); m != nil && (m.Name() == "Unlock" || m.Name() == "RUnlock") {
					c.mutexes[fn] = nil
					return nil // who has it may unlock the mutex
				}
			}
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ir.Callee(&call.Call)
			if callee == nil || call.Call.IsInvoke() || callee.Pkg() == nil || callee.Pkg().Path() != "sync" || callee.Signature().Recv() == nil {
				continue
			}
			switch callee.Name() {
			case "Lock", "RLock", "Unlock", "RUnlock":
				if refs := c.Refs(call.Call.Args[0]); len(refs) == 1 && !refs[0].Path.IsElem() && len(refs[0].Path.Fields()) <= 1 {
					out = append(out, turn{at: call, mutex: refs[0], method: callee.Name()})
				}
			}
		}
	}
	c.mutexes[fn] = out
	return out
}

// through returns the turns of a function with a mutex, with those that functions of the package
// take for it.
func (c *checker) through(fn *ssa.Function, turns []turn, mutex effects.Ref) (out []turn) {
	for _, t := range turns {
		if t.mutex == mutex {
			out = append(out, t)
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			called := c.IR.Static(&call.Call)
			if called == nil {
				continue
			}
			for _, inner := range c.passed(call, called, mutex) {
				switch method := c.takes(called, inner, 0); method {
				case "Lock", "RLock":
					out = append(out, turn{at: call, mutex: mutex, method: method})
				}
			}
		}
	}
	return out
}

// passed returns what a mutex is to a function that is called.
func (c *checker) passed(call *ssa.Call, called *ssa.Function, mutex effects.Ref) (out []effects.Ref) {
	for i, arg := range call.Call.Args {
		if refs := c.Refs(arg); i < len(called.Params) && len(refs) == 1 && refs[0].Root == mutex.Root && refs[0].Path == nil {
			out = append(out, effects.Ref{Root: called.Params[i], Path: mutex.Path})
		}
	}
	return out
}

// takes returns the method by which a function locks a mutex on every way through it, before it
// unlocks it; "" if it does not, and "Unlock" if it may unlock it first.
func (c *checker) takes(fn *ssa.Function, mutex effects.Ref, depth int) string {
	const deep = 2
	if len(fn.Blocks) == 0 || depth > deep {
		return ""
	}
	asked := taking{fn, mutex, depth}
	if method, known := c.taken[asked]; known {
		return method
	}
	method := c.firstTurn(fn, mutex, depth)
	c.taken[asked] = method
	return method
}

// A taking asks what a function does with a mutex, so many calls away.
type taking struct {
	fn    *ssa.Function
	mutex effects.Ref
	depth int
}

// firstTurn is takes, of which the answers are kept.
func (c *checker) firstTurn(fn *ssa.Function, mutex effects.Ref, depth int) string {
	does := make(map[ssa.Instruction]string)
	for _, t := range c.turns(fn) {
		if t.mutex == mutex {
			does[t.at] = t.method
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if called := c.IR.Static(&call.Call); called != nil {
					for _, inner := range c.passed(call, called, mutex) {
						does[instr] = c.takes(called, inner, depth+1)
					}
				}
			}
		}
	}
	method, leaves := "", false
	seen := make([]bool, len(fn.Blocks))
	seen[0] = true
next:
	for work := []*ssa.BasicBlock{fn.Blocks[0]}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, instr := range b.Instrs {
			switch m := does[instr]; m {
			case "Unlock", "RUnlock":
				return "Unlock"
			case "Lock", "RLock":
				if method != "Lock" {
					method = m
				}
				continue next
			}
			if _, ok := instr.(*ssa.Return); ok {
				leaves = true
			}
		}
		for _, s := range b.Succs {
			if !seen[s.Index] {
				seen[s.Index] = true
				work = append(work, s)
			}
		}
	}
	if leaves {
		return ""
	}
	return method
}

// unlocks returns the calls of a function, and of literals beside it, that may unlock a mutex, whichever it is.
func (c *checker) unlocks(fn *ssa.Function) map[ssa.Instruction]bool {
	outer := ir.Outermost(fn)
	return ir.Once(c.IR.Graph(outer), "goroutineleak.unlocks", func() map[ssa.Instruction]bool {
		unlocks := make(map[ssa.Instruction]bool)
		for _, e := range c.In(outer) {
			if _, call := e.Instr.(*ssa.Call); call && e.Kind == effects.Method && (e.Name == "Unlock" || e.Name == "RUnlock") {
				unlocks[e.Instr] = true
			}
		}
		return unlocks
	})
}
