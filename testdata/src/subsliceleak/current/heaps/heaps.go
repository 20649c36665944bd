// Package heaps has slices that are types.
package heaps

import (
	"container/heap"
	"sync"
)

type job struct {
	at   int64
	data []byte
}

type jobs []*job

func (j jobs) Len() int           { return len(j) }
func (j jobs) Less(a, b int) bool { return j[a].at < j[b].at }
func (j jobs) Swap(a, b int)      { j[a], j[b] = j[b], j[a] }
func (j *jobs) Push(x any)        { *j = append(*j, x.(*job)) }

func (j *jobs) Pop() any {
	old := *j
	last := old[len(old)-1]
	*j = old[:len(old)-1] // want `popped slot keeps its pointer; held by j \(subsliceleak/popped-slot-kept\)`
	return last
}

// A Plan stays, and with it its heap.
type Plan struct {
	mu sync.Mutex
	h  jobs
}

func (p *Plan) Add(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	heap.Push(&p.h, j)
}

func (p *Plan) Next() *job {
	p.mu.Lock()
	defer p.mu.Unlock()
	return heap.Pop(&p.h).(*job)
}

// A heap that goes with the function has nothing to clear.
type ranks []*job

func (r ranks) Len() int           { return len(r) }
func (r ranks) Less(a, b int) bool { return r[a].at > r[b].at }
func (r ranks) Swap(a, b int)      { r[a], r[b] = r[b], r[a] }
func (r *ranks) Push(x any)        { *r = append(*r, x.(*job)) }

func (r *ranks) Pop() any {
	old := *r
	last := old[len(old)-1]
	*r = old[:len(old)-1]
	return last
}

func Top(list []*job, n int) (top []*job) {
	r := ranks(list)
	heap.Init(&r)
	for range n {
		top = append(top, heap.Pop(&r).(*job))
	}
	return top
}
