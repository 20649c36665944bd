// Package context binds functions to contexts of different lives.
package context

import "context"

type Service struct {
	ctx   context.Context
	stops map[string]func() bool
}

// The context of the service outlives the request, and each request adds a
// function to it.
func (s *Service) Handle(id string, cleanup func()) {
	context.AfterFunc(s.ctx, cleanup) // want `stop function of context.AfterFunc is dropped; held by s -> ctx \(listenerleak/handle-discarded, latent\)`
}

// The same, with a value that nobody uses.
func (s *Service) Named(id string, cleanup func()) {
	stop := context.AfterFunc(s.ctx, cleanup) // want `listenerleak/handle-discarded, latent`
	_ = stop
}

// Leaks, and nothing of it is used when the function returns.
func (s *Service) Fetch(dial func() *conn, b []byte) (int, error) {
	c := dial()
	defer c.Close()
	context.AfterFunc(s.ctx, func() { c.Close() }) // want `listenerleak/handle-discarded, latent`
	return c.Read(b)
}

type conn struct{ open bool }

func (c *conn) Close()                   { c.open = false }
func (c *conn) Read([]byte) (int, error) { return 0, nil }

// Leaks, but the connection stays with the caller, and so must its end.
func (s *Service) Dial(dial func() *conn) *conn {
	c := dial()
	context.AfterFunc(s.ctx, c.Close) // want `listenerleak/handle-discarded, latent`
	return c
}

// Fine: Done gives it back.
func (s *Service) Kept(id string, cleanup func()) {
	s.stops[id] = context.AfterFunc(s.ctx, cleanup)
}

func (s *Service) Done(id string) {
	if stop, ok := s.stops[id]; ok {
		stop()
		delete(s.stops, id)
	}
}

// Latent: the caller's context ends with the request.
func Bound(ctx context.Context, cleanup func()) {
	context.AfterFunc(ctx, cleanup) // want `listenerleak/handle-discarded, latent`
}

// Fine: a context made here, which the function ends.
func (s *Service) Within(run func(context.Context), cleanup func()) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	context.AfterFunc(ctx, cleanup)
	run(ctx)
}

// Latent: once per service.
func (s *Service) Start(cleanup func()) {
	context.AfterFunc(s.ctx, cleanup) // want `listenerleak/handle-discarded, latent`
}
