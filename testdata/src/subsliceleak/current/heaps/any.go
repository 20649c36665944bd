package heaps

import "container/heap"

// A merge has a heap of one or the other order.
type merge struct{ heap heap.Interface }

func (m *merge) last() any { return m.heap.Pop() }
