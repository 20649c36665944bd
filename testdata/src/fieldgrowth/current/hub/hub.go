// Package hub has members by topic.
package hub

import (
	"bufio"
	"net"
	"sync"
)

type member struct{ conn net.Conn }

// A Hub is told what its members want.
type Hub struct {
	mu     sync.Mutex
	topics map[string]map[*member]bool
	swept  map[string]map[*member]bool
	kinds  map[int]map[*member]bool
	marks  map[string]map[string]bool
	votes  map[string][]string
	polls  map[string][]string
	named  map[string][]string
}

func (h *Hub) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go h.serve(&member{c})
	}
}

func (h *Hub) serve(m *member) {
	defer m.conn.Close()
	defer h.leave(m)
	for s := bufio.NewScanner(m.conn); s.Scan(); {
		h.join(m, s.Text())
		h.vote(s.Text(), s.Text())
		h.count(s.Text())
		h.mark(s.Text())
		h.name(s.Text())
	}
}

func (h *Hub) join(m *member, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.topics[topic] == nil {
		h.topics[topic] = make(map[*member]bool) // want `key stays when what it leads to has been emptied; held by Hub.topics \(fieldgrowth/empty-inner-kept\)`
	}
	h.topics[topic][m] = true
	if h.swept[topic] == nil {
		h.swept[topic] = make(map[*member]bool)
	}
	h.swept[topic][m] = true
	if h.kinds[len(topic)%3] == nil {
		h.kinds[len(topic)%3] = make(map[*member]bool)
	}
	h.kinds[len(topic)%3][m] = true
}

func (h *Hub) mark(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.marks[topic] == nil {
		h.marks[topic] = make(map[string]bool) // want `map gets keys and never loses any; held by Hub.marks \(fieldgrowth/only-grows, latent\)`
	}
	h.marks[topic][topic] = true
}

// leave takes a member out of all topics, and leaves those.
func (h *Hub) leave(m *member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, in := range h.topics {
		delete(in, m)
	}
	for topic, in := range h.swept {
		delete(in, m)
		if len(in) == 0 {
			delete(h.swept, topic)
		}
	}
	for _, in := range h.kinds {
		delete(in, m)
	}
	for _, in := range h.marks { // as many topics as there are
		for mark := range in {
			delete(in, mark)
		}
	}
}

func (h *Hub) vote(poll, by string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.votes[poll] = append(h.votes[poll], by) // want `key stays when what it leads to has been emptied; held by Hub.votes \(fieldgrowth/empty-inner-kept\)`
	h.polls[poll] = append(h.polls[poll], by)
}

// name does not empty the list: there was none.
func (h *Hub) name(list string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.named[list]; !ok {
		h.named[list] = nil // want `map gets keys and never loses any; held by Hub.named \(fieldgrowth/only-grows, latent\)`
	}
}

func (h *Hub) count(poll string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n = len(h.votes[poll]) + len(h.polls[poll])
	h.votes[poll] = nil
	delete(h.polls, poll)
	return n
}
