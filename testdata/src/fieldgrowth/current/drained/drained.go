// Package drained fills queues of another package.
package drained

import (
	"net"

	"example.com/fields/internal/queue"
)

type Server struct {
	l       net.Listener
	seen    []*queue.Queue[string] // these hand it on by themselves
	piles   []*queue.Pile[string]
	shelves []*queue.Shelf[string]
}

func (s *Server) Serve() error {
	for {
		conn, err := s.l.Accept()
		if err != nil {
			return err
		}
		from := conn.RemoteAddr().String()
		conn.Close()
		for _, q := range s.seen {
			q.Put(from)
		}
		for _, shelf := range s.shelves {
			shelf.Put(from) // want `container grows and never shrinks; held by Server.shelves`
		}
		for _, p := range s.piles {
			p.Put(from) // want `container grows and never shrinks; held by Server.piles \(fieldgrowth/only-grows\)`
		}
	}
}
