package comm

import (
	"slices"
	"testing"
)

// TestSettle settles a function and says which of its nodes are left.
func TestSettle(t *testing.T) {
	reg := func(r int32) []operand { return []operand{{reg: r}} }
	ends := node{op: opReturn}
	for _, test := range []struct {
		name  string
		nodes []node
		want  []op
	}{
		{"a load that nobody reads", []node{{op: opLoad, dst: []int32{1}, args: reg(0), succs: []int32{1}}, ends}, []op{opNop, opReturn}},
		{"a chain of loads", []node{
			{op: opField, dst: []int32{1}, args: reg(0), succs: []int32{1}},
			{op: opLoad, dst: []int32{2}, args: reg(1), succs: []int32{2}},
			ends,
		}, []op{opNop, opReturn}},
		{"a load that is sent on", []node{
			{op: opLoad, dst: []int32{1}, args: reg(0), succs: []int32{1}},
			{op: opSend, args: []operand{{reg: 1}, {reg: -1}}, succs: []int32{2}},
			ends,
		}, []op{opLoad, opSend, opReturn}},
		{"a branch that comes together", []node{
			{op: opNil, args: reg(0), succs: []int32{1, 2}},
			{op: opMove, dst: []int32{1}, args: reg(0), succs: []int32{3}},
			{op: opNop, succs: []int32{3}},
			{op: opClose, args: reg(0), succs: []int32{4}},
			ends,
		}, []op{opNop, opClose, opReturn}},
		{"a branch that does not", []node{
			{op: opNil, args: reg(0), succs: []int32{1, 2}},
			{op: opClose, args: reg(0), succs: []int32{2}},
			ends,
		}, []op{opNil, opClose, opReturn}},
		{"a loop that does nothing", []node{
			{op: opNop, succs: []int32{1}},
			{op: opLoad, dst: []int32{1}, args: reg(0), succs: []int32{2}},
			{op: opAdd, dst: []int32{2}, args: reg(1), succs: []int32{1}},
		}, []op{opNop, opSpin}},
		{"a counter that decides", []node{
			{op: opMove, dst: []int32{1}, args: reg(-1), succs: []int32{1}},
			{op: opCompare, args: []operand{{reg: 1}, {reg: 0}}, succs: []int32{2, 3}},
			{op: opAdd, dst: []int32{1}, args: reg(1), succs: []int32{1}},
			ends,
		}, []op{opMove, opCompare, opAdd, opReturn}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &code{params: 1, regs: 3, nodes: test.nodes}
			c.settle()
			var got []op
			for _, n := range c.nodes {
				got = append(got, n.op)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("left are %v, want %v", got, test.want)
			}
		})
	}
}
