package comm

import (
	"encoding/binary"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A kind says what is known of a value.
type kind uint8

const (
	unknown    kind = iota
	null            // nil
	integer         // a small number, or 0 and 1 for false and true
	bound           // a number that is not known: as many as a loop goes round
	notNull         // not nil, and not known otherwise
	background      // a context that never ends
	empty           // a struct with nothing in it
	function        // a function without captured variables
	pointer         // to an object, or to a part of it
	channel         // an object
	closure         // an object
	structure       // an object that is a copy of what was somewhere
	ctx             // a context that ends when it is cancelled: an object
	done            // the channel of such
	cancel          // the function that cancels it
)

const (
	maxNumber = 8
	maxRoom   = 3 // larger channels have room for as much as loops go round
)

// A value is what a register or part of an object holds.
type value struct {
	kind kind
	n    int32 // the number, or the object
	path int32 // of a pointer: the part it points to
	fn   *code // of a function
}

// isObject reports whether n is an object.
func (v value) isObject() bool { return v.kind >= pointer }

// An object is something that was made while the functions ran.
type object struct {
	typ     types.Type
	escaped bool // others have it: whatever is done with it may be undone
	parts   []part

	room   int32 // of a channel; -1: no end of it
	buf    []value
	closed bool // a channel that was closed, a context that has ended, a condition that was signalled
	open   bool // nobody else closes it, though others have it
	fed    bool // others may send on it, by a function that they were given

	fn     *code // closure
	method bool  // parts[0] is the receiver

	end uint8 // of a pipe

	owner *state // who may change it: others copy it first
}

// A part is what is kept at a path of an object.
type part struct {
	path int32
	val  value
}

// A frame is a call that has not returned.
type frame struct {
	fn     *code
	pc     int32
	regs   []value
	defers []deferred
	stays  bool   // its caller does not go on when it returns
	owner  *state // of regs
}

type deferred struct {
	fn   value // a function or closure
	args []value
}

// An origin is where goroutines are started.
type origin struct {
	at      ssa.Instruction // nil: the function itself
	by      ssa.Instruction // what the function that is run did for it: at, or a call
	foreign bool            // the go statement is in another package
	index   int
}

// A proc is a goroutine.
type proc struct {
	frames []frame
	from   *origin
	fresh  bool   // it has not begun yet
	owner  *state // of frames
}

// top returns the call that a goroutine is in, to look at.
func (p *proc) top() *frame { return &p.frames[len(p.frames)-1] }

// top returns the call that a goroutine is in, to change.
func (s *state) top(pi int) *frame {
	s.own(pi)
	f := s.procs[pi].top()
	if f.owner != s {
		f.regs, f.owner = slices.Clone(f.regs), s
	}
	return f
}

// own lets the calls of a goroutine be changed.
func (s *state) own(pi int) {
	if p := &s.procs[pi]; p.owner != s {
		p.frames, p.owner = slices.Clone(p.frames), s
	}
}

// object returns an object, to change.
func (s *state) object(n int32) *object {
	o := &s.heap[n]
	if o.owner != s {
		o.parts, o.buf, o.owner = slices.Clone(o.parts), slices.Clone(o.buf), s
	}
	return o
}

// node returns where a goroutine is.
func (p *proc) node() *node {
	f := p.top()
	return &f.fn.nodes[f.pc]
}

// A state is what all goroutines have come to.
type state struct {
	procs []proc
	heap  []object
	crash bool    // the process has ended, or there is no need to go on
	fixed []int32 // conditions that hold, and, negative, that do not
	// No part of the state's identity:
	exit  ssa.Instruction // where the function itself returned
	aside excuse          // what a goroutine has chosen on the way here that is not known
}

// An excuse is what a goroutine has chosen, so that who waits for it may not be to blame.
type excuse uint8

const (
	given excuse = 1 + iota // the end of a context that the function was given
	told                    // something else, of which the function may have been told
)

// clone returns a copy that shares with s what neither changes.
func (s *state) clone() *state {
	for i := range s.procs {
		s.procs[i].owner = nil
		for j := range s.procs[i].frames {
			s.procs[i].frames[j].owner = nil
		}
	}
	for i := range s.heap {
		s.heap[i].owner = nil
	}
	return &state{procs: slices.Clone(s.procs), heap: slices.Clone(s.heap), exit: s.exit, aside: s.aside, fixed: slices.Clip(s.fixed)}
}

func (s *state) add(o object) int32 {
	s.heap = append(s.heap, o)
	return int32(len(s.heap) - 1)
}

// finished reports whether the function itself has returned.
func (s *state) finished() bool { return len(s.procs) == 0 || s.procs[0].from.at != nil }

// An encoder writes states such that equal ones have equal bytes: objects are
// numbered as they are found from the goroutines, and registers that nobody reads
// any more are left out.
type encoder struct {
	s     *state
	out   []byte
	names []int32 // of objects, from 1
	queue []int32
	codes map[*code]int
}

func (e *encoder) encode(s *state) string {
	e.s, e.out, e.queue = s, e.out[:0], e.queue[:0]
	e.sort()
	e.names = slices.Grow(e.names[:0], len(s.heap))[:len(s.heap)]
	clear(e.names)
	for i := range s.procs {
		p := &s.procs[i]
		e.int(p.from.index)
		if p.fresh {
			e.int(-5)
		}
		for k := range p.frames {
			f := &p.frames[k]
			e.int(e.code(f.fn))
			e.int(int(f.pc))
			if f.stays {
				e.int(-4)
			}
			live := f.fn.nodes[f.pc].live
			if k < len(p.frames)-1 {
				live = nil // what is live behind a call is less than what is live at it
			}
			for r, v := range f.regs {
				if v.kind == unknown || !f.alive(int32(r), live) {
					continue
				}
				e.int(r + 1)
				e.value(v)
			}
			e.int(0)
			for _, d := range f.defers {
				e.value(d.fn)
				for _, v := range d.args {
					e.value(v)
				}
			}
			e.int(-1)
		}
		e.int(-2)
	}
	for k := 0; k < len(e.queue); k++ {
		o := &s.heap[e.queue[k]]
		flags := 0
		if o.escaped {
			flags |= 1
		}
		if o.closed {
			flags |= 2
		}
		if o.fed {
			flags |= 4
		}
		if o.open {
			flags |= 8
		}
		if o.method {
			flags |= 16
		}
		flags |= int(o.end) << 5
		e.int(flags)
		e.int(int(o.room))
		e.int(e.code(o.fn))
		for _, v := range o.buf {
			e.value(v)
		}
		e.int(-1)
		for _, p := range o.parts {
			e.int(int(p.path))
			e.value(p.val)
		}
		e.int(-2)
	}
	for _, id := range s.fixed {
		e.int(int(id))
	}
	return string(e.out)
}

// sort puts goroutines that were started at one place, one after the other, in the
// order of where they are: which is which makes no difference.
func (e *encoder) sort() {
	procs := e.s.procs
	for i := 1; i < len(procs); i++ {
		for k := i; k > 0 && procs[k].from == procs[k-1].from && procs[k].before(&procs[k-1]); k-- {
			procs[k], procs[k-1] = procs[k-1], procs[k]
		}
	}
}

// before reports whether a goroutine comes in front of another in a state's encoding.
func (p *proc) before(q *proc) bool {
	if len(p.frames) != len(q.frames) {
		return len(p.frames) < len(q.frames)
	}
	for i := range p.frames {
		if p.frames[i].pc != q.frames[i].pc {
			return p.frames[i].pc < q.frames[i].pc
		}
	}
	return false
}

// alive reports whether a register is read from where the frame is on. While a
// call goes on, those are that are live behind it.
func (f *frame) alive(r int32, live []uint64) bool {
	if live != nil {
		return live[r/64]&(1<<(r%64)) != 0
	}
	for _, s := range f.fn.nodes[f.pc].succs {
		if f.fn.nodes[s].live[r/64]&(1<<(r%64)) != 0 {
			return true
		}
	}
	return f.fn.nodes[f.pc].op == opRunDefers && f.fn.nodes[f.pc].live[r/64]&(1<<(r%64)) != 0
}

func (e *encoder) int(n int) { e.out = binary.AppendVarint(e.out, int64(n)) }

func (e *encoder) code(c *code) int {
	if c == nil {
		return 0
	}
	id, ok := e.codes[c]
	if !ok {
		id = len(e.codes) + 1
		e.codes[c] = id
	}
	return id
}

func (e *encoder) value(v value) {
	e.out = append(e.out, byte(v.kind))
	switch {
	case v.isObject():
		if e.names[v.n] == 0 {
			e.queue = append(e.queue, v.n)
			e.names[v.n] = int32(len(e.queue))
		}
		e.int(int(e.names[v.n]))
		e.int(int(v.path))
	case v.kind == function:
		e.int(e.code(v.fn))
	default:
		e.int(int(v.n))
		e.int(int(v.path))
	}
}
