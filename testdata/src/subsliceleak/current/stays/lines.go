package stays

import "sync"

// A switchboard has its lines for itself: what one element leaves behind is little.
type switchboard struct {
	mu          sync.Mutex
	lines, idle []*page
	calls       []*page
	waiting     []*page
}

func (s *switchboard) add(p *page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, p)
	s.idle = append(s.idle, p)
	s.calls = append(s.calls, p)
	s.waiting = append(s.waiting, p)
}

func (s *switchboard) drop(p *page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, have := range s.lines {
		if have == p {
			s.lines = append(s.lines[:i], s.lines[i+1:]...) // want `held by switchboard.lines \(subsliceleak/cut-not-cleared, latent\)`
			return
		}
	}
}

func (s *switchboard) wake(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	copy(s.idle[i:], s.idle[i+1:])
	s.idle = s.idle[:len(s.idle)-1] // want `held by switchboard.idle \(subsliceleak/cut-not-cleared, latent\)`
}

// The next calls take the place of these.
func (s *switchboard) bill(send func([]*page)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	send(s.calls)
	s.calls = s.calls[:0] // want `held by switchboard.calls \(subsliceleak/truncated-not-cleared, latent\)`
}

// Most of them may go at once.
func (s *switchboard) sweep(gone func(*page) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.waiting[:0]
	for _, p := range s.waiting {
		if !gone(p) {
			left = append(left, p)
		}
	}
	s.waiting = left // want `slots cut off keep their pointers; held by switchboard.waiting \(subsliceleak/cut-not-cleared\)`
}
