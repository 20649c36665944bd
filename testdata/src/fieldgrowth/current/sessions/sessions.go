// Package sessions keeps what belongs to connections until these end, or should.
package sessions

import (
	"context"
	"net"
	"strings"
	"sync"
)

// A tracker knows the connections that are open.
type tracker struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

func (t *tracker) add(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns[c] = struct{}{} // want `map gets keys and never loses any; held by tracker.conns \(fieldgrowth/only-grows\)`
}

// Close ends the tracker: it takes out nothing while that is in use.
func (t *tracker) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.conns {
		c.Close()
		delete(t.conns, c)
	}
}

type tracked struct {
	net.Conn
	t *tracker
}

func track(c net.Conn, t *tracker) *tracked {
	t.add(c)
	return &tracked{c, t}
}

func (t *tracked) Close() error { return t.Conn.Close() }

// A Server has a tracker from before its loop on.
type Server struct {
	l net.Listener
	t *tracker
}

func NewServer(l net.Listener) *Server {
	return &Server{l, &tracker{conns: make(map[net.Conn]struct{})}}
}

func (s *Server) Serve() error {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return err
		}
		go func() { talk(track(c, s.t)) }()
	}
}

func (s *Server) Shutdown() { s.t.Close() }

func talk(c net.Conn) {
	defer c.Close()
	var b [512]byte
	c.Read(b[:])
}

// A Relay has a session for each address, which nothing but its tests looks at.
type Relay struct {
	conn     net.PacketConn
	sessions map[string]*session
	seen     map[string]bool
}

type session struct{ got int }

// reset is for new relays only.
func (r *Relay) reset() { r.seen = make(map[string]bool) }

func NewRelay(conn net.PacketConn) *Relay {
	r := &Relay{conn: conn, sessions: make(map[string]*session)}
	r.reset()
	return r
}

func (r *Relay) Run() error {
	buf := make([]byte, 1500)
	for {
		n, addr, err := r.conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		if r.sessions[addr.String()] == nil {
			r.sessions[addr.String()] = &session{} // want `map gets keys and never loses any; held by Relay.sessions`
		}
		r.sessions[addr.String()].got += n
		r.seen[addr.String()] = true // want `map gets keys and never loses any; held by Relay.seen`
	}
}

// A Board is emptied by a method that runs again, and by one for new boards.
type Board struct {
	conn net.PacketConn
	seen map[string]bool
}

func NewBoard(conn net.PacketConn) *Board {
	b := &Board{conn: conn}
	b.reset()
	return b
}

func (b *Board) reset() { b.seen = make(map[string]bool) }

func (b *Board) Run() error {
	buf := make([]byte, 1500)
	for {
		_, addr, err := b.conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		b.seen[addr.String()] = true
		if buf[0] == 0 {
			b.reset()
		}
	}
}

type worker struct{ cancel context.CancelFunc }

func (w *worker) stop() { w.cancel() }

// A Pool stops workers by their names, and keeps what it has stopped.
type Pool struct {
	workers map[string]*worker
	again   map[string]*worker
	gone    map[string]chan struct{}
	cancels map[string]context.CancelFunc
}

func (p *Pool) Start(ctx context.Context, name string) {
	ctx, cancel := context.WithCancel(ctx)
	go func() { <-ctx.Done() }()
	p.workers[name] = &worker{cancel}  // want `entry stays when what it leads to has been ended; held by Pool.workers \(fieldgrowth/only-grows\)`
	p.gone[name] = make(chan struct{}) // want `entry stays when what it leads to has been ended; held by Pool.gone`
	p.cancels[name] = cancel           // want `entry stays when what it leads to has been ended; held by Pool.cancels`
}

// Restart puts another worker where it stops one.
func (p *Pool) Restart(ctx context.Context, name string) {
	ctx, cancel := context.WithCancel(ctx)
	go func() { <-ctx.Done() }()
	if w, ok := p.again[name]; ok {
		w.stop()
	}
	p.again[name] = &worker{cancel} // want `held by Pool.again \(fieldgrowth/only-grows, latent\)`
}

func (p *Pool) Stop(name string) {
	if w, ok := p.workers[name]; ok {
		w.stop()
	}
	if done := p.gone[name]; done != nil {
		close(done)
	}
	if cancel, ok := p.cancels[name]; ok {
		cancel()
	}
}

// A Crew lets go what it stops.
type Crew struct{ workers map[string]*worker }

func (c *Crew) Start(ctx context.Context, name string) {
	ctx, cancel := context.WithCancel(ctx)
	go func() { <-ctx.Done() }()
	c.workers[name] = &worker{cancel}
}

func (c *Crew) Stop(name string) {
	if w, ok := c.workers[name]; ok {
		w.stop()
		delete(c.workers, name)
	}
}

// A Line is closed to be opened anew.
type Line struct {
	conn net.PacketConn
	seen []string
}

func (l *Line) Run() error {
	buf := make([]byte, 1500)
	for {
		_, addr, err := l.conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		l.seen = append(l.seen, addr.String())
		if len(buf) == 0 {
			l.Close()
		}
	}
}

func (l *Line) Close() { l.seen = nil }

type report struct{ lines []string }

func (r *report) add(line string) { r.lines = append(r.lines, line) }

func (r *report) write() string { return strings.Join(r.lines, "\n") }

// Transfer is fine: it waits for the goroutine that fills what it has made, and writes that.
func Transfer(lines <-chan string, ctx context.Context) string {
	r := &report{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case line := <-lines:
				r.add(line)
			case <-ctx.Done():
				return
			}
		}
	})
	wg.Wait()
	return r.write()
}

// Slots have a function for each thing that is in use.
type Slots struct {
	free chan *worker
	all  map[*worker]context.CancelFunc
}

// Take is fine: whoever ends what is there puts something else in its place.
func (s *Slots) Take(ctx context.Context) *worker {
	w := <-s.free
	_, s.all[w] = context.WithCancel(ctx)
	return w
}

func (s *Slots) Put(w *worker) {
	cancel, ok := s.all[w]
	if ok {
		s.all[w] = func() {}
		cancel()
	}
	s.free <- w
}
