// Package inside is for the module alone: who calls it is in sight.
package inside

import "sync"

type Client struct{ text func() string }

// A Room has clients that come and go, as far as somebody calls it.
type Room struct {
	mu      sync.Mutex
	clients []*Client
}

// Fine: nothing in sight calls it.
func (r *Room) Leave(i, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients = append(r.clients[:i], r.clients[i+n:]...)
}

// A Hall is used for as long as there are names.
type Hall struct {
	mu      sync.Mutex
	clients []*Client
}

func (h *Hall) leave(i, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients = append(h.clients[:i], h.clients[i+n:]...) // want `slots cut off keep their pointers; held by Hall.clients \(subsliceleak/cut-not-cleared\)`
}

func Serve(h *Hall, in <-chan int) {
	for i := range in {
		h.leave(i, 2)
	}
}

// A Table has few seats.
type Table struct {
	mu    sync.Mutex
	seats uint
	at    []*Client
}

func (t *Table) sit(c *Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint(len(t.at)) < t.seats {
		t.at = append(t.at, c)
	}
}

// Fine: as many slots as there are seats.
func (t *Table) rise() *Client {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.at) - 1
	c := t.at[n]
	t.at = t.at[:n]
	return c
}

func Dine(t *Table, in <-chan *Client) {
	for c := range in {
		t.sit(c)
		t.rise()
	}
}
