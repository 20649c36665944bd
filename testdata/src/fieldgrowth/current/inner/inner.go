// Package inner has containers in containers.
package inner

import "slices"

// A Hub has channels by topic.
type Hub struct {
	topics map[string]map[chan string]bool
	lists  map[string][]chan string
	rooms  map[string]map[chan string]bool
	counts map[string]map[string]int
}

func (h *Hub) Join(topic string, ch chan string) {
	if h.topics[topic] == nil {
		h.topics[topic] = make(map[chan string]bool) // want `key stays when what it leads to has been emptied; held by Hub.topics \(fieldgrowth/empty-inner-kept\)`
	}
	h.topics[topic][ch] = true
	h.lists[topic] = append(h.lists[topic], ch) // want `held by Hub.lists`
	if h.rooms[topic] == nil {
		h.rooms[topic] = make(map[chan string]bool)
	}
	h.rooms[topic][ch] = true
}

func (h *Hub) Leave(topic string, ch chan string) {
	delete(h.topics[topic], ch)
	h.lists[topic] = slices.DeleteFunc(h.lists[topic], func(c chan string) bool { return c == ch })
	delete(h.rooms[topic], ch)
	if len(h.rooms[topic]) == 0 {
		delete(h.rooms, topic)
	}
}

// Set is fine: it takes out what it would otherwise put in.
func (h *Hub) Set(topic, key string, n int) {
	if h.counts[topic] == nil {
		h.counts[topic] = make(map[string]int) // want `held by Hub.counts \(fieldgrowth/only-grows, latent\)`
	}
	if n == 0 {
		delete(h.counts[topic], key)
	} else {
		h.counts[topic][key] = n
	}
}
