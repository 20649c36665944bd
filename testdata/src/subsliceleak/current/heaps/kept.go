package heaps

import (
	"container/heap"
	"sync"
)

// A best has the best jobs, and loses none: Pop is there because it has to be.
type best struct{ jobs []*job }

func (b *best) Len() int           { return len(b.jobs) }
func (b *best) Less(i, j int) bool { return b.jobs[i].at < b.jobs[j].at }
func (b *best) Swap(i, j int)      { b.jobs[i], b.jobs[j] = b.jobs[j], b.jobs[i] }
func (b *best) Push(x any)         { b.jobs = append(b.jobs, x.(*job)) }

func (b *best) Pop() any {
	last := b.jobs[len(b.jobs)-1]
	b.jobs = b.jobs[:len(b.jobs)-1]
	return last
}

// A worst loses some.
type worst struct{ jobs []*job }

func (w *worst) Len() int           { return len(w.jobs) }
func (w *worst) Less(i, j int) bool { return w.jobs[i].at > w.jobs[j].at }
func (w *worst) Swap(i, j int)      { w.jobs[i], w.jobs[j] = w.jobs[j], w.jobs[i] }
func (w *worst) Push(x any)         { w.jobs = append(w.jobs, x.(*job)) }

func (w *worst) Pop() any {
	last := w.jobs[len(w.jobs)-1]
	w.jobs = w.jobs[:len(w.jobs)-1] // want `popped-slot-kept`
	return last
}

// A Contest goes on.
type Contest struct {
	mu    sync.Mutex
	best  best
	worst worst
}

func (c *Contest) Add(j *job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.best.Len() < 100 {
		heap.Push(&c.best, j)
	} else if c.best.jobs[0].at < j.at {
		c.best.jobs[0] = j
		heap.Fix(&c.best, 0)
	}
	heap.Push(&c.worst, j)
}

func (c *Contest) Leave() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return heap.Pop(&c.worst)
}
