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

// A Waiter wraps the context of one call.
type Waiter struct {
	mu     chan struct{}
	cancel context.CancelFunc
}

func (w *Waiter) locked(do func()) {
	w.mu <- struct{}{}
	do()
	<-w.mu
}

// Run waits again and again, each time with a context of its own.
func (w *Waiter) Run(ctx context.Context, events <-chan string) {
	for range events {
		w.wait(ctx)
	}
}

func (w *Waiter) wait(ctx context.Context) {
	w.locked(func() { ctx, w.cancel = context.WithCancel(ctx) })
	<-ctx.Done()
}

// Watch has one context for all events.
func (w *Waiter) Watch(ctx context.Context, events <-chan string) {
	for range events {
		w.locked(func() { ctx, w.cancel = context.WithCancel(ctx) }) // want `held by variable ctx`
	}
	<-ctx.Done()
}

// Each is fine: each round has a variable of its own.
func (w *Waiter) Each(base context.Context, events <-chan string) {
	for range events {
		ctx := base
		w.locked(func() { ctx, w.cancel = context.WithCancel(ctx) })
		<-ctx.Done()
	}
}

// Parse has a list that goes with the call.
func (w *Waiter) Parse(rw http.ResponseWriter, r *http.Request) {
	log := slog.Default()
	r.Header.Write(writer(func(b []byte) (int, error) {
		w.locked(func() { log = log.With("header", string(b)) })
		return len(b), nil
	}))
	log.Info("parsed")
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
