// Package stays shows what outlives who uses it.
package stays

import "net/http"

type Bus struct{ n int }

func keepIn(b *Bus) {}

var bus = new(Bus)

type Server struct{ bus *Bus }

func NewServer(b *Bus) *Server { return &Server{bus: b} }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	keepIn(bus)   // want `manifest handler`
	keepIn(s.bus) // want `manifest handler`
	own := new(Bus)
	keepIn(own)
	below(s.bus)
}

func below(b *Bus) {
	keepIn(b) // want `manifest handler`
}

// An object that comes and goes, and the bus that it was given stays.
type Client struct {
	bus, own *Bus
}

func Dial(b *Bus) *Client {
	c := &Client{bus: b, own: new(Bus)}
	keepIn(b) // want `manifest object`
	return c
}

func (c *Client) Subscribe() {
	keepIn(c.bus) // want `manifest object`
	keepIn(c.own) // want `latent`
}

func (c *Client) Close() { c.bus = nil }
