// Package metrics counts the recent requests of each client.
package metrics

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const keep = 10 * time.Minute

type client struct {
	requests int
	last     time.Time
}

var (
	mu      sync.Mutex
	clients = make(map[string]*client) // by address
)

// Count counts a request.
func Count(r *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	c := clients[r.RemoteAddr]
	if c == nil {
		c = new(client)
		forget()
		clients[r.RemoteAddr] = c
	}
	c.requests++
	c.last = time.Now()
}

// forget deletes the clients that have been silent for a while.
func forget() {
	for addr, c := range clients {
		if time.Since(c.last) > keep {
			delete(clients, addr)
		}
	}
}

// Write writes the counts as text.
func Write(w io.Writer) {
	mu.Lock()
	defer mu.Unlock()
	for addr, c := range clients {
		fmt.Fprintf(w, "requests{client=%q} %d\n", addr, c.requests)
	}
}
