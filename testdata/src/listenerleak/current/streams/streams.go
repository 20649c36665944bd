// Package streams subscribes until a context ends.
package streams

import (
	"context"
	"net/http"
)

type Hub struct{ subs map[chan string]bool }

// Subscribe goes on until ctx ends.
func (h *Hub) Subscribe(ctx context.Context) <-chan string {
	ch := make(chan string)
	h.subs[ch] = true
	go func() {
		<-ctx.Done()
		delete(h.subs, ch)
		close(ch)
	}()
	return ch
}

func (h *Hub) Send(text string) {
	for ch := range h.subs {
		ch <- text
	}
}

type Server struct {
	hub *Hub
	ctx context.Context
}

// Leaks: the request ends, and the subscription does not.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ch := s.hub.Subscribe(s.ctx) // want `Subscribe goes on until a context ends that is not of this call; held by s -> hub \(listenerleak/never-removed\)`
	for {
		select {
		case text := <-ch:
			w.Write([]byte(text))
		case <-r.Context().Done():
			return
		}
	}
}

// Leaks: it leaves at an error.
func (s *Server) Copy(ctx context.Context, w func(string) error) error {
	for text := range s.hub.Subscribe(s.ctx) { // want `listenerleak/never-removed`
		if err := w(text); err != nil {
			return err
		}
	}
	return nil
}

// Fine: it ends with the request.
func (s *Server) Events(w http.ResponseWriter, r *http.Request) {
	for text := range s.hub.Subscribe(r.Context()) {
		if _, err := w.Write([]byte(text)); err != nil {
			return
		}
	}
}

// Fine: it ends with the call.
func (s *Server) Tail(ctx context.Context, w func(string) error) error {
	sub, cancel := context.WithCancel(s.ctx)
	defer cancel()
	for text := range s.hub.Subscribe(sub) {
		if err := w(text); err != nil {
			return err
		}
	}
	return nil
}

// Fine: it stays as long as the server.
func (s *Server) Run(ctx context.Context) {
	for range s.hub.Subscribe(s.ctx) {
	}
}
