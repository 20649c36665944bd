// Package metrics counts the requests of each client.
package metrics

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

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
		// Leak: an address has a port, so each connection is a new key, and none is deleted.
		clients[r.RemoteAddr] = c
	}
	c.requests++
	c.last = time.Now()
}

// Write writes the counts as text.
func Write(w io.Writer) {
	mu.Lock()
	defer mu.Unlock()
	for addr, c := range clients {
		fmt.Fprintf(w, "requests{client=%q} %d\n", addr, c.requests)
	}
}
