package heaps

import "sync"

// A stack has no lock of its own: that of the office guards it.
type stack struct{ jobs []*job }

func (s *stack) push(j *job) { s.jobs = append(s.jobs, j) }

func (s *stack) pop() *job {
	last := s.jobs[len(s.jobs)-1]
	s.jobs = s.jobs[:len(s.jobs)-1] // want `popped-slot-kept`
	return last
}

// An Office has a stack for each desk, for as long as it lives.
type Office struct {
	mu    sync.Mutex
	desks map[string]*stack
}

func (o *Office) Put(desk string, j *job) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.desks[desk].push(j)
}

func (o *Office) Take(desk string) *job {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.desks[desk].pop()
}
