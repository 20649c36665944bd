package comm

import "slices"

// Most of what a function computes decides nothing about communication, and each step of
// it is made anew for all that other goroutines may have come to meanwhile.

// simplify removes what is computed for nobody, and branches that come together again at
// once. It reports whether there was any.
func (c *code) simplify() (changed bool) {
	if !c.small() {
		return false
	}
	c.liveness()
	dead := func(i int, r int32) bool {
		return r < 0 || !slices.ContainsFunc(c.nodes[i].succs, func(s int32) bool { return c.nodes[s].live[r/64]&(1<<(r%64)) != 0 })
	}
	for i := range c.nodes {
		n := &c.nodes[i]
		switch n.op {
		case opMove:
			k := 0
			for j, d := range n.dst {
				if !dead(i, d) {
					n.dst[k], n.args[k] = d, n.args[j]
					k++
				}
			}
			changed = changed || k < len(n.dst)
			clear(n.args[k:])
			n.dst, n.args = n.dst[:k], n.args[:k]
			if k > 0 {
				continue
			}
		case opAlloc, opField, opLoad, opPart, opClosure, opBind, opAdd, opCap, opMake, opDone, opWrap, opEnd:
			if slices.ContainsFunc(n.dst, func(d int32) bool { return !dead(i, d) }) {
				continue
			}
		case opIf, opNil, opCompare:
			if len(n.succs) < 2 || slices.ContainsFunc(n.succs, func(s int32) bool { return s != n.succs[0] }) {
				continue
			}
		default:
			continue
		}
		changed = true
		*n = node{op: opNop, succs: unique(n.succs, -1), at: n.at, live: n.live}
	}
	return changed
}

// maxLive bounds the words that tell which registers of a function are live where.
const maxLive = 1 << 21

// small reports whether it can be told which registers are live where.
func (c *code) small() bool { return len(c.nodes)*(int(c.regs)/64+1) <= maxLive }
