// Package chains has values with their old value in them.
package chains

import (
	"context"
	"log/slog"
	"net/http"
)

type key struct{}

// A Server wraps what it has.
type Server struct {
	log  *slog.Logger
	ctx  context.Context
	next http.Handler
	base http.Handler
	last context.Context
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.log = s.log.With("path", r.URL.Path)              // want `value wraps the one before, again and again; held by Server.log \(fieldgrowth/chain-grows\)`
	s.ctx = context.WithValue(s.ctx, key{}, r.URL.Path) // want `held by Server.ctx`
	s.last = context.WithValue(s.ctx, key{}, r.URL.Path)
	log := s.log.With("path", r.URL.Path)
	log.Info("request")
}

// Reload wraps once more at each event.
func (s *Server) Reload(events <-chan string) {
	for name := range events {
		s.next = tag(s.next, name) // want `held by Server.next`
	}
}

// Reset is fine: it begins with the base.
func (s *Server) Reset(events <-chan string) {
	for name := range events {
		s.last = context.WithValue(context.Background(), key{}, name)
		h := tag(s.base, name)
		h = tag(h, name)
		h.ServeHTTP(nil, nil)
	}
}

func tag(next http.Handler, name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Tag", name)
		next.ServeHTTP(w, r)
	})
}

// Log wraps the variable that it has captured.
func Log(log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log = log.With("addr", r.RemoteAddr) // want `value wraps the one before, again and again; held by variable log`
		log.Info("request")
	})
}

// A Stack is no chain: something else is put there.
type Stack struct{ top *node }

type node struct{ next *node }

func (s *Stack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.top = &node{s.top}
}

func (s *Stack) Pop() { s.top = s.top.next }

// A Hook is fine: each request has a context of its own, which the literal wraps once.
func Hook(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	run := func() error {
		ctx = context.WithValue(ctx, "hook", r.URL.Path)
		return ctx.Err()
	}
	if r.Method == http.MethodPost {
		go func() { _ = run() }()
		return
	}
	if run() != nil {
		w.WriteHeader(http.StatusTeapot)
	}
}

// Fold is fine: what the literal wraps is what the function returns.
func Fold(each func(func(string))) http.Handler {
	h := http.Handler(http.NotFoundHandler())
	each(func(name string) { h = tag(h, name) })
	return h
}
