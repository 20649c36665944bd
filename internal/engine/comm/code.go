package comm

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// An op is what a node does.
type op uint8

const (
	opNop       op = iota // go on at any of the nodes behind
	opSpin                // go round for ever
	opCrash               // the process ends
	opMove                // dst = args, all at once
	opAlloc               // dst = a new object, or end n of a pipe
	opField               // dst = the address of field n of what args[0] points to
	opLoad                // dst = what is at args[0]
	opStore               // what is at args[0] = args[1]
	opPart                // dst = field n of the struct args[0]
	opClosure             // dst = function fn with args captured
	opBind                // dst = method fn with args[0] as its receiver
	opAdd                 // dst = args[0] + n
	opCap                 // dst = for how many elements channel args[0] has room
	opIf                  // go on at succs[0] if args[0], else at succs[1]
	opNil                 // go on at succs[0] if args[0] is nil, else at succs[1]
	opCompare             // go on at succs[0] if args[0] tok args[1], else at succs[1]; args[2] is what was found out before, or its opposite if n is 3
	opMake                // dst = a new channel with room for args[0] elements
	opSend                // send args[1] on args[0]
	opRecv                // dst[0], dst[1] = receive from args[0]
	opSelect              // dst[0] = the chosen case, dst[1] = whether a value came, then the values; see cases
	opClose               // close args[0]; if n is 1, it may be closed
	opCall                // dst = call of fn, or of args[0] where that is nil, with the other args
	opGo                  // likewise, on a goroutine of its own
	opDefer               // likewise, when the function returns
	opInvoke              // dst = call of method of args[0]
	opRunDefers           // run what was deferred
	opReturn              // return args
	opGroup               // add n to the WaitGroup args[0]
	opWait                // wait for the WaitGroup args[0]
	opLock                // lock the mutex args[0]; n is 1 if it is to be read only
	opUnlock              // unlock it
	opSleep               // wait until somebody wakes the sync.Cond args[0]
	opWake                // wake one that waits for it, or all if n is 1
	opOnce                // go on at succs[0] at the first time with sync.Once args[0], else at succs[1]
	opContext             // dst[0] = a context derived from args[0], dst[1] = the function that cancels it
	opDone                // dst = the channel of context args[0]
	opErr                 // dst = nil if context args[0] has not ended
	opWrap                // dst = an error if one of args is, else not known
	opEscape              // args get out of sight; if n is 1, the ends of pipes that they lead to
	opPipe                // dst[0], dst[1] = the error and success of a step at the ends of pipes in args; see pipe.go
	opEnd                 // dst = args[0] if that is an end of a pipe
)

// An operand is a register or, where reg is negative, a constant.
type operand struct {
	reg int32
	val value
}

// A commCase is a case of a select statement.
type commCase struct {
	ch, val operand
	send    bool
	ends    bool  // it is the channel of a context
	dst     int32 // the value received, or -1
	class   class // of values received
}

// A class is what a variable is that has its zero value.
type class uint8

const (
	opaque  class = iota
	nothing       // nil
	zero          // 0 or false
	record        // a struct
)

func classOf(t types.Type) class {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return opaque
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return record
	case *types.Basic:
		if u.Info()&(types.IsBoolean|types.IsInteger) != 0 {
			return zero
		}
		return opaque
	case *types.Array:
		return opaque
	}
	return nothing
}

// A node is one step of a function.
type node struct {
	op    op
	dst   []int32 // registers; -1 is none
	args  []operand
	n     int32
	tok   token.Token
	fn    *code
	cases []commCase
	block bool        // opSelect: it has no default case
	ticks bool        // it waits for a ticker
	slow  bool        // it calls what is not known
	runs  bool        // opSend, opSelect: whoever receives a function calls it on a goroutine
	meth  *types.Func // opInvoke
	typ   types.Type  // opAlloc
	class class       // opLoad, opPart: what is there if nobody put anything there; opRecv: what a closed channel gives
	succs []int32

	at    ssa.Instruction // nil in what a fact tells
	yield bool            // others go on meanwhile, though it does nothing that they can see
	live  []uint64        // registers that somebody reads from here on
}

// A code is a function as far as communication goes. Its registers begin with its
// parameters, receiver first, and the variables that it captures.
type code struct {
	params int32
	regs   int32
	nodes  []node // the first one is where it begins
	fn     *ssa.Function
	acts   bool // it communicates, starts goroutines, makes or keeps something
	gives  bool // its results may lead to something that is used to communicate
	ready  bool
	abroad bool // it is of another package

	prepared bool
	sending  uint8 // see sends: 0 if that is not known yet, 1 for true
}

// settle removes nodes that make no difference.
func (c *code) settle() {
	c.merge()
	c.compact()
	for c.simplify() {
		c.merge()
		c.compact()
	}
	c.ready = true
}

// prepare works out what only a run needs to know. It reports false for a function that
// is too large to be run.
func (c *code) prepare() bool {
	if !c.small() {
		return false
	}
	if !c.prepared {
		c.prepared = true
		c.yields()
		c.liveness()
	}
	return true
}

// merge takes out nodes that do nothing: whoever leads to them leads on. A loop
// that does nothing and has no way out stays as opSpin.
func (c *code) merge() {
	preds := make([][]int32, len(c.nodes))
	for i := range c.nodes {
		for _, s := range c.nodes[i].succs {
			preds[s] = append(preds[s], int32(i))
		}
	}
	out := make([]bool, len(c.nodes)) // nothing leads to it any more
	for i := range c.nodes {
		n := &c.nodes[i]
		if n.op != opNop {
			continue
		}
		n.succs = unique(n.succs, int32(i))
		if len(n.succs) == 0 {
			n.op = opSpin
			continue
		}
		from := slices.DeleteFunc(unique(preds[i], int32(i)), func(p int32) bool { return out[p] })
		if len(from)*len(n.succs) > len(from)+len(n.succs) {
			continue // that would make more of it
		}
		out[i] = i > 0
		for _, p := range from {
			from := &c.nodes[p]
			if from.ordered() && len(n.succs) > 1 {
				out[i] = false
				continue
			}
			replaced := from.succs[:0:0]
			for _, s := range from.succs {
				if s == int32(i) {
					replaced = append(replaced, n.succs...)
				} else {
					replaced = append(replaced, s)
				}
			}
			from.succs = replaced
			if !from.ordered() {
				from.succs = unique(from.succs, -1)
			}
			for _, s := range n.succs {
				preds[s] = append(preds[s], p)
			}
		}
		for _, s := range n.succs {
			if to := &c.nodes[s]; to.op == opNop && n.at != nil && (to.at == nil || !to.at.Pos().IsValid()) {
				to.at = n.at // where a loop that does nothing goes round
			}
		}
	}
}

// yields lets a goroutine be seen once in each round of a loop: at the nodes to which a
// depth-first walk comes back.
func (c *code) yields() {
	const (
		onPath = 1 + iota
		left
	)
	state := make([]uint8, len(c.nodes))
	type place struct{ node, succ int32 }
	for root := range c.nodes {
		if state[root] != 0 {
			continue
		}
		state[root] = onPath
		path := []place{{int32(root), 0}}
		for len(path) > 0 {
			at := &path[len(path)-1]
			succs := c.nodes[at.node].succs
			if int(at.succ) == len(succs) {
				state[at.node] = left
				path = path[:len(path)-1]
				continue
			}
			s := succs[at.succ]
			at.succ++
			switch state[s] {
			case 0:
				state[s] = onPath
				path = append(path, place{s, 0})
			case onPath:
				c.nodes[s].yield = true
			}
		}
	}
}

// ordered reports whether the order of the nodes behind matters.
func (n *node) ordered() bool {
	switch n.op {
	case opIf, opNil, opCompare, opOnce:
		return true
	}
	return false
}

// unique returns each of succs once, in their order, without one of them.
func unique(succs []int32, without int32) []int32 {
	out := succs[:0:0]
	seen := make(map[int32]bool, len(succs))
	for _, s := range succs {
		if s != without && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// compact drops the nodes that nothing leads to.
func (c *code) compact() {
	index := make([]int32, len(c.nodes))
	for i := range index {
		index[i] = -1
	}
	order := []int32{0}
	index[0] = 0
	for k := 0; k < len(order); k++ {
		for _, s := range c.nodes[order[k]].succs {
			if index[s] < 0 {
				index[s] = int32(len(order))
				order = append(order, s)
			}
		}
	}
	nodes := make([]node, len(order))
	for k, i := range order {
		nodes[k] = c.nodes[i]
		for j, s := range nodes[k].succs {
			nodes[k].succs[j] = index[s]
		}
	}
	c.nodes = nodes
}

func (c *code) liveness() {
	words := (int(c.regs) + 63) / 64
	preds := make([][]int32, len(c.nodes))
	work := make([]int32, 0, len(c.nodes))
	for i := range c.nodes {
		c.nodes[i].live = make([]uint64, words)
		for _, s := range c.nodes[i].succs {
			preds[s] = append(preds[s], int32(i))
		}
		work = append(work, int32(i))
	}
	queued := make([]bool, len(c.nodes))
	for i := range queued {
		queued[i] = true
	}
	in := make([]uint64, words)
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		queued[i] = false
		n := &c.nodes[i]
		clear(in)
		for _, s := range n.succs {
			for w, bits := range c.nodes[s].live {
				in[w] |= bits
			}
		}
		for _, d := range n.dst {
			if d >= 0 {
				in[d/64] &^= 1 << (d % 64)
			}
		}
		use := func(o operand) {
			if o.reg >= 0 {
				in[o.reg/64] |= 1 << (o.reg % 64)
			}
		}
		for _, o := range n.args {
			use(o)
		}
		for _, k := range n.cases {
			use(k.ch)
			use(k.val)
		}
		changed := false
		for w, bits := range in {
			if n.live[w] != bits {
				n.live[w], changed = bits, true
			}
		}
		if !changed {
			continue
		}
		for _, p := range preds[i] {
			if !queued[p] {
				queued[p] = true
				work = append(work, p)
			}
		}
	}
}
